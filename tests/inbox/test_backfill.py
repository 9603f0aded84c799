"""`inbox.backfill()`: what was written while nobody received comes in once, as if it had just come."""

import asyncio
import itertools
import json
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb import schema
from openqq_nb.account import Account
from openqq_nb.connecting import connected
from openqq_nb.errors import JournalFailed, NoAnswer, NotLoaded, OpenqqError, Unreachable
from openqq_nb.flows import Pages
from openqq_nb.inbox import Inbox, filling
from openqq_nb.inbox.backfill import FARTHEST_S, OVERLAP_S, Backfill
from openqq_nb.inbox.gaps import Gaps
from openqq_nb.inbox.links import Chat, Links
from openqq_nb.inbox.settings import Settings
from openqq_nb.inbox.shelf import KEPT
from openqq_nb.inbox.ways import Followed, Stream
from openqq_nb.journal import Journal
from openqq_nb.models import Past, Recipient
from openqq_nb.protocols.registry import dialect
from openqq_nb.receive.address import Address
from openqq_nb.simulator import Simulator
from tests.listening.site import until as until_so

NOW_S = 1_764_000_000.0
ME = 1234567
GROUPS = [(Recipient("group", gnumber=str(number)), f"群 {number}") for number in (1, 2, 3)]
FRIEND: Chat = (Recipient("friend", qq="45678"), "学长")
PAGES = Pages(every_s=0.0, count=10, first=4)
PATIENCE_S = 10.0


def body(number: int, ago_s: float, chat: Chat = FRIEND, **more: Any) -> bytes:
    """Write a message as a post of OneBot."""
    recipient, _ = chat
    place = {"message_type": "private", "sub_type": "friend"}
    if recipient.gnumber is not None:
        place = {"message_type": "group", "group_id": int(recipient.gnumber), "group_name": "群"}  # type: ignore[dict-item]
    return json.dumps(
        {
            "self_id": ME, "user_id": 45678, "time": int(NOW_S - ago_s), "message_id": number, "post_type": "message",
            "message": [{"type": "text", "data": {"text": f"第 {number} 条"}}],
            "sender": {"user_id": 45678, "nickname": "学长"}, **place, **more,
        }
    ).encode()  # fmt: skip


class Server:
    """What a history holds, and how it fails."""

    def __init__(self, *chats: Chat) -> None:
        self.chats = list(chats)
        self.bodies: dict[str, list[bytes]] = {}
        self.failing: dict[str, OpenqqError] = {}
        self.asked: list[tuple[str, float]] = []
        self.told: list[tuple[object, object, object]] = []
        self.past: Callable[[Recipient, float], Awaitable[Past]] = self.as_it_is
        self._arrival = dialect("onebot11", None).arrival

    async def chats_of(self, groups: Any, friends: Any, known: Collection[str] | None) -> Sequence[Chat]:
        self.told.append((groups, friends, known))
        return self.chats

    async def as_it_is(self, chat: Recipient, since_s: float) -> Past:
        key = chat.gnumber or chat.qq or ""
        self.asked.append((key, since_s))
        if key in self.failing:
            raise self.failing[key]
        found = tuple(self._arrival(one) for one in self.bodies.get(key, ()))
        young = tuple(one for one in found if float(str(one.row["msg_time"])) >= since_s)
        return Past(young, pages=1)

    def links(self) -> Links:
        return replace(
            Links(), chats=self.chats_of, past=self.past, me=lambda: {"sender_qq": str(ME), "sender": "小灰"}
        )


@contextmanager
def receiving(server: Server, journal: Path | None = None, now_s: float = NOW_S) -> Iterator[Inbox]:
    settings = Settings(clock=lambda: now_s)
    way = Address(secret="s3cret-of-the-path")
    with Inbox(
        dialect("onebot11", None), Journal.open(journal), server.links(), way, settings
    ).start() as inbox:
        yield inbox


def test_what_is_new_comes_in_once_and_each_chat_has_a_line() -> None:
    server = Server(GROUPS[0], FRIEND)
    server.bodies = {"1": [body(n, 100 - n, GROUPS[0]) for n in range(1, 6)], "45678": [body(9, 50)]}
    with receiving(server) as inbox:
        found, again = inbox.backfill(), inbox.backfill()
        assert tuple(found.columns) == schema.BACKFILL.names
        assert found[["chat", "chat_key", "messages", "pages"]].values.tolist() == [
            ["群 1", "group:1", 5, 1],
            ["学长", "friend:45678", 1, 1],
        ]
        assert found["gnumber"].tolist()[0] == "1" and found["qq"].tolist()[1] == "45678"
        assert again["messages"].tolist() == [0, 0] and len(inbox.df) == 6
        assert inbox.stats.filled == inbox.stats.received == 6 and inbox.stats.doubles == 0


def test_handlers_see_what_is_young_and_waits_see_all() -> None:
    server = Server(FRIEND)
    server.bodies = {"45678": [body(1, 3600), body(2, 61), body(3, 59), body(4, 1)]}
    with receiving(server) as inbox:
        seen: list[str] = []
        inbox.on_message(lambda message: seen.append(message.content))
        inbox.backfill()
        assert inbox.wait(4, timeout=PATIENCE_S)["content"].tolist() == [f"第 {n} 条" for n in range(1, 5)]
    assert seen == ["第 3 条", "第 4 条"]


def test_how_far_back_is_told_by_what_was_known_before(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    server = Server(*GROUPS, FRIEND)
    server.bodies = {"2": [body(1, 5000, GROUPS[1])], "45678": [body(2, 7000), body(3, 6000)]}
    with receiving(server, path) as inbox:
        inbox.backfill()
    server.asked.clear()
    later_s = NOW_S + 1000
    with receiving(server, path, later_s) as inbox:
        found = inbox.backfill()
    known = {"2": NOW_S - 5000 - OVERLAP_S, "45678": NOW_S - 6000 - OVERLAP_S}
    assert dict(server.asked) == {"1": later_s - FARTHEST_S, "3": later_s - FARTHEST_S, **known}
    assert found["since"].iloc[1] == pd.Timestamp(known["2"], unit="s", tz="Asia/Shanghai")
    assert server.told[-1] == (None, None, ["45678"])


def test_a_time_that_is_named_counts_for_all_chats() -> None:
    server = Server(*GROUPS)
    with receiving(server) as inbox:
        inbox.backfill("2025-11-01 09:30", groups=["群 1"], friends=["学长"])
    moment = pd.Timestamp("2025-11-01 09:30", tz="Asia/Shanghai").timestamp()
    assert {since_s for _, since_s in server.asked} == {moment}
    assert server.told == [(["群 1"], ["学长"], [])]


def test_a_chat_that_fails_costs_the_others_nothing() -> None:
    server = Server(*GROUPS)
    server.bodies = {key: [body(int(key), 10, chat)] for key, chat in zip("123", GROUPS, strict=True)}
    server.failing = {"2": NotLoaded("The server could not tell.")}
    with receiving(server) as inbox:
        found = inbox.backfill()
        assert found["messages"].tolist() == [1, 0, 1]
        assert found["problem"].fillna("").tolist() == ["", "The server could not tell.", ""]


def test_a_server_that_is_gone_is_not_asked_for_each_chat() -> None:
    server = Server(*GROUPS)
    server.failing = {"1": Unreachable("Nobody answers.")}
    with receiving(server) as inbox:
        assert inbox.backfill()["problem"].tolist() == ["Nobody answers."] * 3
    assert [key for key, _ in server.asked] == ["1"]


def test_two_chats_without_an_answer_are_enough_to_ask_no_other() -> None:
    chats = [(Recipient("group", gnumber=str(number)), f"群 {number}") for number in range(1, 7)]
    server = Server(*chats)
    server.failing = {key: NoAnswer("No answer came.") for key in "1356"}
    server.failing["4"] = NoAnswer("No answer at all.")
    with receiving(server) as inbox:
        assert inbox.backfill()["problem"].fillna("").tolist() == [
            "No answer came.", "", "No answer came.", *["No answer at all."] * 3
        ]  # fmt: skip
    assert [key for key, _ in server.asked] == ["1", "2", "3", "4"]


def test_a_chat_of_which_a_page_cannot_be_read_says_that_something_is_missing() -> None:
    server = Server(FRIEND)

    async def past(chat: Recipient, since_s: float) -> Past:
        return replace(await server.as_it_is(chat, since_s), cut=True)

    server.bodies = {"45678": [body(1, 10)]}
    server.past = past
    with receiving(server) as inbox:
        found = inbox.backfill()
    assert found["messages"].tolist() == [1] and "older messages were not asked for" in found["problem"][0]


def test_a_body_that_cannot_be_read_is_kept_aside(tmp_path: Path) -> None:
    server = Server(FRIEND)

    async def past(chat: Recipient, since_s: float) -> Past:
        found = await server.as_it_is(chat, since_s)
        return replace(found, unread=((b'{"odd": 1}', "why"),))

    server.bodies = {"45678": [body(1, 10)]}
    server.past = past
    with receiving(server, tmp_path / "j.db") as inbox:
        assert inbox.backfill()["messages"].tolist() == [1]
        assert inbox.stats.malformed == 1
    assert oq.open_log(tmp_path / "j.db").problems["body"].tolist() == ['{"odd": 1}']


def test_many_come_in_pieces_and_whole() -> None:
    server = Server(FRIEND)
    server.bodies = {"45678": [body(number, 2000 - number) for number in range(1, 1001)]}
    with receiving(server) as inbox:
        assert inbox.backfill()["messages"].tolist() == [1000]
        assert inbox.df["content"].tolist() == [f"第 {number} 条" for number in range(1, 1001)]


def test_an_inbox_that_is_stopped_fills_no_more() -> None:
    server, waits = Server(FRIEND), asyncio.Event()

    async def past(_: Recipient, __: float) -> Past:
        asked.set()
        await waits.wait()
        return Past()

    asked = threading.Event()
    server.past = past
    with receiving(server) as inbox:
        failed: list[BaseException] = []

        def fill() -> None:
            try:
                inbox.backfill()
            except OpenqqError as error:
                failed.append(error)

        thread = threading.Thread(target=fill)
        thread.start()
        assert asked.wait(PATIENCE_S)
        inbox.stop()
        thread.join(PATIENCE_S)
        assert [type(error) for error in failed] == [NotLoaded]
        with pytest.raises(oq.InvalidInput, match="was stopped"):
            inbox.backfill()


def test_who_follows_says_who_fills_the_journal() -> None:
    server = Server(FRIEND)
    way = Followed("a notebook (process 1)", lambda: False)
    with (
        Inbox(dialect("onebot11", None), Journal.open(None), server.links(), way).start() as inbox,
        pytest.raises(oq.NotSupported, match="follows a notebook"),
    ):
        inbox.backfill()


def test_an_inbox_over_a_log_has_nobody_to_ask() -> None:
    with (
        Inbox(
            dialect("onebot11", None), Journal.open(None), Links(), Address(secret="s3cret-of-the-path")
        ).start() as inbox,
        pytest.raises(oq.NotSupported, match="no account"),
    ):
        inbox.backfill()


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0)


async def filled(gaps: Gaps) -> None:
    await until(lambda: not gaps.open)


def gaps_of(server: Server, put: Callable[[Any], object], lost: list[str]) -> Gaps:
    journal = Journal.open(None)
    backfill = Backfill(server.links(), lambda: journal, put, lambda: NOW_S)
    return Gaps(backfill, server.chats_of, lambda *_: None, lost.append, shortest_s=0.0, longest_s=0.0)


def told(post: Any) -> None:
    post.told(post)


def test_a_gap_is_filled_of_every_chat_until_it_works() -> None:
    server, lost = Server(*GROUPS), list[str]()
    server.failing = {"2": Unreachable("Nobody answers.")}

    async def fill() -> None:
        gaps = gaps_of(server, told, lost)
        gaps.begin(NOW_S - 100)
        await until(lambda: len(server.asked) >= 8)
        server.failing.clear()
        await filled(gaps)

    asyncio.run(fill())
    assert {key for key, _ in server.asked} == {"1", "2", "3"} and lost == []
    assert {since_s for _, since_s in server.asked} == {NOW_S - 100 - OVERLAP_S}
    assert [key for key, _ in server.asked].count("1") == 1  # what is filled is not asked for again


def test_chats_that_get_no_answer_keep_no_other_from_being_filled() -> None:
    server, lost = Server(*GROUPS, FRIEND), list[str]()
    server.failing = {key: NoAnswer("No answer came.") for key in "12"}

    async def fill() -> None:
        gaps = gaps_of(server, told, lost)
        gaps.begin(NOW_S - 100)
        await until(lambda: {"3", "45678"} <= {key for key, _ in server.asked} or len(server.asked) > 50)
        assert [key for key, _ in server.asked] == ["1", "2", "3", "45678"]
        gaps.begin(NOW_S - 50)
        await until(lambda: len(server.asked) >= 6)
        assert [key for key, _ in server.asked][4:6] == ["3", "45678"]
        server.failing.clear()
        await filled(gaps)

    asyncio.run(fill())
    assert lost == []


def test_one_chat_that_gets_no_answer_does_not_even_delay_the_others() -> None:
    server = Server(*GROUPS)
    server.failing = {"1": NoAnswer("No answer came.")}

    async def fill() -> None:
        journal = Journal.open(None)
        backfill = Backfill(server.links(), lambda: journal, told, lambda: NOW_S)
        gaps = Gaps(backfill, server.chats_of, lambda *_: None, lambda _: None, shortest_s=3600.0)
        gaps.begin(NOW_S - 100)
        async with asyncio.timeout(PATIENCE_S):
            await until(lambda: len(server.asked) == 3)
        await gaps.stop()

    asyncio.run(fill())


def test_a_journal_that_fails_while_a_gap_is_filled_is_asked_again() -> None:
    server, lost, calls = Server(*GROUPS), list[str](), itertools.count()
    server.bodies = {"1": [body(1, 10, GROUPS[0])]}
    taken: list[bytes] = []

    def take(post: Any) -> None:
        taken.append(post.body)
        told(post)

    async def fill() -> None:
        journal = Journal.open(None)

        def now_and_then() -> Journal:
            if next(calls) not in (
                1,
                *range(20, 100),
            ):  # fails when chats are put in order, then when one is filled
                raise JournalFailed("The disk is full.")
            return journal

        backfill = Backfill(server.links(), now_and_then, take, lambda: NOW_S)
        gaps = Gaps(backfill, server.chats_of, lambda *_: None, lost.append, shortest_s=0.0, longest_s=0.0)
        gaps.begin(NOW_S - 100)
        async with asyncio.timeout(PATIENCE_S):
            await filled(gaps)

    asyncio.run(fill())
    assert taken == server.bodies["1"] and lost == []


class Broken:
    """A stream that was cut, and messages that a test has come over it."""

    def __init__(self) -> None:
        self.came: Callable[[bytes], None] = lambda _: None
        self.missed: Callable[[float], None] = lambda _: None

    def _subscribe(
        self, came: Callable[[bytes], None], missed: Callable[[float], None]
    ) -> Callable[[], None]:
        self.came, self.missed = came, missed
        return lambda: None

    def way(self) -> Stream:
        return Stream("ws://127.0.0.1:1", self._subscribe, lambda: True)


def streaming(server: Server, stream: Broken, journal: Path | None = None, **links: Any) -> Inbox:
    return Inbox(
        dialect("onebot11", None),
        Journal.open(journal),
        replace(server.links(), **links),
        stream.way(),
        Settings(clock=lambda: NOW_S),
    ).start()


def test_a_gap_that_is_open_at_the_end_is_told_of_and_its_task_ends_first() -> None:
    server, stream = Server(*GROUPS), Broken()
    asked, events = threading.Event(), list[str]()

    async def past(chat: Recipient, _: float) -> Past:
        if chat.gnumber == "1":
            return Past()
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            events.append("ended")
        return Past()

    server.past = past
    inbox = streaming(server, stream)
    stream.missed(NOW_S - 100)
    assert asked.wait(PATIENCE_S)
    with pytest.warns(oq.InboxWarning, match="may be missing"):
        inbox.stop()
        events.append("stopped")
    assert events == ["ended", "stopped"]
    lost = [text for text in inbox.stats.errors if "may be missing" in text]
    since = f"{pd.Timestamp(NOW_S - 100 - OVERLAP_S, unit='s', tz='Asia/Shanghai'):%Y-%m-%d %H:%M}"
    assert len(lost) == 1 and f"inbox.backfill(since='{since}')" in lost[0]
    assert "群 2" in lost[0] and "群 3" in lost[0] and "群 1" not in lost[0]


def test_nothing_of_a_gap_goes_on_after_it_was_stopped_and_it_is_told_of_once() -> None:
    server, lost = Server(*GROUPS), list[str]()

    async def past(_: Recipient, __: float) -> Past:
        asked.set()
        await asyncio.Event().wait()
        return Past()

    async def stop() -> None:
        gaps = gaps_of(server, told, lost)
        gaps.begin(NOW_S - 100)
        await asked.wait()
        await gaps.stop()
        assert asyncio.all_tasks() == {asyncio.current_task()} and not gaps.open
        await gaps.stop()

    asked = asyncio.Event()
    server.past = past
    asyncio.run(stop())
    assert len(lost) == 1


def test_a_gap_of_which_the_chats_are_not_known_is_told_of_at_the_end() -> None:
    server, stream, asked = Server(), Broken(), threading.Event()

    async def chats(*_: object) -> Sequence[Chat]:
        asked.set()
        raise NoAnswer("No answer came.")

    inbox = streaming(server, stream, chats=chats)
    stream.missed(NOW_S - 100)
    assert asked.wait(PATIENCE_S)
    with pytest.warns(oq.InboxWarning, match="may be missing"):
        inbox.stop()


def test_what_comes_while_nothing_can_be_stored_is_left_to_the_history() -> None:
    server, stream = Server(FRIEND), Broken()
    blocked, goes_on = threading.Event(), threading.Event()

    def number(row: Any) -> Any:
        blocked.set()
        goes_on.wait(PATIENCE_S)
        return row

    server.bodies = {"45678": [body(n, 0) for n in range(1, KEPT // 2 + 51)]}
    inbox = streaming(server, stream, number=number)
    with inbox:
        stream.came(server.bodies["45678"][0])
        assert blocked.wait(PATIENCE_S)
        for one in server.bodies["45678"][1:]:
            stream.came(one)
        goes_on.set()
        inbox.wait(len(server.bodies["45678"]), timeout=3 * PATIENCE_S)
        with pytest.warns(oq.InboxWarning, match="49 .* was left out"):
            found = inbox.df
        assert found["msg_id"].nunique() == len(found) == len(server.bodies["45678"])
        assert 1 < inbox.stats.filled <= 50


@pytest.mark.filterwarnings("ignore::openqq_nb.InboxWarning")
def test_what_comes_while_much_waits_for_the_disk_is_left_to_the_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "_MOST", 5)
    server, stream, path = Server(FRIEND), Broken(), tmp_path / "j.db"
    server.bodies = {"45678": [body(n, 0) for n in range(1, 8)]}
    with streaming(server, stream, path) as inbox:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for one in server.bodies["45678"][:5]:
                stream.came(one)
            until_so(lambda: inbox.stats.waiting == 5)
            for one in server.bodies["45678"][5:]:
                stream.came(one)
            assert server.asked == []
            other.execute("ROLLBACK")
        until_so(lambda: inbox.stats.filled == 2)
        assert any(text.startswith("2 of what came") for text in inbox.stats.errors)
        assert inbox.df["content"].tolist() == [f"第 {n} 条" for n in range(1, 8)]


@pytest.mark.filterwarnings("ignore::openqq_nb.InboxWarning")
def test_what_was_left_out_and_never_asked_for_is_told_of_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "_MOST", 1)
    server, stream, path = Server(FRIEND), Broken(), tmp_path / "j.db"
    inbox = streaming(server, stream, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        stream.came(body(1, 0))
        until_so(lambda: inbox.stats.waiting == 1)
        stream.came(body(2, 0))
        assert ", filling in what was missed" in inbox.state
        inbox.stop()
    assert server.asked == []
    assert any("inbox.backfill(since=" in text for text in inbox.stats.errors)


def test_where_somebody_wrote_last_is_filled_first() -> None:
    server = Server(*GROUPS)
    with Journal.open(None) as journal:
        for number, chat in ((1, GROUPS[1]), (2, GROUPS[2])):
            one = dialect("onebot11", None).arrival(body(number, 100 - number, chat))
            row = {**one.row, "received_at": NOW_S - 10, "chat_key": f"group:{chat[0].gnumber}"}
            journal.append([replace(one, row=row)])
        backfill = Backfill(server.links(), lambda: journal, told, lambda: NOW_S)
        found = asyncio.run(backfill.latest_first(GROUPS))
    assert [name for _, name in found] == ["群 3", "群 2", "群 1"]


def test_a_chat_that_never_can_be_told_is_given_up_loudly() -> None:
    server, lost = Server(*GROUPS), list[str]()
    server.failing = {"2": NotLoaded("The server could not tell.")}

    async def fill() -> None:
        gaps = gaps_of(server, told, lost)
        gaps.begin(NOW_S - 100)
        await filled(gaps)

    asyncio.run(fill())
    assert len(lost) == 1 and "群 2" in lost[0] and "could not tell" in lost[0]


def test_where_no_history_can_be_asked_for_that_is_said_once_and_not_tried_for_ever() -> None:
    lost: list[str] = []

    async def fill() -> None:
        server = Server(*GROUPS)
        backfill = Backfill(server.links(), lambda: Journal.open(None), told, lambda: NOW_S)
        gaps = Gaps(backfill, Links().chats, lambda *_: None, lost.append, shortest_s=0.0, longest_s=0.0)
        gaps.begin(NOW_S - 100)
        await filled(gaps)

    asyncio.run(fill())
    assert len(lost) == 1 and "may be missing" in lost[0] and "no account" in lost[0]


def test_the_gaps_of_a_chat_are_filled_together_from_the_earliest() -> None:
    server, lost = Server(*GROUPS), list[str]()
    past = server.as_it_is

    async def fill() -> None:
        async def one_more(chat: Recipient, since_s: float) -> Past:
            if len(server.asked) == 1:
                gaps.begin(NOW_S - 10)
            return await past(chat, since_s)

        server.past = one_more
        gaps = gaps_of(server, told, lost)
        gaps.begin(NOW_S - 100)
        await filled(gaps)

    asyncio.run(fill())
    late_s, early_s = NOW_S - 10 - OVERLAP_S, NOW_S - 100 - OVERLAP_S
    twice = [(key, since_s) for key in ("1", "2") for since_s in (early_s, late_s)]
    assert sorted(server.asked) == [*twice, ("3", early_s)]


@pytest.fixture(params=["napcat", "llbot", "lagrange"])
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator("onebot11", end=request.param, groups=2, friends=3, members=5) as server:
        yield server


@pytest.fixture
def my(server: Simulator) -> Iterator[Account]:
    account = Account(*connected(server.url, "onebot11", 10.0, None), pages=PAGES)
    yield account
    account.close()


def test_a_kernel_that_slept_has_all_afterwards(server: Simulator, my: Account, tmp_path: Path) -> None:
    path, group, friend = tmp_path / "j.db", server.truth.groups[0], server.truth.friends[0].person
    with my.listen(journal=path) as inbox:
        server.post_to(inbox.url)
        server.say(friend.qq, "一")
        inbox.wait(1, timeout=PATIENCE_S)
        my.send_friend("二", qq=friend.qq)
        server.post_to(None)
    for number in range(25):
        server.say(group.members[-1].person.qq, f"第 {number} 条", group=group.number)
    server.say(friend.qq, "三")
    my.send_friend("四", qq=friend.qq)
    with my.listen(journal=path) as inbox:
        found = inbox.backfill()
        assert found.set_index("chat_key")["messages"].to_dict() == {
            f"group:{group.number}": 25,
            f"group:{server.truth.groups[1].number}": 0,
            f"friend:{friend.qq}": 2,
        }
        talk = inbox.df[inbox.df["chat_key"] == f"friend:{friend.qq}"]
        assert talk[["content", "own"]].values.tolist() == [
            ["一", False],
            ["二", True],
            ["三", False],
            ["四", True],
        ]
        assert asyncio.run(inbox.aio.backfill(since="2020-01-01"))["messages"].sum() == 0


def test_those_who_are_named_are_filled_and_nobody_else(server: Simulator, my: Account) -> None:
    group, friend = server.truth.groups[1], server.truth.friends[2].person
    server.say(friend.qq, "一")
    with my.listen(journal=False) as inbox:
        assert inbox.backfill(groups=group.name)["gnumber"].tolist() == [str(group.number)]
        assert inbox.backfill(friends=[friend.qq])[["qq", "messages"]].values.tolist() == [
            [str(friend.qq), 1]
        ]
        assert inbox.backfill(groups=[], friends=[]).empty
        with pytest.raises(oq.NotFound):
            inbox.backfill(groups="no such group")


def test_openqq_servers_keep_no_history() -> None:
    my = oq.demo("openqq2", groups=1, friends=1, members=2)
    with my.listen() as inbox, pytest.raises(oq.NotSupported, match="keeps no history"):
        inbox.backfill()
    my.close()


def test_a_friend_who_wrote_first_in_this_session_is_asked_for_too(server: Simulator, my: Account) -> None:
    friend = server.truth.friends[0].person
    with my.listen(port=0, journal=False) as inbox:
        server.post_to(inbox.url)
        server.say(friend, "第一句")
        server.wait_posted()
        server.post_to(None)
        server.say(friend, "没人听的时候")
        filled = inbox.backfill()
        assert inbox.df["content"].tolist() == ["第一句", "没人听的时候"]
    assert str(friend.qq) in set(filled["qq"].dropna())
