"""What an export of qq-chat-exporter means where it is easily misread."""

import json
from typing import Any

import pytest

from openqq_nb.readers.base import Options
from openqq_nb.readers.qce import single
from tests.readers.qce.conftest import Row, example, export, message, read, said, source_of

IMAGE = ("image", {"filename": "A.jpg"})
REPLY = ("reply", {"referencedMessageId": "9", "senderName": "阿澈", "content": "[图片] a\nb]\nc"})


def first(*messages: Any, **others: Any) -> Row:
    found, problems = read(source_of(export(*messages, **others)))
    assert problems == []
    return found[0]


def text(words: str) -> tuple[str, dict[str, Any]]:
    return ("text", {"text": words})


@pytest.mark.parametrize(
    ("written", "elements", "content", "kind"),
    [
        ("[图片:A.jpg]", [IMAGE], "[图片]", "image"),
        ("[图片: A.jpg]", [text("[图片: A.jpg]"), IMAGE], "[图片]", "image"),
        ("a[图片:A.jpg]b", [text("a"), IMAGE, text("b")], "a[图片]b", "image"),
        ("[图片:A.jpg][图片:A.jpg]", [text("[图片:A.jpg]"), IMAGE], "[图片:A.jpg][图片]", "image"),
        ("[图片]", [text("[图片]")], "[图片]", "text"),
        ("[文件: a,[1].x]", [("file", {"filename": "a,[1].x"})], "[文件:a,[1].x]", "file"),
        ("[语音: 3秒]", [("audio", {"duration": 3})], "[语音]", "voice"),
        ("[视频:v.mp4]", [("video", {"filename": "v.mp4"})], "[视频]", "video"),
        ("[JSON消息]", [("json", {"title": "[分享]山"})], "[卡片:[分享]山]", "share"),
        ("[JSON消息]", [("json", {"content": '{"prompt": "山"}'})], "[卡片:山]", "share"),
        ("[转发消息]", [("forward", {"title": "群聊"})], "[合并转发]", "forward"),
        ("[开心]", [("market_face", {"name": "开心"})], "[表情:开心]", "face"),
        ("[表情14]", [("face", {"id": "14", "name": "/微笑"})], "[表情14]", "face"),
        ("[/微笑]", [text("[/微笑]"), ("face", {"id": "14", "name": "/微笑"})], "[/微笑]", "face"),
        ("好/微笑", [text("好"), ("face", {"name": "/微笑"})], "好/微笑", "text"),
        ("@李 好", [("at", {"name": "李"}), text(" 好")], "@李 好", "text"),
        ("前 [图片:A.jpg]", [text("  前 "), IMAGE], "前 [图片]", "image"),
        (None, [text("好"), IMAGE], "好[图片]", "image"),
        (None, [], None, "other"),
    ],
)
def test_words_for_what_is_no_text(written: str, elements: Any, content: str, kind: str) -> None:
    row = first(said(written, *elements))
    assert (row["content"], row["kind"]) == (content, kind)


@pytest.mark.parametrize(
    ("written", "elements", "content"),
    [
        ("[回复消息]好", [REPLY, text("好")], "好"),
        ("[回复消息]好", [text("[回复消息]好")], "[回复消息]好"),
        ("好[回复消息]", [REPLY, text("好[回复消息]")], "好[回复消息]"),
        ("[回复 阿澈: [图片] a\nb]\nc]\n好", [text(""), REPLY], "好"),
        ("[回复 阿澈: 短]\n好", [text(""), REPLY], "好"),
        ("[回复消息] 好 ", [REPLY, text(" 好 ")], " 好 "),
    ],
)
def test_a_quote_is_cut_off_at_the_start_and_only_if_there_is_one(
    written: str, elements: Any, content: str
) -> None:
    row = first(said(written, *elements))
    assert row["content"] == content
    assert row["reply_to"] == ("9" if REPLY in elements else None)


@pytest.mark.parametrize(
    "sender",
    [{"uid": "未知", "name": "系统消息"}, {"uid": "", "uin": "0", "name": "0"}, {"uid": "", "uin": 0}, {}],
)
def test_a_line_of_the_system_has_no_sender_called_0(sender: Any) -> None:
    row = first(said("甲加入了群聊。", ("system", {"text": ""}), sender=sender, system=True))
    assert (row["sender"], row["sender_qq"], row["sender_id"], row["kind"]) == (None, None, None, "system")


def test_a_person_called_0_who_writes_is_a_person() -> None:
    row = first(message(sender={"uid": "u_0", "uin": "77", "name": "0"}))
    assert (row["sender"], row["sender_qq"]) == ("0", "77")


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ({"groupCard": "名片", "name": "名", "nickname": "昵称"}, "名片"),
        ({"groupCard": "", "name": "名", "nickname": "昵称"}, "名"),
        ({"nickname": "昵称"}, "昵称"),
    ],
)
def test_a_sender_is_called_by_the_card_else_the_name_else_the_nick(sender: Any, name: str) -> None:
    assert first(message(sender=sender))["sender"] == name


@pytest.mark.parametrize(
    ("fields", "moment"),
    [
        ({"timestamp": 1770253507123, "time": "2001-01-01 00:00:00"}, "2026-02-05T09:05:07.123000+08:00"),
        ({"timestamp": "1770253507000"}, "2026-02-05T09:05:07+08:00"),
        ({"timestamp": 1770253507}, "2026-02-05T09:05:07+08:00"),
        ({"timestamp": "2026-02-05T01:05:07.000Z"}, "2026-02-05T09:05:07+08:00"),
        ({"timestamp": None, "time": "2026-02-05T01:05:07.000Z"}, "2026-02-05T09:05:07+08:00"),
        ({"timestamp": 0, "time": "2026-02-05 09:05:07"}, "2026-02-05T09:05:07+08:00"),
    ],
)
def test_the_time_is_the_timestamp_and_else_what_is_written_out(fields: Any, moment: str) -> None:
    assert first(message(**fields))["msg_time"].isoformat() == moment


def test_a_time_without_zone_is_that_of_the_options() -> None:
    written = export(message(timestamp=None, time="2026-02-05 09:05:07"))
    found, _ = read(source_of(written), options=Options(zone="UTC"))
    assert found[0]["msg_time"].isoformat() == "2026-02-05T17:05:07+08:00"


@pytest.mark.parametrize("stamp", [None, "", "gestern", -1, 0, 10**30, True, [1], 1e300])
def test_a_message_without_a_time_is_a_row_and_a_problem(stamp: Any) -> None:
    found, problems = read(source_of(export(message(), message(timestamp=stamp, time=""))))
    assert found[1]["msg_time"] is None
    assert problems == ["4: This message has no time that can be read."]


@pytest.mark.parametrize(
    ("info", "type_", "key"),
    [
        ({"name": "登山", "type": "group"}, "group_message", "group:登山"),
        ({"name": "登山", "type": "group", "peerUin": "42"}, "group_message", "group:42"),
        ({"name": "李", "type": "private", "peerUin": "43"}, "message", "friend:43"),
        ({"name": "李", "type": "private", "selfUid": "u_me"}, "message", "friend:4200000012"),
        ({"name": "李", "type": "temp", "peerUin": "43"}, "sess_message", "session:43"),
        ({"name": "李"}, "message", "friend:李"),
    ],
)
def test_type_and_key_of_a_talk(info: Any, type_: str, key: str) -> None:
    row = first(message(), info=info)
    assert (row["type"], row["chat_key"]) == (type_, key)


def test_more_than_two_writers_make_a_group_whatever_the_file_says() -> None:
    changed = example("v4-parsed.json")
    changed["chatInfo"]["type"] = "private"
    found, _ = read(source_of(json.dumps(changed).encode()))
    assert {row["type"] for row in found} == {"group_message"}


def test_whoever_bears_the_number_of_the_account_as_a_name_is_not_the_account() -> None:
    thief = {"uid": "u_x", "uin": "9", "name": "1"}
    assert first(message(sender=thief))["own"] is False
    written = export(message(sender=thief), info={"name": "登山", "type": "group"})
    assert read(source_of(written), options=Options(me="1"))[0][0]["own"] is False
    assert read(source_of(written), options=Options(me="9"))[0][0]["own"] is True
    assert read(source_of(written))[0][0]["own"] is None


def test_an_account_known_by_name_only_owns_what_is_written_under_it() -> None:
    written = export(message(), info={"name": "登山", "type": "group"})
    assert read(source_of(written), options=Options(me="李大麦"))[0][0]["own"] is True


@pytest.mark.parametrize("layout", ["minified", "sorted", "indented", "spaced", "tabs", "windows", "old mac"])
def test_the_layout_of_the_json_does_not_matter(layout: str) -> None:
    plain, _ = read(source_of(json.dumps(example("v6.json")).encode()))
    ways: dict[str, dict[str, Any]] = {
        "minified": {"separators": (",", ":")}, "sorted": {"sort_keys": True}, "indented": {"indent": 7},
        "spaced": {}, "tabs": {"indent": "\t"}, "windows": {"indent": 2}, "old mac": {"indent": 2},
    }  # fmt: skip
    written = json.dumps(example("v6.json"), **ways[layout])
    written = written.replace("\n", {"windows": "\r\n", "old mac": "\r"}.get(layout, "\n"))
    assert read(source_of(written.encode()), single) == (plain, [])


def test_what_stands_behind_the_messages_counts_too() -> None:
    exported = example("v6.json")
    turned = {"messages": exported.pop("messages"), **exported}
    found, problems = read(source_of(json.dumps(turned, indent=2).encode()))
    assert (found[0]["chat_key"], problems) == ("group:4200000777", [])


def test_a_long_header_is_passed_over() -> None:
    senders = [{"uid": f"u_{number}", "name": '[{"messages":['} for number in range(20_000)]
    found, problems = read(source_of(export(message(), statistics={"senders": senders, "totalMessages": 1})))
    assert (len(found), problems) == (1, [])


def test_other_types_than_usual_are_read() -> None:
    row = first(message(id=7, sender={"uin": 12, "name": 34}, recalled="true", seq=None))
    assert (row["msg_id"], row["sender_qq"], row["sender"], row["recalled"]) == ("7", "12", "34", "true")


def test_an_export_without_messages_has_all_columns_and_no_rows() -> None:
    source = source_of(b'{"chatInfo":{"name":"a","type":"group"},"messages": [ ]}')
    (part,) = single.parts(source, Options())
    assert part.messages.num_rows == 0
    assert {"msg_time", "type", "chat", "chat_key", "content", "kind"} <= set(part.messages.column_names)
    assert part.problems == []


def test_hostile_names_stay_text() -> None:
    hostile = '=cmd()<b>\u202e\x00\ud83d"'
    row = first(message(sender={"uin": "1", "name": hostile}), info={"name": hostile, "type": "group"})
    assert row["sender"] == row["chat"] == hostile.replace("\ud83d", "\ufffd")
