"""Taking back, muting, kicking and logging in anew, as flows."""

from collections.abc import Mapping
from typing import Any, TypeVar

import pandas as pd

from openqq_nb.errors import InvalidInput, NoAnswer, NotUnderstood
from openqq_nb.models import Flow, Outcome, Receipt
from openqq_nb.protocols.base import Dialect
from openqq_nb.recipients import Number, RowLike, is_missing, number, one_row
from openqq_nb.segments import msg_id_of

T = TypeVar("T")


class Managing:
    """What takes back a message, what an owner or admin may ask for, and a new login."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def recall(self, message: object) -> Flow[Outcome]:
        """Take back one message."""
        return (
            yield from _told(
                self._dialect.recall(_msg_id(message)), "taking a message back", "in a QQ client"
            )
        )

    def mute(self, seconds: float, gnumber: Number, qq: Number, to: RowLike | None) -> Flow[Outcome]:
        """Mute one member of a group."""
        member = _member(gnumber, qq, to)
        return (yield from _told(self._dialect.mute(*member, seconds), "muting"))

    def kick(self, gnumber: Number, qq: Number, to: RowLike | None) -> Flow[Outcome]:
        """Remove one member from a group."""
        return (yield from _told(self._dialect.kick(*_member(gnumber, qq, to)), "kicking"))

    def relogin(self) -> Flow[Outcome]:
        """Have the server log in anew."""
        return (yield from _told(self._dialect.relogin(), "logging in anew"))


def _msg_id(message: object) -> str:
    one = message
    if isinstance(one, pd.DataFrame | list):
        if len(one) != 1:
            raise InvalidInput(
                f"recall takes back exactly one message, these are {len(one)}; nothing was done. Take one of them, "
                "of a frame with .iloc[0]."
            )
        one = one.iloc[0] if isinstance(one, pd.DataFrame) else one[0]
    found = msg_id_of(one)
    if found is None:
        told = (
            f"this receipt has none ({one.delivery.value}: {one.meaning})"
            if isinstance(one, Receipt)
            else f"a {type(message).__name__} was found that has none"
        )
        raise InvalidInput(
            f"A message is taken back by its msg_id, and {told}; nothing was done. Give a msg_id as text or int, a "
            "receipt, a message, or a row of inbox.df."
        )
    return found


def _told(flow: Flow[T], what: str, where: str = "with my.members() or my.server()") -> Flow[T]:
    """Say of a silence, and of an answer that tells nothing, that it leaves open whether the thing was done."""
    open_still = f"It may have been done, or may still be; look, for instance {where}, before you ask again."
    try:
        return (yield from flow)
    except NoAnswer as error:
        raise NoAnswer(
            f"No answer to {what} came ({error.__cause__ or 'the connection was lost'}). {open_still}",
            error.how,
        ) from error
    except NotUnderstood as error:
        error.add_note(f"This came of {what}. {open_still}")
        raise


def _member(gnumber: Number, qq: Number, to: RowLike | None) -> tuple[str, str]:
    if to is not None and (gnumber is not None or qq is not None):
        raise InvalidInput(
            "Name the member once: by gnumber= and qq=, or by to=<a member>. Nothing was done."
        )
    row: Mapping[str, Any] = {"gnumber": gnumber, "qq": qq} if to is None else one_row(to, "done")
    missing = [key for key in ("gnumber", "qq") if is_missing(row.get(key))]
    if missing:
        raise InvalidInput(
            f"{' and '.join(missing)} of the member {'is' if len(missing) == 1 else 'are'} missing; nothing was done. "
            "The servers mute and kick by permanent numbers only: of a member without one they report success, and "
            "touch nobody."
        )
    return str(number("gnumber", row["gnumber"], "done")), str(number("qq", row["qq"], "done"))
