"""The report in a browser: offline, without scripts, usable by everybody, on a phone and on paper."""

import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser

import openqq_nb as oq
from openqq_nb.languages import Language
from openqq_nb.reporting import write_report
from tests.charts.answers import Life, chinese, hostile, long, messages
from tests.charts.texts import faults
from tests.lab.axe import assert_usable
from tests.lab.browser import HEIGHT, NARROW, WIDE, guarded_context
from tests.reporting.pages import members, written

pytestmark = pytest.mark.browser

HOME = "file://"
_PHONE, _SMALL = 390, 320
_SPREAD = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_LEGIBLE, _SHADED = 0.78, 700
_SHADE = "table => getComputedStyle(table.closest('.scroll')).backgroundImage"
_PICTURES = """all => all.map(one => {
    const box = one.querySelector('.scroll') ?? one, told = one.querySelector('.swipe');
    const picture = [...one.querySelectorAll('svg')].find(svg => svg.checkVisibility());
    return {
        name: one.closest('section').id,
        moves: box.scrollWidth > box.clientWidth,
        told: told?.checkVisibility() ? told.textContent : '',
        reached: box.tabIndex === 0 && box.role === 'group' && box.ariaLabel !== '',
        scale: picture.clientWidth / picture.viewBox.baseVal.width,
    };
})"""
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
        assert page.locator(f".oq-{scheme} svg:visible").count() == page.locator("figure").count()
        assert page.locator(f".oq-{'light' if scheme == 'dark' else 'dark'} svg:visible").count() == 0
        assert page.locator("details[open]").count() == 0
        assert page.evaluate(_OPEN) > 0
        assert page.evaluate(_SPREAD) == 0, "the page is wider than its window"
        assert faults(page, f".oq-{scheme} svg") == []
        assert_usable(page, "body")
        assert page.locator("script").count() == 0
        assert said == [], "the browser refused something that the page wanted"


def test_dates_of_the_figures_stay_on_one_line_on_a_phone(browser: Browser, tmp_path: Path) -> None:
    path = written(tmp_path, chinese)
    for width in (_PHONE, 420, _SMALL):
        with guarded_context(browser, f"{HOME}{path}", width=width) as context:
            page = context.new_page()
            page.goto(path.as_uri())
            heights = page.locator("dd").evaluate_all("all => all.map(one => one.offsetHeight)")
            assert len(set(heights)) == 1
            assert page.evaluate(_SPREAD) == 0


def test_values_of_figures_stand_in_line_whatever_is_below_them(browser: Browser, tmp_path: Path) -> None:
    path = written(tmp_path, chinese)
    with guarded_context(browser, f"{HOME}{path}", width=_SMALL) as context:
        page = context.new_page()
        page.goto(path.as_uri())
        tops = page.locator("dd").evaluate_all("all => all.map(one => one.offsetTop)")
        assert len(set(tops)) == math.ceil(len(tops) / 2)


def test_each_picture_is_whole_and_legible_or_says_that_it_can_be_moved(
    browser: Browser, tmp_path: Path
) -> None:
    oq.language("zh")
    path = written(tmp_path, long)
    with guarded_context(browser, f"{HOME}{path}") as context:
        page = context.new_page()
        page.goto(path.as_uri())
        for width, moved in ((360, 1), (587, 1), (588, 0), (WIDE, 0)):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            pictures = page.locator("figure").evaluate_all(_PICTURES)
            shade = page.locator("table").first.evaluate(_SHADE)
            assert ("gradient" in shade) == (width <= _SHADED), "an edge shows that a table goes on"
            assert len(pictures) > 1
            assert sum(one["moves"] for one in pictures) == moved, width
            for one in pictures:
                assert one["moves"] == (one["told"] == "左右滑动看全图"), one
                assert one["reached"] or not one["moves"], one
                assert one["scale"] >= _LEGIBLE, one


def test_a_picture_that_is_scrolled_is_no_wider_than_it_was_drawn_and_says_so_only_where_it_moves(
    browser: Browser, tmp_path: Path
) -> None:
    people = members(long)
    group = people[people["gnumber"] == "552603"]
    groups = [group.iloc[at:].assign(gnumber=str(552_603 + at), gname=long(at)) for at in range(6)]
    path = write_report(messages(Life(long), 60), tmp_path / "group.html", roster=pd.concat(groups))
    with guarded_context(browser, f"{HOME}{path}") as context:
        page = context.new_page()
        page.goto(path.as_uri())
        fits = int(page.locator("#similar_groups svg").first.get_attribute("width") or 0) + 28
        assert 420 + 28 < fits < 587
        for width, moved in ((360, True), (fits - 1, True), (fits, False), (587, False), (588, False)):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            (one,) = page.locator("#similar_groups figure").evaluate_all(_PICTURES)
            assert one["scale"] == 1
            assert (one["moves"], one["told"] != "") == (moved, moved), width


def test_on_paper_pictures_are_light_and_tables_are_those_that_were_opened(
    browser: Browser, tmp_path: Path
) -> None:
    path = written(tmp_path, chinese)
    with guarded_context(browser, f"{HOME}{path}", width=_PHONE) as context:
        page = context.new_page()
        page.emulate_media(media="print", color_scheme="dark")
        page.goto(path.as_uri())
        assert page.locator(".oq-light svg:visible").count() == page.locator("figure").count()
        assert page.locator(".oq-dark svg:visible").count() == 0
        assert page.locator(".narrow:visible, .swipe:visible").count() == 0
        tables = page.locator("details table")
        assert not any(one.is_visible() for one in tables.all())
        page.locator("details").first.evaluate("one => one.open = true")
        assert [one.is_visible() for one in tables.all()].count(True) == 1
        assert not page.locator("summary").first.is_visible()
        assert page.pdf().startswith(b"%PDF")
