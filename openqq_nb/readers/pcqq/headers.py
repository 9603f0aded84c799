"""Which lines of a text export are headers of messages: those that stand as one, and whose time fits the order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import add, gt

from openqq_nb.readers.wallclock import NEVER, Zone, clock_s, day_s

BEFORE = "\n\n"
"""What stands before each header: the end of a line, and an empty one."""

START = re.compile(r"\n\n[0-9]{4}-[0-9]{1,2}-[0-9]{1,2} ")
_SPLIT = re.compile(
    r"\n\n([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})"
    r" ((?:(?:上午|下午|[AaPp][Mm]) ?)?[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?: (?:上午|下午|[AaPp][Mm])(?= ))?)"
    r" ([^\n]*)"
)
_GROUPS = 4
_NOON_H = 12
# So many headers in order, all before the last one: the times went back, it is no talk pasted into a message.
_GONE_BACK = 10


@dataclass(frozen=True, slots=True)
class Candidates:
    """The lines of a text that look like headers after an empty line, and what follows each.

    Attributes:
        lead: the text before the first one.
        days: the dates, as written.
        clocks: the times, as written, with the half of the day where there is one.
        writers: the rest of each line.
        bodies: what follows, with the line break after the header.
    """

    lead: str
    days: list[str]
    clocks: list[str]
    writers: list[str]
    bodies: list[str]

    def line(self, place: int) -> str:
        """Write one again, as it stood."""
        return f"{self.days[place]} {self.clocks[place]} {self.writers[place]}"


@dataclass(slots=True)
class Clock:
    """The time of the last header of a chat that was one."""

    local_s: int = NEVER
    utc_s: int = NEVER


@dataclass(frozen=True, slots=True)
class Judged:
    """Which candidates are headers.

    Attributes:
        places: of those that are, in order.
        times_s: of those, in seconds of UTC.
        rejected: why, by place; these are content.
        back: places of headers where the times of the chat go back.
    """

    places: Sequence[int]
    times_s: list[int]
    rejected: dict[int, str] = field(default_factory=dict)
    back: list[int] = field(default_factory=list)


def candidates(text: str) -> Candidates:
    """Split a text at what looks like headers."""
    lead, *found = _SPLIT.split(text)
    days, clocks, writers, bodies = (found[place::_GROUPS] for place in range(_GROUPS))
    return Candidates(lead, days, clocks, writers, bodies)


def of_24_hours(found: Candidates) -> Candidates:
    """Give words such as `AM` back to the names, in an export whose times have 24 hours.

    The words may stand after the time, where a name stands too: they are the clock's where most headers have them.
    """
    marked = [one for one in found.clocks if not one[-1].isdigit()]
    if not marked:
        return found
    halves = sum(1 <= int(one.partition(":")[0]) <= _NOON_H for one in marked if one[0].isdigit())
    if halves * 2 > len(found.clocks):
        return found
    split = [one.rpartition(" ") if not one[-1].isdigit() else ("", "", one) for one in found.clocks]
    clocks = [clock or word for clock, _, word in split]
    writers = [
        f"{word} {writer}" if clock else writer
        for (clock, _, word), writer in zip(split, found.writers, strict=True)
    ]
    return Candidates(found.lead, found.days, clocks, writers, found.bodies)


def judged(found: Candidates, zone: Zone, last: Clock) -> Judged:
    """Tell which candidates are headers: their time exists, and is not before that of the header before.

    Args:
        found: the candidates.
        zone: the zone of their times.
        last: of the header before the first one; afterwards, of the last one here.
    """
    days = {day: day_s(day) for day in set(found.days)}
    local = list(map(add, map(days.__getitem__, found.days), map(clock_s, found.clocks)))
    if not local:
        return Judged((), [])
    if local[0] < max(last.local_s, 0) or any(map(gt, local, local[1:])):
        return _one_by_one(local, zone, last)
    times = zone.first_utc(local)
    last.local_s, last.utc_s = local[-1], times[-1]
    return Judged(range(len(local)), times)


def _one_by_one(local: Sequence[int], zone: Zone, last: Clock) -> Judged:
    accepted: dict[int, int] = {}
    rejected: dict[int, str] = {}
    back: list[int] = []
    early: list[int] = []
    place = 0
    while place < len(local):
        time = in_order(local[place], zone, last)
        if local[place] < 0:
            rejected[place] = "has a time that does not exist"
        elif time is None:
            rejected[place] = "has a time before that of the message before"
            early.append(place)
        else:
            accepted[place] = last.utc_s = time
            last.local_s = local[place]
            early.clear()
        place += 1
        if len(early) == _GONE_BACK:
            place = early[0]
            rejected = {one: why for one, why in rejected.items() if one < place}
            back.append(place)
            last.local_s = last.utc_s = NEVER
            early.clear()
    return Judged(list(accepted), list(accepted.values()), rejected, back)


def in_order(local_s: int, zone: Zone, last: Clock) -> int | None:
    """Tell when it was, if that is not before the last: an hour that clocks show twice may be the second one."""
    if local_s < 0:
        return None
    first, second = zone.utc(local_s)
    if first >= last.utc_s:
        return first
    if second >= last.utc_s:
        return second
    return first if local_s >= last.local_s else None
