"""`my.listen()` of an account behind a WebSocket: events come over it, and what is missed is filled in afterwards."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import openqq_nb as oq
from openqq_nb.account import Account
from openqq_nb.connecting import connected
from openqq_nb.flows import Pages
from openqq_nb.inbox import Inbox, Message
from openqq_nb.inbox.ways import Stream
from openqq_nb.listening import Wanted
from openqq_nb.listening.collecting import Collector, setup
from openqq_nb.simulator import Simulator
from tests.listening.site import PATIENCE_S, until

PAGES = Pages(every_s=0.0, count=10, first=4)
# Some stop as soon as they have seen what they want, while other chats are still asked for.
pytestmark = pytest.mark.filterwarnings("ignore:Messages since .* may be missing:openqq_nb.InboxWarning")
TOKEN = "t0ken"


@contextmanager
def account(server: Simulator, timeout_s: float = PATIENCE_S) -> Iterator[Account]:
    my = Account(*connected(server.ws_url, "onebot11", timeout_s, TOKEN), pages=PAGES)
    yield my
    my.close()


@pytest.fixture(params=["napcat", "llbot", "lagrange"])
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator("onebot11", end=request.param, groups=2, friends=3, members=5, token=TOKEN) as server:
        yield server
    assert server.errors == []


@pytest.fixture
def my(server: Simulator) -> Iterator[Account]:
    with account(server) as my:
        yield my


def qq(server: Simulator, number: int = 0) -> int:
    return server.truth.friends[number].person.qq


def say_in_group(server: Simulator, text: str) -> None:
    group = server.truth.groups[0]
    server.say(group.members[-1].person.qq, text, group=group.number)


def has(inbox: Inbox, *texts: str) -> bool:
    return set(texts) <= set(inbox.df["content"])


def test_messages_come_over_the_account_s_own_socket_and_no_port_is_open(
    server: Simulator, my: Account
) -> None:
    with my.listen() as inbox:
        server.say(qq(server), "在吗？")
        say_in_group(server, "大家好")
        found = inbox.wait(2, timeout=PATIENCE_S)
        assert found["content"].tolist() == ["在吗？", "大家好"]
        assert isinstance(inbox.way, Stream)
        assert inbox.state == f"receiving over the WebSocket of {server.ws_url}" and inbox.state in repr(
            inbox
        )
        assert my.listen() is inbox
        for asked in (lambda: inbox.url, inbox.setup):
            with pytest.raises(oq.NotSupported, match="nothing to put into the server's configuration"):
                asked()
    assert TOKEN not in repr(inbox)


def test_replies_go_out_by_calls_and_own_messages_are_rows_once(server: Simulator, my: Account) -> None:
    server.report_own = True
    with my.listen(journal=False) as inbox:

        @inbox.on_message(contains="签到")
        def checkin(message: Message) -> str:
            return f"{message.sender}，签到成功"

        server.say(qq(server), "签到")
        assert [one.content for one in server.wait_received(1)] == [
            f"{server.truth.friends[0].displayname}，签到成功"
        ]
        my.send_friend("再见", qq=qq(server))
        until(lambda: has(inbox, "再见"))
        server.say(qq(server), "end")
        inbox.wait(1, timeout=PATIENCE_S, content="end")
        assert inbox.df["own"].tolist().count(True) == 2


def test_with_an_address_it_listens_as_usual(server: Simulator, my: Account) -> None:
    with my.listen(port=0, journal=False) as inbox:
        assert inbox.url.startswith("http://127.0.0.1:")
        server.post_to(inbox.url)
        server.say(qq(server), "在吗？")
        assert inbox.wait(1, timeout=PATIENCE_S)["content"].tolist() == ["在吗？"]
        assert inbox.stats.doubles == 0


def test_polling_is_refused(my: Account) -> None:
    with pytest.raises(oq.NotSupported, match="cannot be polled"):
        my.listen(via="poll")


def test_what_was_missed_is_filled_in_and_young_messages_reach_handlers(
    server: Simulator, my: Account
) -> None:
    with my.listen(journal=False) as inbox:
        seen: list[str] = []
        inbox.on_message(lambda message: seen.append(message.content))
        server.say(qq(server), "before")
        inbox.wait(1, timeout=PATIENCE_S)
        fault = server.fault("no_sockets")
        until(lambda: "broken" in inbox.state)
        for number in range(12):
            say_in_group(server, f"第 {number} 条")
        server.say(qq(server, 2), "for the first time ever")
        fault.end()
        until(lambda: has(inbox, "第 11 条", "for the first time ever"))
        server.say(qq(server), "after")
        until(lambda: "after" in seen)
        wanted = ["before", *(f"第 {number} 条" for number in range(12)), "for the first time ever", "after"]
        assert sorted(inbox.df["content"]) == sorted(wanted)
        assert sorted(seen) == sorted(wanted)
        assert inbox.stats.filled == 13 and inbox.stats.doubles == 0
        assert "filled 13" in repr(inbox.stats) and "broken" not in inbox.state


def test_a_history_that_fails_at_first_is_asked_for_again(server: Simulator) -> None:
    with account(server, timeout_s=0.5) as my, my.listen(journal=False) as inbox:
        server.fault("no_json", calls="get_group_msg_history", times=1)
        with server.fault("no_sockets"):
            until(lambda: "broken" in inbox.state)
            say_in_group(server, "missed")
        until(lambda: has(inbox, "missed"))


def test_what_was_sent_while_it_broke_is_one_row(server: Simulator, my: Account) -> None:
    with my.listen(journal=False) as inbox:
        server.fault("drop_after", calls="send_private_msg", times=1)
        with pytest.raises(oq.NoAnswer):
            my.send_friend("在吗？", qq=qq(server))
        assert inbox.df["delivery"].tolist() == ["unknown"]
        server.fault("no_sockets", seconds=0)
        until(lambda: inbox.df["delivery"].tolist() == ["sent"])
        assert inbox.backfill()["messages"].sum() == 0 and len(inbox.df) == 1


def test_nothing_comes_in_after_it_was_stopped(server: Simulator, my: Account) -> None:
    inbox = my.listen(journal=False)
    inbox.stop()
    assert inbox.state == "stopped"
    with my.listen(journal=False) as again:
        server.say(qq(server), "在吗？")
        assert len(again.wait(1, timeout=PATIENCE_S)) == 1
    assert inbox.df.empty


def test_an_account_that_is_forgotten_with_its_inbox_leaves_no_socket(server: Simulator) -> None:
    with account(server) as my:
        my.listen(journal=False).stop()
        server.wait_sockets(1)
    gc.collect()
    until(lambda: server.sockets == 0)


def test_a_collector_receives_and_fills_over_the_socket_as_well(server: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    collector = Collector(
        *connected(server.ws_url, "onebot11", PATIENCE_S, TOKEN), Wanted(journal=path), pages=PAGES
    )
    collector.start()
    assert collector.in_words == f"receiving over the WebSocket of {server.ws_url}"
    server.say(qq(server), "before")
    until(lambda: collector.stats.received == 1)
    with server.fault("no_sockets"):
        until(lambda: "broken" in collector.in_words)
        say_in_group(server, "missed")
    until(lambda: collector.stats.received == 2)
    with account(server) as my, pytest.warns(oq.FollowingWarning), my.listen(journal=path) as inbox:
        server.say(qq(server), "after")
        assert inbox.wait(1, timeout=PATIENCE_S)["content"].tolist() == ["after"]
        with pytest.raises(oq.NotSupported, match="follows openqq-nb collect"):
            inbox.backfill()
    collector.stop()
    assert oq.open_log(path).df["content"].tolist() == ["before", "missed", "after"]


def test_where_only_calls_are_taken_nothing_waits_for_events(server: Simulator, tmp_path: Path) -> None:
    client, dialect = connected(f"{server.ws_url}/api", "onebot11", PATIENCE_S, TOKEN)
    my = Account(client, dialect)
    words = f"sends no events, so nothing listens.*Leave /api away.*over {server.ws_url}\\."
    with pytest.raises(oq.InvalidInput, match=words):
        my.listen()
    with pytest.raises(oq.InvalidInput, match=words):
        Collector(client, dialect, Wanted(journal=tmp_path / "j.db"))
    with pytest.raises(oq.InvalidInput, match=words):
        setup(client, dialect, Wanted())
    with my.listen(port=0, journal=False) as inbox:
        assert inbox.url.startswith("http://127.0.0.1:")
    my.close()


def test_a_collector_over_a_socket_has_nothing_to_configure(server: Simulator) -> None:
    client, dialect = connected(server.ws_url, "onebot11", PATIENCE_S, TOKEN)
    with pytest.raises(oq.InvalidInput, match="nothing to put into its configuration"):
        setup(client, dialect, Wanted())
    client.close()
