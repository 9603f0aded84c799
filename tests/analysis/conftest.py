"""A cluster of Dask and a session of PySpark, each started once; other modules of tests have sessions of their own."""

import warnings
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def dask_cluster() -> Iterator[Any]:
    from dask import distributed  # noqa: PLC0415 - slow to import, and only slow tests ask

    dask: Any = distributed

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        with dask.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster, dask.Client(cluster) as client:  # fmt: skip
            yield client


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession  # noqa: PLC0415 - slow to import, and only slow tests ask

    builder: Any = SparkSession.builder
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        # To compile the plan of a question takes longer than to ask it of a few rows.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        # A clock that is not China's; pandas is given it without its zone, and the tests read that as UTC.
        "spark.sql.session.timeZone": "UTC",
    }
    session = builder.master("local[2]").config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()
