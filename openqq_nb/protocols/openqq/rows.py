"""JSON lists of objects to Arrow tables of text, one column a key of the server.

An answer of exactly the expected shape, which is what real servers give, is read by Arrow's own reader,
a few megabytes at a time. Any other shape goes the general way through Python objects: slower, the same
result, and nothing is lost: unknown keys, numbers in place of texts, texts in place of numbers.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from openqq_nb import schema
from openqq_nb.errors import NotUnderstood, first_bytes
from openqq_nb.protocols.openqq.fields import Table

PLACE = "_place"
"""Column of nested rows: the position of the object that they stand in."""

_OURS = frozenset({PLACE, *(name for frame in schema.ALL for name in frame.names)})
_CHUNK_BYTES = 2 << 20
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of objects and, where they hold lists of members, those members.

    Attributes:
        outer: one row an object, text columns by key.
        inner: one row a member, with `_place`, the position of its object in `outer`.
    """

    outer: pa.Table
    inner: pa.Table


def read(body: bytes, outer: Table, inner: Table | None = None) -> Rows:
    """Read a JSON list of objects, with their `member` lists if `inner` says how those look.

    Raises:
        NotUnderstood: the body is no JSON, or no list of objects.
    """
    try:
        pieces = msgspec.json.decode(body, type=list[msgspec.Raw])
        spread = b"\n" in body
        return _joined([_expected(chunk, outer, inner, spread) for chunk in _chunks(pieces)], outer, inner)
    except (msgspec.DecodeError, RecursionError, pa.ArrowInvalid):
        return _general(objects(body), outer, inner)


def objects(body: bytes) -> list[dict[str, Any]]:
    """Read a JSON list of objects into Python, every number as the digits that were written.

    Raises:
        NotUnderstood: the body is no JSON, or no list of objects.
    """
    found = value(body)
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise NotUnderstood(
            f"The server answered with JSON that is no list of objects: {first_bytes(body)}. "
            "Check that the address belongs to an Openqq server, and that its token is right."
        )
    return found


def value(body: bytes) -> object:
    """Read any JSON; numbers become the text of their digits, so that none loses a digit.

    Raises:
        NotUnderstood: the body is no JSON in UTF-8, or nested too deeply.
    """
    try:
        return cast(
            object, json.loads(body.decode("utf-8-sig"), parse_int=str, parse_float=str, parse_constant=str)
        )
    except (ValueError, RecursionError) as error:
        raise NotUnderstood(
            f"The server answered with something that is no JSON in UTF-8 ({type(error).__name__}): "
            f"{first_bytes(body)}. Check that the address belongs to an Openqq server."
        ) from error


def text(found: object) -> str | None:
    """Turn one JSON value into text: `true` and what is nested as JSON writes them, lone surrogates as U+FFFD."""
    if found is None:
        return None
    if isinstance(found, str):
        return found if found.isascii() or _encodable(found) else _mended(found)
    # Not 1 for true: where a number belongs, that would be the number of somebody.
    return _mended(json.dumps(found, ensure_ascii=False))


def _encodable(found: str) -> bool:
    try:
        found.encode()
    except UnicodeEncodeError:
        return False
    return True


def _mended(found: str) -> str:
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


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
            unexpected_field_behavior="error",
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
    return pa.table({key: table.column(key).cast(pa.string()) for key in shape.columns})


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
    return Rows(pa.concat_tables(part.outer for part in parts), pa.concat_tables(shifted))


def _shifted(members: pa.Table, start: int) -> pa.Table:
    return members.set_column(0, PLACE, pc.add(members.column(PLACE), start))


def check_release(found: Sequence[Mapping[str, object]], shape: Table) -> None:
    """Refuse objects that another release than the expected one has written.

    Raises:
        NotUnderstood: they have the names of another release.
    """
    if shape.is_of_other_release(found):
        raise NotUnderstood(
            "The server speaks another release of the API than this account was connected with: its objects have the "
            f"keys {', '.join(sorted(found[0])[:8])}. Connect again, with protocol='auto'."
        )


def _general(found: Sequence[dict[str, Any]], outer: Table, inner: Table | None) -> Rows:
    check_release(found, outer)
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
    name = key if _encodable(key) else _mended(key)
    return f"raw_{name}" if name in _OURS else name
