"""A short run of `python -m tests.torture.soak`."""

import pytest

from tests.torture.soak import soak

SECONDS, RATE = 10, 300


@pytest.mark.slow
def test_nothing_is_lost_and_memory_grows_only_with_the_data() -> None:
    figures = soak(SECONDS, RATE)
    assert figures.failures == []
    assert figures.rows > SECONDS * RATE
    # In so short a time the caches of SQLite and of pandas grow as well: far less than this.
    assert figures.rss_bytes[-1] - figures.rss_bytes[0] < (64 << 20)
