"""The plan of a group's past: who says what kind of thing when, and to whom; drawn day by day, not kept."""

from bisect import bisect
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from math import exp
from random import Random
from typing import Literal

from openqq_nb.simulator.past.cast import Cast
from openqq_nb.simulator.past.play import Play
from openqq_nb.simulator.past.rhythm import DAY_S, RHYTHMS, Day, hour_weights
from openqq_nb.simulator.past.scenes import NOBODY, Line, Scene
from openqq_nb.simulator.past.topics import TOPICS

SILENCE_S = 1_200
MOST_SCENES = 14
USUAL_SIZE = 9
WEEK_S = 7 * DAY_S
HOUR_S = 3_600
NEW_LASTS_S = 45 * DAY_S
LIKES = 4.0
CALLS = 1 / 12


@dataclass(frozen=True, slots=True)
class _Wish:
    """A scene that is wanted: when, how large, of what kind; `who` joined if it is a welcome."""

    start: int
    size: int
    kind: Literal["talk", "welcome", "call"] = "talk"
    who: int = NOBODY


class Plan:
    """Plans what is said; the same arguments plan the same, each time one asks.

    Args:
        cast: The people.
        days: How lively each day is.
        messages: About how many messages there are.
        seed: Of the chance.
    """

    def __init__(self, cast: Cast, days: tuple[Day, ...], messages: int, seed: str) -> None:
        self._cast = cast
        self._days = days
        self._messages = messages
        self._seed = seed

    def scenes(self) -> Iterator[Scene]:
        """Give everything in order; a scene without a conversation only tells who joined."""
        joins = deque(self._joins())
        place = 0
        for scene in _Planning(self._cast, self._days, self._messages, self._seed).scenes():
            before, within = _until(joins, scene.start), _until(joins, scene.end)
            told = [_joined(at, who) for at, who in before]
            scene.lines += [Line(at, NOBODY, "join", scene, mention=who) for at, who in within]
            scene.lines.sort(key=lambda line: line.at)
            for one in (*told, scene):
                place = _number(one, place)
                yield one
        for at, who in joins:
            one = _joined(at, who)
            place = _number(one, place)
            yield one

    def _joins(self) -> list[tuple[int, int]]:
        players, start = self._cast.players, self._cast.start
        return sorted((one.joined, place) for place, one in enumerate(players) if one.joined >= start)


def _until(joins: deque[tuple[int, int]], at: int) -> list[tuple[int, int]]:
    taken = []
    while joins and joins[0][0] < at:
        taken.append(joins.popleft())
    return taken


def _joined(at: int, who: int) -> Scene:
    scene = Scene(at, 0, end=at)
    scene.lines.append(Line(at, NOBODY, "join", scene, mention=who))
    return scene


def _number(scene: Scene, place: int) -> int:
    for line in scene.lines:
        line.place = place
        place += 1
    return place


class _Planning:
    """One run through the days."""

    def __init__(self, cast: Cast, days: tuple[Day, ...], messages: int, seed: str) -> None:
        self._cast = cast
        self._days = days
        self._messages = messages
        self._rng = Random(f"{seed}/plan")  # noqa: S311 - not for secrets
        self._play = Play(cast.players, self._rng)
        self._owed = 0.0
        self._free = cast.start
        self._waves = _waves(len(days), Random(f"{seed}/waves"))  # noqa: S311 - not for secrets
        self._hours = self._group_hours()

    def scenes(self) -> Iterator[Scene]:
        for day in self._days:
            self._owed += day.share * self._messages
            for wish in self._wishes(day):
                scene = self._scene(wish, day)
                if scene is None:
                    continue
                self._owed -= len(scene.said)
                self._free = scene.end + SILENCE_S
                yield scene

    def _group_hours(self) -> dict[bool, list[float]]:
        """Add up when the people of the group are awake, on working days and days off."""
        much = dict.fromkeys(RHYTHMS, 0.0)
        for one in self._cast.players:
            much[one.rhythm] += one.activity
        return {off: list(accumulate(hour_weights(much, off))) for off in (False, True)}

    def _wishes(self, day: Day) -> list[_Wish]:
        count = int(self._owed)
        if count < 1:
            return self._welcomes(day)
        few = max(1, min(MOST_SCENES, round(count / USUAL_SIZE * self._rng.uniform(0.6, 1.5))))
        weights = [self._rng.lognormvariate(0, 0.9) for _ in range(few)]
        sizes = [max(1, round(count * weight / sum(weights))) for weight in weights]
        wishes = [_Wish(self._moment(day), size) for size in sizes]
        if self._rng.random() < CALLS:
            wishes.append(_Wish(day.start + self._rng.randrange(9, 21) * HOUR_S, 3, "call"))
        return sorted((*wishes, *self._welcomes(day)), key=lambda wish: wish.start)

    def _moment(self, day: Day) -> int:
        totals = self._hours[day.off]
        hour = bisect(totals, self._rng.random() * totals[-1]) if totals[-1] else self._rng.randrange(24)
        return day.start + hour * HOUR_S + self._rng.randrange(HOUR_S)

    def _welcomes(self, day: Day) -> list[_Wish]:
        """Want a welcome for who joins by day, unless people have talked more than they should."""
        if self._owed < -USUAL_SIZE:
            return []
        return [
            _Wish(one.joined + self._rng.randrange(20, 120), 6, "welcome", place)
            for place, one in enumerate(self._cast.players)
            if day.start + 8 * HOUR_S <= one.joined < day.start + DAY_S - HOUR_S
            and self._rng.random() < 2 / 3
        ]

    def _scene(self, wish: _Wish, day: Day) -> Scene | None:
        """Play a scene if there is room for it and somebody is there."""
        start = max(wish.start, self._free)
        is_late = start > day.start + DAY_S + HOUR_S or (wish.kind != "talk" and start > wish.start + HOUR_S)
        if is_late:
            return None
        topic = self._topic(start)
        festive = day.festive and self._rng.random() < 3 / 4
        scene = Scene(start, topic, "" if festive else self._new_word(topic, start), festive)
        there = self._there(start, topic, day.off)
        if not there or there[-1] <= 0:
            return None
        pace_s = min(22.0, 18_000 / max(1.0, day.share * self._messages))
        self._play.play(scene, wish.size, there, pace_s, wish.kind, wish.who)
        return scene if scene.said and scene.end < self._cast.until else None

    def _topic(self, at: int) -> int:
        week = self._waves[(at - self._cast.start) // WEEK_S]
        return min(bisect(week, self._rng.random() * week[-1]), len(week) - 1)

    def _new_word(self, topic: int, at: int) -> str:
        for one in self._cast.new_words:
            if one.topic == topic and one.since <= at:
                strength = 0.08 + 0.6 * exp((one.since - at) / NEW_LASTS_S)
                if self._rng.random() < strength:
                    return one.word
        return ""

    def _there(self, at: int, topic: int, off: bool) -> list[float]:
        """Give running totals of how likely each player speaks now."""
        hour = (at + 8 * HOUR_S) % DAY_S // HOUR_S
        awake = {name: hours[off][hour] for name, hours in RHYTHMS.items()}
        month = (at - self._cast.start) // (30 * DAY_S)
        return list(
            accumulate(
                one.activity
                * one.moods[month]
                * awake[one.rhythm]
                * (LIKES if topic in one.interests else 1.0)
                * one.here(at)
                for one in self._cast.players
            )
        )


def _waves(days: int, rng: Random) -> list[list[float]]:
    """Let topics come and go: running totals of how much each is talked about, week by week."""
    weeks = days // 7 + 2
    topics = [_wave(weeks, rng) for _ in TOPICS]
    return [list(accumulate(one[week] for one in topics)) for week in range(weeks)]


def _wave(weeks: int, rng: Random) -> list[float]:
    """Draw a topic: always a little, and much around two moments."""
    base = rng.uniform(0.15, 1.0)
    peaks = [(rng.uniform(0, weeks), rng.uniform(1.5, 8), rng.uniform(0.5, 3.5)) for _ in range(2)]
    return [
        base + sum(height * exp(-(((week - middle) / width) ** 2)) for middle, width, height in peaks)
        for week in range(weeks)
    ]
