"""Each question against the same counted in plain Python, on every engine that runs in this process."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from openqq_nb import analysis
from tests.analysis import plain
from tests.analysis.engines import IN_PROCESS, KINDS, rows
from tests.analysis.logs import Message, logs, table

Counted = Callable[[Sequence[Message]], Any]
ORDERED: dict[str, Counted] = {
    "activity": plain.activity,
    "calendar": plain.calendar,
    "conversations": plain.conversations,
    "ranking": plain.ranking,
    "turnover": plain.turnover,
}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
few = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("engine", IN_PROCESS)
@pytest.mark.parametrize("question", ORDERED)
@few
@given(log=logs())
def test_an_answer_is_what_plain_python_counts(question: str, engine: str, log: list[Message]) -> None:
    result = getattr(analysis, question)(IN_PROCESS[engine](table(log)))
    assert rows(result) == ORDERED[question](log)


@pytest.mark.parametrize("engine", IN_PROCESS)
@few
@given(log=logs())
def test_runs_of_two_are_those_that_plain_python_finds(engine: str, log: list[Message]) -> None:
    result = analysis.repeats(IN_PROCESS[engine](table(log)), at_least=2)
    assert sorted(rows(result), key=str) == sorted(plain.repeats(log, 2), key=str)


@pytest.mark.parametrize("engine", IN_PROCESS)
@few
@given(log=logs())
def test_who_answers_whom_is_what_plain_python_finds(engine: str, log: list[Message]) -> None:
    found = rows(analysis.replies(IN_PROCESS[engine](table(log))))
    assert len(found) == len(set(found))
    assert set(found) == plain.replies(log)


@pytest.mark.parametrize("engine", IN_PROCESS)
@pytest.mark.parametrize("question", [*ORDERED, "repeats", "replies"])
def test_an_answer_is_a_frame_of_the_engine_that_was_asked(question: str, engine: str) -> None:
    result = getattr(analysis, question)(IN_PROCESS[engine](table([])))
    assert isinstance(result, KINDS[engine])
    assert rows(result) == []
