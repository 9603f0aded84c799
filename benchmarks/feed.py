"""The feed at 1,000 messages a second for one minute in Chromium, and its filters over a million messages.

In the browser ipydatagrid is given the last 1,000 of the same messages as often, five times a second, and itables,
which draws no faster, once a second, in the same run; they can only be given all of them anew. All of it runs on one
machine: the kernel, the server of JupyterLab and the browser, which draws without a graphics card.
"""

import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from playwright.sync_api import Browser, CDPSession, WebSocket

from benchmarks.common import RECORD, RECORDED, Result, seconds, show
from openqq_nb.columns import ZONE
from openqq_nb.filtering import compiled
from openqq_nb.inbox.frames import Frames, Line
from openqq_nb.inbox.live import LiveFrame
from openqq_nb.journal import Journal
from openqq_nb.messages import complete
from openqq_nb.models import Arrival, Row
from openqq_nb.schema import MESSAGES
from openqq_nb.widgets.feed.sifting import Sieve
from openqq_nb.widgets.feed.source import Source, Standing
from openqq_nb.widgets.feed.talk import Talk
from openqq_nb.widgets.feed.window import Window
from tests.lab.browser import guarded_context, launched_browser
from tests.lab.notebook import NotebookPage, write_notebook
from tests.lab.server import Lab, lab_server

KEPT, ROWS = 1_000_000, 1_000
RATE, SECONDS, PEER_SECONDS, HZ = 1_000, 60, 15, 5
FILTER_S, FRAME_S, BEAT_S = 0.3, 1 / 50, 0.1
_TEXTS = (
    "早上好",
    "哈哈哈哈",
    "收到",
    "今天好热啊",
    "下雨了，记得带伞",
    "分享一个链接 http://example.com/a?b=1&c=2",
)
_SHOWN = ["msg_time", "chat", "sender", "content"]

_SETUP = """
import warnings
from IPython.display import display
from benchmarks import feed
warnings.simplefilter("ignore")
stream = feed.Stream()
"""
_CELLS = {
    "feed": ("from openqq_nb.widgets.feed import Feed\nfeed_ = Feed(stream.source())\nfeed_", ".oq-feed-log"),
    "ipydatagrid": (
        "import ipydatagrid\ngrid = ipydatagrid.DataGrid(stream.last())\n"
        "stream.told = lambda frame: setattr(grid, 'data', frame)\ngrid",
        ".lm-DataGrid",
    ),
    "itables": (
        "from itables.widget import ITable\ntable = ITable(stream.last(), maxBytes=0, paging=False, scrollY='380px')\n"
        "stream.told, stream.hz = table.update, 1\ntable",
        "table",
    ),
}


def run() -> list[Result]:
    """Measure the filters in the kernel, then the whole in a browser against other tables."""
    return [*in_the_kernel(), *in_a_browser()]


def in_the_kernel() -> list[Result]:
    """Measure what a person waits for who filters a million messages, and what a beat takes then."""
    live = LiveFrame(MESSAGES, _many(KEPT))
    window = Window(live, compiled({}, {}))
    opening = seconds(window.start_over, 3)
    frame = live.frame()
    results = [
        Result(
            f"feed, {KEPT:,} messages, kernel: open the window",
            opening,
            "s",
            "pandas sort_values by time, tail",
            seconds(lambda: frame.sort_values("msg_time", kind="stable").tail(ROWS), 3),
        )
    ]
    sieves = {
        "by text": (Sieve(text="http"), "content", "http"),
        "by writer": (Sieve(person="人12"), "sender", "人12"),
        "by chat": (Sieve(chat="group:7"), "chat_key", "group:7"),
    }
    for name, (sieve, column, word) in sieves.items():
        plain = seconds(partial(_plainly, frame, column, word), 3)
        took = seconds(partial(window.sift, sieve), 3)
        peer = f"pandas str.contains over {column}"
        results.append(
            Result(f"feed, {KEPT:,} messages, kernel: filter {name}", took, "s", peer, plain, FILTER_S)
        )
    return [*results, _beat()]


def _plainly(frame: pd.DataFrame, column: str, word: str) -> pd.DataFrame:
    return frame[frame[column].str.contains(word, case=False, regex=False).fillna(False)].tail(ROWS)


def _beat() -> Result:
    """Measure one beat with as many new messages as come in a fifth of a second, over a million old ones."""
    stream = Stream(_many(KEPT))
    talk = Talk(stream.source())
    talk.look()
    taken = seconds(talk.look, 20, before=lambda: stream.add(RATE // HZ))
    last = seconds(lambda: stream.last().to_json(), 20)
    return Result(
        f"feed, {KEPT:,} messages, kernel: a beat of {RATE // HZ} new ones",
        taken,
        "s",
        "to_json of the last 1,000",
        last,
        BEAT_S,
    )


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of one widget in its time."""

    fps: float
    longest_s: float
    slow_s: float
    memory_bytes: float
    wire_bytes_s: float
    kernel_share: float


def in_a_browser() -> list[Result]:
    """Measure what a person sees while messages come, and what it costs."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "notebooks"
        root.mkdir()
        with lab_server(root) as lab, launched_browser("--enable-precise-memory-info") as browser:
            seen = {
                name: look(browser, lab, name, SECONDS if name == "feed" else PEER_SECONDS) for name in _CELLS
            }
    ours = seen.pop("feed")
    name = f"feed, {RATE:,} messages a second for {SECONDS} s, Chromium: "
    results = []
    for peer, its in seen.items():
        results += [
            Result(
                f"{name}mean frame ({ours.fps:.0f}/s)",
                1 / ours.fps,
                "s",
                f"{peer} ({its.fps:.0f}/s)",
                1 / its.fps,
                FRAME_S,
            ),
            Result(name + "longest frame", ours.longest_s, "s", peer, its.longest_s),
            Result(name + "99 % of frames", ours.slow_s, "s", peer, its.slow_s),
            Result(name + "memory of the page", ours.memory_bytes, "bytes", peer, its.memory_bytes),
            Result(name + "websocket", ours.wire_bytes_s, "bytes/s", peer, its.wire_bytes_s),
            Result(name + "processor time of the kernel", ours.kernel_share, "s/s", peer, its.kernel_share),
        ]
    return results


def look(browser: Browser, lab: Lab, name: str, for_s: float) -> Look:
    """Have messages come to a widget in a notebook of its own."""
    cell, place = _CELLS[name]
    write_notebook(lab.root / f"{name}.ipynb", [cell])
    received: list[int] = []
    with guarded_context(browser, lab.url) as context:
        context.on("page", lambda page: page.on("websocket", partial(_count, received)))
        notebook = NotebookPage(context, lab, f"{name}.ipynb")
        page = notebook.page
        assert notebook.execute(_SETUP) == ""
        notebook.run_all()
        page.locator(place).first.wait_for()
        wire = context.new_cdp_session(page)
        notebook.execute("stream.begin()")
        page.wait_for_timeout(2_000)
        received.clear()
        used = float(notebook.execute("print(stream.processor_s())"))
        page.evaluate(RECORD)
        page.wait_for_timeout(for_s * 1000)
        frames = np.diff(np.array(page.evaluate(RECORDED))) / 1000
        sent = sum(received)
        used = float(notebook.execute("print(stream.processor_s())")) - used
        came = int(notebook.execute("print(stream.end())"))
        assert came > RATE * for_s * 0.9, f"only {came} messages came"
        _check_complete(notebook, name)
        memory = _memory(wire)
        notebook.shut_down()
    slow = float(np.quantile(frames, 0.99))
    return Look(1 / float(frames.mean()), float(frames.max()), slow, memory, sent / for_s, used / for_s)


def _check_complete(notebook: NotebookPage, name: str) -> None:
    """See that the feed has shown the very last message, and as many as it is to show."""
    if name == "feed":
        last = notebook.execute("print(len(stream.frames.messages) - 1)").strip()
        notebook.page.locator(f".oq-feed-message[data-n='{last}']").wait_for()
        assert notebook.page.locator(".oq-feed-message").count() == ROWS


def _count(received: list[int], socket: WebSocket) -> None:
    socket.on("framereceived", lambda payload: received.append(len(payload)))


def _memory(wire: CDPSession) -> float:
    wire.send("HeapProfiler.enable")
    wire.send("HeapProfiler.collectGarbage")
    wire.send("Performance.enable")
    metrics = {one["name"]: one["value"] for one in wire.send("Performance.getMetrics")["metrics"]}
    return float(metrics["JSHeapUsedSize"])


class Stream:
    """Messages that come at a steady rate, for whichever widget.

    Attributes:
        frames: all of them.
        told: called again and again with the last 1,000; a feed needs no such call.
        hz: how often a second; more than itables can draw is not asked of it.
    """

    def __init__(self, table: pa.Table | None = None) -> None:
        self.frames = Frames(Journal.open(None))
        if table is not None:
            self.frames.messages = LiveFrame(MESSAGES, table)
        self.told: Callable[[pd.DataFrame], object] | None = None
        self.hz = HZ
        self._number = 0
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []

    def source(self) -> Source:
        """Give what a feed shows."""
        return Source(
            messages=self.frames.messages,
            events=self.frames.events,
            keep=compiled({}, {}),
            watch=self.frames.watched.add,
            unwatch=self.frames.watched.drop,
            changes=lambda: self.frames.watched.changes,
            standing=lambda: Standing("listening", "http://127.0.0.1:5011/…"),
            mutes=lambda: (),
            login_code=lambda: False,
            ticks=[],
        )

    def add(self, count: int) -> None:
        """Have some messages come."""
        for _ in range(count):
            self._number += 1
            self.frames.show(Line.of(Arrival("message", _message(self._number), str(self._number))))

    def last(self) -> pd.DataFrame:
        """Give the last 1,000 messages."""
        stop = len(self.frames.messages)
        frame = self.frames.messages.rows(max(0, stop - ROWS), stop, _SHOWN)
        return frame.assign(msg_time=frame["msg_time"].dt.strftime("%H:%M:%S"))

    def begin(self) -> None:
        """Begin to have messages come, on a thread of their own."""
        works = [self._fill] if self.told is None else [self._fill, self._tell]
        self._threads = [threading.Thread(target=work, daemon=True) for work in works]
        for thread in self._threads:
            thread.start()

    def end(self) -> int:
        """Stop, and give how many came."""
        self._ending.set()
        for thread in self._threads:
            thread.join()
        return self._number

    def processor_s(self) -> float:
        """Give the processor time that this process has used."""
        return time.process_time()

    def _fill(self) -> None:
        begin = time.monotonic()
        while not self._ending.wait(0.01):
            self.add(int((time.monotonic() - begin) * RATE) - self._number)

    def _tell(self) -> None:
        while not self._ending.wait(1 / self.hz):
            if self.told is not None:
                self.told(self.last())


def _message(number: int) -> Row:
    person, group = number * 7919 % 5000, number * 31 % 60
    at = time.time()
    return complete(
        {
            "type": "group_message",
            "msg_class": "recv",
            "msg_id": str(number),
            "msg_time": at,
            "received_at": at,
            "sender": f"人{person}",
            "sender_qq": str(10_000 + person),
            "gnumber": str(group),
            "group": f"群{group}",
            "content": f"{_TEXTS[number % len(_TEXTS)]} {number}",
        }
    )


def _many(count: int) -> pa.Table:
    """Make many messages that came nearly in the order of their times."""
    numbers = np.arange(count)
    begin = int(pd.Timestamp("2026-01-01", tz=ZONE).timestamp())
    moments = (begin + numbers * 20) * 1_000_000 + np.random.default_rng(0).integers(0, 10**8, count)
    people, groups = numbers * 7919 % 5000, numbers * 31 % 60
    time_type = pa.timestamp("us", ZONE)
    return pa.table(
        {
            "msg_time": pa.array(moments).cast(time_type),
            "received_at": pa.array(moments).cast(time_type),
            "type": pa.array(["group_message"] * count),
            "content": _texts(numbers.tolist()),
            "sender": np.char.add("人", people.astype(str)),
            "sender_qq": (10_000 + people).astype(str),
            "chat": np.char.add("群", groups.astype(str)),
            "chat_key": np.char.add("group:", groups.astype(str)),
        }
    )


def _texts(numbers: Sequence[int]) -> list[str]:
    return [f"{_TEXTS[number % len(_TEXTS)]} {number}" for number in numbers]


if __name__ == "__main__":
    show(run())
