"""`log.read`: what it leaves is what the same filters leave of `log.df`."""

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from openqq_nb import filtering
from openqq_nb.errors import Ambiguous, InvalidInput, NotFound
from openqq_nb.filtering import Clause, Condition
from openqq_nb.journal import Journal
from openqq_nb.logs import Log, open_log, reading
from openqq_nb.logs.people import GROUP, SENDER, directory
from openqq_nb.logs.reading import Wanted
from openqq_nb.models import Arrival, Cell, Row
from openqq_nb.scanning import Query
from openqq_nb.schema import MESSAGES
from tests.journal.making import likely, message, rows


def filled(path: Path, *arrivals: Arrival) -> Path:
    with Journal.open(path) as journal:
        journal.append(arrivals)
    return path


def contents(log: Log[pd.DataFrame], **asked: Any) -> list[Any]:
    return list(log.read(**asked)["content"])


@pytest.fixture
def log(tmp_path: Path) -> Log[pd.DataFrame]:
    return open_log(
        filled(
            tmp_path / "j.db",
            message("a", content="签到", msg_time=30.0, sender="灰灰", sender_qq="1", code=3, own=True),
            message("b", content="签到了吗", msg_time=10.0, sender="夜猫", sender_qq="2", login="2"),
            message(
                "c", {"heat": 7}, content="晚安\0", msg_time=20.0, sender="灰灰", sender_id="9", login="3"
            ),
            message(
                "d", content=None, msg_time=None, received_at=40.0, sender="小机", sender_qq="4", gnumber="7"
            ),
        )
    )


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({}, ["签到了吗", "晚安\0", "签到", None]),
        ({"contains": "签到"}, ["签到了吗", "签到"]),
        ({"contains": ["晚", "吗"]}, ["签到了吗", "晚安\0"]),
        ({"contains": "\0"}, ["晚安\0"]),
        ({"contains": "\ud800"}, []),
        ({"matches": "^签到$"}, ["签到"]),
        ({"matches": re.compile("安.$", re.DOTALL), "code": None}, ["晚安\0"]),
        ({"since": "1970-01-01 08:00:20"}, ["晚安\0", "签到"]),
        ({"until": "1970-01-01 08:00:20"}, ["签到了吗"]),
        ({"msg_time": ["1970-01-01 08:00:20", None]}, ["晚安\0", None]),
        ({"code": 3}, ["签到"]),
        ({"own": True}, ["签到"]),
        ({"own": [True, False]}, ["签到了吗", "晚安\0", "签到", None]),
        ({"sender_qq": ["1", 4]}, ["签到", None]),
        ({"sender_qq": None}, ["晚安\0"]),
        ({"sender_qq": pd.Series([str(number) for number in range(50_000)])}, ["签到了吗", "签到", None]),
        ({"content": "晚安\0"}, ["晚安\0"]),
        ({"content": "晚安"}, []),
        ({"sender": "夜猫"}, ["签到了吗"]),
        ({"sender": 2}, ["签到了吗"]),
        ({"sender": ["夜猫", "小机"]}, ["签到了吗", None]),
        ({"sender": {"qq": "4", "nick": "x"}}, [None]),
        ({"sender": pd.DataFrame({"sender_qq": ["4", "2"]})}, ["签到了吗", None]),
        ({"sender": pd.Series(["2", "2"], name="qq")}, ["签到了吗"]),
        ({"group": "7"}, [None]),
        ({"group": "552603"}, ["签到了吗", "晚安\0", "签到"]),
    ],
    ids=str,
)
def test_what_is_left_is_what_was_asked_for(
    log: Log[pd.DataFrame], filters: dict[str, Any], left: list[Any]
) -> None:
    found = log.read(["content"], **filters)["content"]
    assert [None if pd.isna(text) else text for text in found] == left


def test_columns_come_in_the_order_that_was_asked_for_with_their_dtypes(log: Log[pd.DataFrame]) -> None:
    frame = log.read(["own", "heat", "msg_time", "content"], matches="晚安")
    assert list(frame.columns) == ["own", "heat", "msg_time", "content"]
    assert frame["heat"].tolist() == ["7"]
    whole = log.df
    assert frame.dtypes.to_dict() == whole.dtypes[list(frame.columns)].to_dict()
    assert isinstance(frame.index, pd.RangeIndex)


def test_nothing_found_has_all_columns_with_their_dtypes(log: Log[pd.DataFrame]) -> None:
    assert_frame_equal(log.read(content="nobody said that"), MESSAGES.frame(MESSAGES.table([])))
    assert log.read(["heat"], contains="签到")["heat"].isna().tolist() == [True, True]


def test_a_column_that_does_not_exist_is_an_error_that_lists_those_there_are(log: Log[pd.DataFrame]) -> None:
    with pytest.raises(InvalidInput, match=r"(?s)no column 'sendr'.*sender_qq.*heat"):
        log.read(["content", "sendr"])
    with pytest.raises(InvalidInput, match=r"(?s)no column 'sendr'.*sender_qq"):
        log.read(sendr="x")
    with pytest.raises(InvalidInput, match="twice"):
        log.read(["content", "content"])


def test_an_end_before_the_beginning_is_an_error_that_names_both(log: Log[pd.DataFrame]) -> None:
    with pytest.raises(InvalidInput, match=r"since='2026-10-01' and before until='2026-09-01'"):
        log.read(since="2026-10-01", until="2026-09-01")
    assert log.read(since="2026-10-01", until="2026-10-01").empty


def test_a_chat_of_which_nothing_passes_is_not_written(log: Log[pd.DataFrame], tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"nothing was written\.\nFound none with contains='zzzzq'"):
        log.to_chatlab(tmp_path / "chat.json", contains="zzzzq")
    assert not (tmp_path / "chat.json").exists()


@pytest.mark.parametrize(
    "filters",
    [
        {"since": 5},
        {"until": "soon"},
        {"matches": "("},
        {"contains": ""},
        {"contains": ["签", ""]},
        {"contains": []},
        {"matches": ""},
        {"matches": []},
        {"code": ()},
        {"sender_qq": pd.Series([], dtype=str)},
        {"sender": pd.DataFrame({"qq": []})},
        {"msg_time": "2026-11-25"},
        {"msg_time": ["2026-11-25 10:00", date(2026, 11, 25)]},
        {"own": "yes"},
        {"sender": []},
        {"sender": True},
        {"group": {"x": 1}},
    ],
    ids=str,
)
def test_a_value_that_cannot_be_meant_is_an_error(log: Log[pd.DataFrame], filters: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=next(iter(filters)) + "|person|group"):
        log.read(**filters)


def test_a_name_of_nobody_is_an_error_with_the_nearest(log: Log[pd.DataFrame]) -> None:
    with pytest.raises(NotFound, match=r"(?s)No person of this log goes by '夜描'.*夜猫"):
        log.read(sender="夜描")
    with pytest.raises(NotFound, match=r"(?s)No group of this log goes by 'PERL'.*PERL学习交流"):
        log.read(group="PERL")


def test_names_that_are_nothing_like_it_are_not_listed(log: Log[pd.DataFrame]) -> None:
    with pytest.raises(NotFound) as raised:
        log.read(sender="Zhang San")
    assert "夜猫" not in str(raised.value) and "None of its 3 names is like that" in str(raised.value)


def test_a_near_name_is_listed_once_however_it_is_written(tmp_path: Path) -> None:
    log = open_log(
        filled(
            tmp_path / "j.db",
            message("a", sender="夜猫", sender_qq="1"),
            message("b", sender="夜猫\n", sender_qq="2"),
        )
    )
    with pytest.raises(NotFound) as raised:
        log.read(sender="夜描")
    assert str(raised.value).count("夜猫") == 1


def test_a_day_in_place_of_a_moment_is_told_how_to_ask_for_a_day(log: Log[pd.DataFrame]) -> None:
    with pytest.raises(InvalidInput, match="since='2026-11-25', until='2026-11-26'"):
        log.read(msg_time="2026-11-25")
    assert log.read(msg_time=pd.Timestamp("2026-11-25")).empty


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("周末爬山", "discuss='周末爬山'"),
        (["PERL学习交流", "周末爬山"], "discuss='周末爬山'"),
        ("4118239384", "discuss_id='4118239384'"),
        (4118239384, "discuss_id='4118239384'"),
        (pd.Series({"did": "4118239384", "displayname": "别的名字"}), "discuss_id='4118239384'"),
    ],
)
def test_who_takes_a_discuss_for_a_group_is_told_how_it_is_chosen(
    asked: object, told: str, tmp_path: Path
) -> None:
    walk: dict[str, Any] = {"type": "discuss_message", "discuss": "周末爬山", "discuss_id": "4118239384"}
    nowhere: dict[str, Any] = {"group": None, "gnumber": None, "group_id": None}
    path = filled(tmp_path / "j.db", message("a"), message("b", content="走", **walk, **nowhere))
    for log in (open_log(path), open_log(open_log(path).to_parquet(tmp_path / "archive"))):
        with pytest.raises(NotFound, match=rf"\nA discuss does, which is no group: choose it by {told}\.$"):
            log.read(group=asked)
        with pytest.raises(NotFound) as raised:
            log.read(group="周末 \ud800")
        assert "discuss" not in str(raised.value)
        assert log.read(discuss="周末爬山")["content"].tolist() == ["走"]


def test_a_name_of_two_is_an_error_with_both(tmp_path: Path) -> None:
    log = open_log(
        filled(
            tmp_path / "j.db",
            message("a", sender="灰灰", sender_qq="1", sender_id="5"),
            message("b", sender="灰灰", sender_qq="2", sender_id="6"),
            message("c", sender="夜猫", sender_qq="3", sender_id="7"),
            message("d", sender="夜猫", sender_id="8"),
        )
    )
    with pytest.raises(Ambiguous, match=r"(?s)2 persons of this log go by '灰灰'.*sender_qq=1.*sender_qq=2"):
        log.read(sender="灰灰")
    with pytest.raises(Ambiguous, match=r"(?s)夜猫.*sender_qq=3.*sender_id=8, login=1"):
        log.read(sender="夜猫")
    assert len(log.read(sender="8")) == 1


def test_a_name_means_its_bearer_under_all_names_and_ids(tmp_path: Path) -> None:
    log = open_log(
        filled(
            tmp_path / "j.db",
            message("a", content="1", msg_time=1, sender="灰灰", sender_qq="1", sender_id="5"),
            message(
                "b", content="2", msg_time=2, sender="灰灰的新名", sender_qq="1", sender_id="6", login="2"
            ),
            message("c", content="3", msg_time=3, sender="灰灰的新名", sender_id="6", login="2"),
            message("d", content="4", msg_time=4, sender="别人", sender_id="6", login="3"),
            message("e", content="5", msg_time=5, sender="别人", sender_id="7", login="4"),
        )
    )
    assert contents(log, sender="灰灰") == ["1", "2", "3"]
    assert contents(log, sender="别人") == ["4", "5"]


def test_somebody_who_was_only_written_to_is_known(tmp_path: Path) -> None:
    log = open_log(filled(tmp_path / "j.db", message("a", receiver="夜猫", receiver_qq="1", receiver_id="5")))
    assert contents(log, sender="夜猫") == []


def test_a_double_passes_as_the_first_file_has_it(tmp_path: Path) -> None:
    one = filled(
        tmp_path / "one.db",
        message("a", content="1", sender_qq=None),
        message("b", content="2", sender_qq="5"),
    )
    other = filled(
        tmp_path / "other.db",
        message("a", content="1", sender_qq="5"),
        message("c", content="3", sender_qq="5"),
    )
    assert contents(open_log(one, other), sender_qq="5") == ["2", "3"]
    assert contents(open_log(other, one), sender_qq="5") == ["1", "3", "2"]
    assert contents(open_log(one, one), matches="[12]") == ["1", "2"]


def test_a_message_that_two_journals_get_while_they_are_read_is_there_once(tmp_path: Path) -> None:
    late = message("late", content="late")
    other = filled(tmp_path / "other.db", late)
    with Journal.open(tmp_path / "one.db") as one:
        one.append([message("early", content="early")])

        def passes(_: Row) -> bool:
            one.append([late])
            return True

        wanted = Wanted(MESSAGES, ("content",), rest=(Condition(("content",), passes, None, ""),))
        found = reading.read([tmp_path / "one.db", other], wanted)
    assert found["content"].to_pylist() == ["early", "late"]


def test_a_message_that_comes_before_the_rows_are_read_is_there_once(tmp_path: Path) -> None:
    late = message("late", content="late")
    other = filled(tmp_path / "other.db", late)
    with Journal.open(tmp_path / "one.db") as one:
        one.append([message("early", content="early")])

        class Meanwhile(Wanted):
            def query(self, *, identified: bool) -> Query:
                one.append([late])
                return Wanted(self.schema, self.columns, self.clause).query(identified=identified)

        found = reading.read(
            [tmp_path / "one.db", other], Meanwhile(MESSAGES, ("content",), Clause("content <> 'x'"))
        )
    assert found["content"].to_pylist() == ["early", "late"]


def test_what_came_since_is_read(tmp_path: Path) -> None:
    log = open_log(filled(tmp_path / "j.db", message("a", content="1")))
    filled(tmp_path / "j.db", message("b", content="2"))
    assert contents(log) == ["1", "2"]


TEXTS = ["", "a", "签到", "a\0b", "夜猫", "1", "2", "[图片]"]
TIMES = [0.0078125, 0.0234375, 1448010857.0, 1448010857.0078125, 1448010857.0234375, 1448010858.25]
ALLOWED: dict[str, list[str]] = {
    "type": ["message", "group_message"],
    "msg_class": ["recv", "send"],
    "via": ["group", "discuss"],
}
POOL: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from(TEXTS),
    "time": st.sampled_from(TIMES),
    "count": st.sampled_from([0, 1, -3]),
    "flag": st.booleans(),
}
# The seconds are such that the microseconds end with a half, which is rounded to the even one.
MOMENTS = st.builds(
    lambda seconds, more: pd.Timestamp(int(seconds * 1e6) + more, unit="us", tz="UTC"),
    st.sampled_from(TIMES),
    st.sampled_from([0, 1]),
)


def pooled(name: str, kind: str) -> st.SearchStrategy[Any]:
    return st.sampled_from(ALLOWED[name]) if name in ALLOWED else POOL[kind]


each = {one.name: st.none() | pooled(one.name, one.kind) | likely[one.kind] for one in MESSAGES.columns}
TOLD = (
    "msg_time",
    "content",
    "sender",
    "sender_qq",
    "sender_id",
    "group",
    "gnumber",
    "group_id",
    "login",
    "own",
    "code",
)
few = st.fixed_dictionaries({name: each.pop(name) for name in TOLD}, optional=each)
some_rows = st.lists(few | few | rows(), min_size=2, max_size=8)


def filters() -> st.SearchStrategy[dict[str, Any]]:
    wanted = {
        one.name: st.none() | (MOMENTS if one.kind == "time" else pooled(one.name, one.kind))
        for one in MESSAGES.columns
    }
    columns = {
        name: value | st.lists(value, min_size=1, max_size=3)
        for name, value in wanted.items()
        if name not in ("group", "sender")
    }
    parts = st.sampled_from([text for text in TEXTS if text])
    words = {
        "contains": parts | st.lists(parts, min_size=1, max_size=2),
        "matches": st.sampled_from(["^", "^a", "签.", "\0", "[1-9]"]),
        "since": MOMENTS,
        "until": MOMENTS,
        "group": st.sampled_from(TEXTS),
        "sender": st.sampled_from(TEXTS) | st.lists(st.sampled_from(TEXTS), min_size=1, max_size=2),
    }
    one = st.sampled_from([*sorted(words) * 3, *sorted(columns)]).flatmap(
        lambda name: st.tuples(st.just(name), (columns | words)[name])
    )
    return st.lists(one, max_size=3).map(dict).map(forwards)


def forwards(asked: dict[str, Any]) -> dict[str, Any]:
    if {"since", "until"} <= set(asked) and asked["since"] > asked["until"]:
        return asked | {"since": asked["until"], "until": asked["since"]}
    return asked


@settings(max_examples=30, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
@given(first=some_rows, second=some_rows, asked=st.lists(filters(), min_size=1, max_size=8), data=st.data())
def test_reading_by_filters_is_filtering_what_was_read(
    tmp_path_factory: pytest.TempPathFactory,
    first: list[dict[str, Cell]],
    second: list[dict[str, Cell]],
    asked: list[dict[str, Any]],
    data: st.DataObject,
) -> None:
    folder = tmp_path_factory.mktemp("read")
    paths = [
        filled(folder / "one.db", *(arrival(number, row) for number, row in enumerate(first))),
        filled(folder / "two.db", *(arrival(number + 6, row) for number, row in enumerate(second))),
    ]
    log = open_log(*paths)
    for one in asked:
        try:
            left = kept(log, paths, one)
        except (NotFound, Ambiguous) as error:
            with pytest.raises(type(error)):
                log.read(**one)
            continue
        read = log.read(**one)
        assert_frame_equal(read, left[read.columns])
        columns = data.draw(st.lists(st.sampled_from(list(left.columns)), min_size=1, unique=True))
        assert_frame_equal(log.read(columns, **one), left[columns])


def arrival(number: int, row: dict[str, Cell]) -> Arrival:
    return Arrival("message", row, f"m{number}", b"{}")


def kept(log: Log[pd.DataFrame], paths: Sequence[Path], asked: dict[str, Any]) -> pd.DataFrame:
    special = {
        "group": directory(paths, GROUP).condition,
        "sender": directory(paths, SENDER).condition,
    }
    keep = filtering.compiled(asked, special)
    plain = pa.Table.from_pandas(log.df, preserve_index=False).to_pylist()
    passing = [keep.keeps(row) for row in plain]
    return log.df[pd.Series(passing, dtype=bool)].reset_index(drop=True)


@pytest.mark.parametrize("word", ["since", "until", "received_at"])
def test_a_bound_at_half_a_microsecond_is_that_of_the_frame(tmp_path: Path, word: str) -> None:
    path = filled(tmp_path / "j.db", *(message(f"m{number}") for number, _ in enumerate(TIMES)))
    with (
        closing(sqlite3.connect(path)) as connection,
        connection,
    ):  # we write whole microseconds, others may not
        times = [(time, time, number + 1) for number, time in enumerate(TIMES)]
        connection.executemany("UPDATE messages SET msg_time = ?, received_at = ? WHERE seq = ?", times)
    log = open_log(path)
    for time in TIMES:
        for more in (-1, 0, 1, 2):
            asked: dict[str, Any] = {word: pd.Timestamp(int(time * 1e6) + more, unit="us", tz="UTC")}
            assert_frame_equal(log.read(**asked), kept(log, [path], asked))
