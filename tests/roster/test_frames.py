"""Every frame has the same columns and dtypes whatever the server leaves out or adds, and no digit is lost."""

import json
import warnings
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb import schema
from openqq_nb.columns import Schema
from openqq_nb.errors import NotLoadedWarning
from openqq_nb.flows.reading import Reading
from openqq_nb.models import Flow
from openqq_nb.protocols import rows
from openqq_nb.protocols.openqq.fields import TABLES, Name, Table
from tests.roster.zoo import (
    ALL,
    DIALECTS,
    EMOJI,
    LONG_ID,
    MARKUP,
    RIGHT_TO_LEFT,
    ZOO,
    answer_to,
    flows,
    result,
    written,
)

FRAMES: dict[str, tuple[Callable[[Reading], Flow[Any]], Schema, str]] = {
    "friends": (Reading.friends, schema.FRIENDS, "get_friend_info"),
    "groups": (Reading.groups, schema.GROUPS, "get_group_info"),
    "members": (Reading.members, schema.MEMBERS, "get_group_info"),
    "discusses": (Reading.discusses, schema.DISCUSSES, "get_discuss_info"),
    "discuss_members": (Reading.discuss_members, schema.DISCUSS_MEMBERS, "get_discuss_info"),
}
ROWS_PER_OBJECT = {"members", "discuss_members"}

every_frame = pytest.mark.parametrize("name", FRAMES)
both = pytest.mark.parametrize("protocol", DIALECTS)
all_of_them = pytest.mark.parametrize("protocol", ALL)


def load(name: str, protocol: str, answer: Callable[[str], bytes]) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotLoadedWarning)
        frame: pd.DataFrame = result(FRAMES[name][0](flows(protocol).reading), answer)
    return frame


def from_zoo(name: str, protocol: str, animal: str) -> pd.DataFrame:
    return load(name, protocol, lambda path: answer_to(path, ZOO[animal], protocol))


def check(frame: pd.DataFrame, declared: Schema) -> None:
    assert tuple(frame.columns[: len(declared.names)]) == declared.names
    assert frame.columns.is_unique
    wrong = {c.name: frame[c.name].dtype for c in declared.columns if frame[c.name].dtype != c.dtype}
    assert wrong == {}
    assert all(str(frame[name].dtype) == "str" for name in frame.columns[len(declared.names) :])
    assert isinstance(frame.index, pd.RangeIndex)
    assert frame["displayname"].notna().all()
    assert frame["displayname"].str.strip().ne("").all()


@both
@pytest.mark.parametrize("animal", ZOO)
@every_frame
def test_every_animal_of_the_zoo_gives_the_declared_columns(name: str, animal: str, protocol: Name) -> None:
    frame = from_zoo(name, protocol, animal)
    check(frame, FRAMES[name][1])
    count = len(ZOO[animal])
    assert len(frame) == (count * count if name in ROWS_PER_OBJECT else count)


@pytest.mark.parametrize("animal", ZOO)
@every_frame
def test_every_animal_gives_the_declared_columns_where_members_come_group_by_group(
    name: str, animal: str
) -> None:
    frame = from_zoo(name, "onebot11", animal)
    check(frame, FRAMES[name][1])
    ids = [column for column in ("id", "gid", "did") if column in FRAMES[name][1].names]
    assert frame[ids].isna().all(axis=None), "no permanent number stands where ids of a login belong"
    if name in ("friends", "groups"):
        assert len(frame) == len(ZOO[animal])


@pytest.mark.filterwarnings("ignore::openqq_nb.errors.NotLoadedWarning")
@all_of_them
@pytest.mark.parametrize("animal", ZOO)
def test_every_animal_of_the_zoo_gives_a_roster_and_an_account(animal: str, protocol: str) -> None:
    roster = result(flows(protocol).reading.roster(), lambda path: answer_to(path, ZOO[animal], protocol))
    for name, (_, declared, _) in FRAMES.items():
        check(getattr(roster, name), declared)
    assert tuple(roster.me.index[: len(schema.ME.names)]) == schema.ME.names
    assert "friends" in repr(roster) and "\n" not in repr(roster)


@all_of_them
@every_frame
def test_a_missing_answer_and_a_full_one_can_be_put_together_without_changing_a_dtype(
    name: str, protocol: str
) -> None:
    parts = [from_zoo(name, protocol, animal) for animal in ("empty", "one row", "some keys missing")]
    check(pd.concat(parts, ignore_index=True), FRAMES[name][1])


@all_of_them
def test_names_are_shown_as_people_see_them(protocol: str) -> None:
    animals = ("markup", "right to left", "emoji")
    shown = {animal: from_zoo("friends", protocol, animal)["nick"][0] for animal in animals}
    assert shown["right to left"] == RIGHT_TO_LEFT
    assert shown["emoji"] == EMOJI
    # Only 1.x escapes the names of its lists; what a 2.x server sends is what people wrote.
    assert shown["markup"] == (MARKUP.replace("&amp;", "&") if protocol == "openqq1" else MARKUP)


@all_of_them
@every_frame
def test_an_id_of_17_digits_keeps_them(name: str, protocol: str) -> None:
    frame = from_zoo(name, protocol, "17 digits")
    known = ("qq", "gnumber", "gid", "did", "id") if protocol in DIALECTS else ("qq", "gnumber")
    ids = [column for column in known if column in frame and len(frame)]
    assert all(LONG_ID in set(frame[column].dropna()) for column in ids)


@both
def test_an_unknown_key_is_a_column_at_the_end_and_an_unseen_word_is_kept(protocol: Name) -> None:
    frame = from_zoo("friends", protocol, "unknown keys")
    assert frame.columns[-3:].tolist() == ["新键", "nested", "late"]
    assert frame["nested"].tolist()[0] == '{"a": ["1"]}', (
        "what is nested is JSON, its numbers the digits that came"
    )
    words = from_zoo("friends", protocol, "unseen words").iloc[0]
    assert (words["state"], words["category"], words["client_type"]) == ("dancing", "没见过", "watch")


def test_a_group_without_gnumber_keeps_a_string_column() -> None:
    groups = load(
        "groups", "openqq1", lambda path: b'[{"gid":"1","gname":"a"},{"gid":"2","gname":"a","gnumber":"5"}]'
    )
    assert groups["gnumber"].isna().tolist() == [True, False]
    assert str(groups["gnumber"].dtype) == "str"


def test_no_member_key_and_an_empty_list_both_mean_not_loaded() -> None:
    groups = load(
        "groups", "openqq2", lambda path: b'[{"id":1},{"id":2,"member":[]},{"id":3,"member":[{"id":9}]}]'
    )
    assert groups["members_loaded"].tolist() == [False, False, True]
    assert groups["member_count"].isna().tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("member", "qq", "owner_id"), [([], "5", None), ([{"id": "5", "qq": "77"}], "77", "5")]
)
def test_gowner_is_a_number_before_the_members_are_loaded_and_an_id_afterwards(
    member: list[object], qq: str, owner_id: str | None
) -> None:
    body = written([{"gid": "1", "gname": "a", "gowner": "5", "member": member}])
    group = load("groups", "openqq1", lambda path: body).iloc[0]
    assert group["gowner_qq"] == qq
    assert group["gowner_id"] == owner_id or (owner_id is None and pd.isna(group["gowner_id"]))


def test_a_discuss_without_a_name_is_shown_by_its_members() -> None:
    body = written(
        [{"did": "1", "dname": "", "member": [{"id": "1", "nick": "甲"}, {"id": "2", "nick": "乙"}]}]
    )
    assert load("discusses", "openqq1", lambda path: body)["displayname"].tolist() == ["甲、乙"]


def test_a_discuss_with_neither_name_nor_members_nor_id_is_shown_all_the_same() -> None:
    body = written([{"did": "", "dname": " "}, {"did": "7"}])
    assert load("discusses", "openqq1", lambda path: body)["displayname"].tolist() == ["?", "7"]


def test_a_time_of_zero_and_a_time_beyond_reason_are_missing() -> None:
    odd = {"id": "1", "join_time": "0", "last_speak_time": "99999999999999"}
    member = [odd, {"id": "2", "join_time": "1290000000"}]
    frame = load("members", "openqq1", lambda path: written([{"gid": "1", "member": member}]))
    assert frame["last_speak_time"].isna().all()
    assert frame["join_time"].isna().tolist() == [True, False]
    assert str(frame["join_time"][1]) == "2010-11-17 21:20:00+08:00"


WORDS = st.text(max_size=6) | st.sampled_from(
    ["<b>", "&lt;", "0", "-1", LONG_ID, "1290000000", "\ud800", "\x00", " "]
)
NUMBERS = st.integers() | st.integers(min_value=2**63, max_value=2**70)
VALUES = st.none() | st.booleans() | WORDS | NUMBERS | st.floats() | st.lists(st.integers(), max_size=2)


def objects(
    table: Table, values: st.SearchStrategy[Any], member: st.SearchStrategy[Any] | None = None
) -> Any:
    keys = st.sampled_from(table.keys) | st.text(max_size=4)
    one: Any = st.dictionaries(keys, values, max_size=8)
    if member is not None:
        one = st.builds(
            lambda found, inner: found | inner, one, st.fixed_dictionaries({}, optional={"member": member})
        )
    return st.lists(one, max_size=4)


@both
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_any_objects_give_the_declared_columns(protocol: Name, data: st.DataObject) -> None:
    tables = TABLES[protocol]
    members = VALUES | objects(tables.members, VALUES)
    answers = {
        "get_friend_info": data.draw(objects(tables.friends, VALUES)),
        "get_group_info": data.draw(objects(tables.groups, VALUES, members)),
        "get_discuss_info": data.draw(
            objects(tables.discusses, VALUES, objects(tables.discuss_members, VALUES))
        ),
    }
    for name, (_, declared, path) in FRAMES.items():
        frame = load(name, protocol, lambda asked: ascii_json(answers[asked.rpartition("/")[2]]))
        check(frame, declared)
        assert name in ROWS_PER_OBJECT or len(frame) == len(answers[path])


@both
@settings(deadline=None, max_examples=60)
@given(
    numbers=st.lists(NUMBERS | NUMBERS.map(str) | st.from_regex(r"[0-9]{1,40}", fullmatch=True), max_size=5)
)
def test_the_digits_of_an_id_never_change(protocol: Name, numbers: list[int | str]) -> None:
    key, qq = {"openqq1": ("id", "qq"), "openqq2": ("id", "uid")}[protocol]
    people: list[object] = [{key: number, qq: number} for number in numbers]
    friends = load("friends", protocol, lambda path: written([*people, {}]))
    members = load("members", protocol, lambda path: written([{"member": [*people, {}]}]))
    for frame in (friends, members):
        assert frame["id"][:-1].tolist() == frame["qq"][:-1].tolist() == [str(number) for number in numbers]


@both
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_both_readers_read_the_same(protocol: Name, data: st.DataObject) -> None:
    """What Arrow's own reader takes, it reads as the general way does."""
    tables = TABLES[protocol]
    outer, inner = expected(tables.groups), expected(tables.members)
    body = ascii_json(
        data.draw(st.lists(st.builds(with_member, outer, st.lists(inner, max_size=3)), max_size=3))
    )
    fast = rows.read(body, tables.groups, tables.members)
    slow = rows._general(rows.objects(body), tables.groups, tables.members)
    assert fast.outer.to_pylist() == slow.outer.to_pylist()
    assert fast.inner.to_pylist() == slow.inner.to_pylist()


def expected(table: Table) -> st.SearchStrategy[dict[str, Any]]:
    whole = st.integers(-(2**63), 2**63 - 1)
    values = {key: st.none() | (whole if key in table.numbers else WORDS) for key in table.keys}
    return st.fixed_dictionaries({}, optional=values)


def with_member(place: dict[str, Any], members: list[dict[str, Any]]) -> dict[str, Any]:
    return place | {"member": members}


def ascii_json(value: object) -> bytes:
    return json.dumps(value).encode()
