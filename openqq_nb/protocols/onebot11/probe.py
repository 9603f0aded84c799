"""Find out whether an end of OneBot 11 answers, and which one, by calls that change nothing.

Source:
    Recorded calls of NapCat, LLBot and onebots; the sources of SnowLuma, Lagrange.OneBot and go-cqhttp.
"""

from dataclasses import replace

from openqq_nb.errors import NotOpenqq, first_bytes
from openqq_nb.models import Flow, Request, Response
from openqq_nb.protocols.base import PROBE_S, Dialect
from openqq_nb.protocols.onebot11.calls import LOGIN_CALL, VERSION_CALL, Onebot11, reading
from openqq_nb.protocols.onebot11.decode import app_name
from openqq_nb.protocols.onebot11.envelope import HTTP_NOT_FOUND, Told, envelope, refuse_refusal

HTTP_WRONG_METHOD = 405
NAMELESS = ""
"""The name of an end that does not tell one; so it is not asked for again."""


def probe(token: str | None) -> Flow[Dialect | None]:
    """Ask `get_version_info`, then `get_login_info`; `None` means that no end of OneBot answers here.

    Raises:
        Refused: an end answers, and wants another token.
        NotOpenqq: an end answers, but not to calls at this path, or not to POST.
    """
    if token is not None and not token.strip().isprintable():
        return None  # no header can carry it, so it is for a server of another kind
    response = yield _asking(VERSION_CALL, token)
    if response.http_status == HTTP_WRONG_METHOD:
        _refuse_only_get((yield replace(_asking(VERSION_CALL, token), method="GET", content=None)))
        return None
    found = _judged(response)
    if found is None:
        return None
    if found.ok:
        return Onebot11(token, app_name(found.data) or NAMELESS)
    again = yield _asking(LOGIN_CALL, token)
    _judged(again)
    if response.http_status == again.http_status == HTTP_NOT_FOUND:
        raise NotOpenqq(
            "An end of OneBot 11 answers at this address, but its calls are not under this path: it answered "
            f"{VERSION_CALL} with {first_bytes(response.body)}. Add the path that its panel shows, as in "
            "'http://127.0.0.1:3000/path'."
        )
    return Onebot11(token, NAMELESS)


def _asking(action: str, token: str | None) -> Request:
    return replace(reading(action, {}, token), within_s=PROBE_S)


def _judged(response: Response) -> Told | None:
    found = envelope(response.body)
    refuse_refusal(response, found)
    return found


def _refuse_only_get(response: Response) -> None:
    if _judged(response) is not None:
        raise NotOpenqq(
            f"An end of OneBot 11 answers at this address, but to GET only: it refused POST with HTTP status "
            f"{HTTP_WRONG_METHOD}. Let POST through, for instance in the proxy before it."
        )
