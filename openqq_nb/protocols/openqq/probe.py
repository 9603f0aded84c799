"""Find out whether an Openqq server answers, and in which dialect, by calls that change nothing.

Source:
    Recorded answers of both releases to each other's calls.
"""

from dataclasses import replace

from openqq_nb.errors import NotUnderstood
from openqq_nb.models import Flow, Request, Response
from openqq_nb.protocols.base import PROBE_S, Dialect
from openqq_nb.protocols.openqq.calls import (
    HTTP_FORBIDDEN,
    HTTP_OK,
    get_request,
    openqq1,
    openqq2,
    refuse_refusal,
)
from openqq_nb.protocols.reading import value


def probe(token: str | None) -> Flow[Dialect | None]:
    """Ask `get_client_info`, then `get_user_info`; `None` means that neither release answers here.

    Raises:
        Refused: an Openqq server answers, and wants another token.
    """
    response = yield _asking("get_client_info", token)
    refuse_refusal(response)
    if response.http_status == HTTP_OK and "version" in _object(response):
        return openqq2(token)
    if response.http_status != HTTP_FORBIDDEN:
        return None
    return _by_account((yield _asking("get_user_info", token)), token)


def _asking(call: str, token: str | None) -> Request:
    return replace(get_request(call, token), within_s=PROBE_S)


def _by_account(response: Response, token: str | None) -> Dialect | None:
    account = _object(response) if response.http_status == HTTP_OK else {}
    if "id" not in account:
        return None
    return openqq2(token) if "uid" in account else openqq1(token)


def _object(response: Response) -> dict[str, object]:
    try:
        found = value(response.body)
    except NotUnderstood:
        return {}  # HTML and the like: not an Openqq server, which the caller says with what it found
    # What has a retcode is an answer of OneBot, whatever the path.
    return found if isinstance(found, dict) and "retcode" not in found else {}
