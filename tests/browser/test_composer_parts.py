"""More than text from the composer, by mouse and by keys alone, against the simulated end of OneBot."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LOOKS, OpenNotebook
from tests.browser.test_composer import ROOT, Opened
from tests.lab.axe import assert_usable
from tests.lab.browser import NARROW
from tests.lab.hostile import TEXTS, assert_inert
from tests.lab.looks import assert_tidy
from tests.lab.pictures import Pictures
from tests.lab.server import DARK

pytestmark = pytest.mark.browser

SETUP = """
import openqq_nb as oq
oq.language({language!r})
my = oq.demo("onebot11", seed=3, groups=3, friends=6, members=8)
place = my.simulator.add_group("聚餐群")
for friend in my.simulator.truth.friends:
    my.simulator.join(place, friend.person)
person = my.simulator.truth.friends[1].person
my.simulator.set_card(place, person, "测试小灰")
{after}
composer = my.composer(to=[one for _, one in my.groups().iterrows() if one["gname"] == "聚餐群"])
composer
"""
GOT = """
import json
print(json.dumps([[one.content, [part["type"] for part in one.segments], str(one.reply_to), one.rang_all]
                  for one in my.simulator.received]))
"""
# A red picture of 40 by 30.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAACgAAAAeCAIAAADRv8uKAAAAfElEQVR42sXCgQVCAQBF0TfOHSIiIiIiIiI+EREREREREdFS"
    "d6zGeMeJIyrjmMo4oTJOqYwzKuOcyrigMi6pjCsq45rKuKEybqmMOyrjQGXcUxkPVMYjlfFEZTxTGS9UxiuV8UZlvFMZH1TG"
    "J5XxRWV8Uxk/VMYvlfFH5R9KZ0qDFyZvngAAAABJRU5ErkJggg=="
)


class Composing(Opened):
    """A notebook that shows a composer to a group of OneBot."""

    def __init__(self, notebook: Any, language: str) -> None:
        super().__init__(notebook)
        self.zh = language == "zh"
        self.bar = self.root.locator(".oq-extras [role=group]")
        self.chips = self.root.locator(".oq-draft-chip")
        self.people = self.root.locator(".oq-extras-panel [role=combobox]")
        self.found = self.root.locator(".oq-extras-panel [role=option]")
        self.preview = self.root.locator(".oq-draft-out")
        self.field = self.root.locator("textarea")
        self.main = self.root.locator(".oq-main")

    def press(self, zh: str, en: str) -> Any:
        return self.root.get_by_role("button", name=zh if self.zh else en, exact=True)

    def got(self) -> list[Any]:
        found: list[Any] = json.loads(self.notebook.execute(GOT))
        return found


@pytest.fixture
def opened(open_notebook: OpenNotebook) -> Iterator[Any]:
    def open_one(language: str = "zh", after: str = "", **how: Any) -> Composing:
        return Composing(open_notebook([SETUP.format(language=language, after=after)], **how), language)

    yield open_one


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "红.png"
    path.write_bytes(PICTURE)
    return path


def test_a_mention_a_picture_a_face_and_a_text_by_mouse(opened: Any, picture: Path) -> None:
    one: Composing = opened()
    expect(one.bar).to_be_visible()
    one.press("提及", "Mention").click()
    expect(one.people).to_be_focused()
    one.people.fill("csxh")
    expect(one.found).to_have_count(1)
    one.found.click()
    expect(one.chips.first).to_contain_text("@测试小灰 (")
    expect(one.field).to_be_focused()
    expect(one.people).to_be_hidden()
    with one.page.expect_file_chooser() as chosen:
        one.press("图片", "Picture").click()
    chosen.value.set_files(picture)
    expect(one.chips).to_have_count(2)
    expect(one.chips.nth(1)).to_contain_text("红.png")
    expect(one.chips.nth(1).locator("img")).to_be_visible()
    one.press("表情", "Face").click()
    one.press("微笑（14）", "smile (14)").click()
    expect(one.chips).to_have_count(3)
    # Until the panel is closed, its button closes it.
    expect(one.field).to_be_focused()
    one.press("表情", "Face").click()
    one.press("再见（39）", "bye (39)").click()
    expect(one.chips).to_have_count(4)
    one.press("移除 [再见]", "Remove [bye]").click()
    expect(one.chips).to_have_count(3)
    one.field.fill("看图 [CQ:at,qq=all]")
    expect(one.preview).to_contain_text("看图 [CQ:at,qq=all]")
    expect(one.preview.get_by_role("img", name="红.png")).to_be_visible()
    one.main.click()
    expect(one.result).to_contain_text("已发送给 聚餐群。")
    expect(one.chips).to_have_count(0)
    expect(one.field).to_have_value("")
    ((content, types, _, rang),) = one.got()
    assert types == ["at", "image", "face", "text"] and not rang
    assert content.endswith("看图 [CQ:at,qq=all]") and content.startswith("@测试小灰")
    assert one.notebook.errors() == []


def test_a_mention_a_picture_a_quote_and_a_text_by_keys_alone(opened: Any, picture: Path) -> None:
    one: Composing = opened()
    keys = one.page.keyboard
    one.press("提及", "Mention").focus()
    keys.press("Enter")
    expect(one.people).to_be_focused()
    # The key waits for the list that belongs to the text.
    expect(one.found).not_to_have_count(0)
    keys.type("csxh")
    keys.press("Enter")
    expect(one.chips.first).to_contain_text("@测试小灰")
    expect(one.field).to_be_focused()
    one.press("提及", "Mention").focus()
    keys.press("Tab")
    expect(one.press("图片", "Picture")).to_be_focused()
    # The dialog is that of the system, and Chromium without a head does not always open it for a key.
    one.root.locator("input[type=file]").set_input_files(picture)
    expect(one.chips).to_have_count(2)
    expect(one.field).to_be_focused()
    one.press("表情", "Face").focus()
    keys.press("Space")
    expect(one.press("微笑（14）", "smile (14)")).to_be_focused()
    keys.press("ArrowRight")
    expect(one.press("呲牙（13）", "grin (13)")).to_be_focused()
    keys.press("Escape")
    expect(one.press("表情", "Face")).to_be_focused()
    keys.press("Tab")
    expect(one.press("回复", "Reply to")).to_be_focused()
    keys.press("Enter")
    number = one.notebook.execute(
        "print(my.simulator.say(person, '几点？', group=place)['message_id'])"
    ).strip()
    one.root.get_by_label("消息的 msg_id").focus()
    keys.type(number)
    keys.press("Enter")
    expect(one.chips).to_have_count(3)
    expect(one.chips.first).to_contain_text(f"回复 {number}")
    one.press("移除 红.png", "").focus()
    keys.press("Enter")
    expect(one.chips).to_have_count(2)
    expect(one.chips.last.get_by_role("button")).to_be_focused()
    one.field.focus()
    keys.type("六点")
    keys.press("Control+Enter")
    expect(one.result).to_contain_text("已发送给 聚餐群。")
    ((_, types, quoted, _),) = one.got()
    assert (types, quoted) == (["reply", "at", "text"], number)
    assert one.notebook.errors() == []


def test_everyone_is_mentioned_only_after_a_yes(opened: Any) -> None:
    one: Composing = opened()
    one.press("提及", "Mention").click()
    one.press("全体成员", "Everyone").click()
    expect(one.root.get_by_text("这会提醒 聚餐群 的所有人。")).to_be_visible()
    expect(one.press("取消", "Cancel")).to_be_focused()
    one.page.keyboard.press("Enter")
    expect(one.press("提及全体成员", "")).to_be_hidden()
    expect(one.chips).to_have_count(0)
    one.press("全体成员", "Everyone").click()
    one.press("提及全体成员", "").click()
    expect(one.chips).to_have_text("@全体成员✕")
    one.field.fill("开会")
    one.main.click()
    expect(one.result).to_contain_text("已发送给 聚餐群。")
    assert [(types, rang) for _, types, _, rang in one.got()] == [(["at", "text"], True)]


def test_what_is_no_picture_is_said_and_in_a_friend_chat_nobody_can_be_mentioned(
    opened: Any, tmp_path: Path
) -> None:
    one: Composing = opened()
    bad = tmp_path / "坏.png"
    bad.write_bytes(b"<svg onload=alert(1)>")
    one.root.locator("input[type=file]").set_input_files(bad)
    expect(one.root.locator(".oq-extras .oq-problem")).to_contain_text("is no picture that QQ shows")
    large = tmp_path / "大.png"
    large.write_bytes(PICTURE + bytes(5 << 20))
    one.root.locator("input[type=file]").set_input_files(large)
    expect(one.root.locator(".oq-extras .oq-problem")).to_contain_text("大.png 超过 4 MB")
    expect(one.chips).to_have_count(0)
    one.chosen.get_by_role("button", name="更换").click()
    expect(one.bar).to_be_hidden()
    one.root.get_by_role("radio", name="好友（").check()
    expect(one.options).to_have_count(6)
    one.options.first.click()
    expect(one.press("表情", "Face")).to_be_visible()
    expect(one.press("提及", "Mention")).to_be_hidden()
    expect(one.root.locator(".oq-extras .oq-problem")).to_be_hidden()


def test_a_reloaded_page_shows_what_goes_out_before_the_text(opened: Any, picture: Path) -> None:
    one: Composing = opened()
    one.root.locator("input[type=file]").set_input_files(picture)
    expect(one.chips).to_have_count(1)
    one.notebook.reload()
    expect(one.chips).to_have_count(1)
    expect(one.chips.locator("img")).to_be_visible()
    saved = json.dumps(one.notebook.save_with_widget_state(), ensure_ascii=False)
    assert "红.png" not in saved


THEN = "(face, [next, act]) => { face.click(); next[act](); }"


def test_who_goes_on_before_the_kernel_answers_stays_there(opened: Any) -> None:
    one: Composing = opened()
    face = one.press("微笑（14）", "smile (14)")
    one.press("表情", "Face").click()
    face.evaluate(THEN, [one.press("回复", "Reply to").element_handle(), "click"])
    expect(one.chips).to_have_count(1)
    # What it answers here comes after all that it tells of the face.
    one.notebook.execute("0")
    one.root.get_by_label("消息的 msg_id").fill("7")
    one.page.keyboard.press("Enter")
    expect(one.chips).to_have_count(2)
    expect(one.field).to_be_focused()
    one.press("表情", "Face").click()
    face.evaluate(THEN, [one.press("图片", "Picture").element_handle(), "focus"])
    expect(one.chips).to_have_count(3)
    expect(face).to_be_hidden()
    expect(one.press("图片", "Picture")).to_be_focused()


HOSTILE = """
for who, text in zip(my.simulator.truth.friends, {texts!r}):
    my.simulator.set_card(place, who.person, text)
"""


def test_hostile_names_of_members_are_text(opened: Any) -> None:
    texts = [text for name, text in TEXTS.items() if name != "blank"][:6]
    one: Composing = opened(after=HOSTILE.format(texts=texts))
    one.press("提及", "Mention").click()
    expect(one.found).not_to_have_count(0)
    assert_inert(one.page, ROOT)
    one.found.first.click()
    expect(one.chips).to_have_count(1)
    one.field.fill(texts[0])
    assert_inert(one.page, ROOT, [texts[0]])


@pytest.mark.parametrize(("theme", "language", "width"), LOOKS)
def test_it_can_be_used_and_read_with_everything_in_it(
    opened: Any, pictures: Pictures, picture: Path, theme: str, language: str, width: int
) -> None:
    app = "notebook" if width == NARROW else "lab"
    one: Composing = opened(language, theme=theme, width=width, app=app)
    ending = f"{'dark' if theme == DARK else 'light'}-{language}" + ("-narrow" if width == NARROW else "")

    def look(state: str) -> None:
        pictures.take(f"composer-parts-{state}-{ending}", one.root)
        assert_usable(one.page, ROOT)
        assert_tidy(one.page, ROOT)

    one.press("表情", "Face").click()
    look("faces")
    one.press("微笑（14）", "smile (14)").click()
    expect(one.chips).to_have_count(1)
    one.press("回复", "Reply to").click()
    look("quote")
    one.root.locator(".oq-extras input[type=text]:visible").fill("-1702469138")
    one.page.keyboard.press("Enter")
    expect(one.chips).to_have_count(2)
    one.press("提及", "Mention").click()
    expect(one.found).not_to_have_count(0)
    one.press("全体成员", "Everyone").click()
    look("mention")
    one.people.fill("csxh")
    expect(one.found).to_have_count(1)
    one.found.click()
    expect(one.chips).to_have_count(3)
    one.root.locator("input[type=file]").set_input_files(picture)
    expect(one.chips).to_have_count(4)
    one.field.fill("周五六点，大家都来吧" if one.zh else "Friday at six, all of you")
    expect(one.preview).to_contain_text("周五" if one.zh else "Friday")
    look("whole")
