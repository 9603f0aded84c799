import math
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pandas as pd
import pytest
import rjieba
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.analysis import new_words, phrases, typical, words
from openqq_nb.analysis.cutting.stopwords import built_in
from openqq_nb.analysis.cutting.texts import told as read_once
from openqq_nb.columns import to_pandas
from openqq_nb.errors import InvalidInput, NotSupported
from tests.analysis.further import CHINA, LOCAL, Rows, in_dask, log, rows

Ask = Callable[[Any], Any]

QUESTIONS: dict[str, Ask] = {
    "words": words,
    "words by person": lambda frame: words(frame, by="person"),
    "words by chat": lambda frame: words(frame, by="chat"),
    "typical": typical,
    "new_words": lambda frame: new_words(frame, "day"),
    "phrases": phrases,
}

SPOKEN = [
    "我们周末去爬山",
    "正则表达式",
    "爬山吗？",
    "加班加班",
    "Perl",
    "PERL 5.36",
    "hello world",
    "的",
    "a",
    "233",
    "周末加班",
]
EMOJI = ["😂", "👍🏽", "👨\u200d👩\u200d👧", "🇨🇳", "🌹"]
GONE = [
    "@小灰",
    "@全体成员",
    "[图片]",
    "[文件:周末.xlsx]",
    "https://example.org/x?hello=1",
    "hiker@example.org",
    "www.example.org/hello",
]

PIECES = st.lists(st.sampled_from([*SPOKEN, *EMOJI, *GONE]), max_size=6)
TALK = st.lists(
    st.tuples(PIECES, st.sampled_from(["1", "2", "3"]), st.sampled_from(["群", "组"])), max_size=12
)
Said = list[tuple[list[str], str, str]]


def messages(talk: Said) -> Rows:
    return [
        {"sender_qq": qq, "sender": f"成员{qq}", "chat": chat, "chat_key": f"group:{chat}", "kind": "text",
         "content": " ".join(pieces)}
        for pieces, qq, chat in talk
    ]  # fmt: skip


def told(talk: Said) -> pd.DataFrame:
    return to_pandas(log(messages(talk)))


def plain_words(pieces: list[str]) -> list[str]:
    """The words of a message, cut piece by piece."""
    found = []
    for piece in pieces:
        if piece in EMOJI:
            found.append(piece)
        elif piece in SPOKEN:
            cut = [word.lower() for word in rjieba.cut(piece)]
            found += [word for word in cut if len(word) > 1 and word not in built_in()]
    return found


def plain_counts(talk: Said, minimum: int) -> Rows:
    inside: dict[str, list[int]] = defaultdict(list)
    people: dict[str, set[str]] = defaultdict(set)
    for place, (pieces, qq, _) in enumerate(talk):
        for word in plain_words(pieces):
            inside[word].append(place)
            people[word].add(qq)
    counted = [
        {"word": word, "messages": len(set(places)), "count": len(places), "people": len(people[word])}
        for word, places in inside.items()
        if len(set(places)) >= minimum
    ]
    return sorted(counted, key=lambda row: (-row["messages"], -row["count"], row["word"]))


@settings(deadline=None, max_examples=100)
@given(TALK, st.integers(1, 3))
def test_words_are_counted_as_a_loop_counts_them(talk: Said, minimum: int) -> None:
    assert rows(words(told(talk), minimum=minimum)) == plain_counts(talk, minimum)


@settings(deadline=None, max_examples=40)
@given(TALK)
def test_words_by_person_are_those_of_the_messages_of_each(talk: Said) -> None:
    found = rows(words(told(talk), minimum=1, by="person"))
    for qq in ("1", "2", "3"):
        expected = plain_counts([one for one in talk if one[1] == qq], 1)
        own = [{key: row[key] for key in ("word", "messages", "count")} for row in found if row["qq"] == qq]
        assert own == [{key: row[key] for key in ("word", "messages", "count")} for row in expected]
    assert {row["displayname"] for row in found} <= {"成员1", "成员2", "成员3"}


@settings(deadline=None, max_examples=40)
@given(TALK)
def test_words_by_chat_are_those_of_the_messages_of_each(talk: Said) -> None:
    found = rows(words(told(talk), minimum=1, by="chat"))
    for chat in ("群", "组"):
        own = [
            {key: row[key] for key in ("word", "messages", "count", "people")}
            for row in found
            if row["chat"] == chat
        ]
        assert own == plain_counts([one for one in talk if one[2] == chat], 1)


@pytest.mark.parametrize("engine", LOCAL)
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_engine_gives_the_same_answer_and_its_own_kind_of_frame(engine: str, question: str) -> None:
    pieces = [*SPOKEN, *EMOJI, *GONE]
    rising = [
        ([pieces[(place * step) % len(pieces)] for step in (1, 3, 5)], str(1 + place % 3), "群组"[place % 2])
        for place in range(60)
    ]
    talk = [*rising, *[(["火锅"], "1", "群")] * 30]
    table = log(
        [
            {**one, "msg_time": datetime(2026, 1, 1 + place // 30, tzinfo=CHINA)}
            for place, one in enumerate(messages(talk))
        ]
    )
    frame = LOCAL[engine](table)
    expected = rows(QUESTIONS[question](to_pandas(table)))
    assert expected
    answer = QUESTIONS[question](frame)
    assert type(answer) is type(frame)
    assert rows(answer) == expected


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    "contents", [[], [None], [""], ["[图片]", "[图片]"], ["\x00"], ["\u202e\u200f"], ["。。。", "…"], ["的"]]
)
def test_a_log_without_words_gives_no_rows_with_the_same_dtypes(
    question: str, contents: list[str | None]
) -> None:
    full = QUESTIONS[question](to_pandas(log([{"sender": "小灰", "content": "周末爬山"}])))
    found = QUESTIONS[question](to_pandas(log([{"sender": "小灰", "content": one} for one in contents])))
    assert len(found) == 0
    assert found.dtypes.to_dict() == full.dtypes.to_dict()


def test_a_frame_of_dask_is_refused_with_what_to_do() -> None:
    with (
        pytest.warns(FutureWarning, match="Dask support"),
        pytest.raises(NotSupported, match=r"\.compute\(\)"),
    ):
        words(in_dask(log([{"content": "周末爬山"}])))


@pytest.mark.parametrize("question", QUESTIONS)
def test_text_that_is_handed_on_answers_as_the_log_does(question: str) -> None:
    said = [f"{one} {SPOKEN[place % 3]}" for place, one in enumerate(SPOKEN * 3)] + ["火锅"] * 30
    days = [
        {"msg_time": datetime(2026, 1, 1 + place // 33, tzinfo=CHINA), "sender": one[:1], "content": one}
        for place, one in enumerate(said)
    ]
    frame = to_pandas(log(days))
    read = read_once(frame, ("chat", "chat_key"))
    assert read_once(read) is read
    expected = rows(QUESTIONS[question](frame))
    assert expected
    assert rows(QUESTIONS[question](read)) == expected


def found_in(*contents: str, **asked: Any) -> dict[str, int]:
    table = log([{"sender": "小灰", "content": one} for one in contents])
    return {row["word"]: row["count"] for row in rows(words(to_pandas(table), minimum=1, **asked))}


def test_only_what_people_wrote_is_read() -> None:
    kinds = ["text", "reply", None, "image", "share", "system", "recall", "file"]
    table = log([{"sender": "小灰", "kind": kind, "content": "爬山"} for kind in kinds])
    assert [row["count"] for row in rows(words(to_pandas(table)))] == [3]


def test_an_emoji_is_the_same_with_and_without_the_mark_for_a_picture() -> None:
    assert found_in("❤️❤", "1️⃣ ☀️") == {"❤": 2, "☀": 1}


def test_emoji_that_belong_together_are_one() -> None:
    emoji = [
        "👨\u200d👩\u200d👧",
        "👍🏽",
        "🇨🇳",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "❤️\u200d🔥",
    ]
    assert found_in("".join(emoji)) == {one.replace("\ufe0f", ""): 1 for one in emoji}


def test_two_flags_side_by_side_are_two() -> None:
    assert found_in("🇨🇳🇯🇵🇨🇳😂") == {"🇨🇳": 2, "🇯🇵": 1, "😂": 1}


def test_a_mention_ends_where_the_name_does() -> None:
    table = log([{"sender": "Tom 爬山 Lee", "content": "@Tom 爬山 Lee周末加班"}])
    assert [row["word"] for row in rows(words(to_pandas(table), minimum=1))] == ["加班", "周末"]


def test_an_address_ends_where_chinese_begins() -> None:
    assert found_in("看https://example.org/hello爬山") == {"爬山": 1}


def test_brackets_that_people_write_stay() -> None:
    assert found_in("[重要]爬山[文件:加班.txt]") == {"重要": 1, "爬山": 1}


def test_own_stop_words_are_left_out_beside_the_built_in_ones() -> None:
    assert found_in("我们周末爬山 Perl", stop_words=["爬山", "PERL"]) == {"周末": 1}


def test_the_most_frequent_words_come_first() -> None:
    table = to_pandas(log([{"content": one} for one in ("爬山", "爬山 加班", "加班 加班", "周末")]))
    assert words(table, top=2, minimum=1)["word"].tolist() == ["加班", "爬山"]


def test_markup_and_marks_of_direction_are_text_like_any_other() -> None:
    assert found_in("<b>爬山</b>\u202e=加班()\x00") == {"爬山": 1, "加班": 1}


def test_a_message_of_a_million_characters_is_read() -> None:
    assert found_in("爬山，" * 333_333 + "@" * 1000)["爬山"] == 333_333


@pytest.mark.parametrize(
    "asked", [{"top": 0}, {"minimum": 0}, {"by": "group"}, {"stop_words": [1]}, {"top": 1.5}]
)
def test_what_cannot_be_meant_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        words(to_pandas(log([])), **asked)


@settings(deadline=None, max_examples=40)
@given(TALK)
def test_typical_words_have_the_score_of_the_formula(talk: Said) -> None:
    said = {
        qq: Counter(word for pieces, one, _ in talk if one == qq for word in set(plain_words(pieces)))
        for qq in "123"
    }
    expected = {}
    for qq, own in said.items():
        others: Counter[str] = sum((said[one] for one in said if one != qq), Counter())
        n, m = sum(own.values()), sum(others.values())
        for word, y in own.items():
            a = n * (y + others[word]) / (n + m)
            rest = (2 * n - y - a) * (m + n - others[word] - a)
            if rest > 0 and y >= 2:
                odds = math.log((y + a) / (2 * n - y - a)) - math.log(
                    (others[word] + a) / (m + n - others[word] - a)
                )
                expected[qq, word] = odds / math.sqrt(1 / (y + a) + 1 / (others[word] + a))
    found = {(row["qq"], row["word"]): row["score"] for row in rows(typical(told(talk)))}
    kept = {key: score for key, score in expected.items() if score > 1.96}
    assert found == pytest.approx(kept)


def test_nothing_is_typical_of_somebody_alone() -> None:
    assert (
        len(typical(to_pandas(log([{"sender": "小灰", "content": "爬山"}] * 50 + [{"content": "加班"}] * 1))))
        <= 1
    )
    assert len(typical(to_pandas(log([{"sender": "小灰", "content": "爬山 加班"}] * 50)))) == 0
