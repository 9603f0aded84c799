"""Whom `to=` means, and how each of them is written to."""

from collections.abc import Collection
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.broadcast.audience import named
from openqq_nb.broadcast.lookup import looked_up
from openqq_nb.errors import InvalidInput
from tests.broadcast.people import EVERYBODY, ROSTER, discusses, friends, groups, members

NO_SESSIONS = EVERYBODY - {"session"}


def rows(to: object, reaches: Collection[Any] = EVERYBODY) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = looked_up(named(to).rows, ROSTER, reaches).to_pylist()
    return found


def problem(to: object, reaches: Collection[Any] = EVERYBODY) -> str | None:
    (row,) = rows(to, reaches)
    return None if row["problem"] is None else str(row["problem"])


@pytest.mark.parametrize(
    ("to", "kinds"),
    [
        (ROSTER.friends, ["friend", "friend"]),
        (ROSTER.groups, ["group", "group"]),
        (ROSTER.discusses, ["discuss"]),
        (ROSTER.members, ["friend", "session", "session", "session"]),
        (ROSTER.members[["qq", "gnumber"]].head(2), ["friend", "session"]),
        (ROSTER.friends.iloc[0], ["friend"]),
        ({"gnumber": 55}, ["group"]),
        ([ROSTER.groups, {"qq": "13", "gnumber": "55"}], ["group", "group", "session"]),
        ([ROSTER.friends.iloc[0], ROSTER.friends.iloc[1], [ROSTER.groups.iloc[0]]], ["friend", "friend", "group"]),
        ({"recipient_type": "group", "qq": "11", "gnumber": "55"}, ["group"]),
    ],
)  # fmt: skip
def test_rows_are_what_they_say_else_what_their_columns_say(to: object, kinds: list[str]) -> None:
    assert [row["recipient_type"] for row in rows(to)] == kinds


def test_numbers_that_the_roster_knows_are_added_and_ids_are_those_of_this_login() -> None:
    stale = members({"nick": "丙", "qq": "13", "id": "1", "gnumber": "55", "gid": "2"})
    (row,) = rows(stale)
    assert (row["qq"], row["id"], row["gnumber"], row["gid"], row["nick"]) == ("13", "913", "55", "955", "丙")


def test_somebody_without_a_number_is_known_by_id_and_nick_together() -> None:
    assert problem({"id": "914", "nick": "丁", "gnumber": "55"}) is None
    assert problem({"id": "914", "nick": "丙", "gnumber": "55"}) == (
        "the server does not know this id with this nick any more"
    )
    assert (
        problem({"id": "914", "gnumber": "55"}) == "the server does not know this id with this nick any more"
    )
    assert rows({"id": "911", "nick": "王"})[0]["qq"] == "11"


def test_a_member_without_a_number_never_becomes_his_group() -> None:
    (row,) = rows(pd.DataFrame({"qq": [None], "id": [None], "gnumber": ["55"]}))
    assert (row["recipient_type"], row["problem"]) == ("session", "no qq of a person stands here")


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ({"qq": "999"}, "no friend, and no group is named to write through"),
        ({"qq": "999", "recipient_type": "friend"}, "no friend of this number is known to the server"),
        ({"qq": "100", "gnumber": "55"}, "this is the account itself"),
        ({"qq": "abc"}, "qq is no number: abc"),
        ({"gnumber": "99"}, "no group of this number is known to the server"),
        ({"gid": "956", "gname": "新同学"}, "the server does not know this gid with this gname any more"),
        ({"did": "977", "dname": "午饭"}, "the server does not know this did with this dname any more"),
        ({"did": None, "dname": "午饭"}, "no did of a discuss stands here"),
        ({"gnumber": ""}, "no gnumber of a group stands here"),
    ],
)
def test_who_cannot_be_written_to_is_a_problem_in_words(to: object, words: str) -> None:
    assert problem(to) == words


def test_a_member_who_is_no_friend_is_a_problem_where_the_dialect_sends_no_temporary_messages() -> None:
    found = rows(ROSTER.members, NO_SESSIONS)
    assert [row["problem"] for row in found] == [
        None,
        "no friend, and this server cannot send temporary messages",
        "no friend, and this server cannot send temporary messages",
        "this is the account itself",
    ]


def test_a_friend_is_not_shown_with_the_group_that_he_was_found_in() -> None:
    row = rows(ROSTER.members)[0]
    assert (row["recipient_type"], row["gnumber"], row["gid"], row["displayname"]) == (
        "friend",
        None,
        None,
        "王总",
    )


def test_displayname_is_never_empty() -> None:
    shown = [rows(to)[0]["displayname"] for to in (
        {"qq": "11"}, {"qq": "13", "gnumber": "55"}, {"gnumber": "55"}, {"gnumber": "99"}, {"did": "977", "dname": ""},
        {"qq": "7"}, {"qq": None}, {"qq": "11", "displayname": "王先生"}, {"qq": "11", "displayname": " "},
    )]  # fmt: skip
    assert shown == ["老王", "丙", "饭友", "99", "午饭", "7", "(nobody)", "王先生", "老王"]


def test_whole_numbers_are_taken() -> None:
    taken = [pd.DataFrame({"qq": values}) for values in (
        [11], pd.array([11, None], "Int64"), pd.Series([11, "11"], dtype=object), [10**17 + 1],
    )]  # fmt: skip
    assert [[row["qq"] for row in rows(to)] for to in taken] == [
        ["11"], ["11", None], ["11", "11"], ["100000000000000001"],
    ]  # fmt: skip


@pytest.mark.parametrize("values", [[11.0], [11.0, None], [True], pd.Series(["11", 1.5], dtype=object)])
def test_floats_and_flags_are_refused(values: Any) -> None:
    with pytest.raises(InvalidInput, match="Nothing was"):
        named(pd.DataFrame({"qq": values}))


@pytest.mark.parametrize(
    "to", [None, "11", 11, 1.5, {"11"}, [], (), friends(), [[]], ["11"], {"name": "老王"}]
)
def test_what_names_nobody_is_refused(to: object) -> None:
    with pytest.raises(InvalidInput, match="othing was planned"):
        named(to)


@pytest.mark.parametrize("column", ["msg_class", "sender"])
def test_a_frame_of_messages_is_refused_with_the_column_to_rename(column: str) -> None:
    messages = pd.DataFrame({column: ["x"], "sender_qq": ["11"], "gnumber": ["55"]})
    with pytest.raises(InvalidInput, match="rename"):
        named(messages)
    assert [row["qq"] for row in rows(messages.rename(columns={"sender_qq": "qq"})[["qq"]])] == ["11"]


def test_an_unknown_kind_of_recipient_lists_those_there_are() -> None:
    with pytest.raises(InvalidInput, match=r"'everybody'.*friend, group, discuss, session"):
        named({"recipient_type": "everybody", "qq": "11"})


def test_columns_of_all_that_was_handed_in_are_fields() -> None:
    found = named(
        [
            friends({"nick": "a", "qq": "11"}),
            groups({"gname": "b", "gnumber": "55"}),
            {"gnumber": "1", "x": 1},
        ]
    )
    assert {"nick", "gname", "x", "markname"} <= {*found.fields.columns}
    assert found.fields["nick"].fillna("-").tolist() == ["a", "-", "-"]


def test_discusses_of_one_name_are_told_apart_by_id() -> None:
    assert problem(discusses({"displayname": "午饭", "dname": "", "did": "977"})) is None
    assert problem(discusses({"displayname": "午饭", "dname": "", "did": "978"})) is not None


@settings(deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                key: st.none()
                | st.integers(0, 10**18)
                | st.text(max_size=3)
                | st.sampled_from(["11", "914", "55"])
                for key in ("qq", "id", "gnumber", "gid", "did", "nick", "displayname")
            },
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_rows_give_one_row_each_or_are_refused_as_a_whole(given_rows: list[dict[str, Any]]) -> None:
    try:
        audience = named(given_rows)
    except InvalidInput:
        assert not any({"qq", "id", "gnumber", "gid", "did"} & {*row} for row in given_rows) or any(
            not ({"qq", "id", "gnumber", "gid", "did"} & {*row}) for row in given_rows
        )
        return
    found = looked_up(audience.rows, ROSTER, EVERYBODY)
    assert found.num_rows == len(audience.fields) == len(given_rows)
    for row in found.to_pylist():
        assert row["displayname"]
        known = row["qq"] in ("11", "13") or row["id"] in ("911", "912", "913", "914")
        assert (
            row["problem"]
            or row["recipient_type"] in ("group", "discuss")
            or known
            or row["gnumber"]
            or row["gid"]
        )
    assert all(found.schema.field(name).type == pa.string() for name in found.column_names)
