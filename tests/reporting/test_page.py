"""The report in a browser: offline, without scripts, usable by everybody, on a phone and on paper."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import openqq_nb as oq
from openqq_nb.languages import Language
from tests.charts.answers import chinese, hostile, long
from tests.charts.texts import faults
from tests.lab.axe import assert_usable
from tests.lab.browser import NARROW, WIDE, guarded_context
from tests.reporting.pages import written

pytestmark = pytest.mark.browser

HOME = "file://"
_PHONE = 390
_SPREAD = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_OPEN = "() => [...document.querySelectorAll('details')].map(one => one.open = true).length"


@pytest.mark.parametrize(
    ("name", "language", "width", "scheme"),
    [
        (hostile, "en", WIDE, "light"),
        (chinese, "zh", _PHONE, "dark"),
        (long, "zh", WIDE, "dark"),
        (long, "en", NARROW, "light"),
    ],
)
def test_the_page_asks_nobody_runs_nothing_and_is_usable(
    browser: Browser, tmp_path: Path, name: Callable[[int], str], language: Language, width: int, scheme: str
) -> None:
    oq.language(language)
    path = written(tmp_path, name)
    with guarded_context(browser, f"{HOME}{path}", width=width) as context:
        page = context.new_page()
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(path.as_uri())
        assert page.locator(f".oq-{scheme} svg").first.is_visible()
        assert page.locator(f".oq-{'light' if scheme == 'dark' else 'dark'} svg").first.is_hidden()
        assert page.locator("details[open]").count() == 0
        assert page.evaluate(_OPEN) > 0
        assert page.evaluate(_SPREAD) == 0, "the page is wider than its window"
        assert faults(page, f".oq-{scheme} svg") == []
        assert_usable(page, "body")
        assert page.locator("script").count() == 0
        assert said == [], "the browser refused something that the page wanted"


def test_dates_of_the_figures_stay_on_one_line_on_a_phone(browser: Browser, tmp_path: Path) -> None:
    path = written(tmp_path, chinese)
    for width in (_PHONE, 420, 320):
        with guarded_context(browser, f"{HOME}{path}", width=width) as context:
            page = context.new_page()
            page.goto(path.as_uri())
            heights = page.locator("dd").evaluate_all("all => all.map(one => one.offsetHeight)")
            assert len(set(heights)) == 1
            assert page.evaluate(_SPREAD) == 0


def test_on_paper_pictures_are_light_and_tables_are_those_that_were_opened(
    browser: Browser, tmp_path: Path
) -> None:
    path = written(tmp_path, chinese)
    with guarded_context(browser, f"{HOME}{path}") as context:
        page = context.new_page()
        page.emulate_media(media="print", color_scheme="dark")
        page.goto(path.as_uri())
        assert page.locator(".oq-light svg").first.is_visible()
        assert page.locator(".oq-dark svg").first.is_hidden()
        tables = page.locator("details table")
        assert not any(one.is_visible() for one in tables.all())
        page.locator("details").first.evaluate("one => one.open = true")
        assert [one.is_visible() for one in tables.all()].count(True) == 1
        assert not page.locator("summary").first.is_visible()
        assert page.pdf().startswith(b"%PDF")
