"""Muting, kicking and logging in anew, as flows."""

from collections.abc import Mapping
from typing import Any, TypeVar

from openqq_nb.errors import InvalidInput, NoAnswer
from openqq_nb.models import Flow, Outcome
from openqq_nb.protocols.base import Dialect
from openqq_nb.recipients import Number, RowLike, number, one_row

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
    """Say of a silence that it leaves open whether the thing was done."""
    try:
        return (yield from flow)
    except NoAnswer as error:
        raise NoAnswer(
            f"No answer to {what} came ({error.__cause__ or 'the connection was lost'}). It may have been done, or may "
            "still be; look, for instance with my.members() or my.server(), before you ask again."
        ) from error


def _member(gnumber: Number, qq: Number, to: RowLike | None) -> tuple[str, str]:
    if to is not None and (gnumber is not None or qq is not None):
        raise InvalidInput(
            "Name the member once: by gnumber= and qq=, or by to=<a member>. Nothing was done."
        )
    given: dict[str, Any] = {"gnumber": gnumber, "qq": qq} if to is None else _numbers(one_row(to))
    known = {key: number(key, value) for key, value in given.items() if value is not None}
    missing = [key for key in ("gnumber", "qq") if key not in known]
    if missing:
        raise InvalidInput(
            f"{' and '.join(missing)} of the member {'is' if len(missing) == 1 else 'are'} missing; nothing was done. "
            "The servers mute and kick by permanent numbers only: of a member without one they report success, and "
            "touch nobody."
        )
    return str(known["gnumber"]), str(known["qq"])


def _numbers(row: Mapping[str, Any]) -> dict[str, str | int]:
    """Take the numbers that a row states; missing values of any kind are left out."""
    return {key: row[key] for key in ("gnumber", "qq") if isinstance(row.get(key), str | int)}
