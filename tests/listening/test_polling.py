"""`my.listen(via="poll")`: the same inbox where the server cannot reach it, and what cannot be polled."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import openqq_nb as oq
from openqq_nb.errors import InvalidInput
from openqq_nb.inbox import Message
from openqq_nb.simulator import Simulator
from tests.listening.site import PATIENCE_S, connected, friend_qq, serving, until

POLL_S = 0.5


@pytest.fixture
def server() -> Iterator[Simulator]:
    with serving("openqq2", poll_timeout=POLL_S) as server:
        yield server


@pytest.fixture
def my(server: Simulator) -> Iterator[oq.Account]:
    with connected(server) as my:
        yield my


def test_messages_come_once_in_order_and_are_kept(server: Simulator, my: oq.Account, tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    texts = [f"第 {number} 条" for number in range(12)]
    with my.listen(via="poll", journal=path) as inbox:
        for text in texts:
            server.say(friend_qq(server), text)
        assert inbox.wait(len(texts), timeout=PATIENCE_S)["content"].tolist() == texts
        assert inbox.df["sender_qq"].tolist() == [str(friend_qq(server))] * len(texts)
        assert "polling the server" in repr(inbox)
        assert my.listen(via="poll", journal=path) is inbox
    assert oq.open_log(path).df["content"].tolist() == texts


def test_handlers_reply_with_a_message_that_is_a_row_once(server: Simulator, my: oq.Account) -> None:
    with my.listen(via="poll", journal=False) as inbox:

        @inbox.on_message(contains="签到")
        def checkin(message: Message) -> str:
            return f"{message.sender}，签到成功"

        server.say(friend_qq(server), "签到")
        server.say(friend_qq(server), "无关")
        assert len(inbox.wait(2, timeout=PATIENCE_S)) == 2
        reply = f"{server.truth.friends[0].person.nick}，签到成功"
        until(lambda: True in inbox.df["own"].tolist())
        server.say(friend_qq(server), "end")
        inbox.wait(1, timeout=PATIENCE_S, content="end")
        own = inbox.df[inbox.df["own"]]
        assert own["content"].tolist() == [one.content for one in server.received] == [reply]
        assert own["delivery"].tolist() == ["sent"] and inbox.stats.late_replies == 1


def test_stop_lets_the_poll_finish_and_what_comes_later_waits_for_the_next(
    server: Simulator, my: oq.Account, tmp_path: Path
) -> None:
    path = tmp_path / "j.db"
    inbox = my.listen(via="poll", journal=path)
    server.say(friend_qq(server), "one")
    inbox.wait(1, timeout=PATIENCE_S)
    begun_s = time.monotonic()
    inbox.stop()
    assert time.monotonic() - begun_s < POLL_S + 2
    server.say(friend_qq(server), "two")
    with my.listen(via="poll", journal=path) as again:
        assert again.wait(1, timeout=PATIENCE_S)["content"].tolist() == ["two"]
        assert again.df["content"].tolist() == ["one", "two"] and not inbox.running


def test_there_is_nothing_to_configure(my: oq.Account) -> None:
    with my.listen(via="poll", journal=False) as inbox:
        for look in (inbox.setup, lambda: inbox.url):
            with pytest.raises(
                oq.NotSupported, match=r"polling the server.*nothing that a server could post to"
            ):
                look()


def test_events_come_too(server: Simulator, my: oq.Account) -> None:
    with my.listen(via="poll", journal=False) as inbox:
        server.rename_group(server.world.groups[0], "新名字", seen=False)
        server.reload()
        server.say(friend_qq(server), "after")
        assert inbox.wait(1, timeout=PATIENCE_S)["content"].tolist() == ["after"]
        assert inbox.events["event"].tolist() == ["group_property_change"]


def test_a_1x_server_cannot_be_polled_and_nothing_is_begun(tmp_path: Path) -> None:
    with serving("openqq1") as server, connected(server) as my:
        with pytest.raises(oq.NotSupported, match=r"openqq1 cannot be polled.*with a host"):
            my.listen(via="poll", journal=tmp_path / "j.db")
        assert list(tmp_path.glob("j.db*")) == []
        with my.listen(journal=tmp_path / "j.db") as inbox:
            assert inbox.running


WRONG: dict[str, dict[str, Any]] = {
    "via must be": {"via": "pull"},
    "port would mean nothing": {"via": "poll", "port": 5000},
    "path, secret, public_url would mean nothing": {
        "via": "poll",
        "path": "a",
        "secret": "b",
        "public_url": "https://qq.example",
    },
    "host would mean nothing": {"via": "poll", "host": "0.0.0.0"},  # noqa: S104 - never bound
    "port must be a whole number": {"port": "5000"},
    "port must be a whole number, or": {"port": True},
    "host must be a text": {"host": None},
    "host must be a text such": {"host": ""},
    "journal must be the path": {"journal": 5},
    "journal must be the path of": {"journal": ""},
    "path": {"path": 5},
    "secret": {"secret": b"bytes"},
    "public_url": {"public_url": 5},
}


@pytest.mark.parametrize(("words", "wanted"), WRONG.items(), ids=list(WRONG))
def test_what_cannot_be_meant_is_refused_with_what_can(
    my: oq.Account, words: str, wanted: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput, match=words):
        my.listen(**wanted)
    assert "off" in repr(my)
