"""Whom a send goes to: numbers exactly as given, or exactly one row, by its permanent number if it has one."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from openqq_nb import schema
from openqq_nb.columns import Schema
from openqq_nb.errors import InvalidInput
from openqq_nb.models import Recipient, RecipientType
from openqq_nb.recipients import by_keys, by_row, number, one_row


def frame(declared: Schema, *rows: dict[str, Any]) -> pd.DataFrame:
    return declared.frame(declared.table(rows))


FRIENDS = frame(
    schema.FRIENDS,
    {"displayname": "灰灰", "nick": "小灰", "qq": "1001", "id": "5001"},
    {"displayname": "小陈", "nick": "小陈", "id": "5002"},
    {"displayname": "无号", "nick": "无号"},
)
GROUPS = frame(
    schema.GROUPS, {"displayname": "甲", "gnumber": "552603", "gid": "11"}, {"displayname": "乙", "gid": "12"}
)
MEMBERS = frame(
    schema.MEMBERS,
    {"displayname": "丙", "qq": "1003", "id": "5003", "gnumber": "552603", "gid": "11"},
    {"displayname": "丁", "id": "5004", "gid": "12"},
)
DISCUSSES = frame(schema.DISCUSSES, {"displayname": "午饭", "did": "31"})
DISCUSS_MEMBERS = frame(
    schema.DISCUSS_MEMBERS, {"displayname": "戊", "qq": "1005", "id": "5005", "did": "31"}
)
MESSAGES = frame(
    schema.MESSAGES,
    {"sender_qq": "1001", "sender": "灰灰", "gnumber": "552603", "group_id": "11", "discuss_id": "7"},
)

ROWS: list[tuple[RecipientType, pd.DataFrame, int, Recipient]] = [
    ("friend", FRIENDS, 0, Recipient("friend", qq="1001")),
    ("friend", FRIENDS, 1, Recipient("friend", id="5002")),
    ("friend", MEMBERS, 0, Recipient("friend", qq="1003")),
    ("group", GROUPS, 0, Recipient("group", gnumber="552603")),
    ("group", GROUPS, 1, Recipient("group", gid="12")),
    ("group", MEMBERS, 0, Recipient("group", gnumber="552603")),
    ("discuss", DISCUSSES, 0, Recipient("discuss", did="31")),
    ("discuss", DISCUSS_MEMBERS, 0, Recipient("discuss", did="31")),
    ("session", MEMBERS, 0, Recipient("session", qq="1003", gnumber="552603")),
    ("session", MEMBERS, 1, Recipient("session", id="5004", gid="12")),
    ("session", DISCUSS_MEMBERS, 0, Recipient("session", qq="1005", did="31")),
]


@pytest.mark.parametrize(("kind", "rows", "position", "meant"), ROWS)
def test_a_row_is_meant_by_its_permanent_number_else_by_its_id(
    kind: RecipientType, rows: pd.DataFrame, position: int, meant: Recipient
) -> None:
    row = rows.iloc[position]
    for same in (row, rows.iloc[[position]], rows[rows["displayname"] == row["displayname"]], dict(row)):
        assert by_row(kind, same) == meant


def test_a_number_in_a_row_may_be_an_int() -> None:
    assert by_row("friend", {"qq": 1001}) == Recipient("friend", qq="1001")
    row = pd.Series({"qq": np.int64(12345678901234567)})
    assert by_row("friend", row) == Recipient("friend", qq="12345678901234567")


@pytest.mark.parametrize("missing", [None, float("nan"), np.nan, pd.NA, pd.NaT])
def test_a_missing_number_is_passed_over(missing: Any) -> None:
    assert by_row("friend", {"qq": missing, "id": "5002"}) == Recipient("friend", id="5002")


@pytest.mark.parametrize(
    ("kind", "row", "wants"),
    [
        ("friend", FRIENDS.iloc[2], "qq, id"),
        ("friend", GROUPS.iloc[0], "qq, id"),
        ("group", FRIENDS.iloc[0], "gnumber, gid"),
        ("discuss", GROUPS.iloc[0], "did"),
        ("session", FRIENDS.iloc[0], "gnumber, gid, did"),
        ("session", GROUPS.iloc[0], "qq, id"),
        ("friend", {}, "qq, id"),
    ],
)
def test_a_row_without_a_number_is_refused(kind: RecipientType, row: Any, wants: str) -> None:
    with pytest.raises(InvalidInput, match="Nothing was sent; take a row of") as caught:
        by_row(kind, row)
    assert all(key in str(caught.value) for key in wants.split(", "))


def test_several_rows_are_refused_with_the_choices() -> None:
    with pytest.raises(InvalidInput) as caught:
        by_row("friend", FRIENDS)
    text = str(caught.value)
    assert "exactly one row, this frame has 3" in text and "nothing was sent" in text
    assert all(f"\n  {name}" in text for name in FRIENDS["displayname"])


def test_no_row_is_refused() -> None:
    with pytest.raises(InvalidInput, match="exactly one row, this frame has 0"):
        by_row("friend", FRIENDS.iloc[:0])


@pytest.mark.parametrize("to", ["1001", 1001, [FRIENDS.iloc[0]] * 2, FRIENDS["qq"], object(), 1.5])
def test_what_is_no_row_is_refused_with_the_keywords(to: Any) -> None:
    with pytest.raises(InvalidInput, match=r"(?i)nothing was"):
        by_row("friend", to)


def test_a_list_of_one_row_is_that_row() -> None:
    assert by_row("friend", [FRIENDS.iloc[0]]) == by_row("friend", FRIENDS.iloc[0])


@pytest.mark.parametrize("kind", ["friend", "group", "discuss", "session"])
def test_a_row_of_messages_is_refused_with_what_to_paste_and_that_is_taken(kind: RecipientType) -> None:
    with pytest.raises(InvalidInput, match="nothing was sent") as caught:
        by_row(kind, MESSAGES)
    advice = str(caught.value).partition("to=")[2].rstrip(".")
    row = eval(advice, {"row": MESSAGES.iloc[0]})
    assert by_row(kind, row).recipient_type == kind


@pytest.mark.parametrize("given", ["123456", "0", " 12 ", "", "12a", "１２"])
def test_a_text_goes_out_exactly_as_given(given: str) -> None:
    assert by_keys("friend", qq=given) == Recipient("friend", qq=given)


@pytest.mark.parametrize("given", [7, np.int64(7), np.uint8(7), pd.array([7], "Int64")[0]])
def test_an_int_of_any_kind_is_taken(given: Any) -> None:
    assert number("qq", given) == "7"


@pytest.mark.parametrize(
    "given",
    [
        1.0,
        float("nan"),
        1e16,
        np.float64(3),
        True,
        False,
        np.bool_(True),
        Decimal(1),
        pd.NA,
        b"1",
        [1],
        pd.NaT,
    ],
)
def test_a_float_and_what_is_no_number_is_refused(given: Any) -> None:
    with pytest.raises(InvalidInput, match=r"qq.*Nothing was sent; (give qq as a text|to=)"):
        number("qq", given)


@pytest.mark.parametrize("given", ["\ud800", "12\udfff"])
def test_a_text_that_cannot_be_written_as_utf_8_is_refused(given: str) -> None:
    for name in (lambda: number("qq", given), lambda: by_row("friend", {"qq": given})):
        with pytest.raises(InvalidInput, match=r"qq=.*surrogate.*Nothing was sent"):
            name()


@pytest.mark.parametrize("given", [1.5, float("nan"), "\ud800"])
def test_a_refusal_says_what_was_not_done(given: Any) -> None:
    with pytest.raises(InvalidInput, match="Nothing was done"):
        number("qq", given, "done")
    several: list[Any] = [[], FRIENDS]
    for rows in several:
        with pytest.raises(InvalidInput, match="nothing was done"):
            one_row(rows, "done")


def test_a_float_in_a_row_is_refused_not_passed_over() -> None:
    broken = pd.DataFrame({"qq": [1001.0], "id": ["5001"]})
    with pytest.raises(InvalidInput, match="float loses digits"):
        by_row("friend", broken)


def test_one_row_is_taken_from_a_series_a_mapping_or_a_frame() -> None:
    row = {"qq": "1", "id": "2"}
    assert one_row(row) == one_row(pd.Series(row)) == one_row(pd.DataFrame([row])) == row
