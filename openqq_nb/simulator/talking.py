"""What people say in a simulator."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

from openqq_nb.simulator.dialects import Dialect
from openqq_nb.simulator.lookup import Who, find_discuss, find_group, find_person
from openqq_nb.simulator.messages import Arrival
from openqq_nb.simulator.records import Kind, now, unix_now
from openqq_nb.simulator.running import Running
from openqq_nb.simulator.talk import Line, conversation
from openqq_nb.simulator.things import Discuss, Group
from openqq_nb.simulator.world import World

Message = dict[str, object]
# In OneBot also piece by piece: segments such as {"type": "face", "data": {"id": "14"}}.
Words = str | Iterable[Mapping[str, Any]] | None


@dataclass(frozen=True, slots=True)
class Saying:
    """What somebody says; the fields are the arguments of `Simulator.say`."""

    who: Who
    text: Words
    group: Group | str | int | None = None
    discuss: Discuss | str | int | None = None
    session: bool = False


class Talking:
    """Lets the people of a simulator talk."""

    world: World
    protocol: Dialect
    _rng: Random

    def _now_running(self) -> Running:
        raise NotImplementedError

    def _next_msg_id(self) -> int:
        raise NotImplementedError

    def say(
        self,
        who: Who,
        text: Words,
        group: Group | str | int | None = None,
        discuss: Discuss | str | int | None = None,
        session: bool = False,
    ) -> Message:
        """Let somebody say something. It is posted in the background.

        Args:
            who: A nick, remark, card or number, or an object of the world; a `Person` may be a stranger.
            text: What he says; `None` for a message with nothing but formatting. In OneBot also segments, such as
                `[{"type": "at", "data": {"qq": "all"}}]`; a text is never read as CQ code.
            group: In which group: name, remark, number or object; without group and discuss he writes to the account.
            discuss: In which discuss: name or object.
            session: With `group` or `discuss`: a temporary message of that member to the account.

        Returns:
            The message as posted; empty if the dialect drops it.

        Raises:
            NotExactlyOneError: A name fits nobody or several; the message lists the choices.
            NotRunningError: The simulator is not running.
        """
        return self.say_together([Saying(who, text, group, discuss, session)])[0]

    def say_together(self, sayings: Iterable[Saying | Mapping[str, Any] | tuple[Any, ...]]) -> list[Message]:
        """Let several people speak at the same moment; their messages are posted over separate connections.

        Args:
            sayings: Each the arguments of `say`, as a `Saying`, a mapping or a tuple.

        Returns:
            The messages as posted.
        """
        running = self._now_running()
        arrivals = [self._arrival(_saying(one)) for one in sayings]
        return [dict(one) for one in running.portal.call(running.engine.arrive_together, arrivals)]

    def chatter(self, n: int) -> list[Message]:
        """Let people talk believably: bunches of messages, one bunch posted after the other.

        Args:
            n: How many messages.

        Returns:
            The messages as posted.
        """
        running = self._now_running()
        # OneBot has no discusses.
        world = replace(self.world, discusses=[]) if self.protocol == "onebot11" else self.world
        messages: list[Message] = []
        for bunch in _bunches(conversation(world, n, now(), self._rng)):
            arrivals = [self._line(line) for line in bunch]
            messages += running.portal.call(running.engine.arrive_in_turn, arrivals)
        return messages

    def _arrival(self, saying: Saying) -> Arrival:
        self._check(saying)
        group = find_group(self.world, saying.group) if saying.group is not None else None
        discuss = find_discuss(self.world, saying.discuss) if saying.discuss is not None else None
        who = find_person(self.world, saying.who, group, discuss)
        kind: Kind = "group" if group else "discuss" if discuss else "friend"
        text, segments = _words(saying.text)
        number = self._next_msg_id()
        kind = "session" if saying.session else kind
        return Arrival(kind, who, text, number, unix_now(), group, discuss, segments)

    def _check(self, saying: Saying) -> None:
        is_onebot = self.protocol == "onebot11"
        if saying.discuss is not None and is_onebot:
            raise ValueError("OneBot has no discusses. Give group=, or nothing for a friend.")
        if saying.session and saying.group is None and saying.discuss is None:
            raise ValueError(
                "A temporary message comes through a group or a discuss. Give group= or discuss=."
            )
        if not is_onebot and saying.text is not None and not isinstance(saying.text, str):
            raise ValueError(f"A message in {self.protocol} is a text, not {saying.text!r}.")

    def _line(self, line: Line) -> Arrival:
        number = self._next_msg_id()
        return Arrival(line.kind, line.who, line.text, number, unix_now(), line.group, line.discuss)


def _words(words: Words) -> tuple[str | None, tuple[dict[str, Any], ...] | None]:
    """Give what was said as a text or as segments."""
    if words is None or isinstance(words, str):
        return words, None
    return None, tuple(dict(one) for one in words)


def _saying(one: Saying | Mapping[str, Any] | tuple[Any, ...]) -> Saying:
    if isinstance(one, Saying):
        return one
    return Saying(**one) if isinstance(one, Mapping) else Saying(*one)


def _bunches(lines: Iterable[Line]) -> Iterable[list[Line]]:
    """Split talk where more than a minute passes."""
    bunch: list[Line] = []
    last: datetime | None = None
    for line in lines:
        if last is not None and (line.at - last).total_seconds() > 60:  # noqa: PLR2004
            yield bunch
            bunch = []
        bunch.append(line)
        last = line.at
    if bunch:
        yield bunch
