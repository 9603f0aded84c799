"""What counts in a picture and what is left out of it, as the picture tells it."""

from collections.abc import Sequence

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb import charts
from openqq_nb.charts.bars import percent, span
from openqq_nb.charts.drawn import DRAWN
from openqq_nb.charts.given import About
from openqq_nb.charts.parts import milliseconds
from openqq_nb.charts.picture import Picture
from openqq_nb.charts.ranges import silences
from openqq_nb.columns import ZONE
from openqq_nb.languages import Language
from tests.charts.answers import Life, answers, chinese
from tests.charts.drawing import texts

START = pd.Timestamp("2026-01-01", tz=ZONE)
CHAT = {"chat": "灰群", "chat_key": "group:1", "started_by": "小灰", "started_by_qq": "10001"}


def runs(*told: tuple[str, int, int]) -> pd.DataFrame:
    """An answer of `repeats`: text, messages and people of each run."""
    made = pd.DataFrame(told, columns=["content", "messages", "people"])
    return made.assign(start=START, end=START, **CHAT)


def talks(sizes: Sequence[int], seconds: float = 600) -> pd.DataFrame:
    """An answer of `conversations`, a day apart, of so many messages each."""
    starts = pd.date_range(START, periods=len(sizes), freq="D")
    found = pd.DataFrame({"start": starts, "end": starts, "messages": sizes, "seconds": seconds})
    return found.assign(people=2, **CHAT)


def silent(*days: int | None) -> pd.DataFrame:
    """An answer of `lurkers`."""
    found = pd.Series(days, dtype="Int64")
    last = START - pd.to_timedelta(found.astype("float64"), unit="D")
    return pd.DataFrame(
        {"qq": found.index.astype("str"), "last_spoke": last, "messages": 3, "silent_days": found}
    )


def reached(*latencies_s: float | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A report on a broadcast to friends, and the log of their answers."""
    numbers = [str(10_001 + at) for at in range(len(latencies_s))]
    report = pd.DataFrame(
        {"recipient_type": "friend", "qq": numbers, "attempted_at": START, "delivery": "sent"}
    )
    took = pd.to_timedelta(pd.Series(latencies_s, dtype="float64"), unit="s")
    log = pd.DataFrame({"msg_time": START + took, "sender_qq": numbers, "type": "message", "content": "来"})
    return report.assign(gnumber=None, displayname="小灰"), log.dropna(subset=["msg_time"])


def written(hours: int = 48) -> pd.DataFrame:
    moments = pd.date_range(START, periods=hours, freq="h")
    return pd.DataFrame({"msg_time": moments, "sender": "小灰", "sender_qq": "10001", "gnumber": "1"})


def drawn(shown: Picture) -> list[int]:
    return [one["messages"] for one in shown.body["data"]["values"]]


def test_a_text_that_is_repeated_again_has_one_bar_as_long_as_its_longest_run() -> None:
    shown = charts.repeats(
        runs(("哈哈", 5, 4), ("晚安", 9, 8), ("生日快乐", 9, 9), ("晚安", 3, 2), ("早", 5, 5))
    )
    assert shown.summary == "晚安: 9 by 8 people (2 runs); 生日快乐: 9 by 9 people; 早: 5 by 5 people"
    assert [one["size"] for one in shown.body["data"]["values"]] == [9, 9, 5, 5]
    oq.language("zh")
    assert "9 条，8 人（共复读 2 次）" in texts(charts.repeats(runs(("晚安", 9, 8), ("晚安", 3, 2))).svg())


def test_the_picture_of_repeats_counts_texts_and_not_runs() -> None:
    shown = charts.repeats(runs(*((f"{at % 21}", 3, 3) for at in range(60))))
    assert "The first 20 of 21 are shown." in shown.subtitle


def test_of_many_conversations_all_are_drawn_that_have_some_number_of_messages() -> None:
    sizes = [2, 3] * 500 + [4, 5] * 200
    shown = charts.conversations(talks(sizes))
    assert sorted(set(drawn(shown))) == [4, 5]
    assert len(drawn(shown)) == 400
    assert "Only conversations of 4 messages or more are shown: 400 of 1,400." in shown.subtitle


@pytest.mark.parametrize(
    ("sizes", "large", "some", "told"),
    [
        ([9] + [3] * 699, 1, 599, ["Of the 699 conversations of 3 messages, 599 are shown, spread evenly."]),
        (
            [9] * 299 + [3] * 400 + [2],
            299,
            301,
            [
                "Only conversations of 3 messages or more are shown: 600 of 700.",
                "Of the 400 conversations of 3 messages, 301 are shown, spread evenly.",
            ],
        ),
        ([9] * 300 + [3] * 400, 300, 0, ["Only conversations of 9 messages or more are shown: 300 of 700."]),
        ([9] + [1] * 699, 1, 0, ["Only conversations of 9 messages or more are shown: 1 of 700."]),
    ],
)
def test_where_one_size_has_no_room_and_half_would_be_empty_some_of_it_are_drawn(
    sizes: list[int], large: int, some: int, told: list[str]
) -> None:
    found = talks(sizes)
    shown = charts.conversations(found)
    assert (drawn(shown).count(9), drawn(shown).count(3), len(drawn(shown))) == (large, some, large + some)
    assert shown.subtitle[-len(told) :] == told
    at = {one["at"] for one in shown.body["data"]["values"] if one["messages"] == 3}
    every = milliseconds(found["start"].dt.tz_localize(None)[found["messages"] == 3])
    assert not some or {every.min(), every.max()} <= at


def test_the_longest_conversation_is_that_of_all_and_not_of_those_that_are_drawn() -> None:
    found = talks([4] * 600 + [3])
    found.loc[600, "seconds"] = 3_360.0
    shown = charts.conversations(found)
    assert (set(drawn(shown)), shown.summary) == ({4}, "Longest: 56 min, 3 messages.")


def test_a_conversation_of_one_message_is_drawn_where_there_is_no_longer_one() -> None:
    mixed = charts.conversations(talks([1, 1, 2, 1, 3]))
    assert drawn(mixed) == [2, 3]
    assert "Only conversations of 2 messages or more are shown: 2 of 5." in mixed.subtitle
    assert drawn(charts.conversations(talks([1, 1]))) == [1, 1]


def test_of_many_conversations_of_one_message_some_are_drawn_from_first_to_last() -> None:
    found = talks([1] * 1_000)
    shown = charts.conversations(found)
    at = [pd.Timestamp(one["at"], unit="ms") for one in shown.body["data"]["values"]]
    assert (at[0], at[-1]) == tuple(found["start"].dt.tz_localize(None).iloc[[0, -1]])
    assert "Of the 1,000 conversations of 1 message, 600 are shown, spread evenly." in shown.subtitle


@pytest.mark.parametrize(
    ("seconds", "tick", "english", "in_chinese"),
    [
        (90, "80", "length (seconds)", "时长（秒）"),
        (179 * 60, "160", "length (minutes)", "时长（分钟）"),
        (20 * 3600, "15", "length (hours)", "时长（小时）"),
        (9 * 86_400, "8", "length (days)", "时长（天）"),
    ],
)
def test_lengths_of_conversations_are_in_the_unit_that_fits(
    seconds: float, tick: str, english: str, in_chinese: str
) -> None:
    assert {tick, english} <= set(texts(charts.conversations(talks([2, 3], seconds)).svg()))
    oq.language("zh")
    assert in_chinese in texts(charts.conversations(talks([2, 3], seconds)).svg())


def test_a_conversation_of_no_length_stands_at_the_foot_of_its_axis() -> None:
    shown = charts.conversations(talks([1], seconds=0))
    assert shown.body["encoding"]["y"]["scale"]["domain"] == [0, 1]
    assert [text for text in texts(shown.svg()) if text in ("0", "0.0", "1.0")] == ["0"]


@pytest.mark.parametrize(
    ("language", "night", "silence", "lurking"),
    [
        ("en", "Night: 22:00 to 02:00.", "A silence of 2 h or more ends a conversation.",
         "Silent for 1 d or more: 2 people."),
        ("zh", "夜间：22:00–02:00。", "间隔 2 小时以上算另一次聊天。", "1 天以上没有发言：2 人。"),
    ],
)  # fmt: skip
def test_of_a_log_pictures_tell_what_counts(
    language: Language, night: str, silence: str, lurking: str
) -> None:
    oq.language(language)
    log = written()
    members = pd.DataFrame({"gnumber": "1", "qq": ["10001", "10002", "10003"]})
    assert night in charts.night_owls(log, "22:00", "02:00").subtitle
    assert silence in charts.conversations(log, "2h").subtitle
    assert lurking in charts.lurkers(members, log, pd.Timedelta(days=1)).subtitle
    alone = members.assign(last_speak_time=pd.to_datetime(pd.Series(["2026-01-03", "2026-01-01", None])))
    assert lurking in charts.lurkers(alone, silent_for="1D").subtitle


@pytest.mark.parametrize(
    ("asked", "english", "in_chinese"),
    [
        ("30min", "30 min", "30 分钟"), ("10h30min", "630 min", "630 分钟"), ("90min", "90 min", "90 分钟"),
        ("25h", "25 h", "25 小时"), ("100s", "100 s", "100 秒"), (pd.Timedelta(days=7), "7 d", "7 天"),
        ("1500ms", "1,500 ms", "1,500 毫秒"), ("250us", "0.25 ms", "0.25 毫秒"), ("3000D", "3,000 d", "3,000 天"),
    ],
)  # fmt: skip
def test_a_length_of_time_that_was_asked_for_is_told_exactly(
    asked: str | pd.Timedelta, english: str, in_chinese: str
) -> None:
    assert span(asked) == english
    oq.language("zh")
    assert span(asked) == in_chinese


@pytest.mark.parametrize("question", ["night_owls", "conversations", "lurkers", "response"])
def test_what_counted_is_told_of_a_default_and_not_of_an_answer(question: str) -> None:
    found = answers(Life(chinese))[question]
    told = ("Night: 00:00 to 05:00.", "A silence of 30 min or more ends a conversation.",
            "Silent for 180 d or more: 60 people.", "Answers within 2 d count.")  # fmt: skip
    assert len(set(told) & set(DRAWN[question](found, About()).subtitle)) == 1
    assert not set(told) & set(getattr(charts, question)(found).subtitle)


@pytest.mark.parametrize(
    ("within", "last"),
    [
        ("2D", "1 d to 2 d"),
        ("90min", "30 min to 90 min"),
        ("5min", "1 min to 5 min"),
        ("30s", "under 30 s"),
        ("25h", "1 d to 25 h"),
    ],
)
def test_no_range_of_answers_goes_beyond_what_was_asked(within: str, last: str) -> None:
    longest = pd.Timedelta(within).total_seconds()
    shown = charts.response(*reached(9, longest, longest + 2, None), within=within)
    rows = {one["label"][4:]: one["size"] for one in shown.body["data"]["values"]}
    assert list(rows)[-2:] == [last, "no answer"]
    assert (rows[last], rows["no answer"]) == (2 if within == "30s" else 1, 2)


@pytest.mark.parametrize(
    ("days", "ranges"),
    [
        ([184, 200, 690], ["180–269 days", "270–359 days", "360–449 days", "450–539 days", "540–629 days",
                           "630–719 days"]),
        ([184, 900], ["180 days to 1 year", "1–2 years", "2–3 years"]),
        ([400, 1_300], ["1–2 years", "2–3 years", "3–4 years"]),
        ([200, 5_109], ["180 days to 2 years", *(f"{at}–{at + 2} years" for at in range(2, 14, 2))]),
        ([1, 3], ["1 day", "2 days", "3 days"]),
    ],
)  # fmt: skip
def test_ranges_of_silence_are_easily_read_and_begin_where_silence_does(
    days: list[int], ranges: list[str]
) -> None:
    labels, people = silences(silent(*days, None))
    assert labels == [*ranges, "never wrote"]
    assert (people[0] > 0, people[-2] > 0, sum(people)) == (True, True, len(days) + 1)


def test_the_first_range_of_silence_begins_with_what_was_asked_for() -> None:
    members = pd.DataFrame({"gnumber": "1", "qq": ["1", "2"]})
    last = [START - pd.Timedelta(days=one) for one in (205, 900)]
    shown = charts.lurkers(members.assign(last_speak_time=last), silent_for="200D", at=START)
    assert "200 days to 1 year" in texts(shown.svg())


@pytest.mark.parametrize(
    ("language", "told"), [("en", "Nobody changed their name."), ("zh", "没有人改过名字。")]
)
def test_where_nobody_changed_a_name_the_picture_says_so(language: Language, told: str) -> None:
    oq.language(language)
    shown = charts.nicknames(written())
    assert (shown.summary, texts(shown.svg())[0]) == (told, told)


def test_only_people_with_two_names_are_shown() -> None:
    log = pd.concat([written(), written().assign(sender_qq="10002")], ignore_index=True)
    log["sender"] = [f"小灰{at % 2}" for at in range(48)] + ["小明"] * 48
    shown = charts.nicknames(log)
    assert {"小灰0", "小灰1"} <= set(texts(shown.svg()))
    assert "小明" not in texts(shown.svg())
    assert not [line for line in shown.subtitle if "most names" in line]


def test_bars_of_phrases_count_messages_with_the_phrase() -> None:
    found = answers(Life(chinese))
    assert "messages with the phrase" in texts(charts.phrases(found["phrases"]).svg())
    assert "messages with the word" in texts(charts.words(found["words"]).svg())


@pytest.mark.parametrize(
    ("part", "told"),
    [
        (0, "0%"), (1e-9, "<0.1%"), (0.0009, "<0.1%"), (0.001, "0.1%"), (0.0125, "1.3%"), (0.0996, "10%"),
        (0.125, "13%"), (0.285, "29%"), (0.725, "73%"), (0.994, "99%"), (0.995, ">99%"), (0.9996, ">99%"), (1, "100%"),
    ],
)  # fmt: skip
def test_parts_are_rounded_and_never_to_nothing_or_all(part: float, told: str) -> None:
    assert percent(part) == told


@pytest.mark.parametrize(("kind", "told"), [("system", True), ("recall", True), ("image", False)])
def test_a_picture_of_kinds_says_that_programs_lines_count(kind: str, told: bool) -> None:
    shown = charts.kinds(written().assign(kind=["text"] * 47 + [kind]))
    assert ("System messages and recalls are counted too." in shown.subtitle) == told
