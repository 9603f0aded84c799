"""An archive as a DataFrame of PySpark, in the session that is active, or in a quiet one of this machine alone."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from openqq_nb.archive.contents import Contents
from openqq_nb.columns import ZONE
from openqq_nb.errors import NotSupported

_LOOPBACK = "127.0.0.1"
_LOGGING = Path(__file__).with_name("spark-log.properties").as_uri()
_QUIET = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": _LOOPBACK,
    "spark.driver.host": _LOOPBACK,
    "spark.sql.session.timeZone": ZONE,
    "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={_LOGGING}",
}


def opened(contents: Contents, columns: Sequence[str]) -> DataFrame:
    """Scan these columns.

    Raises:
        NotSupported: the archive is not in a folder of this machine.
    """
    if contents.at.scheme:
        raise NotSupported(
            f"PySpark opens archives in folders only. Found {contents.at}: for such addresses it needs "
            "libraries of Hadoop that pip does not bring.\n"
            'Take engine="duckdb", "polars", "dask" or "pandas", or copy the archive into a folder.'
        )
    reader = session().read.option("recursiveFileLookup", "true")
    if not contents.alike:
        reader = reader.option("mergeSchema", "true")
    found = reader.parquet(*map(_hadoop, contents.addresses))
    return found.select([f"`{name.replace('`', '``')}`" for name in columns])


def brought(table: pa.Table) -> DataFrame:
    """Make a DataFrame of a table."""
    return session().createDataFrame(table)


def session() -> SparkSession:
    """Give the active session, or start one on this machine that listens on loopback only."""
    active = SparkSession.getActiveSession()
    if active is not None:
        return active
    # Read once, when Java starts; else Spark picks the address of a network card to listen on.
    os.environ.setdefault("SPARK_LOCAL_IP", _LOOPBACK)
    builder = SparkSession.builder.master("local[*]").appName("openqq-nb")
    for name, value in _QUIET.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _hadoop(path: str) -> str:
    """Write a path so that Hadoop takes no sign in it for a pattern."""
    return Path(path).as_uri()[:7] + re.sub(r"([\[\]{}*?\\])", r"\\\1", path)
