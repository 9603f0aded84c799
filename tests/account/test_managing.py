"""Mutes, kicks and logins of an account against the simulator: what is told when it stays open what was done."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb.demo_account import DemoAccount
from openqq_nb.models import Outcome

MAY_HAVE_BEEN_DONE = "may have been done, or may still be; look"


@pytest.fixture
def my() -> Iterator[DemoAccount]:
    account = oq.demo("openqq2", seed=3, groups=3, friends=3, members=6)
    yield account
    account.close()


def plain_member(my: DemoAccount) -> Any:
    """A member whom the account may mute and kick, as `my.members()` gives it."""
    members, own = my.members(), str(my.me()["qq"])
    led = members[members["role"].isin(["owner", "admin"]) & (members["qq"] == own)]["gnumber"].dropna()
    found = members[members["gnumber"].isin(led) & (members["role"] == "member")].dropna(subset="qq")
    return found.iloc[0]


def is_there(my: DemoAccount, member: Any) -> bool:
    group = next(one for one in my.simulator.truth.groups if str(one.number) == member["gnumber"])
    return any(str(one.person.qq) == member["qq"] for one in group.members)


@pytest.mark.parametrize("lists", ["no_members", "no_extended"])
def test_a_kick_that_failed_is_not_told_as_done_where_nobody_can_be_seen(my: DemoAccount, lists: str) -> None:
    member = plain_member(my)
    with my.simulator.fault(lists), my.simulator.fault("error_page", calls="kick_group_member"):
        outcome = my.kick(to=member)
    assert is_there(my, member)
    assert (outcome.ok, outcome.code) == (False, 500)
    assert "who is there cannot be seen. Look before you ask again" in outcome.meaning


def test_a_kick_that_failed_is_told_by_members_that_are_loaded_for_it(my: DemoAccount) -> None:
    member = plain_member(my)
    with my.simulator.fault("unloaded"), my.simulator.fault("error_page", calls="kick_group_member"):
        outcome = my.kick(to=member)
    assert not outcome and "the member is still in the group" in outcome.meaning


def test_a_kick_that_worked_is_told_as_done(my: DemoAccount) -> None:
    member = plain_member(my)
    assert my.kick(to=member) and not is_there(my, member)


@pytest.mark.parametrize("fault", ["no_json", "html_page", "error_page"])
def test_a_mute_or_login_whose_answer_tells_nothing_may_have_been_done(my: DemoAccount, fault: str) -> None:
    member = plain_member(my)
    asks: list[Callable[[], Outcome]] = [lambda: my.mute(to=member, seconds=60), my.relogin]
    for ask in asks:
        with my.simulator.fault(fault), pytest.raises(oq.NotUnderstood) as caught:
            ask()
        assert MAY_HAVE_BEEN_DONE in " ".join(caught.value.__notes__)


def test_a_kick_with_error_pages_everywhere_may_have_worked(my: DemoAccount) -> None:
    member = plain_member(my)
    with my.simulator.fault("error_page"), pytest.raises(oq.NotUnderstood, match="get_group_info") as caught:
        my.kick(to=member)
    notes = " ".join(caught.value.__notes__)
    assert "answered the kick with an error page" in notes and MAY_HAVE_BEEN_DONE in notes


def test_a_silence_keeps_how_it_was(my: DemoAccount) -> None:
    member = plain_member(my)
    with my.simulator.fault("drop_after"), pytest.raises(oq.NoAnswer, match=MAY_HAVE_BEEN_DONE) as caught:
        my.mute(to=member, seconds=60)
    assert caught.value.how == "closed"


NO_MEMBERS: list[dict[str, Any]] = [
    {"gnumber": float("nan"), "qq": "2"},
    {"gnumber": pd.NA, "qq": "2"},
    {"gnumber": 1.5, "qq": "2"},
    {"gnumber": True, "qq": "2"},
    {"gnumber": "1", "qq": "\ud800"},
    {"gnumber": "1"},
    {"to": {"gnumber": 12345.0, "qq": 2}},
    {"to": {"gnumber": pd.NaT, "qq": "2"}},
    {"to": {"nick": "小灰"}},
    {"to": []},
    {"to": "小灰"},
    {"to": pd.DataFrame({"gnumber": ["1", "1"], "qq": ["2", "3"]})},
]


@pytest.mark.parametrize("given", NO_MEMBERS, ids=repr)
def test_who_is_no_member_is_refused_in_words_of_what_is_done_not_sent(
    my: DemoAccount, given: dict[str, Any]
) -> None:
    asks: list[Callable[[], Outcome]] = [lambda: my.kick(**given), lambda: my.mute(**given, seconds=60)]
    for ask in asks:
        with pytest.raises(oq.InvalidInput, match=r"[Nn]othing was done") as caught:
            ask()
        assert "sent" not in str(caught.value)


def test_numbers_of_a_row_may_be_whole_numbers_of_any_kind(my: DemoAccount) -> None:
    member = plain_member(my)
    row = pd.Series({"gnumber": np.int64(member["gnumber"]), "qq": np.int64(member["qq"])})
    assert my.mute(to=row, seconds=60)
