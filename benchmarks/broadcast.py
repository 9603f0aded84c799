"""A broadcast to 2,000 friends, durable writes included, beside a bare httpx loop; and a plan of 100,000 rows.

The server is a simulator in a process of its own. Bare loop and broadcast take turns, and the best of each counts: what
else the machine does would be taken for a difference.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pandas as pd

import openqq_nb as oq
from benchmarks.common import Result, seconds, show
from openqq_nb.broadcast.broadcasts import Broadcasts, Order
from openqq_nb.broadcast.ledger import Ledger
from openqq_nb.broadcast.links import Links
from openqq_nb.broadcast.planning import Snapshot
from openqq_nb.models import Receipt
from openqq_nb.roster import Roster

RECIPIENTS, MOST_MORE_S, ROUNDS = 2_000, 0.003, 2
ROWS, PREVIEW_S = 100_000, 2.0
PATIENCE_S = 300.0

_SERVER = """
import sys
from openqq_nb.simulator import Simulator
with Simulator("openqq1", friends=int(sys.argv[1]), groups=1, members=2, discusses=0) as simulator:
    print(simulator.url, flush=True)
    sys.stdin.read()
"""


def run() -> list[Result]:
    """Measure what a message costs over a bare loop, and how long it takes to plan and preview a large broadcast."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["OPENQQ_NB_HOME"] = folder
        with _server(RECIPIENTS) as url:
            rounds = [(_bare(url), _ours(url, f"benchmark-{number}")) for number in range(ROUNDS)]
        bare_s, ours_s = (min(taken) for taken in zip(*rounds, strict=True))
        preview_s, values_s = _previews(Path(folder))
    return [
        Result(
            f"a message of a broadcast to {RECIPIENTS}",
            1000 * ours_s,
            "ms",
            "a bare httpx loop",
            1000 * bare_s,
            limit=1000 * (bare_s + MOST_MORE_S),
        ),
        Result(
            f"plan and preview of {ROWS} recipients",
            preview_s,
            "s",
            "str.format over the same rows",
            values_s,
            limit=PREVIEW_S,
        ),
    ]


@contextmanager
def _server(friends: int) -> Iterator[str]:
    command = [sys.executable, "-c", _SERVER, str(friends)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        yield process.stdout.readline().strip()
        process.stdin.close()
        process.wait()


def _bare(url: str) -> float:
    """Give the seconds that a message takes without anything of ours."""
    friends = _friends(url)
    with httpx.Client(trust_env=False) as http:
        begin = time.perf_counter()
        for qq in friends["qq"]:
            answer = http.post(f"{url}/openqq/send_message", data={"qq": qq, "content": f"你好 {qq}"})
            assert answer.json()["code"] == 0
        return (time.perf_counter() - begin) / len(friends)


def _ours(url: str, key: str) -> float:
    my = oq.connect(url, protocol="openqq1")
    friends = _friends(url)
    plan = my.broadcast("你好 {qq}", to=friends, key=key, pace=oq.Pace.instant())
    begin = time.perf_counter()
    done = plan.send().wait(PATIENCE_S)
    taken = time.perf_counter() - begin
    assert done.sent == len(friends)
    my.close()
    return taken / len(friends)


def _friends(url: str) -> pd.DataFrame:
    my = oq.connect(url, protocol="openqq1")
    friends = my.friends().dropna(subset="qq")
    my.close()
    return friends


def _previews(folder: Path) -> tuple[float, float]:
    frame, roster = _many()
    links = Links(
        reaches={"friend"},
        outgoing=lambda text: text,
        login=lambda: "L",
        check=lambda kind, row: None,
        send=_never,
        messages=lambda: None,
        heard=lambda since_s: None,
    )
    ledger = Ledger(folder / "preview.db")
    broadcasts = Broadcasts(ledger, links)
    begin = time.perf_counter()
    order = Order.of("{displayname}，{markname|nick|'朋友'}！", frame, "preview", None, None)
    preview = broadcasts.plan(order, Snapshot(roster, "L", roster)).preview()
    taken = time.perf_counter() - begin
    assert len(preview) == ROWS and preview["expected_at"].notna().all()
    rows = [*zip(frame["displayname"], frame["nick"], strict=True)]
    ledger.close()
    return taken, seconds(lambda: ["{}，{}！".format(*row) for row in rows], 3)


def _many() -> tuple[pd.DataFrame, Roster]:
    """Make as many friends of the few of a demo."""
    my = oq.demo(friends=20, groups=2, members=4)
    roster = my.roster()
    my.close()
    friends = pd.concat([roster.friends] * (ROWS // len(roster.friends)), ignore_index=True)
    numbers = np.arange(ROWS).astype(str).tolist()
    many = friends.assign(
        qq=pd.Series([f"9{number}" for number in numbers], dtype="str"),
        id=pd.Series([f"8{number}" for number in numbers], dtype="str"),
    )
    return many, replace(roster, friends=many)


def _never(kind: object, row: object, text: str) -> Receipt:
    raise AssertionError("nothing is sent for a preview")


if __name__ == "__main__":
    show(run())
