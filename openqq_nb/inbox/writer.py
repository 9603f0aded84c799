"""The one that stores, on the receiving thread: all posts that came in one turn of its loop share one transaction."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from openqq_nb.inbox.rounds import Round
from openqq_nb.models import Answer
from openqq_nb.receive import intake
from openqq_nb.receive.connection import Respond
from openqq_nb.receive.loop import LoopThread

Outcome = Answer | Round
"""What is known when a post is stored: the answer, or that handlers are at work on it."""

# A disk that stands still must not hold the user's cell, or the loop of a coroutine, for longer than this.
_PATIENCE_S = 1.0
_RETRY_S = 1.0
_MOST_AT_ONCE = 256


@dataclass(slots=True, eq=False)
class Post:
    """Something that came and waits to be stored.

    Attributes:
        body: the bytes as they came.
        respond: writes the answer back; None for what was fetched, which nobody waits for.
        at_s: when it came, by the monotonic clock.
        outcome: what `store` found.
        new: whether it was not there yet; set by `store`.
        told: called when it is stored, or refused; given for what a history had, which has no news of now.
    """

    body: bytes
    respond: Respond | None = None
    at_s: float = field(default_factory=time.monotonic)
    outcome: Outcome | None = None
    new: bool = False
    told: Callable[["Post"], object] | None = None


Job = Callable[[], object]


class Writer:
    """Stores posts, and runs other jobs that change what is stored, in the order they came.

    Args:
        thread: where all of it happens.
        store: stores some posts and sets the `outcome` of each.
        answer: answers a post whose outcome is known.
        unsaved: whether something could not be stored yet.
        retry: tries to store that; called every second as long as there is any.
        failed: told of errors.
    """

    def __init__(
        self,
        thread: LoopThread,
        store: Callable[[Sequence[Post]], object],
        answer: Callable[[Post], None],
        unsaved: Callable[[], bool],
        retry: Job,
        failed: Callable[[str, Exception], None],
    ) -> None:
        self._thread = thread
        self._store = store
        self._answer = answer
        self._unsaved = unsaved
        self._retry = retry
        self._failed = failed
        self._posts: list[Post] = []
        self._gathered = 0
        self._retrying = False

    def put(self, post: Post) -> None:
        """Store a post together with those that come at the same time; called on the thread."""
        self._posts.append(post)
        if len(self._posts) == 1:
            self._gathered = 0
            self._thread.soon(self._gather)

    def call(self, job: Job) -> bool:
        """Run a job between two transactions; False when the thread has ended."""
        return self._thread.call(lambda: self._run(job))

    def call_and_wait(self, job: Job) -> None:
        """Run a job as `call` does, and wait until it is done, for a second at most.

        Not to be called on the thread itself.
        """
        done = threading.Event()

        def work() -> None:
            try:
                job()
            finally:
                done.set()

        if self.call(work):
            done.wait(_PATIENCE_S)

    def _gather(self) -> None:
        """Store when a turn of the loop has brought nothing more: a transaction costs as much for one as for many."""
        if self._gathered < len(self._posts) < _MOST_AT_ONCE:
            self._gathered = len(self._posts)
            self._thread.soon(self._gather)
        else:
            self._flush()

    def _flush(self) -> None:
        posts, self._posts = self._posts, []
        try:
            self._store(posts)
        except Exception as error:  # noqa: BLE001 - the border of a thread; kept and shown
            self._failed("storing", error)
        for post in posts:
            if post.outcome is None:
                post.outcome = intake.failed("This could not be stored.")
            self._answer_one(post)
        self._try_again()

    def _answer_one(self, post: Post) -> None:
        try:
            self._answer(post)
        except Exception as error:  # noqa: BLE001 - the others of the turn are answered all the same; kept and shown
            self._failed("answering", error)

    def _run(self, job: Job) -> None:
        try:
            job()
        except Exception as error:  # noqa: BLE001 - the border of a thread; kept and shown
            self._failed("filling in", error)
        self._try_again()

    def _try_again(self) -> None:
        """See to it that what is not stored yet is tried again as long as there is any."""
        if self._unsaved() and not self._retrying:
            self._retrying = True
            self._thread.later(_RETRY_S, self._once_more)

    def _once_more(self) -> None:
        self._retrying = False
        self._run(self._retry)
