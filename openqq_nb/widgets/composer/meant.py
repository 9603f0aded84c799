"""What kind of recipient a row means, when it is only said `to=`."""

from collections.abc import Callable, Mapping
from typing import Any, get_args

from openqq_nb.errors import InvalidInput
from openqq_nb.models import RecipientType
from openqq_nb.recipients import is_missing

_KINDS: tuple[RecipientType, ...] = get_args(RecipientType)


def kind_meant(row: Mapping[str, Any], is_friend: Callable[[Mapping[str, Any]], bool]) -> RecipientType:
    """Tell what a row is to be written to as.

    Args:
        row: one row of a frame.
        is_friend: tells whether the person of a row is a friend.

    Returns:
        The row's `recipient_type` if it has one; a person is a friend, or a session if it is none and the row names
        a group or discuss; then a discuss, then a group. A row that names nobody counts as a friend, of which
        `by_row` then says what is missing.

    Raises:
        InvalidInput: there is no such `recipient_type`.
    """
    stated = row.get("recipient_type")
    if not is_missing(stated):
        return _checked(stated)
    has = {key for key in ("qq", "id", "gnumber", "gid", "did") if not is_missing(row.get(key))}
    if has & {"qq", "id"}:
        return "session" if has & {"gnumber", "gid", "did"} and not is_friend(row) else "friend"
    if "did" in has:
        return "discuss"
    return "group" if has else "friend"


def _checked(stated: object) -> RecipientType:
    for kind in _KINDS:
        if stated == kind:
            return kind
    raise InvalidInput(
        f"There is no recipient_type {stated!r}; it is one of {', '.join(_KINDS)}. Nothing was sent."
    )
