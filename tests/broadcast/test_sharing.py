"""Several account objects of one account share its broadcasts; those of another account have none of them."""

from dataclasses import replace

import openqq_nb as oq
from openqq_nb.simulator import Simulator
from openqq_nb.simulator.world import World
from tests.faults.stage import IDLE_S, stage

PATIENCE_S = 30.0
INSTANT = oq.Pace.instant()


def test_they_share_inbox_and_ledger_until_the_last_one_is_closed() -> None:
    with stage("openqq2") as one:
        other = oq.connect(one.simulator.url, protocol="openqq2")
        plan = other.broadcast("{nick}", to=other.friends().head(3), key="k", pace=INSTANT)
        mine = one.my.broadcast(key="k")
        with one.simulator.fault("full_queue", seconds=2 * IDLE_S, times=1):
            run = plan.send()
            run.wait(PATIENCE_S)
        one.settle()
        # The inbox is of the one, the broadcasts were opened by the other.
        assert run.report()["delivery"].tolist() == ["sent"] * 3
        assert len(one.arrived) == 3
        other.close()
        assert len(mine.preview()) == 3


def test_when_another_account_has_logged_in_ids_find_nobody_and_it_says_so() -> None:
    world = World.seeded(1, friends=6, groups=1, members=2, discusses=1)
    with Simulator("openqq1", world=world) as simulator:
        my = oq.connect(simulator.url)
        friends = my.friends()
        unnumbered = friends[friends["qq"].isna()]
        plan = my.broadcast("{nick}", to=unnumbered, key="k", pace=INSTANT)
        world.me = replace(world.me, person=replace(world.me.person, qq=9_900_000_777))
        simulator.relogin()
        done = plan.send().wait(PATIENCE_S)
        assert done.state == "paused" and "9900000777" in str(done.problem)
        assert simulator.received == [] and set(plan.report()["delivery"]) == {"pending"}
        my.close()
