"""The one thread that stores: all posts that wait at one moment share one transaction."""

import asyncio
import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from openqq_nb.inbox.rounds import Round
from openqq_nb.models import Answer
from openqq_nb.receive import intake
from openqq_nb.receive.intake import Push

Outcome = Answer | Round
"""What is known when a push is stored: the answer, or that handlers are at work on it."""

_MAX_BATCH = 500
# A disk that stands still must not hold the user's cell, or the loop of a coroutine, for longer than this.
_PATIENCE_S = 1.0
_RETRY_S = 1.0


@dataclass(slots=True)
class Post:
    """A push that waits to be stored.

    Attributes:
        push: the request.
        future: of the listener's loop; gets the outcome.
        outcome: what `store` found.
    """

    push: Push
    future: "asyncio.Future[Outcome]"
    outcome: Outcome | None = None


Job = Callable[[], object]


class Writer:
    """A thread that stores posts and runs other jobs that change what is stored, in the order they came.

    Args:
        store: stores some posts and sets the `outcome` of each.
        unsaved: whether something could not be stored yet.
        retry: tries to store that; called every second as long as there is any.
        failed: told of errors.
    """

    def __init__(
        self,
        store: Callable[[Sequence[Post]], None],
        unsaved: Callable[[], bool],
        retry: Callable[[], object],
        failed: Callable[[str, Exception], None],
    ) -> None:
        self._store = store
        self._unsaved = unsaved
        self._retry = retry
        self._failed = failed
        self._queue: SimpleQueue[Post | Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="openqq-nb-writer", daemon=True)

    def start(self) -> None:
        """Begin to store."""
        self._thread.start()

    async def put(self, push: Push) -> Outcome:
        """Store a push; awaited on the listener's loop, which is not held up."""
        post = Post(push, asyncio.get_running_loop().create_future())
        if not self._add(post):
            return intake.failed("The listener has stopped.")
        return await post.future

    def call(self, job: Job) -> bool:
        """Run a job between two transactions; False when the writer has stopped."""
        return self._add(job)

    def call_and_wait(self, job: Job) -> None:
        """Run a job as `call` does, and wait until it is done, for a second at most.

        Not to be called on the writer's own thread.
        """
        done = threading.Event()

        def work() -> None:
            try:
                job()
            finally:
                done.set()

        if self._add(work):
            done.wait(_PATIENCE_S)

    def stop(self) -> None:
        """Store what waits, then end; harmless when called twice."""
        with self._lock:
            stopped, self._stopped = self._stopped, True
        if not stopped:
            self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join()

    def _add(self, item: Post | Job) -> bool:
        with self._lock:
            if not self._stopped:
                self._queue.put(item)
            return not self._stopped

    def _run(self) -> None:
        ended = False
        while not ended:
            batch = self._batch()
            ended = None in batch
            for is_post, items in itertools.groupby(batch, lambda item: isinstance(item, Post)):
                group = list(items)
                if is_post:
                    self._store_all([item for item in group if isinstance(item, Post)])
                else:
                    self._call_all([item for item in group if callable(item)])

    def _batch(self) -> list[Post | Job | None]:
        """Wait for one item and take all that are there."""
        batch = [self._first()]
        try:
            while len(batch) < _MAX_BATCH:
                batch.append(self._queue.get_nowait())
        except Empty:
            return batch
        return batch

    def _first(self) -> Post | Job | None:
        """Wait for one item; what could not be stored is tried again meanwhile."""
        while self._unsaved():
            try:
                return self._queue.get(timeout=_RETRY_S)
            except Empty:
                self._call_all([self._retry])
        return self._queue.get()

    def _store_all(self, posts: Sequence[Post]) -> None:
        try:
            self._store(posts)
        except Exception as error:  # noqa: BLE001 - the border of a thread; kept and shown
            self._failed("storing", error)
        _deliver(posts)

    def _call_all(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            try:
                job()
            except Exception as error:  # noqa: BLE001 - the border of a thread; kept and shown
                self._failed("filling in", error)


def _deliver(posts: Sequence[Post]) -> None:
    """Hand the outcomes to the listener's loop, all in one call."""
    loop = posts[0].future.get_loop()
    if not loop.is_closed():
        loop.call_soon_threadsafe(_settle, posts)


def _settle(posts: Sequence[Post]) -> None:
    for post in posts:
        if not post.future.done():
            post.future.set_result(post.outcome or intake.failed("This could not be stored."))
