"""A thread for what takes a while: a button starts it and returns."""

import threading
from collections.abc import Callable


class Worker:
    """Does one job at a time, each on a thread of its own that ends with it.

    Args:
        whole: whether a program that ends waits for the job. Only for one that asks nobody: a thread that is killed
            while Arrow counts aborts the whole program.
    """

    def __init__(self, *, whole: bool = False) -> None:
        self._daemon = not whole
        self._lock = threading.Lock()
        self._busy = False

    @property
    def busy(self) -> bool:
        """Whether a job is being done."""
        return self._busy

    def start(self, job: Callable[[], None]) -> bool:
        """Begin a job; False, and nothing begins, while another one is being done.

        Args:
            job: raises nothing: it shows its own failures.
        """
        with self._lock:
            if self._busy:
                return False
            self._busy = True
        threading.Thread(target=self._run, args=(job,), name="openqq-nb-widget", daemon=self._daemon).start()
        return True

    def _run(self, job: Callable[[], None]) -> None:
        try:
            job()
        finally:
            self._busy = False
