import math
from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import openqq_nb as oq
from openqq_nb.analysis import new_words
from openqq_nb.columns import to_pandas
from tests.analysis.further import CHINA, log, rows

BEGUN = datetime(2026, 3, 1, tzinfo=CHINA)


def test_a_word_that_was_there_before_is_not_new() -> None:
    days = [
        ["爬山"] * 20,
        ["爬山"] * 20 + ["火锅"] * 20,
        ["爬山"] * 20 + ["火锅"] * 20,
        ["火锅"] * 5 + ["躺平"] * 30,
    ]
    messages = [
        {"msg_time": datetime(2026, 3, 1, tzinfo=CHINA) + timedelta(days=day), "content": one}
        for day, said in enumerate(days)
        for one in said
    ]
    found = rows(new_words(to_pandas(log(messages)), "day"))
    assert [(row["period"].day, row["word"], row["count"], row["earlier"]) for row in found] == [
        (2, "火锅", 20, 0),
        (4, "躺平", 30, 0),
    ]


def test_a_word_that_was_the_talk_of_one_day_long_ago_is_not_new() -> None:
    days = [["火锅"] * 10, ["爬山"] * 200, ["爬山"] * 30 + ["火锅"] * 15 + ["面包"] * 15]
    messages = [
        {"msg_time": BEGUN + timedelta(days=day), "content": one}
        for day, said in enumerate(days)
        for one in said
    ]
    assert [row["word"] for row in rows(new_words(to_pandas(log(messages)), "day"))] == ["爬山", "面包"]


WORDS_OF_A_DAY = st.lists(st.sampled_from(["爬山", "加班", "火锅", "下雨", "👍"]), min_size=1, max_size=4)
DAYS = st.lists(st.lists(st.tuples(WORDS_OF_A_DAY, st.integers(1, 30)), max_size=3), min_size=2, max_size=5)


def plain_new(days: list[list[list[str]]]) -> set[tuple[int, str, int, int]]:
    """The words that are new on each day, with how often they were said, counted one after the other."""
    found: dict[str, tuple[int, str, int, int]] = {}
    for day in range(1, len(days)):
        past = [said for one in days[:day] for said in one]
        here, before = (Counter(word for said in one for word in set(said)) for one in (days[day], past))
        n, m = here.total(), before.total()
        for word, y in here.items():
            z = before[word]
            rises = m and y * m >= 10 * z * n
            if rises and y >= 3 and word not in found and scored(y, n, z, m) > 3.29:
                often = sum(said.count(word) for said in days[day])
                found[word] = (day, word, often, sum(said.count(word) for said in past))
    return set(found.values())


def scored(y: int, n: int, z: int, m: int) -> float:
    share = (y + z) / (n + m)
    parts = [said * math.log(said / (share * many)) for said, many in ((y, n), (z, m)) if said]
    return math.sqrt(max(0.0, 2 * sum(parts)))


@settings(deadline=None, max_examples=60)
@given(DAYS)
def test_new_words_are_those_that_a_loop_finds(talk: list[list[tuple[list[str], int]]]) -> None:
    days = [[said for said, times in day for _ in range(times)] for day in talk]
    messages = [
        {"msg_time": BEGUN + timedelta(days=day), "content": "，".join(said)}
        for day, all_said in enumerate(days)
        for said in all_said
    ]
    found = rows(new_words(to_pandas(log(messages)), "day"))
    assert {(row["period"].day - 1, row["word"], row["count"], row["earlier"]) for row in found} == plain_new(
        days
    )


def by_days(*days: list[str]) -> list[tuple[int, str, int, int]]:
    messages = [
        {"msg_time": BEGUN + timedelta(days=day), "content": one}
        for day, said in enumerate(days)
        for one in said
    ]
    return [
        ((row["period"] - BEGUN).days + 1, row["word"], row["count"], row["earlier"])
        for row in rows(new_words(to_pandas(log(messages)), "day"))
    ]


def test_a_word_that_fills_one_message_is_not_new() -> None:
    assert by_days(["爬山"] * 50, ["火锅，" * 300, *["爬山"] * 10]) == []


def test_a_word_of_two_messages_is_not_new_and_of_three_it_is() -> None:
    before = ["爬山"] * 1000
    assert by_days(before, ["火锅"] * 2 + ["爬山"] * 10) == []
    assert by_days(before, ["火锅"] * 3 + ["爬山"] * 10) == [(2, "火锅", 3, 0)]


def test_a_word_of_one_day_after_years_is_new() -> None:
    years = [["爬山"] * 20 for _ in range(300)]
    assert by_days(*years, ["火锅"] * 4 + ["爬山"] * 16) == [(301, "火锅", 4, 0)]


def test_a_word_that_was_written_now_and_then_is_not_new_where_it_is_written_more() -> None:
    assert by_days(["爬山"] * 90 + ["火锅"] * 10, ["火锅"] * 50 + ["爬山"] * 50) == []


def test_a_word_is_new_once() -> None:
    calm = ["爬山"] * 200
    assert by_days(calm, ["火锅"] * 10 + calm, calm, calm, ["火锅"] * 200) == [(2, "火锅", 10, 0)]


def test_a_new_word_that_is_cut_in_pieces_is_shown_whole() -> None:
    before = ["爬山", "真好", "支持😂"] * 33 + ["说四天半工作制"]
    said = ["四天半工作制真好", "支持四天半工作制！", "四天半工作制😂", "四天"]
    assert by_days(before, said * 4) == [(2, "四天半工作制", 12, 1)]


def test_a_new_word_that_mostly_stands_alone_is_shown_alone() -> None:
    said = ["周末火锅"] * 3 + ["火锅，"] * 4
    assert by_days(["爬山"] * 50 + ["周末"] * 10, said + ["爬山"] * 20) == [(2, "火锅", 7, 0)]


OLD = ["今天吃什么", "下班了", "有人在吗", "我不喜欢麻将", "有人玩麻将吗"] * 20
FRAMES = [
    "{}太好玩了", "有人玩{}吗", "今晚{}走起", "{}更新了", "我不喜欢{}", "{}的皮肤好贵", "求带{}", "{}", "下载{}中",
    "充了{}", "{}怎么样", "听说{}要下架", "为什么大家都在说{}",
]  # fmt: skip


def test_a_new_word_that_is_cut_in_two_ways_is_one_row() -> None:
    assert by_days(OLD, ["绝绝子"] * 5 + ["为什么大家都在说绝绝子"] * 5) == [(2, "绝绝子", 10, 0)]


@pytest.mark.parametrize(
    "word", ["绝区零", "绝绝子", "羊了个羊", "王心凌", "deepseek", "gpt-5", "小米su7", "秋天的第一杯奶茶"]
)
def test_a_new_word_is_shown_whole_and_alone_however_the_talk_around_it_cuts_it(word: str) -> None:
    said = [frame.format(word) for frame in FRAMES * 3]
    assert by_days(OLD, said + OLD) == [(2, word, len(said), 0)]


def test_a_longer_phrase_with_a_new_one_in_it_is_no_news() -> None:
    said = [frame.format("脆皮年糕塔") for frame in FRAMES]
    later = ["脆皮年糕塔加芝士"] * 4 + ["脆皮年糕塔想了一周"] * 20
    assert by_days(OLD, said + later[:4] + OLD, OLD, later + OLD) == [(2, "脆皮年糕塔", 17, 0)]


def test_a_new_word_is_not_widened_by_words_that_a_part_of_its_messages_has() -> None:
    said = ["保护我方月球快递员"] * 24 + ["月球快递员看了吗", "推荐月球快递员"] * 8
    assert by_days([*OLD, *["保护我方"] * 9], said + OLD) == [(2, "月球快递员", 40, 0)]


def test_a_new_latin_word_is_not_counted_in_others() -> None:
    said = ["用gpt写", "GPT", "chatgpt", "gpts"] * 5
    assert ("gpt", 10) in [(word, count) for _, word, count, _ in by_days(OLD, said + OLD)]


def test_a_new_word_is_counted_as_its_text_stands_in_all_periods() -> None:
    said = ["求带绝绝子", "绝绝子绝绝子！", "为什么大家都在说绝绝子"] * 6
    assert by_days([*OLD * 5, "充了绝绝子"], said + OLD) == [(2, "绝绝子", 24, 1)]


def test_a_text_of_which_no_word_was_counted_is_all_that_was_said() -> None:
    # Both are cut into single characters, which are no words.
    old, new = "嬲我", "嫐你"
    assert by_days(["聚餐"] * 10, [new] * 5) == [(2, new, 5, 0)]
    assert by_days([new] * 5 + ["聚餐"] * 5, [new] * 5) == []
    assert by_days([old] * 5, ["聚餐"] * 20, [new] * 9) == [(3, new, 9, 0)]


@pytest.mark.parametrize("before", [10, 20, 4000])
def test_scores_are_finite_where_no_word_was_counted(before: int) -> None:
    days = [["聚餐"] * before, ["嬲我"] * 5]
    messages = [
        {"msg_time": BEGUN + timedelta(days=day), "content": one}
        for day, said in enumerate(days)
        for one in said
    ]
    (found,) = rows(new_words(to_pandas(log(messages)), "day"))
    assert found["score"] == pytest.approx(scored(5, 5, 0, before))


@pytest.mark.slow
def test_the_new_words_of_a_simulated_group_are_found_whole(tmp_path: Path) -> None:
    with closing(oq.demo(members=60)) as my:
        past = my.simulator.past("周末羽毛球", years=2)
    found = new_words(oq.open_log(past.write(tmp_path / "group.json")).df)
    assert {one.word for one in past.truth.new_words} <= set(found["word"])
    assert len(found) < 12 * len(past.truth.new_words)
    assert found["word"].is_unique


def test_new_words_are_limited_in_each_period() -> None:
    messages = [{"msg_time": datetime(2026, 3, 1, tzinfo=CHINA), "content": "爬山"}] * 50
    for day in (2, 3):
        said = {2: "火锅，躺平，摆烂", 3: "面包，奶茶，烧烤"}[day]
        messages += [{"msg_time": datetime(2026, 3, day, tzinfo=CHINA), "content": said}] * 20
    found = rows(new_words(to_pandas(log(messages)), "day", top=2))
    assert [row["period"].day for row in found] == [2, 2, 3, 3]
