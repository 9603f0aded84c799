"""An archive as a LazyFrame of Polars."""

import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import polars as pl
import polars.selectors as cs
import pyarrow as pa

from openqq_nb.archive.contents import Contents, dataset_of

_AMAZON = (".amazonaws.com", ".amazonaws.com.cn")


def opened(contents: Contents, columns: Sequence[str]) -> pl.LazyFrame:
    """Scan these columns."""
    # As plain names: a column called `*` is one.
    named = cs.by_name(*columns)
    if contents.at.scheme and not contents.at.is_s3:
        return pl.scan_pyarrow_dataset(dataset_of(contents)).select(named)
    options = _s3_options(contents.at.remote) if contents.at.is_s3 else {}
    if not contents.alike:
        options |= {
            "schema": pl.DataFrame(contents.schema.empty_table()).schema,
            "missing_columns": "insert",
            "cast_options": pl.ScanCastOptions(
                integer_cast="upcast", datetime_cast=["nanosecond-downcast", "convert-timezone"]
            ),
        }
    return pl.scan_parquet(contents.addresses, glob=False, hive_partitioning=False, **options).select(named)


def brought(table: pa.Table) -> pl.LazyFrame:
    """Make a LazyFrame of a table."""
    return pl.DataFrame(table).lazy()


def _s3_options(remote: Any) -> dict[str, Any]:  # noqa: ANN401 - of a library without types
    """Give Polars' own store of objects what s3fs found in the environment or in files of settings."""
    remote.connect()
    meta = remote.s3.meta
    options: dict[str, Any] = {}
    keys = {"aws_region": meta.region_name or "us-east-1"}
    if not str(urlsplit(meta.endpoint_url).hostname).endswith(_AMAZON):
        plain = meta.endpoint_url.startswith("http://")
        keys |= {"aws_endpoint_url": meta.endpoint_url, "aws_allow_http": str(plain).lower()}
    if "AWS_ACCESS_KEY_ID" in os.environ:
        # Else it looks for a provider of keys, which may ask the network.
        options["credential_provider"] = None
    return {"storage_options": keys, **options}
