"""What is peculiar to MHT exports of PC QQ, one test each."""

import pytest

from openqq_nb.readers.base import Options
from openqq_nb.readers.pcqq import mht
from tests.readers.pcqq.conftest import example, read, source_of

BOUNDARY = "----=_NextPart_20CAFF23_6090_43fc_8C0A.EE179EE81D19"
PICTURE = '<IMG src="{FACE0001}.dat">'


def day(written: str) -> str:
    return f"<tr><td style=border-bottom-width:1px;>日期: {written}</td></tr>"


def message(content: str, name: str = "阿澈(4200000011)", time: str = "9:05:07") -> str:
    head = f"<div style=color:#006EFE;><div style=float:left;>{name}</div>{time}</div>"
    return f"<tr><td>{head}<div style=padding-left:20px;>{content}</div></td></tr>"


def chat(name: str = "小队", category: str = "我的QQ群") -> str:
    return "".join(
        f"<tr><td><div style=padding-left:10px;>{one}</div></td></tr>"
        for one in (f"消息分组:{category}", f"消息对象:{name}", "&nbsp;")
    )


def wrapped(*rows: str, boundary: str = BOUNDARY, announced: str | None = None) -> bytes:
    html = f"<html><head><title>QQ Message</title></head><body><table>{''.join(rows)}</table></body></html>"
    lines = [
        "\ufeffFrom: <Save by Tencent MsgMgr>",
        "Content-Type:multipart/related;",
        '\tcharset="utf-8"',
        f'\tboundary="{announced or boundary}"',
        "",
        f"--{boundary}",
        "Content-Type: text/html",
        "Content-Transfer-Encoding:7bit",
        "",
        html,
        "",
        f"--{boundary}",
        "Content-Type:image/png",
        "Content-Transfer-Encoding:base64",
        "Content-Location:{FACE0001}.dat",
        "",
        "iVBORw0KGgo=",
        "",
        f"--{boundary}--",
    ]
    return "\r\n".join(lines).encode()


def contents(*cells: str) -> list[str]:
    found = read(mht, wrapped(chat(), day("2018-10-01"), *(message(cell) for cell in cells)))
    assert found.problems == []
    return found.column("content")


def test_a_break_is_a_line_break_and_a_blank_that_does_not_break_is_a_blank() -> None:
    assert contents("<font>带水<br>带&nbsp;伞</font>") == ["带水\n带 伞"]


def test_markup_that_somebody_wrote_is_text() -> None:
    assert contents("<font>&lt;b&gt;x&lt;/b&gt; &amp;amp; &lt;script&gt;</font>") == [
        "<b>x</b> &amp; <script>"
    ]
    assert contents("<font><script>x</script> <!-- y --> <?z?> <!w></font>", "后") == [
        "<script>x</script> <!-- y --> <?z?> <!w>",
        "后",
    ]


@pytest.mark.parametrize("tag", ["script", "style", "title", "plaintext", "textarea"])
def test_a_tag_that_ends_nowhere_swallows_no_message(tag: str) -> None:
    body = wrapped(chat(), day("2018-10-01"), message(f"<{tag}>前"), message("后"))

    assert [one.removeprefix(f"<{tag}>") for one in read(mht, body).column("content")] == ["前", "后"]


def test_a_picture_stands_in_the_text_and_makes_the_kind() -> None:
    found = read(mht, wrapped(chat(), day("2018-10-01"), message(f"路线{PICTURE}红线"), message("[图片]")))

    assert [(row["content"], row["kind"]) for row in found.rows] == [
        ("路线[图片]红线", "image"),
        ("[图片]", "text"),
    ]


def test_a_date_is_of_all_messages_until_the_next() -> None:
    first = day("2018-10-01") + message("a") + message("b", time="23:00:00")
    second = day("2018-10-02") + message("c", time="0:00:01")

    found = read(mht, wrapped(chat(), first, second))

    assert [f"{time:%d %H:%M}" for time in found.column("msg_time")] == ["01 09:05", "01 23:00", "02 00:00"]


@pytest.mark.parametrize("time", ["9:05:07 PM", "下午 9:05:07", "21:05:07"])
def test_times_of_half_days_are_read(time: str) -> None:
    found = read(mht, wrapped(chat(), day("2018-10-01"), message("a", time=time)))

    assert found.rows[0]["msg_time"].hour == 21


def test_several_chats_and_several_files_in_one_are_read_on() -> None:
    one = wrapped(
        chat(),
        day("2018-10-02"),
        message("a"),
        chat("阿澈", "我的好友"),
        day("2018-10-01"),
        message("b", "阿澈"),
    )

    found = read(mht, one + wrapped(chat("第二"), day("2018-10-01"), message("c"), boundary="--other"))

    assert [(row["chat"], row["content"]) for row in found.rows] == [
        ("小队", "a"),
        ("阿澈", "b"),
        ("第二", "c"),
    ]
    assert found.column("chat_key") == ["group:小队", "friend:阿澈", "group:第二"]
    assert found.problems == []


def test_a_boundary_that_is_not_the_announced_one_is_found_and_told() -> None:
    found = read(mht, wrapped(chat(), day("2018-10-01"), message("a"), announced="----damaged"))

    assert found.column("content") == ["a"]
    assert ["boundary" in problem.why for problem in found.problems] == [True]


@pytest.mark.parametrize(
    "lost", [b"Content-Type: text/html", b"7bit\r\n", f"\n--{BOUNDARY}".encode(), b"From: <Save"]
)
def test_the_messages_are_read_without_a_piece_of_the_wrapper(lost: bytes) -> None:
    body = wrapped(chat(), day("2018-10-01"), message("a")).replace(lost, b"", 1)

    assert read(mht, body).column("content") == ["a"]


def test_a_message_without_a_date_is_a_problem_with_its_text() -> None:
    found = read(mht, wrapped(chat(), message("走"), day("2018-02-30"), message("a")))

    assert found.rows == []
    assert [(problem.line, problem.body) for problem in found.problems][:3] == [
        (10, "阿澈(4200000011)9:05:07走"),
        (10, "日期: 2018-02-30"),
        (10, "阿澈(4200000011)9:05:07a"),
    ]


def test_a_time_that_does_not_exist_is_that_of_the_message_before_and_told() -> None:
    found = read(mht, wrapped(chat(), day("2018-10-01"), message("a"), message("b", time="25:61:00")))

    assert found.column("msg_time")[0] == found.column("msg_time")[1]
    assert ["does not exist" in problem.why for problem in found.problems] == [True]


def test_a_time_that_goes_back_is_told() -> None:
    found = read(mht, wrapped(chat(), day("2018-10-01"), message("a"), message("b", time="1:00:00")))

    assert found.column("content") == ["a", "b"]
    assert ["a date may be missing" in problem.why for problem in found.problems] == [True]


@pytest.mark.parametrize("piece", [b"</tr>", b"<tr>", b"</div>", b"</table>", b"</font>"])
def test_a_lost_tag_loses_no_text(piece: bytes) -> None:
    rows = [message(f"<font>内容{place}</font>", time=f"9:05:0{place}") for place in range(4)]
    whole = wrapped(chat(), day("2018-10-01"), *rows)
    for place in range(whole.count(piece)):
        at = len(piece.join(whole.split(piece)[: place + 1]))
        found = read(mht, whole[:at] + whole[at + len(piece) :])

        told = "".join(row["content"] or "" for row in found.rows) + "".join(
            one.body for one in found.problems
        )
        assert [f"内容{one}" in told for one in range(4)] == [True] * 4


@pytest.mark.parametrize(
    "piece", ["&#" + "9" * 5_000 + ";", "<a " + "x=" * 50_000, "<" * 100_000, "<!--" * 9, "&#xd800;"]
)
def test_what_parsers_stumble_over_is_text(piece: str) -> None:
    found = read(mht, wrapped(chat(), day("2018-10-01"), message("前"), message(piece), message("后")))

    assert found.column("content")[0] == "前"


def test_attachments_are_passed_over_in_blocks() -> None:
    body = example("pcqq/group.mht").replace(b"iVBORw0KGgo", b"iVBORw0KGgo" * 1_000_000, 1)

    assert read(mht, body).rows == read(mht, example("pcqq/group.mht")).rows


@pytest.mark.slow
def test_parts_have_at_most_fifty_thousand_rows() -> None:
    rows = [message(str(place)) for place in range(60_000)]

    found = list(mht.parts(source_of(wrapped(chat(), day("2018-10-01"), *rows)), Options()))

    assert [part.messages.num_rows for part in found][:-1] <= [50_000] * len(found)
    assert sum(part.messages.num_rows for part in found) == 60_000
