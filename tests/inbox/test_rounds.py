from openqq_nb.inbox.filters import Filter
from openqq_nb.inbox.handlers import Handler
from openqq_nb.inbox.rounds import Round, Said
from openqq_nb.models import Answer, Arrival, Reply

ARRIVAL = Arrival("message", {}, "x")


def said(text: str) -> Said:
    handler = Handler(lambda message: None, Filter(""), 1.0, lambda: None)
    return Said(handler, Reply(text), Answer(200, "application/json", text.encode()))


def begun(count: int) -> tuple[Round, list[Said]]:
    late: list[Said] = []
    return Round(ARRIVAL, count, 0.0, lambda _, one: late.append(one)), late


A, B = said("a"), said("b")


def test_first_registered_wins_though_it_returns_later() -> None:
    found, late = begun(2)
    found.finish(1, B)
    assert not found.decided.done()
    found.finish(0, A)
    assert found.decided.result() is A and late == []


def test_answer_does_not_wait_for_later_handlers() -> None:
    found, late = begun(2)
    found.finish(0, A)
    assert found.decided.result() is A
    found.finish(1, B)
    assert late == []


def test_all_silent_is_decided_at_once() -> None:
    found, _ = begun(2)
    found.finish(1, None)
    found.finish(0, None)
    assert found.decided.result() is None


def test_at_the_end_of_the_budget_what_is_there_counts() -> None:
    found, late = begun(3)
    found.finish(2, B)
    found.finish(1, None)
    assert found.expire() is B
    found.finish(0, A)
    assert late == []


def test_late_reply_is_sent_once() -> None:
    found, late = begun(3)
    assert found.expire() is None
    found.finish(1, None)
    found.finish(2, B)
    found.finish(0, A)
    assert late == [B]


def test_end_of_the_budget_after_the_decision_changes_nothing() -> None:
    found, late = begun(1)
    found.finish(0, A)
    assert found.expire() is A and found.expire() is A and late == []
