"""What an end does with answers to its posts that were not meant as commands, and with those that were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb.simulator import Simulator
from openqq_nb.simulator.onebot11.writing import dumps, read_json5
from tests.simulator.listener import Listener, Reply
from tests.simulator.onebot11.asking import friend, managed, plain_member, simulated

JSON = {"Content-Type": "application/json"}


def answered(server: Simulator, body: str, status: int = 200, *, private: bool = False) -> None:
    """Let somebody say something, and answer the post of it."""
    with Listener(lambda _: Reply(status, JSON, body.encode())) as listener:
        server.post_to(listener.url)
        group = managed(server)
        if private:
            server.say(friend(server), "x")
        else:
            server.say(plain_member(group), "x", group=group)
        server.wait_posted()
        server.post_to(None)


@pytest.mark.parametrize("body", ["ok", "<html>", "{", "\u00e9"])
@pytest.mark.parametrize(("end", "complains"), [("napcat", True), ("llbot", True), ("lagrange", False)])
def test_an_answer_that_is_no_json_is_complained_about(end: str, complains: bool, body: str) -> None:
    with simulated(end) as server:
        answered(server, body)
        assert len(server.complaints) == complains
        assert (server.received, server.errors) == ([], [])


@pytest.mark.parametrize("status", [204, 200])
def test_an_answer_without_a_body_is_right_with_204_alone(napcat: Simulator, status: int) -> None:
    answered(napcat, "", status)
    assert napcat.complaints == ([] if status == 204 else ["JSON5: invalid end of input at 1:1"])


def test_a_reply_is_cq_code_and_rings_everybody(server: Simulator) -> None:
    answered(server, '{"reply": "[CQ:at,qq=all] 早"}')
    assert [one.rang_all for one in server.received] == ([] if _is_lagrange(server) else [True])


def test_a_reply_that_is_escaped_is_text(server: Simulator) -> None:
    answered(server, '{"reply": "[CQ:at,qq=all] 早", "auto_escape": true}')
    assert [one.rang_all for one in server.received] == ([] if _is_lagrange(server) else [False])


def _is_lagrange(server: Simulator) -> bool:
    return "(lagrange)" in repr(server)


def test_napcat_reads_json5(napcat: Simulator) -> None:
    answered(napcat, "{reply: '早', /* 好 */ at_sender: false,}")
    assert [one.content for one in napcat.received] == ["早"]


def test_llbot_mutes_for_half_an_hour_if_no_time_is_said() -> None:
    with simulated("llbot") as server:
        answered(server, '{"ban": true}')
        assert [(one.seconds, one.via) for one in server.muted] == [(1800, "reply")]


def test_a_time_that_is_no_number_is_complained_about() -> None:
    with simulated("llbot") as server:
        answered(server, '{"ban": true, "ban_duration": [1]}')
        assert (len(server.complaints), server.muted, server.errors) == (1, [], [])


def test_what_cannot_be_obeyed_is_complained_about() -> None:
    with simulated("llbot") as server:
        answered(server, '{"reply": []}')
        answered(server, '{"delete": true}', private=True)
        assert server.complaints == ["Recall failed"]


@pytest.mark.parametrize("value", ["[1, 2]", "7", '"text"', "null", "{}"])
def test_json_that_commands_nothing_does_nothing(server: Simulator, value: str) -> None:
    answered(server, value)
    assert (server.received, server.muted, server.complaints, server.errors) == ([], [], [], [])


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=8,
)


@given(ANYTHING, st.booleans())
def test_json_is_json5_too(value: object, is_escaped: bool) -> None:
    assert read_json5(dumps(value, is_escaped).decode()) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a:1,}", {"a": 1}),
        ("[1,2,]", [1, 2]),
        (
            "// x\n{'a': 'it\\'s \"b\"', $c: +1, d: 0x1F, e: .5}",
            {"a": 'it\'s "b"', "$c": 1, "d": 31, "e": 0.5},
        ),
        ("{true: false}", {"true": False}),
    ],
)
def test_what_json5_has_beyond_json(text: str, value: object) -> None:
    assert read_json5(text) == value


@pytest.mark.parametrize("text", ["", "ok", "{", "{a}", "truely", "[1 2]", "{'a: 1}", "@", "0x"])
def test_what_is_no_json5_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        read_json5(text)
