"""Answers of all questions about an invented group of 60 people over two years, and what people may be called in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from openqq_nb.columns import ZONE
from tests.lab.hostile import TEXTS

PEOPLE = 60
DAYS = 730
START = pd.Timestamp("2024-03-01", tz=ZONE)
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"
_GIVEN = ("伟", "小灰", "建国", "雨桐", "梓涵", "一诺", "婷婷", "志强", "浩然", "欣怡")
_LATIN = (
    "Ada",
    "Grace",
    "Linus",
    "Margaret",
    "Dennis",
    "Barbara",
    "Ken",
    "Radia",
    "Guido",
    "Larry",
    "Yukihiro",
)
_WORDS = (
    "哈哈哈", "收到", "晚安", "早上好", "吃饭", "加班", "周五", "聚餐", "perl", "python", "原神", "作业", "开会",
    "红包", "下雨", "地铁", "外卖", "奶茶", "摸鱼", "绝绝子", "yyds", "ok", "lol", "thanks",
)  # fmt: skip


def chinese(at: int) -> str:
    return _SURNAMES[at % len(_SURNAMES)] + _GIVEN[at % len(_GIVEN)]


def latin(at: int) -> str:
    return f"{_LATIN[at % len(_LATIN)]} {chr(65 + at % 26)}."


def long(at: int) -> str:
    """Sixty characters, some of them wide."""
    if at % 2:
        return (
            chinese(at) + "，学习交流委员会常务副主席，欢迎新人入群改名片，不许发广告，违者请出，谢谢合作"
        ) * 2
    return f"{latin(at)} WWWWMMMM the longest name that anybody was ever called in this group"


def hostile(at: int) -> str:
    texts = list(TEXTS.values())
    return texts[at % len(texts)]


def emoji(at: int) -> str:
    signs = ("👩‍👩‍👧‍👦", "🏳️‍🌈", "👍🏿", "🇨🇳", "1️⃣", "🐼🐼🐼", "☀️", "❤️‍🔥")
    return signs[at % len(signs)] * (at % 5 + 1)


NAMINGS: dict[str, Callable[[int], str]] = {
    "chinese": chinese,
    "latin": latin,
    "long": long,
    "hostile": hostile,
    "emoji": emoji,
}


@dataclass(frozen=True)
class Life:
    """What the invented people do, drawn by lot from a seed."""

    name: Callable[[int], str]
    people: int = PEOPLE
    days: int = DAYS
    seed: int = 0

    @property
    def lot(self) -> np.random.Generator:
        return np.random.default_rng(self.seed)

    def names(self, count: int | None = None) -> list[str]:
        return [self.name(at) for at in range(self.people if count is None else count)]

    def numbers(self, count: int | None = None) -> list[str]:
        return [str(10_000 + at) for at in range(self.people if count is None else count)]

    def moments(self, count: int) -> pd.DatetimeIndex:
        """Moments over the whole time, more of them in the evening and in its second half."""
        lot = self.lot
        days = np.sort((lot.power(1.4, count) * self.days).astype(int))
        hours = np.clip(lot.normal(20, 3.5, count), 0, 23.9)
        seconds = ((days * 24 + hours) * 3600).astype(int)
        return START + pd.to_timedelta(np.sort(seconds), unit="s")


def answers(life: Life) -> dict[str, pd.DataFrame]:
    """Give an answer to every question that can be drawn."""
    makers = (
        _ranking, _activity, _calendar, _lurkers, _turnover, _replies, _repeats, _conversations, _timeline, _words,
        _similar_groups, _night_owls, _kinds, _nicknames, _typical, _new_words, _phrases, _response,
    )  # fmt: skip
    return {make.__name__.lstrip("_"): make(life) for make in makers}


def messages(life: Life, count: int = 20_000) -> pd.DataFrame:
    """Give messages, so that questions can be asked."""
    lot = life.lot
    who = np.minimum(lot.zipf(1.6, count) - 1, life.people - 1)
    names, numbers = np.array(life.names(), dtype=object), np.array(life.numbers(), dtype=object)
    return pd.DataFrame(
        {
            "msg_time": life.moments(count),
            "sender": names[who],
            "sender_qq": numbers[who],
            "content": np.array(_WORDS, dtype=object)[lot.integers(0, len(_WORDS), count)],
            "kind": "text",
            "chat": life.name(7),
            "chat_key": "group:1",
        }
    )


def _falling(count: int, largest: int) -> list[int]:
    return [max(1, int(largest / (at + 1) ** 0.9)) for at in range(count)]


def _ranking(life: Life) -> pd.DataFrame:
    counts = _falling(life.people, 4_321)
    moments = life.moments(2 * life.people)
    return pd.DataFrame(
        {
            "rank": range(1, life.people + 1),
            "qq": life.numbers(),
            "displayname": life.names(),
            "messages": counts,
            "share": np.array(counts) / sum(counts),
            "characters": np.array(counts) * 9,
            "days": 20,
            "first": moments[: life.people],
            "last": moments[life.people :],
        }
    )


def _activity(life: Life) -> pd.DataFrame:
    moments = life.moments(8_000).to_series()
    counts = moments.groupby([moments.dt.day_of_week + 1, moments.dt.hour]).size()
    return counts.rename_axis(["weekday", "hour"]).rename("messages").reset_index()


def _calendar(life: Life) -> pd.DataFrame:
    moments = life.moments(8_000).normalize()
    counts = moments.value_counts().sort_index()
    return pd.DataFrame({"date": counts.index, "messages": counts.to_numpy(), "people": 5, "streak": 4})


def _lurkers(life: Life) -> pd.DataFrame:
    days = life.lot.integers(180, 700, life.people)
    spoke = life.lot.random(life.people) < 0.7
    last = pd.Series(START + pd.Timedelta(days=DAYS) - pd.to_timedelta(days, unit="D")).where(spoke)
    silent = pd.Series(days, dtype="Int64").where(spoke)
    names = {"qq": life.numbers(), "displayname": life.names(), "nick": life.names()}
    return pd.DataFrame(names | {"last_spoke": last, "messages": 3, "silent_days": silent})


def _turnover(life: Life) -> pd.DataFrame:
    months = pd.date_range(START.normalize(), periods=max(1, life.days // 30), freq="MS")
    lot, count = life.lot, len(months)
    came, went = lot.poisson(4, count), lot.poisson(2.5, count)
    people = 20 + np.cumsum(came - went)
    return pd.DataFrame(
        {
            "period": months,
            "people": people,
            "newcomers": came,
            "leavers": went,
            "stay_days": lot.random(count) * 99,
        }
    )


def _replies(life: Life) -> pd.DataFrame:
    lot = life.lot
    pairs = {(int(a), int(b)) for a, b in np.minimum(lot.zipf(1.5, (300, 2)), life.people) - 1}
    names, numbers = life.names(), life.numbers()
    return pd.DataFrame(
        [
            (
                numbers[a],
                names[a],
                numbers[b],
                names[b],
                int(lot.integers(1, 3_000 // (a + b + 1) + 2)),
                2,
                60.0,
            )
            for a, b in sorted(pairs)
            if a != b
        ],
        columns=["from_qq", "from_name", "to_qq", "to_name", "replies", "mentions", "latency_s"],
    )


def _started(life: Life, count: int) -> dict[str, Sequence[object] | pd.DatetimeIndex]:
    start = life.moments(count)
    seconds = pd.to_timedelta(life.lot.exponential(900, count).astype(int) + 30, unit="s")
    who = [at % life.people for at in range(count)]
    return {
        "start": start,
        "end": start + seconds,
        "chat": [life.name(at % 6) for at in who],
        "chat_key": [f"group:{at % 6}" for at in who],
        "started_by": [life.name(at) for at in who],
        "started_by_qq": [str(10_000 + at) for at in who],
    }


def _repeats(life: Life) -> pd.DataFrame:
    counts = _falling(40, 66)
    texts = [life.name(at + 3) for at in range(40)]
    return pd.DataFrame(_started(life, 40) | {"content": texts, "messages": counts, "people": 7})


def _conversations(life: Life) -> pd.DataFrame:
    made = pd.DataFrame(_started(life, 1_400))
    seconds = (made["end"] - made["start"]).dt.total_seconds()
    return made.assign(seconds=seconds, messages=(seconds / 20).astype(int) + 2, people=4)


def _timeline(life: Life) -> pd.DataFrame:
    weeks = pd.date_range("2024-03-04", periods=max(1, life.days // 7), freq="7D", tz=ZONE)
    lot = life.lot
    return pd.DataFrame(
        [
            (week, life.name(chat + 11), f"group:{chat}", int(lot.poisson(300 / (chat + 1))), 9)
            for week in weeks
            for chat in range(12)
            if lot.random() < 0.9
        ],
        columns=["period", "chat", "chat_key", "messages", "people"],
    )


def _words(life: Life) -> pd.DataFrame:
    counts = _falling(len(_WORDS), 800)
    words = [life.name(at) if at % 5 == 4 else word for at, word in enumerate(_WORDS)]
    return pd.DataFrame({"word": words, "messages": counts, "count": counts, "people": 12})


def _similar_groups(life: Life) -> pd.DataFrame:
    lot, groups = life.lot, 9
    rows = [
        (
            str(one),
            life.name(one),
            str(two),
            life.name(two),
            int(lot.integers(1, 60)) + 1_200 * (one == 0),
            lot.random() / 2,
            lot.random(),
        )
        for one in range(groups)
        for two in range(one + 1, groups)
        if lot.random() < 0.7
    ]
    columns = ["gnumber", "displayname", "other_gnumber", "other_displayname", "shared", "jaccard", "overlap"]
    return pd.DataFrame(rows, columns=columns).sort_values("jaccard", ascending=False)


def _night_owls(life: Life) -> pd.DataFrame:
    counts = _falling(life.people, 250)
    times = [f"{at % 5:02}:{at * 7 % 60:02}" for at in range(life.people)]
    who = {"qq": life.numbers(), "displayname": life.names()}
    return pd.DataFrame(
        who | {"messages": counts, "share": life.lot.random(life.people) / 3, "latest": times}
    )


def _kinds(life: Life) -> pd.DataFrame:
    kinds = ["text", "image", "face", "reply", "voice", "file", "share", None]
    counts = np.array(_falling(len(kinds), 9_000))
    return pd.DataFrame({"kind": kinds, "messages": counts, "share": counts / counts.sum(), "recalled": 1})


def _nicknames(life: Life) -> pd.DataFrame:
    rows = []
    for who in range(min(12, life.people)):
        edges = life.moments(2 * (who % 5 + 1) + 2)[:: max(1, who % 3)]
        for at, (first, last) in enumerate(pairwise(edges)):
            rows.append((str(10_000 + who), life.name(who + at * 13), first, last, 50))
    return pd.DataFrame(rows, columns=["qq", "displayname", "first", "last", "messages"])


def _typical(life: Life) -> pd.DataFrame:
    rows = [
        (
            str(10_000 + who),
            life.name(who),
            life.name(at) if at == 2 else _WORDS[(who * 5 + at) % 24],
            40 - at,
            9.0 - at,
        )
        for who in range(min(9, life.people))
        for at in range(8)
    ]
    return pd.DataFrame(rows, columns=["qq", "displayname", "word", "count", "score"])


def _new_words(life: Life) -> pd.DataFrame:
    months = pd.date_range(START.normalize(), periods=8, freq="MS")
    rows = [
        (month, life.name(at) if at == 1 else _WORDS[(place * 3 + at) % 24], 60 - at * 5, at, 8.0 - at)
        for place, month in enumerate(months)
        for at in range(8)
    ]
    return pd.DataFrame(rows, columns=["period", "word", "count", "earlier", "score"])


def _phrases(life: Life) -> pd.DataFrame:
    phrases = [
        f"{one} {life.name(at)}" if at % 4 == 3 else f"{one} {_WORDS[at - 1]}"
        for at, one in enumerate(_WORDS)
    ]
    counts = _falling(len(phrases), 90)
    written = {"messages": counts, "count": counts, "people": min(9, life.people)}
    return pd.DataFrame({"phrase": phrases, "length": 2, **written, "score": 0.5})


def _response(life: Life) -> pd.DataFrame:
    lot, count = life.lot, life.people
    answered = pd.Series(lot.random(count) < 0.8, dtype="boolean")
    took = pd.Series(lot.lognormal(7, 2, count)).where(answered.astype(bool))
    sent = pd.Series([START] * count)
    return pd.DataFrame(
        {
            "recipient_type": "friend",
            "qq": life.numbers(),
            "gnumber": None,
            "displayname": life.names(),
            "attempted_at": sent,
            "answered": answered,
            "answered_at": (sent + pd.to_timedelta(took, unit="s")).dt.as_unit("us"),
            "latency_s": took,
            "content": life.names(),
        }
    )
