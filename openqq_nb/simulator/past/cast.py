"""Who was in the group: the members of today and those who left, how much they say, what they were called."""

from dataclasses import dataclass
from datetime import date
from random import Random

from openqq_nb.simulator import people
from openqq_nb.simulator.past import phrases
from openqq_nb.simulator.past.rhythm import DAY_S, HOW_MANY, RHYTHMS, midnight
from openqq_nb.simulator.past.topics import NEW_WORDS, TOPICS
from openqq_nb.simulator.things import Group, Membership

# Between the numbers of the people and those of the groups of a seeded world.
FIRST_LEFT = 9_985_000_001
LEFT_RANGE = 4_000_000
STEP = 7_368_787
FEWEST = 60
SPREAD = 45
STEEP = 0.95
SILENT = 0.3
MONTH_S = 30 * DAY_S
RENAMED = 0.25
STAYS_S = DAY_S // 4


@dataclass(frozen=True, slots=True)
class Names:
    """What somebody is called from a time on.

    Args:
        since: In seconds since 1970.
        nick: His nick.
        card: His card; empty if he has none.
    """

    since: int
    nick: str
    card: str

    @property
    def shown(self) -> str:
        """What QQ shows."""
        return self.card or self.nick


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody who was in the group, and his ways.

    Args:
        qq: His number.
        joined: When he joined, in seconds since 1970.
        left: When he left, `None` for who stayed.
        names: What he was called, oldest first.
        leads: Whether he may mention everybody.
        title: What the owner calls him; few have one.
        activity: How much he says; 0 for who never speaks.
        moods: What that is multiplied with, month by month.
        rhythm: When he is awake.
        interests: Numbers of the topics he likes.
        favourites: Words of his own.
        emoji: Those he likes.
    """

    qq: str
    joined: int
    left: int | None
    names: tuple[Names, ...]
    leads: bool
    title: str
    activity: float
    moods: tuple[float, ...]
    rhythm: str
    interests: tuple[int, ...]
    favourites: tuple[str, ...]
    emoji: tuple[str, ...]

    def called(self, at: int) -> Names:
        """Tell his names at a time."""
        if len(self.names) == 1:
            return self.names[0]
        return next((one for one in reversed(self.names) if one.since <= at), self.names[0])

    def here(self, at: int) -> bool:
        """Whether he is in the group, and long enough to end a conversation."""
        return self.joined < at and (self.left is None or at + STAYS_S < self.left)


@dataclass(frozen=True, slots=True)
class NewThing:
    """A word that comes up at a time.

    Args:
        word: The word.
        topic: Number of its topic.
        since: When, in seconds since 1970.
    """

    word: str
    topic: int
    since: int


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody of a group's past.

    Args:
        group: The group as it is.
        me: Number of the account.
        my_name: Its nick.
        start: When the past begins, in seconds since 1970.
        until: When it ends.
        players: Everybody, those who stayed first.
        new_words: The words that come up meanwhile.
    """

    group: Group
    me: str
    my_name: str
    start: int
    until: int
    players: tuple[Player, ...]
    new_words: tuple[NewThing, ...]


@dataclass(frozen=True, slots=True)
class _Stay:
    qq: int
    joined: int
    left: int | None
    nick: str
    card: str
    leads: bool = False
    title: str = ""
    speaks: bool = True
    awkward: bool = False


def cast_of(group: Group, me: tuple[int, str], first: date, until: date, rng: Random) -> Cast:
    """Draw the people of a group's past.

    Args:
        group: Which; its members stayed.
        me: Number and nick of the account.
        first: The first day.
        until: The day after the last.
        rng: The source of chance.
    """
    start, end = midnight(first), midnight(until)
    stays = [_stayed(one, me[0], end) for one in group.members if one.join_time < end]
    wanted = FEWEST + rng.randrange(SPREAD) - len(stays)
    gone = max(wanted, len(stays) // 6)
    stays += [_left(group, nth, start, end, rng) for nth in range(gone)]
    activity = _activity(stays, rng)
    players = tuple(_player(one, much, start, end, rng) for one, much in zip(stays, activity, strict=True))
    new = (NewThing(word, topic, _some_time(start, end, rng)) for topic, word in NEW_WORDS)
    return Cast(group, str(me[0]), me[1], start, end, players, tuple(new))


def _some_time(start: int, end: int, rng: Random) -> int:
    return rng.randrange(start + (end - start) // 20, end - (end - start) // 20)


def _stayed(member: Membership, me: int, end: int) -> _Stay:
    speaks = member.person.qq == me or member.last_speak_time != member.join_time or not member.join_time
    leads = member.role in {"owner", "admin"}
    nick, card = member.person.nick, member.card or ""
    return _Stay(member.person.qq, member.join_time, None, nick, card, leads, member.title, speaks)


def _left(group: Group, nth: int, start: int, end: int, rng: Random) -> _Stay:
    """Invent somebody who left; half were there before the past begins, the first have awkward names."""
    number = FIRST_LEFT + (group.number * 31 + nth * STEP) % LEFT_RANGE
    span = end - start
    before = rng.random() < 1 / 2
    joined = start - rng.randrange(1, 900 * DAY_S) if before else start + int(rng.random() * span * 0.8)
    joined = max(joined, min(group.created, start))
    soon = max(joined, start)
    left = soon + int((0.05 + 0.9 * rng.random()) * (end - soon))
    awkward = nth < len(phrases.AWKWARD_NAMES)
    nick, card = phrases.AWKWARD_NAMES[nth] if awkward else (people.nick(rng), people.card(rng) or "")
    speaks = awkward or rng.random() > SILENT
    return _Stay(number, joined, left, nick, card, speaks=speaks, awkward=awkward)


def _activity(stays: list[_Stay], rng: Random) -> list[float]:
    """Give a few most of the talk, many little; awkward names stand where they are seen."""
    ranked = [place for place, one in enumerate(stays) if not one.awkward]
    rng.shuffle(ranked)
    for nth, place in enumerate(place for place, one in enumerate(stays) if one.awkward):
        ranked.insert(5 + 5 * nth, place)
    much = [0.0] * len(stays)
    for rank, place in enumerate(ranked):
        much[place] = (rank + 3) ** -STEEP if stays[place].speaks else 0.0
    return much


def _player(stay: _Stay, much: float, start: int, end: int, rng: Random) -> Player:
    months = (end - start) // MONTH_S + 1
    title = stay.title or (rng.choice(phrases.TITLES) if rng.random() < 1 / 15 else "")
    return Player(
        str(stay.qq),
        stay.joined,
        stay.left,
        _names(stay, start, end, rng),
        stay.leads,
        title,
        much,
        tuple(rng.lognormvariate(0, 0.6) for _ in range(months)),
        rng.choices(list(RHYTHMS), list(HOW_MANY.values()))[0],
        tuple(rng.sample(range(len(TOPICS)), rng.randrange(1, 4))),
        tuple(rng.sample(phrases.FAVOURITES, 2)),
        tuple(rng.sample(phrases.EMOJI, 3)),
    )


def _names(stay: _Stay, start: int, end: int, rng: Random) -> tuple[Names, ...]:
    """Invent what somebody was called before, back from what he is called now."""
    last = (stay.nick, stay.card)
    if stay.awkward or rng.random() > RENAMED:
        return (Names(0, *last),)
    first, after = max(stay.joined, start) + DAY_S, (stay.left or end) - DAY_S
    if first >= after:
        return (Names(0, *last),)
    times = sorted({rng.randrange(first, after) for _ in range(rng.choice((1, 1, 2, 3)))})
    found: list[Names] = []
    for since in reversed(times):
        found.append(Names(since, *last))
        last = _earlier(*last, rng)
    return (Names(0, *last), *reversed(found))


def _earlier(nick: str, card: str, rng: Random) -> tuple[str, str]:
    """Invent other names: mostly another card, now and then another nick."""
    if rng.random() < 1 / 5:
        other = people.nick(rng)
        return (other if other != nick else f"{nick}1", card)
    other = people.card(rng) or ""
    return (nick, other if other != card else f"{card}1")
