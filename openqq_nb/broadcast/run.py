"""A broadcast that is being sent: what `plan.send()` gives."""

from collections.abc import Callable
from contextlib import suppress

import pandas as pd

from openqq_nb.broadcast import frames
from openqq_nb.broadcast.aio import AsyncRun
from openqq_nb.broadcast.answers import replies
from openqq_nb.broadcast.ledger import Hold, Ledger
from openqq_nb.broadcast.links import Links
from openqq_nb.broadcast.progress import Progress
from openqq_nb.broadcast.states import Change
from openqq_nb.broadcast.waiting import Waiting
from openqq_nb.broadcast.worker import Worker
from openqq_nb.errors import InvalidInput, JournalFailed
from openqq_nb.models import Delivery

_RETRIED = ("failed", "unknown")


class Run:
    """A broadcast that is being sent in the background, or was.

    Made by `plan.send()`. A run that was paused or stopped, or whose kernel died, goes on with
    `my.broadcast(key=…).send()`; what may have been sent is never sent again by itself.

    Args:
        ledger: where it is kept.
        key: the name of the broadcast.
        links: the ways to the account.
        worker: sends it.
        now: tells the time in UTC seconds.

    Attributes:
        key: the name of the broadcast.
        aio: the awaitable twin of what waits.
    """

    def __init__(
        self, ledger: Ledger, key: str, links: Links, worker: Worker, now: Callable[[], float]
    ) -> None:
        self.key = key
        self._ledger = ledger
        self._links = links
        self._worker = worker
        self._now = now
        waiting = Waiting(key, worker, self.pause, self.report)
        self._waiting = waiting
        self.aio = AsyncRun(waiting)

    def __dir__(self) -> list[str]:
        return ["aio", "key", "pause", "progress", "replies", "report", "resume", "retry", "stop", "wait"]

    def __repr__(self) -> str:
        return f"<Run {self.key!r} {self.progress!r}>"

    @property
    def progress(self) -> Progress:
        """How far it is: state, counts by delivery, seconds left, last problem in words."""
        return self._worker.progress()

    def start(self) -> None:
        """Begin, or go on after a pause, a stop or an end.

        Raises:
            InvalidInput: another program sends this broadcast at this moment.
        """
        if self._worker.alive:
            self._worker.want("sending")
        if not self._worker.alive:
            self._begin()

    def wait(self, timeout: float | None = None) -> Progress:
        """Wait until it stands still: everything was tried, or it was paused or stopped.

        Widgets stay alive meanwhile. In a terminal and in a notebook a bar shows how far it is. An interrupt pauses it.

        Args:
            timeout: the longest wait in seconds; None waits without an end.

        Returns:
            How far it is then.

        Raises:
            TimedOut: it is not done yet, and goes on; the report so far is in its `df`.
            NestedWait: called in a widget callback.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> plan = my.broadcast("早", to=my.friends().head(3), key="wait", pace=oq.Pace.instant())
            >>> plan.send().wait(10).sent
            3
        """
        return self._waiting.wait(timeout)

    def pause(self) -> None:
        """Send nothing more until `resume()`; a message that is under way is brought to its end."""
        self._worker.want("paused")

    def resume(self) -> None:
        """Go on after `pause()`, or after it paused by itself.

        Raises:
            InvalidInput: another program sends this broadcast at this moment.
        """
        self.start()

    def stop(self) -> None:
        """End it; what is pending stays so, and `my.broadcast(key=…).send()` goes on."""
        self._worker.want("stopped")

    def join(self, seconds: float) -> bool:
        """Wait for its end; tells whether it came."""
        return self._worker.join(seconds)

    def retry(self, which: str, *, may_double: bool = False) -> "Run":
        """Send again what failed, or, with an explicit word, what may have arrived already.

        Args:
            which: `failed`, which certainly was not sent, or `unknown`.
            may_double: for `unknown`: that you have looked, and that somebody may get the message twice.

        Returns:
            The run itself, which is under way then.

        Raises:
            InvalidInput: `which` is neither, or `unknown` was asked for without `may_double=True`.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> plan = my.broadcast("早", to=my.friends().head(1), key="retry", pace=oq.Pace.instant())
            >>> run = plan.send()
            >>> run.wait(10).failed
            0
            >>> run.retry("failed").wait(10).sent
            1
        """
        if which not in _RETRIED:
            raise InvalidInput(f"retry() takes 'failed' or 'unknown', not {which!r}; nothing was sent.")
        if which == "unknown" and may_double is not True:
            raise InvalidInput(
                "What is unknown may have arrived, and would arrive twice; nothing was sent. Look at run.report(), and "
                "if you mean it: run.retry('unknown', may_double=True)."
            )

        def put() -> None:
            self._worker.change(lambda flying: self._again(which, flying))

        if self._worker.alive:
            put()
            self.start()
        else:
            self._begin(put)
        return self

    def replies(self) -> pd.DataFrame:
        """Give what recipients wrote afterwards: people to the account, and everybody in groups it went to.

        Recipients are known by their permanent numbers. Where no inbox runs, the journals that were filled for the
        account are read: by `my.listen()` in an earlier session, or by `openqq-nb collect`.

        Returns:
            The columns of `inbox.df`, in order of arrival.

        Raises:
            InvalidInput: nobody has listened since the first message went out.
            JournalFailed: a journal cannot be read.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> with my.listen():
            ...     plan = my.broadcast("来吗？", to=my.friends().head(2), key="replies", pace=oq.Pace.instant())
            ...     run = plan.send()
            ...     done = run.wait(10)
            ...     message = my.simulator.say("小灰", "来！")
            ...     posted = my.simulator.wait_posted()
            ...     run.replies()["content"].tolist()
            ['来！']
        """
        return replies(self._ledger.rows(self.key), self._links.heard)

    def report(self) -> pd.DataFrame:
        """Tell what became of every message so far; a valid `to=` of another broadcast.

        Posts of our own messages settle what was open, where an inbox runs.

        Returns:
            One row a recipient in the order of planning, columns and dtypes of `schema.REPORT`.
        """
        # Where nothing can be written now, it tells what is known; a later one settles the rest.
        with suppress(JournalFailed):
            self._worker.settle()
        return frames.report(self._ledger, self.key, self._now())

    def renew(self) -> None:
        """Take up what was planned meanwhile."""
        self._worker.renew()

    def _begin(self, first: Callable[[], None] = lambda: None) -> None:
        hold = self._held()
        try:
            first()
            self._worker.start(hold)
        except BaseException:
            hold.let_go()
            raise

    def _held(self) -> Hold:
        hold = self._ledger.hold(self.key)
        if hold is None:
            raise InvalidInput(
                f"Another program, or another account object of this one, sends the broadcast {self.key!r} at this "
                f"moment, or has paused it; nothing was sent here. Wait for it or stop it there; "
                f"my.broadcast(key={self.key!r}).report() shows how far it is."
            )
        return hold

    def _again(self, which: str, flying: frozenset[int]) -> list[Change]:
        found = self._ledger.rows(self.key, (which,))["seq"].to_pylist()
        return [Change(seq, Delivery.PENDING) for seq in found if seq not in flying]
