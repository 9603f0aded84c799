"""The pages of an explorer beside a slow kernel, in two views, and where the focus stays."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, expect

import openqq_nb as oq
from openqq_nb.roster import Roster
from openqq_nb.widgets.explorer import Explorer
from tests.lab.bare import PATIENCE_MS, BareViews
from tests.roster.small import group, member, roster
from tests.widgets.linking import links_to
from tests.widgets.test_explorer import people

pytestmark = pytest.mark.browser

NOTHING_PICKED = re.compile("· 0 selected")
ONE_PICKED = re.compile("· 1 selected")
OF_ROWS = ("rows", "pick", "pick_at", "pick_range", "pick_all", "pick_none")


@dataclass
class Opened:
    """An explorer that is shown twice; it loads a roster once `go_on` is set."""

    views: BareViews
    explorer: Explorer
    go_on: threading.Event

    def root(self, at: int = 0) -> Locator:
        return self.views.view(at)

    def search(self, at: int = 0) -> Locator:
        return self.root(at).get_by_role("searchbox")

    def button(self, name: str, at: int = 0) -> Locator:
        return self.root(at).get_by_role("button", name=name, exact=True)

    def line(self, place: int) -> Locator:
        return self.root().locator(".oqt-body .oqt-line").nth(place)

    def status(self) -> Locator:
        return self.root().locator(".oqt-status")

    def grid(self) -> Locator:
        return self.root().get_by_role("grid")

    def sort(self, order: str) -> None:
        """Sort by name once more, and wait until the page shows that."""
        self.grid().get_by_role("button", name="Name").first.click()
        heading = self.grid().get_by_role("columnheader", name="Name").first
        expect(heading).to_have_attribute("aria-sort", order)


@contextmanager
def shown(browser: Browser, first: Roster) -> Iterator[Opened]:
    """Show an explorer that opens on a roster."""
    before = oq.language()
    oq.language("en")
    go_on = threading.Event()

    def load() -> Roster:
        assert go_on.wait(PATIENCE_MS / 1000)
        return people()

    page = browser.new_page()
    explorer = Explorer(links_to(load), first)
    opened = Opened(BareViews(page, explorer, 2), explorer, go_on)
    expect(opened.line(0)).to_contain_text(first.members["displayname"][0])
    try:
        yield opened
    finally:
        go_on.set()
        explorer.close()
        page.close()
        oq.language(before)


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    with shown(browser, people()) as opened:
        yield opened


def test_a_click_counts_when_rows_come_in_the_middle_of_it(opened: Opened) -> None:
    mouse, views = opened.line(0).page.mouse, opened.views
    views.slow = ["rows"]
    opened.line(1).click()
    expect(opened.status()).to_have_text(ONE_PICKED)
    views.wait_until_asked("rows")
    box = opened.line(3).bounding_box()
    assert box is not None
    mouse.move(box["x"] + 100, box["y"] + 10)
    mouse.down()
    views.hear()
    expect(opened.line(1)).to_have_attribute("aria-selected", "true")
    mouse.up()
    views.slow = []
    expect(opened.line(3)).to_have_attribute("aria-selected", "true")
    expect(opened.line(1)).to_have_attribute("aria-selected", "false")
    assert opened.explorer.selection["qq"].tolist() == ["101"]


@pytest.mark.parametrize(
    ("modifiers", "keys", "chosen"),
    [
        (["Shift"], [], [1, 2, 3]),
        (["Control"], [], [1, 3]),
        ([], ["End", "Shift+ArrowUp"], [1, 4, 5]),
        ([], ["Escape"], []),
        ([], ["Control+a"], range(6)),
    ],
    ids=["Shift+click", "Control+click", "Shift+ArrowUp", "Escape", "Control+a"],
)
def test_what_is_done_before_the_clicked_row_is_there_comes_after_it(
    opened: Opened,
    modifiers: list[Literal["Control", "Shift"]],
    keys: list[str],
    chosen: Sequence[int],
) -> None:
    opened.views.slow = OF_ROWS
    opened.sort("ascending")
    opened.views.wait_until_asked("rows")
    opened.line(1).click()
    if modifiers:
        opened.line(3).click(modifiers=modifiers)
    for key in keys:
        opened.grid().press(key)
    opened.views.slow = []
    opened.views.hear()
    for place in range(6):
        expect(opened.line(place)).not_to_contain_text("…")
        expect(opened.line(place)).to_have_attribute("aria-selected", str(place in chosen).lower())
    # The kernel hears this after whatever the page asked for when the row was there.
    opened.sort("descending")
    assert len(opened.explorer.selection) == len(chosen)


def test_a_row_that_is_left_before_it_is_there_is_selected_and_holds_nothing_up(browser: Browser) -> None:
    crowd = roster(
        groups=[group("PERL学习交流", 9001, 11, members_loaded=True)],
        members=[member(f"n{at:04}", 10_000 + at, at, gnumber="9001") for at in range(1_500)],
    )
    with shown(browser, crowd) as opened:
        row = opened.root().locator("[aria-rowindex='756']")
        opened.views.slow = OF_ROWS
        opened.sort("ascending")
        opened.views.wait_until_asked("rows")
        opened.grid().evaluate("grid => { grid.scrollTop = grid.scrollHeight / 2; }")
        expect(row).to_contain_text("…")
        row.click()
        opened.grid().press("Home")
        opened.views.slow = []
        opened.views.hear()
        opened.grid().press("Shift+ArrowDown")
        expect(opened.status()).to_have_text(re.compile("· 3 selected"))
        opened.grid().evaluate("grid => { grid.scrollTop = grid.scrollHeight / 2; }")
        expect(row).to_have_attribute("aria-selected", "true")
        assert opened.explorer.selection["displayname"].tolist() == ["n0000", "n0001", "n0754"]


def test_a_late_answer_takes_nothing_away_that_was_typed_meanwhile(opened: Opened) -> None:
    views, search, clear = opened.views, opened.search(), opened.button("Clear search and filters")
    search.fill("夜猫")
    expect(clear).to_be_visible()
    views.slow = ["search"]
    search.fill("")
    views.wait_until_asked("search")
    search.fill("小灰")
    views.hear()
    expect(clear).to_be_hidden()
    expect(search).to_have_value("小灰")
    views.slow = []
    views.hear()
    expect(clear).to_be_visible()
    expect(search).to_have_value("小灰")


def test_every_view_shows_what_is_searched_for_but_not_under_somebodys_hands(opened: Opened) -> None:
    first, second = opened.search(), opened.search(1)
    first.fill("夜猫")
    expect(second).to_have_value("夜猫")
    opened.button("Clear search and filters", 1).click()
    expect(second).to_be_focused()
    expect(first).to_have_value("")
    opened.views.slow = ["search"]
    first.fill("小")
    second.fill("Müller")
    opened.views.wait_until_asked("search")
    opened.views.slow = []
    opened.views.hear()
    expect(second).to_have_value("Müller")
    expect(first).to_have_value("Müller")


def test_the_focus_stays_on_a_button_that_goes_off(opened: Opened) -> None:
    reload, none = opened.button("Reload"), opened.button("Select none")
    reload.focus()
    reload.press("Enter")
    expect(opened.root()).to_contain_text("Loading …")
    expect(reload).to_be_disabled()
    expect(reload).to_be_focused()
    opened.go_on.set()
    expect(reload).to_be_enabled()
    expect(reload).to_be_focused()
    opened.line(2).click()
    expect(none).to_be_enabled()
    none.focus()
    none.press("Space")
    expect(opened.status()).to_have_text(NOTHING_PICKED)
    expect(none).to_be_disabled()
    expect(none).to_be_focused()


def test_what_goes_wrong_in_the_table_is_told_until_the_next_thing_is_done(opened: Opened) -> None:
    alert = opened.root().locator(".oqt [role=alert]")
    opened.views.tell(
        {"part": "table", "problem": {"title": "It went wrong.", "detail": "The order is lost."}}
    )
    expect(alert).to_contain_text("The order is lost.")
    opened.line(2).click()
    expect(alert).to_be_hidden()
