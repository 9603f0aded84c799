"""Segments and CQ strings as plain text, kind and quote."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb.protocols.onebot11 import content
from openqq_nb.protocols.onebot11.cqcode import parsed
from tests.protocols.onebot11.writing import ANY_JSON, cq_string

KINDS = {
    "text", "image", "voice", "video", "file", "face", "reply", "forward", "share", "recall", "system", "other",
}  # fmt: skip

CARD = '{"app":"com.tencent.structmsg","prompt":"[分享]山里的天气"}'
WORDS: list[tuple[str, dict[str, Any], str, str]] = [
    ("text", {"text": "[图片] 我打的"}, "[图片] 我打的", "text"),
    ("at", {"qq": "45678"}, "@45678", "text"),
    ("at", {"qq": 45678}, "@45678", "text"),
    ("at", {"qq": "all"}, "@全体成员", "text"),
    ("at", {"qq": "45678", "name": "小灰(机器人)"}, "@小灰(机器人)", "text"),
    ("at", {"qq": "45678", "name": "@小灰"}, "@小灰", "text"),
    ("face", {"id": "14"}, "[表情:14]", "face"),
    ("face", {"id": "14", "raw": {"faceText": "/微笑"}}, "/微笑", "face"),
    ("face", {"id": "14", "raw": '{"faceIndex":14,"faceText":"/微笑"}'}, "/微笑", "face"),
    ("face", {"id": "14", "raw": '{"faceText":'}, "[表情:14]", "face"),
    ("mface", {"summary": "[开心]", "emoji_id": "ab12"}, "[表情:开心]", "face"),
    ("mface", {}, "[表情]", "face"),
    ("image", {"file": "A1B2.jpg", "summary": "[动画表情]"}, "[图片]", "image"),
    ("image", {"file": "a.gif", "summary": "[开心]", "emoji_id": "ab12"}, "[表情:开心]", "face"),
    ("record", {"file": "a.amr"}, "[语音]", "voice"),
    ("video", {"file": "a.mp4"}, "[视频]", "video"),
    ("file", {"file": "清单,终版[1].xlsx", "file_size": "5"}, "[文件:清单,终版[1].xlsx]", "file"),
    ("file", {"name": "表.xlsx", "file": "https://example.invalid/a"}, "[文件:表.xlsx]", "file"),
    ("file", {"file": "base64://AAAA"}, "[文件]", "file"),
    ("reply", {"id": "-5"}, "", "reply"),
    ("forward", {"id": "7576000000000009999"}, "[合并转发]", "forward"),
    ("json", {"data": CARD}, "[卡片:[分享]山里的天气]", "share"),
    ("json", {"data": {"prompt": "天气"}}, "[卡片:天气]", "share"),
    ("json", {"data": "no JSON"}, "[卡片]", "share"),
    ("xml", {"data": '<msg brief="[分享]天气 &amp; 雨">'}, "[卡片:[分享]天气 & 雨]", "share"),
    ("share", {"title": "天气", "url": "https://example.invalid"}, "[卡片:天气]", "share"),
    ("music", {"type": "163", "id": "1"}, "[音乐]", "share"),
    ("contact", {"type": "qq", "id": "45678"}, "[推荐:45678]", "share"),
    ("location", {"lat": "1", "lon": "2", "title": "东门"}, "[位置:东门]", "share"),
    ("dice", {"result": "5"}, "[骰子:5]", "face"),
    ("rps", {"result": 1}, "[猜拳:1]", "face"),
    ("shake", {}, "[窗口抖动]", "other"),
    ("poke", {"type": "1", "id": "-1"}, "[戳一戳]", "other"),
    ("markdown", {"content": "# 题目"}, "# 题目", "text"),
    ("hologram", {"id": "1"}, "[hologram]", "other"),
]


def segment(kind: str, **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": data}


TEXT, IMAGE, FACE = segment("text", text="早"), segment("image", file="a.jpg"), segment("face", id="14")


@pytest.mark.parametrize(("kind", "data", "text", "told"), WORDS)
def test_a_segment_alone_has_its_word_and_kind(kind: str, data: dict[str, Any], text: str, told: str) -> None:
    found = content.read([{"type": kind, "data": data}])
    assert (found.text, found.kind) == (text, told)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ([TEXT, IMAGE], "image"),
        ([FACE, TEXT], "text"),
        ([FACE, segment("text", text=" "), FACE], "face"),
        ([segment("text", text=" ")], "text"),
        ([segment("reply", id="1"), IMAGE, TEXT], "reply"),
        ([segment("at", qq="1"), FACE], "text"),
        ([TEXT, segment("hologram")], "text"),
        ([TEXT, segment("file", file="a.pdf")], "file"),
        ([segment("text", text="")], "other"),
        ([], "other"),
        ("", "other"),
        (None, "other"),
    ],
)
def test_of_several_segments_the_one_that_matters_most_says_the_kind(message: object, kind: str) -> None:
    assert content.read(message).kind == kind


def test_the_first_quote_that_says_what_it_quotes_counts() -> None:
    message = [segment("reply"), segment("reply", id=-5), segment("reply", id="6")]
    assert content.read(message).reply_to == "-5"


def test_a_single_segment_without_a_list_is_read() -> None:
    assert content.read(TEXT).text == "早"


def test_what_is_no_segment_is_left_out_and_a_bare_text_or_number_is_text() -> None:
    assert content.read([None, "早", [TEXT], True, 5, {"data": "x"}]).text == "早5[unknown]"


def test_half_a_surrogate_pair_in_a_card_is_mended() -> None:
    assert content.read([segment("json", data='{"prompt":"\\ud83d!"}')]).text == "[卡片:\ufffd!]"


@pytest.mark.parametrize("data", ['{"a":' * 100_000, "{" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000])
def test_a_card_nested_too_deeply_is_a_card_without_words(data: str) -> None:
    assert content.read([segment("json", data=data)]).text == "[卡片]"


def test_every_number_in_the_segments_is_the_text_of_its_digits() -> None:
    message = [segment("file", size=7576000000000009999, nested={"a": [1, True, None]})]
    assert json.loads(content.read(message).segments) == [
        segment("file", size="7576000000000009999", nested={"a": ["1", True, None]})
    ]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("a&amp;#91;b", "a&#91;b"),
        ("&amp;amp;", "&amp;"),
        ("一, 二&#44;三", "一, 二&#44;三"),
        ("&#91;CQ:face,id=1&#93;", "[CQ:face,id=1]"),
        ("[CQ:at,qq=1", "[CQ:at,qq=1"),
        ("[CQ:]", "[CQ:]"),
        ("[CQ:at,qq]", "[CQ:at,qq]"),
        ("[CQ:at,qq=1[CQ:at,qq=2]", "[CQ:at,qq=1@2"),
        ("[cq:at,qq=1]", "[cq:at,qq=1]"),
        ("一\n[CQ:at,qq=all]\n二", "一\n@全体成员\n二"),
        ("[CQ:shake]]", "[窗口抖动]]"),
        ("[CQ:file,file=a&#44;b&#91;1&#93;=&amp;#44;.txt]", "[文件:a,b[1]=&#44;.txt]"),
    ],
)
def test_a_string_is_read_by_the_rules_of_its_escapes(written: str, text: str) -> None:
    assert content.read(written).text == text


@pytest.mark.parametrize("piece", ["[CQ:at,qq=", "[CQ:at,qq=1,", "[CQ:", "[", "[CQ:at,a=[", ",a=b"])
def test_a_string_of_a_million_beginnings_is_read_in_one_go(piece: str) -> None:
    written = "[CQ:at" + piece * 100_000
    assert content.read(written).text == written


TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from("&[],;=#4913CQ:"), max_size=12)
SEGMENTS = st.one_of(
    st.builds(lambda text: segment("text", text=text), TEXTS.filter(bool)),
    st.builds(lambda qq: segment("at", qq=qq), st.from_regex(r"[1-9][0-9]{4,11}|all", fullmatch=True)),
    st.builds(lambda number: segment("face", id=str(number)), st.integers(0, 400)),
    st.builds(lambda file, url: segment("image", file=file, url=url), TEXTS, TEXTS),
    st.builds(lambda number: segment("reply", id=str(number)), st.integers(-(2**31), 2**31)),
)


@given(st.lists(SEGMENTS))
def test_segments_survive_being_written_as_a_string(segments: list[dict[str, Any]]) -> None:
    joined: list[dict[str, Any]] = []
    for one in segments:
        if joined and one["type"] == joined[-1]["type"] == "text":
            joined[-1] = segment("text", text=joined[-1]["data"]["text"] + one["data"]["text"])
        else:
            joined.append(one)
    assert parsed(cq_string(segments)) == joined


@given(st.lists(SEGMENTS))
def test_array_and_string_say_the_same(segments: list[dict[str, Any]]) -> None:
    assert content.read(segments)[:3] == content.read(cq_string(segments))[:3]


TYPES = st.sampled_from([kind for kind, *_ in WORDS]) | ANY_JSON
DATA = st.dictionaries(
    st.sampled_from(["text", "qq", "id", "raw", "data", "file", "name", "summary", "emoji_id", "result"]),
    ANY_JSON | st.just(CARD) | st.just('{"faceText":["/微笑"],"prompt":{}}'),
)


@given(ANY_JSON | st.lists(st.fixed_dictionaries({}, optional={"type": TYPES, "data": DATA | ANY_JSON})))
def test_a_message_of_any_shape_is_read(message: object) -> None:
    told = content.read(message)
    assert told.kind in KINDS
    assert isinstance(json.loads(told.segments), list)
    assert isinstance(told.text, str)
