"""The explorer in JupyterLab and Notebook 7: the whole job by mouse and by keyboard, odd names, and how it looks."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import LOOKS, OpenNotebook
from tests.lab.axe import assert_usable
from tests.lab.browser import NARROW, WIDE
from tests.lab.hostile import TEXTS, assert_inert
from tests.lab.looks import assert_tidy
from tests.lab.notebook import NotebookPage
from tests.lab.pictures import Pictures
from tests.lab.server import DARK, LIGHT, App

pytestmark = pytest.mark.browser

WIDGET = ".oq-explorer"
LOW_PX = 120
OPEN = """
import openqq_nb as oq
oq.language("{language}")
my = oq.demo(seed=5)
explorer = my.explorer()
explorer
"""
ODD = """
import openqq_nb as oq
from openqq_nb.widgets.explorer import Explorer
from openqq_nb.widgets.links import Links
from openqq_nb.sends import Sends
from tests.lab.hostile import TEXTS
from tests.roster.small import friend, group, member, roster

oq.language("zh")
texts = list(TEXTS.values())
odd = roster(
    friends=[friend(text, at + 1, at + 1, markname=text, category=text) for at, text in enumerate(texts)],
    groups=[group(text, at + 1, at + 11, gmarkname=text, members_loaded=True) for at, text in enumerate(texts)],
    members=[
        member(text, at + 1, at + 1, at + 11, card=text, role=text, province=text, city=text, level=text, new=text)
        | {text: text}
        for at, text in enumerate(texts)
    ],
)
explorer = Explorer(Links(lambda: odd, None, None, frozenset(), Sends()), odd)
explorer
"""
EMPTY = """
import openqq_nb as oq
from openqq_nb.widgets.explorer import Explorer
from openqq_nb.widgets.links import Links
from openqq_nb.sends import Sends
from openqq_nb.errors import Unreachable
from tests.roster.small import roster

def load():
    raise Unreachable("Nobody answers at http://127.0.0.1:5000. Start the server, then try again.")

oq.language("{language}")
explorer = Explorer(Links(load, None, None, frozenset(), Sends()), roster())
explorer
"""
NAMELESS = """
import openqq_nb as oq
from openqq_nb.widgets.explorer import Explorer
from openqq_nb.sends import Sends
from openqq_nb.widgets.links import Links
from tests.roster.small import friend, roster

oq.language("zh")
nameless = roster(friends=[friend("无号"), friend("友", 1, 1)])
explorer = Explorer(Links(lambda: nameless, None, None, frozenset({"friend"}), Sends()), nameless)
explorer
"""
LONG = """
import pandas as pd
import openqq_nb as oq
from openqq_nb.widgets.explorer.rows import Rows
from openqq_nb.widgets.explorer.table import Table
from openqq_nb.widgets.explorer.words import words
from openqq_nb.widgets.face import Face
from openqq_nb.widgets.pages import script, style

class Alone(Face):
    _esm = script("table") + '''
        export default widget("table", (channel, root) => {{
            root.append(new VirtualTable(channel, "table").element);
        }});'''
    _css = style("table")

oq.language("zh")
table = Table(Rows(pd.DataFrame({{"number": [str(at) for at in range({rows})]}}), None))
Alone({{"table": table}}, words)
"""


class Seen:
    """An explorer as a person sees it."""

    def __init__(self, notebook: NotebookPage) -> None:
        self.notebook = notebook
        self.page = notebook.page
        self.root = notebook.page.locator(WIDGET)
        self.search = self.root.get_by_role("searchbox")
        self.places = self.root.get_by_role("listbox")
        self.grid = self.root.get_by_role("grid")
        self.status = self.root.locator(".oqt-status")
        self.lines = self.root.locator(".oqt-body .oqt-line")

    def place(self, name: str) -> Locator:
        return self.places.get_by_role("option", name=name)

    def cells(self, column: int = 1) -> list[str]:
        """Return what stands in a column of the lines that are drawn, once none of them is waited for."""
        expect(self.lines.filter(has_text="…").filter(has=self.page.locator("[title='…']"))).to_have_count(0)
        return [str(text) for text in self.lines.locator(f"> :nth-child({column + 1})").all_text_contents()]

    def in_kernel(self, code: str) -> str:
        return self.notebook.execute(f"print({code})").strip()


def opened(
    open_notebook: OpenNotebook, cell: str, app: App = "lab", theme: str = LIGHT, width: int = WIDE
) -> Seen:
    notebook = open_notebook([cell], theme=theme, app=app, width=width)
    notebook.run_all()
    assert notebook.errors() == []
    seen = Seen(notebook)
    seen.grid.wait_for()
    return seen


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_the_whole_job_with_the_mouse(open_notebook: OpenNotebook, app: App) -> None:
    seen = opened(open_notebook, OPEN.format(language="zh"), app)
    expect(seen.status).to_have_text("共 360 行 · 已选 0 行")
    seen.search.fill("perl")
    expect(seen.status).to_have_text("360 行中的 25 行 · 已选 0 行")
    assert seen.in_kernel("explorer.shown['gname'].eq('PERL学习交流').sum()") == "23"
    expect(seen.place("老同学")).to_have_count(0)
    seen.root.get_by_role("button", name="清除搜索和筛选").click()
    seen.place("老同学").click()
    seen.place("羽毛球").first.click(modifiers=["Control"])
    expect(seen.status).to_have_text("360 行中的 102 行 · 已选 0 行")
    expect(seen.root.locator(".oqx-matrix tbody tr")).to_have_count(2)
    shared = int(seen.in_kernel("explorer.overlap.iloc[0, 1]"))
    expect(seen.root.get_by_text(f"同时在所有所选群中：{shared} 人")).to_be_visible()
    seen.root.get_by_role("button", name="成员：").click()
    expect(seen.root.get_by_role("button", name="成员：")).to_have_attribute("aria-pressed", "true")
    members = int(seen.in_kernel("len(explorer.shown)"))
    expect(seen.status).to_have_text(f"360 行中的 {members} 行 · 已选 0 行")
    assert seen.in_kernel("explorer.shown['role'].unique().tolist()") == "['member']"
    seen.grid.get_by_role("button", name="名称").first.click()
    expect(seen.grid.get_by_role("columnheader", name="名称").first).to_have_attribute(
        "aria-sort", "ascending"
    )
    seen.lines.nth(1).click()
    seen.lines.nth(3).click(modifiers=["Shift"])
    expect(seen.status).to_have_text(f"360 行中的 {members} 行 · 已选 3 行")
    names = seen.cells()[1:4]
    assert (
        json.loads(seen.in_kernel("__import__('json').dumps(list(explorer.selection['displayname']))"))
        == names
    )
    seen.root.get_by_role("button", name="刷新").click()
    expect(seen.root.get_by_role("button", name="刷新")).to_be_enabled()
    expect(seen.status).to_have_text(f"360 行中的 {members} 行 · 已选 3 行")
    assert seen.cells()[1:4] == names
    expect(seen.root.locator(".oqx-on")).to_have_count(2)


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_the_whole_job_with_the_keyboard_alone(open_notebook: OpenNotebook, app: App) -> None:
    seen = opened(open_notebook, OPEN.format(language="zh"), app)
    keys = seen.page.keyboard
    seen.search.focus()
    keys.type("yumaoqiu")
    expect(seen.status).to_have_text("360 行中的 0 行 · 已选 0 行")
    keys.press("Control+a")
    keys.type("ymq")
    expect(seen.status).not_to_have_text("360 行中的 0 行 · 已选 0 行")
    keys.press("Control+a")
    keys.press("Delete")
    expect(seen.status).to_have_text("共 360 行 · 已选 0 行")
    tab_to(seen, seen.places)
    for key in ["ArrowDown"] * 5 + ["Enter", "ArrowUp", "Space"]:
        keys.press(key)
    expect(seen.status).to_have_text("360 行中的 102 行 · 已选 0 行")
    role = seen.root.get_by_label("身份", exact=True)
    tab_to(seen, role)
    for _ in range(3):
        keys.press("ArrowDown")
    expect(role).to_have_value("=member")
    tab_to(seen, seen.grid)
    keys.press("Tab")
    keys.press("Enter")
    expect(seen.grid.get_by_role("columnheader", name="名称").first).to_have_attribute(
        "aria-sort", "ascending"
    )
    keys.press("ArrowDown")
    expect(seen.grid).to_be_focused()
    names = seen.cells()
    keys.press("ArrowDown")
    keys.press("Space")
    expect(seen.root.locator(".oqt-on")).to_have_count(1)
    keys.press("ArrowDown")
    for _ in range(3):
        keys.press("Shift+ArrowDown")
    keys.press("Shift+ArrowUp")
    expect(seen.root.locator(".oqt-on")).to_have_count(4)
    assert seen.in_kernel("explorer.selection['displayname'].tolist()") == str(names[1:5])
    keys.press("Control+a")
    total = seen.in_kernel("len(explorer.shown)")
    expect(seen.status).to_have_text(f"360 行中的 {total} 行 · 已选 {total} 行")
    keys.press("End")
    expect(seen.root.locator(".oqt-here")).to_have_attribute("aria-rowindex", str(int(total) + 1))
    keys.press("Escape")
    expect(seen.status).to_have_text(f"360 行中的 {total} 行 · 已选 0 行")
    keys.press("PageUp")
    keys.press("Home")
    expect(seen.root.locator(".oqt-here")).to_have_attribute("aria-rowindex", "2")
    assert len(seen.notebook.cells()) == 1, "a key was taken for a command of the notebook"


def tab_to(seen: Seen, wanted: Locator) -> None:
    """Press the tab key until an element has the focus."""
    for _ in range(40):
        seen.page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("the tab key does not lead there")


def test_a_person_who_is_selected_is_written_to(open_notebook: OpenNotebook) -> None:
    seen = opened(open_notebook, OPEN.format(language="zh"))
    expect(seen.root.get_by_role("button", name="写消息")).to_have_attribute("aria-disabled", "true")
    seen.place("老同学").click()
    seen.root.get_by_role("button", name="写消息给 老同学 …").click()
    text = seen.root.get_by_role("textbox", name="消息内容")
    expect(text).to_be_focused()
    text.fill("周五聚餐！")
    assert seen.in_kernel("my.simulator.received") == "[]"
    seen.page.keyboard.press("Control+Enter")
    expect(seen.root.get_by_text("已发送给 老同学。")).to_be_visible()
    assert (
        seen.in_kernel("[(one.name, one.content) for one in my.simulator.received]")
        == "[('老同学', '周五聚餐！')]"
    )
    assert len(seen.notebook.cells()) == 1


SIDE_BAR = "name => window.jupyterapp.commands.execute(name)"
OUTSIDE = """charts => [...charts.querySelectorAll('.oqx-chart')].flatMap(card => {
    const {left, right} = card.getBoundingClientRect();
    return [...card.querySelectorAll('.oqx-count, .oqx-track')]
        .map(one => [one.className, one.getBoundingClientRect()])
        .filter(([, box]) => !box.width || box.left < left || box.right > right)
        .map(([name, box]) => `${name}: ${box.right - right} px`);
})"""


def test_beside_the_file_browser_counts_stay_within_their_charts(open_notebook: OpenNotebook) -> None:
    seen = opened(open_notebook, OPEN.format(language="zh"))
    seen.page.evaluate(SIDE_BAR, "filebrowser:activate")
    expect(seen.page.locator("#filebrowser")).to_be_visible()
    seen.page.set_viewport_size({"width": WIDE, "height": 2600})
    seen.place("老同学").click()
    seen.place("羽毛球").first.click(modifiers=["Control"])
    seen.root.locator(".oqx-matrix").wait_for()
    for width in (WIDE, 1100):
        seen.page.set_viewport_size({"width": width, "height": 2600})
        assert seen.root.locator(".oqx-charts").evaluate(OUTSIDE) == []
        assert_tidy(seen.page, WIDGET)


def test_from_the_search_a_key_leads_to_what_was_found(open_notebook: OpenNotebook) -> None:
    seen = opened(open_notebook, OPEN.format(language="zh"))
    assert "↓" in (seen.search.get_attribute("placeholder") or "")
    seen.search.focus()
    keys = seen.page.keyboard
    keys.type("ymq")
    keys.press("ArrowDown")
    expect(seen.grid).to_be_focused()
    expect(seen.status).not_to_contain_text("共 360 行")
    keys.press("ArrowDown")
    keys.press("Space")
    expect(seen.lines.nth(1)).to_have_attribute("aria-selected", "true")
    assert len(seen.notebook.cells()) == 1


OF_ONEBOT = """
import openqq_nb as oq
oq.language("zh")
my = oq.demo("onebot11", seed=5)
explorer = my.explorer()
explorer
"""


def test_members_that_came_group_by_group_are_shown_picked_and_reloaded(
    open_notebook: OpenNotebook, tmp_path: Path
) -> None:
    seen = opened(open_notebook, OF_ONEBOT)
    count = seen.in_kernel("len(my.members())")
    expect(seen.status).to_have_text(f"共 {count} 行 · 已选 0 行")
    seen.lines.nth(1).click()
    expect(seen.status).to_have_text(f"共 {count} 行 · 已选 1 行")
    assert seen.in_kernel("explorer.selection['gnumber'].notna().all()") == "True"
    seen.root.get_by_role("button", name="刷新").click()
    expect(seen.status).to_have_text(f"共 {count} 行 · 已选 1 行")
    # What is asked for in the background writes nothing under the cell, and its bar neither.
    expect(seen.page.locator(".jp-OutputArea-output:not(:has(.oq-explorer))")).to_have_count(0)
    assert_tidy(seen.page, WIDGET)
    seen.notebook.screenshot(tmp_path / "explorer.png")


NO_SESSIONS = """
import openqq_nb as oq
oq.language("zh")
my = oq.demo("openqq2", seed=5)
friends, members = my.friends(), my.members()
other = members[~members["qq"].isin(friends["qq"]) & (members["qq"] != my.me()["qq"])].iloc[0]
friend = friends.iloc[0]
explorer = my.explorer()
explorer
"""


def test_a_member_who_cannot_be_reached_is_not_written_to(open_notebook: OpenNotebook) -> None:
    seen = opened(open_notebook, NO_SESSIONS)
    write = seen.root.get_by_role("button", name="写消息")
    why = seen.root.get_by_text("不是本账号的好友")
    pale = write.evaluate("button => getComputedStyle(button).opacity")
    assert float(pale) < 1
    expect(why).to_have_count(0)
    seen.search.fill(seen.in_kernel("other['qq']"))
    seen.lines.first.click()
    expect(why).to_be_visible()
    expect(write).to_have_attribute("aria-disabled", "true")
    expect(write).to_have_attribute("title", re.compile("不是本账号的好友"))
    # Playwright would wait until it is on.
    write.click(force=True)
    assert_usable(seen.page, WIDGET)
    assert_tidy(seen.page, WIDGET)
    seen.grid.press("Escape")
    expect(why).to_have_count(0)
    expect(seen.root.locator(".oqx-writing")).to_be_hidden()
    seen.place("好友").click()
    seen.search.fill(seen.in_kernel("friend['qq']"))
    seen.lines.first.click()
    expect(write).to_have_attribute("aria-disabled", "false")
    assert float(write.evaluate("button => getComputedStyle(button).opacity")) == 1
    write.click()
    expect(seen.root.get_by_role("textbox", name="消息内容")).to_be_focused()


def test_what_went_wrong_with_one_is_not_said_of_the_next(open_notebook: OpenNotebook) -> None:
    seen = opened(open_notebook, NAMELESS)
    seen.place("好友").click()
    seen.lines.first.click()
    seen.root.get_by_role("button", name="写消息").click()
    wrong = seen.root.get_by_role("alert").filter(has_text="names no friend")
    expect(wrong).to_be_visible()
    expect(seen.root.locator(".oqx-writing")).to_be_hidden()
    seen.lines.nth(1).click()
    expect(wrong).to_have_count(0)


def test_a_page_that_is_loaded_again_shows_what_was_chosen(open_notebook: OpenNotebook) -> None:
    seen = opened(open_notebook, OPEN.format(language="zh"))
    seen.place("老同学").click()
    seen.search.fill("a")
    expect(seen.root.get_by_role("button", name="清除搜索和筛选")).to_be_visible()
    seen.lines.first.click()
    expect(seen.root.locator(".oqt-on")).to_have_count(1)
    told = seen.status.text_content() or ""
    seen.notebook.reload()
    again = Seen(seen.notebook)
    expect(again.status).to_have_text(told)
    expect(again.search).to_have_value("a")
    expect(again.root.locator(".oqt-on")).to_have_count(1)
    expect(again.place("老同学")).to_have_attribute("aria-selected", "true")


def test_a_saved_notebook_holds_nobody(open_notebook: OpenNotebook) -> None:
    seen = opened(open_notebook, OPEN.format(language="zh"))
    seen.search.fill("老")
    seen.lines.first.click()
    saved = json.dumps(seen.notebook.save_with_widget_state(), ensure_ascii=False)
    people = json.loads(
        seen.in_kernel(
            "__import__('json').dumps([*explorer.shown['displayname'], *explorer.shown['qq'].dropna()])"
        )
    )
    assert [name for name in [*people, "老同学", "PERL学习交流"] if len(name) > 2 and name in saved] == []


def test_hostile_names_in_every_column_are_shown_as_text(open_notebook: OpenNotebook) -> None:
    seen = opened(open_notebook, ODD)
    seen.page.set_viewport_size({"width": 1280, "height": 2400})
    texts = [text for name, text in TEXTS.items() if name != "blank"]
    assert_inert(seen.page, WIDGET, texts)
    seen.place("粗").first.click()
    seen.place("{{7*7}}").first.click(modifiers=["Control"])
    seen.root.locator(".oqx-matrix").wait_for()
    seen.lines.first.click()
    seen.grid.evaluate("grid => { grid.scrollLeft = 100000; }")
    assert_inert(seen.page, WIDGET)
    seen.place("好友").click()
    seen.search.fill(TEXTS["script"])
    expect(seen.root.locator(".oqt-body")).to_contain_text(TEXTS["script"])
    assert_inert(seen.page, WIDGET)


def test_the_last_of_a_million_rows_is_reached_though_no_page_is_that_high(
    open_notebook: OpenNotebook,
) -> None:
    notebook = open_notebook([LONG.format(rows=1_000_000)])
    notebook.run_all()
    assert notebook.errors() == []
    grid = notebook.page.get_by_role("grid")
    grid.focus()
    grid.press("End")
    here = notebook.page.locator(".oqt-here")
    expect(here).to_contain_text("999999")
    expect(here).to_be_in_viewport()
    grid.press("ArrowUp")
    expect(here).to_contain_text("999998")
    grid.press("PageUp")
    expect(here).to_be_in_viewport()
    grid.evaluate("grid => { grid.scrollTop = grid.scrollHeight / 2; }")
    expect(notebook.page.locator(".oqt-body")).to_contain_text("500010")
    grid.press("Home")
    expect(here).to_contain_text("0")
    expect(here).to_be_in_viewport()


def test_what_is_not_seen_is_not_sent(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([LONG.format(rows=100_000)])
    received: list[int] = []
    notebook.page.on(
        "websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame)))
    )
    notebook.reload()
    notebook.run_all()
    expect(notebook.page.locator(".oqt-body")).to_contain_text("12")
    assert 0 < sum(received) < 200_000


@pytest.mark.parametrize(("theme", "language", "width"), LOOKS)
def test_it_looks_well_and_can_be_used_by_everybody(
    open_notebook: OpenNotebook, pictures: Pictures, theme: str, language: str, width: int
) -> None:
    app: App = "lab" if width == WIDE else "notebook"
    seen = opened(open_notebook, OPEN.format(language=language), app, theme, width)
    seen.page.set_viewport_size({"width": width, "height": 2600})
    seen.place("老同学").click()
    seen.place("羽毛球").first.click(modifiers=["Control"])
    seen.root.locator(".oqx-matrix").wait_for()
    seen.lines.nth(2).click()
    seen.root.locator(".oqt-foot button").last.click()
    seen.root.locator(".oq-draft-text").fill("周五聚餐！")
    seen.root.locator(".oqt-on").wait_for()
    judge(seen, pictures, f"explorer-used-{named(theme, language, width)}")


@pytest.mark.parametrize(("theme", "language", "width"), LOOKS)
def test_it_looks_well_empty_and_in_trouble(
    open_notebook: OpenNotebook, pictures: Pictures, theme: str, language: str, width: int
) -> None:
    app: App = "lab" if width == WIDE else "notebook"
    seen = opened(open_notebook, EMPTY.format(language=language), app, theme, width)
    seen.page.set_viewport_size({"width": width, "height": 2600})
    assert seen.grid.evaluate("grid => grid.offsetHeight") < LOW_PX
    judge(seen, pictures, f"explorer-empty-{named(theme, language, width)}")
    seen.root.get_by_role("button", name="刷新" if language == "zh" else "Reload").click()
    expect(seen.root.get_by_role("alert").first).to_contain_text("127.0.0.1:5000")
    judge(seen, pictures, f"explorer-error-{named(theme, language, width)}")


def judge(seen: Seen, pictures: Pictures, name: str) -> Path:
    path = pictures.take(name, seen.root)
    assert_usable(seen.page, WIDGET)
    assert_tidy(seen.page, WIDGET)
    return path


def named(theme: str, language: str, width: int) -> str:
    return f"{'dark' if theme == DARK else 'light'}-{language}" + ("-narrow" if width == NARROW else "")
