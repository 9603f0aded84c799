"""The feed in a real browser: the whole job, by mouse and by keys alone, and what it must survive."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import LOOKS, OpenNotebook
from tests.lab.axe import assert_usable
from tests.lab.browser import NARROW
from tests.lab.hostile import TEXTS, assert_inert
from tests.lab.looks import assert_tidy
from tests.lab.notebook import NotebookPage
from tests.lab.pictures import Pictures
from tests.lab.server import DARK, App

pytestmark = pytest.mark.browser

ROOT = ".oq-feed"
SETUP = """
import openqq_nb as oq
oq.language({language!r})
my = oq.demo({dialect!r}, seed=3)
inbox = my.listen()
friend = my.simulator.truth.friends[0]
group = my.simulator.truth.groups[0]
my.simulator.set_markname(friend, "测试小灰")
roster = my.friends()
"""
FEED = "feed = inbox.feed()\nfeed"
SAY = "my.simulator.say(friend, {text!r})"
SAY_IN_GROUP = "my.simulator.say(group.members[0].person, {text!r}, group=group)"
RECEIVED = (
    "import json; print(json.dumps([[one.kind, one.name, one.content] for one in my.simulator.received]))"
)
SCROLLED = "log => log.scrollHeight - log.clientHeight - log.scrollTop"


class Opened:
    """A notebook that shows a feed."""

    def __init__(self, notebook: NotebookPage) -> None:
        self.notebook = notebook
        self.page: Page = notebook.page
        self.root = self.page.locator(ROOT)
        self.log = self.root.get_by_role("log")
        self.messages = self.root.get_by_role("article")
        self.person = self.root.get_by_label("发送人：名称或号码")
        self.text = self.root.get_by_label("内容", exact=True)
        self.chat = self.root.get_by_label("会话")
        self.jump = self.root.locator(".oq-feed-jump")
        self.draft = self.root.get_by_label("消息内容")
        self.send = self.root.get_by_role("button", name="发送", exact=True)

    def says(self, *texts: str, where: str = SAY) -> None:
        """Have a friend, or somebody in a group, write."""
        self.notebook.execute("\n".join(where.format(text=text) for text in texts))

    def message(self, text: str) -> Locator:
        return self.messages.filter(has_text=text)

    def received(self) -> list[list[str]]:
        """What reached the people of the simulator."""
        found: list[list[str]] = json.loads(self.notebook.execute(RECEIVED))
        return found

    def below(self) -> float:
        """How much of the list lies below what is seen, in pixels."""
        return float(self.log.evaluate(SCROLLED))


Open = Callable[..., Opened]


@pytest.fixture
def opened(open_notebook: OpenNotebook) -> Open:
    def open_one(
        *cells: str, dialect: str = "openqq1", language: str = "zh", run: bool = True, **how: Any
    ) -> Opened:
        setup = SETUP.format(dialect=dialect, language=language)
        one = Opened(open_notebook([setup, *(cells or (FEED,))], **how))
        if run:
            one.notebook.run_all()
            expect(one.log).to_be_visible()
        return one

    return open_one


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_the_whole_job_by_mouse(opened: Open, app: App) -> None:
    one = opened(app=app)
    expect(one.root.get_by_text("还没有消息。")).to_be_visible()
    one.says("在吗？", "签到")
    one.says("群里好", where=SAY_IN_GROUP)
    expect(one.messages).to_have_count(3)
    expect(one.message("在吗？")).to_contain_text("测试小灰")
    one.text.fill("签到")
    expect(one.messages).to_have_count(1)
    one.root.get_by_role("button", name="清除筛选").click()
    expect(one.messages).to_have_count(3)
    one.chat.select_option(index=2)
    expect(one.messages).not_to_have_count(3)
    one.chat.select_option(index=0)
    one.root.get_by_role("button", name="暂停").click()
    expect(one.root.get_by_role("button", name="继续")).to_be_visible()  # the kernel has it
    one.says("暂停中")
    expect(one.root.get_by_text("已暂停，暂存 1 条")).to_be_visible()
    expect(one.message("暂停中")).to_have_count(0)
    expect(one.root.get_by_text("已暂停，暂存 1 条 · 共 3 条消息", exact=True)).to_be_visible()
    one.text.fill("签到")
    one.says("别的")
    told = "已暂停，新到 2 条，其中暂存 0 条 · 3 条消息中的 1 条"
    expect(one.root.get_by_text(told, exact=True)).to_be_visible()
    one.root.get_by_role("button", name="继续").click()
    expect(one.root.get_by_text("5 条消息中的 1 条", exact=True)).to_be_visible()
    one.root.get_by_role("button", name="清除筛选").click()
    expect(one.message("暂停中")).to_be_visible()
    one.message("群里好").click()
    one.root.get_by_role("button", name="回复", exact=True).click()
    expect(one.draft).to_be_focused()
    expect(one.root.get_by_role("region")).to_contain_text("群里好")
    one.draft.fill("收到")
    one.send.click()
    expect(one.message("收到")).to_contain_text("本账号发送")
    expect(one.message("收到")).to_contain_text("已发送")
    assert [[kind, text] for kind, _, text in one.received()] == [["group", "收到"]]
    one.root.get_by_role("button", name="关闭回复").click()
    expect(one.draft).to_be_hidden()


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_the_whole_job_by_keys_alone_and_no_cell_runs(opened: Open, app: App) -> None:
    one = opened(app=app)
    ran = one.notebook.execute("print(len(In))")
    one.says("第一条", "第二条", "第三条")
    expect(one.messages).to_have_count(3)
    keys = one.page.keyboard
    one.chat.focus()
    keys.press("Tab")
    expect(one.person).to_be_focused()
    keys.type("小灰")
    keys.press("Tab")
    expect(one.text).to_be_focused()
    keys.type("第二")
    expect(one.messages).to_have_count(1)
    keys.press("Tab")
    keys.press("Enter")
    expect(one.messages).to_have_count(3)
    one.text.focus()
    keys.press("Tab")
    expect(one.root.get_by_role("button", name="暂停")).to_be_focused()
    keys.press("Space")
    expect(one.root.get_by_role("button", name="继续")).to_be_focused()
    keys.press("Space")
    keys.press("Tab")
    keys.press("Tab")
    expect(one.log).to_be_focused()
    keys.press("ArrowUp")
    expect(one.message("第三条")).to_be_focused()
    keys.press("Home")
    expect(one.message("第一条")).to_be_focused()
    keys.press("ArrowDown")
    expect(one.message("第二条")).to_be_focused()
    keys.press("Enter")
    expect(one.draft).to_be_focused()
    keys.type("好的")
    keys.press("Control+Enter")
    expect(one.message("好的")).to_contain_text("本账号发送")
    keys.press("Escape")
    expect(one.message("第二条")).to_be_focused()
    assert [text for _, _, text in one.received()] == ["好的"]
    assert one.notebook.execute("print(len(In))") == ran
    assert one.notebook.errors() == [] and len(one.notebook.cells()) == 2


def test_who_has_scrolled_up_stays_there_and_is_told_what_is_new(opened: Open) -> None:
    one = opened()
    one.says(*[f"第{number}条" for number in range(40)])
    expect(one.message("第39条")).to_be_visible()
    assert one.below() < 10
    one.log.evaluate("log => { log.scrollTop = 200; }")
    expect(one.jump).to_be_visible()
    place = one.message("第10条").bounding_box()
    one.says("新一", "新二")
    expect(one.jump).to_have_text("2 条新消息 ↓")
    assert one.message("第10条").bounding_box() == place
    one.jump.click()
    expect(one.jump).to_be_hidden()
    assert one.below() < 10
    one.says("新三")
    expect(one.message("新三")).to_be_visible()
    assert one.below() < 10


def test_who_comes_back_to_a_hidden_feed_is_at_its_end(opened: Open) -> None:
    one = opened()
    one.says(*[f"第{number}条" for number in range(40)])
    expect(one.message("第39条")).to_be_visible()
    one.root.evaluate("root => { root.style.display = 'none'; }")
    one.says(*[f"新{number}" for number in range(9)])
    expect(one.root.locator("article")).to_have_count(49)
    one.root.evaluate("root => { root.style.display = ''; }")
    expect(one.message("新8")).to_be_in_viewport()
    expect(one.jump).to_be_hidden()
    assert one.below() < 10


def test_an_error_stays_until_the_person_does_something_and_no_counter_is_read_out(opened: Open) -> None:
    one = opened()
    one.text.fill("早" * 1001)
    wrong = one.root.get_by_role("alert").filter(has_text="1000")
    expect(wrong).to_be_visible()
    one.says("早", "早安")
    expect(one.messages).to_have_count(2)
    expect(wrong).to_be_visible()
    expect(one.root.get_by_role("status")).to_have_count(1)
    one.text.fill("安")
    expect(one.messages).to_have_count(1)
    expect(wrong).to_be_hidden()


def test_when_it_is_told_everything_anew_the_page_stays_as_it_is_and_chats_stand_by_name(
    opened: Open,
) -> None:
    one = opened()
    one.says("一", "二")
    one.says("群里好", where=SAY_IN_GROUP)
    expect(one.messages).to_have_count(3)
    chats = one.chat.locator("option:not([disabled])")
    names = chats.all_inner_texts()
    assert len(names) == 3
    assert names[1:] == one.chat.evaluate(
        "(_, names) => names.sort(new Intl.Collator(['zh', 'en'], { numeric: true }).compare)", names[1:]
    )
    one.message("一").click()
    one.notebook.execute("feed._parts['talk']._certain = False")
    one.says("三")
    expect(one.message("三")).to_be_visible()
    expect(one.messages).to_have_count(4)
    expect(one.message("一")).to_be_focused()
    expect(chats).to_have_count(3)


def test_only_the_last_are_laid_out_until_one_scrolls_up(opened: Open) -> None:
    one = opened()
    one.says(*[f"第{number}条" for number in range(300)])
    expect(one.message("第299条")).to_be_visible()
    entries, laid_out = one.log.locator(".oq-feed-entry"), one.log.locator(".oq-feed-entry:not([hidden])")
    expect(entries).to_have_count(300)
    expect(laid_out).to_have_count(60)
    one.log.hover()
    one.page.mouse.wheel(0, -120)
    expect(laid_out).to_have_count(300)
    expect(one.message("第295条")).to_be_in_viewport()
    one.jump.click()
    expect(laid_out).to_have_count(60)
    one.log.press("End")
    one.page.keyboard.press("Home")
    expect(one.message("第0条")).to_be_in_viewport()
    expect(one.log.locator("article").first).to_be_focused()


COUNTING = """
told, plain = [], feed.send
feed.send = lambda *given, **more: (told.append(given), plain(*given, **more))
"""
UNTIL_IT_RESTS = """
while len(inbox._frames.watched):
    my.simulator.say(friend, "无人看")
    messages = inbox.wait(1)
    feed._parts["pulse"].beat()
print("rests")
"""


def test_a_reloaded_page_has_everything_and_a_cleared_one_is_told_nothing(opened: Open) -> None:
    one = opened()
    one.says("早")
    expect(one.message("早")).to_be_visible()
    one.notebook.reload()
    expect(one.message("早")).to_be_visible()
    one.says("之后")
    expect(one.message("之后")).to_be_visible()
    one.notebook.execute(COUNTING)
    one.notebook.clear_outputs()
    expect(one.root).to_have_count(0)
    assert one.notebook.execute(UNTIL_IT_RESTS) == "rests\n"
    before = one.notebook.execute("print(len(told))")
    one.notebook.execute(f"{SAY.format(text='仍无人看')}\nmessages = inbox.wait(1)")
    assert one.notebook.execute("print(len(told))") == before


def test_two_tabs_see_the_same_and_one_does_not_move_the_other(opened: Open) -> None:
    one = opened()
    one.says(*[f"第{number}条" for number in range(40)])
    expect(one.message("第39条")).to_be_visible()
    one.log.evaluate("log => { log.scrollTop = 100; }")
    expect(one.jump).to_be_visible()
    before = one.log.evaluate("log => log.scrollTop")
    other = Opened(one.notebook.second_tab())
    expect(other.message("第39条")).to_be_visible()
    one.says("两边都有")
    expect(other.message("两边都有")).to_be_visible()
    expect(one.message("两边都有")).to_have_count(1)
    assert one.log.evaluate("log => log.scrollTop") == before
    other.text.fill("两边")
    expect(one.messages).to_have_count(1)
    expect(one.text).to_have_value("两边")


BUSY = """
import threading, time
end = time.time() + 2
threading.Timer(0.5, lambda: [my.simulator.say(friend, f"忙{n}") for n in range(5)]).start()
while time.time() < end:
    pass
print("done", len(inbox.df), "came")
"""


def test_while_a_cell_computes_it_stands_still_and_then_catches_up(opened: Open) -> None:
    one = opened(FEED, BUSY, run=False)
    one.notebook.start_all()
    one.page.get_by_text("done 5 came", exact=True).wait_for()
    expect(one.message("忙4")).to_be_visible()
    expect(one.messages).to_have_count(5)


def test_it_is_alive_while_a_cell_waits(opened: Open) -> None:
    later = "import threading\nthreading.Timer(1, lambda: my.simulator.say(friend, '等待中')).start()"
    one = opened(FEED, f"{later}\nprint('waiting')\ninbox.wait(9, timeout=60)", run=False)
    one.notebook.start_all()
    one.page.get_by_text("waiting", exact=True).wait_for()
    expect(one.message("等待中")).to_be_visible()
    one.text.fill("没有")
    expect(one.messages).to_have_count(0)
    one.root.get_by_role("button", name="清除筛选").click()
    expect(one.message("等待中")).to_be_visible()
    one.notebook.press_stop()
    one.page.get_by_text("KeyboardInterrupt").first.wait_for()


def test_a_failing_handler_and_events_are_shown(opened: Open) -> None:
    handler = "@inbox.on_message(contains='坏')\ndef broken(message):\n    return 1 / 0"
    one = opened(handler, FEED, dialect="openqq2")
    one.says("坏")
    expect(one.root.get_by_text("处理函数 broken 出错 1 次。")).to_be_visible()
    expect(one.root.get_by_text("ZeroDivisionError")).to_be_visible()
    one.root.get_by_label("显示事件").check()
    one.notebook.execute("my.simulator.relogin()")
    expect(one.root.get_by_text("服务器已登录。")).to_be_visible()
    one.root.get_by_label("显示事件").uncheck()
    expect(one.root.get_by_text("服务器已登录。")).to_have_count(0)


def test_hostile_texts_are_text_everywhere(opened: Open) -> None:
    one = opened(FEED, dialect="openqq2")
    texts = [text for name, text in TEXTS.items() if name != "blank"]
    one.notebook.execute(
        f"texts = {texts!r}\n"
        "for text in texts:\n"
        "    my.simulator.set_markname(friend, text)\n"
        "    my.simulator.say(friend, text)\n"
    )
    expect(one.messages).to_have_count(len(texts))
    assert_inert(one.page, ROOT, texts)
    one.messages.nth(2).click()
    one.root.get_by_role("button", name="回复", exact=True).click()
    expect(one.draft).to_be_focused()
    assert_inert(one.page, ROOT, texts)


RECALLED = """
gone = my.simulator.say(friend, "说错了")
my.simulator.say(friend, [{"type": "image", "data": {"file": "a.jpg", "url": "http://127.0.0.1:9/a.jpg"}}])
my.simulator.say(friend, [{"type": "face", "data": {"id": "14"}}, {"type": "text", "data": {"text": "[CQ:at,qq=all]"}}])
my.simulator.recall(gone)
"""


def test_what_ends_of_onebot_bring_is_text_and_what_was_taken_back_is_struck_out(
    opened: Open, tmp_path: Path
) -> None:
    one = opened(FEED, dialect="onebot11")
    one.notebook.execute(RECALLED)
    expect(one.message("说错了")).to_contain_text("撤回")
    one.notebook.screenshot(tmp_path / "feed.png")
    one.says(*TEXTS.values())
    one.says("最后一条")
    expect(one.message("最后一条")).to_be_visible()
    expect(one.message("说错了")).to_contain_text("撤回")
    expect(one.message("[图片]").first).to_be_visible()
    expect(one.message("/微笑[CQ:at,qq=all]")).to_have_count(1)
    expect(one.root.locator("img")).to_have_count(0)
    assert_inert(one.page, ROOT, ["说错了", "[CQ:at,qq=all]"])


def test_a_saved_notebook_holds_no_name_and_no_text(opened: Open) -> None:
    one = opened()
    one.says("私密的话")
    expect(one.message("私密的话")).to_be_visible()
    saved = json.dumps(one.notebook.save_with_widget_state(), ensure_ascii=False)
    assert "_esm" in saved
    number = one.notebook.execute("print(friend.person.qq)").strip()
    assert number
    assert "私密的话" not in saved
    assert number not in saved


WORDS = {"zh": ("回复", "消息内容", "显示事件"), "en": ("Reply", "Message", "Show events")}
BROKEN = "@inbox.on_message(contains='坏')\ndef broken(message):\n    return 1 / 0"


@pytest.mark.parametrize(("theme", "language", "width"), LOOKS)
def test_it_can_be_used_and_read_empty_in_use_and_in_error(
    opened: Open, pictures: Pictures, theme: str, language: str, width: int
) -> None:
    # JupyterLab leaves a window of this width little more than its own bars.
    app: App = "notebook" if width == NARROW else "lab"
    one = opened(BROKEN, FEED, dialect="openqq2", language=language, theme=theme, width=width, app=app)
    reply, field, events = WORDS[language]
    ending = f"{'dark' if theme == DARK else 'light'}-{language}" + ("-narrow" if width == NARROW else "")

    def look(state: str) -> None:
        pictures.take(f"feed-{state}-{ending}", one.root)
        assert_usable(one.page, ROOT)
        assert_tidy(one.page, ROOT)

    look("empty")
    one.notebook.execute("receipt = my.send_group('大家好，周五聚餐！', to=my.groups().iloc[0])")
    one.says("周五我来", "几点？" + "路上可能会堵车，" * 30, "[图片]", where=SAY_IN_GROUP)
    one.root.get_by_label(events).check()
    one.notebook.execute("my.simulator.reload()")
    one.says("在吗？")
    expect(one.message("在吗？")).to_be_visible()
    look("in-use")
    one.message("在吗？").click()
    one.root.get_by_role("button", name=reply, exact=True).click()
    one.root.get_by_label(field, exact=True).fill("<在> [微笑]")
    expect(one.root.locator(".oq-draft-out")).to_be_visible()
    look("reply")
    one.says("坏")
    expect(one.root.get_by_text("ZeroDivisionError")).to_be_visible()
    look("error")
