"""The pictures of the documentation: the widgets in use, tidy in both themes and languages.

`OPENQQ_NB_TEST_PICTURES=<folder> python dev.py test tests/browser/test_documented.py` makes them anew, as
`composer-light-en.png`; those of one language stand beside its page about widgets, without the language.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenNotebook
from tests.lab.looks import assert_tidy
from tests.lab.pictures import Pictures
from tests.lab.server import DARK, LIGHT

pytestmark = pytest.mark.browser

WIDGETS = ("composer", "broadcaster", "explorer", "feed")
DOCS = Path(__file__).parents[2] / "docs"
CELLS = [
    """
import openqq_nb as oq
oq.language({language!r})
my = oq.demo(groups=6, friends=20, members=20)
inbox = my.listen()
my.send_friend("周五聚餐，来吗？", to=my.friends().iloc[2])
my.send_group("在吗", gnumber="10000")
my.simulator.chatter(12)
inbox.wait(12, timeout=60)
friend = my.friends().dropna(subset="qq").iloc[1]
composer = my.composer(to=friend)
composer.write("周五聚餐，七点，老地方！\\n带上你的吉他 [微笑]")
composer
""",
    """
people = my.friends().query("category == '我的好友'")
broadcaster = my.broadcaster(to=people, template="{{markname}}，周五聚餐，七点，老地方！", key="dinner-2026-11")
broadcaster.take(my.groups().head(1))
broadcaster
""",
    "explorer = my.explorer()\nexplorer",
    "feed = inbox.feed()\nfeed",
]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("theme", "shade"), [(LIGHT, "light"), (DARK, "dark")])
def test_each_widget_is_tidy_in_use(
    open_notebook: OpenNotebook, pictures: Pictures, theme: str, shade: str, language: str
) -> None:
    notebook = open_notebook([cell.format(language=language) for cell in CELLS], theme=theme)
    notebook.run_all()
    assert notebook.errors() == []
    page = notebook.page
    use_explorer(page)
    use_feed(page)
    expect(page.locator(".oqb-problem-line")).not_to_have_count(0)
    page.mouse.move(0, 0)
    for widget in WIDGETS:
        root = page.locator(f".oq-{widget}")
        expect(root).to_be_visible()
        assert_tidy(page, f".oq-{widget}")
        pictures.take(f"{widget}-{shade}-{language}", root)


def use_explorer(page: Page) -> None:
    places = page.locator(".oq-explorer [role=option]")
    places.nth(2).click()
    places.nth(4).click(modifiers=["ControlOrMeta"])
    expect(page.locator(".oqx-matrix")).to_be_visible()
    for row in page.locator(
        ".oq-explorer [role=row][aria-rowindex='3'], [role=row][aria-rowindex='4']"
    ).all():
        row.click()


def use_feed(page: Page) -> None:
    page.locator(".oq-feed article:not([data-own])").last.click()
    page.keyboard.press("Enter")
    page.locator(".oq-feed textarea").fill("好的，七点见")


@pytest.mark.parametrize("name", [f"{w}-{s}.png" for w in WIDGETS for s in ("light", "dark")])
def test_the_pages_about_widgets_have_their_pictures(name: str) -> None:
    for guide in (DOCS / "guide", DOCS / "zh" / "guide"):
        assert (guide / name).read_bytes().startswith(b"\x89PNG")
        assert name in (guide / "widgets.md").read_text("utf-8")
