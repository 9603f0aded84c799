from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from openqq_nb.columns import Schema
from openqq_nb.errors import InvalidInput
from openqq_nb.models import Row
from openqq_nb.people import with_people
from openqq_nb.schema import FRIENDS, MEMBERS, MESSAGES


def frame(schema: Schema, *rows: Row) -> pd.DataFrame:
    return schema.frame(schema.table(rows))


XIAO = {
    "qq": "1",
    "gnumber": "10",
    "nick": "小灰",
    "card": "组长",
    "displayname": "组长",
    "province": "浙江",
    "level": "3",
}
XIAO_ELSEWHERE = {**XIAO, "gnumber": "20", "card": "新人", "displayname": "新人"}
NOBODY = {"qq": None, "gnumber": "10", "nick": "没有号码", "displayname": "没有号码"}
MEMBERS_FRAME = frame(MEMBERS, XIAO, XIAO_ELSEWHERE, NOBODY, NOBODY | {"qq": ""})


def in_group(sender_qq: str | None, gnumber: str | None) -> dict[str, str | None]:
    return {"type": "group_message", "sender_qq": sender_qq, "gnumber": gnumber}


def test_group_message_gets_the_person_as_in_that_group() -> None:
    found = with_people(frame(MESSAGES, in_group("1", "20"), in_group("1", "10")), MEMBERS_FRAME)
    assert found["card"].tolist() == ["新人", "组长"]
    assert found["displayname"].tolist() == ["新人", "组长"]
    assert found["qq"].tolist() == ["1", "1"]


def test_message_outside_groups_gets_the_person_without_what_holds_in_one_group() -> None:
    found = with_people(frame(MESSAGES, {"type": "message", "sender_qq": "1"}), MEMBERS_FRAME).iloc[0]
    assert (found["nick"], found["displayname"], found["province"]) == ("小灰", "小灰", "浙江")
    assert found[["card", "level", "gname", "gnumber"]].isna().all()


def test_friends_are_found_by_their_number_alone() -> None:
    friends = frame(FRIENDS, {"qq": "1", "displayname": "灰灰", "markname": "灰灰", "nick": "小灰"})
    found = with_people(frame(MESSAGES, in_group("1", "20"), {"type": "message", "sender_qq": "2"}), friends)
    assert found["displayname"].tolist()[0] == "灰灰"
    assert found["displayname"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    "row",
    [in_group(None, "10"), in_group("", "10"), in_group("1", None), in_group("1", ""), in_group("1", "30"),
     {"type": "message"}],
)  # fmt: skip
def test_missing_or_unknown_numbers_match_nobody(row: Row) -> None:
    found = with_people(frame(MESSAGES, row), MEMBERS_FRAME)
    assert found[["qq", "nick", "displayname"]].isna().all(axis=None)


def test_person_who_stands_twice_makes_no_second_row() -> None:
    found = with_people(frame(MESSAGES, in_group("1", "10")), pd.concat([MEMBERS_FRAME, MEMBERS_FRAME]))
    assert len(found) == 1


def test_index_and_dtypes_stay_as_they_are() -> None:
    messages = frame(MESSAGES, in_group("9", "9"), in_group("1", "10")).set_axis([7, 3])
    found = with_people(messages, MEMBERS_FRAME)
    assert_frame_equal(found[list(MESSAGES.names)], messages)
    people = [name for name in MEMBERS.names if name != "gnumber"]
    assert found.columns.tolist() == [*MESSAGES.names, *people]
    assert found[people].dtypes.astype(str).tolist() == MEMBERS_FRAME[people].dtypes.astype(str).tolist()


@pytest.mark.parametrize("messages", [[], [in_group("1", "10")]])
@pytest.mark.parametrize("members", [frame(MEMBERS), MEMBERS_FRAME])
def test_empty_frames_give_the_same_columns(messages: list[Row], members: pd.DataFrame) -> None:
    found = with_people(frame(MESSAGES, *messages), members)
    full = with_people(frame(MESSAGES, in_group("1", "10")), MEMBERS_FRAME)
    assert found.dtypes.astype(str).to_dict() == full.dtypes.astype(str).to_dict()
    assert len(found) == len(messages)


numbers = st.none() | st.sampled_from(["", "1", "2", "12345678901234567"])
kinds = st.sampled_from(["message", "group_message", "sess_message", "discuss_message"])


@given(
    st.lists(st.fixed_dictionaries({"type": kinds, "sender_qq": numbers, "gnumber": numbers}), max_size=8),
    st.lists(
        st.fixed_dictionaries({"qq": numbers, "gnumber": numbers, "nick": numbers, "displayname": numbers}),
        max_size=8,
    ),
)
@settings(max_examples=60, deadline=None)
def test_rows_are_as_many_and_in_the_same_order_and_people_are_the_right_ones(
    messages: list[Row], members: list[Row]
) -> None:
    given_messages = frame(MESSAGES, *messages)
    found = with_people(given_messages, frame(MEMBERS, *members))
    assert_frame_equal(found[list(MESSAGES.names)], given_messages)
    for row, (_, person) in zip(messages, found.iterrows(), strict=True):
        assert (None if pd.isna(person["nick"]) else person["nick"]) == first_nick(row, members)


def first_nick(message: Row, members: list[Row]) -> object:
    """Look the person up as the documentation says, one by one."""
    number, place = message["sender_qq"], message["gnumber"]
    if not number or (not place and message["type"] == "group_message"):
        return None
    for member in members:
        if member["qq"] == number and (not place or member["gnumber"] == place):
            return member["nick"]
    return None


def test_what_is_no_frame_of_messages_or_people_is_refused() -> None:
    messages = frame(MESSAGES, in_group("1", "10"))
    of_polars: Any = pl.DataFrame({"qq": ["1"]})
    with pytest.raises(InvalidInput, match="messages has no column `sender_qq`"):
        with_people(MEMBERS_FRAME, MEMBERS_FRAME)
    with pytest.raises(InvalidInput, match="members has no column `qq`"):
        with_people(messages, messages)
    with pytest.raises(InvalidInput, match=r"(?s)`qq` of the members must be text.*Int64"):
        with_people(messages, pd.DataFrame({"qq": pd.array([1], "Int64")}))
    with pytest.raises(
        InvalidInput, match=r"(?s)`sender_qq` of the messages must be text.*of integer values"
    ):
        with_people(messages.assign(sender_qq=pd.Series([1], dtype=object)), MEMBERS_FRAME)
    with pytest.raises(InvalidInput, match=r"(?s)`nick` of the members must be text.*int64"):
        with_people(messages, MEMBERS_FRAME.assign(nick=1))
    with pytest.raises(InvalidInput, match="members must be a pandas DataFrame, not a polars DataFrame"):
        with_people(messages, of_polars)
    with pytest.raises(InvalidInput, match=r"(?s)Both have the columns nick, province.*Drop or rename"):
        with_people(messages.assign(nick="x", province="y"), MEMBERS_FRAME)


@pytest.mark.parametrize("missing", ["nick", "qq", "gnumber"])
def test_a_column_of_nothing_has_no_type_and_is_taken(missing: str) -> None:
    told = MEMBERS_FRAME.assign(**{missing: float("nan")})
    found = with_people(frame(MESSAGES, {"type": "message", "sender_qq": "1"}), told)
    assert found["displayname"].fillna("").tolist() == [{"nick": "1", "gnumber": "小灰", "qq": ""}[missing]]


@pytest.mark.parametrize("mark", [True, 1, "1"])
def test_what_holds_in_one_group_is_missing_elsewhere_whatever_its_type(mark: Any) -> None:
    told = MEMBERS_FRAME.assign(bad_record=mark).astype({"qq": "category", "nick": "category"})
    messages = frame(MESSAGES, {"type": "message", "sender_qq": "1"}, in_group("1", "10"))
    assert with_people(messages, told)["bad_record"].isna().tolist() == [True, False]
