"""JSON lists of objects to Arrow tables of text, one column a key of the server.

An answer of the expected shape, which is what real servers give, is read by Arrow's own reader,
a few megabytes at a time. Any other shape goes the general way through Python objects: slower, the same
result, and nothing is lost: unknown keys, numbers in place of texts, texts in place of numbers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from openqq_nb import schema
from openqq_nb.errors import NotUnderstood, first_bytes
from openqq_nb.protocols.reading import mended, text, value

PLACE = "_place"
"""Column of nested rows: the position of the object that they stand in."""

_OURS = frozenset({PLACE, *(name for frame in schema.ALL for name in frame.names)})
_CHUNK_BYTES = 2 << 20
_BLOCK_BYTES = 1 << 20
_PLAIN = (pa.string(), pa.int64(), pa.bool_(), pa.null())


Check = Callable[[Sequence[Mapping[str, object]]], None]
"""Refuses objects that are not of the expected kind at all."""


@dataclass(frozen=True, slots=True)
class Table:
    """How one kind of object is written by one dialect.

    Attributes:
        columns: key of the server to our column; keys that are in neither this nor `copies` are unknown.
        copies: keys that repeat what stands elsewhere, or that are nobody's business; they are dropped.
        numbers: keys whose values are JSON numbers.
        varies: whether other keys are usual, since several programs write such objects.
    """

    columns: Mapping[str, str]
    copies: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    varies: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys that the dialect is known to write."""
        return tuple(self.columns) + tuple(sorted(self.copies))


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of objects and, where they hold lists of members, those members.

    Attributes:
        outer: one row an object, text columns by key.
        inner: one row a member, with `_place`, the position of its object in `outer`.
    """

    outer: pa.Table
    inner: pa.Table


def read(body: bytes, outer: Table, inner: Table | None = None, check: Check = lambda _: None) -> Rows:
    """Read a JSON list of objects, with their `member` lists if `inner` says how those look.

    Args:
        body: the list.
        outer: how its objects look.
        inner: how their members look.
        check: looks at objects that are not of the expected shape.

    Raises:
        NotUnderstood: the body is no JSON, or no list of objects.
    """
    try:
        pieces = msgspec.json.decode(body, type=list[msgspec.Raw])
        spread = b"\n" in body
        return _joined([_expected(chunk, outer, inner, spread) for chunk in _chunks(pieces)], outer, inner)
    except (msgspec.DecodeError, RecursionError, pa.ArrowInvalid):
        found = objects(body)
        check(found)
        return _general(found, outer, inner)


def objects(body: bytes) -> list[dict[str, Any]]:
    """Read a JSON list of objects into Python, every number as the digits that were written.

    Raises:
        NotUnderstood: the body is no JSON, or no list of objects.
    """
    found = value(body)
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise NotUnderstood(
            f"The server answered with JSON that is no list of objects: {first_bytes(body)}. "
            "Check that the address belongs to the API server of an account, and that its token is right, or "
            "connect again, with protocol='auto'."
        )
    return found


def _chunks(pieces: Sequence[msgspec.Raw]) -> Iterator[list[msgspec.Raw]]:
    chunk: list[msgspec.Raw] = []
    size = 0
    for piece in pieces:
        chunk.append(piece)
        size += len(memoryview(piece))
        if size >= _CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _expected(chunk: Sequence[msgspec.Raw], outer: Table, inner: Table | None, spread: bool) -> Rows:
    if not all(bytes(memoryview(piece)[:1]) == b"{" for piece in chunk):
        raise pa.ArrowInvalid("not an object")  # on a null in the list Arrow's reader would end the process
    lines = b"\n".join(chunk)
    longest = max(len(memoryview(piece)) for piece in chunk)
    table = pj.read_json(
        pa.BufferReader(lines),
        memory_pool=pa.system_memory_pool(),  # the default pool keeps what its threads freed
        read_options=pj.ReadOptions(block_size=max(_BLOCK_BYTES, longest + 1)),
        parse_options=pj.ParseOptions(
            explicit_schema=_arrow_schema(outer, inner),
            unexpected_field_behavior="infer" if outer.varies else "error",
            newlines_in_values=spread,
        ),
    )
    table.validate(full=True)
    if inner is None:
        return Rows(_known(table, outer), _known(table.slice(0, 0), outer))
    return Rows(_known(table, outer), _members(table.column("member"), inner))


def _arrow_schema(outer: Table, inner: Table | None) -> pa.Schema:
    nested = [] if inner is None else [("member", pa.list_(pa.struct(_types(inner))))]
    return pa.schema([*_types(outer), *nested])


def _types(table: Table) -> list[tuple[str, pa.DataType]]:
    return [(key, pa.int64() if key in table.numbers else pa.string()) for key in table.keys]


def _known(table: pa.Table, shape: Table) -> pa.Table:
    known = {key: table.column(key).cast(pa.string()) for key in shape.columns}
    unknown = [key for key in table.column_names if key not in shape.columns and key not in shape.copies]
    return pa.table(known | {_column(key): _plain(table.column(key)) for key in unknown})


def _plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Give what Arrow made of a key that was not expected; it takes some texts for times, and rounds long numbers."""
    if values.type not in _PLAIN:
        raise pa.ArrowInvalid(f"a key of the type {values.type}")
    return values.cast(pa.string())


def _members(lists: pa.ChunkedArray, inner: Table) -> pa.Table:
    joined = lists.combine_chunks()
    members = pc.list_flatten(joined)
    if members.null_count:
        raise pa.ArrowInvalid("a member that is null")
    columns = {key: members.field(key).cast(pa.string()) for key in inner.columns}
    return pa.table({PLACE: pc.list_parent_indices(joined).cast(pa.int64())} | columns)


def _joined(parts: Sequence[Rows], outer: Table, inner: Table | None) -> Rows:
    if not parts:
        return _general([], outer, inner)
    shifted, start = [], 0
    for part in parts:
        shifted.append(_shifted(part.inner, start) if inner else part.inner)
        start += part.outer.num_rows
    outers = pa.concat_tables((part.outer for part in parts), promote_options="default")
    return Rows(outers, pa.concat_tables(shifted))


def _shifted(members: pa.Table, start: int) -> pa.Table:
    return members.set_column(0, PLACE, pc.add(members.column(PLACE), start))


def _general(found: Sequence[dict[str, Any]], outer: Table, inner: Table | None) -> Rows:
    places = [{key: item[key] for key in item if key != "member"} if inner else item for item in found]
    if inner is None:
        return Rows(texts(places, outer), texts([], outer))
    lists = [_member_list(item.get("member")) for item in found]
    members = texts([member for members in lists for member in members], inner)
    positions = [place for place, members in enumerate(lists) for _ in members]
    return Rows(texts(places, outer), members.add_column(0, PLACE, pa.array(positions, pa.int64())))


def _member_list(found: object) -> list[dict[str, Any]]:
    members = found if isinstance(found, list) else []
    return [member for member in members if isinstance(member, dict)]


def texts(found: Sequence[Mapping[str, Any]], shape: Table) -> pa.Table:
    """Turn objects into text columns by key of the server, one row each; unknown keys come last."""
    unknown = dict.fromkeys(
        key for item in found for key in item if key not in shape.columns and key not in shape.copies
    )
    columns = {key: key for key in shape.columns} | {key: _column(key) for key in unknown}
    return pa.table(
        {
            name: pa.array([text(item.get(key)) for item in found], pa.string())
            for key, name in columns.items()
        }
    )


def _column(key: str) -> str:
    """Name the column of an unknown key; one that is called like a column of ours is not mixed up with it."""
    name = mended(key)
    return f"raw_{name}" if name in _OURS else name
