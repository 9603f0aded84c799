"""Whatever JSON comes in, over a call, a frame or as an answer to a post: the simulator answers, and does not fail."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openqq_nb.simulator import Simulator
from openqq_nb.simulator.onebot11.calls import CALLS
from tests.simulator.listener import Listener, Reply
from tests.simulator.onebot11.asking import ENDS, ask, friend, managed, simulated, socket_to

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NAMES = st.sampled_from(
    ["type", "data", "text", "qq", "id", "file", "at", "reply", "image", "all", "1", "-1", ""]
)
SCALAR = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
    | NAMES
)
ANYTHING = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | TEXT, inner), max_leaves=6
)
SEGMENT = st.fixed_dictionaries({"type": NAMES, "data": st.dictionaries(NAMES, SCALAR)})
MESSAGE = ANYTHING | st.lists(SEGMENT, max_size=3)
KEYS = st.sampled_from(
    [
        *(
            "user_id",
            "group_id",
            "message_id",
            "message_seq",
            "count",
            "duration",
            "flag",
            "approve",
            "auto_escape",
        ),
        *("reverse_order", "message_type", "echo", "enable", "reverseOrder", "reason"),
    ]
)
PARAMS = st.dictionaries(KEYS, ANYTHING, max_size=4)
ONE_SERVER = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module", params=ENDS)
def lasting(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with simulated(request.param, report_own=True) as simulator:
        yield simulator


@given(st.sampled_from(sorted(CALLS)), PARAMS, MESSAGE)
@ONE_SERVER
def test_every_call_is_answered_whatever_its_parameters_are(
    lasting: Simulator, action: str, params: dict[str, Any], message: Any
) -> None:
    known = {"user_id": friend(lasting).qq, "group_id": managed(lasting).number, "message": message}
    with socket_to(lasting, "/api") as ws:
        for given_ in (known | params, {"message": message} | params):
            assert ask(ws, action, **given_)["status"] in ("ok", "failed")
        ws.send(json.dumps({"action": action, "params": message, "echo": "e"}))
        assert json.loads(ws.recv(5))["status"] in ("ok", "failed")
    assert lasting.errors == []


ANSWER = st.fixed_dictionaries(
    {},
    optional={
        "reply": MESSAGE,
        "at_sender": ANYTHING,
        "auto_escape": ANYTHING,
        "delete": ANYTHING,
        "ban": ANYTHING,
        "ban_duration": ANYTHING,
        "approve": ANYTHING,
        "reason": ANYTHING,
    },
)


@pytest.fixture(scope="module")
def posted(lasting: Simulator) -> Iterator[Listener]:
    with Listener() as listener:
        lasting.post_to(listener.url)
        yield listener
        lasting.post_to(None)


@given(ANSWER | ANYTHING)
@ONE_SERVER
def test_every_answer_to_a_post_is_obeyed_or_complained_about(
    lasting: Simulator, posted: Listener, answer: Any
) -> None:
    reply = Reply(200, {"Content-Type": "application/json"}, json.dumps(answer).encode())
    posted.answering = lambda _: reply
    lasting.say(friend(lasting), "x")
    lasting.say(managed(lasting).owner, "x", group=managed(lasting))
    lasting.ask_friend(friend(lasting))
    lasting.wait_posted()
    assert lasting.errors == []
