"""The eight questions on 50,000,000 messages in Parquet, through DuckDB, within 2 GiB of memory.

All run in a Python of its own, whose peak of memory is what counts; its peer is the size of the same columns in pandas.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.common import Result, peak_rss, show
from benchmarks.many import members, parts
from benchmarks.questions import asked, taken
from openqq_nb import archive
from openqq_nb.logs import open_log

ROWS = 50_000_000
LIMIT_BYTES = 2 * 2**30
# The rest is Python, pandas and what DuckDB does not count.
DUCKDB_LIMIT = "1100MB"


def run(rows: int = ROWS) -> list[Result]:
    """Write an archive, ask it in another process, and compare the peak with what pandas would hold."""
    with tempfile.TemporaryDirectory() as folder:
        path = archive.write(parts(rows), str(Path(folder) / "archive"))
        frame = _bytes_of_pandas(path, rows)
        out = subprocess.run(
            [sys.executable, "-m", "benchmarks.beyond_memory", path],
            check=True,
            capture_output=True,
            text=True,
        )
        lines = [line.split() for line in out.stdout.splitlines()]
        return [
            Result(
                f"{name}, {rows:,} messages: peak so far ({float(took):.1f} s)",
                int(peak),
                "bytes",
                "the columns in pandas",
                frame,
                limit=LIMIT_BYTES,
            )
            for name, took, peak in lines
        ]


def _bytes_of_pandas(path: str, rows: int) -> int:
    """Estimate from a part what all of it takes in pandas."""
    some = archive.dataset(path).head(200_000).to_pandas()
    return int(some.memory_usage(deep=True).sum() / len(some) * rows)


def ask(path: str) -> None:
    """Ask all eight, and print after each how long it took and the peak of memory so far."""
    import duckdb  # noqa: PLC0415 - the peak of this process counts, not that of the one that writes

    duckdb.sql(f"SET memory_limit = '{DUCKDB_LIMIT}'")
    duckdb.sql(f"SET temp_directory = '{Path(path).parent / 'spilled'}'")
    log = open_log(path, engine="duckdb")
    for name, question in asked(members(path)).items():
        begin = time.perf_counter()
        assert len(taken(question(log)))
        print(name, time.perf_counter() - begin, peak_rss(), flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].isdigit():
        ask(sys.argv[1])
    else:
        show(run(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
