"""Whom a single send goes to: from the keywords as given, or from one row of a frame.

Numbers given by keyword go out exactly as given, and the server's code is the answer.
"""

import math
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import pandas as pd

from openqq_nb.columns import Series
from openqq_nb.errors import InvalidInput, listed
from openqq_nb.models import Recipient, RecipientType

Undone = Literal["sent", "done"]

Number = str | int | None
"""An identifier as people give it; it goes out as text."""

RowLike: TypeAlias = Series | pd.DataFrame | Mapping[str, Any] | list[Any]
"""One row of a frame, or a frame or list of exactly one row."""

_ROWS: dict[RecipientType, str] = {
    "friend": "take a row of my.friends() or my.members(), or give qq=",
    "group": "take a row of my.groups(), or give gnumber=",
    "discuss": "take a row of my.discusses(), or give did=",
    "session": "take a row of my.members() or my.discuss_members()",
}

_FROM_MESSAGE: dict[RecipientType, str] = {
    "friend": "row.rename({'sender_qq': 'qq'})[['qq']]",
    "group": "row[['gnumber']]",
    "discuss": "row.rename({'discuss_id': 'did'})[['did']]",
    "session": "row.rename({'sender_qq': 'qq'})[['qq', 'gnumber']]",
}
"""How to say who is meant by a row of messages, to be pasted."""


def by_keys(recipient_type: RecipientType, **given: Number) -> Recipient:
    """Make a recipient of keywords; an `int` is taken, a float is not.

    Raises:
        InvalidInput: a number is no text of digits and no `int`.
    """
    return Recipient(recipient_type, **{key: number(key, value) for key, value in given.items()})


def number(key: str, value: object, undone: Undone = "sent") -> str | None:
    """Bring an identifier to text.

    Args:
        key: what it is given as.
        value: the identifier; `None` stays `None`.
        undone: what an error says of what was asked: that nothing was sent, or done.

    Raises:
        InvalidInput: it is a float, missing, no number at all, or a text that cannot be written as UTF-8.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return _encodable(key, value, undone)
    if is_missing(value):
        raise InvalidInput(
            f"{key} is missing here: the server does not know this number. Nothing was {undone}; to=<the row> finds "
            "another way if there is one."
        )
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        shown = repr(value) if isinstance(value, float | bool) else "…"
        raise InvalidInput(
            f"{key}={shown} is a {type(value).__name__}. Identifiers are texts: a float loses digits beyond 15 and "
            f"turns into another number. Nothing was {undone}; give {key} as a text."
        )
    return str(value.__index__())


def is_missing(value: object) -> bool:
    """Tell what stands in a frame, or is given, where there is no value."""
    return (
        value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))
    )


def by_row(recipient_type: RecipientType, to: RowLike) -> Recipient:
    """Make a recipient of exactly one row: its permanent number, else its id of this login.

    Args:
        recipient_type: what the row is to be.
        to: a row, a mapping, or a frame of one row.

    Raises:
        InvalidInput: several rows, none, a frame of messages, or a row without a number.
    """
    row = one_row(to)
    _refuse_messages(recipient_type, row)
    if recipient_type == "friend":
        return _stated(recipient_type, row, ("qq", "id"))
    if recipient_type == "group":
        return _stated(recipient_type, row, ("gnumber", "gid"))
    if recipient_type == "discuss":
        return _stated(recipient_type, row, ("did",))
    person = _stated("friend", row, ("qq", "id"))
    place = _stated("session", row, ("gnumber", "gid", "did"))
    return Recipient("session", person.qq, person.id, place.gnumber, place.gid, place.did)


def one_row(to: RowLike, undone: Undone = "sent") -> Mapping[str, Any]:
    """Take the one row that is meant.

    Args:
        to: a row, a mapping, or a frame or list of one row.
        undone: as for `number`.

    Raises:
        InvalidInput: there is not exactly one.
    """
    if isinstance(to, pd.Series):
        return {str(key): value for key, value in to.items()}
    if isinstance(to, Mapping):
        return to
    if isinstance(to, list) and len(to) == 1:
        return one_row(to[0], undone)
    if isinstance(to, pd.DataFrame):
        if len(to) == 1:
            return one_row(to.iloc[0], undone)
        shown = [str(name) for name in to["displayname"]] if "displayname" in to else []
        choices = f" They are:{listed(shown)}" if shown else ""
        raise InvalidInput(
            f"to= wants exactly one row, this frame has {len(to)}; nothing was {undone}. Filter it, or take one with "
            f".iloc[0].{choices}"
        )
    raise InvalidInput(
        f"to= wants a row of friends(), groups(), members() or discusses(), not a {type(to).__name__}; nothing was "
        f"{undone}. For a number use qq=, gnumber= or did=."
    )


def _refuse_messages(recipient_type: RecipientType, row: Mapping[str, Any]) -> None:
    if "msg_class" not in row and "sender" not in row:
        return
    raise InvalidInput(
        "This is a row of messages, and who is meant by it is not said; nothing was sent. "
        f"Say it by renaming the column that you mean: to={_FROM_MESSAGE[recipient_type]}."
    )


def _stated(recipient_type: RecipientType, row: Mapping[str, Any], keys: tuple[str, ...]) -> Recipient:
    for key in keys:
        if not is_missing(row.get(key)):
            return by_keys(recipient_type, **{key: row[key]})
    raise InvalidInput(
        f"This row names no {recipient_type}: {_why_not(row, keys)}. Nothing was sent; {_ROWS[recipient_type]}."
    )


def _why_not(row: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    there = [key for key in keys if key in row]
    if there:
        return f"{' and '.join(there)} {'is' if len(there) == 1 else 'are'} missing, not known to the server"
    return f"it has no {' and no '.join(keys)}"


def _encodable(key: str, text: str, undone: Undone) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(
            f"{key}={text!r} has half of a surrogate pair at position {error.start}, which is no text that a server "
            f"takes. Nothing was {undone}; give the number in digits."
        ) from error
    return text
