"""Post at a steady rate for minutes: nothing may be lost, and memory may grow only with the data.

    python -m tests.torture.soak --minutes 10 --rate 500

Exit code 1 when a message was lost, doubled, or not answered with success.
"""

import argparse
import asyncio
import contextlib
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.torture.children import Child, free_port, keeper
from tests.torture.load import Load, at_a_rate, number_of

CONNECTIONS = 16
# Python, pandas and the pages of SQLite are loaded by then.
_WARM = 200
_MINUTE_S = 60.0
_PARTS = (0.5, 0.99, 0.999)


@dataclass(slots=True)
class Figures:
    """What came of it.

    Attributes:
        rows: how many rows the inbox shows.
        rss_bytes: the memory of the process: before the first message, after each minute, at the end.
        frame_bytes: what the frame says it uses, at the end.
        journal_bytes: how large the file is.
        latencies_s: from when each message was due to its answer, in order of size.
        failures: what was wrong, in sentences; empty when all is well.
    """

    rows: int = 0
    rss_bytes: list[int] = field(default_factory=list)
    frame_bytes: int = 0
    journal_bytes: int = 0
    latencies_s: Sequence[float] = ()
    failures: list[str] = field(default_factory=list)

    @property
    def bytes_a_row(self) -> float:
        """By how much memory grew for each row."""
        return (self.rss_bytes[-1] - self.rss_bytes[0]) / max(1, self.rows - _WARM)

    @property
    def frame_bytes_a_row(self) -> float:
        """How much of that is the frame's, as it says itself."""
        return self.frame_bytes / max(1, self.rows)

    def latency_s(self, part: float) -> float:
        """Give the latency within which so large a part was answered."""
        return self.latencies_s[min(len(self.latencies_s) - 1, int(part * len(self.latencies_s)))]

    def __str__(self) -> str:
        memory = " ".join(f"{one / 2**20:.0f}" for one in self.rss_bytes)
        waits = ", ".join(f"{100 * part:g} % within {1e3 * self.latency_s(part):.1f} ms" for part in _PARTS)
        lines = [
            f"{self.rows} rows; the journal has {self.journal_bytes / 2**20:.1f} MiB",
            f"memory (MiB) at the start, after each minute, at the end: {memory}",
            f"that is {self.bytes_a_row:.0f} bytes a row, of which the frame says {self.frame_bytes_a_row:.0f}",
            f"answered: {waits}, the slowest in {1e3 * self.latencies_s[-1]:.1f} ms",
            *(self.failures or ["nothing was lost, and nothing came twice"]),
        ]
        return "\n".join(lines)


def soak(seconds: float, rate: float) -> Figures:
    """Post so many messages a second for so long.

    Args:
        seconds: how long.
        rate: messages a second.
    """
    figures = Figures()
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal.db"
        with keeper(journal, free_port(), Path(folder) / "home") as child:
            load = asyncio.run(_post(child.ready(), child, figures, seconds, rate))
            told = child.ask()
            code, _ = child.end()
        figures.rows, figures.frame_bytes = told["rows"], told["frame_bytes"]
        figures.latencies_s = sorted(load.latencies_s)
        figures.failures += [f"it noted: {error}" for error in told["errors"]]
        figures.failures += [f"it ended with {code}"] * bool(code)
        _compare(journal, load, figures)
    return figures


async def _post(url: str, child: Child, figures: Figures, seconds: float, rate: float) -> Load:
    load, process = Load(), psutil.Process(child.pid)
    await at_a_rate(url, load, CONNECTIONS, rate, _WARM / rate)
    load.latencies_s.clear()
    child.ask()
    figures.rss_bytes.append(process.memory_info().rss)
    watching = asyncio.create_task(_watch(process, figures))
    await at_a_rate(url, load, CONNECTIONS, rate, seconds)
    watching.cancel()
    figures.rss_bytes.append(process.memory_info().rss)
    return load


async def _watch(process: psutil.Process, figures: Figures) -> None:
    while True:
        await asyncio.sleep(_MINUTE_S)
        figures.rss_bytes.append(process.memory_info().rss)
        print(f"{figures.rss_bytes[-1] / 2**20:.0f} MiB", flush=True)  # noqa: T201 - it takes minutes


def _compare(journal: Path, load: Load, figures: Figures) -> None:
    with contextlib.closing(sqlite3.connect(journal)) as connection:
        kept = Counter(
            number_of(content) for (content,) in connection.execute("SELECT content FROM messages")
        )
    figures.journal_bytes = journal.stat().st_size
    if load.refused:
        figures.failures.append(f"{len(load.refused)} were not answered with success: {load.refused[:5]}")
    posted = range(load.next)
    if kept != Counter(posted) or figures.rows != load.next:
        lost, more = set(posted) - kept.keys(), [one for one, count in kept.items() if count > 1]
        figures.failures.append(
            f"posted {load.next}, kept {kept.total()}, shown {figures.rows}; lost {sorted(lost)[:5]}, "
            f"more than once {more[:5]}"
        )


def main(arguments: list[str]) -> int:
    """Run as the command line says; gives the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="how long")
    parser.add_argument("--rate", type=float, default=500.0, help="messages a second")
    given = parser.parse_args(arguments)
    figures = soak(60 * given.minutes, given.rate)
    print(f"{given.minutes:g} minutes at {given.rate:g} a second: {figures}")  # noqa: T201 - a command prints
    return int(bool(figures.failures))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
