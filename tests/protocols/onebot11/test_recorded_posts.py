"""Posts and histories of real ends, and a log as people keep it, in our columns."""

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from openqq_nb.models import Arrival
from openqq_nb.protocols.onebot11 import arrivals
from tests import recordings

LOGS = Path(__file__).parents[2] / "formats" / "onebot"
POSTS = {post.name: post.body for post in recordings.posts("onebot11")}
PAIRS = sorted(
    name.removesuffix(".array")
    for name in POSTS
    if name.replace(".array", ".string") in POSTS and ".array" in name
)
SHANGHAI = timezone(timedelta(hours=8))

Cells = dict[str, str]


def read(name: str) -> Arrival:
    return arrivals.read(POSTS[name])


def expected(name: str) -> list[Cells]:
    with (LOGS / f"{name}.expected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def once(found: Iterable[Arrival]) -> Iterator[Arrival]:
    seen: set[str] = set()
    for arrival in found:
        if arrival.kind == "message" and arrival.fingerprint not in seen:
            seen.add(arrival.fingerprint)
            yield arrival


def cells(arrival: Arrival) -> Cells:
    row = arrival.row
    moment = datetime.fromtimestamp(float(row["msg_time"] or 0), SHANGHAI).isoformat()
    return {"msg_time": moment} | {
        name: str(row.get(name, "")) for name in ("sender", "sender_qq", "content", "type", "kind")
    }


def history(*names: str) -> list[Any]:
    pages = [json.loads((LOGS / name).read_text("utf-8")) for name in names]
    return [message for page in pages for message in page["data"]["messages"]]


def test_a_log_of_events_gives_each_message_once_cell_by_cell() -> None:
    lines = (LOGS / "events.jsonl").read_bytes().splitlines()
    assert [cells(one) for one in once(map(arrivals.read, lines))] == expected("events")


def test_two_pages_of_a_history_give_each_message_once_cell_by_cell() -> None:
    found = history("history-page2-older.json", "history-page1-newest.json")
    read_all = (arrivals.read(json.dumps(one).encode()) for one in found)
    assert [cells(one) for one in once(read_all)] == expected("history")


def test_the_log_and_the_history_of_one_chat_have_the_same_identities() -> None:
    lines = (LOGS / "events.jsonl").read_bytes().splitlines()
    pushed = {one.fingerprint for one in once(map(arrivals.read, lines))}
    found = history("history-page2-older.json", "history-page1-newest.json")
    assert {arrivals.read(json.dumps(one).encode()).fingerprint for one in found} < pushed


@pytest.mark.parametrize("name", POSTS)
def test_every_recorded_post_is_read_for_its_account(name: str) -> None:
    assert read(name).account == "1234567"


@pytest.mark.parametrize("name", PAIRS)
def test_array_and_string_of_one_message_are_one(name: str) -> None:
    array, string = read(f"{name}.array"), read(f"{name}.string")
    apart = {"segments"}
    assert {k: v for k, v in array.row.items() if k not in apart} == {
        k: v for k, v in string.row.items() if k not in apart
    }
    assert array.fingerprint == string.fingerprint


def test_there_are_pairs_to_compare() -> None:
    assert len(PAIRS) >= 6


@pytest.mark.parametrize(
    ("post", "call"),
    [
        ("napcat.post.g_reply.array", "napcat.history.older_page"),
        ("napcat.post.g_image.array", "napcat.history.older_page"),
        ("llbot.post.g_at.array", "llbot.history.older_page"),
        ("llbot.post.g_reply.array", "llbot.history.older_page"),
    ],
)
def test_a_message_is_the_same_when_it_comes_from_the_history(post: str, call: str) -> None:
    found = json.loads(recordings.body("onebot11", call))["data"]["messages"]
    read_all = [arrivals.read(json.dumps(one).encode()) for one in found]
    assert read(post).row in [one.row for one in read_all]
    assert read(post).fingerprint in {one.fingerprint for one in read_all}


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("napcat.post.g_text.array", "大家好，周五聚餐吗？\n地点：[老地方] & 食堂, 二楼 😀", "text"),
        ("napcat.post.g_at.array", "@1234567 帮忙统计一下 [CQ:face,id=1] 这是原文", "text"),
        ("napcat.post.g_reply.array", "@4200000011 我去！/微笑", "reply"),
        ("napcat.post.g_image.array", "看图[图片]如何？", "image"),
        ("napcat.post.g_json.array", "[卡片:[分享]一篇文章, [测试]]", "share"),
        ("napcat.post.g_file.array", "[文件:期末,复习[终版].pdf]", "file"),
        ("napcat.post.g_forward.array", "[合并转发]", "forward"),
        ("napcat.post.p_record.array", "[语音]", "voice"),
        ("llbot.post.g_at.array", "@小灰(机器人) 统计一下", "text"),
        ("llbot.post.g_forward.array", "[合并转发]", "forward"),
        ("gocq.post.group_string", "@22334455 好的[收到] & 谢谢", "reply"),
        ("gocq.post.image_string", "[图片]", "image"),
        ("lagrange.post.group_array", "@小灰 看图 <b>[图片]", "image"),
    ],
)
def test_what_is_said_is_read_from_the_segments(name: str, content: str, kind: str) -> None:
    row = read(name).row
    assert (row["content"], row["kind"]) == (content, kind)


def test_a_message_in_a_group_has_its_columns() -> None:
    row = dict(read("napcat.post.g_text.array").row)
    assert json.loads(str(row.pop("segments"))) == [{"type": "text", "data": {"text": row.pop("content")}}]
    assert row == {
        "msg_time": 1763949600, "type": "group_message", "sender": "阿澈 | 值日", "sender_qq": "4200000011",
        "kind": "text", "msg_class": "recv", "gnumber": "552603", "group": "PERL学习交流", "msg_id": "387693160",
    }  # fmt: skip


def test_what_has_no_column_is_kept() -> None:
    extra = read("napcat.post.g_text.array").extra
    assert extra["raw_message"] == "大家好，周五聚餐吗？\n地点：&#91;老地方&#93; &amp; 食堂, 二楼 😀"
    assert {name: extra[name] for name in extra if name != "raw_message"} == {
        "self_qq": "1234567", "message_seq": "387693160", "real_seq": "4101", "sender_nick": "阿澈🌊",
        "sender_card": "阿澈 | 值日", "sender_role": "member",
    }  # fmt: skip


def test_a_negative_number_of_a_message_stays_negative() -> None:
    arrival = read("llbot.post.g_reply.array")
    assert (arrival.row["msg_id"], arrival.row["reply_to"]) == ("-1603703707", "-1702469138")


@pytest.mark.parametrize("name", ["napcat.post.p_temp.array", "llbot.post.p_temp.array"])
def test_a_temporary_session_has_its_group(name: str) -> None:
    row = read(name).row
    assert [row[key] for key in ("type", "gnumber", "via", "sender_qq", "receiver_qq")] == [
        "sess_message", "552603", "group", "4200000099", "1234567",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["napcat.post.g_self.array", "lagrange.post.own_message", "gocq.post.private_sent"]
)
def test_own_messages_are_sent_and_not_to_be_answered(name: str) -> None:
    arrival = read(name)
    row = arrival.row
    assert (row["msg_class"], row["delivery"], arrival.answerable) == ("send", "sent", False)


def test_an_own_private_message_has_its_receiver() -> None:
    assert read("gocq.post.private_sent").row["receiver_qq"] == "22334455"


def test_somebody_anonymous_has_a_name_and_no_number() -> None:
    arrival = read("gocq.post.anonymous")
    assert (arrival.row["sender"], arrival.row.get("sender_qq")) == ("大力鬼王", None)
    assert json.loads(str(arrival.extra["anonymous"]))["flag"] == "AAAA|大力鬼王"


@pytest.mark.parametrize(
    ("name", "event", "subtype", "gnumber", "qq"),
    [
        ("ban", "group_ban", "ban", "552603", "4200000011"),
        ("ban_all", "group_ban", "ban", "552603", None),
        ("increase_approve", "group_increase", "approve", "552603", "4200000012"),
        ("decrease_kick_me", "group_decrease", "kick_me", "4200000777", "1234567"),
        ("group_recall", "group_recall", None, "552603", "4200000011"),
        ("friend_recall", "friend_recall", None, None, "4200000011"),
        ("group_poke", "notify", "poke", "552603", "4200000011"),
        ("upload", "group_upload", None, "552603", "4200000011"),
        ("emoji_like", "group_msg_emoji_like", None, "552603", "4200000013"),
        ("bot_offline", "bot_offline", None, None, "1234567"),
        ("friend_request", "request", "friend", None, "4200000099"),
        ("group_request_add", "request", "add", "552603", "4200000099"),
    ],
)
def test_a_notice_or_request_is_an_event(
    name: str, event: str, subtype: str | None, gnumber: str | None, qq: str | None
) -> None:
    arrival = read(f"napcat.post.{name}")
    row = arrival.row
    assert (row["event"], row.get("subtype"), row.get("gnumber"), row.get("qq")) == (
        event, subtype, gnumber, qq,
    )  # fmt: skip
    assert (arrival.kind, row["params"]) == ("event", POSTS[f"napcat.post.{name}"].decode())


@pytest.mark.parametrize("name", ["napcat.post.group_recall", "lagrange.post.group_recall"])
def test_a_recorded_recall_names_a_message_that_was_posted(name: str) -> None:
    recalls = read(name).recalls
    assert recalls is not None
    posted = (arrivals.read(body).row for body in POSTS.values())
    assert (recalls.gnumber, recalls.msg_id) in {(row.get("gnumber"), row.get("msg_id")) for row in posted}


@pytest.mark.parametrize(
    ("name", "state", "online", "interval_s"),
    [
        ("napcat.post.heartbeat", "heartbeat", True, 30.0),
        ("gocq.post.heartbeat", "heartbeat", True, 5.0),
        ("napcat.post.lifecycle", "connect", None, None),
    ],
)
def test_a_state_is_no_row(name: str, state: str, online: bool | None, interval_s: float | None) -> None:
    arrival = read(name)
    assert arrival.kind == "state"
    assert arrival.row == {"state": state, "online": online, "interval_s": interval_s}
