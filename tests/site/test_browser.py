"""The built site in a real Chromium: by day and night, on a desk and on a phone, in both languages."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.lab.browser import guarded_context, launched_browser
from tools.site import web_server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOWN = (
    "index.html", "first-steps.html", "guide/living.html", "guide/errors.html", "guide/logs.html",
    "guide/analysis.html", "guide/pictures.html", "columns.html", "traps.html", "reference/account.html",
    "reference/analysis.html",
)  # fmt: skip
WIDTHS = {"desk": 1280, "phone": 390}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched_browser() as browser:
        yield browser


@pytest.fixture
def home(site: Path) -> Iterator[str]:
    with web_server(site, 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def page(browser: Browser, home: str) -> Iterator[Page]:
    """Give a page that loads nothing from elsewhere, and whose scripts do not fail."""
    wrong: list[str] = []
    with guarded_context(browser, home) as context:
        page = context.new_page()
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        yield page
    assert wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
def test_no_page_is_wider_than_the_window(
    page: Page, home: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for name in (*SHOWN, *(f"zh/{one}" for one in SHOWN)):
        page.goto(f"{home}/{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert (
            page.locator("body").get_attribute("data-md-color-scheme")
            == {
                "light": "default",
                "dark": "slate",
            }[scheme]
        )


@pytest.mark.parametrize(
    ("place", "ready", "words", "found"),
    [
        ("zh/index.html", "键入以开始搜索", "群成员", "guide/frames.html"),
        ("zh/index.html", "键入以开始搜索", "踢人", "guide/sending.html"),
        ("zh/index.html", "键入以开始搜索", "反向", "guide/living.html"),
        ("zh/index.html", "键入以开始搜索", "复读", "guide/analysis.html"),
        ("index.html", "Type to start searching", "send_friend", "reference/account.html"),
    ],
)
def test_the_search_finds(page: Page, home: str, place: str, ready: str, words: str, found: str) -> None:
    page.goto(f"{home}/{place}")
    page.locator(".md-search__input").click()
    page.get_by_text(ready).wait_for()
    page.locator(".md-search__input").fill(words)
    page.locator(".md-search__input").press("End")  # the page searches when a key is released
    page.locator(f".md-search-result__link[href*='{found}']").first.wait_for()


def test_the_language_switch_shows_the_twin(page: Page, home: str) -> None:
    page.goto(f"{home}/guide/sending.html")
    page.locator(".md-header .md-select button").hover()
    page.get_by_role("link", name="中文").click()
    page.get_by_role("heading", name="发给谁").wait_for()
    assert page.url == f"{home}/zh/guide/sending.html"


def test_a_name_in_the_guide_leads_to_its_place_in_the_reference(page: Page, home: str) -> None:
    page.goto(f"{home}/guide/errors.html")
    page.get_by_role("cell", name="NotLoaded", exact=True).get_by_role("link").click()
    page.wait_for_url(f"{home}/reference/errors.html#openqq_nb.NotLoaded")
