"""Archives on workers of Dask, each a process of its own."""

from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from openqq_nb import archive
from tests.archive.making import talk

pytestmark = [pytest.mark.slow]


def test_workers_in_other_processes_read_their_part(tmp_path: Path) -> None:
    folder = archive.write([talk(f"2026-{month:02d}-01", "a", "b") for month in range(1, 7)], f"{tmp_path}/a")
    local = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "processes": True}
    with LocalCluster(n_workers=2, threads_per_worker=1, **local) as cluster, Client(cluster):  # type: ignore[no-untyped-call] # Dask types little
        frame = archive.open(folder, "dask")
        counted = frame.groupby("content").size().compute()
    assert counted.to_dict() == {"a": 6, "b": 6}
