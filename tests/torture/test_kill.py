"""A short run of `python -m tests.torture.kill`."""

import pytest

from tests.torture.kill import torment

SEED = 4
ROUNDS = 4


@pytest.mark.slow
@pytest.mark.parametrize("collects", [False, True], ids=["an inbox", "a collector"])
def test_what_was_acknowledged_before_a_kill_is_in_the_journal_once(collects: bool) -> None:
    figures = torment(ROUNDS, SEED, collects=collects)
    assert figures.failures == []
    assert figures.rounds == ROUNDS and figures.acknowledged > 100 and figures.again > 0
