"""Each recorded answer is read, and each recorded request that a client should make is made the same in meaning."""

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from openqq_nb import schema
from openqq_nb.errors import (
    InvalidInput,
    NoAnswer,
    NotLoaded,
    NotSupported,
    NotUnderstood,
    Refused,
    may_have_gone_out,
)
from openqq_nb.models import Delivery, Flow, Outcome, Receipt, Recipient, RecipientType, Response
from openqq_nb.protocols import rows
from openqq_nb.protocols.base import Listing
from openqq_nb.protocols.onebot11 import fields
from openqq_nb.protocols.onebot11.calls import Onebot11
from openqq_nb.segments import Parts, Segment
from tests.protocols.contract import answered, asked
from tests.protocols.onebot11.recorded import Recorded, answer, named, recorded, replied, said, talk

END = Onebot11()
INFOS: dict[str, Callable[[], Flow[Any]]] = {
    "get_login_info": END.me,
    "get_friend_list": Onebot11(end="go-cqhttp").friends,
    "get_group_list": END.groups,
    "get_group_member_list": lambda: END.load_members({"gnumber": "552603", "displayname": "组"}),
}
SENDS = ("send_private_msg", "send_group_msg")
DOES: dict[str, Callable[[], Flow[Outcome]]] = {
    "set_group_ban": lambda: END.mute("552603", "4200000011", 600),
    "delete_msg": lambda: END.recall("1141197878"),
}
ANSWERED = [one for one in recorded() if one.response is not None]


def name_of(value: object) -> str | None:
    return value.name if isinstance(value, Recorded) else None


def of(*actions: str) -> list[Recorded]:
    return [one for one in ANSWERED if one.action in actions]


def is_envelope(one: Recorded) -> bool:
    try:
        return "retcode" in one.told
    except ValueError:
        return False


def test_most_recorded_calls_are_replayed() -> None:
    assert len(of(*INFOS, *SENDS, *DOES, "get_status", "get_version_info")) > 45


@pytest.mark.parametrize("one", of(*INFOS), ids=name_of)
def test_the_answer_of_an_info_call_is_read_or_says_why_not(one: Recorded) -> None:
    assert one.response is not None
    flow = INFOS[one.action]()
    if (one.token and b'"ok"' not in one.response.body) or one.response.http_status in (401, 403):
        with pytest.raises(Refused, match="token"):
            answered(flow, one.response)
    elif not is_envelope(one):
        with pytest.raises(NotUnderstood, match=f"HTTP status {one.response.http_status}"):
            answered(flow, one.response)
    elif one.told["status"] != "ok":
        words = one.told.get("wording") or one.told.get("message") or one.told.get("msg")
        with pytest.raises(NotLoaded) as caught:
            answered(flow, one.response)
        assert str(words) in str(caught.value) and str(one.told["retcode"]) in str(caught.value)
    else:
        result, _ = talk(flow, replied({one.action: one.response}))
        check_result(one.action, result, one.told["data"])


# Where the same value stands in the JSON, spelt out a second time.
KEYS = {
    "get_login_info": (schema.ME, {"qq": "user_id", "nick": "nickname"}),
    "get_friend_list": (
        schema.FRIENDS,
        {"qq": "user_id", "nick": "nickname", "markname": "remark", "gender": "sex"},
    ),
    "get_group_list": (
        schema.GROUPS,
        {"gnumber": "group_id", "gname": "group_name", "member_count": "member_count"},
    ),
    "get_group_member_list": (
        schema.MEMBERS,
        {"gnumber": "group_id", "qq": "user_id", "nick": "nickname", "card": "card", "role": "role"},
    ),
}
TEMPORARY = ("id", "gid", "did", "gowner_id", "gcode")


def check_result(action: str, result: Any, told: Any) -> None:
    declared, keys = KEYS[action]
    if isinstance(result, Listing):
        result = result.places if declared is schema.GROUPS else result.members
    frame = declared.frame(result)
    rows = told if isinstance(told, list) else [told]
    assert len(frame) == len(rows)
    for column, key in keys.items():
        shown = [None if pd.isna(value) else str(value) for value in frame[column]]
        assert shown == [None if one.get(key) is None else str(one[key]) for one in rows], column
    assert all(isinstance(name, str) and name.strip() for name in frame.get("displayname", ()))
    assert all(frame[name].isna().all() for name in TEMPORARY if name in frame), "ids of Openqq stay empty"


def test_what_columns_do_not_hold_is_kept_under_its_own_name() -> None:
    listing = answered(INFOS["get_group_member_list"](), answer("napcat.get_group_member_list"))
    assert isinstance(listing, Listing)
    members = schema.MEMBERS.frame(listing.members)
    assert members["title"].tolist() == ["群主大人", "", "", ""]
    assert members["shut_up_timestamp"].tolist() == ["0", "0", "1764003600", "0"]
    assert members["is_robot"].tolist() == ["false"] * 4


def test_an_unknown_time_or_age_is_missing() -> None:
    listing = answered(INFOS["get_group_member_list"](), answer("napcat.get_group_member_list"))
    assert isinstance(listing, Listing)
    members = schema.MEMBERS.frame(listing.members)
    assert members["last_speak_time"].isna().tolist() == [False, False, False, True]
    friends = schema.FRIENDS.frame(answered(INFOS["get_friend_list"](), answer("napcat.get_friend_list")))
    assert friends["age"].isna().tolist() == [False, True, True]
    assert friends["birthday_year"].isna().tolist() == [False, True, True]


def test_the_remark_of_a_group_is_found_with_both_ends() -> None:
    for name in ("napcat.get_group_list", "llbot.get_group_list"):
        listing = answered(END.groups(), answer(name))
        assert isinstance(listing, Listing)
        groups = schema.GROUPS.frame(listing.places)
        assert groups["gmarkname"].tolist() == ["", "爬山"]
        assert groups["displayname"].tolist() == ["PERL学习交流", "爬山"]
        assert groups["gowner_qq"].isna().all() and not groups["members_loaded"].any()
        assert groups["max_member"].tolist() == [200, 500]


def test_members_have_the_names_of_their_group_and_the_group_its_owner() -> None:
    row = {"gnumber": "552603", "gname": "PERL学习交流", "gmarkname": "", "displayname": "PERL学习交流"}
    listing = answered(END.load_members(row), answer("llbot.get_group_member_list"))
    assert isinstance(listing, Listing)
    group = schema.GROUPS.frame(listing.places).iloc[0]
    assert (group["member_count"], group["members_loaded"], group["gowner_qq"]) == (3, True, "45678")
    assert set(schema.MEMBERS.frame(listing.members)["gname"]) == {"PERL学习交流"}


def test_a_gender_that_is_not_told_is_unknown() -> None:
    listing = answered(INFOS["get_group_member_list"](), answer("lagrange.get_group_member_list"))
    assert isinstance(listing, Listing)
    member = schema.MEMBERS.frame(listing.members).iloc[0]
    assert member["gender"] == "unknown" and pd.isna(member["card"]) and member["displayname"] == "阿澈🌊"


def test_the_account_is_online_if_the_end_says_so_and_a_missing_action_costs_nothing() -> None:
    answers = {
        "get_login_info": answer("napcat.get_login_info"),
        "get_status": answer("napcat.get_status"),
        "get_version_info": answer("napcat.get_version_info"),
    }
    table, requests = talk(END.me(), replied(answers))
    me = schema.ME.frame(table).iloc[0]
    assert (me["qq"], me["nick"], me["state"], me["app_name"]) == (
        "1234567",
        "小灰",
        "online",
        "NapCat.Onebot",
    )
    assert [one.path for one in requests] == list(answers)
    gone = talk(END.me(), replied(answers | {"get_status": said({"online": False, "good": True})}))[0]
    assert schema.ME.frame(gone)["state"].tolist() == ["offline"]
    bare = talk(END.me(), replied({"get_login_info": answers["get_login_info"]}))[0]
    assert schema.ME.frame(bare)["state"].isna().all()


def test_the_server_tells_program_and_version() -> None:
    answers = {
        "get_version_info": answer("llbot.get_version_info"),
        "get_status": answer("napcat.get_status"),
    }
    server = schema.SERVER.frame(talk(END.server(), replied(answers))[0]).iloc[0]
    assert (server["dialect"], server["client"], server["version"], server["state"]) == (
        "onebot11", "LLOneBot", "8.1.7", "online",
    )  # fmt: skip


def sendable(one: Recorded) -> tuple[Recipient, Parts] | None:
    """Give recipient and parts of a recorded send, or None if it is one that we never make."""
    given = dict(one.params or {})
    message = given.pop("message", None)
    if not isinstance(message, list) or not message or message[0]["type"] == "hologram":
        return None
    kind: RecipientType = (
        "group" if one.action == "send_group_msg" else "session" if "group_id" in given else "friend"
    )
    qq, gnumber = given.get("user_id"), given.get("group_id")
    recipient = Recipient(kind, qq=qq and str(qq), gnumber=gnumber and str(gnumber))
    return recipient, Parts(tuple(Segment(part["type"], part["data"]) for part in message))


MADE = [one for one in of(*SENDS) if sendable(one)]


@pytest.mark.parametrize("one", MADE, ids=name_of)
def test_a_send_is_asked_for_as_recorded_with_numbers_as_numbers(one: Recorded) -> None:
    made = sendable(one)
    assert made is not None and one.params is not None
    recipient, parts = made
    _, requests = talk(END.send(recipient, parts), replied({one.action: said({"message_id": 1})}))
    assert requests[-1].path == one.action and requests[-1].content is not None
    content = dict(requests[-1].content)
    assert content["message"] == one.params["message"]
    numbers = {key: int(value) for key, value in one.params.items() if key.endswith("_id")}
    assert {key: content[key] for key in content if key != "message"} == numbers


def test_sends_of_all_kinds_are_among_the_recorded() -> None:
    assert len(MADE) >= 7


@pytest.mark.parametrize("one", [one for one in of(*SENDS) if is_envelope(one)], ids=name_of)
def test_the_answer_of_a_send_becomes_its_receipt(one: Recorded) -> None:
    assert one.response is not None
    receipt = answered(END.send(Recipient("friend", qq="1"), "x"), one.response)
    assert isinstance(receipt, Receipt)
    told = one.told
    assert (receipt.code, receipt.ok) == (told["retcode"], told["status"] == "ok")
    number = (told["data"] or {}).get("message_id")
    assert receipt.msg_id == (None if number is None else str(number))
    words = told.get("wording") or told.get("message") or told.get("msg")
    assert receipt.status == (words or told["status"])
    expected = "sent" if receipt.ok else "unknown" if "触发超时" in str(one.params) else "failed"
    assert receipt.delivery is Delivery(expected)


@pytest.mark.parametrize(
    ("told", "delivery", "meaning"),
    [
        ({"status": "failed", "retcode": 120}, "failed", "muted in that group"),
        ({"status": "failed", "retcode": 9000}, "unknown", "may have gone out"),
        ({"status": "failed", "retcode": 77}, "failed", "no reason but the number 77"),
        ({"status": "async", "retcode": 1, "data": None}, "accepted", "queued"),
        ({"status": "async", "retcode": -1}, "unknown", "may have gone out"),
        ({"status": "failed", "retcode": 1, "msg": "no"}, "failed", "no; nothing was sent"),
        ({"status": "failed", "retcode": 200, "wording": "EventChecker Failed: x"}, "unknown", "may have gone out"),
        ({"status": "failed", "retcode": 200, "message": "消息发送失败(result: 120)"}, "failed", "muted"),
        ({"status": "ok", "retcode": 5}, "unknown", "may have gone out"),
        ({"status": "ok", "retcode": "0", "data": {"message_id": "ab-1"}}, "sent", "sent"),
    ],
)  # fmt: skip
def test_an_answer_says_what_is_known_of_the_delivery(told: Any, delivery: str, meaning: str) -> None:
    flow = Onebot11(end="Lagrange.OneBot").send(Recipient("group", gnumber="1"), "x")
    receipt = answered(flow, Response(200, "application/json", json.dumps(told).encode()))
    assert isinstance(receipt, Receipt)
    assert receipt.delivery is Delivery(delivery) and meaning in receipt.meaning
    assert bool(receipt) == (delivery in ("sent", "accepted"))


@pytest.mark.parametrize(
    ("status", "delivery", "does"),
    [(500, "unknown", "may have been done"), (502, "unknown", "may have been done"),
     (404, "failed", "nothing was done"), (200, "failed", "nothing was done")],
)  # fmt: skip
def test_a_failure_of_an_end_that_broke_leaves_it_open_whether_it_was_done(
    status: int, delivery: str, does: str
) -> None:
    failed = answer("llbot.unknown_action")
    assert failed.http_status == 404
    failed = Response(status, failed.content_type, failed.body)
    receipt = answered(END.send(Recipient("friend", qq="1"), "x"), failed)
    outcome = answered(END.recall("7"), failed)
    assert isinstance(receipt, Receipt) and isinstance(outcome, Outcome)
    assert receipt.delivery is Delivery(delivery)
    assert does in outcome.meaning


def test_a_number_of_any_length_beside_half_a_character_costs_no_other_row() -> None:
    # Half a character is what the quick way refuses.
    body = b'{"status":"ok","retcode":0,"data":[{"user_id":7,"nickname":"\\ud83d"},{"user_id":%s},{"user_id":-%s}]}'
    flow = Onebot11(end="SnowLuma").friends()
    found = answered(flow, Response(200, "", body % (b"1" * 5000, b"2" * 641)))
    assert schema.FRIENDS.frame(found)["qq"].tolist() == ["7", "1" * 5000, "-" + "2" * 641]


@pytest.mark.parametrize("response", [Response(502, "text/html", b"<html>"), Response(200, "", b"{}")])
def test_an_answer_that_is_none_leaves_a_send_open(response: Response) -> None:
    with pytest.raises(NotUnderstood, match=f"HTTP status {response.http_status}"):
        answered(END.send(Recipient("friend", qq="1"), "x"), response)


@pytest.mark.parametrize("one", of(*DOES), ids=name_of)
def test_the_answer_of_a_mute_or_recall_becomes_its_outcome(one: Recorded) -> None:
    assert one.response is not None
    outcome = answered(DOES[one.action](), one.response)
    assert isinstance(outcome, Outcome)
    assert (outcome.ok, outcome.code) == (one.told["status"] == "ok", one.told["retcode"])
    assert one.told["message"] in outcome.meaning


def test_a_mute_always_says_for_how_long_in_whole_minutes() -> None:
    sent = [asked(END.mute("552603", "4200000011", seconds)).content for seconds in (600, 61, 0.5, 0)]
    member = {"group_id": 552603, "user_id": 4200000011}
    assert sent == [member | {"duration": duration} for duration in (600, 120, 60, 0)]


def test_a_kick_lets_the_member_ask_again() -> None:
    request = asked(END.kick("552603", "4200000011"))
    assert (request.path, request.repeatable) == ("set_group_kick", False)
    assert request.content == {"group_id": 552603, "user_id": 4200000011, "reject_add_request": False}


@pytest.mark.parametrize(
    ("msg_id", "written"),
    [
        ("-1702469138", -1702469138),
        ("99568330879", 99568330879),
        ("007", "007"),
        (str(2**63), str(2**63)),
        ("abc", "abc"),
        ("-0", "-0"),
        ("１", "１"),
        ("-9223372036854775808", "-9223372036854775808"),
    ],
)
def test_a_number_is_an_integer_only_where_no_digit_is_lost(msg_id: str, written: object) -> None:
    assert asked(END.recall(msg_id)).content == {"message_id": written}


@pytest.mark.parametrize("key", ["id", "gid", "did"])
@pytest.mark.parametrize("kind", ["friend", "group", "session"])
def test_an_id_of_openqq_is_refused_with_what_to_write(kind: RecipientType, key: str) -> None:
    recipient = Recipient(kind, qq="1", gnumber="2", **{key: "3"})
    with pytest.raises(InvalidInput, match=rf"no {key}=.*(qq=|gnumber=).*Nothing was sent"):
        next(END.send(recipient, "x"))


def test_a_discuss_is_refused() -> None:
    with pytest.raises(NotSupported, match="no discusses"):
        next(END.send(Recipient("discuss", did="1"), "x"))


def test_waiting_less_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(NotSupported, match="Nothing was sent; leave wait=False away"):
        next(END.send(Recipient("friend", qq="1"), "x", wait=False))


SESSION = Recipient("session", qq="1", gnumber="2")


def test_lagrange_is_asked_for_no_session_whether_it_is_known_or_not() -> None:
    known = Onebot11(end="Lagrange.OneBot")
    assert "session" not in known.reaches and "session" in Onebot11(end="NapCat.Onebot").reaches
    with pytest.raises(NotSupported, match="Lagrange cannot send temporary messages"):
        next(known.send(SESSION, "x"))
    flow = END.send(SESSION, "x")
    assert next(flow).path == "get_version_info"
    with pytest.raises(NotSupported, match="Nothing was sent"):
        flow.send(said({"app_name": "Lagrange.OneBot"}))


@pytest.mark.parametrize("error", [NoAnswer("silence"), NotUnderstood("a page")])
def test_a_session_whose_end_cannot_be_found_out_certainly_did_not_go_out(error: Exception) -> None:
    flow = END.send(SESSION, "x")
    next(flow)
    with pytest.raises(NotLoaded, match="Nothing was sent") as caught:
        flow.throw(error)
    assert not may_have_gone_out(caught.value)


def test_a_send_waits_twice_as_long_and_is_never_repeated() -> None:
    request = asked(END.send(Recipient("friend", qq="1"), "x"))
    assert (request.method, request.patience, request.repeatable) == ("POST", 2.0, False)


def test_a_token_goes_into_the_header() -> None:
    request = asked(Onebot11("s3cret").friends())
    assert request.bearer == "s3cret" and not request.params and request.content == {}


def test_friends_are_asked_for_by_category_where_an_end_has_it_and_else_without() -> None:
    whole = answer("napcat.get_friend_list")
    one = {"user_id": 4200000011, "nickname": "阿澈", "remark": "室友", "sex": "male", "level": 3}
    categories = said([{"categoryName": "家人", "buddyList": [one]}, {"categoryName": "空", "buddyList": []}])
    both = {"get_friends_with_category": categories, "get_friend_list": whole}
    found = schema.FRIENDS.frame(talk(Onebot11(end="NapCat.Onebot").friends(), replied(both))[0])
    assert found[["qq", "category", "displayname", "level"]].to_numpy().tolist() == [
        ["4200000011", "家人", "室友", "3"]
    ]
    table, requests = talk(END.friends(), replied({"get_friend_list": whole}))
    assert table.num_rows == 3 and len(requests) == 2
    table, requests = talk(Onebot11(end="go-cqhttp").friends(), replied(both))
    assert table.num_rows == 3 and len(requests) == 1
    odd = {"get_friends_with_category": said([{"categoryName": "x", "buddyList": [{"uin": 1}]}])}
    assert talk(END.friends(), replied(both | odd))[0].num_rows == 3


def test_lagrange_tells_the_category_in_an_object() -> None:
    friend = {"user_id": 1, "nickname": "甲", "remark": "", "group": {"group_id": 2, "group_name": "同学"}}
    table, _ = talk(Onebot11(end="Lagrange.OneBot").friends(), replied({"get_friend_list": said([friend])}))
    friends = schema.FRIENDS.frame(table)
    assert friends["category"].tolist() == ["同学"] and "group" not in friends and "raw_group" not in friends


def member(qq: object, **more: object) -> dict[str, object]:
    return {"group_id": 1, "user_id": qq, "nickname": f"人{qq}", "card": "", "role": "member", **more}


def loaded(rows: list[dict[str, object]]) -> pd.DataFrame:
    listing = answered(END.load_members({"gnumber": "1", "displayname": "组"}), said(rows))
    assert isinstance(listing, Listing)
    return schema.MEMBERS.frame(listing.members)


def test_of_a_person_that_comes_twice_the_last_row_counts_and_nobody_else_is_lost() -> None:
    members = loaded([member(1, card="old"), member(2), member(None), member(1, card="new"), member(None)])
    assert members["displayname"].tolist()[0] == "人2"
    assert members["card"].tolist() == ["", "", "new", ""]


def test_milliseconds_are_seconds_with_a_fraction() -> None:
    members = loaded([member(1, join_time=1763949722123, last_sent_time=1763949722)])
    assert members["join_time"].astype("int64").tolist() == [1763949722123000]
    assert members["last_speak_time"].astype("int64").tolist() == [1763949722000000]


def test_any_way_of_writing_a_member_gives_the_same_row() -> None:
    usual = member(4200000011, join_time=1451606400, level="12", is_robot=False, title="2020-01-01")
    odd = {key: str(value) if type(value) is int else value for key, value in usual.items()}
    alike = [loaded([usual]), loaded([odd]), loaded([usual, odd])]
    for members in alike[1:]:
        pd.testing.assert_frame_equal(alike[0], members)


def test_a_key_that_is_called_like_a_column_is_not_mixed_up_with_it() -> None:
    members = loaded([{**member(1), "gid": 5, "qq": 6, "displayname": "x"}])
    assert members["raw_gid"].tolist() == ["5"] and members["raw_qq"].tolist() == ["6"]
    assert members["qq"].tolist() == ["1"] and members["displayname"].tolist() == ["人1"]


def test_a_group_of_which_nobody_is_told_is_not_there() -> None:
    listing = answered(END.load_members({"gnumber": "1"}), said([]))
    assert isinstance(listing, Listing)
    assert listing.places.num_rows == listing.members.num_rows == 0


def test_a_failing_group_is_reported_in_the_words_of_the_end() -> None:
    failed = named("napcat.get_group_member_list.unknown_group")
    assert failed.response is not None
    with pytest.raises(NotLoaded, match="Failed to get group member list for group 4200000666"):
        answered(END.load_members({"gnumber": "4200000666"}), failed.response)


CELLS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 2**70)
    | st.sampled_from(["", "1", "甲", "2020-01-01", "a\nb"])
)
NAMES = st.sampled_from(["user_id", "nickname", "level", "card_or_nickname", "x", "qq", "y", "join_time"])


@example([{"x": "2020-01-01"}])
@example([{"x": 0.1, "y": "2020-01-01 00:00:00"}])
@example([{"x": 2**53 + 1}, {"x": 2**64}])
@given(st.lists(st.dictionaries(NAMES, CELLS | st.just(1.5) | st.just([1]), max_size=6), max_size=4))
def test_the_quick_way_of_reading_gives_what_the_general_way_gives(found: list[dict[str, object]]) -> None:
    body = json.dumps(found).encode()
    quick = rows.read(body, fields.MEMBERS).outer
    slow = rows.texts(rows.objects(body), fields.MEMBERS)
    assert sorted(quick.column_names) == sorted(slow.column_names)
    assert quick.select(slow.column_names).to_pylist() == slow.to_pylist()
