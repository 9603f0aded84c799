"""What `my` shows of an account behind an end of OneBot 11: which program it is, and loudly when it is logged out."""

import re

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb.account.card import card
from openqq_nb.columns import Series
from openqq_nb.protocols.registry import dialect
from openqq_nb.simulator import Simulator

OFFLINE = "account OFFLINE: log in again at the server"
PATIENCE_S = 10


def me(**cells: object) -> Series:
    return pd.Series({"nick": "小机", "qq": "1", "state": "online", **cells}, dtype=object)


def lines(name: str, account: Series | None, posted_online: bool | None = None) -> list[str]:
    shown = card(
        "http://127.0.0.1:3000", dialect(name, None), account, {}, "off", posted_online=posted_online
    )
    return shown.splitlines()


@pytest.mark.parametrize(
    ("state", "posted_online", "loud"),
    [
        ("online", None, False),
        ("offline", None, True),
        ("online", False, True),
        ("offline", True, False),
        (None, None, False),
        (None, False, True),
    ],
)
def test_a_card_is_loud_when_the_account_is_logged_out(
    state: str | None, posted_online: bool | None, loud: bool
) -> None:
    first = lines("onebot11", me(state=state), posted_online)[0]
    assert first.endswith(f"(qq 1); {OFFLINE}") is loud
    assert (OFFLINE in first) is loud


def test_a_card_is_loud_before_the_account_was_asked_for() -> None:
    assert lines("onebot11", None, False)[0] == f"openqq_nb · account not asked yet: my.me(); {OFFLINE}"


def test_offline_is_a_state_like_any_other_where_servers_let_one_choose_it() -> None:
    assert lines("openqq1", me(state="offline"))[0] == "openqq_nb · 小机 (qq 1), offline"


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"app_name": "NapCat.Onebot", "app_version": "4.8.0"}, "onebot11, NapCat.Onebot 4.8.0"),
        ({"app_name": "NapCat.Onebot", "app_version": None}, "onebot11, NapCat.Onebot"),
        ({}, "onebot11"),
        (
            {"app_name": "x\n  listener  evil\x1b[2J", "app_version": "1"},
            "onebot11, x   listener  evil [2J 1",
        ),
    ],
)
def test_a_card_shows_which_end_it_is_in_one_line(cells: dict[str, object], told: str) -> None:
    shown = lines("onebot11", me(**cells))
    assert shown[1] == f"  server    http://127.0.0.1:3000, {told}" and len(shown) == 5


def test_the_card_of_an_account_hears_of_a_post_that_it_was_thrown_out() -> None:
    with Simulator("onebot11", end="napcat", friends=2, groups=1, members=2) as simulator:
        my = oq.connect(simulator.url)
        with my.listen(journal=False) as inbox:
            simulator.post_to(inbox.url)
            assert OFFLINE not in repr(my)
            simulator.online = False
            simulator.wait_posted()
            with pytest.warns(oq.InboxWarning, match="logged the account out"):
                assert inbox.events["event"].tolist() == ["bot_offline"]
            assert repr(my).count(OFFLINE) == 1
            simulator.online = True
            my.me()
            assert OFFLINE not in repr(my), "what was asked since counts"
        my.close()


def test_no_members_are_not_counted_where_they_come_by_another_call() -> None:
    with Simulator("onebot11", groups=2, friends=3, members=4) as simulator:
        my = oq.connect(simulator.url)
        my.groups()
        assert "loaded    2 groups\n" in repr(my)
        my.members()
        assert re.search(r"loaded    2 groups, [1-9][0-9]* members\n", repr(my))
        my.close()
