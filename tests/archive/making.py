"""Tables of messages, and the rows of a frame of any engine, so that tests can compare them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
from hypothesis import strategies as st

from openqq_nb.archive import Engine
from openqq_nb.columns import ZONE
from openqq_nb.schema import MESSAGES

CHINA = ZoneInfo(ZONE)
QUICK: tuple[Engine, ...] = ("pandas", "polars", "duckdb", "dask")
Rows = list[dict[str, Any]]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def table(**columns: list[Any]) -> pa.Table:
    """Make a table of some columns of messages, and of others as text."""
    kinds = {one.name: one.arrow_type for one in MESSAGES.columns}
    return pa.table(
        {name: pa.array(values, kinds.get(name, pa.string())) for name, values in columns.items()}
    )


def talk(day: str, *contents: str) -> pa.Table:
    """Make messages of one day, one a minute."""
    begin = at(day)
    times = [begin + timedelta(minutes=number) for number in range(len(contents))]
    return table(msg_time=times, content=list(contents))


def files(folder: str | Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file())


def collected(frame: Any) -> pa.Table:
    """Bring a frame of any engine into Arrow."""
    if hasattr(frame, "compute"):
        frame = frame.compute(scheduler="synchronous")  # without threads that stay
    if isinstance(frame, pa.Table):
        return frame
    if isinstance(frame, pd.DataFrame):
        return pa.Table.from_pandas(frame, preserve_index=False)
    if hasattr(frame, "collect_schema"):
        return frame.collect().to_arrow()
    return frame.to_arrow_table() if hasattr(frame, "to_arrow_table") else frame.toArrow()


def rows(frame: Any) -> Rows:
    """Give what is in a frame of any engine, in order of place where it has one; times as of UTC."""
    found = collected(frame)
    listed: Rows = [
        {name: _plain(value) for name, value in zip(found.column_names, row, strict=True)}
        for row in zip(*(column.to_pylist() for column in found.columns), strict=True)
    ]
    return sorted(listed, key=lambda row: row["place"]) if "place" in found.column_names else listed


def columns(frame: Any) -> list[str]:
    return list(frame.collect_schema().names() if hasattr(frame, "collect_schema") else frame.columns)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return None if value is pd.NaT or value is pd.NA else value


# --- any messages ---

_TEXT = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_TIMES = st.none() | st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2040, 1, 1),  # noqa: DTZ001 - the same
    timezones=st.just(UTC),
)
_MORE = st.sampled_from(
    ["rank", "称呼", 'a "quoted" one', "Content", "b`c", "x y", "*", "^content$", "month", ""]
)


@st.composite
def parts(draw: st.DrawFn) -> list[pa.Table]:
    """Make pieces of a log with any columns, times of any month among them missing."""
    return [_part(draw) for _ in range(draw(st.integers(0, 3)))]


def _part(draw: st.DrawFn) -> pa.Table:
    number = draw(st.integers(0, 5))

    def values(strategy: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(strategy, min_size=number, max_size=number))

    made = {"msg_time": values(_TIMES), "content": values(_TEXT), "sender_qq": values(_TEXT)}
    if draw(st.booleans()):
        made |= {
            "own": values(st.none() | st.booleans()),
            "code": values(st.none() | st.integers(-(2**62), 2**62)),
        }
    return table(**made, **{name: values(_TEXT) for name in draw(st.sets(_MORE, max_size=2))})
