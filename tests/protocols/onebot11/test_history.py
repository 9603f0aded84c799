"""A page of the history is asked for as each end wants it, and each message in it is what a post of it would be."""

import json
from collections.abc import Callable
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb.client import Client
from openqq_nb.errors import NotLoaded, NotSupported, NotUnderstood, OpenqqError
from openqq_nb.models import Page, Recipient, Request, Response, Row
from openqq_nb.protocols.onebot11 import probe
from openqq_nb.protocols.onebot11.calls import Onebot11
from openqq_nb.simulator import Simulator
from tests.protocols.contract import JSON, answered, asked, written
from tests.protocols.onebot11.recorded import answer, named, replied, said, talk

NAPCAT, LLBOT, LAGRANGE = (
    Onebot11(end="NapCat.Onebot"),
    Onebot11(end="LLOneBot"),
    Onebot11(end="Lagrange.OneBot"),
)
GOCQ, SNOWLUMA = Onebot11(end="go-cqhttp"), Onebot11(end="SnowLuma")
GROUP, FRIEND = Recipient("group", gnumber="552603"), Recipient("friend", qq="4200000011")
OLDEST: Row = {"msg_id": "-1603703707", "msg_time": 1763949720, "message_seq": "993"}


def messages(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = named(name).told["data"]["messages"]
    return found


def row_of(message: dict[str, Any]) -> Row:
    arrival = NAPCAT.arrival(json.dumps(message).encode())
    return {**arrival.extra, **arrival.row}


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (NAPCAT, {"message_seq": -1603703707, "count": 21, "reverse_order": True, "reverseOrder": True}),
        (LLBOT, {"message_seq": 993, "count": 21}),
        (LAGRANGE, {"message_id": -1603703707, "count": 21}),
        (SNOWLUMA, {"message_id": -1603703707, "count": 21}),
        (GOCQ, {"message_seq": 993}),
    ],
)
def test_an_older_page_is_asked_for_as_the_end_wants_it(end: Onebot11, expected: dict[str, Any]) -> None:
    request = asked(end.page(GROUP, OLDEST, 20))
    assert (request.path, request.repeatable) == ("get_group_msg_history", True)
    assert request.content == {"group_id": 552603, **expected}


@pytest.mark.parametrize("end", [NAPCAT, LLBOT, LAGRANGE, SNOWLUMA, GOCQ])
def test_the_newest_page_names_no_message(end: Onebot11) -> None:
    request = asked(end.page(FRIEND, None, 20))
    counted = {} if end is GOCQ else {"count": 20}
    assert (request.path, request.content) == ("get_friend_msg_history", {"user_id": 4200000011, **counted})


def test_an_end_that_is_not_known_is_asked_first() -> None:
    older = answer("llbot.history.older_page")
    replies = {"get_version_info": said({"app_name": "LLOneBot"}), "get_group_msg_history": older}
    _, requests = talk(Onebot11().page(GROUP, OLDEST, 2), replied(replies))
    assert requests[-1].content == {"group_id": 552603, "message_seq": 993, "count": 3}


RECORDED = ["napcat.history.newest", "napcat.history.string_format", "gocq.history"]


@pytest.mark.parametrize("name", RECORDED)
def test_each_message_of_a_recorded_page_is_the_post_of_it(name: str) -> None:
    page = answered(NAPCAT.page(GROUP, None, 3), answer(name))
    assert isinstance(page, Page)
    assert [json.loads(body) for body in page.bodies] == messages(name)
    for body, message in zip(page.bodies, messages(name), strict=True):
        posted = NAPCAT.arrival(json.dumps(message).encode())
        assert NAPCAT.arrival(body).fingerprint == posted.fingerprint


@pytest.mark.parametrize(
    ("end", "name", "oldest"),
    [(NAPCAT, "napcat.history.older_page", -1), (LLBOT, "llbot.history.older_page", -1)],
)
def test_an_older_page_has_what_is_older_and_may_end_with_what_is_known(
    end: Onebot11, name: str, oldest: int
) -> None:
    known = messages(name)[oldest]
    page = answered(end.page(GROUP, row_of(known), 3), answer(name))
    assert isinstance(page, Page)
    ids = [end.arrival(body).row["msg_id"] for body in page.bodies]
    assert ids == [str(one["message_id"]) for one in messages(name)]


def test_a_page_with_nothing_older_is_empty_so_that_paging_ends() -> None:
    known = messages("llbot.history.older_page")[0]
    page = answered(LLBOT.page(GROUP, row_of(known), 3), answer("llbot.history.older_page"))
    assert page == Page()


def test_napcat_is_asked_once_more_with_the_other_direction_when_a_page_is_newer() -> None:
    older, newer = messages("napcat.history.older_page"), messages("napcat.history.newest")
    known = older[-1]

    def reply(request: Request) -> Response:
        assert request.content is not None
        turned = request.content["reverse_order"]
        assert request.content["reverseOrder"] == turned
        return said({"messages": [known, *newer] if turned else older})

    page, requests = talk(NAPCAT.page(GROUP, row_of(known), 3), reply)
    assert len(requests) == 2 and len(page.bodies) == len(older)
    page, requests = talk(NAPCAT.page(GROUP, row_of(known), 3), lambda _: said({"messages": [known, *newer]}))
    assert (page, len(requests)) == (Page(), 2)


def test_a_page_that_comes_newest_first_is_turned_around() -> None:
    first, second, third = messages("napcat.history.older_page")
    older = [first, {**second, "time": first["time"]}, third]
    page = answered(NAPCAT.page(GROUP, None, 3), said({"messages": older[::-1]}))
    assert isinstance(page, Page)
    assert [json.loads(body) for body in page.bodies] == older


def test_messages_of_one_second_keep_the_order_of_the_end() -> None:
    older = [{**one, "time": 1763949720} for one in messages("napcat.history.older_page")]
    page = answered(NAPCAT.page(GROUP, row_of(older[-1]), 3), said({"messages": older}))
    assert isinstance(page, Page)
    assert [json.loads(body)["message_id"] for body in page.bodies] == [one["message_id"] for one in older]


LEFT_OUT = ("post_type", "message_type", "group_id", "self_id")


@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.parametrize("key", LEFT_OUT)
def test_what_an_end_leaves_out_is_added_so_that_the_message_stays_the_same(name: str, key: str) -> None:
    whole = messages(name)
    short = [{each: cell for each, cell in one.items() if each != key} for one in whole]
    history = said({"messages": short})
    replies = {"get_group_msg_history": history, "get_login_info": answer("napcat.get_login_info")}
    page, requests = talk(NAPCAT.page(GROUP, None, 3), replied(replies))
    assert [json.loads(body) for body in page.bodies] == whole
    assert len(requests) == (2 if key == "self_id" else 1)


def test_an_own_private_message_is_of_the_chat_with_the_friend() -> None:
    own = {"message_type": "private", "user_id": 7, "time": 1, "message_id": -5, "message": "在的"}
    replies = {"get_friend_msg_history": said({"messages": [own]}), "get_login_info": said({"user_id": 7})}
    page, _ = talk(GOCQ.page(FRIEND, None, 3), replied(replies))
    posted = json.loads(page.bodies[0])
    assert (posted["post_type"], posted["target_id"], posted["self_id"]) == ("message_sent", 4200000011, 7)
    assert GOCQ.arrival(page.bodies[0]).row["receiver_qq"] == "4200000011"


def test_digits_and_unknown_keys_stay_as_they_are() -> None:
    body = (
        b'{"status":"ok","retcode":0,"data":{"messages":[{"self_id":1,"post_type":"message","message_type":"group",'
        b'"group_id":12345678901234567890,"user_id":2,"time":3,"message_id":99568330879,"x":{"y":1.10e2}}]}}'
    )
    page = answered(NAPCAT.page(GROUP, None, 3), Response(200, "", body))
    assert isinstance(page, Page)
    assert b"12345678901234567890" in page.bodies[0] and b'"x":{"y":1.10e2}' in page.bodies[0]


def test_the_sequence_is_asked_for_where_it_has_not_come_along() -> None:
    replies = {
        "get_msg": answer("llbot.get_msg"),
        "get_group_msg_history": answer("llbot.history.older_page"),
    }
    known: Row = {"msg_id": "-1603703707", "msg_time": 1763949720}
    _, requests = talk(LLBOT.page(GROUP, known, 2), replied(replies))
    assert requests[0].content == {"message_id": -1603703707}
    assert requests[1].content == {"group_id": 552603, "message_seq": 993, "count": 3}
    with pytest.raises(NotLoaded, match="message_seq"):
        talk(LLBOT.page(GROUP, known, 2), replied({"get_msg": said({})}))


@pytest.mark.parametrize(
    "empty",
    [said(None, 200, message="消息undefined不存在"), said(None, 9), said({"messages": []}), said(None)],
)
def test_an_empty_chat_is_an_empty_page(empty: Response) -> None:
    assert answered(NAPCAT.page(GROUP, None, 20), empty) == Page()


def test_a_failure_is_told_in_the_words_of_the_end() -> None:
    unknown = answer("napcat.history.unknown_seq")
    with pytest.raises(NotLoaded, match="消息1不存在"):
        answered(NAPCAT.page(GROUP, OLDEST, 20), unknown)
    with pytest.raises(NotLoaded, match="消息1不存在"):
        answered(NAPCAT.page(GROUP, None, 20), unknown)


def test_other_chats_have_no_history() -> None:
    for chat in (
        Recipient("discuss", did="1"),
        Recipient("session", qq="1", gnumber="2"),
        Recipient("group"),
    ):
        with pytest.raises(NotSupported, match="Nothing was asked"):
            next(NAPCAT.page(chat, None, 20))


@pytest.mark.parametrize("data", [{"messages": 5}, {"messages": [5]}, [1], "x"])
def test_what_is_no_page_is_not_understood(data: object) -> None:
    with pytest.raises(NotUnderstood, match="no list of messages"):
        answered(NAPCAT.page(GROUP, None, 20), said(data))


@pytest.mark.parametrize("name", ["napcat", "llbot", "lagrange"])
def test_a_whole_chat_is_read_back_from_an_end_page_by_page(
    name: Literal["napcat", "llbot", "lagrange"],
) -> None:
    with Simulator("onebot11", end=name, groups=1, friends=2, members=4) as simulator:
        client = Client(simulator.url)
        end = client.run(probe(None))
        friend = simulator.truth.friends[0].person
        for number in range(7):
            simulator.say(friend, f"第{number}条")
        chat = Recipient("friend", qq=str(friend.qq))
        assert end is not None and client.run(end.send(chat, "收到"))
        found: dict[str, Row] = {}
        before, asked = None, 0
        while (page := client.run(end.page(chat, before, 3))).bodies:
            arrivals = [end.arrival(body) for body in page.bodies]
            found = {one.fingerprint: one.row for one in arrivals} | found
            before, asked = {**arrivals[0].extra, **arrivals[0].row}, asked + 1
            assert asked < 9, "paging must end"
        client.close()
    ordered = sorted(found.values(), key=lambda row: str(row["msg_time"]))
    assert [row["content"] for row in ordered] == [*(f"第{number}条" for number in range(7)), "收到"]


@given(
    found=st.fixed_dictionaries(
        {"messages": st.lists(st.dictionaries(st.sampled_from(["time", "message_id", "self_id", "user_id"]), JSON))}
    )
    | JSON,
    before=st.none() | st.just(OLDEST),
)  # fmt: skip
def test_any_json_is_a_page_or_an_error_of_ours(found: object, before: Row | None) -> None:
    reply: Callable[[Request], Response] = lambda request: Response(  # noqa: E731
        200, "", b'{"status":"ok","retcode":0,"data":' + written(found) + b"}"
    )
    for end in (NAPCAT, LLBOT):
        try:
            page, requests = talk(end.page(GROUP, before, 5), reply)
        except OpenqqError:
            continue
        assert len(requests) <= 3
        assert all(isinstance(json.loads(body), dict) for body in page.bodies)
