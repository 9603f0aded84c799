"""The tables of a report: each section has one, and it tells what the messages and the answers to questions tell."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb import analysis
from openqq_nb.charts.texts import cut
from openqq_nb.reporting import write_report
from tests.charts.answers import Life, chinese, hostile, messages
from tests.reporting.pages import members
from tests.reporting.reading import Found, Tables

SECTIONS = {
    "timeline", "calendar", "activity", "ranking", "night_owls", "replies", "conversations", "repeats", "kinds",
    "words", "phrases", "typical", "new_words", "turnover", "nicknames", "lurkers", "similar_groups",
}  # fmt: skip
OPENED = {"ranking", "repeats", "conversations"}
GROUP = "周末羽毛球"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MOST = 25
pytestmark = pytest.mark.slow

Rows = list[list[str]]


@dataclass(frozen=True)
class Past:
    """The simulator's past, the people in it, and the tables of a report on it."""

    log: Any
    roster: Any
    tables: dict[str, Found]

    @property
    def written(self) -> pd.DataFrame:
        """What people wrote; programs write lines too, and what was taken back is gone."""
        frame: pd.DataFrame = self.log.df
        return frame[~frame["kind"].isin(["system", "recall"])]

    def ask(self, question: str, **asked: Any) -> pd.DataFrame:
        found: pd.DataFrame = getattr(analysis, question)(self.log, **asked)
        return found


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    folder, before = tmp_path_factory.mktemp("past"), oq.language()
    oq.language("en")
    my = oq.demo(members=60)
    log = oq.open_log(my.simulator.past(GROUP, messages=6000).write(folder / "past.json"))
    roster = my.roster()
    page = log.report(folder / "group.html", roster=roster).read_text("utf-8")
    oq.language(before)
    yield Past(log, roster, Tables(page).found)
    my.close()


def each(frame: pd.DataFrame) -> list[Any]:
    return list(frame.rename(columns={"count": "times"}).itertuples())


def percent(part: float) -> str:
    if 0.995 <= part < 1:
        return ">99%"
    if 0 < part < 0.001:
        return "<0.1%"
    tenths = int(part * 1_000 + 0.5)
    return f"{tenths / 10}%" if 0 < tenths < 100 else f"{int(part * 100 + 0.5)}%"


def called(name: object) -> str:
    return cut(name, 240) or "(no name)"


def month_name(day: str) -> str:
    return f"{pd.Timestamp(day):%b %Y}"


def months(past: Past) -> Counter[str]:
    return Counter(f"{at:%Y-%m-01}" for at in past.written["msg_time"])


def timeline(past: Past) -> Rows:
    return [[month_name(month), f"{count:,}"] for month, count in sorted(months(past).items())]


def activity(past: Past) -> Rows:
    counts = Counter((at.hour, at.day_of_week) for at in past.written["msg_time"])
    return [[f"{hour:02}:00", *(f"{counts[hour, day]:,}" for day in range(7))] for hour in range(24)]


def calendar(past: Past) -> Rows:
    counts, years = months(past), sorted({at.year for at in past.written["msg_time"]})
    first, last = min(counts), max(counts)

    def told(month: str) -> str:
        return f"{counts[month]:,}" if first <= month <= last else "–"

    names = [f"{pd.Timestamp(2000, month, 1):%b}" for month in range(1, 13)]
    rows = [[name, *(told(f"{year}-{at:02}-01") for year in years)] for at, name in enumerate(names, 1)]
    totals = Counter(at.year for at in past.written["msg_time"])
    return [*rows, ["in all", *(f"{totals[year]:,}" for year in years)]]


def ranking(past: Past) -> Rows:
    return [
        [called(one.displayname), f"{one.messages:,}", percent(one.share), str(one.days), str(one.first)[:10],
         str(one.last)[:10]]
        for one in each(past.ask("ranking", roster=past.roster).head(20))
    ]  # fmt: skip


def night_owls(past: Past) -> Rows:
    found = each(past.ask("night_owls", roster=past.roster).head(20))
    return [[called(one.displayname), str(one.messages), percent(one.share), one.latest] for one in found]


def replies(past: Past) -> Rows:
    found = past.ask("replies", roster=past.roster)
    rows = [
        (called(one.from_name), called(one.to_name), one.replies, one.mentions)
        for one in each(found)
        if one.from_qq != one.to_qq and one.replies + one.mentions
    ]
    rows.sort(key=lambda row: -max(row[2], row[3]))
    return [list(map(str, row)) for row in rows[:20]]


def _started(past: Past, question: str) -> list[Any]:
    found = each(past.ask(question, roster=past.roster))
    return sorted(found, key=lambda one: -one.messages)[:20]


def conversations(past: Past) -> Rows:
    return [
        [f"{one.start:%Y-%m-%d %H:%M}", one.chat, str(one.messages), str(one.people), called(one.started_by)]
        for one in _started(past, "conversations")
    ]


def repeats(past: Past) -> Rows:
    return [
        [cut(str(one.content), 420), str(one.messages), str(one.people), one.chat, f"{one.start:%Y-%m-%d %H:%M}",
         called(one.started_by)]
        for one in _started(past, "repeats")
    ]  # fmt: skip


def kinds(past: Past) -> Rows:
    counts = Counter(past.log.df["kind"].astype("str"))
    names = {"image": "picture", "forward": "forwarded", "recall": "recalled"}
    return [
        [names.get(str(kind), str(kind)), f"{count:,}", percent(count / counts.total())]
        for kind, count in counts.most_common()
    ]


def words(past: Past) -> Rows:
    return [_counts(one.word, one) for one in each(past.ask("words"))[:20]]


def _counts(said: str, one: Any) -> list[str]:
    return [called(said), str(one.messages), str(one.times), str(one.people)]


def phrases(past: Past) -> Rows:
    return [
        _counts(one.phrase, one)
        for one in sorted(each(past.ask("phrases")), key=lambda one: -one.messages)[:20]
    ]


def typical(past: Past) -> Rows:
    people: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in each(past.ask("typical")):
        people[one.qq, one.displayname].append(f"{one.word}: {one.times}×")
    return [[called(name), "; ".join(said[:8])] for (_, name), said in list(people.items())[:6]]


def new_words(past: Past) -> Rows:
    periods: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for one in each(past.ask("new_words")):
        periods[f"{one.period:%Y-%m-01}"].append((-one.score, f"{one.word}: {one.times}×"))
    best = {period: sorted(said, key=lambda one: one[0])[:8] for period, said in sorted(periods.items())[-6:]}
    return [[month_name(period), "; ".join(word for _, word in said)] for period, said in best.items()]


def turnover(past: Past) -> Rows:
    people: dict[str, set[str]] = defaultdict(set)
    first: dict[str, str] = {}
    for at, who in sorted(zip(past.written["msg_time"], past.written["sender_qq"], strict=True)):
        people[f"{at:%Y-%m-01}"].add(who)
        first.setdefault(who, f"{at:%Y-%m-01}")
    came = Counter(first.values())
    return [[month_name(month), str(len(who)), str(came[month])] for month, who in sorted(people.items())]


def nicknames(past: Past) -> Rows:
    names: dict[str, list[Any]] = defaultdict(list)
    for one in sorted(each(past.ask("nicknames")), key=lambda one: one.first):
        names[one.qq].append(one)
    return [
        [called(max(one, key=lambda name: name.last).displayname),
         "; ".join(f"{name.displayname}: {name.first:%Y-%m-%d} to {name.last:%Y-%m-%d}" for name in one)]
        for one in names.values()
    ]  # fmt: skip


def similar_groups(past: Past) -> Rows:
    found = analysis.similar_groups(past.roster.members)
    best = sorted(each(found), key=lambda one: (-one.jaccard, -one.shared))[:20]
    names = {one.gnumber: called(one.displayname) for one in best}
    names |= {one.other_gnumber: called(one.other_displayname) for one in best}
    several = Counter(names.values())
    shown = {of: f"{name} (…{of[-4:]})" if several[name] > 1 else name for of, name in names.items()}
    return [
        [shown[one.gnumber], shown[one.other_gnumber], str(one.shared), percent(one.jaccard)] for one in best
    ]


@pytest.mark.parametrize(
    "told",
    [timeline, activity, calendar, ranking, night_owls, replies, repeats, kinds, words, phrases, typical, new_words,
     similar_groups],
)  # fmt: skip
def test_a_table_tells_what_was_written(past: Past, told: Callable[[Past], Rows]) -> None:
    assert past.tables[told.__name__].rows == told(past)


def test_the_table_of_conversations_tells_the_longest(past: Past) -> None:
    rows = past.tables["conversations"].rows
    assert [[start, chat, *others] for start, chat, _, *others in rows] == conversations(past)


def test_the_table_of_people_who_come_and_go_counts_each_month(past: Past) -> None:
    rows = past.tables["turnover"].rows
    counted = turnover(past)
    # Of the first month nobody knows who came and who was there before.
    assert [row[:3] for row in rows] == [[*counted[0][:2], "–"], *counted[1:]]
    assert [row[3] for row in rows[-3:]] == ["–"] * 3, "who left is not known yet"
    left = past.ask("turnover")["leavers"].dropna()
    assert [int(row[3]) for row in rows if row[3] != "–"] == left.tolist()


def test_the_table_of_names_tells_those_of_people_with_most(past: Past) -> None:
    rows, all_of_them = past.tables["nicknames"].rows, nicknames(past)
    most = sorted((len(row[1].split("; ")) for row in all_of_them), reverse=True)[:7]
    assert [len(row[1].split("; ")) for row in rows] == most
    assert all(row in all_of_them for row in rows)


def test_the_table_of_the_silent_counts_all_of_them(past: Past) -> None:
    days = analysis.lurkers(past.roster.members, past.log)["silent_days"]
    rows = past.tables["lurkers"].rows
    counted = {}
    for told, people in rows:
        of_range = days.isna() if told == "never wrote" else days.between(*_range(told))
        counted[told] = (int(people), int(of_range.sum()))
    assert all(shown == there for shown, there in counted.values())
    assert sum(shown for shown, _ in counted.values()) == len(days)


def _range(told: str) -> tuple[int, int]:
    """The first and the last day of a range of silence; years are written up to where they end."""
    (first, unit), (last, last_unit) = re.findall(r"(\d+) ?(day|year)?", told.replace(",", ""))
    begun = int(first) * (365 if (unit or last_unit) == "year" else 1)
    return begun, int(last) * 365 - 1 if last_unit == "year" else int(last)


def test_every_section_has_a_table_with_a_caption_and_heads(past: Past) -> None:
    assert set(past.tables) == SECTIONS
    assert len({one.title for one in past.tables.values()}) == len(SECTIONS)
    for one in past.tables.values():
        assert one.rows
        assert len(one.rows) <= MOST
        assert {len(row) for row in one.rows} == {len(one.heads)}
        assert one.scopes == ["col"] * len(one.heads) + ["row"] * len(one.rows)
    assert past.tables["activity"].heads == ["hour", *DAYS]
    assert {name for name, one in past.tables.items() if not one.closed} == OPENED


@pytest.mark.parametrize("language", ["en", "zh"])
def test_names_and_messages_in_tables_are_text_whatever_is_in_them(tmp_path: Path, language: str) -> None:
    oq.language(language)
    log = messages(Life(hostile), 3_000)
    numbers = pd.Series([f"{at}" for at in range(len(log))])
    said = [hostile(at % 40) for at in range(len(log))]
    names = log["sender"].mask(log.index < 40, pd.Series(said))
    log = log.assign(gnumber="552603", content=said, sender=names, msg_id=numbers, reply_to=numbers.shift(1))
    tables = Tables(
        write_report(log, tmp_path / "one.html", roster=members(hostile)).read_text("utf-8")
    ).found
    assert {"ranking", "replies", "typical", "words", "nicknames", "similar_groups"} <= set(tables)
    for one in tables.values():
        assert one.tags <= {"table", "caption", "span", "thead", "tbody", "tr", "th", "td", "bdi"}
        assert all(
            sign.isprintable() or sign == "\u200d" for row in one.rows for cell in row for sign in cell
        )
    known = {cut(hostile(at), 240) for at in range(60)} | {"(no name)", "（无名）"}
    alone = [row[0] for name in ("ranking", "typical") for row in tables[name].rows]
    pairs = [name for one in ("replies", "similar_groups") for row in tables[one].rows for name in row[:2]]
    for shown in (*alone, *pairs):
        name = re.sub(r" \(…\d+\)$", "", shown)
        assert name in known or any(
            one.startswith(name.removesuffix("…")) for one in known if name[-1:] == "…"
        )
    assert any(row[0].startswith("<") for row in tables["ranking"].rows)


def test_a_table_of_messages_over_time_tells_the_chats_and_where_nothing_was_written(tmp_path: Path) -> None:
    log = messages(Life(chinese, days=60), 3_000)
    chats = pd.Series([chinese((0, 0, 0, 0, 1, 1, 1, 2, 2, 3)[at % 10]) for at in range(len(log))])
    silent = log["msg_time"].between("2024-03-18", "2024-03-25", inclusive="left").to_numpy()
    log = log.assign(chat=chats, chat_key="group:" + chats)[~silent]
    table = Tables(write_report(log, tmp_path / "one.html").read_text("utf-8")).found["timeline"]
    largest = [name for name, _ in Counter(log["chat"]).most_common()]
    assert table.heads == ["period", "in all", *largest]
    weeks = Counter(
        (f"week from {at - pd.Timedelta(days=at.day_of_week):%Y-%m-%d}", chat)
        for at, chat in zip(log["msg_time"], log["chat"], strict=True)
    )
    for week, total, *counts in table.rows:
        assert list(map(int, counts)) == [weeks[week, name] for name in largest]
        assert int(total) == sum(map(int, counts))
    assert ["week from 2024-03-18", "0", "0", "0", "0", "0"] in table.rows
    assert sum(int(row[1]) for row in table.rows) == len(log)


def test_people_of_one_name_are_told_apart_in_tables_by_their_numbers(tmp_path: Path) -> None:
    log = messages(Life(chinese), 600)
    numbers = pd.Series([f"{at}" for at in range(len(log))])
    log = log.assign(sender=log["sender"].mask(log["sender_qq"].isin(["10000", "10001"]), "重名"))
    log = log.assign(msg_id=numbers, reply_to=numbers.shift(1))
    tables = Tables(write_report(log, tmp_path / "one.html").read_text("utf-8")).found
    for name in ("ranking", "replies"):
        people = {cell for row in tables[name].rows for cell in row[: 2 if name == "replies" else 1]}
        assert {"重名 (…0000)", "重名 (…0001)"} <= people, name
        assert "重名" not in people


def test_chats_of_one_name_are_told_apart_in_tables_by_their_numbers(tmp_path: Path) -> None:
    log = messages(Life(chinese), 600)
    numbers = pd.Series(["552603", "552604"] * 300)
    # Each chat repeats itself, and that in both.
    log = log.assign(chat="重名", chat_key="group:" + numbers, content="复读", kind="text")
    tables = Tables(write_report(log, tmp_path / "one.html").read_text("utf-8")).found
    for name in ("repeats", "conversations"):
        at = tables[name].heads.index("chat")
        assert {row[at] for row in tables[name].rows} == {"重名 (…2603)", "重名 (…2604)"}, name


def test_tables_of_a_long_log_take_longer_periods_and_lose_no_message(tmp_path: Path) -> None:
    log = messages(Life(chinese, days=15 * 365), 3_000).assign(gnumber="552603")
    tables = Tables(
        write_report(log, tmp_path / "one.html", roster=members(chinese)).read_text("utf-8")
    ).found
    years = Counter(f"{at.year}" for at in log["msg_time"])
    assert tables["timeline"].rows == [[year, str(count)] for year, count in sorted(years.items())]
    assert [row[0] for row in tables["turnover"].rows] == sorted(years)
    people = log[log["msg_time"].dt.year == 2024]["sender_qq"].nunique()
    # Of those of the first month nobody knows who was there before, in the table of years as in the picture of months.
    months = log["msg_time"].dt.strftime("%Y-%m")
    first = log[months == months.min()]["sender_qq"].nunique()
    assert tables["turnover"].rows[0][1] == str(people)
    came = sum(int(row[2]) for row in tables["turnover"].rows if row[2] != "–")
    assert came == log["sender_qq"].nunique() - first
    assert len(tables["calendar"].heads) == 1 + 5
    group = members(chinese).query("gnumber == '552603'")
    never = ~group["qq"].isin(log["sender_qq"])
    assert tables["lurkers"].rows[-1] == ["never wrote", str(int(never.sum()))]
