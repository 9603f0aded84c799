"""The composer in a real browser: the whole job, by mouse and by keys alone, and what it must never do."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LOOKS, OpenNotebook
from tests.lab.axe import assert_usable
from tests.lab.browser import NARROW, WIDE
from tests.lab.hostile import TEXTS, assert_inert
from tests.lab.looks import assert_tidy
from tests.lab.notebook import NotebookPage
from tests.lab.pictures import Pictures
from tests.lab.server import DARK, App

pytestmark = pytest.mark.browser

ROOT = ".oq-composer"
SETUP = """
import openqq_nb as oq
oq.language("zh")
my = oq.demo({dialect!r}, seed=3, friends=40)
friend = my.simulator.set_markname(my.simulator.truth.friends[0], "测试小灰")
composer = my.composer()
composer
"""
RAN = "print('这个单元格运行了')"
ARRIVED = "import json; print(json.dumps([[one.name, one.content] for one in my.simulator.received]))"

TEXT = "print(composer._composing.draft.text)"
NO_PAUSE_ENDS = """() => {
    const later = window.setTimeout;
    window.setTimeout = (call, ms, ...given) => later(call, ms === 150 ? 1e9 : ms, ...given);
}"""


class Opened:
    """A notebook that shows a composer."""

    def __init__(self, notebook: NotebookPage) -> None:
        self.notebook = notebook
        self.page: Page = notebook.page
        notebook.run_all()
        self.root = self.page.locator(ROOT).first
        self.find = self.root.get_by_role("combobox")
        self.options = self.root.get_by_role("option")
        self.chosen = self.root.get_by_role("group", name="收件人")
        self.text = self.root.get_by_label("消息内容")
        self.send = self.root.get_by_role("button", name="发送", exact=True)
        self.result = self.root.get_by_role("status", name="发送结果")
        self.sends = self.root.locator(".oq-sent-line")

    def choose(self, text: str) -> None:
        """Find somebody by mouse, the only one."""
        self.find.fill(text)
        expect(self.options).to_have_count(1)
        self.options.click()

    def arrived(self) -> list[list[str]]:
        """What reached people: names and texts."""
        found: list[list[str]] = json.loads(self.notebook.execute(ARRIVED))
        return found


@pytest.fixture
def opened(open_notebook: OpenNotebook) -> Iterator[Any]:
    def open_one(dialect: str = "openqq1", after: str = "", shown_again: bool = False, **how: Any) -> Opened:
        setup = SETUP.format(dialect=dialect).replace("composer = ", f"{after}\ncomposer = ")
        cells = [setup, "composer" if shown_again else RAN]
        return Opened(open_notebook(cells, **how))

    yield open_one


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_the_whole_job_by_mouse(opened: Any, app: App) -> None:
    one: Opened = opened("openqq2", app=app)
    expect(one.send).to_be_disabled()
    expect(one.send).to_have_accessible_description("请先选择收件人。")
    one.choose("csxh")
    expect(one.chosen).to_contain_text("测试小灰")
    expect(one.text).to_be_focused()
    expect(one.send).to_have_accessible_description("请先填写内容。")
    one.text.fill("1 < 2\n第二行 [微笑]")
    expect(one.root.get_by_text("字符数：14")).to_be_visible()
    expect(one.root.get_by_role("group", name="实际发出的内容")).to_have_text("1 ＜ 2\n第二行 [微笑]")
    expect(one.root.get_by_text("将显示为表情：[微笑]")).to_be_visible()
    # Such a server sends nothing but text, so nothing else is offered.
    expect(one.root.get_by_role("group", name="文字之外")).to_have_count(0)
    one.send.click()
    expect(one.result).to_contain_text("已发送给 测试小灰。")
    expect(one.text).to_have_value("")
    expect(one.sends).to_have_count(1)
    assert one.arrived() == [["测试小灰", "1 ＜ 2\n第二行 [微笑]"]]
    one.chosen.get_by_role("button", name="更换").click()
    expect(one.find).to_be_focused()
    one.root.get_by_role("radio", name="群（12）").check()
    one.options.filter(has_text="群号").first.click()
    expect(one.chosen).to_contain_text("群")
    one.sends.get_by_role("button", name="再给 测试小灰 写一条").click()
    expect(one.chosen).to_contain_text("测试小灰")
    expect(one.text).to_be_focused()


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_the_whole_job_by_keys_alone_and_no_cell_runs(opened: Any, app: App) -> None:
    one: Opened = opened(app=app)
    cells = one.notebook.execute("print(len(In))")
    keys = one.page.keyboard
    one.root.get_by_role("radio").first.focus()
    keys.press("ArrowRight")
    expect(one.root.get_by_role("radio", name="群（12）")).to_be_checked()
    expect(one.options).to_have_count(12)
    keys.press("ArrowLeft")
    expect(one.root.get_by_role("radio", name="好友（40）")).to_be_checked()
    expect(one.options).to_have_count(40)
    keys.press("Tab")
    expect(one.find).to_be_focused()
    keys.insert_text("xh")
    expect(one.options).not_to_have_count(40)
    keys.press("ArrowDown")
    keys.press("End")
    expect(one.options.last).to_have_attribute("aria-selected", "true")
    keys.press("Home")
    expect(one.options.first).to_have_attribute("aria-selected", "true")
    keys.press("Escape")
    expect(one.root.locator("[aria-selected=true]")).to_have_count(0)
    keys.press("Escape")
    expect(one.find).to_have_value("")
    # Both at once: the key waits for the list that belongs to the text.
    keys.type("csxh")
    keys.press("Enter")
    expect(one.chosen).to_contain_text("测试小灰")
    expect(one.text).to_be_focused()
    keys.type("第一行")
    keys.press("Enter")
    keys.type("第二行 < 3")
    keys.press("Control+Enter")
    expect(one.result).to_contain_text("已发送给 测试小灰。")
    keys.type("再来")
    keys.press("Tab")
    expect(one.send).to_be_focused()
    keys.press("Enter")
    expect(one.sends).to_have_count(2)
    keys.press("Tab")
    expect(one.root.get_by_role("button", name="再给 测试小灰 写一条").first).to_be_focused()
    assert [text for _, text in one.arrived()] == ["第一行\n第二行 < 3", "再来"]
    assert one.notebook.execute("print(len(In))") == cells
    assert one.notebook.errors() == [] and len(one.notebook.cells()) == 2


def test_a_double_click_and_held_keys_send_once(opened: Any) -> None:
    one: Opened = opened()
    one.choose("csxh")
    one.text.fill("双击")
    one.send.dblclick()
    expect(one.sends).to_have_count(1)
    one.text.fill("按住")
    one.text.focus()
    one.page.keyboard.down("Control")
    for _ in range(5):
        one.page.keyboard.down("Enter")
    one.page.keyboard.up("Enter")
    one.page.keyboard.up("Control")
    expect(one.sends).to_have_count(2)
    expect(one.text).to_have_value("")
    one.text.fill("按住按钮")
    expect(one.send).to_be_enabled()
    one.send.focus()
    for _ in range(5):
        one.page.keyboard.down("Enter")
    one.page.keyboard.up("Enter")
    expect(one.sends).to_have_count(3)
    assert [text for _, text in one.arrived()] == ["双击", "按住", "按住按钮"]


def test_a_fault_is_shown_and_the_text_stays_for_the_next_try(opened: Any) -> None:
    one: Opened = opened()
    one.choose("csxh")
    one.notebook.execute("fault = my.simulator.fault('drop_after')")
    one.text.fill("到了吗？")
    one.send.click()
    expect(one.result).to_contain_text(
        "服务器没有回应。 消息可能已经发出，也可能稍后发出：再次发送前请先确认。"
    )
    expect(one.text).to_have_value("到了吗？")
    expect(one.sends.first).to_contain_text("可能已发送，也可能没有")
    one.notebook.execute("fault.end()")
    expect(one.send).to_be_enabled()
    one.send.click()
    expect(one.result).to_contain_text("已发送给 测试小灰。")
    expect(one.text).to_have_value("")


def test_while_a_message_is_on_its_way_the_button_is_off_and_typing_goes_on(opened: Any) -> None:
    one: Opened = opened()
    one.choose("csxh")
    one.notebook.execute("fault = my.simulator.fault('slow', seconds=3)")
    one.text.fill("慢")
    one.send.click()
    sending = one.root.get_by_role("button", name="正在发送 …")
    expect(sending).to_be_disabled()
    one.text.fill("下一条")
    expect(one.result).to_contain_text("已发送给 测试小灰。")
    expect(one.text).to_have_value("下一条")
    expect(one.send).to_be_enabled()
    assert [text for _, text in one.arrived()] == ["慢"]


def test_what_is_typed_behind_a_message_on_its_way_is_the_next_one(opened: Any) -> None:
    one: Opened = opened()
    one.choose("csxh")
    fault = "fault = my.simulator.fault('slow', seconds=3)"
    one.notebook.execute(fault)
    keys = one.page.keyboard
    sending = one.root.get_by_role("button", name="正在发送 …")
    earlier = one.root.get_by_text("上一条消息：")
    one.text.press_sequentially("慢")
    keys.press("Control+Enter")
    expect(sending).to_be_disabled()
    expect(sending).to_have_css("opacity", "0.75")
    keys.press("Enter")
    keys.type("下一条")
    keys.press("ArrowLeft")
    expect(one.text).to_have_value("慢\n下一条")
    expect(one.result).to_contain_text("已发送给 测试小灰。")
    expect(one.text).to_have_value("下一条")
    keys.type("x")
    expect(one.text).to_have_value("下一x条")
    expect(earlier).to_be_visible()
    one.notebook.execute(f"fault.end()\n{fault}")
    one.text.focus()
    keys.press("Control+Enter")
    expect(sending).to_be_disabled()
    expect(earlier).to_be_hidden()
    # An input method is at work when the text leaves: what it shows must stay until it is done.
    keys.press("End")
    method = one.page.context.new_cdp_session(one.page)
    method.send("Input.imeSetComposition", {"text": "hao", "selectionStart": 3, "selectionEnd": 3})
    expect(one.result).to_contain_text("已发送给 测试小灰。")
    expect(one.text).to_have_value("下一x条hao")
    method.send("Input.insertText", {"text": "好"})
    expect(one.text).to_have_value("好")
    one.notebook.execute("fault.end()")
    one.text.focus()
    keys.press("Control+Enter")
    expect(one.sends).to_have_count(3)
    expect(one.text).to_have_value("")
    assert [text for _, text in one.arrived()] == ["慢", "下一x条", "好"]


def test_a_reloaded_page_and_a_second_tab_show_the_same_and_send_once(opened: Any) -> None:
    one: Opened = opened()
    one.choose("csxh")
    one.text.fill("已发")
    one.send.click()
    expect(one.text).to_have_value("")
    one.text.fill("草稿\n还没发")
    expect(one.root.get_by_text("字符数：6")).to_be_visible()
    one.notebook.reload()
    expect(one.text).to_have_value("草稿\n还没发")
    expect(one.chosen).to_contain_text("测试小灰")
    expect(one.sends).to_have_count(1)
    other = one.notebook.second_tab().page.locator(ROOT)
    there = other.get_by_label("消息内容")
    expect(there).to_have_value("草稿\n还没发")
    there.fill("从另一页")
    expect(one.text).to_have_value("从另一页")
    # Both pages know the same draft, and each sends it.
    one.send.click()
    other.get_by_role("button", name="发送", exact=True).or_(
        other.get_by_role("button", name="正在发送 …")
    ).dispatch_event("click")
    expect(one.text).to_have_value("")
    expect(there).to_have_value("")
    assert [text for _, text in one.arrived()] == ["已发", "从另一页"]


def test_two_views_on_one_page_show_one_text_and_what_was_sent_does_not_come_back(opened: Any) -> None:
    one: Opened = opened(shown_again=True)
    fields = one.page.locator(ROOT).get_by_label("消息内容")
    here, there = fields.first, fields.last
    one.choose("csxh")
    here.press_sequentially("在")
    expect(there).to_have_value("在")
    # Sent before the other view can have been told of it.
    here.press_sequentially("吗？")
    one.page.keyboard.press("Control+Enter")
    expect(one.sends).to_have_count(1)
    for field in (here, there):
        expect(field).to_have_value("")
    there.press_sequentially("第二条")
    one.page.keyboard.press("Control+Enter")
    expect(one.sends).to_have_count(2)
    # One view writes while the other one sends.
    one.notebook.execute("fault = my.simulator.fault('slow', seconds=2)")
    here.press_sequentially("第三条")
    expect(there).to_have_value("第三条")
    one.page.keyboard.press("Control+Enter")
    expect(one.root.get_by_role("button", name="正在发送 …")).to_be_disabled()
    there.press("End")
    there.press_sequentially("，第四条")
    expect(one.sends).to_have_count(3)
    for field in (here, there):
        expect(field).to_have_value("，第四条")
    one.notebook.execute("fault.end()")
    assert one.notebook.execute(TEXT) == "，第四条\n"
    assert [text for _, text in one.arrived()] == ["在吗？", "第二条", "第三条"]


def test_what_was_typed_last_stays_when_the_output_is_cleared_at_once(opened: Any) -> None:
    one: Opened = opened()
    one.choose("csxh")
    one.text.fill("还没")
    expect(one.root.get_by_text("字符数：2")).to_be_visible()
    # However fast the test is, or slow: the time after which a text is told does not come.
    one.notebook.alter(NO_PAUSE_ENDS)
    one.text.press("End")
    one.text.press_sequentially("说完")
    one.notebook.clear_outputs()
    expect(one.root).to_have_count(0)
    assert one.notebook.execute(TEXT) == "还没说完\n"


def test_a_saved_notebook_holds_no_name_and_no_text(opened: Any) -> None:
    one: Opened = opened()
    one.choose("csxh")
    one.text.fill("私密的话")
    one.send.click()
    expect(one.sends).to_have_count(1)
    one.text.fill("另一句")
    saved = json.dumps(one.notebook.save_with_widget_state(), ensure_ascii=False)
    assert "_esm" in saved
    number = one.notebook.execute("print(friend.person.qq)").strip()
    outputs = saved.replace('测试小灰\\")', "")
    for secret in ("私密的话", "另一句", number):
        assert secret not in saved
    assert "测试小灰" not in outputs


def test_what_little_room_a_narrow_jupyterlab_leaves_is_enough(opened: Any, pictures: Pictures) -> None:
    one: Opened = opened(width=NARROW)
    one.find.fill("小")
    expect(one.options).not_to_have_count(40)
    pictures.take("composer-sliver-finding", one.root)
    assert_tidy(one.page, ROOT)
    one.choose("csxh")
    one.text.fill("好")
    expect(one.send).to_be_enabled()
    one.send.click()
    expect(one.sends).to_have_count(1)
    pictures.take("composer-sliver-sent", one.root)
    assert_tidy(one.page, ROOT)


HOSTILE = """
texts = {texts!r}
for who, text in zip(my.simulator.truth.friends[1:], texts):
    my.simulator.set_markname(who, text)
for where, text in zip(my.simulator.truth.groups, texts):
    my.simulator.rename_group(where, text)
"""


def test_hostile_names_and_texts_are_text_everywhere(opened: Any) -> None:
    texts = [text for name, text in TEXTS.items() if name != "blank"]
    one: Opened = opened(after=HOSTILE.format(texts=texts))
    expect(one.options).to_have_count(40)
    assert_inert(one.page, ROOT, texts[:39])
    one.root.get_by_role("radio", name="群（12）").check()
    expect(one.options).to_have_count(12)
    assert_inert(one.page, ROOT, texts[:12])
    one.root.get_by_role("radio", name="好友（40）").check()
    expect(one.options).to_have_count(40)
    one.options.nth(1).click()
    for text in texts:
        one.text.fill(text)
        assert_inert(one.page, ROOT)
    one.text.fill(texts[0])
    one.send.click()
    expect(one.sends).to_have_count(1)
    assert_inert(one.page, ROOT, [texts[0]])


LINES = "cell => cell.clientHeight / parseFloat(getComputedStyle(cell).lineHeight)"

PICTURED = """
oq.language({language!r})
"""


@pytest.mark.parametrize(("theme", "language", "width"), LOOKS)
def test_it_can_be_used_and_read_empty_in_use_and_in_error(
    opened: Any, pictures: Pictures, theme: str, language: str, width: int
) -> None:
    # JupyterLab leaves a window of this width little more than its own bars.
    app = "notebook" if width == NARROW else "lab"
    one: Opened = opened(
        "openqq2", after=PICTURED.format(language=language), theme=theme, width=width, app=app
    )
    sent = {"zh": "发送", "en": "Send"}[language]
    ending = f"{'dark' if theme == DARK else 'light'}-{language}" + ("-narrow" if width == NARROW else "")

    def look(state: str) -> None:
        pictures.take(f"composer-{state}-{ending}", one.root)
        assert_usable(one.page, ROOT)
        assert_tidy(one.page, ROOT)

    look("empty")
    one.find.fill("小")
    expect(one.options.first).to_contain_text("小")
    expect(one.options).not_to_have_count(40)
    one.page.keyboard.press("ArrowDown")
    look("finding")
    one.choose("csxh")
    one.notebook.execute(
        "receipts = [my.send_group('大家好', to=my.groups().iloc[0]), my.send_group('？', gnumber='1')]"
    )
    text = one.root.locator("textarea")
    text.fill("周五聚餐，<老地方> 见！[微笑]\n几点方便？")
    expect(one.root.locator(".oq-draft-out")).to_be_visible()
    expect(one.sends).to_have_count(2)
    look("in-use")
    one.notebook.execute("fault = my.simulator.fault('drop_after')")
    one.root.get_by_role("button", name=sent, exact=True).click()
    expect(one.root.locator(".oq-result")).to_be_visible()
    expect(one.sends).to_have_count(3)
    look("error")
    if width == WIDE:
        assert one.sends.first.locator(".oq-sent-delivery").evaluate(LINES) < 2
    text.fill("?")
    expect(one.root.locator(".oq-result-earlier")).to_be_visible()
    look("earlier")
