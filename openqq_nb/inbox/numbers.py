"""Fetches the roster anew in the background when somebody unknown writes, and fills earlier rows then.

A 1.x server tells nobody when it logs in anew. Its messages then have ids that nobody goes by, or another one: the
roster is fetched, whoever fetches it notices the new login, and messages that came in between are found to be of it.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from openqq_nb import messages
from openqq_nb.inbox.frames import Line
from openqq_nb.inbox.shelf import Change
from openqq_nb.models import Row

T = TypeVar("T")

EVERY_S = 60.0
# Until the ids of a new login are known no message gets its numbers, so a failure there is made good sooner.
_RETRY_S = 10.0
# A stranger whose number the server itself does not know must not have the roster fetched every minute.
_AGAIN_S = 600.0
_KEPT = 10_000
_OTHER_IDS = ("receiver_id", "group_id", "discuss_id")
_PAIRS = (("sender_id", "sender_qq"), ("receiver_id", "receiver_qq"), ("group_id", "gnumber"))


class Numbers:
    """Knows which rows lack numbers, and has them looked up.

    Args:
        number: adds the numbers that memory knows.
        knows: whether memory knows an id of a row.
        doubts: whether a row shows ids of another login than memory knows.
        refresh: asks the server; runs on a thread of this object.
        forget: throws away what memory knows; is told whether the server told of a login.
        filled: called on that thread after each refresh.
        failed: told of errors of `refresh`.
        every_s: the shortest time between two refreshes.
    """

    def __init__(
        self,
        number: Callable[[Row], Row],
        knows: Callable[[Row], bool],
        doubts: Callable[[Row], bool],
        refresh: Callable[[], None],
        forget: Callable[[bool], None],
        filled: Callable[[], None],
        failed: Callable[[str, Exception], None],
        every_s: float = EVERY_S,
    ) -> None:
        self._number = number
        self._knows = knows
        self._doubts = doubts
        self._refresh = refresh
        self._forget = forget
        self._filled = filled
        self._failed = failed
        self._every_s = every_s
        self._asked: dict[str, float] = {}
        self._incomplete: deque[Line] = deque(maxlen=_KEPT)
        self._strange: deque[Line] = deque(maxlen=_KEPT)
        self._changed = threading.Condition()
        self._due_s = self._last_s = 0.0
        self._logins = self._known_login = 0
        self._wanted = self._stopped = False
        self._thread: threading.Thread | None = None

    def number(self, row: Row) -> Row:
        """Add the numbers that memory knows of this login; a failure of it costs no message."""
        if self._known_login != self._logins:
            return row
        return self._looked_up(lambda: row if self._doubts(row) else self._number(row), row)

    def named(self, event: Row) -> Row:
        """Add the name of the person or group that an event is about, if the server did not and memory knows it."""
        if event.get("displayname") is not None:
            return event
        qq = event.get("qq")
        known = self.number({"sender_qq": qq} if qq is not None else {"gnumber": event.get("gnumber")})
        name = known.get("group" if qq is None else "sender")
        return event if name is None else {**event, "displayname": name}

    def watch(self, line: Line) -> None:
        """Look a message over, and ask for a refresh if it lacks a number or seems to be of another login."""
        if not _has_ids(line.row):
            return  # its numbers are all that can be known of it, in any login
        if self._is_strange(line.row):
            self._strange.append(line)
        if self._looked_up(lambda: self._doubts(line.row), False):
            self._suspect()
        lacking = unknown_ids(line.row)
        if not lacking:
            return
        self._incomplete.append(line)
        now_s = time.monotonic()
        new = [found for found in lacking if now_s - self._asked.get(found, -_AGAIN_S) >= _AGAIN_S]
        if new:
            if len(self._asked) >= _KEPT:
                self._asked.clear()
            self._asked.update(dict.fromkeys(new, now_s))
            self.want()

    def begin_login(self, *, since_now: bool) -> None:
        """Throw away what belongs to the old ids, all of which are void now, and have the new ones asked for.

        Args:
            since_now: whether the login begins at this moment; else messages that came before may be of it.
        """
        self._incomplete.clear()
        self._asked.clear()
        if since_now:
            self._strange.clear()
        with self._changed:
            self._logins += 1
            self._due_s = 0.0
        self._forget(since_now)
        self.want()

    def want(self) -> None:
        """Ask for a refresh, which comes when the last one is long enough ago."""
        with self._changed:
            self._wanted = True
            self._changed.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="openqq-nb-refresh", daemon=True)
            self._thread.start()

    def moved(self) -> list[Line]:
        """Give those that came before a new login was noticed and turn out to be of it: its ids are theirs."""
        moved: list[Line] = []
        strange: list[Line] = []
        for line in self._strange:
            (strange if self._is_strange(line.row) else moved).append(line)
        self._strange = deque(strange, maxlen=_KEPT)
        self._incomplete.extend(line for line in moved if unknown_ids(line.row))
        return moved

    def changes(self) -> list[Change]:
        """Number again what lacks numbers; gives what has become known."""
        changes = []
        for line in self._incomplete:
            full = messages.complete(self.number(line.row))
            cells = {name: cell for name, cell in full.items() if cell != line.row.get(name)}
            if cells:
                changes.append(Change(line, cells))
        return changes

    def drop_complete(self) -> None:
        """Watch only those any longer that still lack a number."""
        lacking = [line for line in self._incomplete if unknown_ids(line.row)]
        self._incomplete = deque(lacking, maxlen=_KEPT)

    def stop(self, wait_s: float = 1.0) -> None:
        """End the thread; a refresh under way is not waited for longer than this."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(wait_s)

    def _is_strange(self, row: Row) -> bool:
        if self._known_login != self._logins:
            return True
        return self._looked_up(lambda: self._doubts(row) or not self._knows(row), False)

    def _looked_up(self, look: Callable[[], T], otherwise: T) -> T:
        try:
            return look()
        except Exception as error:  # noqa: BLE001 - code of another layer in our thread; kept and shown
            self._failed("looking up numbers", error)
            return otherwise

    def _suspect(self) -> None:
        """Have the roster fetched soon, though not for each of many messages."""
        with self._changed:
            self._due_s = min(self._due_s, self._last_s + min(self._every_s, _RETRY_S))
        self.want()

    def _run(self) -> None:
        while (login := self._next()) is not None:
            try:
                self._refresh()
            except Exception as error:  # noqa: BLE001 - the border of a thread; kept and shown
                self._failed("asking who is there", error)
                self._try_again(login)
            else:
                self._refreshed(login)

    def _next(self) -> int | None:
        """Wait until a refresh is wanted and may begin; gives the login it is for, None at the end."""
        with self._changed:
            while not self._stopped:
                left_s = self._due_s - time.monotonic()
                if self._wanted and left_s <= 0:
                    self._wanted = False
                    self._last_s = time.monotonic()
                    self._due_s = self._last_s + self._every_s
                    return self._logins
                self._changed.wait(left_s if self._wanted else None)
        return None

    def _refreshed(self, login: int) -> None:
        with self._changed:
            current = login == self._logins
            if current:
                self._known_login = login
        if current:
            self._filled()
        else:
            # It was asked for before the new login, and may tell of the old ids.
            self._forget(False)

    def _try_again(self, login: int) -> None:
        with self._changed:
            if login != self._known_login:
                self._wanted = True
                self._due_s = min(self._due_s, time.monotonic() + _RETRY_S)


def _has_ids(row: Row) -> bool:
    return row.get("sender_id") is not None or any(row.get(key) is not None for key in _OTHER_IDS)


def unknown_ids(row: Row) -> list[str]:
    """Give the ids of a message whose permanent numbers are missing."""
    return [str(row[key]) for key, number in _PAIRS if row.get(key) and not row.get(number)]
