"""`my.history(…)`: pages backwards, at a measured pace, to an end that may be odd; a frame as of an inbox."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import openqq_nb as oq
from openqq_nb import schema
from openqq_nb.account import Account
from openqq_nb.connecting import connected
from openqq_nb.errors import NoAnswer, NotLoadedWarning
from openqq_nb.flows import Pages
from openqq_nb.flows.history import History, warn_of_unread
from openqq_nb.flows.paging import Bounds, Steps
from openqq_nb.flows.reading import Reading
from openqq_nb.flows.seen import Seen
from openqq_nb.models import Flow, Past, Recipient, Request, Response
from openqq_nb.protocols.onebot11.calls import Onebot11
from openqq_nb.simulator import Simulator
from tests import recordings

T = TypeVar("T")

ME, GROUP = 1234567, 552603
CHAT = Recipient("group", gnumber=str(GROUP))
Answer = Callable[[Mapping[str, Any]], Sequence[Mapping[str, Any]]]


class Clock:
    """Tells a time that only `drive` moves."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.asked_at_s: list[float] = []

    def __call__(self) -> float:
        return self.now_s


def message(number: int, time: int, text: str | None = None) -> dict[str, Any]:
    return {
        "self_id": ME, "user_id": 45678, "time": time, "message_id": number, "message_seq": number,
        "message_type": "group", "group_id": GROUP, "group_name": "PERL学习交流", "post_type": "message",
        "sub_type": "normal", "raw_message": text or f"第 {number} 条", "message_format": "array",
        "message": [{"type": "text", "data": {"text": text or f"第 {number} 条"}}],
        "sender": {"user_id": 45678, "nickname": "学长", "card": ""},
    }  # fmt: skip


def answered(data: object) -> Response:
    body = {"status": "ok", "retcode": 0, "data": data, "message": "", "wording": ""}
    return Response(200, "application/json", json.dumps(body).encode())


def drive(
    flow: Flow[T], answer: Callable[[Request], Response], clock: Clock | None = None, took_s: float = 0.0
) -> T:
    """Drive a flow as a client does, to an end that is made up; nothing waits but the clock."""
    response: Response | None = None
    for _ in range(1000):
        try:
            request = flow.send(response)  # type: ignore[arg-type]  # None begins
        except StopIteration as done:
            result: T = done.value
            return result
        if clock is not None:
            clock.now_s += request.pause_s
            clock.asked_at_s.append(clock.now_s)
            clock.now_s += took_s
        response = answer(request)
    raise AssertionError("it asks for ever")


def walk(
    bounds: Bounds, answer: Answer, clock: Clock | None = None, end: str = "SnowLuma", **more: Any
) -> Past:
    dialect = Onebot11(None, end)
    pages = Pages(count=10, first=4, clock=clock or Clock())
    history = History(dialect, Reading(dialect, Seen(lambda: None)), pages)
    return drive(
        history.walk(CHAT, bounds),
        lambda asked: answered({"messages": answer(asked.content or {})}),
        clock,
        **more,
    )


def kept(messages: Sequence[Mapping[str, Any]]) -> Answer:
    """Answer as SnowLuma does: a page ends with the message that is named, which is in it."""

    def answer(asked: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        numbers = [one["message_id"] for one in messages]
        named = asked.get("message_id")
        end = len(messages) if named is None else numbers.index(named) + 1
        return messages[max(0, end - asked["count"]) : end]

    return answer


def texts(past: Past) -> list[str]:
    return [str(one.row["content"]) for one in past.messages]


FIFTY = [message(number, 1_763_950_000 + 60 * number) for number in range(1, 51)]


# Nested deeper than any post is.
BROKEN = [*FIFTY[:44], {**FIFTY[44], "odd": json.loads("[" * 200 + "]" * 200)}, *FIFTY[45:]]


def test_all_pages_together_are_the_whole_chat_in_order() -> None:
    past = walk(Bounds(), kept(FIFTY))
    assert texts(past) == [f"第 {number} 条" for number in range(1, 51)]
    assert past.pages == 6  # the last one brings nothing new


def test_there_is_a_second_between_the_beginnings_of_two_questions() -> None:
    clock = Clock()
    walk(Bounds(), kept(FIFTY), clock, took_s=0.25)
    steps = [after - before for before, after in zip(clock.asked_at_s, clock.asked_at_s[1:], strict=False)]
    assert steps == [1.0] * len(steps) and len(steps) == 5


def test_slow_answers_are_pause_enough() -> None:
    clock = Clock()
    walk(Bounds(), kept(FIFTY), clock, took_s=3.0)
    assert clock.asked_at_s[:3] == [0.0, 3.0, 6.0]


def test_it_ends_when_all_that_is_older_is_not_wanted() -> None:
    past = walk(Bounds(since_s=FIFTY[37]["time"]), kept(FIFTY))
    assert texts(past) == [f"第 {number} 条" for number in range(38, 51)]
    assert past.pages == 2


def test_the_limit_counts_what_lies_in_the_time() -> None:
    bounds = Bounds(until_s=FIFTY[30]["time"], limit=3)
    assert texts(walk(bounds, kept(FIFTY))) == ["第 28 条", "第 29 条", "第 30 条"]


def test_messages_of_one_second_stay_in_the_order_of_the_server() -> None:
    same = [message(number, 1_763_950_000) for number in range(1, 31)]
    assert texts(walk(Bounds(), kept(same))) == [f"第 {number} 条" for number in range(1, 31)]


def test_an_end_that_gives_the_same_page_again_and_again_is_left() -> None:
    past = walk(Bounds(), lambda _: FIFTY[-10:])
    assert texts(past) == [f"第 {number} 条" for number in range(41, 51)]
    assert past.pages == 2


def test_an_end_that_turns_the_direction_around_is_left() -> None:
    def answer(asked: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        return FIFTY[:10] if "message_id" not in asked else FIFTY[9:20]

    assert texts(walk(Bounds(), answer))[:10] == [f"第 {number} 条" for number in range(1, 11)]


def test_newer_messages_than_the_one_that_was_named_are_no_step_back() -> None:
    steps = Steps(Onebot11(None, "SnowLuma"), Bounds())
    steps.take([json.dumps(one).encode() for one in FIFTY[20:30]])
    before = steps.before
    steps.take([json.dumps(one).encode() for one in FIFTY[30:40]])
    assert steps.ended and steps.before == before and before is not None and before["content"] == "第 21 条"


def test_napcat_that_means_the_other_side_is_asked_for_the_right_one() -> None:
    def answer(asked: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        if "message_seq" not in asked:
            return FIFTY[-10:]
        place = next(n for n, one in enumerate(FIFTY) if one["message_id"] == asked["message_seq"])
        # Older than asked for is what it gives for `reverse_order: false`.
        return FIFTY[place:] if asked["reverse_order"] else FIFTY[max(0, place - 9) : place + 1]

    assert texts(walk(Bounds(), answer, end="NapCat.Onebot")) == [
        f"第 {number} 条" for number in range(1, 51)
    ]


def test_an_end_that_makes_up_new_messages_of_one_second_is_left() -> None:
    numbers = iter(range(1, 10_000))
    past = walk(Bounds(), lambda _: [message(next(numbers), 1_763_950_000) for _ in range(3)])
    assert past.pages < 50


def test_a_newest_first_page_is_taken_the_right_way_around() -> None:
    turned = kept(FIFTY)
    past = walk(Bounds(), lambda asked: list(reversed(turned(asked))))
    assert texts(past) == [f"第 {number} 条" for number in range(1, 51)]


def test_one_message_that_cannot_be_read_costs_the_others_nothing() -> None:
    past = walk(Bounds(), kept(BROKEN))
    assert len(past.messages) == 49 and "第 45 条" not in texts(past)
    assert len(past.unread) == 1 and "nested" in past.unread[0][1]


DEEP = json.loads("[" * 200 + "]" * 200)


@pytest.mark.parametrize("end", ["SnowLuma", "NapCat.Onebot"])
def test_a_page_of_which_nothing_can_be_read_does_not_end_the_chat(end: str) -> None:
    broken = [{**one, "odd": DEEP} if 10 <= one["message_id"] < 45 else one for one in FIFTY]
    take = kept(broken)
    past = walk(Bounds(), lambda asked: take({"message_id": asked.get("message_seq"), **asked}), end=end)
    assert texts(past) == [f"第 {number} 条" for number in [*range(1, 10), *range(45, 51)]]
    assert len(past.unread) == 35 and not past.cut


def test_a_page_by_which_nothing_older_can_be_asked_for_is_told_of() -> None:
    nameless = [{**one, "odd": DEEP, "message_id": None} for one in FIFTY[:5]]
    past = walk(Bounds(), lambda asked: nameless if "message_id" not in asked else [])
    assert past.cut and past.pages == 1 and len(past.unread) == 5
    with pytest.warns(NotLoadedWarning) as warned:
        warn_of_unread(past)
    assert "older messages were not asked for" in str(warned[-1].message)


def test_an_end_that_gives_the_same_unreadable_page_again_is_left() -> None:
    broken = [{**one, "odd": DEEP} for one in FIFTY[:10]]
    assert walk(Bounds(), lambda _: broken).pages == 2


def test_what_cannot_be_read_is_told_of() -> None:
    nobody: list[object] = []
    others = {
        "get_login_info": {"user_id": ME, "nickname": "小灰"},
        "get_status": {"online": True, "good": True},
    }

    def answer(asked: Request) -> Response:
        if asked.path == "get_group_msg_history":
            return answered({"messages": kept(BROKEN)(asked.content or {})})
        return answered(others.get(asked.path, nobody))

    dialect = Onebot11(None, "SnowLuma")
    history = History(dialect, Reading(dialect, Seen(lambda: None)))
    with pytest.warns(NotLoadedWarning, match="1 of the messages .* could not be read"):
        found = drive(history.messages((GROUP, None, None), (None, None, None), {}), answer)
    assert len(found) == 49 and set(found["chat"]) == {"PERL学习交流"}


@given(
    st.lists(st.integers(0, 30), max_size=40), st.integers(1, 12), st.one_of(st.none(), st.integers(0, 31))
)
def test_any_chat_comes_whole_and_once(steps: list[int], count: int, since: int | None) -> None:
    times = [1_763_950_000 + sum(steps[: place + 1]) for place in range(len(steps))]
    chat = [message(place + 1, time) for place, time in enumerate(times)]
    since_s = None if since is None else 1_763_950_000 + since
    dialect = Onebot11(None, "SnowLuma")
    history = History(dialect, Reading(dialect, Seen(lambda: None)), Pages(every_s=0, count=count))
    past = drive(
        history.walk(CHAT, Bounds(since_s=since_s)),
        lambda asked: answered({"messages": kept(chat)(asked.content or {})}),
    )
    wanted = [one for one in chat if since_s is None or one["time"] >= since_s]
    assert texts(past) == [one["raw_message"] for one in wanted]


def test_a_failure_is_the_flows_to_know_and_is_raised() -> None:
    dialect = Onebot11(None, "SnowLuma")
    flow = History(dialect, Reading(dialect, Seen(lambda: None))).walk(CHAT, Bounds())
    next(flow)
    with pytest.raises(NoAnswer):
        flow.throw(NoAnswer("no answer"))


def test_recorded_pages_of_napcat_are_read_oldest_first() -> None:
    newest, older = (
        json.loads(recordings.body("onebot11", f"napcat.history.{name}")) for name in ("newest", "older_page")
    )

    def answer(asked: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        found: Sequence[Mapping[str, Any]] = (older if "message_seq" in asked else newest)["data"]["messages"]
        return found

    past = walk(Bounds(), answer, end="NapCat.Onebot")
    times = [one.row["msg_time"] for one in past.messages]
    assert times == sorted(float(str(time)) for time in times) and len(past.messages) == len(
        newest["data"]["messages"]
    ) + len(older["data"]["messages"])
    assert [one.row["msg_class"] for one in past.messages][-3:] == ["send"] * 3


@pytest.fixture(params=["napcat", "llbot", "lagrange"])
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator("onebot11", end=request.param, groups=2, friends=3, members=5) as server:
        yield server


@pytest.fixture
def my(server: Simulator) -> Iterator[Account]:
    account = Account(*connected(server.url, "onebot11", 10.0, None), pages=Pages(every_s=0.0, count=5))
    yield account
    account.close()


def test_the_frame_is_that_of_an_inbox(server: Simulator, my: Account) -> None:
    group = server.truth.groups[0]
    with my.listen(journal=False) as inbox:
        server.post_to(inbox.url)
        for number in range(12):
            server.say(group.members[-1].person.qq, f"第 {number} 条", group=group.number)
        live = inbox.wait(12, timeout=10)
    # Posts run at the same time, and come in any order.
    live = live.sort_values("content", key=lambda text: text.str[2:-2].astype(int), ignore_index=True)
    found = my.history(gnumber=group.number)
    assert found.columns[: len(schema.MESSAGES.names)].tolist() == list(schema.MESSAGES.names)
    same = [name for name in schema.MESSAGES.names if name not in ("received_at", "login")]
    pd.testing.assert_frame_equal(found[same], live[same])
    assert found["received_at"].isna().all()
    assert set(live.columns) == set(found.columns)


def test_own_messages_are_in_it_as_own(server: Simulator, my: Account) -> None:
    friend = server.truth.friends[0].person
    server.say(friend.qq, "在吗？")
    assert my.send_friend("在", qq=friend.qq)
    found = my.history(to=my.friends().iloc[0])
    assert found[["content", "own"]].values.tolist() == [["在吗？", False], ["在", True]]
    assert found["chat_key"].tolist() == [f"friend:{friend.qq}"] * 2


def test_filters_and_times_are_those_of_the_one_grammar(server: Simulator, my: Account) -> None:
    group = server.truth.groups[0]
    names = group.members[-2:]
    for number in range(8):
        server.say(names[number % 2].person.qq, f"第 {number} 条", group=group.number)
    found = my.history(gnumber=group.number, sender=str(names[0].person.qq), contains=["2", "4", "5"])
    assert found["content"].tolist() == ["第 2 条", "第 4 条"]
    assert my.history(gnumber=group.number, until="2020-01-01").empty
    assert my.history(gnumber=group.number, since="2099-01-01").empty
    assert len(my.history(gnumber=group.number, since="2020-01-01", limit=3)) == 3
    with pytest.raises(oq.NotFound):
        my.history(gnumber=group.number, sender="nobody at all")
    with pytest.raises(oq.InvalidInput, match="no column"):
        my.history(gnumber=group.number, colour="red")


def test_a_chat_in_which_nobody_ever_wrote_is_an_empty_frame(my: Account, server: Simulator) -> None:
    found = my.history(qq=server.truth.friends[1].person.qq)
    assert found.empty and found.columns.tolist() == list(schema.MESSAGES.names)
    pd.testing.assert_series_equal(found.dtypes, my.history(to=my.groups().iloc[0]).dtypes)


def test_the_twin_gives_the_same(my: Account, server: Simulator) -> None:
    for number in range(8):
        server.say(server.truth.friends[0].person.qq, f"第 {number} 条")
    qq = server.truth.friends[0].person.qq
    pd.testing.assert_frame_equal(asyncio.run(my.aio.history(qq=qq)), my.history(qq=qq))


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"gnumber": "1", "qq": "1"},
        {"qq": ""},
        {"qq": 1.0},
        {"qq": "1", "limit": 0},
        {"qq": "1", "limit": True},
        {"qq": "1", "since": "soon"},
        {"to": {"msg_class": "recv", "sender": "x"}},
        {"to": {"displayname": "x"}},
        {"to": [{"qq": "1"}, {"qq": "2"}]},
    ],
)
def test_what_cannot_be_meant_is_refused(my: Account, wrong: dict[str, Any]) -> None:
    with pytest.raises(oq.InvalidInput):
        my.history(**wrong)


def test_openqq_servers_keep_no_history() -> None:
    my = oq.demo("openqq2", groups=1, friends=1, members=2)
    with pytest.raises(oq.NotSupported, match="keeps no history"):
        my.history(gnumber="1")
    my.close()


def test_both_drivers_wait_between_pages() -> None:
    with Simulator("onebot11", groups=1, friends=1, members=2) as server:
        my = Account(*connected(server.url, "onebot11", 10.0, None), pages=Pages(every_s=0.1, count=5))
        qq = server.truth.friends[0].person.qq
        for number in range(9):
            server.say(qq, f"第 {number} 条")
        asks: list[Callable[[], pd.DataFrame]] = [
            lambda: my.history(qq=qq),
            lambda: asyncio.run(my.aio.history(qq=qq)),
        ]
        for ask in asks:
            begun_s = time.monotonic()
            assert len(ask()) == 9
            assert time.monotonic() - begun_s >= 0.2  # three pages or more
        my.close()
