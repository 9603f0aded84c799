"""What a handler may return, brought to one form."""

from collections.abc import Mapping
from reprlib import repr as shown
from typing import Any

from openqq_nb.errors import InvalidInput
from openqq_nb.models import Reply
from openqq_nb.segments import Parts

# `code` stands in the document's example; the servers do not look at it.
_KEYS = frozenset({"reply", "shutup", "shutup_time", "format", "code"})
_MOST_DIGITS = 9
_ALLOWED = (
    "None, a str, parts, oq.Reply(...) or the document's {'reply': ..., 'shutup': 1, 'shutup_time': 60}"
)


def as_reply(value: object) -> Reply | None:
    """Read what a handler returned.

    Returns:
        The reply, or None where there is nothing to say.

    Raises:
        InvalidInput: it is none of the things that can be answered; lists and flags would reach the chat as
            nonsense such as `ARRAY(0x55d6100149f8)`.

    Source:
        API document §10.
    """
    reply = _read(value)
    return reply if reply and (reply.text or reply.shutup) else None


def _read(value: object) -> Reply | None:
    if value is None or isinstance(value, Reply):
        return value
    if isinstance(value, str | Parts):
        return Reply(value)
    if isinstance(value, Mapping):
        return _from_document(value)
    raise InvalidInput(f"A handler returned a {type(value).__name__}: {shown(value)}. Return {_ALLOWED}.")


def _from_document(value: Mapping[Any, Any]) -> Reply:
    unknown = [key for key in value if key not in _KEYS]
    if unknown or value.get("format") not in (None, "text"):
        raise InvalidInput(
            f"A handler returned a dict that servers do not read: {shown(dict(value))}. Return {_ALLOWED}."
        )
    return Reply(
        _text(value.get("reply")),
        shutup=_flag(value.get("shutup")),
        shutup_time=_seconds(value.get("shutup_time", 60)),
    )


def _text(found: object) -> str:
    if found is None:
        return ""
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        raise InvalidInput(f"A handler returned a dict whose reply is {shown(found)}. Give it a str.")
    return str(found)


def _flag(found: object) -> bool:
    if found in (None, "", 0, "0", 1, "1"):
        return found in (1, "1")
    raise InvalidInput(f"A handler returned a dict whose shutup is {shown(found)}. Give 1 or 0.")


def _seconds(found: object) -> int:
    digits = found if isinstance(found, str) else shown(found)
    usable = digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
    if not (usable and int(digits)):
        raise InvalidInput(
            f"A handler returned a dict whose shutup_time is {shown(found)}. Give whole seconds, 60 or more."
        )
    return int(digits)
