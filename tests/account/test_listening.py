"""`my.listen()`: one inbox, its address and journal remembered per account, and every message once with its numbers."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb import settings
from openqq_nb.account import Account
from openqq_nb.demo_account import DemoAccount
from openqq_nb.errors import InvalidInput, ListenerFailed, NoAnswer
from openqq_nb.inbox import Inbox
from openqq_nb.simulator import Account as SimulatedAccount
from openqq_nb.simulator import Simulator, World
from tests.client.raw import Asked, Said, answering, closed_port, said

Protocol = Literal["openqq1", "openqq2"]


@pytest.fixture(params=["openqq1", "openqq2"])
def protocol(request: pytest.FixtureRequest) -> Protocol:
    found: Protocol = request.param
    return found


@pytest.fixture
def my(protocol: Protocol) -> Iterator[DemoAccount]:
    account = oq.demo(protocol, groups=4, members=6, friends=8)
    yield account
    account.close()


# What does not depend on the dialect is tested with one.


@pytest.fixture
def demo() -> Iterator[DemoAccount]:
    account = oq.demo(groups=4, members=6, friends=8)
    yield account
    account.close()


@pytest.fixture
def lone() -> Iterator[Simulator]:
    with Simulator(groups=4, members=6, friends=8) as simulator:
        yield simulator


@contextmanager
def connected(server: Simulator) -> Iterator[Account]:
    my = oq.connect(server.url)
    yield my
    my.close()


@contextmanager
def listening(server: Simulator, **wanted: object) -> Iterator[Inbox]:
    """Connect, listen, and have the server post there, as its owner would configure it."""
    with connected(server) as my:
        inbox = my.listen(**wanted)  # type: ignore[arg-type]
        server.post_to(inbox.url)
        yield inbox
        server.post_to(None)


def friend_of(server: Simulator) -> int:
    return server.world.friends[0].person.qq


def shown(my: DemoAccount, inbox: Inbox) -> pd.DataFrame:
    """Give the rows once all that came before is stored: what comes is stored in order."""
    my.simulator.wait_posted()
    my.simulator.say(friend_of(my.simulator), "the end")
    inbox.wait(1, timeout=10, contains="the end")
    return inbox.df[inbox.df["content"] != "the end"]


def say(server: Simulator, text: str) -> None:
    server.say(friend_of(server), text)
    server.wait_posted()


# The same cell again


def test_the_same_cell_twice_gives_the_same_inbox(demo: DemoAccount) -> None:
    inbox = demo.listen()
    assert demo.listen() is inbox
    url = inbox.url
    inbox.stop()
    again = demo.listen()
    assert again is not inbox and again.running and again.url != url


def test_other_settings_while_it_runs_are_refused_with_what_to_do(demo: DemoAccount, tmp_path: Path) -> None:
    demo.listen(secret="not-to-be-shown")
    for other in ({}, {"secret": "other"}, {"secret": "not-to-be-shown", "journal": tmp_path / "j.db"}):
        with pytest.raises(
            InvalidInput, match=r"already has an inbox, listening at .*inbox\.stop\(\)"
        ) as caught:
            demo.listen(**other)
        assert "not-to-be-shown" not in str(caught.value)


def test_what_differs_is_said_in_words(demo: DemoAccount) -> None:
    demo.listen(secret="s3", journal=False)
    with pytest.raises(InvalidInput) as caught:
        demo.listen(port=5999, secret="s4")
    told = str(caught.value)
    assert "port 5999, not left out; journal left out, not False; another secret." in told
    assert "s3" not in told and "s4" not in told and "Wanted(" not in told


def test_a_port_that_is_taken_is_said_and_a_second_try_works(demo: DemoAccount) -> None:
    with answering(said("")) as other:
        port = int(other.url.rpartition(":")[2])
        with pytest.raises(ListenerFailed, match=str(port)):
            demo.listen(port=port)
    assert demo.listen().running


def test_what_the_address_is_made_of_can_be_given(demo: DemoAccount) -> None:
    port = closed_port()
    inbox = demo.listen(port=port, path="/a/b/", secret="s3", public_url="https://qq.example/x/")
    assert inbox.url == "https://qq.example/x/a/b/s3"
    assert inbox.address.port == port
    assert "s3" not in repr(inbox) and "s3" not in repr(demo)
    assert inbox.url in repr(inbox.setup())


def test_an_address_for_others_needs_no_thought_because_it_has_a_secret(demo: DemoAccount) -> None:
    with pytest.raises(InvalidInput, match="without a secret"):
        demo.listen(host="0.0.0.0", secret="")  # noqa: S104
    assert len(demo.listen().address.secret) > 20


def test_closing_the_account_ends_the_inbox(demo: DemoAccount) -> None:
    inbox = demo.listen()
    assert "listener  listening at http://127.0.0.1:" in repr(demo)
    demo.close()
    assert not inbox.running
    assert "off" in repr(demo)


def test_a_server_that_cannot_be_asked_is_said_before_anything_is_started() -> None:
    def talk(asked: Asked) -> Said:
        return said({"id": "1", "nick": "x"}) if asked.target.endswith("user_info") else Said(b"")

    with answering(talk) as dumb:
        my = oq.connect(dumb.url, protocol="openqq1")
        with pytest.raises(NoAnswer):
            my.listen()
        my.close()


# Remembered


def test_port_and_secret_are_remembered_for_the_account(lone: Simulator) -> None:
    with listening(lone) as inbox:
        first = inbox.url
    with listening(lone) as inbox:
        assert inbox.url == first
    kept = settings.remembered("9900000100")
    assert kept is not None and kept.secret in first and f":{kept.port}/" in first


def test_a_second_account_has_another_address_and_another_journal(lone: Simulator) -> None:
    world = World.seeded(1, friends=2, groups=1, members=3)
    world.me = SimulatedAccount(world.me.person.__class__(qq=9_900_000_777, nick="另一个"))
    with Simulator(world=world) as other, listening(lone) as one, listening(other) as two:
        assert one.url != two.url
        assert one.journal.path != two.journal.path
        say(other, "给另一个")
        assert one.df.empty and len(two.df) == 1


def test_a_port_for_once_is_not_remembered(lone: Simulator) -> None:
    with listening(lone, port=0):
        pass
    assert settings.remembered("9900000100") is None


def test_the_first_address_is_remembered_also_where_it_was_given_and_later_ones_hold_once(
    lone: Simulator,
) -> None:
    with listening(lone, port=closed_port(), secret="s3") as inbox:
        first = inbox.url
    with listening(lone, port=closed_port(), secret="s4") as inbox:
        assert inbox.url != first
    with listening(lone) as inbox:
        assert inbox.url == first


def test_a_port_that_is_given_keeps_its_secret(lone: Simulator) -> None:
    with listening(lone) as inbox:
        port = inbox.address.port
    (settings.home() / "accounts" / "9900000100.json").unlink()
    with listening(lone, port=port) as inbox:
        first = inbox.url
    with listening(lone, port=port) as inbox:
        assert inbox.url == first
    with listening(lone) as inbox:
        assert inbox.url == first


def test_a_demo_remembers_nothing(demo: DemoAccount, tmp_path: Path) -> None:
    with demo.listen():
        pass
    assert settings.remembered("9900000100") is None
    assert not list(settings.home().rglob("*.db"))


# The journal


def test_a_restart_on_the_same_journal_gives_the_same_rows(lone: Simulator) -> None:
    with listening(lone) as inbox:
        say(lone, "一")
        say(lone, "二")
        before = inbox.df
    with listening(lone) as inbox:
        pd.testing.assert_frame_equal(inbox.df, before)
        say(lone, "三")
        assert inbox.df["content"].tolist() == ["一", "二", "三"]
        assert inbox.wait(1, timeout=5)["content"].tolist() == ["三"], "replayed rows are never waited for"


def test_the_journal_lies_in_the_users_folder_named_by_the_account(lone: Simulator) -> None:
    with listening(lone) as inbox:
        assert inbox.journal.path == settings.home() / "journals" / "9900000100.db"
        say(lone, "一")
    assert oq.open_log(settings.home() / "journals" / "9900000100.db").df["content"].tolist() == ["一"]


@pytest.mark.parametrize("make", [str, Path])
def test_a_journal_may_be_named(lone: Simulator, tmp_path: Path, make: type) -> None:
    path = tmp_path / "路径 with space" / "mine.db"
    path.parent.mkdir()
    with listening(lone, journal=make(path)) as inbox:
        say(lone, "一")
        assert inbox.journal.path == path
    assert oq.open_log(path).df["content"].tolist() == ["一"]
    assert not (settings.home() / "journals" / "9900000100.db").exists()


def test_without_a_journal_nothing_is_written(lone: Simulator) -> None:
    with listening(lone, journal=False) as inbox:
        say(lone, "一")
        assert len(inbox.df) == 1 and inbox.journal.path is None
    assert not list(settings.home().rglob("*.db"))


# What comes


def test_a_message_gets_its_permanent_numbers_and_names_from_the_roster(my: DemoAccount) -> None:
    members = my.members()
    member = members[
        members["qq"].notna() & members["gnumber"].notna() & (members["qq"] != my.me()["qq"])
    ].iloc[0]
    inbox = my.listen()
    my.simulator.say(member["qq"], "大家好", group=member["gnumber"])
    row = inbox.wait(1, timeout=10).iloc[0]
    assert (row["sender_qq"], row["gnumber"], row["group_id"]) == (
        member["qq"],
        member["gnumber"],
        member["gid"],
    )
    assert (row["type"], row["content"], row["own"], row["kind"]) == (
        "group_message",
        "大家好",
        False,
        "text",
    )
    assert row["chat_key"] == f"group:{member['gnumber']}"


def test_own_sends_are_rows_once_each(my: DemoAccount) -> None:
    friend, group = my.friends().dropna(subset="qq").iloc[0], my.groups().dropna(subset="gnumber").iloc[0]
    inbox = my.listen()
    receipts = [my.send_friend("一", to=friend), my.send_group("二", to=group), my.send_friend("三", qq="1")]
    own = shown(my, inbox)
    assert own["content"].tolist() == ["一", "二", "三"]
    assert own["own"].all() and own["msg_class"].eq("send").all()
    assert own["delivery"].tolist() == ["sent", "sent", "failed"]
    assert own["code"].tolist() == [0, 0, 100]
    assert own["msg_id"].tolist()[:2] == [one.msg_id for one in receipts[:2]]
    assert own["chat_key"].tolist()[:2] == [f"friend:{friend['qq']}", f"group:{group['gnumber']}"]


def test_a_send_is_a_row_when_the_call_returns(my: DemoAccount) -> None:
    friend = my.friends().dropna(subset="qq").iloc[0]
    inbox = my.listen()
    for number in range(3):
        my.send_friend(str(number), to=friend)
        assert inbox.df["content"].tolist() == [str(one) for one in range(number + 1)]


def test_both_directions_of_a_talk_have_one_key_and_one_name(my: DemoAccount) -> None:
    friend = my.friends().dropna(subset="qq").iloc[0]
    inbox = my.listen()
    my.simulator.say(friend["qq"], "在吗？")
    inbox.wait(1, timeout=10)
    my.send_friend("在", to=friend)
    rows = shown(my, inbox)
    assert rows["chat_key"].tolist() == [f"friend:{friend['qq']}"] * 2
    assert rows["chat"].tolist() == [friend["displayname"]] * 2


def test_a_send_without_an_answer_is_a_row_of_unknown_delivery(protocol: Protocol) -> None:
    def talk(asked: Asked) -> Said:
        if "send" in asked.target:
            return Said(b"")
        return said({"id": "1", "nick": "x", "qq": "1", "uid": 1}) if "user" in asked.target else said("[]")

    with answering(talk) as dumb:
        my = oq.connect(dumb.url, protocol=protocol)
        inbox = my.listen(journal=False)
        with pytest.raises(NoAnswer):
            my.send_friend("hi", qq="7")
        dumb.talk = lambda _: said("<html>")
        with pytest.raises(oq.NotUnderstood):
            my.send_friend("ho", qq="7")
        my.close()
    assert inbox.df[["content", "delivery"]].to_numpy().tolist() == [["hi", "unknown"], ["ho", "unknown"]]


def test_filters_are_resolved_by_the_roster(my: DemoAccount) -> None:
    friend = my.friends().dropna(subset="qq").iloc[0]
    member = my.members("PERL学习交流").dropna(subset="qq").iloc[0]
    inbox = my.listen()
    my.simulator.say(member["qq"], "在群里", group=member["gnumber"])
    my.simulator.say(friend["qq"], "单独")
    assert inbox.wait(1, timeout=10, sender=friend["displayname"])["content"].tolist() == ["单独"]
    assert inbox.wait(1, timeout=10, group="PERL学习交流")["content"].tolist() == ["在群里"]
    with pytest.raises(oq.NotFound):
        inbox.wait(1, timeout=1, group="PERL")
    with pytest.raises(oq.Ambiguous):
        inbox.on_message(group="老同学")


def test_handlers_answer_and_the_answer_is_a_row(my: DemoAccount) -> None:
    friend = my.friends().dropna(subset="qq").iloc[0]
    inbox = my.listen()
    inbox.on_message(contains="签到")(lambda message: f"{message.sender}，收到")
    my.simulator.say(friend["qq"], "签到")
    assert [one.content for one in my.simulator.wait_received(1)] == [f"{friend['displayname']}，收到"]
    assert shown(my, inbox)["own"].tolist() == [False, True]


def test_a_new_login_changes_ids_and_the_next_message_has_its_numbers_all_the_same(my: DemoAccount) -> None:
    friend = my.friends().dropna(subset="qq").iloc[0]
    inbox = my.listen()
    my.simulator.relogin()
    my.simulator.say(friend["qq"], "还在吗")
    row = inbox.wait(1, timeout=10).iloc[0]
    assert row["sender_qq"] == friend["qq"] and row["sender_id"] != friend["id"]


def test_a_cell_run_again_with_another_account_object_gives_the_running_inbox(lone: Simulator) -> None:
    with connected(lone) as first, connected(lone) as again, first.listen() as inbox:
        assert again.listen() is inbox
        assert again.send_friend("hi", to=again.friends().dropna(subset="qq").iloc[0])
        assert inbox.df["content"].tolist() == ["hi"]
        with pytest.raises(InvalidInput, match="other settings"):
            again.listen(journal=False)


def test_a_listen_that_fails_leaves_nothing_open(lone: Simulator, tmp_path: Path) -> None:
    with connected(lone) as my:
        for bad in ({"public_url": "ftp://x"}, {"public_url": "http://[bad"}, {"host": "203.0.113.1"}):
            with pytest.raises((InvalidInput, ListenerFailed)):
                my.listen(journal=tmp_path / "j.db", **bad)  # type: ignore[arg-type]
        (tmp_path / "j.db").unlink()
        assert "off" in repr(my)


def test_an_interrupted_send_is_a_row_of_unknown_outcome(demo: DemoAccount) -> None:
    friend = demo.friends().dropna(subset="qq").iloc[0]
    demo.simulator.pace = 5.0
    demo.send_friend("first", to=friend)

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(demo.aio.send_friend("second", to=friend), 0.2)

    with demo.listen() as inbox:
        asyncio.run(give_up())
        (row,) = inbox.df.to_dict("records")
    assert (row["content"], row["own"], row["delivery"]) == ("second", True, "unknown")
