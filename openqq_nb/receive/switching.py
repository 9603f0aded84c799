"""Lets a busy cell give up the interpreter sooner while something listens.

Python hands the interpreter from one thread to another every 5 ms (`sys.getswitchinterval`). A message needs it a dozen
times between the socket and the answer, so that beside a cell that computes it would take 60 ms and more.
"""

import sys
import threading

INTERVAL_S = 0.0005

_lock = threading.Lock()
_users = 0
_before_s = 0.0


def hasten() -> None:
    """Shorten the interval, until as many have called `relax`."""
    global _users, _before_s  # noqa: PLW0603 - the interval is one of the whole process
    with _lock:
        if not _users:
            _before_s = sys.getswitchinterval()
            sys.setswitchinterval(min(_before_s, INTERVAL_S))
        _users += 1


def relax() -> None:
    """Give the interval back as it was, unless somebody else has set it meanwhile."""
    global _users  # noqa: PLW0603 - as above
    with _lock:
        _users -= 1
        if not _users and sys.getswitchinterval() == min(_before_s, INTERVAL_S):
            sys.setswitchinterval(_before_s)
