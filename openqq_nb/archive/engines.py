"""The engines that open an archive, each in a module of its own, loaded when it is asked for."""

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import numpy as np
import pyarrow as pa

from openqq_nb.archive.contents import Contents
from openqq_nb.archive.pieces import PLACE
from openqq_nb.errors import InvalidInput, NotSupported

Engine = Literal["pandas", "polars", "duckdb", "dask", "pyspark"]

ENGINES: tuple[Engine, ...] = ("pandas", "polars", "duckdb", "dask", "pyspark")
"""The names of the engines."""

_EXTRAS = {"polars": "polars", "duckdb": "duckdb", "dask": "dask", "pyspark": "spark"}


class Frames(Protocol):
    """A module that makes frames of one engine."""

    def opened(self, contents: Contents, columns: Sequence[str]) -> Any:  # noqa: ANN401 - a frame of the engine
        """Give these columns of the files."""

    def brought(self, table: pa.Table) -> Any:  # noqa: ANN401 - a frame of the engine
        """Bring a table into the engine."""


def frames(engine: Engine) -> Frames:
    """Load what makes frames of an engine.

    Raises:
        InvalidInput: there is no such engine.
        NotSupported: it is not installed.
    """
    if engine not in ENGINES:
        raise InvalidInput(f"There is no engine {engine!r}. Choose one of {', '.join(ENGINES)}.")
    try:
        return _loaded(engine)
    except ImportError as error:
        raise NotSupported(
            f"The engine {engine} is not installed. Found: {error}.\n"
            f'Install it: pip install "openqq-nb[{_EXTRAS[engine]}]", or take engine="pandas".'
        ) from error


def from_arrow(table: pa.Table, engine: Engine) -> Any:  # noqa: ANN401 - a frame of the engine
    """Bring a table of messages, such as a journal that was read, into an engine.

    Args:
        table: columns by name.
        engine: `pandas`, `polars`, `duckdb`, `dask` or `pyspark`.

    Returns:
        One row a row of the table, in the engine's frame, as `open` gives it. All but pandas, which keeps the order of
        rows, get a last column `place` (int64), the number of the row, unless there is one.

    Raises:
        InvalidInput: there is no such engine.
        NotSupported: it is not installed.

    Example:
        >>> from openqq_nb import archive
        >>> from openqq_nb.schema import MESSAGES
        >>> talk = MESSAGES.table([{"msg_time": 1794916800, "content": "hi"}])
        >>> archive.from_arrow(talk, "polars").select("content", "place").collect().rows()
        [('hi', 0)]
    """
    if engine != "pandas" and PLACE not in table.column_names:
        table = table.append_column(PLACE, pa.array(np.arange(table.num_rows)))
    return frames(engine).brought(table)


def _loaded(engine: Engine) -> Frames:
    if engine == "polars":
        from openqq_nb.archive import in_polars  # noqa: PLC0415 - an extra

        return in_polars
    if engine == "duckdb":
        from openqq_nb.archive import in_duckdb  # noqa: PLC0415 - an extra

        return in_duckdb
    if engine == "dask":
        from openqq_nb.archive import in_dask  # noqa: PLC0415 - an extra

        return in_dask
    if engine == "pyspark":
        from openqq_nb.archive import in_pyspark  # noqa: PLC0415 - an extra

        return in_pyspark
    from openqq_nb.archive import in_pandas  # noqa: PLC0415 - as the others

    return in_pandas
