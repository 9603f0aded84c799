"""The broadcaster in a real browser: the whole job by mouse and by keys alone, and what it must never do."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.conftest import LOOKS, OpenNotebook
from tests.lab.axe import assert_usable
from tests.lab.browser import NARROW
from tests.lab.hostile import TEXTS, assert_inert
from tests.lab.looks import assert_tidy
from tests.lab.notebook import NotebookPage
from tests.lab.pictures import Pictures
from tests.lab.server import DARK, App

pytestmark = pytest.mark.browser

ROOT = ".oq-broadcaster"
SETUP = """
import openqq_nb as oq
oq.language("zh")
my = oq.demo(seed=3, friends=40)
friends = my.friends().dropna(subset="qq")
broadcaster = my.broadcaster()
broadcaster
"""
ARRIVED = "import json; print(json.dumps([[one.name, one.content] for one in my.simulator.received]))"
EXPECTED = "('早，' + friends.head(6)['displayname']).to_json(orient='values')"
OWN_PACE = {
    "两条之间至少（秒）": "0.4",
    "两条之间至多（秒）": "0.4",
    "休息多久（秒）": "0",
    "静默开始": "",
    "静默结束": "",
}
MOST_TABS = 120


class Opened:
    """A notebook that shows a broadcaster."""

    def __init__(self, notebook: NotebookPage) -> None:
        self.notebook = notebook
        self.page: Page = notebook.page
        self.root = self.page.locator(ROOT).first
        self.root.get_by_role("heading").first.wait_for()
        self.whom, self.what, self.preview, self.pace, self.confirm = (
            self.step(name) for name in ("1. 发给谁", "2. 发什么", "3. 预览", "4. 速度与名称", "5. 发送")
        )
        self.watch = self.root.get_by_role("region", name="群发 ")
        self.state = self.watch.locator("strong[role=status]")
        self.sample = self.what.get_by_role("group", name="实际发出的内容")
        self.find = self.whom.get_by_role("combobox", name="按名称、号码或拼音首字母查找")
        self.options = self.whom.get_by_role("listbox", name="查找结果").get_by_role("option")
        self.text = self.what.get_by_label("消息内容")
        self.number = self.confirm.get_by_label("消息数")
        self.send = self.confirm.get_by_role("button", name="发送", exact=True)

    @classmethod
    def run(cls, notebook: NotebookPage) -> "Opened":
        """Run a notebook that shows one."""
        notebook.run_all()
        assert notebook.errors() == []
        return cls(notebook)

    def step(self, name: str) -> Locator:
        return self.root.get_by_role("region", name=name, exact=True)

    def upload(self, name: str, content: bytes) -> None:
        """Upload a list, as the file dialog would give it."""
        given: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": content}
        with self.page.expect_file_chooser() as dialog:
            self.whom.get_by_role("button", name="上传名单").click()
        dialog.value.set_files([given])

    def do(self, code: str) -> None:
        """Run code in the kernel that prints nothing."""
        assert self.notebook.execute(code) == ""

    def tab_to(self, what: Locator) -> None:
        """Go on to something by the tab key alone."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if what.evaluate("one => one === document.activeElement"):
                return
        raise AssertionError(f"the tab key does not lead to {what}")

    def in_kernel(self, code: str) -> str:
        return self.notebook.execute(f"print({code})").strip()

    def arrived(self) -> list[list[str]]:
        """What reached people: names and texts."""
        found: list[list[str]] = json.loads(self.notebook.execute(ARRIVED))
        return found


@pytest.fixture
def opened(open_notebook: OpenNotebook) -> Iterator[Any]:
    def open_one(setup: str = SETUP, **how: Any) -> Opened:
        return Opened.run(open_notebook([setup, "print('这个单元格运行了')"], **how))

    yield open_one


def choose_by_mouse(one: Opened) -> None:
    """Choose a group, two from a list with a bad line, and a category of friends."""
    one.whom.get_by_role("radio", name="群（12）").check()
    expect(one.options).to_have_count(12)
    one.options.first.click()
    expect(one.options.first).to_contain_text("已加入")
    first, second = json.loads(one.in_kernel("friends['qq'].head(2).to_json(orient='values')"))
    one.upload("名单.csv", f"qq,称呼\n{first},老张\nabc,\n{second},小李\n".encode("gb18030"))
    expect(one.whom.get_by_text("无法使用的行：1 行")).to_be_visible()
    expect(one.whom.get_by_text("第 3 行")).to_be_visible()
    one.whom.get_by_role("radio", name="好友（40）").check()
    one.whom.get_by_label("分组").select_option("同事")
    expect(one.options).to_have_count(6)
    one.whom.get_by_role("button", name="全部加入（6 个）").click()
    expect(one.whom.get_by_text("收件人：8 个；另有 1 行重复")).to_be_visible()


def write_by_mouse(one: Opened) -> None:
    """Write with two fields, and look at what goes out to whom."""
    one.text.fill("你好，")
    one.what.get_by_role("button", name="插入 名称").click()
    one.page.keyboard.type("（")
    one.what.get_by_role("button", name="插入 分组").click()
    one.page.keyboard.type("）")
    expect(one.text).to_have_value("你好，{displayname}（{category}）")
    expect(one.preview.get_by_text("2 个：{category} 没有值")).to_be_visible()
    one.what.get_by_role("button", name="下一个").click()
    expect(one.what.get_by_text("第 2 个，共 8 个")).to_be_visible()
    one.what.get_by_label("查看发给此人的内容").fill("番茄")
    one.page.keyboard.press("Enter")
    expect(one.sample).to_have_text("你好，番茄🍊（同事）")


def mend_by_mouse(one: Opened) -> None:
    """Put in what is missing, and take one recipient out."""
    one.preview.get_by_label("没有 {category} 时写").fill("朋友")
    one.preview.get_by_role("button", name="为 {category} 填入").click()
    expect(one.text).to_have_value('你好，{displayname}（{category|"朋友"}）')
    expect(one.preview.get_by_text("没有值")).to_have_count(0)
    expect(one.preview.get_by_text("将发出：8 条")).to_be_visible()
    one.preview.get_by_role("button", name="去掉 PERL学习交流").click()
    expect(one.preview.get_by_text("手动去掉：1 行")).to_be_visible()


def test_the_whole_job_by_mouse(opened: Any) -> None:
    one: Opened = opened()
    expect(one.send).to_be_disabled()
    expect(one.send).to_have_accessible_description("请先选择发给谁。")
    choose_by_mouse(one)
    write_by_mouse(one)
    mend_by_mouse(one)
    one.pace.get_by_label("群发名称").fill("聚餐")
    one.pace.get_by_role("radio", name="立即").check()
    expect(one.pace.get_by_text("大约需要 片刻")).to_be_visible()

    expect(one.confirm.get_by_text("请输入将发出的消息数 7，")).to_be_visible()
    one.number.fill("8")
    expect(one.send).to_be_disabled()
    expect(one.send).to_have_accessible_description("8 不是 7。")
    one.number.fill("7")
    expect(one.send).to_be_enabled()
    assert one.arrived() == []
    one.send.click()

    expect(one.watch.get_by_text("已完成")).to_be_visible()
    expect(one.watch.get_by_role("heading", name="群发 聚餐")).to_be_focused()
    expect(one.watch.get_by_role("progressbar")).to_have_attribute("aria-valuetext", "7/7")
    expect(one.text).to_be_hidden()
    listed = {"小灰": "你好，小灰（朋友）", "郝霞": "你好，郝霞（朋友）"}
    others = {name: f"你好，{name}（同事）" for name in ("谭老师", "汤国华", "_微凉_", "汤文博", "番茄🍊")}
    assert sorted(map(tuple, one.arrived())) == sorted({**listed, **others}.items())
    one.watch.get_by_role("button", name="已发送：7").click()
    expect(one.watch.get_by_role("row").filter(has_text="已发送")).to_have_count(7)
    one.watch.get_by_role("button", name="把报告保存为表格").click()
    expect(one.watch.get_by_text("已保存到内核所在文件夹：聚餐-报告.xlsx")).to_be_visible()
    saved = one.in_kernel("__import__('pandas').read_excel('聚餐-报告.xlsx', dtype=str)['delivery'].tolist()")
    assert saved == one.in_kernel("broadcaster.report()['delivery'].tolist()") == str(["sent"] * 7)
    one.watch.get_by_role("button", name="新的群发").click()
    expect(one.whom.get_by_role("heading", name="1. 发给谁")).to_be_focused()
    expect(one.send).to_be_disabled()


def test_the_whole_job_by_keys_alone_and_no_cell_runs(opened: Any) -> None:
    setup = SETUP.replace(
        "friends = ", 'my.simulator.set_markname(my.simulator.truth.friends[0], "测试小灰")\nfriends = '
    )
    one: Opened = opened(setup, app="notebook")
    cells = one.notebook.execute("print(len(In))")
    keys = one.page.keyboard
    one.whom.get_by_role("radio").first.focus()
    keys.press("ArrowRight")
    expect(one.options).to_have_count(12)
    keys.press("ArrowLeft")
    expect(one.options).to_have_count(40)
    one.tab_to(one.find)
    # Both at once: the key waits for the list that belongs to the text.
    keys.type("csxh")
    keys.press("Enter")
    expect(one.whom.get_by_text("收件人：1 个")).to_be_visible()
    one.tab_to(one.whom.get_by_role("button", name="移除：好友（逐个选择）"))
    keys.press("Enter")
    expect(one.find).to_be_focused()
    keys.press("Enter")
    expect(one.whom.get_by_text("收件人：1 个")).to_be_visible()
    keys.press("ControlOrMeta+a")
    keys.type("番茄")
    keys.press("Enter")
    expect(one.whom.get_by_text("收件人：2 个")).to_be_visible()
    one.tab_to(one.text)
    keys.type("早，")
    keys.press("Enter")
    one.tab_to(one.what.get_by_role("button", name="插入 名称"))
    keys.press(" ")
    expect(one.text).to_be_focused()
    expect(one.text).to_have_value("早，\n{displayname}")
    one.tab_to(one.pace.get_by_role("radio", name="稳妥"))
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    expect(one.pace.get_by_role("radio", name="立即")).to_be_checked()
    # Two messages take longer at any other pace, one does not: this is what the kernel says of the new one.
    expect(one.pace.get_by_text("大约需要 片刻")).to_be_visible()
    one.tab_to(one.number)
    expect(one.confirm.get_by_text("消息数 2，")).to_be_visible()
    keys.type("3")
    keys.press("Enter")
    expect(one.send).to_have_accessible_description("3 不是 2。")
    keys.press("Backspace")
    keys.type("2")
    # An Enter before the page knows that this is the number is refused, and nothing is sent.
    expect(one.send).to_be_enabled()
    keys.press("Enter")
    expect(one.watch.get_by_text("已完成")).to_be_visible()
    one.tab_to(one.watch.get_by_role("button", name="把报告保存为表格"))
    keys.press("Enter")
    expect(one.watch.get_by_text("已保存到内核所在文件夹")).to_be_visible()
    assert sorted(one.arrived()) == [[name, f"早，\n{name}"] for name in ("测试小灰", "番茄🍊")]
    assert one.notebook.execute("print(len(In))") == cells
    assert one.notebook.errors() == [] and len(one.notebook.cells()) == 2


def test_pause_reload_a_second_page_a_lost_server_and_what_is_not_known(opened: Any) -> None:
    prepared = 'my.broadcaster(to=friends.head(6), template="早，{displayname}", key="早")'
    one: Opened = opened(SETUP.replace("my.broadcaster()", prepared))
    one.pace.get_by_role("radio", name="自定").check()
    one.pace.get_by_label("静默开始").fill("")
    expect(one.pace.get_by_role("alert")).to_be_visible()
    expect(one.send).to_be_disabled()
    for name, text in OWN_PACE.items():
        one.pace.get_by_label(name).fill(text)
    expect(one.pace.get_by_role("alert")).to_be_hidden()
    one.do("fault = my.simulator.fault('drop_before', calls='send_message', times=1)")
    expect(one.confirm.get_by_text("消息数 6，")).to_be_visible()
    one.number.fill("6")
    one.send.click()
    one.watch.get_by_role("button", name="暂停").click()
    expect(one.state).to_have_text("已暂停")
    bar = one.watch.get_by_role("progressbar")
    done, arrived = bar.get_attribute("aria-valuetext"), one.arrived()
    assert len(arrived) < 5

    one.notebook.reload()
    expect(one.state).to_have_text("已暂停")
    expect(bar).to_have_attribute("aria-valuetext", str(done))
    there = Opened(one.notebook.second_tab())
    expect(there.state).to_have_text("已暂停")
    assert one.arrived() == arrived
    one.do("fault.end(); fault = my.simulator.fault('down')")
    there.watch.get_by_role("button", name="继续").click()
    for page in (there, one):
        expect(page.watch.get_by_text("连续失败 2 次，已自动暂停。")).to_be_visible()
        expect(page.state).to_have_text("已暂停")
    assert one.arrived() == arrived
    one.do("fault.end()")
    one.watch.get_by_role("button", name="重发未发送的（2 条）").click()
    for page in (one, there):
        expect(page.state).to_have_text("已完成")
    again = one.watch.get_by_role("button", name="重发不确定的（1 条）")
    expect(again).to_be_disabled()
    assert len(one.arrived()) == 5
    one.watch.get_by_label("我已确认过。有人可能会收到两条。").check()
    # A second click, or a key that is held, comes before the kernel has answered.
    assert again.evaluate("one => { one.click(); return one.getAttribute('aria-disabled'); }") == "true"
    expect(one.watch.get_by_role("button", name="已发送：6")).to_be_visible()
    assert sorted(text for _, text in one.arrived()) == sorted(json.loads(one.in_kernel(EXPECTED)))


HOSTILE = """
texts = {texts!r}
for who, text in zip(my.simulator.truth.friends, texts):
    my.simulator.set_markname(who, text)
for where, text in zip(my.simulator.truth.groups, texts):
    my.simulator.rename_group(where, text)
friends = """
DRAWN = ("details", "summary")


def test_hostile_names_lists_and_texts_are_text_everywhere(opened: Any) -> None:
    texts = [text for name, text in TEXTS.items() if name != "blank"]
    one: Opened = opened(SETUP.replace("friends = ", HOSTILE.format(texts=texts)))
    expect(one.options).to_have_count(40)
    assert_inert(one.page, ROOT, texts[:40], DRAWN)
    one.whom.get_by_role("radio", name="群（12）").check()
    expect(one.options).to_have_count(12)
    assert_inert(one.page, ROOT, texts[:12], DRAWN)
    one.whom.get_by_role("button", name="全部加入").click()
    lines = [" ".join(text.split())[:60].replace('"', "'") for text in texts[:18]]
    one.upload(f"{texts[2]}.txt", "\n".join(["10001", *lines]).encode())
    expect(one.whom.get_by_text("无法使用的行：")).to_be_visible()
    assert_inert(one.page, ROOT, [], DRAWN)
    one.text.fill(f"{TEXTS['image that fails']}{{")
    expect(one.what.get_by_role("alert")).to_be_visible()
    assert_inert(one.page, ROOT, [], DRAWN)
    one.text.fill(
        "{displayname} " + " ".join(text[:90] for text in texts).replace("{", "{{").replace("}", "}}")
    )
    expect(one.preview.get_by_text("将发出：12 条")).to_be_visible()
    assert_inert(one.page, ROOT, texts[:12], DRAWN)
    one.pace.get_by_label("群发名称").fill(TEXTS["image that fails"])
    one.pace.get_by_role("radio", name="立即").check()
    expect(one.pace.get_by_text("大约需要 片刻")).to_be_visible()
    expect(one.confirm.get_by_text("消息数 12，")).to_be_visible()
    one.number.fill("12")
    one.send.click()
    expect(one.state).to_have_text("已完成")
    assert_inert(one.page, ROOT, [*texts[:12], TEXTS["image that fails"]], DRAWN)
    one.root.get_by_text("以前的群发").click()
    expect(one.root.get_by_role("button", name="打开")).to_be_visible()
    assert_inert(one.page, ROOT, [], DRAWN)


def test_what_is_selected_in_the_explorer_comes_over_from_both_sides(open_notebook: OpenNotebook) -> None:
    one = Opened.run(
        open_notebook(
            [SETUP.replace("broadcaster", "explorer"), "broadcaster = my.broadcaster()\nbroadcaster"]
        )
    )
    explorer = one.page.locator(".oq-explorer")
    take = one.whom.get_by_role("button", name="取用浏览部件中的所选")
    take.click()
    expect(one.whom.get_by_role("alert").filter(has_text="浏览部件中没有选择任何行")).to_be_visible()
    explorer.locator(".oqt-body .oqt-line").nth(1).click()
    expect(explorer.locator(".oqt-status")).to_contain_text("已选 1 行")
    take.click()
    expect(one.whom.get_by_text("收件人：1 个")).to_be_visible()
    explorer.locator(".oqt-body .oqt-line").nth(2).click()
    expect(explorer.locator(".oqt-status")).to_contain_text("已选 1 行")
    explorer.get_by_role("button", name="把所选加入群发部件").click()
    expect(one.whom.get_by_text("收件人：2 个")).to_be_visible()


PICTURED = """
import openqq_nb as oq
oq.language({language!r})
my = oq.demo(seed=3, friends=40)
friends = my.friends()
fault = my.simulator.fault("failing_sends", calls="send_group_message")
plan = my.broadcast(
    "{{displayname}}，周五聚餐！七点，老地方见。",
    to=[friends.dropna(subset="qq").head(8), my.groups().head(3)],
    key="周五聚餐",
    pace=oq.Pace.instant(),
)
drop = my.simulator.fault("drop_before", calls="send_message", times=1)
plan.send().wait(20)
fault.end()
broadcaster = my.broadcaster()
broadcaster
"""
IN_USE = """
broadcaster.take(friends)
broadcaster.take(my.groups().head(2))
broadcaster.write("{markname}，周五聚餐，七点，老地方见！\\n带上你的吉他 [微笑]")
"""


@pytest.mark.parametrize(("theme", "language", "width"), LOOKS)
def test_it_can_be_used_and_read_in_each_state(
    open_notebook: OpenNotebook, pictures: Pictures, theme: str, language: str, width: int
) -> None:
    # JupyterLab leaves a window of this width little more than its own bars.
    app: App = "notebook" if width == NARROW else "lab"
    cells = [PICTURED.format(language=language)]
    one = Opened.run(open_notebook(cells, theme=theme, width=width, app=app))
    ending = f"{'dark' if theme == DARK else 'light'}-{language}" + ("-narrow" if width == NARROW else "")

    def look(state: str) -> None:
        pictures.take(f"broadcaster-{state}-{ending}", one.root)
        assert_usable(one.page, ROOT)
        assert_tidy(one.page, ROOT)

    look("empty")
    one.do(IN_USE)
    expect(one.root.locator(".oqb-problem-line")).not_to_have_count(0)
    expect(one.root.locator(".oqb-field")).not_to_have_count(1)
    uploaded: FilePayload = {"name": "名单 list.csv", "mimeType": "text/csv", "buffer": b"10001\nabc\n"}
    one.root.locator("input[type=file]").set_input_files([uploaded])
    expect(one.root.locator(".oqb-source")).to_have_count(3)
    expect(one.root.locator(".oqb-problem-line")).to_have_count(2)
    one.root.locator(".oqb-count").fill("3")
    look("in-use")
    one.root.locator(".oqb-message").fill("{nobody}，周五聚餐")
    one.root.locator(".oqb-pace input").last.check()
    one.root.locator(".oqb-own input").first.fill("abc")
    expect(one.root.locator(".oqb-step .oq-problem").filter(visible=True)).to_have_count(2)
    look("error")
    one.root.locator(".oqb-folded > summary").last.click()
    one.root.locator(".oqb-kept button").first.click()
    expect(one.root.get_by_role("progressbar")).to_be_visible()
    look("watch")
