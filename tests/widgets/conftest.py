"""For all tests of widgets: they speak English unless a test says otherwise."""

from collections.abc import Iterator

import pytest

import openqq_nb as oq


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = oq.language()
    oq.language("en")
    yield
    oq.language(before)
