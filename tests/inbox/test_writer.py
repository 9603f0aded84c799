"""The one that stores."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from openqq_nb.inbox.writer import Post, Writer
from openqq_nb.models import Answer
from openqq_nb.receive.intake import NOTHING_TO_SAY
from openqq_nb.receive.loop import LoopThread
from tests.inbox.desk import PATIENCE_S


@dataclass
class Desk:
    """A writer, and what it did."""

    store: Callable[[Sequence[Post]], object] = lambda posts: None
    retry: Callable[[], object] = lambda: None
    unsaved: threading.Event = field(default_factory=threading.Event)
    rounds: list[list[bytes]] = field(default_factory=list)
    answered: list[tuple[bytes, int]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.thread = LoopThread(self._failed)
        self.writer = Writer(
            self.thread, self._store, self._answer, self.unsaved.is_set, self.retry, self._failed
        )
        self.thread.start()

    def put(self, *bodies: bytes) -> None:
        """Have posts come in one turn of the loop, and wait until they are dealt with."""
        done = threading.Event()

        def come() -> None:
            for body in bodies:
                self.writer.put(Post(body))
            # Put behind the transaction.
            self.thread.soon(done.set)

        assert self.thread.call(come) and done.wait(PATIENCE_S)

    def _store(self, posts: Sequence[Post]) -> None:
        self.rounds.append([post.body for post in posts])
        self.store(posts)

    def _answer(self, post: Post) -> None:
        assert isinstance(post.outcome, Answer)
        self.answered.append((post.body, post.outcome.http_status))

    def _failed(self, doing: str, error: Exception) -> None:
        self.errors.append(f"{doing}: {error}")


def good(posts: Sequence[Post]) -> None:
    for post in posts:
        post.outcome = NOTHING_TO_SAY


def test_posts_of_one_turn_are_stored_together_and_answered_in_order_after_that() -> None:
    desk = Desk(good)
    desk.put(b"1", b"2", b"3")
    desk.put(b"4")
    desk.thread.stop()
    assert desk.rounds == [[b"1", b"2", b"3"], [b"4"]]
    assert desk.answered == [(b"1", 204), (b"2", 204), (b"3", 204), (b"4", 204)] and desk.errors == []


def test_what_cannot_be_stored_is_answered_503_and_the_next_is_stored() -> None:
    def store(posts: Sequence[Post]) -> None:
        if posts[0].body == b"bad":
            raise OSError("no disk")
        good(posts)

    desk = Desk(store)
    desk.put(b"bad", b"also")
    desk.put(b"next")
    desk.thread.stop()
    assert desk.answered == [(b"bad", 503), (b"also", 503), (b"next", 204)]
    assert desk.errors == ["storing: no disk"]


def test_a_job_runs_between_two_transactions_and_its_error_is_told() -> None:
    desk, seen = Desk(good), list[int]()
    desk.put(b"1")
    assert desk.writer.call(lambda: seen.append(len(desk.rounds)))
    desk.writer.call(lambda: seen.index(9))
    desk.put(b"2")
    desk.thread.stop()
    assert seen == [1] and len(desk.rounds) == 2
    assert desk.errors == ["filling in: 9 is not in list"]
    assert not desk.writer.call(seen.clear) and seen == [1]


def test_one_who_waits_for_a_job_has_it_done() -> None:
    desk, done = Desk(), list[str]()
    desk.writer.call_and_wait(lambda: done.append(threading.current_thread().name))
    assert done and done[0] != threading.current_thread().name
    desk.thread.stop()
    desk.writer.call_and_wait(done.clear)
    assert done


def test_one_who_waits_for_a_disk_that_stands_still_goes_on_after_a_second() -> None:
    desk, gate = Desk(), threading.Event()
    begun_s = time.monotonic()
    desk.writer.call_and_wait(lambda: gate.wait(PATIENCE_S))
    assert 0.5 < time.monotonic() - begun_s < 3
    gate.set()
    desk.thread.stop()
    assert desk.errors == []


@pytest.mark.parametrize("by", ["a job", "a post"])
def test_what_is_not_saved_is_tried_again_until_it_is(by: str) -> None:
    tries, saved = list[float](), threading.Event()

    def retry() -> None:
        tries.append(time.monotonic())
        if len(tries) == 2:
            desk.unsaved.clear()
            saved.set()
        raise OSError("shown, and no end of the thread")

    desk = Desk(good, retry)
    desk.unsaved.set()
    if by == "a job":
        desk.writer.call(lambda: None)
    desk.put(b"1")
    assert saved.wait(PATIENCE_S)
    desk.put(b"2")
    desk.thread.stop()
    # One at a time, whatever else comes meanwhile.
    assert len(tries) == 2 and tries[1] - tries[0] > 0.5
    assert desk.errors == ["filling in: shown, and no end of the thread"] * 2
