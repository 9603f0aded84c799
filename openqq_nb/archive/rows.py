"""The rows of an archive, or of other Parquet files, as tables of Arrow with the columns of messages."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import reduce
from operator import and_
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from openqq_nb.archive.contents import TIME, Contents, conform, contents, dataset_of
from openqq_nb.archive.marker import Piece
from openqq_nb.archive.pieces import PLACE, TEXT, completed
from openqq_nb.archive.places import Place, place, understood
from openqq_nb.columns import Schema
from openqq_nb.schema import EVENTS, MESSAGES, PROBLEMS

Bounds = tuple[int | None, int | None]

_CLOCKS = ("msg_time", "received_at")


def names(folder: str) -> list[str]:
    """Name the columns that messages have in `table`."""
    return _names(contents(place(folder)))


def table(
    folder: str,
    columns: Sequence[str] | None = None,
    bounds: Bounds = (None, None),
    content: Any = None,  # noqa: ANN401 - pyarrow has no types
) -> pa.Table:
    """Read messages in order of time, then of place.

    Args:
        folder: an archive, or other Parquet files of messages.
        columns: which columns, in order; those that are neither declared nor there are left out. `None` means all but
            `place`.
        bounds: only messages from that moment on, and before that moment, in whole microseconds since 1970 UTC.
        content: an expression of Arrow over `content`; where that is text, only messages of which it is true.

    Returns:
        One row a message: columns of `schema.MESSAGES` with their types, text as `large_string`; others as text.

    Raises:
        InvalidInput: it cannot be read, or a column cannot be what it is declared to be.
    """
    found = contents(place(folder))
    every = _names(found)
    wanted = list(dict.fromkeys(every if columns is None else [one for one in columns if one in every]))
    there = [name for name in wanted if name in found.schema.names]
    # A table without columns would have no rows either.
    rows = in_order(found, there or ["msg_time"], bounds, content)
    return completed(rows, MESSAGES, others=TEXT).select(wanted or ["msg_time"])


def in_order(
    found: Contents,
    columns: Sequence[str],
    bounds: Bounds = (None, None),
    content: Any = None,  # noqa: ANN401 - pyarrow has no types
) -> pa.Table:
    """Read columns that are there, in order of the first clock that tells, then of place."""
    there = found.schema.names
    clocks = [name for name in _CLOCKS if name in there]
    places = [PLACE] if PLACE in there else []
    with understood(found.at, "read"):
        rows = dataset_of(found).to_table(
            columns=list(dict.fromkeys([*columns, *clocks, *places])),
            filter=_all(*_between(*bounds), content if _has_text(found) else None),
        )
    moments = pc.coalesce(*(_moments(rows.column(name)) for name in clocks))
    keys = pa.table([moments, *(rows.column(name) for name in places)], names=["moment", *places])
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.column_names])
    return rows.select(list(columns)).take(order)


def pieces(folder: str) -> Iterator[pa.Table]:
    """Read messages month by month, one row group at a time, the groups of a month in order of place.

    Args:
        folder: an archive, or other Parquet files of messages, which are read file by file.

    Yields:
        The columns of `table`.

    Raises:
        InvalidInput: it cannot be read, or a column cannot be what it is declared to be.
    """
    found = contents(place(folder))
    for name, group in _groups(found):
        with understood(found.at, "read", name), _file(found, name) as file:
            rows = conform(file.read_row_group(group), found.schema)
        messages = rows.drop_columns([PLACE] if PLACE in rows.column_names else [])
        yield completed(messages, MESSAGES, others=TEXT)


def events(folder: str) -> pa.Table:
    """Read the events that are kept beside; none where there is no such file."""
    return _beside(place(folder), "events.parquet", EVENTS)


def problems(folder: str) -> pa.Table:
    """Read what was not understood when the archive was written; nothing where there is no such file."""
    return _beside(place(folder), "problems.parquet", PROBLEMS)


def _names(found: Contents) -> list[str]:
    return list(dict.fromkeys((*MESSAGES.names, *(name for name in found.schema.names if name != PLACE))))


def _groups(found: Contents) -> list[tuple[str, int]]:
    """Name all row groups with their files; a month may have gone on in a file of a lower number."""
    begun = [
        (piece.name.rpartition("/")[0], first, piece.name, group)
        for piece in found.pieces
        for group, first in enumerate(_first_places(found, piece))
    ]
    return [(name, group) for _, _, name, group in sorted(begun, key=lambda one: one[:2])]


def _first_places(found: Contents, piece: Piece) -> list[int]:
    """Tell the first place of each row group; 0 in files of others, which are read as they stand."""
    with understood(found.at, "read", piece.name), _file(found, piece.name) as file:
        # The last column, since an archive has none that are nested.
        groups = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
        last = [group.column(group.num_columns - 1) for group in groups]
        return [one.statistics.min if one.path_in_schema == PLACE and one.statistics else 0 for one in last]


def _file(found: Contents, name: str) -> "closing[pq.ParquetFile]":
    # It closes what it opened itself only.
    return closing(pq.ParquetFile(found.at.within(name), filesystem=found.at.filesystem))


def _has_text(found: Contents) -> bool:
    return "content" in found.schema.names and found.schema.field("content").type == TEXT


def _all(*asked: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    stated = [one for one in asked if one is not None]
    return reduce(and_, stated) if stated else None


def _between(since: int | None, until: int | None) -> tuple[Any, Any]:
    return (
        None if since is None else pc.field("msg_time") >= _moment(since),
        None if until is None else pc.field("msg_time") < _moment(until),
    )


def _moment(micros: int) -> Any:  # noqa: ANN401 - pyarrow has no types
    return pa.scalar(micros, pa.int64()).cast(TIME)


def _moments(clock: pa.ChunkedArray) -> pa.ChunkedArray:
    """Give the times of a column; one of another type, which files of others may have, tells none."""
    return clock if clock.type == TIME else pa.chunked_array([pa.nulls(len(clock), TIME)])


def _beside(at: Place, name: str, schema: Schema) -> pa.Table:
    if name not in at.files():
        return schema.table([])
    with understood(at, "read", name), at.filesystem.open_input_file(at.within(name)) as stream:
        return pq.read_table(stream)
