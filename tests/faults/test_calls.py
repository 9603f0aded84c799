"""Faults of single calls: what the person sees of them when connecting, asking, listening and sending."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

import openqq_nb as oq
from openqq_nb.errors import MAY_HAVE_GONE_OUT
from openqq_nb.simulator import Fault, Simulator
from tests.faults.stage import (
    IDLE_S,
    IMPATIENT_S,
    OPENQQ,
    POSTS_OWN,
    TIMEOUT_S,
    WORLD,
    Dialect,
    Stage,
    cases,
    stage,
)

pytestmark = pytest.mark.slow

CLOSED = r"took the connection, but no whole answer .*disconnected without sending.*try again later"
SILENT = (
    rf"took the connection, but no whole answer .* within {IMPATIENT_S:g} s\..*login code.*try again later"
)
BROKEN_OFF = r"no whole answer .*without sending complete message body.*try again later"
WANTS_TOKEN = r"asks for a token.*missing or wrong.*connect\(…, token=…\)"
NO_JSON = r"no JSON in UTF-8.*'Use of uninitialized value.*Check that the address"
NO_SERVER = r"Something answers at .*none of the known protocols.*{}.*Check host, port and path"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the person sees of a fault.

    Attributes:
        error: of a question, of `listen` and of a send; `None` where all works.
        words: what the text of a question's error says.
        goes_out: whether a message that is sent meanwhile reaches the friend.
        is_row: whether a message that is sent meanwhile is a row of the inbox.
        connecting: the error of `connect`, if it is another one.
        found: what that error shows of the answer.
        seconds: of the fault.
        timeout: the seconds that the client waits.
    """

    error: type[oq.OpenqqError] | None
    words: str = ""
    goes_out: bool = True
    is_row: bool = True
    connecting: type[oq.OpenqqError] | None = None
    found: str = ""
    seconds: float | None = None
    timeout: float = TIMEOUT_S


CALLS = {
    "slow": Seen(oq.NoAnswer, CLOSED, seconds=IDLE_S),
    "hang": Seen(oq.NoAnswer, CLOSED, goes_out=False),
    # The server has heard it, and does it when it goes on.
    "busy": Seen(oq.NoAnswer, SILENT, timeout=IMPATIENT_S),
    "drop_before": Seen(oq.NoAnswer, CLOSED, goes_out=False),
    "drop_after": Seen(oq.NoAnswer, CLOSED),
    "cut_short": Seen(oq.NoAnswer, BROKEN_OFF),
    "error_page": Seen(
        oq.NotUnderstood,
        r"get_friend_info with HTTP status 500 and '<!DOCTYPE html>.*log may tell why",
        goes_out=False,
        connecting=oq.NotOpenqq,
        found="HTTP 500",
    ),
    "forbidden": Seen(
        oq.NotUnderstood,
        r"get_friend_info with HTTP status 403 and '(request error|api not found)'.*log may tell why",
        goes_out=False,
        connecting=oq.NotOpenqq,
        found="HTTP 403",
    ),
    "wrong_token": Seen(oq.Refused, WANTS_TOKEN, goes_out=False, is_row=False),
    "no_json": Seen(oq.NotUnderstood, NO_JSON, connecting=oq.NotOpenqq, found="Use of uninitialized value"),
    "html_page": Seen(
        oq.NotUnderstood,
        r"no JSON in UTF-8.*'<!DOCTYPE html>.*Check that the address",
        connecting=oq.NotOpenqq,
        found="<!DOCTYPE html>",
    ),
    # Numbers are as good as before; see `test_an_id_that_changes_on_its_way_reaches_nobody`.
    "new_login": Seen(None),
}
NO_ONEBOT = r"get_friends_with_category with HTTP status {} and {}.*log may tell why; check address and path"
# Where an end of OneBot is seen otherwise: it waits for QQ itself and never hangs up, and its calls have other names.
ONEBOT = {
    # A send is given twice the time.
    "slow": Seen(oq.NoAnswer, SILENT, seconds=3 * IMPATIENT_S, timeout=IMPATIENT_S),
    "error_page": replace(CALLS["error_page"], words=NO_ONEBOT.format(500, "'Internal Server Error'")),
    "no_json": replace(
        CALLS["no_json"], words=NO_ONEBOT.format(200, r"'\{\"status\":\"ok\""), found="HTTP 200"
    ),
    "html_page": replace(CALLS["html_page"], words=NO_ONEBOT.format(200, "'<!DOCTYPE html>")),
}
LAST_OF_LISTENING = dict.fromkeys(OPENQQ, "get_discuss_info") | {"onebot11": "get_group_list"}
FAILING = [name for name, seen in CALLS.items() if seen.error]
ASKING: dict[str, Callable[[oq.Account], Any]] = {
    "at once": lambda my: my.friends(),
    "awaited": lambda my: asyncio.run(my.aio.friends()),
}
SENDING: dict[str, Callable[[oq.Account, str, str], oq.Receipt]] = {
    "at once": lambda my, text, qq: my.send_friend(text, qq=qq),
    "awaited": lambda my, text, qq: asyncio.run(my.aio.send_friend(text, qq=qq)),
}


def seen_of(name: str, dialect: Dialect) -> Seen:
    return ONEBOT.get(name, CALLS[name]) if dialect == "onebot11" else CALLS[name]


def going_wrong(one: Stage, name: str, **more: Any) -> Fault:
    return one.simulator.fault(name, seconds=seen_of(name, one.simulator.protocol).seconds, **more)


@pytest.mark.parametrize(("name", "dialect"), cases(FAILING))
def test_a_question_fails_with_its_cause_and_the_next_one_is_answered(name: str, dialect: Dialect) -> None:
    seen = seen_of(name, dialect)
    assert seen.error is not None
    with stage(dialect, seen.timeout) as one:
        with going_wrong(one, name):
            for ask in ASKING.values():
                with pytest.raises(seen.error, match=f"(?s){seen.words}"):
                    ask(one.my)
        one.check_all_is_well()


@pytest.mark.parametrize(("name", "dialect"), cases(FAILING))
def test_a_send_is_never_made_twice_and_says_whether_it_may_have_gone_out(
    name: str, dialect: Dialect
) -> None:
    seen = seen_of(name, dialect)
    assert seen.error is not None
    with stage(dialect, seen.timeout) as one:
        with going_wrong(one, name) as fault:
            for text, send in SENDING.items():
                with pytest.raises(seen.error) as raised:
                    send(one.my, text, one.qq)
                told = str(raised.value) + "".join(getattr(raised.value, "__notes__", ()))
                assert (MAY_HAVE_GONE_OUT in told) == seen.is_row
        if seen.goes_out:
            one.simulator.wait_received(len(SENDING))
        one.check_all_is_well()
        assert fault.hits == len(SENDING)
        for text in SENDING:
            assert one.arrived.count(text) == seen.goes_out
            assert one.rows(text)["delivery"].tolist() == [delivery(seen, dialect)] * seen.is_row


def delivery(seen: Seen, dialect: Dialect) -> str:
    """Tell what a send without an answer ends as: a 2.x server posts what went out."""
    return "sent" if seen.goes_out and dialect in POSTS_OWN else "unknown"


@pytest.mark.parametrize(("name", "dialect"), cases(["drop_after", "cut_short", "error_page", "wrong_token"]))
def test_listening_begins_whole_or_not_at_all(name: str, dialect: Dialect) -> None:
    seen = seen_of(name, dialect)
    assert seen.error is not None
    with stage(dialect, seen.timeout) as one:
        one.inbox.stop()
        # Later questions of `listen` than the first one.
        last = LAST_OF_LISTENING[dialect]
        with going_wrong(one, name, calls=last), pytest.raises(seen.error):
            one.my.listen(port=0, journal=False)
        assert "off; my.listen() starts it" in repr(one.my)
        with one.my.listen(port=0, journal=False) as inbox:
            one.simulator.post_to(inbox.url)
            Stage(one.simulator, one.my, inbox).check_all_is_well()


@pytest.mark.parametrize(("name", "dialect"), cases(FAILING))
def test_connecting_names_what_answers_there(name: str, dialect: Dialect) -> None:
    seen = seen_of(name, dialect)
    error = seen.connecting or seen.error
    assert error is not None
    words = NO_SERVER.format(seen.found) if seen.connecting else seen.words
    with Simulator(dialect, **WORLD, idle_timeout=IDLE_S) as simulator:
        with (
            simulator.fault(name, seconds=seen.seconds),
            pytest.raises(error, match=f"(?s){words}"),
        ):
            oq.connect(simulator.url, timeout=seen.timeout)
        my = oq.connect(simulator.url)
        assert my.server()["dialect"] == dialect
        my.close()


@pytest.mark.parametrize(("name", "dialect"), cases(["slow"]))
def test_a_slow_answer_is_waited_for(name: str, dialect: Dialect) -> None:
    with stage(dialect) as one:
        friends = one.my.friends()
        with one.simulator.fault(name, seconds=IDLE_S / 3):
            assert one.my.friends().equals(friends)
            assert one.my.send_friend("慢慢来", qq=one.qq)
        assert one.arrived == ["慢慢来"]
        one.check_all_is_well()


@pytest.mark.parametrize(("name", "dialect"), cases(["new_login"]))
def test_a_login_between_question_and_answer_gives_the_new_ids(name: str, dialect: Dialect) -> None:
    with stage(dialect) as one:
        before = one.my.friends()
        with going_wrong(one, name, times=1):
            after = one.my.friends()
        assert after["qq"].equals(before["qq"]) and not set(after["id"]) & set(before["id"])
        one.check_all_is_well()


@pytest.mark.parametrize(("name", "dialect"), cases(["new_login"]))
def test_a_roster_is_of_one_login_or_none(name: str, dialect: Dialect) -> None:
    with stage(dialect) as one:
        before = one.my.roster()
        with going_wrong(one, name, calls="get_group_info", times=1):
            roster = one.my.roster()
        assert len(roster.diff(before)) == 0
        assert set(roster.friends["id"]) == set(one.my.friends()["id"])
        with going_wrong(one, name), pytest.raises(oq.NotLoaded, match=r"logged in anew each .*Ask again"):
            one.my.roster()
        one.check_all_is_well()


@pytest.mark.parametrize(("name", "dialect"), cases(["new_login"]))
def test_an_id_that_changes_on_its_way_reaches_nobody(name: str, dialect: Dialect) -> None:
    with stage(dialect) as one:
        group = one.my.groups().query("gnumber.isna()").iloc[0]
        with going_wrong(one, name, calls="send_group_message"):
            receipt = one.my.send_group("大家好", to=group)
        assert (receipt.delivery, receipt.code) == ("failed", 101)
        assert "no such group; nothing was sent" in repr(receipt)
        assert one.arrived == []
        assert one.rows("大家好")["delivery"].tolist() == ["failed"]
        with pytest.raises(oq.NotFound, match=r"(?s)logged in anew.*Nothing was sent; load the frame again"):
            one.my.send_group("大家好", to=group)
        one.check_all_is_well()


@pytest.mark.parametrize(("name", "error"), [("drop_after", oq.NoAnswer), ("error_page", oq.NotUnderstood)])
def test_members_that_could_not_be_loaded_are_loaded_by_the_next_question(
    name: str, error: type[oq.OpenqqError]
) -> None:
    with stage("openqq2") as one, one.simulator.fault("unloaded"):
        with one.simulator.fault(name, calls="search_group", times=1), pytest.raises(error):
            one.my.members()
        groups = {str(group.number) for group in one.simulator.truth.groups}
        assert one.my.members()["gname"].nunique() == len(groups) - 1  # two are called alike
        one.check_all_is_well()


@pytest.mark.parametrize("name", ["drop_after", "cut_short"])
def test_a_mute_or_kick_without_an_answer_may_have_been_done_and_is_not_repeated(name: str) -> None:
    with stage("openqq2") as one:
        mine = one.simulator.truth.groups[2]
        member = one.my.members(mine.name).query("role == 'member'").iloc[0]
        with one.simulator.fault(name):
            with pytest.raises(oq.NoAnswer, match=r"muting.*may have been done.*my\.members\(\)"):
                one.my.mute(to=member, seconds=60)
            with pytest.raises(oq.NoAnswer, match=r"kicking.*may have been done.*my\.members\(\)"):
                one.my.kick(to=member)
        assert len(one.simulator.muted) == len(one.simulator.kicked) == 1
        assert member["qq"] not in one.my.members(mine.name)["qq"].tolist()
        one.check_all_is_well()
