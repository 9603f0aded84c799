"""A log as an archive: written once, opened lazily, by any engine, with nothing lost."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import openqq_nb as oq
from openqq_nb.errors import InvalidInput
from openqq_nb.logs import open_log
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
