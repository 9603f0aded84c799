"""A log: one or several journals as frames, in order of time and without doubles."""

import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb import records
from openqq_nb.columns import Frame, Schema
from openqq_nb.database import Connection, open_readonly
from openqq_nb.errors import InvalidInput
from openqq_nb.models import Row
from openqq_nb.schema import EVENTS, MESSAGES, PROBLEMS

T = TypeVar("T")


def open_log(*paths: str | os.PathLike[str]) -> "Log":
    """Open journals for reading; nothing is ever written to them.

    Args:
        paths: one or more journals; a message that several of them hold is there once.

    Returns:
        A `Log`: messages in `df`, events in `events`, what could not be read in `problems`.

    Raises:
        JournalFailed: a file is not there, or is no journal; the error tells what it begins with.
        InvalidInput: no path was given.

    Example:
        >>> import tempfile
        >>> import openqq_nb as oq
        >>> my = oq.demo()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with my.listen(journal=f"{folder}/messages.db") as inbox:
        ...         message = my.simulator.say("小灰", "在吗？")
        ...         received = inbox.wait(1, timeout=10)
        ...     oq.open_log(f"{folder}/messages.db").df["content"].tolist()
        ['在吗？']
    """
    if not paths:
        raise InvalidInput(
            'No log can be opened.\nNo path was given.\nName a journal: `oq.open_log("messages.db")`.'
        )
    log = Log([_checked(path) for path in paths])
    for path in log.paths:
        with open_readonly(path):
            pass
    return log


def _checked(path: object) -> Path:
    if isinstance(path, str | os.PathLike) and str(path):
        return Path(path).expanduser()
    raise InvalidInput(
        f'No log can be opened.\n{path!r} is no path of a file.\nName a journal: `oq.open_log("messages.db")`.'
    )


class Log:
    """A read-only view of journals as they were when they were first looked at.

    Args:
        paths: files that hold journals.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = tuple(paths)

    def __len__(self) -> int:
        return len(self._messages)

    def __repr__(self) -> str:
        where = self.paths[0].name if len(self.paths) == 1 else f"{len(self.paths)} journals"
        return f"<Log of {len(self):,} messages{_span(self._messages)} from {where}>"

    @property
    def df(self) -> Frame:
        """The messages in order of `msg_time`, then of arrival.

        Returns:
            `schema.MESSAGES`, then unknown keys; a RangeIndex, one row a message. A new frame at each access.
        """
        return self._messages.copy(deep=False)

    @property
    def events(self) -> Frame:
        """The events in order of arrival: `schema.EVENTS`, then unknown keys; one row an event."""
        return self._events.copy(deep=False)

    @property
    def problems(self) -> Frame:
        """The posts that could not be read, in order of arrival: `received_at`, `why`, `body`."""
        posts = [post for path in self.paths for post in _read(path, records.aside)]
        posts.sort(key=lambda post: post.received_at)
        rows: list[Row] = [
            {
                "received_at": post.received_at,
                "why": post.why,
                "body": post.body.decode("utf-8", "backslashreplace"),
            }
            for post in posts
        ]
        return PROBLEMS.frame(PROBLEMS.table(rows))

    @cached_property
    def _messages(self) -> Frame:
        table = _joined(self.paths, MESSAGES)
        written = pc.coalesce(table.column("msg_time"), table.column("received_at"))
        return MESSAGES.frame(_sorted(table, [written, *self._arrival(table)]))

    @cached_property
    def _events(self) -> Frame:
        table = _joined(self.paths, EVENTS)
        return EVENTS.frame(_sorted(table, self._arrival(table)))

    def _arrival(self, table: pa.Table) -> list[pa.ChunkedArray]:
        """Within one journal the rows stand in order of arrival; between several only the clock tells it."""
        return [table.column("received_at")] if len(self.paths) > 1 else []


def _span(messages: Frame) -> str:
    times = messages["msg_time"].dropna()
    return f", {times.min():%Y-%m-%d} to {times.max():%Y-%m-%d}," if len(times) else ""


def _read(path: Path, reader: Callable[[Connection], T]) -> T:
    with open_readonly(path) as connection:
        return reader(connection)


def _joined(paths: Sequence[Path], schema: Schema) -> pa.Table:
    """Put the rows of all journals one behind the other; of those with one fingerprint the first counts."""
    parts, known = [], set[str]()
    for path in paths:
        found, identities = _read(path, lambda connection: _identified(connection, schema))
        parts.append(found.filter(pa.array([identity not in known for identity in identities], pa.bool_())))
        known.update(identities)
    return pa.concat_tables(parts, promote_options="default")


def _identified(connection: Connection, schema: Schema) -> tuple[pa.Table, list[str]]:
    return records.read(connection, schema), records.fingerprints(connection, schema)


def _sorted(table: pa.Table, keys: Sequence[pa.ChunkedArray]) -> pa.Table:
    """Sort by the keys, and where they are equal by the place in the table."""
    place = pa.chunked_array([pa.array(range(table.num_rows), pa.int64())])
    names = [str(number) for number in range(len(keys) + 1)]
    order = pc.sort_indices(pa.table([*keys, place], names), [(name, "ascending") for name in names])
    return table.take(order)
