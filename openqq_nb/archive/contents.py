"""What is in a folder of Parquet: the files of messages, whether all are there, and the columns they have together."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import dataset

from openqq_nb.archive.marker import METADATA, NAME, Piece, Summary, check_whole, read_marker
from openqq_nb.archive.pieces import PLACE
from openqq_nb.archive.places import Place, understood, without_keys
from openqq_nb.columns import ZONE
from openqq_nb.errors import InvalidInput, listed, one_line
from openqq_nb.schema import MESSAGES

TIME = pa.timestamp("us", ZONE)


@dataclass(frozen=True, slots=True)
class Contents:
    """Files of messages, to be read together.

    Attributes:
        at: the folder.
        pieces: the files, in order of their paths.
        schema: the columns: times with a zone in microseconds of China, text as `large_string`.
        alike: whether every file has just these columns, of these types.
    """

    at: Place
    pieces: tuple[Piece, ...]
    schema: pa.Schema
    alike: bool

    @property
    def addresses(self) -> list[str]:
        """Give where the files are, as engines want it."""
        return [self.at.address(one.name) for one in self.pieces]

    def wanted(self, columns: Sequence[str] | None) -> list[str]:
        """Give the names of the columns to read: those asked for, or all.

        Raises:
            InvalidInput: one that is asked for is not there.
        """
        if columns is None:
            return list(self.schema.names)
        unknown = [name for name in columns if name not in self.schema.names]
        if unknown:
            raise InvalidInput(
                f"Columns that are not there: {', '.join(map(repr, unknown))}.\nFound in {self.at}:"
                f"{listed([', '.join(self.schema.names)])}\nChoose among these."
            )
        return list(dict.fromkeys(columns))


def contents(at: Place) -> Contents:
    """Look at an archive, at any other folder of Parquet files whose messages have a `msg_time`, or at one such file.

    Raises:
        InvalidInput: it is none, or it is damaged.
    """
    found = at.files()
    if NAME in found:
        return _archive(at, read_marker(at), found)
    if not found and at.is_file():
        folder, name, size_bytes = at.taken_apart()
        return _foreign(folder, {name: size_bytes}, [name])
    return _foreign(at, found, [name for name in found if is_parquet(name)])


def dataset_of(found: Contents) -> dataset.Dataset:
    """Give the files as a dataset of Arrow."""
    paths = [found.at.within(one.name) for one in found.pieces]
    return dataset.dataset(paths, schema=found.schema, format="parquet", filesystem=found.at.filesystem)


def conform(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Bring the rows of a file into the columns of all."""
    arrays = [
        rows.column(one.name).cast(one.type, safe=False)
        if one.name in rows.column_names
        else pa.nulls(rows.num_rows, one.type)
        for one in schema
    ]
    return pa.table(arrays, schema=schema)


def _archive(at: Place, summary: Summary, found: dict[str, int]) -> Contents:
    check_whole(at, summary, found)
    schema = _unified(at, [_file(at, summary.pieces[0].name)[0]])
    return Contents(at, summary.pieces, schema, alike=True)


def _foreign(at: Place, found: dict[str, int], names: Sequence[str]) -> Contents:
    if not names:
        raise InvalidInput(
            f"There are no Parquet files.\nFound in {at}:{listed(list(found) or ['nothing'])}\n"
            "Give the folder of an archive, or write one from a log."
        )
    schemas, pieces = [], []
    for name in names:
        schema, groups = _file(at, name)
        if not METADATA.items() <= (schema.metadata or {}).items():
            _check_folders(at, name, schema)
        elif name.startswith("month="):
            raise InvalidInput(
                f"The archive has no {NAME}, so it cannot be told whether all is there: it was not written to its end, "
                f"or not copied whole.\nFound in {at}:{listed(names)}\nCopy it again, or write it anew."
            )
        _check_times(at, name, schema)
        schemas.append(schema)
        pieces.append(Piece(name, found[name], groups))
    together = _unified(at, schemas)
    alike = all(_same(one, together) for one in schemas)
    return Contents(at, tuple(pieces), together, alike)


def _same(one: pa.Schema, together: pa.Schema) -> bool:
    """Compare columns and types; what Arrow tells apart in text is one to Parquet."""
    return one.names == together.names and all(
        mine.type == ours.type or ours.type == pa.large_string()
        for mine, ours in zip(one, together, strict=True)
    )


def is_parquet(name: str) -> bool:
    """Tell whether a file has data, by its path from the folder."""
    return name.endswith(".parquet") and not is_beside(name)


def is_beside(name: str) -> bool:
    """Tell files that programs put beside data: the name, or that of a folder, begins with `_` or a dot."""
    return any(part[0] in "_." for part in PurePosixPath(name).parts)


def _file(at: Place, name: str) -> tuple[pa.Schema, tuple[int, ...]]:
    with (
        understood(at, "read", name),
        at.filesystem.open_input_file(at.within(name)) as stream,
        closing(pq.ParquetFile(stream)) as file,
    ):
        groups = (file.metadata.row_group(number).num_rows for number in range(file.num_row_groups))
        return file.schema_arrow, tuple(groups)


def _unified(at: Place, schemas: Sequence[pa.Schema]) -> pa.Schema:
    try:
        found = pa.unify_schemas(list(map(_normal, schemas)), promote_options="permissive")
    except pa.ArrowException as error:
        raise InvalidInput(
            f"The files do not have the same columns.\nFound in {at}: {error}.\n"
            "Put those that belong together into a folder of their own."
        ) from error
    return pa.schema(sorted(found, key=lambda one: one.name == PLACE))


def _normal(schema: pa.Schema) -> pa.Schema:
    return pa.schema([pa.field(one.name, _type(one.type)) for one in schema])


def _check_folders(at: Place, name: str, schema: pa.Schema) -> None:
    """Refuse a column of messages that names of folders hold, as `sender_qq=1`: engines take it for different types."""
    held = MESSAGES.by_name.keys() - set(schema.names)
    # Of the folders above, engines look at the one that is opened.
    last = at.path.rpartition("/")[2]
    lost = [one for one in _in_folders(f"{last}/{name.rpartition('/')[0]}") if one in held]
    if lost:
        shown = one_line(lost[0])
        raise InvalidInput(
            f"The column {shown!r} stands in names of folders, not in the files, and is not read from there.\n"
            f"Found: {without_keys(at.address(name))}.\n"
            "Read the whole folder with pandas, polars or DuckDB, and give the questions that frame; or write it anew "
            "without partitions, such as by `frame.to_parquet(path)`, and open that."
        )


def _in_folders(path: str) -> list[str]:
    """Name the columns in names of folders."""
    parts = (part.partition("=") for part in path.split("/"))
    return [unquote(column) for column, sign, _ in parts if column and sign]


def _check_times(at: Place, name: str, schema: pa.Schema) -> None:
    kind = schema.field("msg_time").type if "msg_time" in schema.names else None
    if kind is None or not pa.types.is_timestamp(kind) or kind.tz is None:
        shown = [f"{one.name}: {one.type}" for one in schema]
        raise InvalidInput(
            "Messages are told by their column msg_time, a time with a zone.\n"
            f"Found in {at.address(name)}:{listed([', '.join(shown)])}\n"
            'Name the times "msg_time" and give them their zone, such as with '
            '`frame["msg_time"].dt.tz_localize("Asia/Shanghai")`, and write the file again.'
        )


def _type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        return TIME
    return pa.large_string() if kind in (pa.string(), pa.string_view()) else kind
