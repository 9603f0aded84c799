"""Questions to a message log: frame in, frame out, of pandas, polars, DuckDB, Dask or PySpark."""

from openqq_nb.analysis.hours import activity
from openqq_nb.analysis.ranks import ranking

__all__ = ["activity", "ranking"]
