"""What must always hold, through everything at once: account, simulator, listener, journal, handlers."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest

import openqq_nb as oq
from openqq_nb.demo_account import DemoAccount
from openqq_nb.simulator import Simulator

Protocol = Literal["openqq1", "openqq2", "onebot11"]
MARKUP = "<img src=x onerror=alert(1)>&lt;b&gt;\u202e\x1b[31m"


@pytest.fixture(params=["openqq1", "openqq2", "onebot11"])
def my(request: pytest.FixtureRequest) -> Iterator[DemoAccount]:
    account = oq.demo(request.param, groups=2, members=5, friends=4)
    yield account
    account.close()
    assert account.simulator.errors == []


def friend(my: DemoAccount) -> str:
    return str(my.friends().dropna(subset="qq").iloc[0]["qq"])


def test_what_was_acknowledged_is_on_disk_for_another_process(my: DemoAccount, tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    my.listen(journal=path)
    for number in range(5):
        my.simulator.say(friend(my), f"nr {number}")
    posts = my.simulator.wait_posted()
    assert {post.status for post in posts} == {204}
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as other:
        stored = "\n".join(other.iterdump())
    assert all(f"nr {number}" in stored for number in range(5))


def test_the_listener_answers_while_a_cell_computes(my: DemoAccount) -> None:
    inbox = my.listen()
    who, answered = friend(my), threading.Event()

    def talk() -> None:
        for number in range(20):
            my.simulator.say(who, str(number))
        my.simulator.wait_posted()
        answered.set()

    talking = threading.Thread(target=talk)
    talking.start()
    total = 0
    while not answered.is_set():
        total += sum(range(1000))
    talking.join()
    assert total and len(inbox.df) == 20
    assert {post.status for post in my.simulator.posts} == {204}


def test_handlers_never_see_what_the_account_wrote_itself(my: DemoAccount) -> None:
    who, seen = friend(my), []
    inbox = my.listen()

    @inbox.on_message
    def echo(message: object) -> str:
        seen.append(message)
        return "echo"

    my.send_friend("mine", qq=who)
    my.simulator.say(who, "theirs")
    my.simulator.wait_received(2)
    my.simulator.wait_posted()
    assert len(seen) == 1, "a handler that answers everything would otherwise talk to itself for ever"
    assert [one.content for one in my.simulator.received] == ["mine", "echo"]


def test_handlers_never_see_a_replayed_journal(my: DemoAccount, tmp_path: Path) -> None:
    seen: list[str] = []
    for text in ("before", "after"):
        with my.listen(journal=tmp_path / "j.db") as inbox:
            inbox.on_message(lambda message: seen.append(message.content))
            my.simulator.say(friend(my), text)
            my.simulator.wait_posted()
    assert seen == ["before", "after"]


def test_no_answer_of_ours_ends_a_2x_server() -> None:
    my = oq.demo("openqq2", groups=2, members=5, friends=4)
    inbox = my.listen()
    answers: list[object] = [
        None,
        "",
        "text",
        oq.Reply(""),
        {"reply": None},
        5,
        [],
        {},
        {"nonsense": 1},
        RuntimeError,
    ]

    @inbox.on_message
    def odd(message: object) -> object:
        answer = answers[int(getattr(message, "content"))]  # noqa: B009
        if answer is RuntimeError:
            raise RuntimeError("a mistake in a handler")
        return answer

    who = friend(my)
    for number in range(len(answers)):
        my.simulator.say(who, str(number))
    my.simulator.wait_posted()
    assert my.simulator.running and my.simulator.ended is None
    assert [one.content for one in my.simulator.received] == ["text"]
    with pytest.warns(oq.HandlerWarning):  # shown where the user looks
        rows = inbox.df
    assert len(rows[~rows["own"]]) == len(answers)
    my.close()


def test_hostile_text_arrives_unchanged_and_is_shown_as_text(my: DemoAccount) -> None:
    inbox = my.listen()
    my.simulator.say(friend(my), MARKUP)
    frame = inbox.wait(1, timeout=10)
    assert frame["content"].tolist() == [MARKUP]
    for shown in (my, inbox, inbox.stats, my.roster(), inbox.setup(), my.aio):
        assert not hasattr(shown, "_repr_html_"), "what shows itself as HTML must escape what people wrote"
        assert "<img" not in repr(shown)


def test_a_name_in_markup_is_text_in_frames_and_errors(my: DemoAccount) -> None:
    group = my.groups().iloc[0]
    with pytest.raises(oq.NotFound) as caught:
        my.members(MARKUP)
    assert "\u202e" not in str(caught.value).split("lists all")[1]
    assert group["displayname"] in str(caught.value)


def test_only_loopback_is_listened_at_unless_asked(my: DemoAccount) -> None:
    inbox = my.listen()
    assert inbox.url.startswith("http://127.0.0.1:")
    assert len(inbox.url.rpartition("/")[2]) > 20, "other users of this machine reach loopback too"


def test_nothing_is_sent_by_anything_but_a_send(my: DemoAccount) -> None:
    roster, _ = my.roster(), my.me()
    repr(my)
    my.members(roster.groups.iloc[0])
    with my.listen() as inbox:
        my.simulator.say(friend(my), "hallo")
        inbox.wait(1, timeout=10)
        inbox.setup()
        assert not inbox.df.empty
    assert my.simulator.received == []


def test_two_accounts_of_one_server_share_its_slow_queue_without_a_lost_answer() -> None:
    with Simulator("openqq1", groups=1, friends=2, members=3, pace=0.02, idle_timeout=0.5) as server:
        accounts = [oq.connect(server.url) for _ in range(3)]
        who = friend_of(accounts[0])
        threads = [
            threading.Thread(target=lambda my=my: [my.send_friend("x", qq=who) for _ in range(10)])
            for my in accounts
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(server.received) == 30
        for my in accounts:
            my.close()


def friend_of(my: oq.Account) -> str:
    return str(my.friends().dropna(subset="qq").iloc[0]["qq"])
