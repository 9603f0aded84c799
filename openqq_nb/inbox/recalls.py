"""Finds the messages that were taken back, whichever comes first: posts run at the same time.

A message is never removed. It is flagged with the time at which it was taken back.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from openqq_nb.inbox.frames import Line
from openqq_nb.inbox.shelf import Change, Shelf
from openqq_nb.models import Recalled, Row

KEPT = 500
KEPT_S = 600.0

Key = tuple[str | None, str | None, str]
"""The group, or else the person, and the number of the message."""


@dataclass(slots=True)
class _Open:
    """A recall whose message is not found yet.

    Attributes:
        recalled: which message it is.
        at_s: when it was taken back, in UTC seconds.
        until_s: how long the message is waited for, by the monotonic clock.
        looked: whether the journal was asked for it.
    """

    recalled: Recalled
    at_s: float
    until_s: float
    looked: bool = False


class Recalls:
    """Flags messages; called in the turns of a shelf.

    Args:
        shelf: where messages are.
        now: the monotonic clock.
    """

    def __init__(self, shelf: Shelf, now: Callable[[], float] = time.monotonic) -> None:
        self._shelf = shelf
        self._now = now
        self._open: OrderedDict[Key, _Open] = OrderedDict()

    def arrived(self, lines: Sequence[Line]) -> None:
        """Take in what is new: recalls look for their messages, and messages for theirs."""
        for line in lines:
            recalled = line.arrival.recalls
            if recalled is not None:
                self._begin(recalled, line.row)
        if self._open:
            for line in lines:
                self._flag(line)
            self._look()

    def _begin(self, recalled: Recalled, event: Row) -> None:
        received_s = event.get("received_at")
        at_s = recalled.at_s or (received_s if isinstance(received_s, float) else time.time())
        self._open[_key(recalled)] = _Open(recalled, at_s, self._now() + KEPT_S)
        if len(self._open) > KEPT:
            self._open.popitem(last=False)

    def _flag(self, line: Line) -> None:
        """Flag a message that was taken back before it came."""
        if line.arrival.kind != "message":
            return
        for key in _keys(line.row):
            found = self._open.pop(key, None)
            if found is not None:
                self._shelf.change([Change(line, {"recalled_at": found.at_s})])

    def _look(self) -> None:
        """Look for the messages of recalls among those that came before; each is asked for once."""
        now_s = self._now()
        for key, one in list(self._open.items()):
            found = None if one.looked else self._found(one)
            one.looked = one.looked or found is not None
            if found or one.until_s <= now_s:
                del self._open[key]

    def _found(self, one: _Open) -> bool | None:
        """Flag the message if it is here; gives whether it is, None where the journal could not be asked."""
        cells: Row = {"recalled_at": one.at_s}
        for line in self._shelf.unstored():
            if line.arrival.kind == "message" and _key(one.recalled) in _keys(line.row):
                self._shelf.change([Change(line, cells)])
                return True
        return self._shelf.change_recalled(one.recalled, cells)


def _key(recalled: Recalled) -> Key:
    if recalled.gnumber is not None:
        return recalled.gnumber, None, recalled.msg_id
    return None, recalled.qq, recalled.msg_id


def _keys(row: Row) -> list[Key]:
    """Give what a recall of a message may be known by; between friends either of the two may be named, or none."""
    number, place = row.get("msg_id"), row.get("gnumber")
    if not isinstance(number, str):
        return []
    if row.get("type") == "group_message":
        return [(place, None, number)] if isinstance(place, str) else []
    sides = (row.get("sender_qq"), row.get("receiver_qq"), None)
    return [(None, qq, number) for qq in sides if qq is None or isinstance(qq, str)]
