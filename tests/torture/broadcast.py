"""Broadcasts, `kill -9` at a random moment, and the same call once more, again and again; then two programs at once.

    python -m tests.torture.broadcast --rounds 100 [--seed N] [--dialect onebot11]

Nobody may get a message twice under one key, everybody must be in one state at the end, and what the ledger says must
agree with what arrived; at most one message a kill may stay unknown. Exit code 1 when anything failed.
"""

import argparse
import contextlib
import os
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import openqq_nb as oq
from openqq_nb.simulator import Simulator
from tests.faults.stage import DIALECTS, Dialect
from tests.torture.broadcasting import OTHER_SENDS
from tests.torture.children import PATIENCE_S, Child

_RECIPIENTS: dict[str, Any] = {"friends": 40, "groups": 8, "members": 3, "discusses": 0}
_PACE_S = 0.01
_LONGEST_S = 0.6
# Now and then it dies while it plans.
_EARLY = 0.2
_EARLY_LONGEST_S = 2.0


@dataclass(slots=True)
class Figures:
    """What came of it.

    Attributes:
        rounds: how often a program was killed.
        broadcasts: how many broadcasts were brought to their end.
        sent: how many messages arrived.
        unknown: of how many it is not known.
        refused: how often the second of two programs was refused.
        failures: what was wrong, in sentences; empty when all is well.
        seconds: how long it took.
    """

    rounds: int = 0
    broadcasts: int = 0
    sent: int = 0
    unknown: int = 0
    refused: int = 0
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        lines = [
            f"killed {self.rounds} times in {self.seconds:.0f} s; {self.broadcasts} broadcasts, {self.sent} messages "
            f"arrived, {self.unknown} unknown; {self.refused} times the second of two was refused",
            *(self.failures or ["nobody twice, nobody left out, and the ledger is what arrived"]),
        ]
        return "\n".join(lines)


def torment(rounds: int, pairs: int, seed: int, dialect: Dialect = "openqq1") -> Figures:
    """Kill so many times, and let two programs send one broadcast so many times; compare what arrived.

    Args:
        rounds: how often to kill.
        pairs: how often two programs begin at once.
        seed: of the moments.
        dialect: what the server speaks.
    """
    figures, random = Figures(), Random(seed)  # noqa: S311 - not for secrets
    begun_s = time.monotonic()
    with _server(dialect) as (simulator, home):
        number = 0
        while figures.rounds < rounds and not figures.failures:
            number += 1
            kills = _until_done(simulator, home, f"kill-{number}", rounds - figures.rounds, random, figures)
            _compare(simulator, f"kill-{number}", kills, figures)
        for number in range(pairs):
            _two_at_once(simulator, home, f"pair-{number}", figures)
            _compare(simulator, f"pair-{number}", 0, figures)
    figures.seconds = time.monotonic() - begun_s
    return figures


@contextlib.contextmanager
def _server(dialect: Dialect) -> Iterator[tuple[Simulator, Path]]:
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        before = os.environ.get("OPENQQ_NB_HOME")
        os.environ["OPENQQ_NB_HOME"] = str(home)
        stack.callback(_put_back, before)
        yield stack.enter_context(Simulator(dialect, pace=_PACE_S, **_RECIPIENTS)), home


def _put_back(home: str | None) -> None:
    if home is None:
        del os.environ["OPENQQ_NB_HOME"]
    else:
        os.environ["OPENQQ_NB_HOME"] = home


def _child(simulator: Simulator, home: Path, key: str) -> Child:
    return Child(["-m", "tests.torture.broadcasting", simulator.url, key, simulator.protocol], 0, home)


def _until_done(
    simulator: Simulator, home: Path, key: str, most: int, random: Random, figures: Figures
) -> int:
    """Kill the program that sends a broadcast and start it again, until it comes to its end; gives how often."""
    for kills in range(most):
        with _child(simulator, home, key) as child:
            if random.random() < _EARLY:
                time.sleep(random.uniform(0, _EARLY_LONGEST_S))
            else:
                child.line()
                time.sleep(random.uniform(0, _LONGEST_S))
            if child.ended(0):
                return kills
            child.kill()
        figures.rounds += 1
    return most


def _two_at_once(simulator: Simulator, home: Path, key: str, figures: Figures) -> None:
    with _child(simulator, home, key) as one, _child(simulator, home, key) as other:
        codes = [one.code(PATIENCE_S), other.code(PATIENCE_S)]
    figures.refused += codes.count(OTHER_SENDS)
    if not set(codes) <= {0, OTHER_SENDS} or 0 not in codes:
        figures.failures.append(f"two programs with the key {key} ended with {codes}")


def _compare(simulator: Simulator, key: str, kills: int, figures: Figures) -> None:
    """Bring a broadcast to its end, and compare its report with what arrived."""
    my = oq.connect(simulator.url, protocol=simulator.protocol)
    run = my.broadcast(key=key).send()
    run.wait(PATIENCE_S)
    report = run.report()
    my.close()
    arrived = Counter(str(one.content) for one in simulator.received[figures.sent :])
    figures.broadcasts += 1
    figures.sent += arrived.total()
    states = dict(zip(report["text"], report["delivery"], strict=True))
    unknown = [text for text, state in states.items() if state == "unknown"]
    figures.unknown += len(unknown)
    wrong = {
        "arrived twice": [text for text, count in arrived.items() if count > 1],
        "said to be sent, and did not arrive": [
            text for text, state in states.items() if state == "sent" and not arrived[text]
        ],
        "arrived, and not said to": [text for text in arrived if states.get(text) not in ("sent", "unknown")],
        "neither sent nor unknown": [
            text for text, state in states.items() if state not in ("sent", "unknown")
        ],
        "unknown, more than kills": unknown if len(unknown) > kills else [],
    }
    figures.failures += [f"{key}: {len(them)} {what}: {them[:5]}" for what, them in wrong.items() if them]


def main(arguments: list[str]) -> int:
    """Run as the command line says; gives the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=100, help="how often to kill")
    parser.add_argument("--pairs", type=int, default=5, help="how often two programs begin at once")
    parser.add_argument("--dialect", choices=DIALECTS, default="openqq1", help="what the server speaks")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 31), help="of the moments")
    given = parser.parse_args(arguments)
    figures = torment(given.rounds, given.pairs, given.seed, given.dialect)
    print(f"seed {given.seed}: {figures}")  # noqa: T201 - a command prints
    return int(bool(figures.failures))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
