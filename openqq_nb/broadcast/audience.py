"""Whom a broadcast is for, as it was written: rows, frames, reports, or a list of these.

Which of a kind a row is follows from its columns alone, never from a value that happens to be missing: a member whose
number is not known must not turn into his group.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.broadcast.arrays import NULL, whole
from openqq_nb.columns import Series, plain_text
from openqq_nb.errors import InvalidInput, listed
from openqq_nb.models import RecipientType
from openqq_nb.recipients import is_missing, number

To: TypeAlias = pd.DataFrame | Series | Mapping[str, Any] | Sequence[Any]
"""A row, a frame, a report, or a list of these."""

NUMBERS = ("qq", "gnumber", "did", "id", "gid")
NAMES = ("nick", "gname", "dname")
TYPES: tuple[str, ...] = get_args(RecipientType)
PERSON = "person"
"""What somebody is of whom it is not said whether he is written to as a friend or through a group."""

_PERMANENT = ("qq", "gnumber")
_OF_MESSAGES = ("msg_class", "sender")
_ADVICE = (
    "Hand in rows of my.friends(), my.groups(), my.members() or my.discusses(), a report, or a frame with a column "
    "qq, gnumber or did. Nothing was planned."
)


@dataclass(frozen=True, slots=True)
class Audience:
    """Those who were named.

    Attributes:
        rows: one row each: `recipient_type` (or `person`), the numbers, ids and names, `displayname`, `problem`; all
            of them text.
        fields: what a template may name, in the same order: the columns of all that was handed in.
    """

    rows: pa.Table
    fields: pd.DataFrame


def named(to: object) -> Audience:
    """Read whom a broadcast is for.

    Args:
        to: a row, a frame, a report, or a list of these.

    Raises:
        InvalidInput: it is none of these, a frame of messages, names nobody, or has numbers that are floats.
    """
    frames = [*_frames(to)]
    for frame in frames:
        _check(frame)
    if not sum(len(frame) for frame in frames):
        raise InvalidInput(f"to= names nobody: it has no rows. {_ADVICE}")
    rows = pa.concat_tables([_rows(frame) for frame in frames]).combine_chunks()
    fields = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    return Audience(rows, fields)


def _frames(to: object) -> Iterator[pd.DataFrame]:
    """Give frames of one kind of row each; rows of a list that have the same keys become one."""
    if isinstance(to, pd.DataFrame):
        yield to.reset_index(drop=True)
    elif isinstance(to, pd.Series | Mapping):
        yield _of_rows([to])
    elif isinstance(to, list | tuple):
        held: list[Series | Mapping[str, Any]] = []
        for one in to:
            is_row = isinstance(one, pd.Series | Mapping)
            if held and not (is_row and [*held[0].keys()] == [*one.keys()]):
                yield _of_rows(held)
                held = []
            if is_row:
                held.append(one)
            else:
                yield from _frames(one)
        if held:
            yield _of_rows(held)
    else:
        raise InvalidInput(f"to= is a {type(to).__name__}, which names nobody. {_ADVICE}")


def _of_rows(rows: Sequence[Series | Mapping[str, Any]]) -> pd.DataFrame:
    # Kept as they are: pandas would make floats of whole numbers beside a missing one.
    return pd.DataFrame(
        {key: pd.Series([row[key] for row in rows], dtype=object) for key in [*rows[0].keys()]}
    )


def _check(frame: pd.DataFrame) -> None:
    columns = [*frame.columns]
    strange = [name for name in columns if not isinstance(name, str)]
    if strange or len(set(columns)) < len(columns):
        raise InvalidInput(
            f"The columns of to= must be texts, each there once; found {columns!r}. Nothing was planned."
        )
    if any(name in columns for name in _OF_MESSAGES):
        raise InvalidInput(
            "to= is a frame of messages, and who is meant by it is not said; nothing was planned. Say it by renaming "
            "the column that you mean: to=df.rename(columns={'sender_qq': 'qq'})[['qq']] for the writers, "
            "to=df[['gnumber']] for the groups."
        )
    if not any(name in columns for name in NUMBERS):
        raise InvalidInput(f"to= names nobody. Its columns are:{listed(columns)}\n{_ADVICE}")


def _rows(frame: pd.DataFrame) -> pa.Table:
    rows = {name: _numbers(frame, name) for name in NUMBERS}
    # An unnamed discuss has the name "", which is compared like any other.
    rows |= {name: _texts(frame, name) for name in NAMES}
    rows["displayname"] = _not_blank(_texts(frame, "displayname"))
    rows["problem"] = _strange_numbers(rows, len(frame))
    return pa.table({"recipient_type": _types(frame), **rows})


def _types(frame: pd.DataFrame) -> pa.Array:
    """Tell what the rows are: what they say themselves, else what their columns say."""
    stated = _not_blank(_texts(frame, "recipient_type"))
    strange = sorted(set(stated.drop_null().unique().to_pylist()) - {*TYPES})
    if strange:
        raise InvalidInput(
            f"The column recipient_type of to= says {strange[0]!r}. It may say {', '.join(TYPES)}, or nothing. "
            "Nothing was planned."
        )
    return pc.fill_null(stated, _kind_by_columns(frame))


def _kind_by_columns(frame: pd.DataFrame) -> str:
    if "qq" in frame or "id" in frame:
        return PERSON
    return "discuss" if "did" in frame else "group"


def _texts(frame: pd.DataFrame, name: str) -> pa.Array:
    """Give a column as text."""
    if name not in frame:
        return pa.nulls(len(frame), pa.string())
    column = frame[name]
    if isinstance(column.dtype, pd.StringDtype) and column.dtype.storage == "pyarrow":
        return whole(pa.array(column.array).cast(pa.string()))
    return pa.array([None if is_missing(one) else plain_text(one) for one in column], pa.string())


def _numbers(frame: pd.DataFrame, name: str) -> pa.Array:
    """Give a column of numbers as text; whole numbers are taken, floats are not, since they have lost digits."""
    if name not in frame or not frame[name].notna().any():
        return pa.nulls(len(frame), pa.string())
    column = frame[name]
    if pd.api.types.is_float_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
        raise InvalidInput(
            f"The column {name} of to= has the dtype {column.dtype}. Identifiers are texts: a float loses digits "
            f"beyond 15 and turns into another number. Nothing was planned; read the column as text, for instance "
            f"with pd.read_csv(…, dtype={{{name!r}: str}})."
        )
    if isinstance(column.dtype, pd.StringDtype) or pd.api.types.is_integer_dtype(column.dtype):
        return _not_blank(_texts(frame, name))
    found = [None if is_missing(one) else number(name, one) for one in column]
    return _not_blank(pa.array(found, pa.string()))


def _not_blank(values: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(values), ""), NULL, values)


def _strange_numbers(rows: Mapping[str, pa.Array], count: int) -> pa.Array:
    """Say which permanent numbers are none: an uploaded list may have anything in its lines."""
    problem = pa.nulls(count, pa.string())
    for name in _PERMANENT:
        strange = pc.invert(pc.match_substring_regex(rows[name], "^[0-9]+$"))
        if np.any(pc.fill_null(strange, False)):
            words = pc.binary_join_element_wise(f"{name} is no number:", rows[name], " ")
            problem = pc.coalesce(problem, pc.if_else(strange, words, NULL))
    return problem
