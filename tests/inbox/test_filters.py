import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest

from openqq_nb.errors import InvalidInput, NotFound
from openqq_nb.inbox.filters import compiled
from openqq_nb.inbox.frames import plain_rows
from openqq_nb.models import Row
from openqq_nb.schema import MESSAGES
from tests.inbox.desk import Account

ROW: Row = {
    "type": "group_message",
    "content": "大家签到了吗？",
    "msg_time": 1448010862,
    "gnumber": "9910000201",
    "group_id": "2617047201",
    "sender_qq": "9900000204",
    "sender_id": "2832277604",
    "own": False,
    "code": 0,
}
LOGIN = "of now"
MISSING: Row = {"type": "message"}
ACCOUNT = Account(
    named={
        "PERL学习角": {("gnumber", "9910000201"), ("group_id", "2617047201")},
        "夜猫": {("sender_qq", "9900000204")},
        "灰灰": {("sender_qq", "1"), ("gnumber", "1")},
    }
)


def keeps(row: Row, **filters: Any) -> bool:
    return compiled(filters, ACCOUNT.links(), lambda: LOGIN).keeps(row)


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"contains": "签到"},
        {"contains": ["没有", "签到"]},
        {"matches": "签.了"},
        {"matches": re.compile("^大家")},
        {"since": "2015-11-20 17:14:22"},
        {"since": datetime(2015, 11, 20, 9, 14, 22, tzinfo=UTC)},
        {"until": "2015-11-20 17:14:23"},
        {"until": pd.Timestamp("2015-11-21")},
        {"since": date(2015, 11, 20)},
        {"group": "PERL学习角"},
        {"group": ["PERL学习角", "灰灰"]},
        {"sender": "夜猫"},
        {"type": "group_message"},
        {"type": ["message", "group_message"]},
        {"gnumber": 9910000201},
        {"sender_qq": "9900000204"},
        {"sender_qq": pd.Series(["9900000204"])},
        {"own": False},
        {"code": 0},
        {"discuss": None},
        {"discuss": [None, "x"]},
        {"msg_time": "2015-11-20 17:14:22"},
        {"contains": "签到", "type": "group_message"},
    ],
    ids=str,
)
def test_filter_keeps_the_message(filters: dict[str, Any]) -> None:
    assert keeps(ROW, **filters)


@pytest.mark.parametrize(
    "filters",
    [
        {"contains": "晚安"},
        {"matches": "^签到"},
        {"since": "2015-11-20 17:14:23"},
        {"until": "2015-11-20 17:14:22"},
        {"group": "灰灰"},
        {"sender": ["灰灰"]},
        {"type": "message"},
        {"type": None},
        {"own": True},
        {"code": 1},
        {"contains": "签到", "type": "message"},
    ],
    ids=str,
)
def test_filter_drops_the_message(filters: dict[str, Any]) -> None:
    assert not keeps(ROW, **filters)


@pytest.mark.parametrize(
    "filters",
    [{"contains": "x"}, {"since": "2015"}, {"until": "2099"}, {"group": "灰灰"}, {"own": False}],
    ids=str,
)
def test_message_that_lacks_the_cell_is_dropped(filters: dict[str, Any]) -> None:
    assert not keeps(MISSING, **filters)


def test_row_read_back_from_a_frame_passes_like_the_row_that_came() -> None:
    (back,) = plain_rows(MESSAGES.frame(MESSAGES.table([ROW])))
    for filters in ({"since": "2015-11-20 17:14:22"}, {"own": False}, {"code": 0}, {"discuss": None}):
        assert keeps(back, **filters), filters
    assert keeps(back, msg_time="2015-11-20 17:14:22") and not keeps(back, until="2015-11-20 17:14:22")


def test_unknown_column_lists_those_there_are() -> None:
    with pytest.raises(InvalidInput, match="no column 'sendr'") as raised:
        keeps(ROW, sendr="x")
    assert "sender_qq" in str(raised.value) and "contains" in str(raised.value)


def test_unknown_name_is_an_error_at_once() -> None:
    with pytest.raises(NotFound):
        compiled({"group": "没有"}, ACCOUNT.links(), lambda: LOGIN)


@pytest.mark.parametrize(
    "filters",
    [
        {"contains": 1},
        {"contains": None},
        {"matches": "("},
        {"matches": 5},
        {"contains": ""},
        {"contains": []},
        {"contains": ["签到", ""]},
        {"matches": ""},
        {"sender_qq": pd.Series([], dtype=str)},
        {"group": pd.Series([], dtype=str)},
        {"msg_time": "2015-11-20"},
        {"msg_time": date(2015, 11, 20)},
        {"since": 1448010862},
        {"until": "soon"},
        {"since": pd.NaT},
        {"since": "NaT"},
        {"group": []},
        {"sender": ()},
        {"sender": set()},
        {"sender_qq": 9900000204.0},
        {"own": "yes"},
        {"type": True},
        {"type": b"message"},
    ],
    ids=str,
)
def test_value_that_the_column_cannot_have_is_an_error(filters: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=next(iter(filters))):
        keeps(ROW, **filters)


def test_text_of_a_filter_is_what_was_written() -> None:
    assert (
        compiled({"contains": "签到", "chat": ["a"]}, ACCOUNT.links(), lambda: LOGIN).text
        == "contains='签到', chat=['a']"
    )
    assert len(compiled({"contains": "x" * 500}, ACCOUNT.links(), lambda: LOGIN).text) < 60


def test_the_id_of_one_group_is_not_taken_for_the_number_of_another() -> None:
    other = {"type": "group_message", "gnumber": "7", "group_id": "9910000201"}
    assert not keeps(other, group="PERL学习角")


@pytest.mark.parametrize("moment", ["1991-04-14 02:30", "1991-09-15 01:30", "1940-06-01"])
def test_a_moment_that_summer_time_left_out_or_made_twice_is_one(moment: str) -> None:
    assert keeps(ROW, since=moment) and not keeps(ROW, until=moment)


def test_an_id_learnt_in_the_present_login_is_not_looked_for_in_rows_of_another() -> None:
    account = Account(named={"夜猫": {("sender_qq", "1"), ("sender_id", "5")}})
    present = "one"
    keep = compiled({"sender": "夜猫"}, account.links(), lambda: present)
    row = {"sender_id": "5"}
    assert keep.keeps({**row, "login": "one"}) and not keep.keeps({**row, "login": "zero"})
    present, account.named["夜猫"] = "two", {("sender_id", "6")}
    assert not keep.keeps({"sender_id": "6", "login": "zero"})
    assert not keep.keeps({"sender_id": "6", "login": "one"})
    assert keep.keeps({"sender_id": "6", "login": "two"}) and not keep.keeps({**row, "login": "two"})
    assert keep.keeps({**row, "login": "one"}) and keep.keeps({"sender_qq": "1", "login": "zero"})


def test_ids_found_while_the_server_logged_in_anew_are_of_no_login() -> None:
    account = Account()
    present = "one"

    def resolve(name: object) -> set[tuple[str, str]]:
        nonlocal present
        present = "two"
        return {("sender_id", "5")}

    keep = compiled({"sender": "夜猫"}, replace(account.links(), resolve_sender=resolve), lambda: present)
    assert not keep.keeps({"sender_id": "5", "login": "one"})
    assert not keep.keeps({"sender_id": "5", "login": "two"})


def test_a_filter_of_people_looks_at_the_login() -> None:
    assert "login" in compiled({"sender": "夜猫"}, ACCOUNT.links(), lambda: LOGIN).columns
