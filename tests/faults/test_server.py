"""Faults of the whole server: it is gone, it comes back with other ids, or it waits for its code to be scanned."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

import openqq_nb as oq
from tests.faults.stage import IMPATIENT_S, OPENQQ, POSTS_OWN, TIMEOUT_S, Dialect, Stage, cases, stage

pytestmark = pytest.mark.slow

NOBODY = r"Nobody answers at .*nothing was sent.*Is the server running"
STANDS_STILL = r"took the connection.* within .* s\..*login code waits to be scanned.*try again later"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the person sees of a fault.

    Attributes:
        error: of each call while it lasts.
        words: what its text says.
        is_row: whether a message that is sent meanwhile is a row of the inbox.
        goes_out: whether it reaches the friend when all is over.
        timeout: the seconds that the client waits.
    """

    error: type[oq.OpenqqError]
    words: str
    is_row: bool
    goes_out: bool
    timeout: float = TIMEOUT_S


SERVER = {
    "down": Seen(oq.Unreachable, NOBODY, is_row=False, goes_out=False),
    "restart": Seen(oq.Unreachable, NOBODY, is_row=False, goes_out=False),
    "scan_code": Seen(oq.NoAnswer, STANDS_STILL, is_row=True, goes_out=True, timeout=IMPATIENT_S),
}
THROWN_OUT = ("offline",)
"""What QQ does to the account while the server stays."""
CHANGING = ["restart", "scan_code"]
QUESTIONS: tuple[Callable[[Stage], object], ...] = (
    lambda one: one.my.friends(),
    lambda one: oq.connect(one.simulator.url, timeout=IMPATIENT_S),
)


def nameless(one: Stage) -> str:
    """Give the name of a group that has no number: another is called the same."""
    names = [group.name for group in one.simulator.truth.groups]
    return next(name for name in names if names.count(name) > 1)


@pytest.mark.parametrize(("name", "dialect"), cases(SERVER))
def test_a_question_says_why_nothing_comes_and_what_comes_first(name: str, dialect: Dialect) -> None:
    seen = SERVER[name]
    with stage(dialect, seen.timeout) as one:
        with one.simulator.fault(name):
            for ask in QUESTIONS:
                with pytest.raises(seen.error, match=f"(?s){seen.words}"):
                    ask(one)
        one.check_all_is_well()


@pytest.mark.parametrize(("name", "dialect"), cases(SERVER))
def test_a_send_has_certainly_not_gone_out_only_where_nobody_took_it(name: str, dialect: Dialect) -> None:
    seen = SERVER[name]
    with stage(dialect, seen.timeout) as one:
        with one.simulator.fault(name), pytest.raises(seen.error) as raised:
            one.my.send_friend("在吗？", qq=one.qq)
        assert ("nothing was sent" in str(raised.value)) == (not seen.goes_out)
        if seen.goes_out:
            one.simulator.wait_received()
        one.check_all_is_well()
        assert one.arrived.count("在吗？") == seen.goes_out
        settled = "sent" if dialect in POSTS_OWN else "unknown"
        assert one.rows("在吗？")["delivery"].tolist() == [settled] * seen.is_row


@pytest.mark.parametrize(("name", "dialect"), cases(SERVER))
def test_the_inbox_stays_and_hears_what_comes_after(name: str, dialect: Dialect) -> None:
    with stage(dialect, SERVER[name].timeout) as one:
        one.say("前")
        with one.simulator.fault(name):
            assert one.inbox.running and one.inbox.df["content"].tolist() == ["前"]
            with pytest.raises(oq.TimedOut, match="content") as timed_out:
                one.inbox.wait(1, timeout=0.05, content="后")
            came = timed_out.value.df
            assert came is not None and list(came) == list(one.inbox.df) and len(came) == 0
        one.check_all_is_well()
        one.say("后")
        assert one.inbox.df["content"].tolist() == ["前", "还在吗？", "在的", "后"]
        assert one.inbox.wait(1, timeout=TIMEOUT_S, content="后")["sender_qq"].tolist() == [one.qq]


@pytest.mark.parametrize(("name", "dialect"), cases(CHANGING, OPENQQ))
def test_an_id_of_the_login_before_is_never_used_again(name: str, dialect: Dialect) -> None:
    with stage(dialect, SERVER[name].timeout) as one:
        friend = one.my.friends().query("qq == @one.qq").iloc[0]
        group = one.my.groups().query(f"gname == {nameless(one)!r}").iloc[0]
        one.simulator.fault(name).end()
        one.check_all_is_well()
        with pytest.raises(oq.NotFound, match=r"(?s)gid=.* any more.*Nothing was sent; load the frame again"):
            one.my.send_group("大家好", to=group)
        assert one.my.send_friend("旧行", to=friend)
        assert one.arrived.count("大家好") == 0 and one.arrived.count("旧行") == 1
        assert one.simulator.received[-1].number == one.qq


@pytest.mark.parametrize(("name", "dialect"), cases(CHANGING, OPENQQ))
def test_messages_before_and_after_a_login_are_of_two_logins_and_one_person(
    name: str, dialect: Dialect
) -> None:
    with stage(dialect, SERVER[name].timeout) as one:
        one.say("前")
        one.simulator.fault(name).end()
        one.my.friends()
        one.say("后")
        rows = one.inbox.df.query("content in ['前', '后']")
        assert rows["sender_qq"].tolist() == [one.qq] * 2
        assert rows["sender_id"].nunique() == rows["login"].nunique() == 2
        assert rows["chat_key"].nunique() == 1


def test_where_there_are_no_ids_nothing_is_taken_for_a_new_login() -> None:
    with stage("onebot11") as one:
        rows = [one.my.friends().query("qq == @one.qq").iloc[0], one.my.groups().iloc[0]]
        one.say("前")
        one.simulator.fault("restart").end()
        one.my.roster()
        one.say("后")
        assert one.my.send_friend("旧行", to=rows[0]) and one.my.send_group("旧行", to=rows[1])
        assert one.inbox.df.query("content in ['前', '后']")["login"].nunique() == 1
        assert one.my._flows.seen.logins == 0 and len(one.inbox.events) == 0


@pytest.mark.filterwarnings("ignore::openqq_nb.errors.NotLoadedWarning")
@pytest.mark.parametrize(("name", "dialect"), cases(SERVER))
def test_nobody_has_come_or_gone_when_the_server_is_back(name: str, dialect: Dialect) -> None:
    with stage(dialect) as one:
        before = one.my.roster()
        one.simulator.fault(name).end()
        assert len(one.my.roster().diff(before)) == 0


@pytest.mark.parametrize("dialect", ["openqq1"])
def test_after_a_restart_members_are_missing_and_named(dialect: Dialect) -> None:
    with stage(dialect) as one:
        one.simulator.fault("restart").end()
        with pytest.warns(oq.NotLoadedWarning, match=re.escape(one.simulator.truth.groups[0].name)):
            assert len(one.my.members()) == 0
        assert one.my.groups()["member_count"].isna().all()


@pytest.mark.parametrize("dialect", ["openqq2", "onebot11"])
def test_after_a_restart_members_are_loaded_where_the_dialect_can(dialect: Dialect) -> None:
    with stage(dialect) as one:
        before = one.my.members()
        one.simulator.fault("restart").end()
        assert one.my.members()["nick"].tolist() == before["nick"].tolist()
        # An end of OneBot brings no members with its groups.
        assert one.my.roster().groups["members_loaded"].all()


def test_an_account_that_qq_threw_out_is_said_and_its_sends_stay_unknown() -> None:
    with stage("onebot11") as one:
        with one.simulator.fault("offline"):
            assert one.my.me()["state"] == "offline"
            assert one.my.send_friend("在吗？", qq=one.qq).delivery == "unknown"
            one.settle()
            with pytest.warns(oq.InboxWarning, match="logged the account out"):
                assert one.inbox.events["event"].tolist() == ["bot_offline"]
        one.check_all_is_well()
        assert one.my.me()["state"] == "online" and one.arrived.count("在吗？") == 0
        assert one.rows("在吗？")["delivery"].tolist() == ["unknown"]


def test_a_code_that_waits_to_be_scanned_is_an_event_with_its_picture() -> None:
    with stage("openqq2", IMPATIENT_S) as one:
        with one.simulator.fault("scan_code"):
            with pytest.raises(oq.NoAnswer):
                one.my.friends()
            events = one.inbox.events
            assert events["event"].tolist() == ["input_qrcode", "state_change"]
            assert "iVBORw0KGg" in events["params"].iloc[0] and "scaning" in events["params"].iloc[1]
        one.check_all_is_well()
        assert "login" in one.inbox.events["event"].tolist()
