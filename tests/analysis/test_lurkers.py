"""Who is silent: by the log, by what the server says, in every kind of frame."""

import math
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given, settings

import openqq_nb as oq
from openqq_nb import analysis
from openqq_nb.columns import ZONE
from openqq_nb.errors import InvalidInput
from tests.analysis.engines import IN_PROCESS, KINDS, as_pandas, rows
from tests.analysis.logs import Member, Message, drawn_logs, drawn_members, made, members_table, table

NOW = pd.Timestamp("2026-11-26 12:00", tz=ZONE)


def ago(days: float | None) -> pd.Timestamp | None:
    return None if days is None else NOW - pd.Timedelta(days=days)


def members(*rows_: tuple[str, str | None, float | None, float | None]) -> pa.Table:
    """Of group, number, days since the last word that the server knows, and days since joining."""
    told = [
        {"displayname": f"名{place}", "gnumber": row[0], "qq": row[1], "role": "member",
         "last_speak_time": ago(row[2]), "join_time": ago(row[3])}
        for place, row in enumerate(rows_)
    ]  # fmt: skip
    times = [(name, pa.timestamp("us", ZONE)) for name in ("last_speak_time", "join_time")]
    texts = [(name, pa.string()) for name in ("displayname", "gnumber", "qq", "role")]
    return pa.Table.from_pylist(told, pa.schema([*texts, *times]))


def log(*said: tuple[str | None, str | None, float]) -> pa.Table:
    told = [
        {"gnumber": g, "sender_qq": qq, "sender": "x", "msg_time": ago(days), "chat": g}
        for g, qq, days in said
    ]
    texts = [(name, pa.string()) for name in ("gnumber", "sender_qq", "sender", "chat")]
    return pa.Table.from_pylist(told, pa.schema([*texts, ("msg_time", pa.timestamp("us", ZONE))]))


MEMBERS = members(
    ("1", "7", None, 500), ("1", "8", 300, 500), ("1", "9", 1, 500), ("1", "10", None, 5), ("1", "11", 300, 5),
    ("2", "7", None, None)
)  # fmt: skip
LOG = log(("1", "7", 200), ("1", "7", 190), ("1", "8", 250), ("1", "9", 400), ("2", "9", 0))


@pytest.mark.parametrize("of_log", IN_PROCESS)
@pytest.mark.parametrize("of_members", IN_PROCESS)
def test_the_later_of_log_and_server_counts_in_each_group_in_any_pair_of_engines(
    of_members: str, of_log: str
) -> None:
    found = analysis.lurkers(IN_PROCESS[of_members](MEMBERS), IN_PROCESS[of_log](LOG))
    assert isinstance(found, KINDS[of_members])
    frame = as_pandas(found)
    assert frame[["gnumber", "qq"]].to_numpy().tolist() == [["2", "7"], ["1", "8"], ["1", "7"]]
    assert [row[-2:] for row in rows(found)] == [(0.0, None), (1.0, 250.0), (2.0, 190.0)]
    assert frame.columns.tolist() == [*MEMBERS.column_names, "last_spoke", "messages", "silent_days"]


def test_without_a_log_the_server_alone_tells_and_messages_are_missing() -> None:
    found = analysis.lurkers(MEMBERS.to_pandas())
    assert found[["gnumber", "qq"]].to_numpy().tolist() == [["1", "7"], ["2", "7"], ["1", "8"]]
    assert found["messages"].isna().all()
    assert [str(found[name].dtype) for name in ("last_spoke", "messages", "silent_days")] == [
        "datetime64[us, Asia/Shanghai]", "Int64", "Int64"
    ]  # fmt: skip


def test_silence_ends_at_the_moment_that_is_asked_for() -> None:
    frame = MEMBERS.to_pandas()
    found = analysis.lurkers(frame, LOG.to_pandas(), "30D", at=NOW + pd.Timedelta(days=40))
    assert found["qq"].tolist() == ["10", "7", "11", "8", "7", "9"]
    assert found["silent_days"].tolist()[2:] == [340, 290, 230, 41]


def test_the_same_log_gives_the_same_answer_on_any_day() -> None:
    assert rows(analysis.lurkers(MEMBERS.to_pandas(), LOG.to_pandas())) == rows(
        analysis.lurkers(MEMBERS.to_pandas(), LOG.to_pandas(), at=NOW)
    )


@pytest.mark.parametrize("engine", IN_PROCESS)
def test_a_log_of_one_chat_without_groups_is_told_by_number_alone(engine: str) -> None:
    one = LOG.drop_columns(["gnumber", "chat"])
    found = analysis.lurkers(IN_PROCESS[engine](MEMBERS), one.to_pandas())
    assert set(as_pandas(found)["qq"]) == {"7", "8"}


def test_a_log_of_several_chats_that_tells_no_group_is_refused() -> None:
    with pytest.raises(InvalidInput, match="2 chats"):
        analysis.lurkers(MEMBERS.to_pandas(), LOG.drop_columns(["gnumber"]).to_pandas())


def test_friends_are_told_by_number_in_all_chats() -> None:
    friends = MEMBERS.select(["displayname", "qq"]).to_pandas().drop_duplicates("qq")
    assert analysis.lurkers(friends, LOG.to_pandas())["qq"].tolist() == ["10", "11", "8", "7"]


def test_a_log_without_numbers_is_refused_and_says_so() -> None:
    with pytest.raises(InvalidInput, match="sender_qq"):
        analysis.lurkers(MEMBERS.to_pandas(), LOG.drop_columns(["sender_qq"]).to_pandas())


def test_an_empty_log_leaves_what_the_server_says() -> None:
    found = analysis.lurkers(MEMBERS.to_pandas(), LOG.slice(0, 0).to_pandas())
    assert found["messages"].eq(0).all()
    assert len(found) == 3


@pytest.mark.parametrize("at", [None, "2020-01-01"])
def test_where_neither_log_nor_server_knows_anything_nobody_is_silent(at: str | None) -> None:
    members = pd.DataFrame({"gnumber": ["1", "1"], "qq": ["10001", "10002"]})
    log = pd.DataFrame({"msg_time": pd.to_datetime(["2026-01-05"]), "gnumber": "1", "sender_qq": "10001"})
    assert analysis.lurkers(members, log if at else log.head(0), at=at).empty


@pytest.mark.parametrize("engine", IN_PROCESS)
def test_nobody_among_no_members_is_silent(engine: str) -> None:
    found = analysis.lurkers(IN_PROCESS[engine](MEMBERS.slice(0, 0)), LOG.to_pandas())
    assert isinstance(found, KINDS[engine])
    assert rows(found) == []


def test_the_silent_may_be_asked_about_again() -> None:
    once = analysis.lurkers(MEMBERS.to_pandas(), LOG.to_pandas())
    assert rows(analysis.lurkers(once, LOG.to_pandas(), at=NOW)) == rows(once)


def test_columns_of_one_name_that_are_not_asked_for_are_left_out() -> None:
    frame = MEMBERS.to_pandas()
    twice = pd.concat([frame, pd.DataFrame([[1, 2]] * len(frame), columns=["note", "note"])], axis=1)
    found = analysis.lurkers(twice, LOG.to_pandas())
    pd.testing.assert_frame_equal(found, analysis.lurkers(frame, LOG.to_pandas()))
    with pytest.raises(InvalidInput, match="`qq` more than once"):
        analysis.lurkers(pd.concat([frame, frame[["qq"]]], axis=1))


@pytest.mark.parametrize(
    "wrong",
    [{"members": pd.DataFrame({"nick": ["x"]})}, {"members": pd.DataFrame({"qq": ["1"]})}, {"members": None},
     {"silent_for": "long"}, {"silent_for": 180}, {"at": "one day"}, {"at": 5}],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        analysis.lurkers(**{"members": MEMBERS.to_pandas(), **wrong})


def test_the_silent_of_a_demo_may_be_written_to() -> None:
    my = oq.demo(seed=29)
    try:
        silent = analysis.lurkers(my.members(), silent_for="1D").head(2)
        plan = my.broadcast("{displayname}，还在吗？", to=silent, key="silent-2026")
        assert plan.preview()["displayname"].tolist() == silent["displayname"].tolist()
    finally:
        my.close()


def test_members_of_groups_that_the_log_is_not_of_are_not_told() -> None:
    members = pd.DataFrame({"gnumber": ["1", "1", "2"], "qq": ["10", "11", "12"]})
    times = pd.to_datetime(["2026-01-01 09:30", "2026-11-01 09:30"])
    log = pd.DataFrame({"msg_time": times, "gnumber": "1", "sender_qq": ["10", "19"]})
    assert analysis.lurkers(members, log)["qq"].tolist() == ["11", "10"]
    with pytest.raises(InvalidInput, match=r"(?s)no group in common.*members of 2, messages of 1"):
        analysis.lurkers(members[members["gnumber"] == "2"], log)


def test_whom_nothing_can_tell_is_called_silent_by_nobody() -> None:
    some = members(
        ("1", None, None, None), ("", "7", None, None), ("1", "", None, None), ("1", "8", None, None)
    )
    for engine, make in IN_PROCESS.items():
        found = as_pandas(analysis.lurkers(make(some), make(log(("1", "9", 0), ("1", "7", 0)))))
        assert found["qq"].tolist() == ["8"], engine


def test_a_member_with_several_rows_is_looked_at_by_the_latest_of_his_times() -> None:
    some = members(("1", "7", 300, 500), ("1", "8", 300, 500), ("1", "7", 300, 5), ("1", "8", 200, None))
    for engine, make in IN_PROCESS.items():
        found = as_pandas(analysis.lurkers(make(some), make(log(("1", "9", 0)))))
        assert found["qq"].tolist() == ["8", "8"], engine
        assert found["silent_days"].tolist() == [200, 200], engine


def test_rows_without_any_number_are_nobody() -> None:
    some = members(("1", None, 300, None), ("1", "", 290, None), ("1", "8", 200, None), ("1", "9", 0, None))
    for engine, make in IN_PROCESS.items():
        assert as_pandas(analysis.lurkers(make(some)))["qq"].tolist() == ["8"], engine


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(log=drawn_logs(), members=drawn_members())
@example(log=made(3, 40), members=[("1", "999", None, 0, None), ("1", "999", None, 44, None)])
def test_every_engine_finds_the_same(log: list[Message], members: list[Member]) -> None:
    found = {}
    for engine, make in IN_PROCESS.items():
        try:
            silent = rows(analysis.lurkers(make(members_table(members)), make(table(log)), silent_for="2D"))
        except InvalidInput as error:
            # What was found follows, in the order in which the engine found it.
            found[engine] = [str(error).partition("\n")[0]]
        else:
            # Rows of one member have no order among themselves.
            assert [row[-1] for row in silent] == sorted((row[-1] for row in silent), key=_longest_first)
            found[engine] = sorted(map(str, silent))
    assert all(one == found["pandas"] for one in found.values())


def _longest_first(days: float | None) -> float:
    return -math.inf if days is None else -days


def test_empty_numbers_of_groups_are_missing_ones() -> None:
    one_chat = log(("", "7", 0), ("", "8", 300))
    assert analysis.lurkers(MEMBERS.to_pandas(), one_chat.to_pandas())["qq"].tolist().count("7") == 0
    no_groups = MEMBERS.to_pandas().assign(gnumber="")
    assert "7" not in set(analysis.lurkers(no_groups, log(("1", "7", 0)).to_pandas())["qq"])


def test_messages_that_do_not_tell_their_group_count_in_all_groups_of_their_writer() -> None:
    some = members(
        ("1", "7", None, None), ("2", "7", None, None), ("1", "8", None, None), ("2", "9", None, None)
    )
    mixed = log(("1", "1", 0), ("2", "1", 0), (None, "7", 3), (None, "8", 400)).to_pandas()
    found = analysis.lurkers(some.to_pandas(), mixed)
    assert found[["gnumber", "qq"]].to_numpy().tolist() == [["2", "9"], ["1", "8"]]
    private = mixed.assign(type=["group_message", "group_message", "message", "group_message"])
    assert analysis.lurkers(some.to_pandas(), private)["qq"].tolist() == ["7", "7", "9", "8"]


def test_what_came_after_the_moment_that_is_asked_for_does_not_count() -> None:
    some = members(("1", "7", None, None), ("1", "8", 1, None), ("1", "9", 400, None))
    said = log(("1", "7", 300), ("1", "7", 10), ("1", "8", 200))
    found = analysis.lurkers(some.to_pandas(), said.to_pandas(), "30D", at=NOW - pd.Timedelta(days=100))
    assert found[["qq", "messages", "silent_days"]].to_numpy().tolist() == [
        ["9", 0, 300],
        ["7", 1, 200],
        ["8", 1, 100],
    ]
    alone = analysis.lurkers(some.to_pandas(), silent_for="30D", at=NOW - pd.Timedelta(days=100))
    assert alone["qq"].tolist() == ["7", "9"]
