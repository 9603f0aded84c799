"""A short run of `python -m tests.torture.broadcast`."""

import pytest

from tests.faults.stage import Dialect
from tests.torture.broadcast import torment

SEED = 4
ROUNDS = 3


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["openqq1", "onebot11"])
def test_nobody_gets_a_message_twice_whenever_the_program_is_killed(dialect: Dialect) -> None:
    figures = torment(ROUNDS, 0, SEED, dialect)
    assert figures.failures == []
    assert figures.rounds == ROUNDS and figures.sent > 0


@pytest.mark.slow
def test_of_two_programs_with_one_key_one_sends() -> None:
    figures = torment(0, 1, SEED)
    assert figures.failures == [] and figures.sent == 48
