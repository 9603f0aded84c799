"""Posts generated bodies to a real inbox, and sees that each is answered as it should be and kept once.

    python -m tests.torture.bodies --count 200000 --dialect openqq2 --seed 7

A body that was answered wrongly is written in hex; `--only NUMBER` posts that one of the seed alone.
"""

import argparse
import asyncio
import contextlib
import hashlib
import json
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openqq_nb.errors import NotUnderstood
from openqq_nb.journal import Journal
from openqq_nb.models import Arrival
from openqq_nb.protocols.registry import dialect as dialect_of
from openqq_nb.simulator.answers import read_answer
from tests.torture.making import Bodies
from tests.torture.posting import Answered, Connection, NotAnswered

ROOT = Path(__file__).parents[2]
CONNECTIONS = 32
_SHOWN_BYTES = 4_000
_PATIENCE_S = 60

Decode = Callable[[bytes], Arrival]


@dataclass(slots=True)
class Figures:
    """What came of a run.

    Attributes:
        statuses: how many answers of each HTTP status.
        taken: what was answered with success, by identity.
        replies: how many answers were a reply of a handler.
        failures: what was wrong, in sentences; empty when all is well.
        seconds: how long the posts took.
        counted: what the inbox says it counted.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    replies: int = 0
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0
    counted: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        posts = sum(self.statuses.values())
        counted = {name: count for name, count in self.counted.items() if count and name != "last_arrival"}
        lines = [
            f"{posts} posts in {self.seconds:.1f} s, {posts / max(self.seconds, 1e-9):.0f} a second",
            f"answers {statuses}; {self.replies} of them a reply",
            f"the inbox counted {counted}",
            *(self.failures or ["all is well"]),
        ]
        return "\n".join(lines)


def torment(dialect: str, seed: int, numbers: Iterable[int]) -> Figures:
    """Post the bodies of some numbers to an inbox of its own.

    Args:
        dialect: `openqq1` or `openqq2`.
        seed: of the bodies.
        numbers: which of them.
    """
    bodies, figures = Bodies(dialect, seed), Figures()
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal.db"
        with _serving(dialect, journal, figures) as url:
            asyncio.run(_post_all(url, bodies, iter(numbers), figures, dialect_of(dialect, None).arrival))
        if not figures.failures:
            figures.failures += _missing(figures, journal, dialect_of(dialect, None).arrival)
    return figures


@contextlib.contextmanager
def _serving(dialect: str, journal: Path, figures: Figures) -> Iterator[str]:
    program = [sys.executable, "-m", "tests.torture.serving", dialect, str(journal)]
    with subprocess.Popen(
        program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        if not url:
            raise ChildProcessError("The process of the inbox did not begin to listen; why stands above.")
        yield url
        try:
            told, _ = server.communicate(timeout=_PATIENCE_S)
        except subprocess.TimeoutExpired:
            server.kill()
    if server.returncode:
        figures.failures.append(f"the process of the inbox ended with {server.returncode}")
        return
    figures.counted = json.loads(told)
    figures.failures += [
        f"the inbox noted an error of its own: {error}" for error in figures.counted["errors"]
    ]


async def _post_all(
    url: str, bodies: Bodies, numbers: Iterator[int], figures: Figures, decode: Decode
) -> None:
    began = time.perf_counter()
    try:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(CONNECTIONS):
                tasks.create_task(_post_some(url, bodies.body, numbers, figures, decode))
        figures.seconds = time.perf_counter() - began
        await _post_some(url, bodies.good, iter([-1]), figures, decode)
        if not figures.failures and not figures.taken[_identity(bodies.good(-1), decode)]:
            figures.failures.append("afterwards a good post was refused")
    except* OSError as errors:
        figures.failures.append(f"nobody listens any more: {errors.exceptions[0]}")


async def _post_some(
    url: str, body_of: Callable[[int], bytes], numbers: Iterator[int], figures: Figures, decode: Decode
) -> None:
    """Post over one connection; the first wrong answer ends the run."""
    connection = await Connection.open(url)
    for number in numbers:
        if figures.failures:
            break
        if not connection.is_open:
            connection = await Connection.open(url)
        body = body_of(number)
        try:
            _judge(figures, body, await connection.post(body), decode)
        except (NotAnswered, WrongAnswer) as error:
            shown = body[:_SHOWN_BYTES].hex() + ("…" if len(body) > _SHOWN_BYTES else "")
            figures.failures.append(f"body {number}: {type(error).__name__}: {error}\n{shown}")
    connection.close()


class WrongAnswer(Exception):
    """An answer that a server must never get."""


def _judge(figures: Figures, body: bytes, answer: Answered, decode: Decode) -> None:
    status = answer.http_status
    figures.statuses[status] += 1
    if not (200 <= status < 300 or 400 <= status < 500):
        raise WrongAnswer(f"status {status}: {answer.body[:200]!r}")
    # The simulator's own reading of an answer: what would end a 2.x server.
    order = read_answer("openqq2", status, answer.content_type, answer.body, own=False)
    if order.ended:
        raise WrongAnswer(f"{order.ended} would end a 2.x server")
    if not answer.body and answer.content_type:
        raise WrongAnswer(f"no body, and all the same a content type: {answer.content_type}")
    if status < 300:
        figures.replies += bool(answer.body)
        figures.taken[_identity_of_taken(body, decode)] += 1


def _identity_of_taken(body: bytes, decode: Decode) -> str:
    try:
        return _identity(body, decode)
    except NotUnderstood as error:
        raise WrongAnswer(f"it was taken, and cannot be read again: {error}") from error


def _identity(body: bytes, decode: Decode) -> str:
    """Tell what a post is known by: its fingerprint, or, where each post is another one, its bytes."""
    fingerprint = decode(body).fingerprint
    return fingerprint if decode(body).fingerprint == fingerprint else _by_bytes(body)


def _by_bytes(body: bytes) -> str:
    return f"bytes {hashlib.sha256(body).hexdigest()}"


def _missing(figures: Figures, path: Path, decode: Decode) -> list[str]:
    """Compare what was answered with success with what is in the journal."""
    kept = _kept(path, decode)
    kept.pop(_by_bytes(b""), None)  # what the inbox noted of its own replies
    expected = {key: count if key.startswith("bytes ") else 1 for key, count in figures.taken.items()}
    lost = [key for key, count in expected.items() if kept[key] < count]
    more = [key for key, count in kept.items() if count > expected.get(key, 0)]
    return [f"answered with success, and not in the journal: {lost[:5]}"] * bool(lost) + [
        f"more often in the journal than posted: {more[:5]}"
    ] * bool(more)


def _kept(path: Path, decode: Decode) -> Counter[str]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT seq FROM arrivals").fetchall()
    with Journal.open(path) as journal:
        kept = (journal.body(seq) for (seq,) in rows)
        return Counter(_identity(body, decode) if body else _by_bytes(b"") for body in kept)


def main(arguments: list[str]) -> int:
    """Run as the command line says; gives the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=200_000, help="how many bodies")
    parser.add_argument("--dialect", choices=["openqq1", "openqq2"], help="without it, half of each")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 31))
    parser.add_argument("--only", type=int, help="the number of a single body")
    given = parser.parse_args(arguments)
    dialects = [given.dialect] if given.dialect else ["openqq1", "openqq2"]
    failed = False
    for dialect in dialects:
        numbers = range(given.count // len(dialects)) if given.only is None else [given.only]
        figures = torment(dialect, given.seed, numbers)
        print(f"{dialect}, seed {given.seed}: {figures}", flush=True)  # noqa: T201 - a command prints
        failed |= bool(figures.failures)
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
