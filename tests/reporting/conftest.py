"""A report of invented messages, and a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

import openqq_nb as oq
from tests.lab.browser import launched_browser


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    before = oq.language()
    oq.language("en")
    yield
    oq.language(before)


# Not for the session: while Playwright lives, a loop runs in the main thread.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched_browser() as browser:
        yield browser
