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
from openqq_nb.logins import same_ids

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

NAME_OF: Mapping[str, str] = {keys.id: keys.name for keys in _KEYS.values()}
"""Which column names the bearer of a temporary id."""


class Seen:
    """Remembers the latest frames, and notices new logins by them.

    Args:
        on_login: told when an answer shows a new login; from whatever thread asked.

    Attributes:
        me: the account, once it was asked for.
    """

    def __init__(self, on_login: Callable[[], None]) -> None:
        self.me: Series | None = None
        self._on_login = on_login
        self._lock = threading.Lock()
        self._now: dict[Kind, pd.DataFrame] = {}
        self._logins = 0
        self._earlier: deque[Mapping[Kind, pd.DataFrame]] = deque(maxlen=_EARLIER_LOGINS)

    @property
    def logins(self) -> int:
        """How many new logins were noticed."""
        return self._logins

    def counts(self) -> Mapping[str, int]:
        """Tell how many rows of each kind were fetched last in this login."""
        with self._lock:
            return {kind: len(frame) for kind, frame in self._now.items()}

    def saw(self, **frames: pd.DataFrame) -> None:
        """Take note of frames by their kind, of which those that say more about the login come first."""
        fetched: Any = frames
        with self._lock:
            new = self._is_new_login(fetched)
            if new:
                self._begin_login()
            self._now.update(fetched)
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

    def _begin_login(self) -> None:
        self._logins += 1
        if self._now:
            self._earlier.append(self._now)
        self._now = {}

    def _is_new_login(self, fetched: Mapping[Kind, pd.DataFrame]) -> bool:
        for kind, frame in fetched.items():
            same = self._same(kind, frame)
            if same is not None:
                return not same
        return False

    def _same(self, kind: Kind, frame: pd.DataFrame) -> bool | None:
        before, keys = self._now.get(kind), _KEYS[kind]
        if before is None:
            return None
        if len(frame) and before[keys.id].equals(frame[keys.id]):
            return True
        own = None if self.me is None else str(self.me["id"])
        return same_ids(before, frame, keys.id, keys.number, own)


def _has(kind: Kind, frame: pd.DataFrame, key: str, number: str, name: str) -> bool:
    keys = _KEYS[kind]
    if keys.id != key:
        return False
    return bool(((frame[keys.id] == number) & (frame[keys.name] == name)).any())


def names_of(frame: pd.DataFrame, key: str, number: str) -> Collection[str]:
    """Give the names that an id goes by in a frame."""
    return set(frame.loc[frame[key] == number, NAME_OF[key]].dropna())
