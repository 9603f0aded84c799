"""Several programs fill one journal: all of them have the same rows in the same order, each once."""

import asyncio
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from openqq_nb.errors import InboxWarning
from openqq_nb.journal import Journal
from openqq_nb.models import Delivery, Recipient
from tests.inbox.desk import PATIENCE_S, Desk, listening, message, message2, own2, receipt
from tests.torture.children import free_port, keeper
from tests.torture.load import Load, at_a_rate, body

FRIEND = Recipient("friend", qq="9900000101")
AT_ONCE = 1e6
MANY = 400


@contextmanager
def two(path: Path, protocol: str = "openqq1") -> Iterator[tuple[Desk, Desk]]:
    with listening(protocol, journal=path) as one, listening(protocol, journal=path) as other:
        yield one, other


def same(one: Desk, other: Desk) -> pd.DataFrame:
    """See that two inboxes show the same; gives it."""
    assert_frame_equal(one.inbox.df, other.inbox.df)
    assert_frame_equal(one.inbox.events, other.inbox.events)
    return one.inbox.df


def shown_again(path: Path) -> pd.DataFrame:
    with listening(journal=path) as desk:
        return desk.inbox.df


def test_two_inboxes_have_the_same_rows_in_the_same_order_and_so_has_the_next(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with two(path) as (one, other):
        for number in range(20):
            desk = (one, other)[number % 3 == 0]
            assert (
                desk.post(message(str(number), sender_qq=None if number % 5 == 0 else 9900000101)).status_code
                == 204
            )
        for desk in (one, other):
            assert len(desk.inbox.wait(20, timeout=PATIENCE_S)) == 20
        frame = same(one, other)
        assert frame["content"].tolist() == [str(number) for number in range(20)]
    assert_frame_equal(shown_again(path), frame)


def test_what_others_store_comes_without_a_post_of_ones_own(tmp_path: Path) -> None:
    with two(tmp_path / "j.db") as (one, other):
        one.post(message("hello"))
        assert other.inbox.wait(1, timeout=PATIENCE_S)["content"].tolist() == ["hello"]
        one.post(
            {"post_type": "event", "event": "new_friend", "params": [{"nick": "小灰", "qq": 9900000333}]}
        )
        one.post(message("end"))
        assert other.inbox.wait(1, timeout=PATIENCE_S)["content"].tolist() == ["end"]
        assert len(same(one, other)) == 2 and len(one.inbox.events) == 1


def test_handlers_answer_what_comes_to_their_own_inbox(tmp_path: Path) -> None:
    with two(tmp_path / "j.db") as (one, other):
        for desk, reply in ((one, "one"), (other, "other")):
            desk.inbox.on_message(lambda new, reply=reply: reply)
        assert one.post(message()).json()["reply"] == "one"
        assert other.post(message()).json()["reply"] == "other"
        assert [len(desk.account.sent) for desk in (one, other)] == [0, 0]


def test_same_post_to_both_is_one_row(tmp_path: Path) -> None:
    twice = message("once")
    with two(tmp_path / "j.db") as (one, other):
        assert [desk.post(twice).status_code for desk in (one, other, one)] == [204] * 3
        assert same(one, other)["content"].tolist() == ["once"]
        assert [desk.inbox.stats.doubles for desk in (one, other)] == [1, 1]


def test_under_load_from_all_sides_nothing_is_missing_or_double_anywhere(tmp_path: Path) -> None:
    path, port = tmp_path / "j.db", free_port()
    with two(path) as (one, other), keeper(path, port, tmp_path / "home") as third:
        urls = (one.inbox.url, other.inbox.url, third.ready())
        # Half of what each gets another one gets as well.
        loads = [Load(next=place * MANY // 2) for place in range(len(urls))]
        asyncio.run(_all_at_once(urls, loads))
        count = MANY * (len(urls) + 1) // 2
        assert [load.refused for load in loads] == [[]] * len(urls)
        for desk in (one, other):
            assert len(desk.inbox.wait(count, timeout=PATIENCE_S)) == count
        frame = same(one, other)
        assert sorted(frame["content"]) == sorted(_contents(count))
        # It looks once a second what the others have stored.
        end_s = time.monotonic() + PATIENCE_S
        while (rows := third.ask()["rows"]) != count:
            assert time.monotonic() < end_s and rows < count
        assert third.end()[0] == 0
    assert_frame_equal(shown_again(path), frame)


async def _all_at_once(urls: tuple[str, ...], loads: list[Load]) -> None:
    async with asyncio.TaskGroup() as tasks:
        for url, load in zip(urls, loads, strict=True):
            tasks.create_task(at_a_rate(url, load, 4, AT_ONCE, MANY / AT_ONCE))


def _contents(count: int) -> list[str]:
    with listening() as desk:
        return [
            str(desk.inbox._receiver._dialect.arrival(body(number)).row["content"]) for number in range(count)
        ]


TOLD = {"sent": receipt(), "accepted": receipt(msg_id=None, delivery=Delivery.ACCEPTED), "unknown": None}


@pytest.mark.parametrize("outcome", TOLD)
@pytest.mark.parametrize("first", ["record", "post"])
def test_send_recorded_by_one_and_posted_to_the_other_is_one_row_that_is_settled(
    tmp_path: Path, outcome: str, first: str
) -> None:
    path = tmp_path / "j.db"
    with two(path, "openqq2") as (one, other):
        if first == "record":
            one.inbox.record_sent(FRIEND, "hi", TOLD[outcome])
            assert other.post(own2("hi")).status_code == 204
        else:
            assert other.post(own2("hi")).status_code == 204
            one.inbox.record_sent(FRIEND, "hi", TOLD[outcome])
        for desk in (one, other):
            desk.post(message2("end"))
        other.post(message2("really"))
        for desk in (one, other):
            assert len(desk.inbox.wait(3, timeout=PATIENCE_S)) == 3
        frame = same(one, other)
        (sent,) = frame[frame["own"]].to_dict("records")
        assert (sent["content"], sent["msg_id"], sent["delivery"]) == ("hi", "42410001", "sent")
        assert (sent["info"], sent["receiver_qq"], sent["code"]) == ("发送正常", "9900000101", 0)
    with Journal.open(path) as journal:
        assert journal.messages().column("content").to_pylist().count("hi") == 1


def test_two_sends_of_one_text_from_two_programs_are_two_rows(tmp_path: Path) -> None:
    with two(tmp_path / "j.db", "openqq2") as (one, other):
        one.inbox.record_sent(FRIEND, "hi", receipt("1"))
        other.inbox.record_sent(FRIEND, "hi", receipt("2"))
        for number in (2, 1):
            one.post(own2("hi", id=number))
        other.post(message2("end"))
        assert len(one.inbox.wait(1, timeout=PATIENCE_S)) == 1
        frame = same(one, other)
        assert frame["msg_id"][frame["own"]].tolist() == ["1", "2"]


def test_numbers_that_one_learns_are_shown_and_waited_for_by_the_other(tmp_path: Path) -> None:
    with two(tmp_path / "j.db") as (one, other):
        one.post(message("who is it?", sender_qq=None))
        assert one.account.refreshed.acquire(timeout=PATIENCE_S)
        assert other.inbox.wait(1, timeout=PATIENCE_S, contains="who")["sender_qq"].isna().all()
        one.post(message("and again", sender_qq=None))
        one.account.numbers["2457053901"] = "9900000101"
        one.inbox._receiver._fill()
        assert len(other.inbox.wait(1, timeout=PATIENCE_S, sender_qq="9900000101")) == 1
        assert same(one, other)["sender_qq"].tolist() == ["9900000101"] * 2


def test_inbox_that_begins_later_has_all_that_was_and_all_that_comes(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with ExitStack() as stack:
        desks: list[Desk] = []
        for number in range(4):
            desks.append(stack.enter_context(listening(journal=path)))
            for desk in desks:
                desk.post(message(f"{number} of {len(desks)}"))
        for desk in desks:
            desk.post(message("end"))
        for desk in desks[:-1]:
            desk.post(message("really"))
        desks[-1].post(message("the last"))
        for desk in desks:
            desk.inbox.wait(1, timeout=PATIENCE_S, content="the last")
            same(desk, desks[0])
        assert len(desks[0].inbox.df) == 1 + 2 + 3 + 4 + 4 + 3 + 1


@pytest.mark.parametrize("moved", [False, True], ids=["deleted", "moved"])
def test_two_go_on_together_in_a_new_file_when_theirs_is_gone(tmp_path: Path, moved: bool) -> None:
    path, away = tmp_path / "j.db", tmp_path / "away.db"
    with two(path) as (one, other):
        for desk in (one, other):
            desk.post(message("before"))
        one.inbox.wait(2, timeout=PATIENCE_S)
        other.inbox.wait(2, timeout=PATIENCE_S)
        path.rename(away) if moved else path.unlink()
        texts = [f"{number}" for number in range(6)]
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for number, text in enumerate(texts):
                assert (one, other)[number % 2].post(message(text)).status_code in (204, 503)
            for desk in (one, other):
                assert sorted(desk.inbox.wait(6, timeout=PATIENCE_S)["content"]) == texts
                until_stored(desk)
        assert {one.category for one in caught} == {InboxWarning}
        # Each of the two is told each fact once; that the other is still at work on the old file may be one more.
        told = Counter(str(one.message) for one in caught)
        assert len(caught) >= 2 and max(told.values()) <= 2
    with Journal.open(path) as journal:
        assert sorted(journal.messages().column("content").to_pylist()) == texts
    if moved:
        with Journal.open(away) as journal:
            assert journal.messages().column("content").to_pylist() == ["before"] * 2


def until_stored(desk: Desk) -> None:
    """Wait until nothing waits to be stored: the next post is answered when all before it is."""
    assert desk.post({"post_type": "event", "event": "nothing", "params": []}).status_code == 204
