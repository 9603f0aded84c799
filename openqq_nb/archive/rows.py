"""The rows of an archive as tables of Arrow, in order."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from openqq_nb.archive.contents import TIME, contents, dataset_of
from openqq_nb.archive.pieces import PLACE
from openqq_nb.archive.places import Place, place, understood
from openqq_nb.columns import Schema
from openqq_nb.schema import EVENTS, PROBLEMS

Bounds = tuple[int | None, int | None]


def table(folder: str, columns: Sequence[str] | None = None, bounds: Bounds = (None, None)) -> pa.Table:
    """Read messages in order of time, then of place.

    Args:
        folder: an archive, or another folder of Parquet files of messages.
        columns: which columns; those that are not there are left out. `None` means all but `place`.
        bounds: only messages from that moment on, and before that moment, in whole microseconds since 1970 UTC.
    """
    found = contents(place(folder))
    there = found.schema.names
    wanted = (
        [name for name in there if name != PLACE] if columns is None else [n for n in columns if n in there]
    )
    keys = [name for name in ("msg_time", PLACE) if name in there]
    with understood(found.at, "read"):
        rows = dataset_of(found).to_table(
            columns=list(dict.fromkeys([*wanted, *keys])), filter=_between(*bounds)
        )
    order = pc.sort_indices(rows, sort_keys=[(name, "ascending") for name in keys])
    return rows.select(wanted or there[:1]).take(order)


def events(folder: str) -> pa.Table:
    """Read the events that are kept beside; none where there is no such file."""
    return _beside(place(folder), "events.parquet", EVENTS)


def problems(folder: str) -> pa.Table:
    """Read what was not understood when the archive was written; nothing where there is no such file."""
    return _beside(place(folder), "problems.parquet", PROBLEMS)


def _between(since: int | None, until: int | None) -> Any:  # noqa: ANN401 - pyarrow has no types
    least = None if since is None else pc.field("msg_time") >= _moment(since)
    end = None if until is None else pc.field("msg_time") < _moment(until)
    return end if least is None else least if end is None else least & end


def _moment(micros: int) -> Any:  # noqa: ANN401 - pyarrow has no types
    return pa.scalar(micros, pa.int64()).cast(TIME)


def _beside(at: Place, name: str, schema: Schema) -> pa.Table:
    if name not in at.files():
        return schema.table([])
    with understood(at, "read", name), at.filesystem.open_input_file(at.within(name)) as stream:
        return pq.read_table(stream)
