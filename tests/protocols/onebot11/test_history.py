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


@pytest.mark.parametrize("end", [NAPCAT, LAGRANGE, SNOWLUMA])
def test_a_page_that_ends_before_the_known_message_may_hide_others_so_it_is_not_taken(end: Onebot11) -> None:
    *older, known = messages("napcat.history.older_page")
    replies = {"get_group_msg_history": said({"messages": older}), "get_msg": said(known)}
    with pytest.raises(
        NotLoaded, match=f"up to {known['message_id']}, and gave older ones that end before it"
    ):
        talk(end.page(GROUP, row_of(known), 3), replied(replies))


@pytest.mark.parametrize("told", [answer("napcat.get_msg.unknown"), {"status": "deleted"}, {"message_id": 5}])
def test_it_is_taken_where_the_known_message_was_taken_back_meanwhile(told: Any) -> None:
    *older, known = messages("napcat.history.older_page")
    of_known = told if isinstance(told, Response) else said(known | told)
    replies = {"get_group_msg_history": said({"messages": older}), "get_msg": of_known}
    page, requests = talk(NAPCAT.page(GROUP, row_of(known), 3), replied(replies))
    assert [request.path for request in requests] == ["get_group_msg_history", "get_msg"]
    assert [json.loads(body) for body in page.bodies] == older


@pytest.mark.parametrize("name", ["napcat", "llbot"])
def test_paging_goes_on_where_the_known_message_is_taken_back(name: Literal["napcat", "llbot"]) -> None:
    with Simulator("onebot11", end=name, groups=1, friends=2, members=4) as simulator:
        client = Client(simulator.url)
        end = client.run(probe(None))
        friend = simulator.truth.friends[0].person
        posts = [simulator.say(friend, f"第{number}条") for number in range(7)]
        chat = Recipient("friend", qq=str(friend.qq))
        assert end is not None
        newest = end.arrival(client.run(end.page(chat, None, 3)).bodies[0])
        simulator.recall(posts[4])
        page = client.run(end.page(chat, {**newest.extra, **newest.row}, 3))
        client.close()
    assert newest.row["msg_id"] == str(posts[4]["message_id"])
    assert [end.arrival(body).row["content"] for body in page.bodies][-1] == "第3条"


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
    "empty", [said(None, 200, message="消息undefined不存在"), said({"messages": []}), said(None)]
)
def test_an_empty_chat_is_an_empty_page(empty: Response) -> None:
    assert answered(NAPCAT.page(GROUP, None, 20), empty) == Page()


@pytest.mark.parametrize(
    "status", [said({"online": False, "good": True}), said({"online": "true"}), said(None), said(None, 9)]
)
def test_a_failure_of_lagrange_without_words_is_an_empty_chat_only_where_it_is_logged_in(
    status: Response,
) -> None:
    failed = {"get_friend_msg_history": said(None, 9)}
    online = replied(failed | {"get_status": said({"online": True, "good": True})})
    assert talk(LAGRANGE.page(FRIEND, None, 20), online)[0] == Page()
    with pytest.raises(NotLoaded, match=r"get_friend_msg_history: it gives no reason \(retcode 9\)"):
        talk(LAGRANGE.page(FRIEND, None, 20), replied(failed | {"get_status": status}))


@pytest.mark.parametrize("end", [NAPCAT, LLBOT, SNOWLUMA, GOCQ, Onebot11(end="whatever")])
def test_a_failure_without_words_is_one_with_all_others(end: Onebot11) -> None:
    replies = {"get_friend_msg_history": said(None, 9), "get_status": said({"online": True})}
    with pytest.raises(NotLoaded, match="retcode 9"):
        talk(end.page(FRIEND, None, 20), replied(replies))


def both_sides(one: Response, other: Response) -> Callable[[Request], Response]:
    return lambda request: one if request.content and request.content["reverse_order"] else other


@pytest.mark.parametrize(
    "failed", [answer("napcat.send_private_msg.timeout"), said(None, 200), said(None, 200, message="no")]
)
def test_a_failure_on_the_other_side_is_not_taken_for_the_end_of_the_history(failed: Response) -> None:
    known, *newer = messages("napcat.history.newest")
    reply = both_sides(said({"messages": [known, *newer]}), failed)
    with pytest.raises(NotLoaded, match="could not answer get_group_msg_history"):
        talk(NAPCAT.page(GROUP, row_of(known), 3), reply)


def test_the_history_ends_where_the_other_side_has_nothing() -> None:
    known, *newer = messages("napcat.history.newest")
    reply = both_sides(said({"messages": [known, *newer]}), answer("napcat.history.unknown_seq"))
    assert talk(NAPCAT.page(GROUP, row_of(known), 3), reply)[0] == Page()


UNKNOWN = {
    NAPCAT: answer("napcat.unknown_action"),
    LLBOT: answer("llbot.unknown_action"),
    LAGRANGE: answer("lagrange.unknown_action"),
    GOCQ: answer("gocq.unknown_action"),
    Onebot11(end="onebots"): answer("onebots.unknown_action"),
    SNOWLUMA: said(None, 1404, wording="no such action"),
}


@pytest.mark.parametrize(("end", "unknown"), UNKNOWN.items())
@pytest.mark.parametrize("before", [None, OLDEST])
def test_an_end_that_has_no_such_action_keeps_no_history_of_such_chats(
    end: Onebot11, unknown: Response, before: Row | None
) -> None:
    with pytest.raises(
        NotSupported, match=r"keeps no history of friend chats.*get_friend_msg_history.*inbox\.df"
    ):
        answered(end.page(FRIEND, before, 20), unknown)


def test_a_number_that_other_ends_give_to_unknown_actions_says_nothing_beside_other_words() -> None:
    with pytest.raises(NotLoaded, match="群不存在"):
        answered(SNOWLUMA.page(GROUP, None, 20), said(None, 404, wording="群不存在"))


def in_one_second(end: Onebot11) -> list[dict[str, Any]]:
    """Give sixty messages, oldest first; of NapCat the sequence does not stand in `message_seq`."""
    one = messages("napcat.history.newest")[0]
    ids = [(-1) ** place * (7000 + place) for place in range(60)]
    if end is NAPCAT:
        return [
            one | {"message_id": each, "message_seq": each, "real_seq": str(98 + place)}
            for place, each in enumerate(ids)
        ]
    return [one | {"message_id": each, "message_seq": 98 + place} for place, each in enumerate(ids)]


@pytest.mark.parametrize("end", [NAPCAT, LLBOT])
@pytest.mark.parametrize("step", [1, -1])
def test_messages_of_one_second_are_read_to_the_first_whichever_way_they_come(
    end: Onebot11, step: int
) -> None:
    written = in_one_second(end)
    key = "message_id" if end is NAPCAT else "message_seq"

    def reply(request: Request) -> Response:
        assert request.content is not None
        named = request.content.get("message_seq", written[-1][key])
        at = next(place for place, one in enumerate(written) if one[key] == named)
        return said({"messages": written[: at + 1][-20:][::step]})

    found, before = list[Any](), None
    while page := talk(end.page(GROUP, before, 19), reply)[0].bodies:
        found = [json.loads(body)["message_id"] for body in page] + found
        before = row_of(json.loads(page[0]))
    assert list(dict.fromkeys(found)) == [one["message_id"] for one in written]


@pytest.mark.parametrize("end", [NAPCAT, LLBOT, LAGRANGE])
def test_a_page_of_one_second_without_sequences_is_turned_around_by_the_message_that_was_named(
    end: Onebot11,
) -> None:
    older = [
        {key: cell for key, cell in one.items() if key not in ("real_seq", "message_seq")}
        for one in in_one_second(NAPCAT)[:3]
    ]
    known = {**row_of(older[-1]), "message_seq": "993"}
    page = answered(end.page(GROUP, known, 3), said({"messages": older[::-1]}))
    assert isinstance(page, Page)
    assert [json.loads(body) for body in page.bodies] == older


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
        assert len(requests) <= 4
        assert all(isinstance(json.loads(body), dict) for body in page.bodies)
