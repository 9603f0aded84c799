"""What a plan would be: the same as the plan, and nothing of it is kept."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb.broadcast.broadcasts import Order
from openqq_nb.broadcast.latest import latest
from openqq_nb.demo_account import DemoAccount
from openqq_nb.models import Delivery
from tests.broadcast.stage import INSTANT, PATIENCE_S, stage

COLUMNS = ["recipient_type", "qq", "gnumber", "displayname", "text", "delivery", "problem"]


@pytest.fixture
def my() -> Iterator[DemoAccount]:
    my = oq.demo(seed=7, friends=6, groups=3, members=4)
    yield my
    my.close()


def test_a_rehearsal_is_what_the_plan_is_and_leaves_nothing(my: DemoAccount) -> None:
    to = [my.friends(), my.friends().head(2), my.groups(), {"qq": "1"}]
    broadcasts = my._broadcasting.of(str(my.me()["qq"]))
    now = my._broadcasting.snapshot(my.roster())
    found = broadcasts.rehearse(Order.of("{displayname}，早", to, "k", None, None), now)
    assert my.broadcasts().empty
    plan = my.broadcast("{displayname}，早", to=to, key="k")
    pd.testing.assert_frame_equal(found.frame[COLUMNS], plan.preview()[COLUMNS])
    assert (found.doubles, found.pace) == (2, oq.Pace()) and found.asked.all()
    assert len(found.identity) == len(found.frame)


def test_under_a_key_that_is_there_it_adds_and_keeps_what_was_sent(my: DemoAccount) -> None:
    friends = my.friends()
    my.broadcast("早", to=friends.head(2), key="k", pace=oq.Pace.instant()).send().wait(20)
    broadcasts = my._broadcasting.of(str(my.me()["qq"]))
    now = my._broadcasting.snapshot(my.roster())
    found = broadcasts.rehearse(Order.of("早", friends.tail(5), "k", None, None), now)
    assert found.frame["delivery"].tolist() == ["sent", "sent", *["pending"] * 4]
    assert found.asked.tolist() == [False, *[True] * 5]
    assert my.broadcasts()["recipients"].tolist() == [2]
    with pytest.raises(oq.InvalidInput, match="has another text"):
        broadcasts.rehearse(Order.of("晚", friends, "k", None, None), now)


def test_nobody_waits_for_a_rehearsal_nor_it_for_another_program(tmp_path: Path) -> None:
    with stage(path=tmp_path / "ledger.db") as one:
        done = one.plan("早", one.roster.friends.head(2)).send()
        done.wait(PATIENCE_S)
        order = Order.of("早", one.roster.friends, "k", INSTANT, None)
        with sqlite3.connect(tmp_path / "ledger.db") as other:
            other.execute("BEGIN IMMEDIATE")
            found = one.broadcasts.rehearse(order, one.snapshot)
            other.rollback()
        other.close()
        assert found.frame["delivery"].tolist() == ["sent", "sent", *["pending"] * 3]
        due = found.due.to_pydict()
        assert due == {"identity": ["qq:103", "qq:104", "qq:105"], "text": ["早"] * 3}
        plan = one.plan("早", one.roster.friends)
        pd.testing.assert_frame_equal(found.frame, plan.preview())


def test_who_was_skipped_is_rehearsed_anew(my: DemoAccount) -> None:
    friends, broadcasts = my.friends(), my._broadcasting.of(str(my.me()["qq"]))
    my.exclusions.add(friends.iloc[0])
    my.broadcast("早", to=friends, key="k")
    my.exclusions.remove(friends.iloc[0])
    order = Order.of("早", friends, "k", None, None)
    found = broadcasts.rehearse(order, my._broadcasting.snapshot(my.roster()))
    assert found.frame["delivery"].tolist() == ["pending"] * 6
    assert my.broadcasts()["skipped"].tolist() == [1]


def test_the_last_messages_come_first_a_few_at_a_time(my: DemoAccount) -> None:
    plan = my.broadcast("早", to=my.friends(), key="k", pace=oq.Pace.instant())
    ledger = my._broadcasting.of(str(my.me()["qq"])).ledger
    first = latest(ledger, "k", None, 0, 4)
    assert first["displayname"].tolist() == plan.preview()["displayname"].tolist()[:4]
    plan.send().wait(20)
    found = latest(ledger, "k", Delivery.SENT, 0, 10)
    assert found["attempted_at"].is_monotonic_decreasing and len(found) == 6
    assert latest(ledger, "k", Delivery.SENT, 4, 10)["qq"].tolist() == found["qq"].tolist()[4:]
    assert latest(ledger, "k", Delivery.FAILED, 0, 10).empty
