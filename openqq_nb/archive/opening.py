"""Opens an archive, or another folder of Parquet files of messages, with one of five engines."""

import os
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from pyarrow import dataset as arrow_dataset

from openqq_nb.archive.contents import contents, dataset_of, is_beside, is_parquet
from openqq_nb.archive.engines import Engine, frames
from openqq_nb.archive.marker import NAME, Summary, read_marker
from openqq_nb.archive.pieces import PLACE
from openqq_nb.archive.places import place, understood
from openqq_nb.errors import InvalidInput

_MAGIC = b"PAR1"


def is_archive(path: str | os.PathLike[str]) -> bool:
    """Tell whether a folder is an archive: whether its marker is there.

    Raises:
        NotSupported: what opens such an address is not installed.
    """
    return NAME in place(path).files()


def opens(path: str | os.PathLike[str]) -> bool:
    """Tell whether a path is for `open`: an archive, or a folder with nothing but Parquet files, or one such file.

    Files whose name begins with `_` or a dot, which programs put beside, do not count. The file must be none that
    SQLite has open in this process.

    Raises:
        InvalidInput: it cannot be read.
        NotSupported: what opens such an address is not installed.
    """
    at = place(path)
    found = at.files()
    if not found and at.is_file():
        with understood(at, "read"), at.filesystem.open_input_file(at.path) as stream:
            return bool(stream.read(len(_MAGIC)) == _MAGIC)
    data = [name for name in found if not is_beside(name)]
    whole = not any(PurePosixPath(name).name == NAME and name != NAME for name in found)
    return NAME in found or (whole and bool(data) and all(map(is_parquet, data)))


def summary(folder: str | os.PathLike[str]) -> Summary:
    """Tell what an archive holds, without reading a message.

    Raises:
        InvalidInput: the folder is no archive, or its marker is damaged.
    """
    at = place(folder)
    if NAME not in at.files():
        raise InvalidInput(
            f"The folder is no archive: it has no {NAME}.\nFound: {at}.\nWrite one from a log, or give another folder."
        )
    return read_marker(at)


def dataset(folder: str | os.PathLike[str]) -> arrow_dataset.Dataset:
    """Open the messages as a dataset of Arrow, for filters and columns of one's own.

    Returns:
        The columns of the archive, `place` last; text as `large_string`.

    Raises:
        InvalidInput: the folder holds no messages, or is damaged.

    Example:
        `archive.dataset(path).to_table(["sender"], filter=pc.field("msg_time") >= datetime(2026, 1, 1, tzinfo=UTC))`
    """
    return dataset_of(contents(place(folder)))


def open(folder: str | os.PathLike[str], engine: Engine, columns: Sequence[str] | None = None) -> Any:  # noqa: ANN401 - a frame of any engine
    """Open messages with an engine.

    Args:
        folder: an archive; or any folder of Parquet files that have a column `msg_time` with a zone, or one such file.
            A folder in partitions, as `chat=…`, is refused: that column stands in no file.
        engine: what is to work with them.

            - `pandas`: a DataFrame, read whole, with the dtypes of `log.df`, in order of `msg_time`, then `place`
            - `polars`: a LazyFrame
            - `duckdb`: a DuckDBPyRelation of DuckDB's default connection
            - `dask`: a dask.dataframe.DataFrame with the dtypes of `log.df`
            - `pyspark`: a DataFrame of the active session, or of a local one; folders of this machine only

        columns: which columns, in order; `None` means all.

    Returns:
        One row a message, with the same columns in the same order for all engines: those of the archive. The month,
        which the names of the folders hold, is no column. All but pandas give rows in any order, and have `place` as
        the last column to sort by; pandas has it when it is asked for.

    Raises:
        InvalidInput: the folder holds no messages, it is damaged, or a column is not there, or not in the files.
        NotSupported: the engine is not installed, or cannot open such an address.
    """
    made = frames(engine)
    found = contents(place(folder))
    wanted = found.wanted(columns)
    if columns is None and engine == "pandas":
        wanted = [name for name in wanted if name != PLACE]
    return made.opened(found, wanted)
