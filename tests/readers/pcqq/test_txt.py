"""What is peculiar to text exports of PC QQ, one test each."""

from datetime import datetime
from itertools import pairwise

import pytest

from openqq_nb.readers.base import Options
from openqq_nb.readers.pcqq import txt
from tests.readers.pcqq.conftest import RULE, example, read, section, source_of, text

A = "2019-03-02 9:05:07 阿澈(4200000011)\n早"
B = "2019-03-02 9:06:00 大麦(4200000012)\n去"


def contents(*messages: str) -> list[str]:
    return read(txt, text(*messages)).column("content")


def sender(header: str, category: str = "我的QQ群") -> tuple[str | None, str | None]:
    row = read(txt, text(f"2019-03-02 9:05:07 {header}\n早", category=category)).rows[0]
    return row["sender"], row["sender_qq"]


def test_a_line_like_a_header_without_an_empty_line_before_it_is_content() -> None:
    pasted = f"{A}\n2019-03-02 9:05:30 假的头(1000100)\n这一行"

    found = read(txt, text(pasted, B))

    assert found.column("content") == ["早\n2019-03-02 9:05:30 假的头(1000100)\n这一行", "去"]
    assert [problem.line for problem in found.problems] == [11]  # its time would fit, so it is told


def test_a_line_like_a_header_with_an_earlier_time_is_content_and_told() -> None:
    pasted = f"{A}\n\n2019-01-01 9:09:09 假的头(1000100)\n这一行"

    found = read(txt, text(pasted, B))

    assert found.column("content") == ["早\n\n2019-01-01 9:09:09 假的头(1000100)\n这一行", "去"]
    assert [(problem.line, "before" in problem.why) for problem in found.problems] == [(12, True)]


def test_a_head_of_a_chat_that_is_not_between_rules_is_content() -> None:
    assert contents(f"{A}\n消息对象:别人\n\n消息对象:别人", B) == ["早\n消息对象:别人\n\n消息对象:别人", "去"]


def test_of_several_brackets_a_group_has_the_number_in_the_last() -> None:
    assert sender("2019-01-01 8:00:00 圆圆(12345)(4200000013)") == (
        "2019-01-01 8:00:00 圆圆(12345)",
        "4200000013",
    )


@pytest.mark.parametrize("category", ["我的好友", "多人聊天"])
def test_with_a_friend_and_in_a_discuss_a_bracket_is_of_the_name(category: str) -> None:
    assert sender("圆圆(12345)", category) == ("圆圆(12345)", None)


def test_a_name_may_have_commas_and_blanks_and_be_empty() -> None:
    assert sender("a, b  c(4200000013)") == ("a, b  c", "4200000013")
    assert sender("(4200000013)") == ("", "4200000013")


def test_an_e_mail_address_is_kept_beside_the_number() -> None:
    row = read(txt, text("2019-03-02 9:05:07 大麦<a@example.invalid>\n早")).rows[0]

    assert (row["sender"], row["sender_qq"], row["sender_email"]) == ("大麦", None, "a@example.invalid")


def test_a_title_of_the_group_is_not_of_the_name() -> None:
    assert sender("【管理员】阿澈(4200000011)") == ("阿澈", "4200000011")


def test_another_word_in_such_brackets_is_of_the_name_unless_all_have_one() -> None:
    titled = [
        f"2019-03-02 9:05:0{place} 【境界{place}】某{place}(420000001{place})\n早" for place in range(3)
    ]

    assert read(txt, text(titled[0], B)).column("sender") == ["【境界0】某0", "大麦"]
    assert read(txt, text(*titled)).column("sender") == ["某0", "某1", "某2"]


@pytest.mark.parametrize("number", ["10000", "1000000"])
def test_system_lines_are_of_nobody(number: str) -> None:
    row = read(txt, text(f"2019-03-02 9:05:07 系统消息({number})\n大麦 撤回了一条消息")).rows[0]

    assert (row["sender"], row["sender_qq"], row["kind"], row["own"]) == (None, None, "recall", False)


def test_a_member_called_like_the_system_is_a_person() -> None:
    assert sender("系统消息(4200000015)") == ("系统消息", "4200000015")


def test_a_group_and_a_friend_in_a_category_of_their_own_are_told_by_the_headers() -> None:
    group = section(A, B, category="工作", chat="组")
    friend = section(
        "2019-03-02 9:05:07 圆圆(12345)\n早", "2019-03-02 9:05:08 小灰\n早", category="同学", chat="圆圆"
    )

    found = read(txt, text() + "\n" + group + "\n\n" + friend)

    assert found.column("type") == ["group_message"] * 2 + ["message"] * 2
    assert found.column("sender_qq") == ["4200000011", "4200000012", None, None]


def test_each_chat_has_an_order_of_times_of_its_own() -> None:
    found = read(txt, text(B) + "\n\n" + section(A, chat="另一个"))

    assert [(row["chat"], row["content"]) for row in found.rows] == [("周末爬山小队", "去"), ("另一个", "早")]
    assert found.problems == []


def test_files_that_were_joined_are_read_on() -> None:
    found = read(
        txt, b"\xef\xbb\xbf" + text(B).encode() + b"\n" + b"\xef\xbb\xbf" + text(A, chat="另一个").encode()
    )

    assert [(row["chat"], row["content"]) for row in found.rows] == [("周末爬山小队", "去"), ("另一个", "早")]
    assert found.problems == []


def test_messages_of_one_second_stay_in_order_of_the_file() -> None:
    assert contents(*(f"2019-03-02 9:05:07 阿澈(4200000011)\n{one}" for one in "312")) == ["3", "1", "2"]


def test_nothing_of_a_content_is_stripped() -> None:
    assert contents(f"{A}\n\n ", B, "2019-03-02 9:07:00 阿澈(4200000011)\n  x \n") == [
        "早\n\n ",
        "去",
        "  x ",
    ]


def test_a_header_without_a_text_is_a_message_without_content() -> None:
    found = read(txt, text("2019-03-02 9:05:07 阿澈(4200000011)", B))

    assert [(row["content"], row["kind"]) for row in found.rows] == [(None, "other"), ("去", "text")]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("[图片]", "image"),
        ("[图片][图片]", "image"),
        ("看\n[图片]\n好看吗", "image"),
        ("[图片] 这四个字", "text"),
        ("[表情][表情]", "face"),
        ("[语音]", "voice"),
        ("[视频]", "video"),
        ("[文件]", "file"),
        ("[聊天记录]", "forward"),
        ("[卡片消息]", "share"),
        ("[文件] 打不开", "text"),
        ("[随便]", "text"),
    ],
)
def test_the_kind_is_guessed_from_the_whole_content(content: str, kind: str) -> None:
    assert read(txt, text(f"2019-03-02 9:05:07 阿澈(4200000011)\n{content}")).column("kind") == [kind]


def test_with_a_friend_a_lone_face_counts_as_what_was_said() -> None:
    assert read(txt, text("2019-03-02 9:05:07 阿澈\n[表情]", category="我的好友")).column("kind") == ["text"]


class TestClocks:
    @pytest.mark.parametrize(
        ("written", "hour"),
        [
            ("9:05:07", 9),
            ("12:05:07 AM", 0),
            ("12:05:07 PM", 12),
            ("1:05:07 pm", 13),
            ("上午 12:05:07", 0),
            ("下午 12:05:07", 12),
            ("下午 1:05:07", 13),
            ("下午 13:05:07", 13),
            ("1:05:07 下午", 13),
            ("PM 1:05:07", 13),
        ],
    )
    def test_both_spellings_of_half_days_are_read(self, written: str, hour: int) -> None:
        row = read(txt, text(f"2013-05-01 {written} 阿澈(4200000011)\n早")).rows[0]

        assert (row["msg_time"].hour, row["sender"]) == (hour, "阿澈")

    def test_in_a_file_of_24_hours_such_a_word_is_of_the_name(self) -> None:
        found = read(txt, text("2013-05-01 9:00:00 PM 阿澈(4200000011)\n早", A, B))

        assert found.column("sender") == ["PM 阿澈", "阿澈", "大麦"]
        assert found.rows[0]["msg_time"].hour == 9

    def test_times_are_of_the_zone_that_is_given(self) -> None:
        row = read(txt, text(A), Options(zone="Europe/Berlin")).rows[0]

        assert row["msg_time"] == datetime.fromisoformat("2019-03-02T09:05:07+01:00")

    def test_an_hour_that_clocks_show_twice_is_read_on(self) -> None:
        messages = [
            f"2021-11-07 {time} 阿澈(4200000011)\n{time}"
            for time in ("1:50:00", "1:10:00", "1:20:00", "2:10:00")
        ]

        found = read(txt, text(*messages), Options(zone="America/New_York"))

        utc = [row["msg_time"].astimezone(None).timestamp() for row in found.rows]
        assert [later - before for before, later in pairwise(utc)] == [1200, 600, 3000]
        assert found.problems == []

    def test_an_hour_that_clocks_skip_does_not_fail(self) -> None:
        messages = [
            f"2021-03-14 {time} 阿澈(4200000011)\n{time}" for time in ("1:59:00", "2:30:00", "3:10:00")
        ]

        found = read(txt, text(*messages), Options(zone="America/New_York"))

        assert found.column("content") == ["1:59:00", "2:30:00", "3:10:00"]


class TestWhoIsMe:
    TALK = ("2016-07-09 9:00:00 小灰\n在吗", "2016-07-09 9:01:01 阿澈\n在")

    def own(self, chat: str, me: str | None = None, *more: str) -> list[bool | None]:
        body = text(*self.TALK, *more, category="我的好友", chat=chat)
        return list(read(txt, body, Options(me=me)).column("own"))

    def test_in_a_talk_of_two_it_is_who_is_not_the_friend(self) -> None:
        assert self.own("阿澈") == [True, False]

    def test_with_a_remark_that_matches_neither_nobody_knows(self) -> None:
        assert self.own("同桌") == [None, None]

    def test_a_name_that_is_given_decides(self) -> None:
        assert self.own("同桌", "小灰") == [True, None]

    def test_a_number_that_the_file_does_not_have_decides_nothing(self) -> None:
        assert self.own("阿澈", "4200000099") == [True, False]
        assert self.own("同桌", "4200000099") == [None, None]

    def test_a_third_name_is_of_one_of_them_and_nobody_knows_of_whom(self) -> None:
        assert self.own("阿澈", "小灰", "2016-07-09 9:02:00 旧名\n嗯") == [True, False, None]

    def test_in_a_group_it_is_the_number(self) -> None:
        renamed = "2019-03-02 9:07:00 新名(4200000011)\n嗯"

        assert read(txt, text(A, B, renamed), Options(me="4200000011")).column("own") == [True, False, True]
        assert read(txt, text(A, B, renamed), Options(me="阿澈")).column("own") == [True, False, True]
        assert read(txt, text(A, B)).column("own") == [None, None]

    def test_in_a_group_an_address_leaves_it_open(self) -> None:
        mailed = "2019-03-02 9:07:00 大麦<a@example.invalid>\n嗯"

        assert read(txt, text(A, mailed), Options(me="4200000011")).column("own") == [True, None]


def test_a_file_without_a_head_is_called_after_its_name() -> None:
    found = read(txt, f"{A}\n\n{B}\n")

    assert [(row["chat"], row["content"]) for row in found.rows] == [("周末", "早"), ("周末", "去")]
    assert [problem.line for problem in found.problems] == [1]


@pytest.mark.parametrize("body", [b"", text().encode(), b"nothing of the kind", RULE.encode()])
def test_a_file_without_messages_gives_the_columns_and_says_so(body: bytes) -> None:
    found = read(txt, body)

    assert found.rows == []
    assert "There is no message in the file." in [problem.why for problem in found.problems]
    assert set(found.parts[0].messages.column_names) >= {
        "msg_time",
        "type",
        "chat",
        "chat_key",
        "content",
        "kind",
    }


def test_parts_have_at_most_fifty_thousand_rows_and_tell_how_far_they_reach() -> None:
    body = text(*(f"2019-03-02 9:05:07 a(4200000011)\n{place}" for place in range(120_000)))

    found = [
        (part.messages.num_rows, part.bytes_read) for part in txt.parts(source_of(body.encode()), Options())
    ]

    assert sum(rows for rows, _ in found) == 120_000
    assert max(rows for rows, _ in found) <= 50_000
    assert [reached for _, reached in found] == sorted(reached for _, reached in found)


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "utf-8"])
def test_other_encodings_give_the_same_rows(encoding: str) -> None:
    body = example("pcqq/group-utf8bom.txt")

    assert read(txt, body.decode("utf-8-sig").encode(encoding)).rows == read(txt, body).rows


def test_mixed_line_ends_are_line_breaks() -> None:
    body = example("pcqq/group-utf8bom.txt")

    assert read(txt, body.replace(b"\r\n", b"\n")).rows == read(txt, body).rows
    assert read(txt, body.replace(b"\r\n", b"\r")).rows == read(txt, body).rows
