"""Load at full speed, `kill -9` at a random moment, restart on the same journal and port, again and again.

    python -m tests.torture.kill --rounds 200 [--collector] [--seed N]

Each message that was acknowledged must be in the journal exactly once, and nothing that was never posted. What was
begun when the process died is posted again, as nobody knows whether it was stored. Exit code 1 when anything failed.
"""

import argparse
import asyncio
import contextlib
import secrets
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from openqq_nb.simulator import Simulator
from tests.torture.children import Child, collector, free_port, keeper
from tests.torture.load import Load, at_full_speed, number_of

CONNECTIONS = 16
_LONGEST_S = 1.0
# Now and then it dies while it takes up the journal, before it listens.
_EARLY = 0.1
_EARLY_LONGEST_S = 1.5

Start = Callable[[], Child]


@dataclass(slots=True)
class Figures:
    """What came of it.

    Attributes:
        rounds: how often the process was killed.
        early: how often of these before it listened.
        posted: how many messages.
        acknowledged: how many of these were answered with success.
        again: how many were begun when the process died.
        kept: how many rows the journal had at the end.
        failures: what was wrong, in sentences; empty when all is well.
        seconds: how long it took.
    """

    rounds: int = 0
    early: int = 0
    posted: int = 0
    acknowledged: int = 0
    again: int = 0
    kept: int = 0
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        lines = [
            f"killed {self.rounds} times in {self.seconds:.0f} s, {self.early} of them before it listened",
            f"{self.posted} messages posted, {self.acknowledged} acknowledged, {self.again} under way at a kill and "
            f"posted again; {self.kept} in the journal",
            *(self.failures or ["each acknowledged message is there once, and nothing else"]),
        ]
        return "\n".join(lines)


def torment(rounds: int, seed: int, *, collects: bool = False) -> Figures:
    """Kill so many times, and compare what was acknowledged with what is kept.

    Args:
        rounds: how often to kill.
        seed: of the moments.
        collects: whether `openqq-nb collect` is killed instead of an inbox.
    """
    figures, load, random = Figures(), Load(), Random(seed)  # noqa: S311 - not for secrets
    begun_s = time.monotonic()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        journal = folder / "journal.db"
        start = stack.enter_context(_starting(folder, journal, collects=collects))
        while figures.rounds < rounds and not figures.failures:
            _kill_once(start, random, load, figures)
        _end_well(start, journal, load, figures)
    figures.seconds = time.monotonic() - begun_s
    return figures


@contextlib.contextmanager
def _starting(folder: Path, journal: Path, *, collects: bool) -> Iterator[Start]:
    port, home = free_port(), folder / "home"
    if not collects:
        yield partial(keeper, journal, port, home)
        return
    with Simulator(friends=4, groups=3, members=5, discusses=2) as server:
        yield partial(collector, server, journal, port, home)


def _kill_once(start: Start, random: Random, load: Load, figures: Figures) -> None:
    figures.rounds += 1
    with start() as child:
        if random.random() < _EARLY:
            figures.early += 1
            time.sleep(random.uniform(0, _EARLY_LONGEST_S))
            child.kill()
            return
        url = child.ready()
        asyncio.run(_post_and_kill(url, load, child, random.uniform(0, _LONGEST_S)))
    figures.again += len(load.again)
    figures.failures += [f"message {number} was answered {status}" for number, status in load.refused[:5]]


async def _post_and_kill(url: str, load: Load, child: Child, after_s: float) -> None:
    posting = asyncio.create_task(at_full_speed(url, load, CONNECTIONS))
    await asyncio.sleep(after_s)
    child.kill()
    await posting


def _end_well(start: Start, journal: Path, load: Load, figures: Figures) -> None:
    """Start it once more and end it as people do, then look at the journal."""
    with start() as child:
        child.ready()
        code, _ = child.end()
    if code:
        figures.failures.append(f"it ended with {code} when it was told to end")
    figures.posted, figures.acknowledged = load.next, len(load.acknowledged)
    _compare(journal, load, figures)


def _compare(journal: Path, load: Load, figures: Figures) -> None:
    with contextlib.closing(sqlite3.connect(journal)) as connection:
        contents = [content for (content,) in connection.execute("SELECT content FROM messages")]
        arrivals = connection.execute("SELECT count(*) FROM arrivals").fetchone()[0]
        health = connection.execute("PRAGMA integrity_check").fetchone()[0]
    kept = Counter(number_of(content) for content in contents)
    figures.kept = len(contents)
    wrong = {
        "acknowledged, and not in the journal": sorted(load.acknowledged - kept.keys()),
        "more than once in the journal": sorted(number for number, count in kept.items() if count > 1),
        "in the journal, and never posted": sorted(kept.keys() - range(load.next)),
    }
    figures.failures += [f"{len(them)} {what}: {them[:5]}" for what, them in wrong.items() if them]
    if health != "ok" or arrivals != len(contents):
        figures.failures.append(f"the file: {health}; {arrivals} arrivals and {len(contents)} messages")


def main(arguments: list[str]) -> int:
    """Run as the command line says; gives the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=200, help="how often to kill")
    parser.add_argument("--collector", action="store_true", help="kill `openqq-nb collect`, not an inbox")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 31), help="of the moments")
    given = parser.parse_args(arguments)
    figures = torment(given.rounds, given.seed, collects=given.collector)
    what = "openqq-nb collect" if given.collector else "an inbox"
    print(f"{what}, seed {given.seed}: {figures}")  # noqa: T201 - a command prints
    return int(bool(figures.failures))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
