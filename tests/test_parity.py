"""Every call that asks or waits has its awaitable twin: the same signature, the same result, in both dialects."""

import asyncio
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Literal

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb.account import Account
from openqq_nb.account.aio import AsyncAccount
from openqq_nb.broadcast.aio import AsyncRun
from openqq_nb.broadcast.run import Run
from openqq_nb.demo_account import DemoAccount
from openqq_nb.inbox import Inbox
from openqq_nb.inbox.aio import AsyncInbox
from openqq_nb.models import Receipt
from openqq_nb.roster import Roster
from openqq_nb.widgets.face import Face

# These begin or end something on this machine; what they give back is neither asked for nor waited for.
NO_TWIN = {
    Account: {"close"},
    Inbox: {"start", "stop", "finish", "setup", "on_message", "record", "record_sent", "begin_login", "feed"},
    Run: {"start", "stop", "pause", "resume", "join", "renew", "retry", "replies", "report"},
}
TWINS: dict[type, type] = {Account: AsyncAccount, Inbox: AsyncInbox, Run: AsyncRun}

Arguments = Callable[[DemoAccount], dict[str, Any]]


def calls(of: type) -> dict[str, Any]:
    """Find the public methods of a class by reflection."""
    return {
        name: method
        for name, method in inspect.getmembers(of, inspect.isfunction)
        if not name.startswith("_") and name not in NO_TWIN.get(of, set())
    }


def signature(method: Any) -> inspect.Signature:
    return inspect.signature(method)


PAIRS = [(of, name) for of in TWINS for name in calls(of)]

ACCOUNT_CALLS: dict[str, list[Arguments]] = {
    "me": [lambda my: {}],
    "friends": [lambda my: {}],
    "groups": [lambda my: {}],
    "members": [
        lambda my: {},
        lambda my: {"who": "PERL学习交流"},
        lambda my: {"who": my.groups().head(3)},
    ],
    "discusses": [lambda my: {}],
    "discuss_members": [lambda my: {}, lambda my: {"who": my.discusses().iloc[0]}],
    "recent": [lambda my: {}],
    "search_friends": [lambda my: {"text": my.friends()["nick"].iloc[1]}],
    "search_groups": [lambda my: {"text": "perl"}],
    "server": [lambda my: {}],
    "roster": [lambda my: {}, lambda my: {"at": my.roster().fetched_at}],
    "doctor": [lambda my: {}],
    "broadcast": [
        lambda my: {"template": "{nick}，你好", "to": my.friends(), "key": "parity"},
        lambda my: {"key": "parity"},
    ],
    "broadcasts": [lambda my: {}],
    "broadcaster": [
        lambda my: {},
        lambda my: {"to": my.friends(), "template": "{nick}，你好", "key": "parity"},
    ],
    "composer": [lambda my: {}, lambda my: {"to": my.friends().iloc[0]}],
    "explorer": [lambda my: {}],
    "history": [lambda my: {"gnumber": "1"}],
    "recall": [lambda my: {"message": "1"}],
    "mute": [
        lambda my: {"gnumber": "1", "qq": "2", "seconds": 61},
        lambda my: {"to": my.members().dropna(subset=["qq", "gnumber"]).iloc[-1], "seconds": 60},
    ],
    "kick": [lambda my: {"gnumber": "1", "qq": "2"}],
    "send_friend": [
        lambda my: {"content": "你好", "to": my.friends().iloc[0]},
        lambda my: {"content": "你好", "qq": "1"},
        lambda my: {"content": "你好", "to": my.friends().iloc[0], "wait": False},
    ],
    "send_group": [
        lambda my: {"content": "大家好", "to": my.groups().iloc[[0]]},
        lambda my: {"content": "大家好", "gid": 1},
    ],
    "send_discuss": [lambda my: {"content": "hi", "to": my.discusses().iloc[0]}],
    "send_session": [
        lambda my: {"content": "hi", "to": my.members().dropna(subset=["qq", "gnumber"]).iloc[-1]},
        lambda my: {"content": "hi", "gnumber": "1", "qq": "1"},
    ],
}
FAILING: dict[str, list[Arguments]] = {
    "search_friends": [lambda my: {"text": " "}],
    "search_groups": [lambda my: {"text": None}],
    "roster": [lambda my: {"at": "2020"}, lambda my: {"at": "soon"}],
    "broadcast": [
        lambda my: {"key": "never planned"},
        lambda my: {"template": "{nobody}", "to": my.friends(), "key": "x"},
        lambda my: {"template": "x", "to": 1.5, "key": "x"},
    ],
    "history": [lambda my: {}, lambda my: {"gnumber": "1", "qq": "1"}],
    "recall": [lambda my: {"message": None}, lambda my: {"message": my.friends()}],
    "mute": [lambda my: {"gnumber": "1", "qq": "2", "seconds": 0}, lambda my: {"qq": "2", "seconds": 60}],
    "kick": [lambda my: {"gnumber": "1"}, lambda my: {"to": my.friends().head(2)}],
    "broadcaster": [lambda my: {"to": 1.5}, lambda my: {"template": 1}],
    "composer": [lambda my: {"to": my.friends()}],
    "members": [lambda my: {"who": "老同学"}, lambda my: {"who": "nobody"}, lambda my: {"who": 1.5}],
    "discuss_members": [lambda my: {"who": "nobody"}],
    "send_friend": [lambda my: {"content": "", "qq": "1"}, lambda my: {"content": "x"}],
    "send_group": [lambda my: {"content": "x", "gnumber": 1.0}],
    "send_discuss": [lambda my: {"content": "x", "to": my.discusses()}],
    "send_session": [lambda my: {"content": "x", "qq": "1", "to": my.members().iloc[0]}],
}
CASES = [(name, make) for name, makes in ACCOUNT_CALLS.items() for make in makes]
FAILURES = [(name, make) for name, makes in FAILING.items() for make in makes]


@pytest.fixture(scope="module", params=["openqq1", "openqq2"])
def my(request: pytest.FixtureRequest) -> Iterator[DemoAccount]:
    account = oq.demo(request.param, groups=6, members=8, friends=10)
    yield account
    account.close()


@pytest.mark.parametrize("of", TWINS)
def test_the_awaitable_face_offers_exactly_what_asks_or_waits(of: type) -> None:
    assert set(calls(TWINS[of])) == set(calls(of))


@pytest.mark.parametrize(("of", "name"), PAIRS)
def test_a_twin_has_the_same_signature_and_is_awaitable(of: type, name: str) -> None:
    here, there = getattr(of, name), getattr(TWINS[of], name)
    assert signature(there) == signature(here)
    assert inspect.iscoroutinefunction(there)
    assert not inspect.iscoroutinefunction(here)
    assert there.__doc__


def test_every_call_of_the_account_is_compared() -> None:
    assert set(ACCOUNT_CALLS) | {"listen", "relogin"} == set(calls(Account))


@pytest.mark.parametrize("protocol", ["openqq1", "openqq2"])
def test_both_ways_to_log_in_anew_say_the_same(protocol: Literal["openqq1", "openqq2"]) -> None:
    my = oq.demo(protocol, groups=1, members=2, friends=1)
    assert_same(outcome(my, "relogin", {}), outcome_async(my, "relogin", {}))
    my.close()


def test_both_ways_to_listen_give_the_one_inbox(my: DemoAccount) -> None:
    with asyncio.run(my.aio.listen(journal=False)) as inbox:
        assert my.listen(journal=False) is inbox
    with my.listen(journal=False) as inbox:
        assert asyncio.run(my.aio.listen(journal=False)) is inbox


@pytest.mark.filterwarnings("ignore::openqq_nb.errors.NotLoadedWarning")
@pytest.mark.parametrize(("name", "make"), CASES)
def test_a_twin_gives_the_same_result(my: DemoAccount, name: str, make: Arguments) -> None:
    arguments = make(my)
    assert_same(outcome(my, name, arguments), outcome_async(my, name, arguments))


@pytest.mark.parametrize(("name", "make"), FAILURES)
def test_a_twin_fails_in_the_same_words(my: DemoAccount, name: str, make: Arguments) -> None:
    arguments = make(my)
    here, there = outcome(my, name, arguments), outcome_async(my, name, arguments)
    assert isinstance(here, oq.OpenqqError)
    assert_same(here, there)


def test_both_waits_return_what_came_and_nothing_twice(my: DemoAccount) -> None:
    friend = my.friends().dropna(subset="qq").iloc[0]["qq"]
    with my.listen() as inbox:
        my.simulator.say(friend, "一")
        first = inbox.wait(1, timeout=10)
        my.simulator.say(friend, "二")
        second = asyncio.run(inbox.aio.wait(1, timeout=10))
        assert [*first["content"], *second["content"]] == ["一", "二"]
        assert first.dtypes.equals(second.dtypes)
        waits: list[Callable[[], object]] = [
            lambda: inbox.wait(1, 0.01),
            lambda: asyncio.run(inbox.aio.wait(1, 0.01)),
        ]
        for failing in waits:
            with pytest.raises(oq.TimedOut, match=r"0\.01 s were over") as caught:
                failing()
            assert caught.value.df is not None and caught.value.df.empty


def outcome(my: Account, name: str, arguments: dict[str, Any]) -> Any:
    try:
        return getattr(my, name)(**arguments)
    except oq.OpenqqError as error:
        return error


def outcome_async(my: Account, name: str, arguments: dict[str, Any]) -> Any:
    async def asked() -> Any:
        return await getattr(my.aio, name)(**arguments)

    try:
        return asyncio.run(asked())
    except oq.OpenqqError as error:
        return error


def assert_same(here: Any, there: Any) -> None:
    if isinstance(here, Face):
        assert repr(here) == repr(there)
        here.close()
        there.close()
        return
    assert type(here) is type(there)
    if isinstance(here, pd.DataFrame):
        pd.testing.assert_frame_equal(here, there)
    elif isinstance(here, pd.Series):
        passing = ["runtime"] if "runtime" in here else []
        pd.testing.assert_series_equal(here.drop(passing), there.drop(passing))
    elif isinstance(here, Roster):
        for frame in ("friends", "groups", "members", "discusses", "discuss_members"):
            pd.testing.assert_frame_equal(getattr(here, frame), getattr(there, frame))
        pd.testing.assert_series_equal(here.me, there.me)
    elif isinstance(here, Receipt):
        assert (here.msg_id is None) == (there.msg_id is None)
        assert replace(here, msg_id=None) == replace(there, msg_id=None)
    else:
        assert untimed(str(here)) == untimed(str(there))


def untimed(text: str) -> str:
    """Leave out how long an answer took."""
    return re.sub(r"[0-9.]+ s\b", "… s", text)
