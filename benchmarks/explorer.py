"""The explorer with 200,000 members of 1,000 groups: opening, searching, sorting, in the kernel and in Chromium.

In the browser ipydatagrid and itables show the same frame of members in the same run. A widget is ready, or has
answered, when its picture has stopped to change.
"""

import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from playwright.sync_api import Browser, Locator, Page, WebSocket

from benchmarks.common import RECORD, RECORDED, Result, seconds, show
from openqq_nb import schema
from openqq_nb.columns import ZONE
from openqq_nb.models import Cell
from openqq_nb.roster import Roster
from openqq_nb.widgets.explorer.browsing import Browsing
from openqq_nb.widgets.explorer.finding import SEARCHED
from tests.lab.browser import guarded_context, launched_browser
from tests.lab.notebook import NotebookPage, write_notebook
from tests.lab.server import Lab, lab_server

OPEN_S, FIRST_SEARCH_S, NEXT_SEARCH_S, SORT_S = 1.0, 1.0, 0.2, 0.4
GROUPS, MEMBERS = 1_000, 200_000
_SIGNS = np.array(list("小灰夜猫阿波罗平安喜乐东南西北春夏秋冬山水风云明月清泉石竹林海天大白红绿蓝"))
_PROVINCES = np.array(
    ["北京", "上海", "广东", "浙江", "四川", "湖北", "山东", "河南", "福建", "陕西", "辽宁", ""]
)
_NOW = pd.Timestamp("2026-11-17 12:00", tz=ZONE).as_unit("us")


_SETUP = """
import warnings
from benchmarks.explorer import roster
from openqq_nb.sends import Sends
from openqq_nb.widgets.explorer import Explorer
from openqq_nb.widgets.links import Links
import ipydatagrid, itables
warnings.simplefilter("ignore")
people = roster()
"""
_WIDGETS = {
    "explorer": ("Explorer(Links(lambda: people, None, None, frozenset(), Sends()), people)", ".oqt-grid"),
    "ipydatagrid": ("ipydatagrid.DataGrid(people.members)", ".lm-DataGrid"),
    "itables": (
        "itables.init_notebook_mode(connected=False)\nitables.show(people.members, maxBytes=0)",
        ".dt-container",
    ),
}
_SAME_S, _LOOK_S, _PATIENCE_S = 0.5, 0.05, 120.0
_WHEELS, _WHEEL_PX, _WHEEL_MS = 60, 900, 30


def run() -> list[Result]:
    """Measure the kernel's share against plain pandas, then the whole in a browser against other tables."""
    return [*in_the_kernel(roster()), *in_a_browser()]


def in_the_kernel(people: Roster) -> list[Result]:
    """Measure what each action takes in the kernel."""
    begin = time.perf_counter()
    browsing = Browsing(lambda: people, people)
    opened = (browsing.view(), browsing.table.view(), browsing.table.some(0, 100, 1))
    opening = time.perf_counter() - begin
    assert all(opened)
    first = _taken(lambda: browsing.search("灰"))
    _until_indexes_are_there()
    members = people.members
    plain = seconds(lambda: members[_having(members, "灰猫")], 3)
    search = seconds(lambda: browsing.search("灰猫"), 7, before=lambda: browsing.search("x"))
    found = len(browsing.table.rows.order)
    assert found == _having(members, "灰猫").sum() > 0
    browsing.clear()
    sort = seconds(partial(browsing.table.sort, 0), 5)
    sorting = seconds(lambda: members.sort_values("displayname", kind="stable"), 5)
    name = f"explorer, {len(members):,} members, kernel: "
    peer = "pandas str.contains over the same columns"
    return [
        Result(
            name + "open",
            opening,
            "s",
            "pandas.DataFrame.to_json of the frame",
            _taken(partial(members.to_json, date_format="iso")),
            OPEN_S,
        ),
        Result(name + "first search, at once", first, "s", peer, plain, FIRST_SEARCH_S),
        Result(name + "next search", search, "s", peer, plain, NEXT_SEARCH_S),
        Result(name + "sort by name", sort, "s", "pandas sort_values of the frame", sorting, SORT_S),
    ]


def in_a_browser() -> list[Result]:
    """Measure what a person waits for, and what crosses the wire."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "notebooks"
        root.mkdir()
        with lab_server(root) as lab, launched_browser() as browser:
            seen = {name: look(browser, lab, name) for name in _WIDGETS}
    ours = seen.pop("explorer")
    name = f"explorer, {MEMBERS:,} members, Chromium: "
    results = []
    for peer, its in seen.items():
        limit = OPEN_S if peer == "ipydatagrid" else None
        results += [
            Result(name + "ready", ours.ready_s, "s", peer, its.ready_s, limit),
            Result(name + "websocket until then", ours.sent_bytes, "bytes", peer, its.sent_bytes),
            *_compared(name + "longest frame while scrolling", ours.longest_s, peer, its.longest_s),
            *_compared(name + "mean frame while scrolling", ours.frame_s, peer, its.frame_s),
            *_compared(name + "sort by a heading", ours.sort_s, peer, its.sort_s),
            *_compared(name + "search, typing pause included", ours.search_s, peer, its.search_s),
        ]
    return results


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of one widget; `None` is what it cannot do."""

    ready_s: float
    sent_bytes: int
    longest_s: float | None
    frame_s: float | None
    sort_s: float | None
    search_s: float | None


def look(browser: Browser, lab: Lab, name: str) -> Look:
    """Open a widget in a notebook of its own, scroll, sort and search."""
    cell, place = _WIDGETS[name]
    write_notebook(lab.root / f"{name}.ipynb", [cell])
    received: list[int] = []
    with guarded_context(browser, lab.url) as context:
        context.on("page", lambda page: page.on("websocket", partial(_count, received)))
        notebook = NotebookPage(context, lab, f"{name}.ipynb")
        assert notebook.execute(_SETUP) == ""
        received.clear()
        begin = time.perf_counter()
        notebook.start_all()
        grid = notebook.page.locator(place).first
        ready = settled(notebook.page.locator(".jp-OutputArea").first, grid, begin)
        notebook.wait_until_idle()
        sent = sum(received)
        # It turns pages of ten rows.
        longest, mean = (None, None) if name == "itables" else scrolled(notebook.page, grid)
        result = Look(
            ready, sent, longest, mean, sorted_in(notebook.page, grid), searched_in(notebook.page, grid)
        )
        notebook.shut_down()
    return result


def _count(received: list[int], socket: WebSocket) -> None:
    socket.on("framereceived", lambda payload: received.append(len(payload)))


def settled(area: Locator, grid: Locator, begin: float) -> float:
    """Give the time from `begin` to the last change of a picture, once it has not changed for half a second."""
    grid.wait_for(timeout=_PATIENCE_S * 1000)
    before, last = b"", begin
    while time.perf_counter() - last < _SAME_S or not before:
        now = time.perf_counter()
        picture = area.screenshot(animations="disabled", timeout=_PATIENCE_S * 1000)
        if picture != before:
            before, last = picture, now
        time.sleep(_LOOK_S)
    return last - begin


def scrolled(page: Page, grid: Locator) -> tuple[float, float]:
    """Turn the wheel over a table; give the longest and the mean time between two frames, in seconds."""
    grid.scroll_into_view_if_needed()
    grid.hover()
    page.evaluate(RECORD)
    for _ in range(_WHEELS):
        page.mouse.wheel(0, _WHEEL_PX)
        page.wait_for_timeout(_WHEEL_MS)
    times = np.diff(np.array(page.evaluate(RECORDED))) / 1000
    return float(times.max()), float(times.mean())


def sorted_in(page: Page, grid: Locator) -> float | None:
    """Press a heading, where it is an element."""
    heading = page.locator(".oqt-heading, .dt-container th").first
    if not heading.count():
        return None
    begin = time.perf_counter()
    heading.click(timeout=_PATIENCE_S * 1000)
    return settled(grid, grid, begin)


def searched_in(page: Page, grid: Locator) -> float | None:
    """Type into the search field, where there is one."""
    field = page.locator(".oq-explorer input[type=search], .dt-search input").first
    if not field.count():
        return None
    begin = time.perf_counter()
    field.fill("灰猫", timeout=_PATIENCE_S * 1000)
    return settled(grid, grid, begin)


def _compared(name: str, ours: float | None, peer: str, its: float | None) -> list[Result]:
    return [] if ours is None or its is None else [Result(name, ours, "s", peer, its)]


def _taken(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _until_indexes_are_there() -> None:
    for thread in threading.enumerate():
        if thread.name == "openqq-nb-widget":
            thread.join()


def _having(frame: pd.DataFrame, text: str) -> pd.Series:
    hits = [
        frame[column].str.contains(text, case=False, regex=False).fillna(False)
        for column in SEARCHED["members"]
    ]
    return pd.concat(hits, axis=1).any(axis=1)


def roster(groups: int = GROUPS, members: int = MEMBERS, seed: int = 0) -> Roster:
    """Make a roster of invented people, half of whom are in more than one group."""
    random = np.random.default_rng(seed)
    people = random.integers(0, members * 3 // 4, members)
    where = np.sort(random.integers(0, groups, members))
    nicks = _names(random, int(people.max()) + 1)[people]
    cards = np.where(random.random(members) < 0.3, _names(random, members), "")
    spoke = _NOW.timestamp() - random.exponential(200 * 86_400, members)
    table = pa.table(
        {
            "displayname": np.where(cards == "", nicks, cards),
            "nick": nicks,
            "card": cards,
            "role": random.choice(["member"] * 18 + ["admin", "owner"], members),
            "gender": random.choice(["male", "female", "unknown"], members),
            "gname": np.char.add("群", where.astype(str)),
            "gnumber": (where + 500_000_000).astype(str),
            "qq": (people + 10_000_000).astype(str),
            "province": random.choice(_PROVINCES, members),
            "join_time": (_NOW.timestamp() - random.integers(0, 3_000, members) * 86_400)
            .astype(int)
            .astype(str),
            "last_speak_time": np.where(random.random(members) < 0.1, 0, spoke).astype(int).astype(str),
            "gid": (where + 1).astype(str),
            "id": (people + 1).astype(str),
        }
    )
    return Roster(
        pd.Series({"nick": "小机", "qq": "9900000100", "id": "9900000100"}, name="me", dtype="str"),
        schema.FRIENDS.frame(schema.FRIENDS.table([])),
        _groups(groups, np.bincount(where, minlength=groups)),
        schema.MEMBERS.frame(table),
        schema.DISCUSSES.frame(schema.DISCUSSES.table([])),
        schema.DISCUSS_MEMBERS.frame(schema.DISCUSS_MEMBERS.table([])),
        fetched_at=_NOW,
    )


def _groups(groups: int, counts: np.ndarray) -> pd.DataFrame:
    rows: list[dict[str, Cell]] = [
        {
            "displayname": f"群{at}",
            "gname": f"群{at}",
            "gnumber": str(at + 500_000_000),
            "gid": str(at + 1),
            "member_count": int(counts[at]),
            "members_loaded": True,
        }
        for at in range(groups)
    ]
    return schema.GROUPS.frame(schema.GROUPS.table(rows))


def _names(random: np.random.Generator, count: int) -> np.ndarray:
    signs = [random.choice(_SIGNS, count) for _ in range(3)]
    return np.char.add(np.char.add(signs[0], signs[1]), signs[2])


if __name__ == "__main__":
    show(run())
