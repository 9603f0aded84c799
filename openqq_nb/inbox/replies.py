"""What a handler may return, brought to one form."""

from collections.abc import Mapping
from typing import Any

from openqq_nb.errors import InvalidInput
from openqq_nb.models import Reply

# `code` stands in the document's example; the servers do not look at it.
_KEYS = frozenset({"reply", "shutup", "shutup_time", "format", "code"})
_ALLOWED = "None, a str, oq.Reply(...) or the document's {'reply': ..., 'shutup': 1, 'shutup_time': 60}"


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
        return _checked(value)
    if isinstance(value, str):
        return Reply(value)
    if isinstance(value, Mapping):
        return _from_document(value)
    raise InvalidInput(f"A handler returned a {type(value).__name__}: {value!r}. Return {_ALLOWED}.")


def _checked(reply: Reply | None) -> Reply | None:
    if reply is not None and not isinstance(reply.text, str):
        raise InvalidInput(f"A handler returned a Reply whose text is {reply.text!r}. Give it a str.")
    return reply


def _from_document(value: Mapping[Any, Any]) -> Reply:
    unknown = [key for key in value if key not in _KEYS]
    if unknown or value.get("format") not in (None, "text"):
        raise InvalidInput(
            f"A handler returned a dict that servers do not read: {dict(value)!r}. Return {_ALLOWED}."
        )
    return Reply(
        _text(value.get("reply")),
        shutup=value.get("shutup") in (1, "1", True),
        shutup_time=_seconds(value.get("shutup_time", 60)),
    )


def _text(found: object) -> str:
    if found is None:
        return ""
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        raise InvalidInput(f"A handler returned a dict whose reply is {found!r}. Give it a str.")
    return str(found)


def _seconds(found: object) -> int:
    digits = str(found)
    if isinstance(found, bool) or not (digits.isascii() and digits.isdigit()):
        raise InvalidInput(
            f"A handler returned a dict whose shutup_time is {found!r}. Give whole seconds, 60 or more."
        )
    return int(digits)
