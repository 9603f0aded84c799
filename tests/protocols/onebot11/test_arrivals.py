"""Posts of an end of OneBot 11 as arrivals, whatever is in them."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb import messages, records, schema
from openqq_nb.errors import NotUnderstood
from openqq_nb.models import Answer, Arrival, Recalled, Reply
from openqq_nb.protocols.onebot11 import arrivals
from tests import recordings
from tests.protocols.onebot11.writing import ANY_JSON

GROUP: Mapping[str, Any] = json.loads(
    next(post.body for post in recordings.posts("onebot11") if post.name == "napcat.post.g_text.array")
)
PRIVATE: Mapping[str, Any] = json.loads(
    next(post.body for post in recordings.posts("onebot11") if post.name == "napcat.post.p_text.array")
)
RECALL = {
    "time": 1763953200, "self_id": 1234567, "post_type": "notice", "notice_type": "group_recall", "group_id": 552603,
    "user_id": 4200000011, "operator_id": 45678, "message_id": -387693160,
}  # fmt: skip


def read(post: Mapping[str, Any]) -> Arrival:
    return arrivals.read(json.dumps(post).encode())


def without(post: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: cell for key, cell in post.items() if key not in keys}


# ------------------------------------------------------------------ messages


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        (1763949600, 1763949600),
        ("1763949600", 1763949600),
        (1763949600123, 1763949600.123),
        (1763949600.5, 1763949600.5),
        (0, None),
        (-1, None),
        (10**17, None),
        (10**18, None),
        ("gestern", None),
        (None, None),
        (True, None),
    ],
)
def test_a_time_is_seconds_and_what_is_none_is_left_out(time: object, seconds: float | None) -> None:
    assert read({**GROUP, "time": time}).row.get("msg_time") == seconds


def test_every_digit_of_every_number_is_kept() -> None:
    long = 12345678901234567890123
    arrival = read({**GROUP, "user_id": long, "message_id": -long, "group_id": long, "shoe_size": long})
    assert [arrival.row[key] for key in ("sender_qq", "msg_id", "gnumber")] == [
        f"{long}",
        f"-{long}",
        f"{long}",
    ]
    assert arrival.extra["shoe_size"] == f"{long}"


@pytest.mark.parametrize("written", [b"-0", b"1.50", b"1E5", b"9" * 5000])
def test_a_number_is_kept_as_it_was_written(written: bytes) -> None:
    body = b'{"post_type":"message","message_type":"group","self_id":1,"shoe_size":' + written + b"}"
    assert arrivals.read(body).extra["shoe_size"] == written.decode()


@pytest.mark.parametrize("number", [0, "0", "", None])
def test_a_person_without_a_number_has_none(number: object) -> None:
    arrival = read({**GROUP, "user_id": number, "sender": {"nickname": "老同学", "user_id": 0}})
    assert "sender_qq" not in arrival.row


def test_the_number_of_the_sender_stands_in_for_a_missing_one() -> None:
    assert read(without(GROUP, "user_id")).row["sender_qq"] == "4200000011"


def test_a_message_of_the_account_itself_is_one_even_if_it_comes_as_any_other() -> None:
    arrival = read({**GROUP, "user_id": 1234567})
    assert (arrival.row["msg_class"], arrival.row["delivery"], arrival.answerable) == ("send", "sent", False)


def test_a_received_message_can_be_answered() -> None:
    arrival = read(GROUP)
    assert (arrival.row["msg_class"], arrival.answerable, arrival.account) == ("recv", True, "1234567")


def test_two_missing_numbers_do_not_make_a_message_our_own() -> None:
    arrival = read(without({**GROUP, "sender": {}}, "user_id", "self_id"))
    assert (arrival.row["msg_class"], arrival.account) == ("recv", None)


def test_a_private_message_of_our_own_went_to_its_target() -> None:
    arrival = read({**PRIVATE, "post_type": "message_sent", "user_id": 1234567, "target_id": 45678})
    assert arrival.row["receiver_qq"] == "45678"
    assert messages.complete(arrival.row)["chat_key"] == "friend:45678"


@pytest.mark.parametrize("group", [{"group_id": 552603}, {"sender": {"nickname": "甲", "group_id": 552603}}])
def test_a_temporary_session_knows_the_group_in_which_one_met(group: Mapping[str, Any]) -> None:
    row = read({**PRIVATE, "sub_type": "group", **group}).row
    assert (row["type"], row["gnumber"], row["via"]) == ("sess_message", "552603", "group")


@pytest.mark.parametrize("sub_type", ["friend", "other", "group_self", None])
def test_any_other_private_message_is_one_of_a_friend(sub_type: str | None) -> None:
    row = read({**PRIVATE, "sub_type": sub_type, "group_id": 552603}).row
    assert (row["type"], row.get("gnumber")) == ("message", None)


def test_the_ids_of_other_protocols_stay_empty() -> None:
    row = read(GROUP).row
    assert not {"sender_id", "receiver_id", "group_id", "discuss_id", "receiver_qq"} & set(row)


def test_an_empty_message_is_a_row_all_the_same() -> None:
    row = read({**GROUP, "message": []}).row
    assert (row["content"], row["kind"], row["segments"]) == ("", "other", "[]")


def test_a_message_without_segments_is_read_from_its_string() -> None:
    row = read({**without(GROUP, "message"), "raw_message": "[CQ:at,qq=all] 早"}).row
    assert row["content"] == "@全体成员 早"


def test_the_kind_that_the_protocol_told_is_kept() -> None:
    row = read({**GROUP, "message": [{"type": "text", "data": {"text": "[图片]"}}]}).row
    assert messages.complete(row)["kind"] == "text"


def test_a_key_that_is_called_like_a_column_of_ours_is_kept_beside_it() -> None:
    arrival = read({**GROUP, "status": "normal", "kind": "x", "group": 5})
    assert [arrival.extra[f"raw_{key}"] for key in ("status", "kind", "group")] == ["normal", "x", "5"]
    assert not set(arrival.extra) & set(schema.MESSAGES.names)


def test_a_key_that_says_nothing_is_no_column() -> None:
    extra = read({**GROUP, "shoe_size": None, "emoji_likes_list": [], "hat_size": ""}).extra
    assert {"shoe_size", "emoji_likes_list", "hat_size"} & set(extra) == {"hat_size"}


def test_of_the_sender_only_what_says_something_is_kept() -> None:
    sender = {"nickname": "甲", "card": "", "sex": "unknown", "age": 0, "level": "12", "area": None}
    extra = read({**GROUP, "sender": sender}).extra
    assert {"sender_nick": "甲", "sender_level": "12"}.items() <= extra.items()
    assert not {"card", "gender", "sex", "age", "area"} & {key.removeprefix("sender_") for key in extra}


# ------------------------------------------------------------------ identity


def test_the_same_message_is_the_same_in_either_format_and_with_other_names() -> None:
    other = {
        **GROUP,
        "message": GROUP["raw_message"],
        "message_format": "string",
        "group_name": "",
        "sender": {},
    }
    assert read(other).fingerprint == read(GROUP).fingerprint


@pytest.mark.parametrize(
    "change", [{"self_id": 7}, {"group_id": 7}, {"message_id": 7}, {"time": 7}, {"message_id": -387693160}]
)
def test_another_account_chat_number_or_time_is_another_message(change: Mapping[str, Any]) -> None:
    assert read({**GROUP, **change}).fingerprint != read(GROUP).fingerprint


def test_one_number_in_a_group_and_in_a_private_chat_of_the_same_number_are_two_messages() -> None:
    group = read({**GROUP, "group_id": 45678})
    private = read({**GROUP, "message_type": "private", "user_id": 45678})
    assert group.fingerprint != private.fingerprint


def test_a_message_without_a_number_is_like_no_other() -> None:
    assert read(without(GROUP, "message_id")).fingerprint != read(without(GROUP, "message_id")).fingerprint


@pytest.mark.parametrize("later", [1763953209123, "1763953209123"])
def test_a_time_that_the_end_made_up_is_no_part_of_the_identity(later: object) -> None:
    post = read({**GROUP, "time": 1763953200123})
    page = read({**GROUP, "time": later})
    assert page.fingerprint == post.fingerprint
    assert read({**GROUP, "time": later, "message_id": 7}).fingerprint != post.fingerprint


OWN = {**PRIVATE, "post_type": "message_sent", "user_id": 1234567}


def test_an_own_private_message_is_the_same_whether_or_not_the_end_tells_to_whom_it_went() -> None:
    untold, told = read(without(OWN, "target_id")), read({**OWN, "target_id": 45678})
    assert untold.fingerprint == told.fingerprint
    assert read({**OWN, "message_id": 7}).fingerprint != untold.fingerprint


def test_an_own_private_message_is_not_one_of_another_writer() -> None:
    assert read({**OWN, "target_id": 45678}).fingerprint != read({**PRIVATE, "user_id": 45678}).fingerprint


def test_an_event_that_is_posted_again_is_the_same_in_any_order_of_keys() -> None:
    turned = dict(reversed(RECALL.items()))
    assert read(turned).fingerprint == read(RECALL).fingerprint
    assert read({**RECALL, "operator_id": 7}).fingerprint != read(RECALL).fingerprint


def test_an_event_without_a_time_is_like_no_other() -> None:
    assert read(without(RECALL, "time")).fingerprint != read(without(RECALL, "time")).fingerprint


@pytest.mark.parametrize(
    "about", [{"sub_type": "poke", "target_id": 7}, {"sub_type": "profile_like", "times": 1}]
)
def test_what_happens_twice_in_one_second_is_two_rows(about: Mapping[str, Any]) -> None:
    notice = {"time": 1763953200, "self_id": 1234567, "post_type": "notice", "notice_type": "notify", **about}
    assert read(notice).fingerprint != read(notice).fingerprint


@pytest.mark.parametrize("sub_type", ["title", "lucky_king", ["poke"], None])
def test_any_other_notice_that_is_posted_again_is_the_same(sub_type: object) -> None:
    notice = {"time": 1, "post_type": "notice", "notice_type": "notify", "sub_type": sub_type}
    assert read(notice).fingerprint == read(notice).fingerprint


# ------------------------------------------------------------------ events and states


def test_a_recall_tells_which_message_it_takes_back() -> None:
    assert read(RECALL).recalls == Recalled("552603", "4200000011", "-387693160", 1763953200)


def test_a_recall_without_a_number_takes_nothing_back() -> None:
    assert read(without(RECALL, "message_id")).recalls is None


def test_no_other_event_takes_a_message_back() -> None:
    assert read({**RECALL, "notice_type": "group_msg_emoji_like"}).recalls is None


@pytest.mark.parametrize(
    ("keys", "event", "subtype"),
    [
        ({"post_type": "notice", "notice_type": "notify", "sub_type": "poke"}, "notify", "poke"),
        ({"post_type": "notice", "notice_type": "group_admin", "sub_type": "set"}, "group_admin", "set"),
        ({"post_type": "notice", "notice_type": "bot_offline"}, "bot_offline", None),
        ({"post_type": "notice"}, "notice", None),
        ({"post_type": "request", "request_type": "friend"}, "request", "friend"),
        ({"post_type": "request", "request_type": "group", "sub_type": "invite"}, "request", "invite"),
        ({"post_type": "message", "message_type": "guild"}, "message", "guild"),
        ({"post_type": "something_new", "sub_type": "x"}, "something_new", "x"),
    ],
)
def test_an_event_is_called_by_its_type(keys: Mapping[str, Any], event: str, subtype: str | None) -> None:
    row = read({**keys, "self_id": 1234567, "time": 1763953200}).row
    assert (row["event"], row.get("subtype")) == (event, subtype)


def test_an_event_keeps_the_whole_post_as_it_was_written() -> None:
    body = '\ufeff{"post_type": "request", "flag": "7001", "comment": "答案：[CQ:at,qq=all]"}'.encode()
    assert arrivals.read(body).row["params"] == body.decode("utf-8-sig")


@pytest.mark.parametrize(
    ("escaped", "readable"),
    [
        (r"\u597d\ud83d\ude00", "好😀"),
        (r"\uD83D\uDE00\u00e9", "😀é"),
        (r"\u0022\u000a\u0041", r"\u0022\u000a\u0041"),
        (r"\\u597d", r"\\u597d"),
        (r"\ud83d", "\ufffd"),
    ],
)
def test_an_event_whose_characters_are_escaped_is_kept_as_it_reads(escaped: str, readable: str) -> None:
    posted = '{{"post_type": "request", "comment": "{}"}}'
    assert arrivals.read(posted.format(escaped).encode()).row["params"] == posted.format(readable)


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        (
            {"meta_event_type": "heartbeat", "status": {"online": False, "good": False}, "interval": 30000},
            {"state": "heartbeat", "online": False, "interval_s": 30.0},
        ),
        (
            {"meta_event_type": "heartbeat", "status": None, "interval": "soon"},
            {"state": "heartbeat", "online": None, "interval_s": None},
        ),
        (
            {"meta_event_type": "lifecycle", "sub_type": "enable"},
            {"state": "enable", "online": None, "interval_s": None},
        ),
        (
            {"post_type": "notice", "notice_type": "notify", "sub_type": "input_status"},
            {"state": "input_status", "online": None, "interval_s": None},
        ),
    ],
)
def test_what_tells_how_the_end_is_becomes_no_row(keys: Mapping[str, Any], row: Mapping[str, Any]) -> None:
    arrival = read({"post_type": "meta_event", "self_id": 1234567, "time": 1, **keys})
    assert (arrival.kind, arrival.row, arrival.account) == ("state", row, "1234567")


def test_nothing_is_ever_written_back() -> None:
    assert arrivals.answer(read(GROUP), Reply("好", shutup=True)) == Answer(204)


# ------------------------------------------------------------------ what is no post


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[]", "must be a JSON object"),
        (b'{"hello":1}', r"no post of OneBot 11: it has no post_type, and begins with '\{\"hello\""),
        (b'{"post_type":["message"]}', "it has no post_type"),
        (b'{"status":"ok","retcode":0,"data":null,"echo":null}', "it is the answer to a call"),
        (b'{"post_type":"receive_message","type":"friend_message"}', "it is one of an Openqq server"),
        (b'{"post_type":"message","a":' + b"[" * 101 + b"]" * 101 + b"}", "deeper than 100 levels"),
        (b'{"post_type":"message","a":' + b"[" * 100_000, "no JSON"),
    ],
)
def test_what_is_no_post_is_refused_with_what_was_found(body: bytes, says: str) -> None:
    with pytest.raises(NotUnderstood, match=says):
        arrivals.read(body)


KEYS = sorted(
    {
        "notice_type", "request_type", "meta_event_type", "status", "interval", "anonymous", "target_id", "message_seq",
        "shoe_size", *GROUP,
    }
)  # fmt: skip
LIKELY = st.sampled_from(
    [
        "message",
        "message_sent",
        "notice",
        "request",
        "meta_event",
        "group",
        "private",
        "group_recall",
        "anonymous",
    ]
)
SENDER = st.dictionaries(st.sampled_from(["nickname", "card", "user_id", "group_id", "sex", "x"]), ANY_JSON)
POSTS = st.dictionaries(st.sampled_from(KEYS), LIKELY | ANY_JSON | SENDER).map(
    lambda keys: {"post_type": "message", "message_type": "group", **keys}
)


@given(POSTS | st.builds(lambda change: {**GROUP, **change}, POSTS))
def test_whatever_is_in_a_post_it_is_read_or_refused_and_can_be_kept(post: dict[str, Any]) -> None:
    try:
        arrival = read(post)
    except NotUnderstood:
        return
    for cell in (*arrival.row.values(), *arrival.extra.values()):
        assert isinstance(cell, str | int | float | None)
        assert not isinstance(cell, str) or cell.encode() is not None
    if arrival.kind != "state":
        full = messages.complete(arrival.row) if arrival.kind == "message" else arrival.row
        assert records.extra_json(records.entry(records.ARRIVALS[arrival.kind], full, arrival.extra)) != ""


@given(st.builds(lambda change: {**GROUP, **change}, POSTS))
def test_the_quick_way_and_the_way_for_anything_read_the_same(post: dict[str, Any]) -> None:
    quick, slow = (json.dumps(post | {"z": end}).encode() for end in ("?", "\ud800"))
    assert _outcome(quick) == _outcome(slow)


def _outcome(body: bytes) -> object:
    try:
        arrival = arrivals.read(body)
    except NotUnderstood:
        return None
    row = {name: cell for name, cell in arrival.row.items() if name != "params"}
    return arrival.kind, row, {**arrival.extra, "z": ""}, arrival.account, arrival.recalls, arrival.answerable
