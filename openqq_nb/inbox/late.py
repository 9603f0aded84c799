"""Sends the replies that came too late to be the answer: one after the other, each once."""

import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue

Job = Callable[[], None]

PATIENCE_S = 10.0
"""A server sends a message every 3 s; who stops does not want to wait for many."""


class LateReplies:
    """A thread that sends; it begins with the first late reply."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopped = False

    def put(self, job: Job) -> bool:
        """Have a reply sent after those that wait; False when the inbox has stopped."""
        with self._lock:
            if self._stopped:
                return False
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="openqq-nb-late-replies", daemon=True)
                self._thread.start()
            self._jobs.put(job)
            return True

    def stop(self, wait_s: float = PATIENCE_S) -> int:
        """Take no more, and send what waits, for no longer than this; gives how many replies were not sent."""
        with self._lock:
            self._stopped = True
            self._jobs.put(None)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(wait_s)
        return self._dropped()

    def _dropped(self) -> int:
        dropped = 0
        with suppress(Empty):
            while True:
                dropped += self._jobs.get_nowait() is not None
        self._jobs.put(None)
        return dropped

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
