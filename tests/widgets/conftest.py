"""For all tests of widgets: they speak English unless a test says otherwise, and their threads end with them."""

import threading
from collections.abc import Iterator

import pytest

import openqq_nb as oq
from tests.widgets.showing import PATIENCE_S


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = oq.language()
    oq.language("en")
    yield
    oq.language(before)


@pytest.fixture(autouse=True)
def threads_end() -> Iterator[None]:
    """Wait for what a widget began in the background; the first one of a process loads the pinyin."""
    yield
    for thread in threading.enumerate():
        if thread.name == "openqq-nb-widget":
            thread.join(PATIENCE_S)
