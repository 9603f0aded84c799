"""A log as an archive: written once, opened lazily, by any engine, with nothing lost."""

import shutil
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

import openqq_nb as oq
from openqq_nb.archive import months
from openqq_nb.errors import InvalidInput
from openqq_nb.journal import Journal
from openqq_nb.logs import open_log
from openqq_nb.logs.origins import Archive, Journals
from openqq_nb.scanning import driver
from openqq_nb.schema import MESSAGES
from tests.archive.making import QUICK
from tests.journal.making import event, message
from tests.logs.test_log import filled

FORMATS = Path(__file__).parents[1] / "formats"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("归档 of two")
    log = open_log(FORMATS / "onebot" / "events.jsonl", FORMATS / "chatlab" / "group.jsonl")
    return log.to_parquet(folder / "archive")


def test_an_archive_holds_what_the_log_held(archive: str) -> None:
    log = open_log(FORMATS / "onebot" / "events.jsonl", FORMATS / "chatlab" / "group.jsonl")
    kept = open_log(archive)
    assert_frame_equal(kept.df, log.df)
    assert_frame_equal(kept.events, log.events)
    assert_frame_equal(kept.problems, log.problems)
    assert len(log.problems) > 0 and len(log.events) > 0
    assert repr(kept).replace("archive", "2 logs") == repr(log)


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_another_engine_gives_its_own_frames_and_reading_gives_those_of_pandas(
    archive: str, engine: Any
) -> None:
    log, plain = open_log(archive, engine=engine), open_log(archive)
    counted = oq.analysis.ranking(log.df)
    assert type(counted).__module__.startswith((engine, f"_{engine}"))
    assert type(oq.analysis.ranking(log)) is type(counted)
    assert len(log) == len(plain)
    writer = plain.df["sender"].dropna().iloc[0]
    assert_frame_equal(log.read(sender=writer), plain.read(sender=writer))


def test_filters_leave_of_an_archive_what_they_leave_of_its_frame(archive: str) -> None:
    log = open_log(archive)
    df = log.df
    middle = df["msg_time"].iloc[len(df) // 2]
    assert_frame_equal(
        log.read(["content", "kind"], since=middle, kind=["text", "reply"]),
        df[(df["msg_time"] >= middle) & df["kind"].isin(["text", "reply"])][["content", "kind"]].reset_index(
            drop=True
        ),
    )
    assert_frame_equal(log.read(until=middle), df[df["msg_time"] < middle].reset_index(drop=True))
    with pytest.raises(InvalidInput, match="no column 'nothing'"):
        log.read(["nothing"])


def test_a_journal_an_export_and_an_archive_are_joined(tmp_path: Path, archive: str) -> None:
    journal = filled(tmp_path / "j.db", message("a", content="early", msg_time=10.0), event())
    log = open_log(archive, journal, FORMATS / "chatlab" / "group.json")
    alone = open_log(archive)
    assert len(log) == len(alone) + 1
    assert log.df["content"].iloc[0] == "early"
    assert len(log.events) == len(alone.events) + 1


def test_a_log_that_is_no_archive_is_brought_into_an_engine(tmp_path: Path) -> None:
    log = open_log(filled(tmp_path / "j.db", message("a"), message("b", content="二")), engine="duckdb")
    assert sorted(row[0] for row in log.df.project("content").fetchall()) == sorted(log.read()["content"])
    assert open_log(FORMATS / "qce" / "v6.json", engine="polars").df.collect().height == 32


def test_nothing_is_written_over(archive: str) -> None:
    with pytest.raises(InvalidInput, match="nothing is ever overwritten"):
        open_log(archive).to_parquet(archive)


def test_parquet_of_somebody_else_is_a_log_too(tmp_path: Path) -> None:
    times = pd.to_datetime(["2026-11-17 10:00", "2026-11-16 10:00"]).tz_localize("Asia/Shanghai")
    (tmp_path / "mine").mkdir()
    pd.DataFrame({"msg_time": times, "sender": ["小灰", "小白"], "content": ["二", "一"]}).to_parquet(
        tmp_path / "mine" / "a.parquet"
    )
    log = open_log(tmp_path / "mine")
    assert log.read(["content"])["content"].tolist() == ["一", "二"]
    assert oq.analysis.ranking(log)["displayname"].tolist() == ["小灰", "小白"]
    assert len(log) == 2 and "2026-11-16 to 2026-11-17" in repr(log)


# --- Parquet of other programs ---

TIMES = pd.to_datetime(["2026-11-17 10:00", "2026-11-16 10:00"]).tz_localize("Asia/Shanghai")


def foreign(path: Path, **columns: Any) -> Path:
    path.parent.mkdir(exist_ok=True)
    pd.DataFrame({"msg_time": TIMES, "content": ["二", "一"], **columns}).to_parquet(path)
    return path


def test_parquet_of_somebody_else_has_all_columns_with_their_types(tmp_path: Path) -> None:
    foreign(tmp_path / "f" / "a.parquet", sender_qq=[10001, 10002], gnumber=[np.nan, np.nan], rank=[1, None])
    log = open_log(tmp_path / "f")
    assert list(log.df) == [*MESSAGES.names, "rank"]
    declared = MESSAGES.frame(MESSAGES.table([])).dtypes
    assert log.df.dtypes[list(MESSAGES.names)].equals(declared)
    assert log.df["sender_qq"].tolist() == ["10002", "10001"]
    assert log.df["gnumber"].isna().all() and log.df["rank"].fillna("").tolist() == ["", "1"]
    assert log.read(["sender", "rank"], sender="10001")["rank"].tolist() == ["1"]
    assert len(open_log(tmp_path / "f", FORMATS / "chatlab" / "group.json")) == 33


def test_a_column_that_cannot_be_what_it_is_in_messages_is_named(tmp_path: Path) -> None:
    foreign(tmp_path / "f" / "a.parquet", own=["yes", "no"])
    log = open_log(tmp_path / "f")
    for read in (lambda: log.df, lambda: log.read(sender_qq="1"), lambda: log.to_parquet(tmp_path / "new")):
        with pytest.raises(
            InvalidInput, match=r"column 'own' cannot be bool.*\nFound large_string: .*(yes|no)"
        ):
            read()
    assert log.read(["content"])["content"].tolist() == ["一", "二"]


@pytest.mark.filterwarnings("ignore:Dask support is moving:FutureWarning")
@pytest.mark.parametrize("engine", QUICK)
@pytest.mark.parametrize(
    ("column", "number"),
    [
        ("sender_qq", 12345678901234567.0),
        ("sender_qq", 10001.0),
        ("reply_to", 7576000000000001001.0),
    ],
)
def test_numbers_kept_as_fractions_are_refused_by_every_engine(
    engine: Any, column: str, number: float, tmp_path: Path
) -> None:
    path = foreign(tmp_path / "f", **{"sender": "x", "msg_id": [1, 2], column: [number, np.nan]})
    with pytest.raises(InvalidInput, match=rf"{column}(.|\n)*damages long numbers"):
        oq.analysis.replies(open_log(path, engine=engine))
    log = open_log(path)
    joined = open_log(path, FORMATS / "chatlab" / "group.json")
    for read in (lambda: log.df, lambda: joined.df, lambda: log.to_parquet(tmp_path / "new")):
        with pytest.raises(InvalidInput, match=rf"{column}(.|\n)*damages long numbers"):
            read()
    mended = pd.read_parquet(path).astype({column: "Int64"})
    assert len(oq.analysis.ranking(mended)) == (2 if column == "sender_qq" else 1)


@pytest.mark.parametrize("engine", ["pandas", "polars", "duckdb"])
def test_numbers_kept_as_decimals_with_fractions_are_refused(engine: Any, tmp_path: Path) -> None:
    path = foreign(tmp_path / "f", sender_qq=[Decimal("10001.0"), None])
    with pytest.raises(InvalidInput, match=r"sender_qq(.|\n)*damages long numbers"):
        oq.analysis.ranking(open_log(path, engine=engine))


def test_one_parquet_file_is_a_log(tmp_path: Path) -> None:
    path = foreign(tmp_path / "f" / "of any name", sender=["小灰", "小白"])
    assert open_log(path).df["sender"].tolist() == ["小白", "小灰"]
    assert open_log(path, engine="polars").df.collect().height == 2
    written = open_log(open_log(path).to_parquet(tmp_path / "archive"))
    assert_frame_equal(written.df, open_log(path).df)


def test_parquet_beside_exports_hides_none_of_them(tmp_path: Path, archive: str) -> None:
    shutil.copy(FORMATS / "chatlab" / "group.json", tmp_path / "group.json")
    foreign(tmp_path / "cache.parquet")
    shutil.copytree(archive, tmp_path / "kept")
    log = open_log(tmp_path)
    assert len(log) == len(open_log(FORMATS / "chatlab" / "group.json"))
    assert log.problems["body"].str.contains(r"cache\.parquet").any()
    assert log.problems["why"].str.contains("kept").any()


def test_files_that_other_programs_put_beside_parquet_do_not_count(tmp_path: Path) -> None:
    foreign(tmp_path / "f" / "a.parquet")
    for name in ("_SUCCESS", ".a.parquet.crc"):
        (tmp_path / "f" / name).write_bytes(b"x")
    assert len(open_log(tmp_path / "f")) == 2


# --- piece by piece ---


def contents(pieces: Any) -> list[list[str]]:
    return [one.messages["content"].to_pylist() for one in pieces if one.messages is not None]


def test_an_archive_is_read_by_month_and_row_group_each_in_order_of_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(months, "GROUP_ROWS", 2)
    times = pd.to_datetime(["2026-10-03", "2026-10-02", "2026-11-01", "2026-10-01"]).tz_localize("UTC")
    parts = [
        pa.table({"msg_time": pa.array(times), "content": [f"{part}{row}" for row in "abcd"]})
        for part in range(2)
    ]
    # A column that comes late makes the file of October be written again, behind those that come after it.
    parts[1] = parts[1].append_column("late", pa.array(["x"] * 4))
    folder = oq.archive.write(parts, str(tmp_path / "a"))
    read = contents(Archive(folder).pieces(lambda _: None))
    assert max(map(len, read)) <= 2
    assert list(chain(*read)) == ["0b", "0a", "0d", "1b", "1a", "1d", "0c", "1c"]


def test_journals_are_read_piece_by_piece_and_give_each_message_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "SPAN_ROWS", 2)
    one = filled(
        tmp_path / "1.db", *(message(str(number), content=str(number)) for number in range(5)), event()
    )
    other = filled(tmp_path / "2.db", *(message(str(number), content=str(number)) for number in range(3, 8)))
    read = contents(Journals((one, other)).pieces(lambda _: None))
    assert max(map(len, read)) <= 2
    assert list(chain(*read)) == [str(number) for number in range(8)]
    log = open_log(one, other)
    kept = open_log(log.to_parquet(tmp_path / "archive"))
    assert_frame_equal(kept.df, log.df)
    assert_frame_equal(kept.events, log.events)


def test_an_archive_of_several_journals_stands_in_order_of_time(tmp_path: Path) -> None:
    moments = [10.0, 40.0, 20.0, 30.0, 20.0, 40.0]
    said = [
        message(str(number), content=str(number), msg_time=moment) for number, moment in enumerate(moments)
    ]
    paths = [filled(tmp_path / f"{number}.db", *said[number::2]) for number in (0, 1)]
    folder = open_log(*paths).to_parquet(tmp_path / "archive")
    (month,) = Path(folder).glob("month=*/*.parquet")
    found = pq.read_table(month)
    assert found["content"].to_pylist() == ["0", "2", "4", "3", "1", "5"]
    assert found["place"].to_pylist() == [0, 1, 2, 4, 3, 5]


def test_messages_without_a_time_stand_in_an_archive_where_they_stood(tmp_path: Path) -> None:
    log = open_log(
        filled(
            tmp_path / "j.db",
            message("a", content="first", msg_time=10.0, received_at=41.0),
            message("b", content="second", msg_time=None, received_at=20.0),
            message("c", content="third", msg_time=30.0, received_at=40.0),
        )
    )
    kept = open_log(log.to_parquet(tmp_path / "archive"))
    assert kept.df["content"].tolist() == log.df["content"].tolist() == ["first", "second", "third"]
    assert oq.archive.open(tmp_path / "archive", "pandas")["content"].tolist() == ["first", "second", "third"]


# --- journals ---


def test_when_a_post_came_that_was_not_understood_is_kept(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j.db") as journal:
        journal.set_aside(b"[", "no JSON")
    log = open_log(tmp_path / "j.db", FORMATS / "chatlab" / "group.json")
    assert log.problems["received_at"].notna().any()
    assert len(log)  # what was read is in memory now
    kept = open_log(log.to_parquet(tmp_path / "archive"))
    assert_frame_equal(kept.problems, log.problems)
    joined = open_log(tmp_path / "archive", FORMATS / "chatlab" / "group.jsonl").problems
    assert joined["received_at"].notna().sum() == log.problems["received_at"].notna().sum()


def test_keys_that_a_journal_has_no_column_for_are_filtered_by_as_text(tmp_path: Path) -> None:
    log = open_log(filled(tmp_path / "j.db", message("a", {"heat": 3}, content="hot"), message("b")))
    assert log.read(["content"], heat="3", sender="灰灰")["content"].tolist() == ["hot"]
    assert log.read(heat=3)["heat"].tolist() == ["3"]


def test_a_journal_is_followed_and_read_as_it_is_now_whatever_the_engine(tmp_path: Path) -> None:
    path = filled(tmp_path / "j.db", message("a", content="old"))
    log = open_log(path, engine="polars")
    assert log.df.collect()["content"].to_list() == ["old"]
    filled(path, message("b", content="new"))
    assert log.read()["content"].tolist() == ["old", "new"]
    assert log.df.collect()["content"].to_list() == ["old"]
    assert log.scan(["content"]).collect()["content"].to_list() == ["old"]
    assert open_log(path, engine="duckdb").scan(["content"]).columns == ["content", "place"]
    with log.follow() as live:
        assert len(live.df) == 2
