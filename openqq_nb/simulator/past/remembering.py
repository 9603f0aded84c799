"""The past of a group, and how a simulator offers it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from random import Random

from openqq_nb.simulator.lookup import find_group
from openqq_nb.simulator.past.cast import Cast, cast_of
from openqq_nb.simulator.past.plan import Plan
from openqq_nb.simulator.past.records import Said
from openqq_nb.simulator.past.rhythm import days
from openqq_nb.simulator.past.telling import tell
from openqq_nb.simulator.past.truth import Truth, truth_of
from openqq_nb.simulator.past.wording import Wording
from openqq_nb.simulator.past.writing import write_export
from openqq_nb.simulator.records import CHINA
from openqq_nb.simulator.seeding import DEFAULT_NOW
from openqq_nb.simulator.things import Group
from openqq_nb.simulator.world import World

A_YEAR = 365.25
MESSAGES_A_YEAR = 15_000


class Past:
    """What was said in a group.

    It is made anew, line by line, each time one goes through it, and always the same; so a large one needs no
    memory.

    Args:
        cast: The people.
        plan: What they do.
        seed: Of the chance.
    """

    def __init__(self, cast: Cast, plan: Plan, seed: str) -> None:
        self._cast = cast
        self._plan = plan
        self._seed = seed

    def __iter__(self) -> Iterator[Said]:
        """Go through everything, oldest first, without keeping it."""
        rng = Random(f"{self._seed}/words")  # noqa: S311 - not for secrets
        return tell(self._cast, self._plan.scenes(), Wording(self._cast, rng))

    def __len__(self) -> int:
        """Tell how many lines it has: messages, who came, what was recalled."""
        return self.truth.lines

    @cached_property
    def messages(self) -> list[Said]:
        """Everything, oldest first, as a list; of a large past rather iterate over the past itself."""
        return list(self)

    @cached_property
    def truth(self) -> Truth:
        """What is true of it, from the plan it is made by."""
        return truth_of(self._cast, self._plan.scenes())

    @property
    def group(self) -> Group:
        """The group."""
        return self._cast.group

    def write(self, path: Path | str) -> Path:
        """Write it as qq-chat-exporter 6 exports a group, for `oq.open_log`.

        Args:
            path: The file, such as `group.json`; one that is there is replaced.

        Returns:
            The file.
        """
        path = Path(path)
        write_export(path, self._cast, self.truth, self)
        return path

    def __repr__(self) -> str:
        first, last = (
            f"{datetime.fromtimestamp(at, CHINA):%Y-%m-%d}" for at in (self.truth.start, self.truth.until - 1)
        )
        people = len(self.truth.people)
        return f"<Past of {self.group.name!r}: {len(self)} lines of {people} people, {first} to {last}>"


class Remembering:
    """The pasts of a simulator's groups."""

    world: World

    def past(
        self,
        group: Group | str | int,
        years: float = 2,
        until: date | None = None,
        seed: int | None = None,
        messages: int | None = None,
    ) -> Past:
        """Make up what was said in a group before, with the truth about it; nothing is posted.

        The members of today are in it, as long as they have been members, under the names they have or had;
        those who have not spoken since they joined never do. Others were there and left. When a member spoke
        last is not what his `last_speak_time` says.

        Args:
            group: Name, remark, number or object.
            years: How many years; fewer if the group is not that old.
            until: The day after the last one, in China; 2026-11-01 if not given.
            seed: The same one gives the same past of the same group, another one another; 0 if not given. The
                group comes from the seed of the world.
            messages: About how many; 15,000 for each year if not given.

        Returns:
            The past: iterate over it, or take `messages`, `truth` and `write(path)`.

        Raises:
            NotExactlyOneError: The name fits no group, or several.
            ValueError: There is no day in it, or less than one message.

        Example:
            >>> from openqq_nb.simulator import Simulator
            >>> past = Simulator(groups=1, friends=2, members=20).past("PERL学习交流", years=0.1)
            >>> len(past) == len(past.messages), sum(past.truth.counts.values()) == past.truth.messages
            (True, True)
        """
        found = find_group(self.world, group)
        end = _day(until or DEFAULT_NOW)
        made = datetime.fromtimestamp(found.created, CHINA).date()
        first = max(end - timedelta(days=round(A_YEAR * years)), made)
        if first >= end:
            raise ValueError(
                f"The past of {found.name!r} would go from {first} to {end} and have no day. "
                f"The group was made on {made}: give a later until=, or more years=."
            )
        wanted = round(MESSAGES_A_YEAR * (end - first).days / A_YEAR) if messages is None else messages
        if wanted < 1:
            raise ValueError(f"messages={wanted} leaves nothing to say. Give 1 or more.")
        return _past(found, self.world, (first, end), f"{seed or 0}/{found.number}", wanted)


def _day(until: date) -> date:
    if not isinstance(until, datetime):
        return until
    return until.astimezone(CHINA).date()


def _past(group: Group, world: World, span: tuple[date, date], seed: str, messages: int) -> Past:
    me = world.me.person
    cast = cast_of(group, (me.qq, me.nick), *span, Random(f"{seed}/cast"))  # noqa: S311 - not for secrets
    lively = days(*span, Random(f"{seed}/days"))  # noqa: S311 - not for secrets
    return Past(cast, Plan(cast, lively, messages, seed), seed)
