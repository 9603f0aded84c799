"""Opens an archive with the engines whose network is Python's, and prints where they connect to."""

import sys
from typing import Any

from openqq_nb import archive
from tests.archive.making import rows


def heard(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        print(arguments[1][0])  # noqa: T201 - its output is what it prints


if __name__ == "__main__":
    sys.addaudithook(heard)
    for engine in ("pandas", "duckdb", "dask"):
        rows(archive.open(sys.argv[1], engine))
