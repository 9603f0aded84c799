import json
from typing import Any

import pytest

from openqq_nb.readers import chatlab
from openqq_nb.readers.base import Options
from openqq_nb.readers.files import of_file
from tests.readers.sources import EXAMPLES, cells, expected, messages, of_bytes, problems, read

META = {"name": "饭友", "platform": "qq", "type": "group", "groupId": "42"}
SAID = {"sender": "7", "accountName": "小灰", "timestamp": 1766192707, "type": 0, "content": "好"}


def written(*said: dict[str, Any], **more: Any) -> bytes:
    found = {"chatlab": {"version": "0.0.2"}, "meta": META, "members": [], "messages": list(said)}
    return json.dumps(found | more, ensure_ascii=False).encode()


def as_lines(*said: dict[str, Any], meta: dict[str, Any] = META) -> bytes:
    header = {"_type": "header", "chatlab": {"version": "0.0.2"}, "meta": meta}
    return b"\n".join(json.dumps(one).encode() for one in (header, *({"_type": "message"} | s for s in said)))


def only(body: bytes, options: Options | None = None) -> dict[str, Any]:
    (row,) = messages(read(of_bytes(body), options))
    return row


@pytest.mark.parametrize(
    ("name", "wanted"), [("group.json", "group.expected.csv"), ("group.jsonl", "group-jsonl.expected.csv")]
)
def test_example_is_read_as_it_was_planned(name: str, wanted: str) -> None:
    parts = read(of_file(EXAMPLES / "chatlab" / name))
    assert cells(messages(parts)) == expected(f"chatlab/{wanted}")
    row = messages(parts)[3]
    assert (row["reply_to"], row["msg_id"]) == ("7576000000000001001", "7576000000000003003")
    assert {(row["chat"], row["chat_key"], row["gnumber"]) for row in messages(parts)} == {
        ("周末爬山小队⛰️", "group:4200000777", "4200000777")
    }
    assert [row["sender"] for row in messages(parts) if row["own"]] == ["小灰(机器人)"] * 2


def test_empty_and_comment_lines_are_passed_over_and_told() -> None:
    told = problems(read(of_file(EXAMPLES / "chatlab" / "group.jsonl")))
    assert [(one.line, one.why) for one in told] == [
        (13, "1 empty line was passed over"),
        (21, "1 comment line was passed over"),
    ]


@pytest.mark.parametrize("time", [1766192707, 1766192707000, "1766192707", 1766192707.0])
def test_time_may_be_in_seconds_or_milliseconds(time: object) -> None:
    assert only(written(SAID | {"timestamp": time}))["msg_time"].isoformat() == "2025-12-20T09:05:07+08:00"


@pytest.mark.parametrize("time", [0, None, "gestern", -5, 10**20, "nan", "inf"])
def test_time_that_is_none_is_missing_and_told(time: object) -> None:
    parts = read(of_bytes(written(SAID | {"timestamp": time})))
    assert messages(parts)[0]["msg_time"] is None
    assert "time was not understood" in problems(parts)[0].why


def test_people_of_other_programs_have_no_number_of_qq() -> None:
    row = only(written(SAID, meta=META | {"platform": "wechat", "groupId": "7@chatroom"}))
    assert (row["sender_qq"], row["sender_id"], row["gnumber"], row["platform"]) == (
        None,
        "7",
        None,
        "wechat",
    )
    assert row["chat_key"] == "group:7@chatroom"


def test_sender_that_is_a_name_is_no_number() -> None:
    row = only(written(SAID | {"sender": "小灰"}))
    assert (row["sender_qq"], row["sender"]) == (None, "小灰")


@pytest.mark.parametrize("last", ["meta", "members", "chatlab"])
def test_order_of_the_keys_does_not_matter(last: str) -> None:
    members = [{"platformId": "7", "accountName": "老灰"}]
    found = json.loads(written({key: SAID[key] for key in SAID if key != "accountName"}, members=members))
    row = only(json.dumps({key: found[key] for key in found if key != last} | {last: found[last]}).encode())
    assert (row["sender"], row["chat"]) == ("老灰", "饭友")


def test_members_may_come_after_the_messages_in_lines() -> None:
    nameless = {key: SAID[key] for key in SAID if key != "accountName"}
    member = json.dumps({"_type": "member", "platformId": "7", "accountName": "老灰"}).encode()
    assert only(as_lines(nameless) + b"\n" + member)["sender"] == "老灰"


def test_private_chat_is_identified_by_the_other_side() -> None:
    members = [{"platformId": "7", "accountName": "小灰"}, {"platformId": "1", "accountName": "我"}]
    meta = {"name": "小灰", "platform": "qq", "type": "private", "ownerId": "1"}
    for said, own, receiver in ((SAID, False, "1"), (SAID | {"sender": "1", "accountName": "我"}, True, "7")):
        row = only(written(said, meta=meta, members=members))
        assert (row["type"], row["chat_key"], row["own"], row["receiver_qq"]) == (
            "message",
            "friend:7",
            own,
            receiver,
        )


def test_me_of_the_options_says_whose_log_it_is() -> None:
    assert only(written(SAID), Options(me="小灰"))["own"] is True
    assert only(written(SAID))["own"] is None


def test_keys_that_are_not_known_are_kept_as_text() -> None:
    row = only(written(SAID | {"likes": [1, 2], "own": "?", "_type": "message"}))
    assert (row["likes"], row["raw_own"], row["own"]) == ('["1", "2"]', "?", None)


def test_type_that_is_not_known_is_told_once() -> None:
    parts = read(of_bytes(written(SAID | {"type": 42}, SAID | {"type": 42}, SAID | {"type": "x"})))
    assert [row["kind"] for row in messages(parts)] == ["other"] * 3
    assert [one.why[:12] for one in problems(parts)] == ["Its type 42 ", "Its type x i"]


def test_broken_line_costs_only_itself() -> None:
    parts = read(of_bytes(as_lines(SAID, SAID).replace(b'"\\u597d"', b'"\\u597d', 1) + b"\nnull\n{}"))
    assert len(messages(parts)) == 1
    assert [one.line for one in problems(parts)] == [2, 4, 5]


def test_list_that_is_cut_off_is_told() -> None:
    parts = read(of_bytes(written(SAID, SAID)[:-2]))
    assert len(messages(parts)) == 2
    assert "ends before its list" in problems(parts)[0].why


def test_half_a_surrogate_pair_does_not_cost_the_message() -> None:
    assert only(written(SAID).replace("好".encode(), b"\\ud800\\u0000"))["content"] == "\ufffd\0"


def test_very_deep_json_is_told() -> None:
    deep = json.dumps(SAID)[:-1] + ', "x": ' + "[" * 900 + "]" * 900 + "}"
    parts = read(
        of_bytes(written(SAID).replace(json.dumps(SAID, ensure_ascii=False).encode(), deep.encode()))
    )
    assert len(messages(parts)) + len(problems(parts)) >= 1


def test_file_without_a_header_goes_by_its_name() -> None:
    body = as_lines(SAID).split(b"\n", 1)[1]
    parts = read(of_bytes(body, "part2.jsonl"))
    assert messages(parts)[0]["chat"] == "part2.jsonl"
    assert "which chat" in problems(parts)[0].why


def test_chatlab_is_recognised_also_where_it_says_so_at_its_end() -> None:
    assert chatlab.recognises(
        b'{"messages": [{"sender": "7", "accountName": "x", "timestamp": 1', of_bytes(b"")
    )
    assert not chatlab.recognises(b'{"messages": [{"sender": {"uid": "u_1"}', of_bytes(b""))
