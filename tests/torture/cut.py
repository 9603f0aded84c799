"""Cut the WebSocket again and again while many talk: afterwards nothing may be missing, and nothing be there twice.

    python -m tests.torture.cut --cuts 100 [--end napcat] [--own] [--seed N]

The account itself sends as well. What was sent while the connection broke is a row of its own exactly once, whether the
server took it or not. Exit code 1 when anything is lost, doubled, or different in the journal.
"""

import argparse
import contextlib
import itertools
import secrets
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from openqq_nb.account import Account
from openqq_nb.connecting import connected
from openqq_nb.errors import NoAnswer, Unreachable
from openqq_nb.flows import Pages
from openqq_nb.inbox import Inbox
from openqq_nb.simulator import Simulator

PATIENCE_S = 60.0
_LOOK_S = 0.05
_TIMEOUT_S = 10.0
# Between two cuts a connection comes back, or is about to.
_LONGEST_S = 0.3
_SENDS = 0.1
_TOGETHER = 5
_BUSY = ("broken", "filling in")
_PAGES = Pages(every_s=0.0, count=20, first=5)


@dataclass(slots=True)
class Figures:
    """What came of it.

    Attributes:
        cuts: how often the connection was cut.
        said: how many messages others wrote.
        sent: how many the account sent, or may have.
        silent: how many of these got no answer.
        filled: how many rows came out of the history.
        failures: what was wrong, in sentences; empty when all is well.
        seconds: how long it took.
    """

    cuts: int = 0
    said: int = 0
    sent: int = 0
    silent: int = 0
    filled: int = 0
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.cuts} cuts in {self.seconds:.1f} s: {self.said} were written, {self.sent} sent, {self.silent} of "
            f"these without an answer, {self.filled} filled in. "
            + ("; ".join(self.failures) or "nothing was lost, and nothing is there twice")
        )


def cut(cuts: int, seed: int, end: str = "napcat", *, own: bool = False) -> Figures:
    """Talk, send and cut.

    Args:
        cuts: how often.
        seed: of what is random.
        end: which end is simulated.
        own: whether it posts what the account sends.
    """
    figures, begun_s = Figures(), time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        Simulator("onebot11", end=end, groups=3, friends=4, members=6, report_own=own) as server,  # type: ignore[arg-type]
        _account(server) as my,
    ):
        journal = Path(folder) / "journal.db"
        with my.listen(journal=journal) as inbox:
            talk = _Talk(server, my, Random(seed))  # noqa: S311 - to be repeatable
            with talk.going_on():
                _cut_now_and_then(server, Random(seed + 1), cuts)  # noqa: S311 - as above
            _settle(inbox, talk)
            again = inbox.backfill(since="2020-01-01")
            _settle(inbox, talk)  # the connection may have come back meanwhile
            figures.failures += _differences("inbox.df", Counter(inbox.df["content"]), talk)
            figures.failures += [
                f"a backfill found {n} more" for n in again["messages"][again["messages"] > 0]
            ]
            figures.failures += [
                f"it noted: {why}" for why in (*again["problem"].dropna(), *inbox.stats.errors)
            ]
            figures.filled = inbox.stats.filled
        figures.failures += _differences("the journal", _contents(journal), talk)
    figures.cuts, figures.said, figures.sent, figures.silent = (
        cuts,
        len(talk.said),
        len(talk.sent),
        talk.silent,
    )
    figures.seconds = time.monotonic() - begun_s
    return figures


class _Talk:
    """Lets people write, and the account send, until it is told to stop."""

    def __init__(self, server: Simulator, my: Account, random: Random) -> None:
        self.said: list[str] = []
        self.sent: list[str] = []
        self.silent = 0
        self._server, self._my, self._random = server, my, random
        self._numbers = itertools.count()
        self._ends = threading.Event()

    @contextlib.contextmanager
    def going_on(self) -> Iterator[None]:
        threads = [threading.Thread(target=one) for one in (self._say_all_the_time, self._send_all_the_time)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._ends.set()
            for thread in threads:
                thread.join()

    def _say_all_the_time(self) -> None:
        while not self._ends.wait(self._random.random() * 2 * _LOOK_S / _TOGETHER):
            text = f"第 {next(self._numbers)} 条"
            group = self._random.choice([None, *self._server.truth.groups])
            if group is None:
                self._server.say(self._random.choice(self._server.truth.friends).person.qq, text)
            else:
                self._server.say(group.members[-1].person.qq, text, group=group.number)
            self.said.append(text)

    def _send_all_the_time(self) -> None:
        while not self._ends.wait(_SENDS):
            text = f"own {next(self._numbers)}"
            try:
                if self._random.random() < 1 / 2:
                    self._my.send_friend(text, qq=self._server.truth.friends[0].person.qq)
                else:
                    self._my.send_group(text, gnumber=self._server.truth.groups[0].number)
            except Unreachable:
                continue  # certainly not sent, and no row
            except NoAnswer:
                self.silent += 1
            self.sent.append(text)


@contextlib.contextmanager
def _account(server: Simulator) -> Iterator[Account]:
    my = Account(*connected(server.ws_url, "onebot11", _TIMEOUT_S, None), pages=_PAGES)
    try:
        yield my
    finally:
        my.close()


def _cut_now_and_then(server: Simulator, random: Random, cuts: int) -> None:
    pause = threading.Event()
    for _ in range(cuts):
        pause.wait(random.random() * _LONGEST_S)
        server.fault("no_sockets", seconds=0)


def _settle(inbox: Inbox, talk: _Talk) -> None:
    """Wait until all is there, and nothing is asked for any more, or no longer."""
    ends_s, pause = time.monotonic() + PATIENCE_S, threading.Event()
    wanted = {*talk.said, *talk.sent}
    while (wanted - set(inbox.df["content"]) or _is_busy(inbox)) and time.monotonic() < ends_s:
        pause.wait(_LOOK_S)


def _is_busy(inbox: Inbox) -> bool:
    return any(words in inbox.state for words in _BUSY)


def _differences(where: str, found: "Counter[str]", talk: _Talk) -> list[str]:
    wanted = Counter([*talk.said, *talk.sent])
    lost, more = wanted - found, found - wanted
    return [
        f"{where} {what}: {len(texts)}, such as {list(texts)[:5]}"
        for what, texts in (("lacks", lost), ("has too often", more))
        if texts
    ]


def _contents(journal: Path) -> "Counter[str]":
    with contextlib.closing(sqlite3.connect(journal)) as connection:
        return Counter(content for (content,) in connection.execute("SELECT content FROM messages"))


def main(arguments: list[str]) -> int:
    """Run as the command line says; gives the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cuts", type=int, default=100, help="how often")
    parser.add_argument("--end", default="napcat", help="napcat, llbot or lagrange")
    parser.add_argument("--own", action="store_true", help="the end posts what the account sends")
    parser.add_argument("--seed", type=int, default=None, help="of what is random")
    given = parser.parse_args(arguments)
    seed = secrets.randbelow(2**32) if given.seed is None else given.seed
    figures = cut(given.cuts, seed, given.end, own=given.own)
    print(f"seed {seed}: {figures}")  # noqa: T201 - a command prints
    return int(bool(figures.failures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
