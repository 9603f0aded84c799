"""What is true of a group's past, from the plan it was made by."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from openqq_nb.simulator.past.cast import Cast
from openqq_nb.simulator.past.scenes import NOBODY, Scene, msg_id
from openqq_nb.simulator.past.topics import TOPICS


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who was in the group.

    Args:
        qq: His number.
        nick: His nick at the end.
        card: His card at the end; empty if he had none.
        joined: When he joined, in seconds since 1970; before the past begins for most.
        left: When he left; `None` for those who stayed.
        messages: How many he wrote, those he recalled included.
        rhythm: When he is awake: `usual`, `office`, `owl`, `early` or `weekend`.
        favourites: Words of his own.
    """

    qq: str
    nick: str
    card: str
    joined: int
    left: int | None
    messages: int
    rhythm: str
    favourites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """One text that different people said one after the other (复读).

    Args:
        start: When the first said it, in seconds since 1970.
        text: What.
        qqs: By whom, in turn, nobody twice.
    """

    start: int
    text: str
    qqs: tuple[str, ...]

    @property
    def length(self) -> int:
        """How many said it."""
        return len(self.qqs)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Messages that belong together.

    Args:
        start: When the first was said, in seconds since 1970.
        end: When the last was said.
        qqs: Who took part, the first to speak first.
        messages: How many were said.
        topic: What about.
    """

    start: int
    end: int
    qqs: tuple[str, ...]
    messages: int
    topic: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """A change of a nick or a card.

    Args:
        at: From when on it is so, in seconds since 1970.
        qq: Whose.
        what: `nick` or `card`.
        before: The name before; empty for no card.
        after: The name from then on.
    """

    at: int
    qq: str
    what: Literal["nick", "card"]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply that quotes what it answers.

    Args:
        msg_id: The reply.
        reply_to: What it answers.
        qq: Who answered.
        to: Whom.
        delay_s: How many seconds later.
    """

    msg_id: str
    reply_to: str
    qq: str
    to: str
    delay_s: int


@dataclass(frozen=True, slots=True)
class NewWord:
    """A word that nobody says before a day.

    Args:
        word: Which.
        topic: Of which topic.
        since: When it comes up, in seconds since 1970; it is said at that time or later, if at all.
    """

    word: str
    topic: str
    since: int


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a group's past. It comes from the plan, not from counting what was written.

    Args:
        start: When the past begins, in seconds since 1970.
        until: When it ends; nothing is said at that time or later.
        people: Everybody who was in the group meanwhile: first those who stayed, in the order of the members.
        messages: How many messages people wrote.
        lines: How many lines there are in all: messages, who came, what was recalled.
        chains: Every repeat chain, in order of time. Elsewhere no words repeat those of the line before (two
            pictures look alike as plain text; what the system tells does not count).
        conversations: Every conversation, in order of time. Within one never more than three minutes pass
            between two messages, between two never less than twenty.
        renames: Every change of a nick or card, in order of time.
        replies: Every reply, in order of time.
        recalled: Ids of the messages that were taken back.
        new_words: Words that are new at some time.
        span: When the first and the last line is; what the system tells is a line, too.
        shown: How many lines each number has, what tells of its recalls included; empty for the system.
    """

    start: int
    until: int
    people: tuple[Participant, ...]
    messages: int
    lines: int
    chains: tuple[Chain, ...]
    conversations: tuple[Conversation, ...]
    renames: tuple[Renamed, ...]
    replies: tuple[Answer, ...]
    recalled: tuple[str, ...]
    new_words: tuple[NewWord, ...]
    span: tuple[int, int] = field(repr=False)
    shown: dict[str, int] = field(repr=False)

    @property
    def counts(self) -> dict[str, int]:
        """How many messages each number wrote; 0 for who never spoke."""
        return {one.qq: one.messages for one in self.people}

    @property
    def silent(self) -> tuple[str, ...]:
        """The numbers of those who never spoke."""
        return tuple(one.qq for one in self.people if not one.messages)

    @property
    def joins(self) -> tuple[Participant, ...]:
        """Who joined meanwhile, in order of time."""
        came = [one for one in self.people if self.start <= one.joined < self.until]
        return tuple(sorted(came, key=lambda one: one.joined))

    @property
    def leaves(self) -> tuple[Participant, ...]:
        """Who left meanwhile, in order of time."""
        return tuple(sorted((one for one in self.people if one.left), key=lambda one: one.left or 0))


class _Tally:
    """Adds up what scenes say of themselves."""

    def __init__(self, cast: Cast) -> None:
        self._qqs = [player.qq for player in cast.players]
        self.span = (cast.start, cast.start)
        self._empty = True
        self.spoken: Counter[int] = Counter()
        self.told: Counter[int] = Counter()
        self.chains: list[Chain] = []
        self.conversations: list[Conversation] = []
        self.replies: list[Answer] = []
        self.recalled: list[str] = []

    def add(self, scene: Scene) -> None:
        self.span = (scene.lines[0].at if self._empty else self.span[0], scene.lines[-1].at)
        self._empty = False
        self.told.update(line.who for line in scene.lines if line.act in {"join", "recall"})
        if not scene.said:
            return
        self.spoken.update(line.who for line in scene.said)
        self.chains += [Chain(start, text, self._numbers(who)) for start, text, who in scene.chains]
        self.conversations.append(self._conversation(scene))
        for line in scene.said:
            if line.target is not None:
                ids = msg_id(line.place), msg_id(line.target.place)
                people = self._qqs[line.who], self._qqs[line.target.who]
                self.replies.append(Answer(*ids, *people, line.at - line.target.at))
            if line.recalled:
                self.recalled.append(msg_id(line.place))

    def _numbers(self, who: Iterable[int]) -> tuple[str, ...]:
        return tuple(self._qqs[one] for one in who)

    def _conversation(self, scene: Scene) -> Conversation:
        who = self._numbers(dict.fromkeys(line.who for line in scene.said))
        name = TOPICS[scene.topic].name
        return Conversation(scene.said[0].at, scene.said[-1].at, who, len(scene.said), name)


def truth_of(cast: Cast, scenes: Iterable[Scene]) -> Truth:
    """Tell what is true of a past.

    Args:
        cast: Its people.
        scenes: All of it.
    """
    tally = _Tally(cast)
    for scene in scenes:
        tally.add(scene)
    spoken, told = tally.spoken.total(), tally.told.total()
    return Truth(
        cast.start,
        cast.until,
        _people(cast, tally.spoken),
        spoken,
        spoken + told,
        tuple(tally.chains),
        tuple(tally.conversations),
        _renames(cast),
        tuple(tally.replies),
        tuple(tally.recalled),
        tuple(NewWord(one.word, TOPICS[one.topic].name, one.since) for one in cast.new_words),
        tally.span,
        _shown(cast, tally.spoken + tally.told),
    )


def _people(cast: Cast, spoken: Counter[int]) -> tuple[Participant, ...]:
    return tuple(
        Participant(
            one.qq,
            one.names[-1].nick,
            one.names[-1].card,
            one.joined,
            one.left,
            spoken[place],
            one.rhythm,
            one.favourites,
        )
        for place, one in enumerate(cast.players)
    )


def _renames(cast: Cast) -> tuple[Renamed, ...]:
    found = []
    for one in cast.players:
        for old, new in zip(one.names, one.names[1:], strict=False):
            if old.nick != new.nick:
                found.append(Renamed(new.since, one.qq, "nick", old.nick, new.nick))
            if old.card != new.card:
                found.append(Renamed(new.since, one.qq, "card", old.card, new.card))
    return tuple(sorted(found, key=lambda one: one.at))


def _shown(cast: Cast, lines: Counter[int]) -> dict[str, int]:
    shown = {one.qq: lines[place] for place, one in enumerate(cast.players) if lines[place]}
    return {**shown, "": lines[NOBODY]} if lines[NOBODY] else shown
