"""Each picture: what stands in it, in both languages, and what no picture has."""

import subprocess
import sys
from functools import cache

import altair
import duckdb
import pandas as pd
import polars as pl
import pytest

import openqq_nb as oq
from openqq_nb import analysis, charts
from openqq_nb.charts.picture import Picture
from openqq_nb.charts.texts import clean, cut
from openqq_nb.columns import ZONE
from openqq_nb.languages import Language
from tests.charts.answers import NAMINGS, Life, answers, chinese, hostile, latin, messages
from tests.charts.drawing import DRAWN, QUESTIONS, SVG, elements, marks, picture, texts

MOST_MARKS = 2_300  # with those of axes and legends
ONE = "2026-11-17 20:15:00"


@cache
def answered(naming: str) -> dict[str, pd.DataFrame]:
    return answers(Life(NAMINGS[naming]))


def drawn(question: str, naming: str = "chinese") -> Picture:
    return picture(question, answered(naming)[question])


def log(*rows: tuple[str, str | None, str]) -> pd.DataFrame:
    times = pd.to_datetime([at for at, _, _ in rows]).tz_localize(ZONE)
    return pd.DataFrame(
        {
            "msg_time": times,
            "sender": pd.Series([who for _, who, _ in rows], dtype="str"),
            "sender_qq": pd.Series([None] * len(rows), dtype="str"),
            "content": pd.Series([text for _, _, text in rows], dtype="str"),
            "kind": pd.Series(["text"] * len(rows), dtype="str"),
            "chat": pd.Series(["PERL学习交流"] * len(rows), dtype="str"),
            "chat_key": pd.Series(["group:552603"] * len(rows), dtype="str"),
        }
    )


def test_there_is_a_picture_for_every_question() -> None:
    assert set(QUESTIONS) == set(analysis.__all__) & set(charts.__all__)
    assert set(charts.__all__) == {"Picture", *QUESTIONS}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_picture_has_its_title_and_subtitle_in_it(question: str, language: Language) -> None:
    oq.language(language)
    shown = drawn(question, "latin")
    inside = " ".join(texts(shown.svg()))
    for part in (shown.title, *shown.subtitle):
        assert part.replace(" ", "") in inside.replace(" ", "")
    assert any("\u4e00" <= sign <= "\u9fff" for sign in shown.title) == (language == "zh")


@pytest.mark.parametrize(
    ("question", "english", "chinese_ones"),
    [
        ("ranking", ["赵伟", "4,321 (18%)", "messages"], ["4,321 (18%)", "消息数"]),
        ("activity", ["Mon", "Sun", "21", "hour of the day"], ["周一", "周日", "21", "小时"]),
        ("calendar", ["2025", "Mar", "Dec", "Wed"], ["2025", "3月", "12月", "周三"]),
        ("lurkers", ["never wrote", "180–269 days", "people"], ["从未发言", "180–269 天", "人数"]),
        (
            "turnover",
            ["people", "came (up), went (down)", "Mar 2025"],
            ["人数", "新人（上）离开（下）", "2025年3月"],
        ),
        ("replies", ["赵伟", "钱小灰"], ["赵伟"]),
        ("repeats", ["李雨桐", "66 by 7 people"], ["66 条，7 人"]),
        ("conversations", ["begun", "length (minutes)"], ["开始时间", "时长（分钟）"]),
        ("timeline", ["others", "messages", "卫小灰"], ["其他", "消息数"]),
        ("words", ["哈哈哈", "800 by 12 people"], ["800 条，12 人"]),
        ("similar_groups", ["赵伟 9", "alike (%)"], ["相似度（%）"]),
        ("night_owls", ["赵伟", "133 (9.0%) 01:07"], ["夜间消息数"]),
        ("kinds", ["picture", "not told", "9,000 (34%)"], ["图片", "未知"]),
        ("nicknames", ["Mar 2025"], ["2025年3月"]),
        ("typical", ["赵伟", "40×", "times written"], ["出现次数"]),
        ("new_words", ["Oct 2024", "60×", "times written"], ["2024年10月", "出现次数"]),
        ("phrases", ["哈哈哈 thanks", "90 by 9 people"], ["90 条，9 人"]),
        ("response", ["under 1 min", "no answer", "recipients"], ["1 分钟以内", "未回复", "收件人数"]),
    ],
)
def test_a_picture_has_its_labels_in_both_languages(
    question: str, english: list[str], chinese_ones: list[str]
) -> None:
    assert set(english) <= set(texts(drawn(question).svg()))
    oq.language("zh")
    assert set(chinese_ones) <= set(texts(drawn(question).svg()))


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_picture_is_what_altair_takes_and_gives_back(question: str) -> None:
    shown = drawn(question)
    chart = shown.chart
    assert isinstance(chart, altair.TopLevelMixin)
    assert chart.to_dict()["title"]["text"] == [shown.title]


@pytest.mark.parametrize("naming", ["chinese", "hostile"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_picture_has_few_marks_and_nothing_that_acts(question: str, naming: str) -> None:
    svg = drawn(question, naming).svg("dark")
    assert marks(svg) <= MOST_MARKS
    assert {one.tag.removeprefix(SVG) for one in elements(svg)} <= DRAWN
    assert not [
        name for one in elements(svg) for name in one.attrib if name.startswith("on") or "href" in name
    ]


@pytest.mark.parametrize("question", QUESTIONS)
def test_hostile_names_are_read_as_they_are(question: str) -> None:
    shown = drawn(question, "hostile")
    known = {cut(hostile(at), most)[:8] for at in range(60) for most in (80, 110, 150, 190, 300)}
    assert all(sign.isprintable() or sign == "\u200d" for text in texts(shown.svg()) for sign in text)
    if question not in ("activity", "calendar", "lurkers", "turnover", "conversations", "kinds", "response"):
        assert any(beginning and beginning in text for text in texts(shown.svg()) for beginning in known)


@pytest.mark.parametrize("question", QUESTIONS)
def test_of_nothing_the_picture_says_that_there_is_nothing(question: str) -> None:
    shown = picture(question, answered("chinese")[question].head(0))
    assert texts(shown.svg())[:1] == ["There is nothing to show."] or "There is nothing to show." in texts(
        shown.svg()
    )
    assert shown.title in texts(shown.svg())


@pytest.mark.parametrize("question", QUESTIONS)
def test_one_row_is_enough_for_a_picture(question: str) -> None:
    shown = picture(question, answered("latin")[question].head(1))
    assert "There is nothing to show." not in texts(shown.svg())


@pytest.mark.parametrize("question", ["ranking", "activity", "calendar", "timeline", "kinds"])
@pytest.mark.parametrize(
    "rows",
    [
        [(ONE, "小灰", "在吗？")],
        [(ONE, "小灰", "在吗？"), (ONE, "小灰", "在"), (ONE, "Ada", "yes")],
        [(ONE, None, "?"), ("2011-01-01 00:00:00", "<b>", "!")],
        [],
    ],
    ids=["one message", "all in one second", "nobody and a tag, fifteen years apart", "none"],
)
def test_a_log_of_next_to_nothing_is_drawn(question: str, rows: list[tuple[str, str | None, str]]) -> None:
    shown = picture(question, log(*rows))
    told = " ".join(shown.subtitle)
    assert (f"{len(rows)} message" in told) or question not in ("ranking", "activity")
    assert shown.title in texts(shown.svg())


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_large_log_of_any_engine_is_asked_the_question(question: str) -> None:
    if question in ("lurkers", "similar_groups", "response"):
        return
    shown = picture(question, messages(Life(chinese), 3_000))
    assert "3,000 messages" in shown.subtitle[0]


def test_frames_of_polars_and_duckdb_give_the_same_picture() -> None:
    of_pandas = messages(Life(latin), 2_000)
    of_polars = pl.from_pandas(of_pandas)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'America/New_York'")
    of_duckdb = connection.from_arrow(of_polars.to_arrow())
    wanted = [picture("ranking", of_pandas).spec(), picture("activity", of_pandas).spec()]
    for given in (of_polars, of_duckdb):
        assert [picture("ranking", given).spec(), picture("activity", given).spec()] == wanted


def test_lurkers_and_groups_are_asked_of_members() -> None:
    written = messages(Life(latin), 500).assign(gnumber="552603")
    who = pd.DataFrame({"gnumber": "552603", "gname": "PERL", "qq": [str(10_000 + at) for at in range(60)]})
    shown = picture("lurkers", who, written, silent_for="30D")
    assert "500 messages" in shown.subtitle[0]
    assert "never wrote" in texts(shown.svg())
    both = picture("similar_groups", pd.concat([who, who.head(9).assign(gnumber="1", gname="Raku")]))
    assert {"PERL 2", "Raku 1"} <= set(texts(both.svg())) or {"PERL 1", "Raku 2"} <= set(texts(both.svg()))


def test_an_answer_is_drawn_as_it_is() -> None:
    found = analysis.ranking(messages(Life(latin), 2_000))
    shown = charts.ranking(found.head(3))
    labels = [text for text in texts(shown.svg()) if text in set(found["displayname"])]
    assert labels == found["displayname"].head(3).tolist()


def test_an_answer_takes_no_arguments_of_the_question() -> None:
    with pytest.raises(oq.InvalidInput, match=r"Give these to analysis\.timeline"):
        charts.timeline(answered("latin")["timeline"], every="month")


def test_what_is_no_log_is_refused_as_the_question_does() -> None:
    with pytest.raises(oq.InvalidInput):
        charts.ranking(pd.DataFrame({"a": [1]}))
    with pytest.raises(oq.InvalidInput):
        charts.ranking("messages.db")


def test_two_people_of_one_name_have_a_bar_each() -> None:
    found = answered("latin")["ranking"].head(2).assign(displayname="Ada")
    assert {"Ada (…0000)", "Ada (…0001)"} <= set(texts(charts.ranking(found).svg()))


def test_only_the_twenty_first_are_shown_and_the_picture_says_so() -> None:
    shown = drawn("ranking")
    assert "The first 20 of 60 are shown." in shown.subtitle
    assert clean(chinese(19)) in texts(shown.svg())
    assert clean(chinese(20)) not in texts(shown.svg())


def test_the_network_is_the_same_each_time() -> None:
    assert drawn("replies").svg() == drawn("replies").svg()


def test_the_network_tells_how_many_pairs_are_not_shown() -> None:
    assert any("The 50 strongest of" in line for line in drawn("replies").subtitle)


@pytest.mark.parametrize("question", ["typical", "new_words"])
def test_a_bar_of_words_is_as_long_as_the_number_at_its_end(question: str) -> None:
    shown = drawn(question)
    assert [line for line in shown.subtitle if line.endswith("word stands first.")]
    for panel in shown.body["concat"]:
        for one in panel["data"]["values"]:
            assert one["shown"] == f"{one['size']:.0f}×"


@pytest.mark.parametrize("question", ["timeline", "turnover"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_axes_of_one_message_have_whole_numbers_and_dates(question: str, language: Language) -> None:
    oq.language(language)
    inside = texts(picture(question, log((ONE, "小灰", "在吗？"))).svg())
    numbers = [text for text in inside if text.replace(".", "").isdigit()]
    assert numbers == ["0", "1"]
    assert not [text for text in inside if ":" in text and "00" in text]


def test_days_without_messages_have_their_square() -> None:
    found = pd.DataFrame({"date": ["2026-01-01", "2026-01-10"], "messages": [3, 9], "people": 1, "streak": 1})
    spec = charts.calendar(found).spec()
    assert [one["messages"] for one in spec["layer"][0]["data"]["values"]] == [3, *[0] * 8, 9]


def test_a_calendar_shows_the_last_five_years() -> None:
    days = pd.date_range("2011-05-01", "2026-11-01", freq="D")
    found = pd.DataFrame({"date": days, "messages": 3, "people": 1, "streak": len(days)})
    shown = charts.calendar(found)
    years = {text for text in texts(shown.svg()) if text.isdigit() and int(text) > 2000}
    assert years == {"2022", "2023", "2024", "2025", "2026"}
    assert "The last 5 years are shown." in shown.subtitle


def test_a_calendar_tells_only_of_the_years_that_it_shows() -> None:
    days = pd.date_range("2020-12-20", "2026-01-05", freq="D")
    found = pd.DataFrame({"date": days, "messages": 3, "people": 1, "streak": 1})
    found.loc[found["date"] == "2021-07-31", "messages"] = 99
    found.loc[found["date"] == "2024-02-29", "messages"] = 7
    # Without a break until the third day of what is shown, and for two days later on.
    found.loc[found["date"] <= "2022-01-03", "streak"] = range(1, 381)
    found.loc[found["date"] == "2025-05-02", "streak"] = 2
    shown = charts.calendar(found)
    assert shown.subtitle[1:] == ["The last 5 years are shown.", "Longest run of days: 3 days."]
    assert shown.summary == "Busiest day: 2024-02-29, 7 messages."


@pytest.mark.parametrize("language", ["en", "zh"])
def test_strong_colours_are_not_called_dark_for_on_dark_ground_they_are_bright(language: Language) -> None:
    oq.language(language)
    told = " ".join(drawn("similar_groups").subtitle)
    assert "stronger its colour" in told or "颜色越醒目" in told


def test_many_shared_people_are_written_such_that_they_fit_their_square() -> None:
    counts = {999: "999", 1_234: "1.2k", 25_000: "25k", 999_999: "1M"}
    for count, written in counts.items():
        shown = picture("similar_groups", answered("latin")["similar_groups"].head(1).assign(shared=count))
        assert texts(shown.svg()).count(written) == 2


def test_a_long_timeline_takes_larger_steps_and_loses_no_message() -> None:
    days = pd.date_range("2011-05-01", "2026-11-01", freq="D", tz=ZONE)
    found = pd.DataFrame({"period": days, "chat": "a", "chat_key": "group:1", "messages": 2, "people": 1})
    shown = charts.timeline(found)
    points = shown.spec()["data"]["values"]
    assert len(points) < 200
    assert sum(one["messages"] for one in points) == 2 * len(days)
    assert "Counted by month." in shown.subtitle


@pytest.mark.slow
@pytest.mark.parametrize("missing", ["vl_convert", "altair", "networkx", "jinja2"])
def test_a_missing_library_is_named_with_the_way_to_install_it(missing: str) -> None:
    code = f"""
import sys
sys.modules[{missing!r}] = None
import openqq_nb as oq, pandas as pd
from openqq_nb import charts
from openqq_nb.reporting import write_report
from tests.charts.answers import Life, answers, latin
found = answers(Life(latin))
calls = {{
    "vl_convert": lambda: charts.ranking(found["ranking"])._repr_mimebundle_(),
    "altair": lambda: charts.ranking(found["ranking"]).chart,
    "networkx": lambda: charts.replies(found["replies"]),
    "jinja2": lambda: write_report(pd.DataFrame({{"msg_time": pd.to_datetime([])}}), "never.html"),
}}
try:
    calls[{missing!r}]()
except oq.NotSupported as error:
    print(error)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert missing in said
    assert "pip install 'openqq-nb[charts]'" in said


@pytest.mark.slow
def test_neither_import_nor_use_loads_altair_or_changes_its_renderer() -> None:
    code = """
import sys
from openqq_nb import charts
heavy = {"altair", "vl_convert", "networkx", "jinja2"}
print(sorted(heavy & set(sys.modules)))
import pandas as pd
picture = charts.activity(pd.DataFrame({"weekday": [1], "hour": [2], "messages": [3]}))
picture._repr_mimebundle_()
print(sorted(heavy & set(sys.modules)))
import altair
before = altair.renderers.active, altair.theme.active, altair.data_transformers.active
picture.chart
print(before == (altair.renderers.active, altair.theme.active, altair.data_transformers.active), *before)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["[]", "['vl_convert']", "True default default default"]
