"""Addresses of servers: what is one, in which form it is kept, and how it is shown without secrets."""

import re
from typing import Final
from urllib.parse import urlsplit

import httpx

from openqq_nb.errors import InvalidInput
from openqq_nb.loopback import is_loopback

# OneBot 11, forward WebSocket: the place of the events alone.
_EVENTS_ONLY: Final = "/event"


def checked_url(url: object) -> str:
    """Bring the address of a server to its base form, without a trailing slash.

    Raises:
        InvalidInput: it is neither an HTTP nor a WebSocket address, or a WebSocket that takes no calls.
    """
    full = url.strip() if isinstance(url, str) else ""
    if full and "://" not in full:
        full = f"http://{full}"
    if not _is_address(full):
        raise InvalidInput(_no_address(str(url).strip()))
    base = httpx.URL(full)
    # Not cut from the text as a whole: `openqq` is also a likely name of a host.
    checked = str(base.copy_with(path=base.path.rstrip("/").removesuffix("/openqq") or "/")).rstrip("/")
    if is_socket(checked) and urlsplit(checked).path.endswith(_EVENTS_ONLY):
        raise InvalidInput(
            f"At {checked} a server sends events and answers no calls, so nothing was asked. Leave {_EVENTS_ONLY} "
            f"away: both go over {checked.removesuffix(_EVENTS_ONLY)}."
        )
    return checked


def is_socket(url: str) -> bool:
    """Tell whether a checked address is that of a WebSocket."""
    return url.startswith(("ws:", "wss:"))


def _no_address(text: str) -> str:
    shown = _without_secrets(text)
    advice = "Write scheme, host and port, as in 'http://127.0.0.1:5000'."
    if shown != text:
        advice += " Leave user:password@ and ?… away; a token goes into token= (on the command line --token)."
    return f"{shown!r} is no address of a server. {advice}"


# Also as a Chinese keyboard writes them.
_AT = re.compile("[@\uff20\ufe6b]")
_QUERY = re.compile("[?#&;=\uff1f\ufe56\uff03\ufe5f\uff06\ufe60\uff1b\ufe54\uff1d\ufe66]")
_SCHEME = re.compile(r"[\w+.-]*://")


def _without_secrets(text: str) -> str:
    """Cut from an address what stands before its @ and after its ?, where passwords and tokens are written."""
    scheme = text[: text.index("://") + 3] if _SCHEME.match(text) else ""
    rest = text.removeprefix(scheme)
    mark = _QUERY.search(rest)
    place, query = (rest[: mark.end()], rest[mark.end() :]) if mark else (rest, "")
    if _AT.search(query):
        return f"{scheme}…"  # a ? in a password, or an @ in a query: nothing tells which
    *user, host = _AT.split(place)
    return f"{scheme}{'…@' if user else ''}{host}{'…' if query else ''}"


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        httpx.URL(url).host.encode("idna")
        whole = parts.scheme in ("http", "https", "ws", "wss") and bool(parts.hostname) and parts.port != 0
    except (ValueError, httpx.InvalidURL):
        return False
    return whole and not (parts.query or parts.fragment or "@" in parts.netloc)


def place(url: str) -> str:
    """Name the server behind an address: all names of this machine are one place."""
    parts = urlsplit(url)
    host = "loopback" if is_loopback(parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}:{parts.port}{parts.path}"
