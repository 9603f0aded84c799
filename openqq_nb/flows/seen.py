"""What was fetched last, in this login of the server and in earlier ones.

All temporary ids change at a login, and a 1.x server tells nobody of one. So each answer is compared with the last
one of its kind; and an id that was seen in an earlier login is never taken for the one of this login.
"""

import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from openqq_nb.columns import Series
from openqq_nb.logins import account_number, same_ids

Kind = Literal["friends", "groups", "members", "discusses", "discuss_members"]

_EARLIER_LOGINS = 20


@dataclass(frozen=True, slots=True)
class _Keys:
    """The temporary id, the permanent number and the name of one kind of row."""

    id: str
    number: str | None
    name: str


_KEYS: Mapping[Kind, _Keys] = {
    "friends": _Keys("id", "qq", "nick"),
    "groups": _Keys("gid", "gnumber", "gname"),
    "members": _Keys("id", "qq", "nick"),
    "discusses": _Keys("did", None, "dname"),
    "discuss_members": _Keys("id", "qq", "nick"),
}

_SHOWN = ("displayname", "nick", "markname", "card", "gname", "gmarkname", "dname")

NAME_OF: Mapping[str, str] = {keys.id: keys.name for keys in _KEYS.values()}
"""Which column names the bearer of a temporary id."""


class Seen:
    """Remembers the latest frames, and notices new logins by them.

    Args:
        on_login: told when an answer shows a new login; from whatever thread asked.

    Attributes:
        me: the account, once it was asked for.
        me_at_s: when that was, in UTC seconds.
    """

    def __init__(self, on_login: Callable[[], None]) -> None:
        self.me: Series | None = None
        self.me_at_s = 0.0
        self._on_login = on_login
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        # Without those that came empty: nothing could be compared with them.
        self._now: dict[Kind, pd.DataFrame] = {}
        self._logins = 0
        self._earlier: deque[dict[Kind, pd.DataFrame]] = deque(maxlen=_EARLIER_LOGINS)

    @property
    def logins(self) -> int:
        """How many new logins were noticed."""
        return self._logins

    def counts(self) -> Mapping[str, int]:
        """Tell how many rows of each kind were fetched last in this login."""
        with self._lock:
            return dict(self._counts)

    def saw(self, **frames: pd.DataFrame) -> None:
        """Take note of frames by their kind, of which those that say more about the login come first."""
        fetched: Any = frames
        with self._lock:
            new = self._is_new_login(fetched)
            if new:
                self._begin_login()
            self._counts.update({kind: len(frame) for kind, frame in fetched.items()})
            for kind, frame in fetched.items():
                self._keep(kind, frame)
        if new:
            self._on_login()

    def begin_login(self) -> None:
        """Take all ids for those of an earlier login."""
        with self._lock:
            self._begin_login()

    def kinds_with(self, key: str, number: str, name: str) -> list[Kind]:
        """Tell in which of the latest frames an id stands with a name."""
        with self._lock:
            return [kind for kind, frame in self._now.items() if _has(kind, frame, key, number, name)]

    def was_earlier(self, key: str, number: str, name: str) -> bool:
        """Tell whether an id stood with that name in an earlier login, so that a row may be of either."""
        with self._lock:
            frames = [(kind, frame) for login in self._earlier for kind, frame in login.items()]
        return any(_has(kind, frame, key, number, name) for kind, frame in frames)

    def _keep(self, kind: Kind, frame: pd.DataFrame) -> None:
        if not len(frame):
            return
        self._now[kind] = frame
        # Fetched after the login, but before another kind showed it, it was taken for one of before.
        if self._earlier and self._same(kind, self._earlier[-1].get(kind), frame):
            del self._earlier[-1][kind]

    def _begin_login(self) -> None:
        self._logins += 1
        if self._now:
            self._earlier.append(self._now)
        self._now, self._counts = {}, {}

    def _is_new_login(self, fetched: Mapping[Kind, pd.DataFrame]) -> bool:
        for kind, frame in fetched.items():
            same = self._same(kind, self._now.get(kind), frame)
            if same is not None:
                return not same
        return False

    def _same(self, kind: Kind, before: pd.DataFrame | None, frame: pd.DataFrame) -> bool | None:
        keys = _KEYS[kind]
        if before is None:
            return None
        if len(frame) and before[keys.id].equals(frame[keys.id]) and _agree(before, frame, keys.number):
            return True
        own = None if self.me is None else account_number(self.me)
        return same_ids(before, frame, keys.id, keys.number, own)


def _has(kind: Kind, frame: pd.DataFrame, key: str, number: str, name: str) -> bool:
    keys = _KEYS[kind]
    if keys.id != key:
        return False
    return bool(((frame[keys.id] == number) & (frame[keys.name] == name)).any())


def _agree(before: pd.DataFrame, frame: pd.DataFrame, number: str | None) -> bool:
    """Tell whether no number of one frame contradicts that of the other in the same line."""
    if number is None:
        return True
    one, other = before[number].reset_index(drop=True), frame[number].reset_index(drop=True)
    return not bool((one.notna() & other.notna() & (one != other)).any())


def names_of(frame: pd.DataFrame, key: str, number: str) -> Collection[str]:
    """Give the names, of the kind that stays, that an id goes by in a frame."""
    return set(frame.loc[frame[key] == number, NAME_OF[key]].dropna())


def shown_names_of(frame: pd.DataFrame, key: str, number: str) -> Collection[str]:
    """Give every name that an id may be shown by: nick, remark, card, name of a group or discuss."""
    rows = frame.loc[frame[key] == number, [name for name in _SHOWN if name in frame]]
    return set(rows.melt()["value"].dropna())
