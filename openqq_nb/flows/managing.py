"""Muting, kicking and logging in anew, as flows."""

from collections.abc import Mapping
from typing import Any, TypeVar

from openqq_nb.errors import InvalidInput, NoAnswer, NotUnderstood
from openqq_nb.models import Flow, Outcome
from openqq_nb.protocols.base import Dialect
from openqq_nb.recipients import Number, RowLike, is_missing, number, one_row

T = TypeVar("T")


class Managing:
    """What an owner or admin may ask for, and a new login."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

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


def _told(flow: Flow[T], what: str) -> Flow[T]:
    """Say of a silence, and of an answer that tells nothing, that it leaves open whether the thing was done."""
    open_still = (
        "It may have been done, or may still be; look, for instance with my.members() or my.server(), before you ask "
        "again."
    )
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
