"""A listener tells since when something may be missing of an end that was not connected for a while."""

import time

from openqq_nb.receive.crowd import Limits
from openqq_nb.receive.signature import Seal
from tests.receive.door import PATIENCE_S, Door, listening
from tests.receive.ends import end, heard_all, welcomed

SEAL = Seal("abc")


def test_once_an_end_is_back_it_is_told_since_when_nothing_was_heard() -> None:
    with listening(Door(seal=SEAL)) as door:
        with end(door) as one:
            before_s = time.time()
            heard_all(one)
            after_s = time.time()
        door.wait_for(lambda: door.changes == [1, 0])
        assert door.missed == []
        with end(door) as again, end(door) as another:
            heard_all(again)
            heard_all(another)
            # What the closing of the first said counts as heard.
            assert len(door.missed) == 1 and before_s <= door.missed[0] <= after_s + PATIENCE_S


def test_an_end_that_was_back_before_the_old_connection_was_given_up_has_missed_something_too() -> None:
    with listening(Door(seal=SEAL, limits=Limits(ping_s=0.5))) as door, door.connected() as dead:
        begun_s = time.time()
        welcomed(dead)
        with end(door) as one:
            heard_all(one)
            assert door.missed == []
            door.wait_for(lambda: door.changes == [1, 2, 1])
            assert len(door.missed) == 1 and begun_s <= door.missed[0] <= time.time() - 0.5


def test_ends_that_part_when_the_listener_stops_have_missed_nothing() -> None:
    door = Door(seal=SEAL)
    with listening(door), end(door) as one, end(door) as another:
        heard_all(one)
        heard_all(another)
        door.stop()
    assert door.changes == [1, 2, 1, 0] and door.missed == []
