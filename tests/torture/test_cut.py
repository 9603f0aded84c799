"""A short run of `python -m tests.torture.cut`."""

import pytest

from tests.torture.cut import cut


@pytest.mark.parametrize("own", [False, True])
def test_nothing_is_lost_and_nothing_comes_twice(own: bool) -> None:
    figures = cut(10, seed=7, own=own)
    assert figures.failures == []
    assert figures.filled and figures.said > figures.cuts
