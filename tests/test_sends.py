"""The last sends of an account, and those who watch them."""

import threading

from openqq_nb.models import Recipient
from openqq_nb.segments import Content
from openqq_nb.sends import KEPT, Sends, Sent

FRIEND = Recipient("friend", qq="9900000101")


class Watching:
    """Keeps what it is told; forgotten, it watches no more, as a widget does."""

    def __init__(self, sends: Sends) -> None:
        self.told: list[Content] = []
        self._sends = sends
        sends.watch(self.take)

    def take(self, sent: Sent) -> None:
        self.told.append(sent.content)

    def __del__(self) -> None:
        self._sends.unwatch(self.take)


def test_the_newest_come_first_and_only_so_many_are_kept() -> None:
    sends = Sends()
    for number in range(KEPT + 5):
        sends.add(FRIEND, str(number), None)
    assert [sent.content for sent in sends.last(2)] == [str(KEPT + 4), str(KEPT + 3)]
    assert len(sends.last(1_000)) == KEPT


def test_who_watches_is_told_until_he_is_gone() -> None:
    sends = Sends()
    one, other = Watching(sends), Watching(sends)
    sends.add(FRIEND, "一", None)
    sends.unwatch(one.take)
    sends.add(FRIEND, "二", None)
    assert (one.told, other.told) == (["一"], ["一", "二"])


def test_a_watcher_that_is_forgotten_in_the_middle_of_a_send_stops_nothing() -> None:
    sends = Sends()
    one = Watching(sends)
    done = threading.Event()

    def collected() -> None:
        # The garbage collector runs on whatever thread allocates, also on one that has the lock.
        with sends._lock:
            sends.unwatch(one.take)
        done.set()

    threading.Thread(target=collected, daemon=True).start()
    assert done.wait(10)
