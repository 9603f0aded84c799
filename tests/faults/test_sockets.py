"""Faults of WebSockets: an account that asks and listens over one, and a broadcast whose answers never come."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import openqq_nb as oq
from openqq_nb.errors import MAY_HAVE_GONE_OUT
from openqq_nb.simulator import Simulator
from tests.faults.stage import TIMEOUT_S, WORLD, Stage, until

# They stop while the history of chats is still asked for, one each second.
STOPS_EARLY = pytest.mark.filterwarnings("ignore:Messages since .* may be missing:openqq_nb.InboxWarning")
pytestmark = [pytest.mark.slow, STOPS_EARLY]

SOCKETS = {"no_sockets": oq.Unreachable, "frozen_sockets": oq.NoAnswer}
"""The error of each call while it lasts."""

# Long enough for a call that fails at once, and short enough to wait for one that never gets its answer.
IMPATIENT_S = 0.7


@contextmanager
def over_a_socket() -> Iterator[Stage]:
    with Simulator("onebot11", **WORLD) as simulator:
        my = oq.connect(simulator.ws_url, protocol="onebot11", timeout=IMPATIENT_S)
        with my.listen(journal=False) as inbox:
            yield Stage(simulator, my, inbox)
        my.close()
    assert simulator.errors == []


@pytest.mark.parametrize("name", SOCKETS)
def test_a_question_fails_while_it_lasts_and_all_is_well_after_it(name: str) -> None:
    with over_a_socket() as one:
        with one.simulator.fault(name), pytest.raises((SOCKETS[name], oq.NoAnswer)):
            one.my.friends()
        until(lambda: one.simulator.sockets)
        until(lambda: "broken" not in one.inbox.state)
        assert len(one.my.friends()) == len(one.simulator.truth.friends)
        one.simulator.say(one.friend.person, "在的")
        assert one.inbox.wait(1, timeout=TIMEOUT_S, content="在的")["sender_qq"].tolist() == [one.qq]


def test_a_send_over_a_frozen_socket_is_unknown_and_not_made_again() -> None:
    with over_a_socket() as one:
        with (
            one.simulator.fault("frozen_sockets"),
            pytest.raises(oq.NoAnswer, match=MAY_HAVE_GONE_OUT),
        ):
            one.my.send_friend("在吗？", qq=one.qq)
        assert one.row_comes("在吗？")["delivery"].tolist() == ["unknown"]
        assert one.arrived.count("在吗？") <= 1


def test_a_broadcast_over_a_socket_that_breaks_reaches_nobody_twice() -> None:
    with over_a_socket() as one:
        plan = one.my.broadcast("{nick} {qq}", to=one.my.friends(), key="k", pace=oq.Pace.instant())
        with one.simulator.fault("no_sockets"):
            stood = plan.send().wait(10 * TIMEOUT_S)
        assert stood.state == "paused" and stood.sent == 0
        until(lambda: one.simulator.sockets)
        run = plan.send()
        while run.wait(10 * TIMEOUT_S).state == "paused":
            run = plan.send()
        report = run.report()
        arrived = one.arrived
        assert len(arrived) == len(set(arrived)) >= (report["delivery"] == "sent").sum()
        assert run.retry("failed").wait(10 * TIMEOUT_S).failed == 0
        assert len(one.arrived) == len(set(one.arrived)) and len(one.arrived) >= len(report) - stood.unknown
