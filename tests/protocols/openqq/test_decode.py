"""No number of one thing is ever shown as that of another, whatever an answer leaves out or contradicts."""

import json

import pandas as pd
import pytest

from openqq_nb import schema
from openqq_nb.protocols.base import Listing
from openqq_nb.protocols.openqq import DIALECTS
from tests.protocols.contract import answered, json_answer

# How each dialect calls them: id and owner of a group, id and number of a member.
WORDS = {"openqq1": ("gid", "gowner", "id", "qq"), "openqq2": ("id", "owner_id", "id", "uid")}
EVERY = pytest.mark.parametrize("dialect", DIALECTS)

Group = tuple[object, object, list[tuple[object, object]]]
"""Id and owner, and of each member id and number; what is None is left out."""


def groups(dialect: str, *places: Group) -> pd.DataFrame:
    gid, owner, member_id, number = WORDS[dialect]
    found = [
        stated({gid: one, owner: whose, "member": [stated({member_id: a, number: b}) for a, b in members]})
        for one, whose, members in places
    ]
    return listed(dialect, found)


def stated(item: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in item.items() if value is not None}


def listed(dialect: str, found: list[dict[str, object]]) -> pd.DataFrame:
    listing = answered(DIALECTS[dialect](None).groups(), json_answer(json.dumps(found).encode()))
    assert isinstance(listing, Listing)
    return schema.GROUPS.frame(listing.places)


@EVERY
def test_the_owner_is_the_member_who_has_the_id_of_the_owner(dialect: str) -> None:
    frame = groups(dialect, ("7", "2", [("1", "9900000001"), ("2", "9900000002")]))
    assert frame["gowner_qq"].tolist() == ["9900000002"]


@EVERY
def test_a_member_without_an_id_is_not_the_owner_of_a_group_without_one(dialect: str) -> None:
    frame = groups(dialect, ("7", None, [(None, "9900000001"), ("2", "9900000002")]))
    assert frame["gowner_qq"].isna().all()


@EVERY
def test_a_slash_in_an_id_does_not_make_it_the_id_of_another_group(dialect: str) -> None:
    frame = groups(dialect, ("1/2", "3", [("4", "9900000001")]), ("1", "5", [("2/3", "9900000002")]))
    assert frame["gowner_qq"].isna().all()


@EVERY
def test_two_groups_of_one_id_have_each_their_own_owner(dialect: str) -> None:
    frame = groups(dialect, ("7", "2", [("2", "9900000001")]), ("7", "2", [("2", "9900000002")]))
    assert frame["gowner_qq"].tolist() == ["9900000001", "9900000002"]


@EVERY
def test_two_groups_without_an_id_have_each_their_own_owner(dialect: str) -> None:
    frame = groups(dialect, (None, "2", [("2", "9900000001")]), (None, "2", [("2", "9900000002")]))
    assert frame["gowner_qq"].tolist() == ["9900000001", "9900000002"]


@EVERY
@pytest.mark.parametrize("flag", [True, False])
def test_true_is_not_the_number_1(dialect: str, flag: bool) -> None:
    frame = groups(dialect, (flag, flag, [(flag, flag)]))
    shown = frame[["gid", "gowner_id", "gowner_qq"]].to_numpy().tolist()
    assert shown == [[json.dumps(flag)] * 3]


@pytest.mark.parametrize(
    ("copies", "number"),
    [
        (["9910000001"], "9910000001"),
        (["9910000001", None, "9910000001"], "9910000001"),
        (["9910000001", "9910000002"], None),
        ([None], None),
    ],
)
def test_the_number_of_a_group_is_taken_from_its_members_if_they_agree(
    copies: list[str | None], number: str | None
) -> None:
    found: dict[str, object] = {"gid": "7", "member": [{"id": "1", "gnumber": copy} for copy in copies]}
    shown = listed("openqq1", [found])["gnumber"]
    assert shown.dropna().tolist() == ([] if number is None else [number])
