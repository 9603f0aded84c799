import json
from typing import Any

import pytest

from openqq_nb.readers.base import Options
from openqq_nb.readers.files import of_file
from tests.readers.sources import EXAMPLES, cells, events, expected, messages, of_bytes, problems, read

FOLDER = EXAMPLES / "onebot"
LINES = (FOLDER / "events.jsonl").read_bytes().strip().split(b"\n")
PAGES = ("history-page2-older.json", "history-page1-newest.json")
SAID: dict[str, Any] = {
    "self_id": 1,
    "user_id": 7,
    "time": 1781139907,
    "message_id": 5,
    "message_type": "group",
    "group_id": 42,
    "post_type": "message",
    "message": "好",
    "raw_message": "好",
    "sender": {"nickname": "小灰", "card": ""},
}


def lines(*posts: dict[str, Any]) -> bytes:
    return b"\n".join(json.dumps(post).encode() for post in posts)


def recall(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "time": 1781140000,
        "self_id": 1,
        "post_type": "notice",
        "notice_type": kind,
        "user_id": 7,
        **more,
    }


def test_log_of_events_is_read_as_it_was_planned() -> None:
    parts = read(of_file(FOLDER / "events.jsonl"))
    assert cells(messages(parts)) == expected("onebot/events.expected.csv")
    assert not problems(parts)


@pytest.mark.parametrize("between", [b",", b",\n", b"\r\n,\r\n  "])
def test_list_in_place_of_lines_is_the_same(between: bytes) -> None:
    parts = read(of_bytes(b"\xef\xbb\xbf [" + between.join(LINES) + b"]\n"))
    assert messages(parts) == messages(read(of_file(FOLDER / "events.jsonl")))
    assert not problems(parts)


def test_notices_become_events_with_their_time() -> None:
    found = events(read(of_file(FOLDER / "events.jsonl")))
    assert [(one["event"], one["qq"], one["gnumber"]) for one in found] == [
        ("group_increase", "4200000099", "4200000777"),
        ("group_recall", "4200000012", "4200000777"),
    ]
    assert found[1]["received_at"].isoformat() == "2026-06-12T08:33:20+08:00"


def test_message_that_was_taken_back_stays_and_says_when() -> None:
    rows = messages(read(of_file(FOLDER / "events.jsonl")))
    assert [(row["content"], row["recalled_at"].isoformat()) for row in rows if row["recalled_at"]] == [
        ("发错了", "2026-06-12T08:33:20+08:00")
    ]


def test_notice_of_a_recall_may_come_before_its_message_and_in_another_part() -> None:
    many = [SAID | {"message_id": 100 + number} for number in range(20_001)]
    notice = recall("group_recall", group_id=42, message_id=100 + 20_000)
    parts = read(of_bytes(lines(notice, *many)))
    assert len(parts) == 2
    assert [row["msg_id"] for row in messages(parts) if row.get("recalled_at")] == ["20100"]


def test_recall_in_another_chat_touches_no_message_of_the_same_number() -> None:
    friend = {key: cell for key, cell in SAID.items() if key != "group_id"} | {"message_type": "private"}
    rows = messages(read(of_bytes(lines(SAID, friend, recall("friend_recall", message_id=5)))))
    assert [(row["type"], row["recalled_at"] is None) for row in rows] == [
        ("group_message", True),
        ("message", False),
    ]


def test_same_number_in_another_chat_or_account_is_another_message() -> None:
    rows = messages(
        read(
            of_bytes(
                lines(SAID, SAID | {"group_id": 43}, SAID | {"self_id": 2}, SAID, SAID | {"message": "好"})
            )
        )
    )
    assert [(row["gnumber"], row["self_qq"]) for row in rows] == [("42", "1"), ("43", "1"), ("42", "2")]


@pytest.mark.parametrize("name", PAGES)
def test_page_of_history_is_read_alone(name: str) -> None:
    parts = read(of_file(FOLDER / name))
    wanted = expected("onebot/history.expected.csv")
    rows = cells(messages(parts))
    assert rows == (wanted[-len(rows) :] if "newest" in name else wanted[: len(rows)])
    assert not problems(parts)


def test_overlapping_pages_make_the_whole_history() -> None:
    rows = [row for name in PAGES for row in messages(read(of_file(FOLDER / name)))]
    once = {(row["chat_key"], row["msg_id"]): row for row in rows}
    assert len(once) == len(rows) - 1
    assert cells(once.values()) == expected("onebot/history.expected.csv")


def test_pages_may_stand_in_one_file_line_by_line() -> None:
    parts = read(of_bytes(b"\n".join((FOLDER / name).read_bytes() for name in PAGES)))
    assert cells(messages(parts)) == expected("onebot/history.expected.csv")


def test_page_may_be_spread_over_lines() -> None:
    page = json.loads((FOLDER / PAGES[0]).read_bytes())
    spread = json.dumps(page, indent=2, ensure_ascii=False).encode()
    assert messages(read(of_bytes(spread))) == messages(read(of_file(FOLDER / PAGES[0])))


@pytest.mark.parametrize("lost", [1, 2, 40])
def test_of_a_page_on_one_line_that_was_cut_the_whole_messages_are_read(lost: int) -> None:
    page = json.dumps({"status": "ok", "retcode": 0, "data": {"messages": [SAID | {"message_id": 9}, SAID]}})
    parts = read(of_bytes(lines(SAID | {"message_id": 8}) + b"\n" + page[:-lost].encode()))
    assert [one["msg_id"] for one in messages(parts)] == ["8", "9", "5"][: 2 + (lost < 40)]
    assert {problem.line for problem in problems(parts)} == {2}


def test_message_of_history_without_post_type_is_a_message() -> None:
    bare = {key: SAID[key] for key in SAID if key not in ("post_type", "self_id", "message_type")}
    body = json.dumps(
        {"status": "ok", "retcode": 0, "data": {"messages": [bare, bare | {"user_id": 1, "message_id": 6}]}}
    )
    rows = messages(read(of_bytes(body.encode()), Options(me="1")))
    assert [(row["type"], row["own"], row["chat_key"]) for row in rows] == [
        ("group_message", False, "group:42"),
        ("group_message", True, "group:42"),
    ]


def test_segments_are_kept() -> None:
    rows = messages(read(of_file(FOLDER / "events.jsonl")))
    assert json.loads(rows[3]["segments"])[0] == {"type": "reply", "data": {"id": "367762692"}}
    assert rows[3]["reply_to"] == "367762692"


def test_what_is_no_post_is_told_with_its_line() -> None:
    parts = read(
        of_bytes(
            lines(SAID)
            + b'\n{"post_type": "mess\nINFO started\n{"a": 1}\n'
            + lines(SAID | {"message_type": "x"})
        )
    )
    assert len(messages(parts)) == 1
    assert [(one.line, one.why[:22]) for one in problems(parts)] == [
        (2, "It was not understood:"),
        (3, "It was not understood:"),
        (4, "It is no post of OneBo"),
        (5, "It is no post of OneBo"),
    ]


def test_log_that_begins_in_the_middle_of_a_line_is_recognised() -> None:
    parts = read(of_bytes(b'ge":"ok"}\n' + lines(SAID)))
    assert (len(messages(parts)), [one.line for one in problems(parts)]) == (1, [1])


def test_message_without_a_time_is_kept_and_told() -> None:
    parts = read(of_bytes(lines(SAID | {"time": 0})))
    assert messages(parts)[0]["msg_time"] is None
    assert problems(parts)[0].why == "The message has no time"


def test_answer_that_tells_of_a_failure_is_a_problem() -> None:
    body = b'{"status":"failed","retcode":1200,"data":{"messages":null},"wording":"x"}'
    parts = read(of_bytes(body))
    assert not messages(parts)
    assert problems(parts)


@pytest.mark.parametrize("end", [b"", b",", b'\n],"x":'])
def test_list_without_its_end_is_told(end: bytes) -> None:
    parts = read(of_bytes(b"[\n" + lines(SAID) + end))
    assert len(messages(parts)) == 1
    assert len(problems(parts)) == 1
