"""Whether `me=` names anybody who writes in the files that it was given for."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.logs.origins import Export, Origin
from openqq_nb.schema import PROBLEMS

_WRITERS = ("sender_qq", "sender", "sender_id")


class Owner:
    """Looks for messages that `me=` makes the account's own.

    Args:
        origins: where rows come from; journals and archives know themselves whose they are.
    """

    def __init__(self, origins: Sequence[Origin]) -> None:
        exports = [one for one in origins if isinstance(one, Export) and one.options.me is not None]
        self._names = [one.source.name for one in exports]
        self._wanted = exports[0].options.me if exports else None
        self._stated: dict[str, str] = {}

    def look(self, origin: Origin, rows: pa.Table | None) -> None:
        """Take rows of an origin into account."""
        if self._wanted is None or rows is None or "own" not in rows.column_names:
            return
        if self._has_written(rows):
            self._wanted = None
        elif isinstance(origin, Export) and (told := _account(rows, self._wanted)) is not None:
            self._stated.setdefault(origin.source.name, told)

    def problems(self) -> pa.Table | None:
        """Say that there was no such message, and whose the files say they are.

        Returns:
            `None` if there was one, or if `me=` was not given.
        """
        if self._wanted is None:
            return None
        if self._stated:
            return PROBLEMS.table(
                [
                    {
                        "source": name,
                        "why": f"{name} says that the account is {told}; me={self._wanted!r} was not used.",
                    }
                    for name, told in self._stated.items()
                ]
            )
        why = (
            f"me={self._wanted!r} makes no message the account's own: nobody writes under it here. If the account did "
            "write, give its number or name as it stands in sender_qq or sender; OneBot and go-cqhttp know it by its "
            "number alone."
        )
        return PROBLEMS.table([{"source": self._names[0] if len(self._names) == 1 else None, "why": why}])

    def _has_written(self, rows: pa.Table) -> bool:
        own = [rows.column(name).filter(rows.column("own")) for name in _WRITERS if name in rows.column_names]
        return any(self._wanted in column.unique().to_pylist() for column in own)


def _account(rows: pa.Table, wanted: str) -> str | None:
    """Tell whose rows are the account's own, if a file that was not asked about `wanted` knows that."""
    own = rows.column("own")
    # Nobody alone is written to in a group, so a receiver there is the account.
    others = pc.and_(pc.invert(own), pc.equal(rows.column("type"), "group_message"))
    for which, name, number in ((own, "sender", "sender_qq"), (others, "receiver", "receiver_qq")):
        if {name, number} <= set(rows.column_names):
            for one in rows.select([name, number]).filter(which).drop_null().slice(0, 1).to_pylist():
                return None if wanted in one.values() else f"{one[name]} ({one[number]})"
    return None
