"""What periods and people are called in pictures."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

import openqq_nb as oq
from openqq_nb import analysis, charts
from openqq_nb.analysis.clock import Every
from openqq_nb.charts.parts import distinct
from openqq_nb.charts.picture import Picture
from openqq_nb.columns import ZONE
from openqq_nb.languages import Language
from tests.charts.answers import Life, answers, chinese
from tests.charts.drawing import texts

NAMED: dict[Every, tuple[str, str]] = {
    "day": ("2026-08-19", "2026-08-19"),
    "week": ("week from 2026-08-17", "2026-08-17 起的一周"),
    "month": ("Aug 2026", "2026年8月"),
    "quarter": ("Q3 2026", "2026年第3季度"),
    "year": ("2026", "2026年"),
}


def written(*days: str) -> pd.DataFrame:
    times = pd.DatetimeIndex(days, tz=ZONE)
    return pd.DataFrame({"msg_time": times, "sender": "小灰", "sender_qq": "10001", "chat": "灰群"})


def titles(shown: Picture) -> list[str]:
    return [one["title"]["text"] for one in shown.body["concat"]]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("every", NAMED)
def test_the_largest_period_of_a_timeline_is_named_as_its_kind_is(every: Every, language: Language) -> None:
    oq.language(language)
    log = written("2026-02-11", "2026-08-19 10:00", "2026-08-19 11:00")
    shown = charts.timeline(log, every)
    assert f"{NAMED[every][language == 'zh']}," in shown.summary.replace("，", ",")
    if every != "year":
        assert charts.timeline(analysis.timeline(log, every)).summary == shown.summary


def test_the_only_period_of_a_log_is_named_and_of_an_answer_told_by_its_day() -> None:
    log = written("2026-01-01")
    assert "Most: Jan 2026," in charts.timeline(log, "month").summary
    assert "Most: 2026-01-01," in charts.timeline(analysis.timeline(log, "month")).summary


def test_panels_of_new_words_are_named_as_their_periods_are() -> None:
    found = answers(Life(chinese))["new_words"]
    assert titles(charts.new_words(found))[:2] == ["May 2024", "Jun 2024"]
    oq.language("zh")
    assert titles(charts.new_words(found))[-1] == "2024年10月"
    weeks = found.assign(period=found["period"].map(lambda at: at - pd.Timedelta(days=at.weekday())))
    assert titles(charts.new_words(weeks.tail(8))) == ["2024-09-30"], "one of them may be a day"


def test_new_words_of_a_log_are_named_by_what_was_asked() -> None:
    days = pd.date_range("2025-11-01", "2026-01-20", freq="3h", tz=ZONE)
    said = ["火锅好吃" if day.month == 1 else "今天加班" for day in days]
    log = written(*days.strftime("%Y-%m-%d %H:%M")).assign(content=said)
    assert titles(charts.new_words(log, every="month")) == ["Jan 2026"]


@pytest.mark.parametrize("question", ["ranking", "night_owls", "typical", "words", "nicknames"])
def test_people_of_one_name_are_told_apart_by_their_numbers(question: str) -> None:
    found = answers(Life(chinese))[question if question != "words" else "typical"]
    found = found[found["qq"].isin(["10001", "10002", "10003"])]
    if question == "words":
        found = found.drop(columns="score").assign(messages=2, people=1)[
            ["qq", "displayname", "word", "messages", "count"]
        ]
    found = found.assign(displayname=found["displayname"].where(found["qq"] == "10003", "重名"))
    shown = getattr(charts, question)(found)
    labels = texts(shown.svg())
    assert {"重名 (…0001)", "重名 (…0002)"} <= set(labels)
    assert "重名" not in labels
    assert not [one for one in labels if "0003" in one]
    assert "重名 (…0001)" in shown.summary


def test_people_of_one_name_are_told_apart_in_the_network_and_its_summary() -> None:
    lines = [("10001", "重名", "10002", "重名", 4, 4, 1.0), ("10001", "重名", "10003", "Ada", 2, 0, 1.0)]
    columns = ["from_qq", "from_name", "to_qq", "to_name", "replies", "mentions", "latency_s"]
    shown = charts.replies(pd.DataFrame(lines, columns=columns))
    assert {"重名 (…0001)", "重名 (…0002)", "Ada"} <= set(texts(shown.svg()))
    assert shown.summary == "重名 (…0001) to 重名 (…0002): 4; 重名 (…0001) to Ada: 2"


def test_chats_of_one_name_are_told_apart_in_the_legend() -> None:
    log = pd.concat([written("2026-01-01").assign(chat_key=f"group:55260{at}") for at in (3, 4)])
    assert {"灰群 (…2603)", "灰群 (…2604)"} <= set(texts(charts.timeline(log).svg()))


def test_who_has_no_number_is_told_apart_by_place_and_equal_ends_by_the_whole_number() -> None:
    assert distinct(["a", "重名", "重名"], ["", None, "10001"]) == ["a", "重名 (2)", "重名 (…0001)"]
    assert distinct(["a", "a"], ["110001", "210001"]) == ["a (…110001)", "a (…210001)"]
    assert distinct(["a", "a", "b"], ["10001", "10001", "10002"]) == ["a", "a", "b"]


def test_names_that_are_cut_to_the_same_are_told_apart_and_no_wider() -> None:
    one, other = distinct(["w" * 90 + "1", "w" * 90 + "2"], ["10001", "10002"], 120)
    assert one.endswith("… (…0001)")
    assert other.endswith("… (…0002)")


@given(some.lists(some.tuples(some.sampled_from(["a", "", "b"]), some.integers(1, 10**9)), max_size=20))
def test_labels_are_equal_only_for_one_number(people: list[tuple[str, int]]) -> None:
    names, numbers = [name for name, _ in people], [str(number) for _, number in people]
    labels = distinct(names, numbers)
    for label, name, number in zip(labels, names, numbers, strict=True):
        same = {(n, q) for one, n, q in zip(labels, names, numbers, strict=True) if one == label}
        assert same == {(name, number)}
