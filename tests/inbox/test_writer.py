"""The thread that stores."""

import threading
import time

from openqq_nb.inbox.writer import Writer
from tests.inbox.desk import PATIENCE_S


def test_one_who_waits_for_a_disk_that_stands_still_goes_on_after_a_second() -> None:
    gate, errors = threading.Event(), list[str]()
    writer = Writer(
        lambda posts: None, lambda: False, lambda: None, lambda doing, error: errors.append(doing)
    )
    writer.start()
    begun_s = time.monotonic()
    writer.call_and_wait(lambda: gate.wait(PATIENCE_S))
    assert 0.5 < time.monotonic() - begun_s < 3
    gate.set()
    writer.stop()
    assert errors == []


def test_what_is_not_saved_is_tried_again_until_it_is() -> None:
    unsaved, tried = threading.Event(), threading.Semaphore(0)
    unsaved.set()

    def retry() -> None:
        unsaved.clear()
        tried.release()
        raise OSError("shown, and no end of the thread")

    errors = list[str]()
    writer = Writer(lambda posts: None, unsaved.is_set, retry, lambda doing, error: errors.append(str(error)))
    writer.start()
    assert tried.acquire(timeout=PATIENCE_S)
    done = threading.Event()
    writer.call(done.set)
    assert done.wait(PATIENCE_S) and errors == ["shown, and no end of the thread"]
    writer.stop()
