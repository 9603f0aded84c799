"""No fault of the simulator is without a test that shows what the person sees of it."""

import pytest

import openqq_nb as oq
from openqq_nb.simulator import FAULTS
from tests.faults.stage import DIALECTS, TIMEOUT_S, WORLD, Dialect, Stage
from tests.faults.test_calls import CALLS
from tests.faults.test_lists import LISTS
from tests.faults.test_posts import POSTS
from tests.faults.test_sends import SENDS
from tests.faults.test_server import SERVER, THROWN_OUT
from tests.faults.test_sockets import SOCKETS

TABLES = (CALLS, SERVER, THROWN_OUT, SENDS, LISTS, POSTS, SOCKETS)


def test_each_fault_is_in_the_table_of_one_family() -> None:
    assert sorted(name for table in TABLES for name in table) == sorted(FAULTS)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_demo_goes_wrong_and_is_well_again(dialect: Dialect) -> None:
    my = oq.demo(dialect, friends=WORLD["friends"], groups=WORLD["groups"], members=WORLD["members"])
    try:
        with my.listen() as inbox:
            one = Stage(my.simulator, my, inbox)
            for name in ("drop_after", "html_page", "down", "lost_posts", "duplicate"):
                with my.simulator.fault(name, times=None if name == "down" else 1):
                    if name in POSTS:
                        one.say(name)
                    else:
                        with pytest.raises(oq.OpenqqError):
                            my.friends()
                assert len(my.friends()) == WORLD["friends"]
            one.check_all_is_well()
            assert inbox.wait(1, timeout=TIMEOUT_S)["content"].tolist() == ["duplicate"]
    finally:
        my.close()
