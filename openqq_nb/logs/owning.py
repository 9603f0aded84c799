"""Whether `me=` names anybody who writes in the files that it was given for."""

from collections.abc import Sequence

import pyarrow as pa

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

    def look(self, rows: pa.Table | None) -> None:
        """Take rows of an export into account."""
        if self._wanted is not None and rows is not None and self._has_written(rows):
            self._wanted = None

    def problems(self) -> pa.Table | None:
        """Say that there was no such message; `None` if there was, or if `me=` was not given."""
        if self._wanted is None:
            return None
        why = (
            f"me={self._wanted!r} makes no message the account's own: nobody writes under it here. If the account did "
            "write, give its number or name as it stands in sender_qq or sender; OneBot and go-cqhttp know it by its "
            "number alone."
        )
        return PROBLEMS.table([{"source": self._names[0] if len(self._names) == 1 else None, "why": why}])

    def _has_written(self, rows: pa.Table) -> bool:
        names = [name for name in _WRITERS if {name, "own"} <= set(rows.column_names)]
        own = [rows.column(name).filter(rows.column("own")) for name in names]
        return any(self._wanted in column.unique().to_pylist() for column in own)
