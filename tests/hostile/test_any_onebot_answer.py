"""Any answer of an end of OneBot to any question: a result of the declared form, or an error of ours."""

import json
from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.errors import OpenqqError
from openqq_nb.flows import Flows
from openqq_nb.models import Flow, Request, Response
from openqq_nb.protocols.onebot11.calls import Onebot11
from openqq_nb.schema import FRIENDS
from tests.hostile.asking import MOST_STEPS, check_frame, check_shape
from tests.hostile.ending import only_our_warnings
from tests.hostile.test_any_answer import ANYTHING, NUMBERS, SCALARS, STATUSES, TEXTS, array, obj, objects
from tests.protocols.onebot11.recorded import answer

GROUP, FRIEND = {"gnumber": "552603"}, {"qq": "4200000011"}
MEMBER = {"gnumber": "552603", "qq": "4200000012"}
QUESTIONS: dict[str, Callable[[Flows], Flow[Any]]] = {
    "me": lambda flows: flows.reading.me(),
    "server": lambda flows: flows.reading.server(),
    "friends": lambda flows: flows.reading.friends(),
    "groups": lambda flows: flows.reading.groups(),
    "members": lambda flows: flows.reading.members(),
    "roster": lambda flows: flows.reading.roster(),
    "send_friend": lambda flows: flows.sending.send("friend", "你好", None, FRIEND),
    "send_group": lambda flows: flows.sending.send("group", "你好", None, GROUP),
    "send_session": lambda flows: flows.sending.send("session", "你好", None, MEMBER),
    "mute": lambda flows: flows.managing.mute(90, to=None, **MEMBER),
    "kick": lambda flows: flows.managing.kick(to=None, **MEMBER),
}
USUAL = {
    "get_login_info": "napcat.get_login_info",
    "get_status": "napcat.get_status",
    "get_version_info": "napcat.get_version_info",
    "get_friend_list": "napcat.get_friend_list",
    "get_friends_with_category": "napcat.unknown_action",
    "get_group_list": "napcat.get_group_list",
    "get_group_member_list": "napcat.get_group_member_list",
    "send_private_msg": "napcat.send_private_msg.text",
    "send_group_msg": "napcat.send_group_msg.at_text",
    "set_group_ban": "napcat.set_group_ban",
    "set_group_kick": "napcat.set_group_ban",
}
KEYS = [
    "user_id", "nickname", "remark", "sex", "card", "role", "group_id", "group_name", "group_remark", "join_time",
    "last_sent_time", "level", "title", "age", "group_create_time", "member_count", "online", "app_name", "message_id",
    "categoryName", "buddyList", "qq", "id", "gid", "displayname", "_place", "members_loaded", "\ud800", "新",
]  # fmt: skip
VALUES = SCALARS | NUMBERS | TEXTS | ANYTHING
PAIRS = st.lists(st.tuples(st.sampled_from(KEYS), VALUES), max_size=9)
ROWS = st.lists(PAIRS.map(obj) | SCALARS, max_size=4).map(array)
LISTED = st.lists(st.tuples(st.just("buddyList"), ROWS), max_size=1)
DATA = ROWS | PAIRS.map(obj) | st.lists(LISTED.map(obj), max_size=3).map(array) | VALUES
RETCODES = st.sampled_from(["0"] * 8 + ["1", '"0"', "200", "100", "null", "-0", "1400", "1403"]) | VALUES
STATES = st.sampled_from(['"ok"'] * 8 + ['"failed"', '"async"', "null", "5"])
ENVELOPES = st.builds(
    lambda status, retcode, data, more: obj(
        [*more, ("status", status), ("retcode", retcode), ("data", data)]
    ),
    STATES,
    RETCODES,
    DATA,
    st.lists(st.tuples(st.sampled_from(["wording", "message", "msg", "echo"]), VALUES), max_size=2),
)
# By name: Hypothesis warns of what is too long to be printed, in place of telling what failed.
BODIES = {"any JSON": ANYTHING, "envelopes": ENVELOPES}


def drive(name: str, end: str | None, answers: Callable[[Request], Response]) -> object:
    """Ask one question over answers that are made up; gives the result, or the error of ours."""
    flow = QUESTIONS[name](Flows(Onebot11("t0ken", end), lambda *_: None, lambda: None))
    try:
        request = next(flow)
        for _ in range(MOST_STEPS):
            # No answer may turn the next question into one that nothing can carry.
            json.dumps(request.content, allow_nan=False).encode()
            request = flow.send(answers(request))
    except StopIteration as done:
        return done.value
    except OpenqqError as error:
        str(error).encode()  # an error that cannot be printed would end in a foreign one
        return error
    raise AssertionError(f"after {MOST_STEPS} answers the question still asks on, for {request}")


def usual(request: Request) -> Response:
    return answer(USUAL[request.path])


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_usual_answers_are_read(name: str) -> None:
    with only_our_warnings():
        check_shape(name, drive(name, "NapCat.Onebot", usual))


@pytest.mark.slow
@pytest.mark.parametrize("form", BODIES)
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_answer_ends_in_a_result_of_the_declared_form_or_an_error_of_ours(
    form: str, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(QUESTIONS)))
    bad = data.draw(st.sampled_from([*USUAL, ""]))
    end = data.draw(st.sampled_from([None, "NapCat.Onebot", "LLOneBot"]))
    # All at once: how often is asked may depend on how deep the stack is just now.
    made_up = cycle(data.draw(st.lists(st.tuples(STATUSES, BODIES[form]), min_size=1, max_size=4)))

    def answers(request: Request) -> Response:
        if bad not in (request.path, ""):
            return usual(request)
        status, body = next(made_up)
        return Response(status, "application/json", body.encode())

    with only_our_warnings():
        found = drive(name, end, answers)
        if not isinstance(found, OpenqqError):
            check_shape(name, found)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 10**40), st.booleans()), max_size=5, unique_by=lambda one: one[0]))
def test_numbers_of_any_length_keep_all_digits_whether_they_are_quoted_or_not(
    people: list[tuple[int, bool]],
) -> None:
    rows = [
        obj([("user_id", f'"{qq}"' if quoted else str(qq)), ("nickname", '"甲"')]) for qq, quoted in people
    ]
    body = obj([("status", '"ok"'), ("retcode", "0"), ("data", array(rows))])
    friends: Any = drive("friends", "go-cqhttp", lambda _: Response(200, "", body.encode()))
    check_frame(friends, FRIENDS)
    assert friends["qq"].tolist() == [str(qq) for qq, _ in people] and friends["id"].isna().all()


@settings(max_examples=60, deadline=None)
@given(objects(st.sampled_from(KEYS), VALUES))
def test_what_is_listed_twice_or_oddly_costs_no_other_row(odd: str) -> None:
    good = obj([("user_id", "4200000011"), ("nickname", '"好"')])
    body = obj([("status", '"ok"'), ("retcode", "0"), ("data", array([good, odd]))])
    friends = drive("friends", "go-cqhttp", lambda _: Response(200, "", body.encode()))
    assert isinstance(friends, OpenqqError) or "好" in friends["nick"].tolist()  # type: ignore[index]
