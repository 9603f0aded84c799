"""Plays a scene: who speaks after whom, how fast, who answers or mentions whom, what everybody repeats."""

from bisect import bisect
from collections import deque
from itertools import accumulate
from random import Random
from typing import Literal

from openqq_nb.simulator.past import phrases
from openqq_nb.simulator.past.cast import Player
from openqq_nb.simulator.past.scenes import ALL, Act, Line, Scene
from openqq_nb.simulator.past.topics import TOPICS

# Longer would be the end of a conversation.
MOST_GAP_S = 150
MOST_CAST = 9
GOES_ON = 0.25
ANSWERS = 0.1
LATE_ANSWER = 0.07
MENTIONS = 0.05
LATEST_S = 100_000
NEAR = 8
RECALLS = 0.007
CHAIN = 0.14
CHAIN_FROM = 5
LONGEST_CHAIN = 9
ACTS: dict[Act, float] = {
    "text": 80.0, "image": 7.0, "captioned": 1.5, "face": 3.0, "sticker": 2.5, "voice": 1.2, "video": 0.4,
    "file": 0.3, "forward": 0.25, "card": 0.5, "link": 0.8, "awkward": 0.3,
}  # fmt: skip
_KINDS = list(ACTS)
_TOTALS = list(accumulate(ACTS.values()))
_DRAWS = 10


class Play:
    """Plays one scene after the other.

    Args:
        players: Everybody.
        rng: The source of chance.
    """

    def __init__(self, players: tuple[Player, ...], rng: Random) -> None:
        self._players = players
        self._rng = rng
        self._recent: deque[Line] = deque(maxlen=40)
        self._last_chain = ""
        self._there: list[float] = []
        self._pace_s = 0.0
        self._scene = Scene(0, 0)
        self._at = 0

    def play(
        self,
        scene: Scene,
        size: int,
        there: list[float],
        pace_s: float,
        kind: Literal["talk", "welcome", "call"],
        who: int,
    ) -> None:
        """Play a scene.

        Args:
            scene: Gets its lines.
            size: How many messages it has, about.
            there: Running totals of how likely each player speaks.
            pace_s: Seconds between two messages, on average.
            kind: What kind of scene.
            who: Who is welcomed.
        """
        self._scene, self._at, self._there, self._pace_s = scene, scene.start, there, pace_s
        if kind == "welcome":
            self._welcome(who)
        elif kind == "call" and not self._call():
            return
        self._talk(size)
        scene.end = scene.lines[-1].at if scene.lines else scene.start
        self._recent.extend(line for line in scene.said if line.act == "text")

    def _draw(self) -> int:
        return bisect(self._there, self._rng.random() * self._there[-1])

    def _some(self, count: int) -> list[int]:
        """Draw different people, as many as there are."""
        found: dict[int, None] = {}
        for _ in range(count * _DRAWS):
            found[self._draw()] = None
            if len(found) == count:
                break
        return list(found)

    # Kinds of scenes

    def _welcome(self, who: int) -> None:
        people = [one for one in self._some(self._rng.randrange(2, 7)) if one != who]
        self._chain(people, self._rng.choice(phrases.WELCOMES))
        if self._players[who].activity:
            self._say(Line(self._at, who, "text", self._scene))

    def _call(self) -> bool:
        """Let somebody who leads mention everybody, if one is there."""
        leads = [place for place, one in enumerate(self._players) if one.leads and one.activity]
        here = [place for place in leads if self._players[place].here(self._at)]
        if not here:
            return False
        self._say(Line(self._at, self._rng.choice(here), "call", self._scene, mention=ALL))
        return True

    def _talk(self, size: int) -> None:
        rng, said = self._rng, self._scene.said
        people = self._some(min(MOST_CAST, max(1, min(size, 2 + int(rng.expovariate(1 / 2.2))))))
        totals = list(accumulate(1 / (rank + 1) for rank in range(len(people))))
        chain_at = rng.randrange(2, size) if size >= CHAIN_FROM and rng.random() < CHAIN else -1
        who = people[0]
        while len(said) < size:
            if len(said) >= chain_at > 0:
                chain_at = -1
                self._chain(self._some(3 + min(LONGEST_CHAIN - 3, int(rng.expovariate(0.6)))), self._chant())
                continue
            self._turn(who, people)
            if rng.random() >= GOES_ON:
                who = people[bisect(totals, rng.random() * totals[-1])]

    # Lines

    def _say(self, line: Line) -> None:
        self._scene.lines.append(line)
        self._scene.said.append(line)
        self._at = line.at + min(MOST_GAP_S, 1 + int(self._rng.expovariate(1 / self._pace_s)))

    def _turn(self, who: int, people: list[int]) -> None:
        rng = self._rng
        line = Line(self._at, who, _KINDS[bisect(_TOTALS, rng.random() * _TOTALS[-1])], self._scene)
        line.target = self._target(who)
        others = [one for one in people if one != who]
        if line.target is not None:
            line.act = "text"
            line.mention = line.target.who if rng.random() < 1 / 3 else line.mention
        elif line.act == "text" and others and rng.random() < MENTIONS:
            line.mention = rng.choice(others)
        line.recalled = line.act in {"text", "image"} and rng.random() < RECALLS
        self._say(line)
        if line.recalled:
            told = Line(line.at + rng.randrange(2, 20), who, "recall", self._scene, recalled=True)
            self._scene.lines.append(told)
            self._at = max(self._at, told.at)

    def _target(self, who: int) -> Line | None:
        """Choose what somebody answers: mostly nothing, else what was just said, or in an earlier conversation."""
        said = self._scene.said
        if self._rng.random() >= (ANSWERS if said else LATE_ANSWER):
            return None
        near = (
            said[-NEAR:] if said else [one for one in self._recent if self._scene.start - one.at < LATEST_S]
        )
        choice = [one for one in near if one.who != who and not one.recalled]
        return self._rng.choice(choice) if choice else None

    def _chain(self, people: list[int], text: str) -> None:
        """Let people repeat a text; fewer than two repeat nothing."""
        if len(people) < 2 or text == self._last_chain:  # noqa: PLR2004
            return
        self._last_chain = text
        self._scene.chains.append((self._at, text, tuple(people)))
        for who in people:
            self._say(Line(self._at, who, "chain", self._scene, text))
            self._at = min(self._at, self._scene.said[-1].at + self._rng.randrange(1, 12))

    def _chant(self) -> str:
        """Choose what everybody repeats."""
        pool = phrases.FESTIVE_CHAINS if self._scene.festive else phrases.CHAINS
        topic = TOPICS[self._scene.topic]
        thing = self._scene.new_word or self._rng.choice(topic.things)
        return self._rng.choice(pool).format(n=thing, v=self._rng.choice(topic.deeds))
