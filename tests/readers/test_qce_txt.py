"""The text exports of qq-chat-exporter: the example, and what is peculiar to them, one test each."""

import pytest

from openqq_nb.readers import qce_txt
from openqq_nb.readers.base import Options
from tests.readers.pcqq.conftest import cells, example, expected, read, source_of

FIRST = "[QQChatExporter V5 / https://example.invalid/qq-chat-exporter]\n[(声明)]\n"
LINE = "=" * 47


def block(content: str, name: str = "大麦", time: str = "2026-02-05 09:05:07") -> str:
    return f"{name}:\n时间: {time}\n内容: {content}"


def text(*blocks: str, chat: str = "小队", kind: str = "群聊", stated: int | None = None) -> str:
    title = f"{LINE}\n           QQ聊天记录导出文件\n{LINE}\n"
    head = f"{FIRST}\n{title}\n聊天名称: {chat}\n聊天类型: {kind}\n消息总数: 1\n"
    count = len(blocks) if stated is None else stated
    end = (
        f"\n\n{LINE}\n              导出完成\n{LINE}\n总计导出 {count} 条消息\n导出时间: 2026-02-10 10:00:00"
    )
    return head + "\n\n" + "\n\n\n".join(blocks) + end


def one(content: str, name: str = "大麦") -> tuple[str | None, str | None, str]:
    found = read(qce_txt, text(block(content, name)))
    assert found.problems == []
    row = found.rows[0]
    return row["sender"], row["content"], row["kind"]


def test_the_example_is_read_as_expected_and_without_a_problem() -> None:
    found = read(qce_txt, example("qce/v6.txt"))

    assert cells(found.rows, expected("qce/v6-txt")) == expected("qce/v6-txt")
    assert found.problems == []


def test_it_is_recognised_by_its_first_line_in_any_version() -> None:
    for body in (example("qce/v6.txt"), b"[QQChatExporter V4 / x]\n", b"\xef\xbb\xbf[QQChatExporter V5"):
        assert qce_txt.recognises(body, source_of(body))
    for body in (b"", b"[QQ", "消息记录".encode()):
        assert not qce_txt.recognises(body, source_of(body))


def test_a_content_with_a_line_of_a_time_and_a_name_is_content() -> None:
    content = "看\n小王:\n时间: 2026-02-05 09:05:07\n内容: 好\n\n小李:\n时间: 2026-02-05 09:05:07"

    assert one(content)[1] == content


def test_a_name_may_end_in_a_colon_and_bear_a_title() -> None:
    assert one("早", "[领队] 阿澈: ")[0] == "阿澈: "
    assert one("早", "[领队]")[0] == "[领队]"


def test_with_a_friend_there_are_no_titles() -> None:
    found = read(qce_txt, text(block("早", "[a] b"), chat="[a] b", kind="私聊"))

    assert (found.rows[0]["sender"], found.rows[0]["chat_key"]) == ("[a] b", "friend:[a] b")


TYPES = [("群聊", "group_message"), ("私聊", "message"), ("临时会话", "sess_message")]


@pytest.mark.parametrize(("kind", "type_"), TYPES)
def test_the_type_is_told_by_the_head(kind: str, type_: str) -> None:
    assert read(qce_txt, text(block("早"), kind=kind)).column("type") == [type_]


def test_a_resource_is_a_placeholder_and_its_name_is_dropped() -> None:
    picture = one("看[图片: a.jpg]和[图片:b.jpg]\n资源: 1 个文件\n  - image: a.jpg")

    assert picture[1:] == ("看[图片]和[图片:b.jpg]", "image")
    assert one("[文件:a,[1].xlsx]\n资源: 1 个文件\n  - file: a,[1].xlsx")[1:] == ("[文件:a,[1].xlsx]", "file")
    assert one("[图片:b.jpg]")[1:] == ("[图片:b.jpg]", "text")


def test_lines_that_merely_look_like_resources_are_content() -> None:
    content = "[图片:a.jpg]\n资源: 2 个文件\n  - image: a.jpg"

    assert one(content)[1:] == (content, "text")


def test_a_quote_is_cut_off_only_where_the_block_has_one() -> None:
    assert one("[回复消息]哈\n回复: 02-05 09:05 大麦 - 去\n第二行")[1:] == ("哈", "reply")
    assert one("[回复消息]哈")[1:] == ("[回复消息]哈", "text")
    assert one("哈\n回复: 02-05 09:05 大麦 - 去")[1:] == ("哈\n回复: 02-05 09:05 大麦 - 去", "text")


def test_a_line_of_mentions_is_cut_off_where_somebody_is_mentioned() -> None:
    assert one("@全体成员 早\n提及: 全体成员")[1] == "@全体成员 早"
    assert one("早\n提及: 全体成员")[1] == "早\n提及: 全体成员"


def test_a_message_without_a_content_has_none() -> None:
    found = read(qce_txt, text("大麦:\n时间: 2026-02-05 09:05:07"))

    assert [(row["content"], row["kind"]) for row in found.rows] == [(None, "other")]


def test_a_recall_is_told_by_the_name_of_the_writer() -> None:
    assert one("大麦 撤回了一条消息")[2] == "recall"
    assert one("小王 撤回了一条消息")[2] == "text"
    assert one("小王 撤回了一条消息", "系统消息") == (None, "小王 撤回了一条消息", "recall")


def test_times_are_of_the_zone_that_is_given() -> None:
    found = read(qce_txt, text(block("早")), Options(zone="UTC"))

    assert found.rows[0]["msg_time"].isoformat() == "2026-02-05T17:05:07+08:00"


def test_in_a_talk_of_two_i_am_who_is_not_the_friend() -> None:
    body = text(block("早", "小灰"), block("嗯", "阿澈"), chat="阿澈", kind="私聊")

    assert read(qce_txt, body).column("own") == [True, False]
    assert read(qce_txt, body, Options(me="4200000099")).column("own") == [True, False]
    assert read(qce_txt, body.replace("聊天名称: 阿澈", "聊天名称: 同桌")).column("own") == [None, None]


def test_in_a_group_it_is_the_name_that_is_given() -> None:
    body = text(block("早", "小灰"), block("嗯", "[领队] 阿澈"))

    assert read(qce_txt, body, Options(me="阿澈")).column("own") == [False, True]
    assert read(qce_txt, body, Options(me="4200000099")).column("own") == [None, None]


def test_a_number_of_messages_that_does_not_fit_is_told() -> None:
    found = read(qce_txt, text(block("早"), stated=2))

    assert [problem.why for problem in found.problems] == [
        "The file says that it has 2 messages, but 1 were found."
    ]


def test_a_file_without_an_end_says_so() -> None:
    found = read(qce_txt, text(block("早"), block("嗯")).partition("嗯")[0])

    assert found.column("content") == ["早", None]
    assert ["no end" in problem.why for problem in found.problems] == [True]


def test_a_time_that_does_not_exist_is_told_and_its_text_kept() -> None:
    found = read(qce_txt, text(block("早"), block("话", time="2026-02-30 25:61:00"), block("嗯"), stated=2))

    assert found.column("content") == ["早\n\n\n大麦:\n时间: 2026-02-30 25:61:00\n内容: 话", "嗯"]
    assert [problem.line for problem in found.problems] == [18]


def test_parts_have_at_most_fifty_thousand_rows() -> None:
    body = text(*(block(str(place)) for place in range(60_000)))

    found = list(qce_txt.parts(source_of(body.encode()), Options()))

    assert max(part.messages.num_rows for part in found) <= 50_000
    assert sum(part.messages.num_rows for part in found) == 60_000
    assert [problem for part in found for problem in part.problems] == []
