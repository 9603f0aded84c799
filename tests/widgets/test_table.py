"""The table that shows any number of rows, against plain pandas."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from openqq_nb.columns import Schema, count, flag, text, time
from openqq_nb.widgets.explorer.cells import LONGEST, Spelling
from openqq_nb.widgets.explorer.rows import Positions, Rows
from openqq_nb.widgets.explorer.table import MOST_ROWS, Table
from tests.widgets.showing import Page, travelled

ANY = Schema(
    "ANY", (text("name", "a name"), time("seen", "a time"), count("age", "a number"), flag("vip", "a flag"))
)
NAMES = st.sampled_from(
    ["小灰", "夜猫", "a", "B", "<b>粗</b>", "\u202eabc", "👩‍👩‍👧‍👦", "12345678901234567", "", "a\nb"]
)
LINES = st.fixed_dictionaries(
    {
        "name": st.none() | NAMES,
        "seen": st.none() | st.integers(1, 2_000_000_000),
        "age": st.none() | st.integers(-5, 5),
        "vip": st.none() | st.booleans(),
    }
)


def frame(lines: list[dict[str, Any]]) -> pd.DataFrame:
    return ANY.frame(ANY.table(lines))


def having(rows: pd.DataFrame, wanted: str) -> pd.Series:
    return rows["name"].str.contains(wanted, regex=False).fillna(False).astype(bool)


def rows_of(found: pd.DataFrame) -> Rows:
    def find(wanted: str) -> Positions:
        return np.flatnonzero(having(found, wanted)).astype(np.int64)

    return Rows(found, find)


def table_of(lines: int) -> Table:
    return Table(rows_of(frame([{"name": f"n{at}", "age": at % 7} for at in range(lines)])))


def plainly(value: Any) -> str:
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.isoformat(sep=" ")[:16]
    return {True: "✓", False: "–"}[value] if isinstance(value, bool) else str(value)


class AgainstPandas(RuleBasedStateMachine):
    """Whatever is searched, filtered, ordered and selected: the table shows what pandas says."""

    @initialize(lines=st.lists(LINES, max_size=12))
    def open(self, lines: list[dict[str, Any]]) -> None:
        self.frame = frame(lines).assign(at=range(len(lines)))
        self.table = Table(rows_of(self.frame))
        self.page = Page({"table": self.table})
        self.wanted, self.kept = "", [True] * len(lines)
        self.by: tuple[str, bool] | None = None
        self.selected: set[int] = set()
        self.before: tuple[int, set[int]] | None = None

    def arranged(self) -> pd.DataFrame:
        if self.by is None:
            return self.frame
        return self.frame.sort_values(self.by[0], ascending=self.by[1], kind="stable", na_position="last")

    def shown(self) -> pd.DataFrame:
        rows = self.arranged()
        found = having(rows, self.wanted) if self.wanted else True
        return rows[found & np.array(self.kept, dtype=bool)[rows["at"]]]

    @rule(wanted=st.sampled_from(["", "a", "灰", "b", "<"]))
    def search(self, wanted: str) -> None:
        self.wanted, self.before = wanted, None
        self.table.rows.search(wanted)
        self.table.refresh()

    @rule(data=st.data())
    def keep(self, data: st.DataObject) -> None:
        size = len(self.frame)
        self.kept, self.before = data.draw(st.lists(st.booleans(), min_size=size, max_size=size)), None
        self.table.rows.keep(np.array(self.kept, dtype=bool))
        self.table.refresh()

    @rule(by=st.integers(0, 3), ascending=st.booleans())
    def sort(self, by: int, ascending: bool) -> None:
        self.by, self.before = (ANY.names[by], ascending), None
        self.page.ask("table", "sort", by=by, ascending=ascending)

    @rule()
    def unsort(self) -> None:
        self.by = self.before = None
        self.page.ask("table", "sort", by=None)

    @precondition(lambda self: len(self.shown()) > 0)
    @rule(data=st.data(), only=st.booleans())
    def pick(self, data: st.DataObject, only: bool) -> None:
        position = int(data.draw(st.sampled_from(self.shown()["at"].tolist())))
        self.selected, self.before = {position} if only else self.selected ^ {position}, None
        self.page.ask("table", "pick", position=position, edition=self.view()["edition"], only=only)

    @precondition(lambda self: len(self.shown()) > 0)
    @rule(data=st.data())
    def pick_range(self, data: st.DataObject) -> None:
        places = st.integers(0, len(self.shown()) - 1)
        first, last = data.draw(places), data.draw(places)
        if self.before is None or self.before[0] != first:
            self.before = first, self.selected
        here = self.shown()["at"].tolist()[min(first, last) : max(first, last) + 1]
        self.selected = self.before[1] | set(here)
        self.page.ask("table", "pick_range", first=first, last=last, version=self.view()["version"])

    @rule()
    def pick_all(self) -> None:
        self.selected, self.before = self.selected | set(self.shown()["at"].tolist()), None
        self.page.ask("table", "pick_all")

    @rule()
    def pick_none(self) -> None:
        self.selected, self.before = set(), None
        self.page.ask("table", "pick_none")

    def view(self) -> dict[str, Any]:
        return self.page.view("table")

    @invariant()
    def the_page_gets_what_pandas_shows(self) -> None:
        view, shown = self.view(), self.shown()
        assert (view["total"], view["size"]) == (len(shown), len(self.frame))
        told = self.table.some(0, len(shown) + 5, view["version"])
        assert told is not None
        assert told["cells"] == [
            [row[-1], int(row[-1] in self.selected), *map(plainly, row)]
            for row in shown.astype(object).itertuples(index=False)
        ]

    @invariant()
    def frames_are_what_pandas_shows(self) -> None:
        pd.testing.assert_frame_equal(self.table.rows.shown, self.shown().reset_index(drop=True))
        rows = self.arranged()
        selection = rows[rows["at"].isin(self.selected)].reset_index(drop=True)
        pd.testing.assert_frame_equal(self.table.rows.selection, selection)
        unseen = self.selected - set(self.shown()["at"])
        assert (self.view()["picked"], self.view()["unseen"]) == (len(self.selected), len(unseen))


AgainstPandas.TestCase.settings = settings(max_examples=30, stateful_step_count=12, deadline=None)
TestAgainstPandas = AgainstPandas.TestCase


def test_at_most_five_hundred_rows_are_given_at_a_time() -> None:
    table = table_of(2_000)
    told = table.some(0, 2_000, table.view()["version"])
    assert told is not None and len(told["cells"]) == MOST_ROWS


@pytest.mark.parametrize(
    ("start", "stop", "first", "number"),
    [(-5, 3, 0, 3), (8, 99, 8, 2), (50, 60, 50, 0), (7, 2, 7, 0), (-9, -2, 0, 0), (0, 10**30, 0, 10)],
)
def test_rows_that_are_not_there_are_not_given(start: int, stop: int, first: int, number: int) -> None:
    table = table_of(10)
    told = table.some(start, stop, table.view()["version"])
    assert told is not None
    assert (told["start"], len(told["cells"])) == (first, number)


def test_what_is_asked_of_an_older_order_is_not_answered() -> None:
    table = table_of(10)
    old = table.view()["version"]
    table.sort(0, ascending=False)
    assert table.some(0, 5, old) is None
    assert table.pick_range(0, 5, old) is None
    assert table.view()["picked"] == 0


def test_a_row_of_another_frame_is_not_selected() -> None:
    table = table_of(10)
    old = table.view()["edition"]
    table.show(rows_of(frame([{"name": "另一个"}] * 10)))
    assert table.pick(3, old) is None
    assert table.rows.picked == 0


@pytest.mark.parametrize("position", [-1, 10])
def test_a_row_that_is_not_there_is_not_selected(position: int) -> None:
    table = table_of(10)
    assert table.pick(position, table.view()["edition"]) is None
    assert table.pick_range(0, position, table.view()["version"]) is None
    assert table.rows.picked == 0


def test_a_column_that_is_not_there_leaves_the_order() -> None:
    table = table_of(10)
    assert table.sort(4) is None and table.sort(-1) is None
    assert table.view()["by"] is None


def test_opening_tells_nothing_of_any_row() -> None:
    table = Table(rows_of(frame([{"name": "秘密"}] * 50)))
    assert "秘密" not in str(table.view())


def test_a_long_cell_is_shortened_and_the_frame_keeps_it() -> None:
    table = Table(rows_of(frame([{"name": "长" * 10_000}])))
    told = table.some(0, 1, table.view()["version"])
    assert told is not None and told["cells"][0][2] == "长" * LONGEST + "…"
    assert len(table.rows.shown["name"][0]) == 10_000


def test_headings_are_said_and_keep_the_name_that_is_typed() -> None:
    spelling = Spelling(lambda name: f"题:{name}", lambda name: {"a": "甲"} if name == "name" else {})
    table = Table(Rows(frame([{"name": "a", "age": 1}]), lambda _: np.array([], dtype=np.int64), spelling))
    columns = travelled(table.view())["columns"]
    assert [(one["name"], one["title"], one["blank"]) for one in columns] == [
        ("name", "题:name", False),
        ("seen", "题:seen", True),
        ("age", "题:age", False),
        ("vip", "题:vip", True),
    ]
    told = table.some(0, 1, table.view()["version"])
    assert told is not None and told["cells"] == [[0, 0, "甲", "", "1", ""]]


def test_without_rows_every_column_is_shown() -> None:
    assert [one["blank"] for one in Table(rows_of(frame([]))).view()["columns"]] == [False] * 4


def test_wide_signs_take_twice_the_width_and_none_takes_all_of_it() -> None:
    def width(name: str) -> int:
        table = Table(rows_of(frame([{"name": name}])))
        return int(table.view()["columns"][0]["width"])

    assert (width("abcdefgh"), width("八个中文字符宽度"), width("长" * 500)) == (8, 16, 24)


def test_whoever_watches_is_told_of_each_selection() -> None:
    told: list[int] = []
    table = Table(table_of(5).rows, on_pick=lambda: told.append(table.rows.picked))
    table.pick_all()
    table.pick(2, table.view()["edition"])
    table.pick_none()
    assert told == [5, 4, 0]
