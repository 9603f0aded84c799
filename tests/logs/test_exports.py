"""What other tools export, as `oq.open_log` gives it: cell by cell what the plan of each example says."""

import csv
import gzip
import os
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import openqq_nb as oq
from openqq_nb.errors import InvalidInput, NotFound
from openqq_nb.logs import Log, open_log
from openqq_nb.schema import MESSAGES
from tests.journal.making import message
from tests.logs.test_log import filled

FORMATS = Path(__file__).parents[1] / "formats"
EXAMPLES = {
    "qce/v6.json": "qce/v6.expected.csv",
    "qce/v6-private.json": "qce/v6-private.expected.csv",
    "qce/v5.json": "qce/v5.expected.csv",
    "qce/v4.json": "qce/v4.expected.csv",
    "qce/v4-parsed.json": "qce/v4-parsed.expected.csv",
    "qce/chunked": "qce/chunked/expected.csv",
    "qce/chunked/manifest.json": "qce/chunked/expected.csv",
    "qce/v6.txt": "qce/v6-txt.expected.csv",
    "pcqq/group-utf8bom.txt": "pcqq/group-utf8bom.expected.csv",
    "pcqq/all-chats.txt": "pcqq/all-chats.expected.csv",
    "pcqq/group-gbk.txt": "pcqq/group-gbk.expected.csv",
    "pcqq/group-12h-ampm.txt": "pcqq/group-12h-ampm.expected.csv",
    "pcqq/group-12h-zh.txt": "pcqq/group-12h-zh.expected.csv",
    "pcqq/group.mht": "pcqq/group-mht.expected.csv",
    "chatlab/group.json": "chatlab/group.expected.csv",
    "chatlab/group.jsonl": "chatlab/group-jsonl.expected.csv",
    "onebot/events.jsonl": "onebot/events.expected.csv",
    "gocqhttp/msg.db": "gocqhttp/msg.expected.csv",
}


def expected(name: str) -> pd.DataFrame:
    with (FORMATS / name).open(encoding="utf-8", newline="") as file:
        frame = pd.DataFrame(list(csv.DictReader(file)), dtype=str)
    frame["msg_time"] = pd.to_datetime(frame["msg_time"]).dt.tz_convert("Asia/Shanghai")
    return frame.sort_values("msg_time", kind="stable").reset_index(drop=True)


def cells(frame: pd.DataFrame) -> list[list[object]]:
    return [
        [None if pd.isna(cell) or cell == "" else cell for cell in row]
        for row in frame.astype(object).to_numpy().tolist()
    ]


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_is_read_cell_by_cell(name: str) -> None:
    wanted = expected(EXAMPLES[name])
    log = open_log(FORMATS / name)
    assert tuple(log.df)[: len(MESSAGES.names)] == MESSAGES.names
    read = log.df[list(wanted.columns)].assign(msg_time=log.df["msg_time"].dt.floor("s"))
    assert cells(read) == cells(wanted.assign(msg_time=wanted["msg_time"].dt.floor("s")))
    assert log.df["chat_key"].notna().all() and log.df["type"].notna().all()


def test_two_pages_of_a_history_are_joined_without_the_message_that_both_have() -> None:
    pages = [FORMATS / "onebot" / f"history-page{page}.json" for page in ("1-newest", "2-older")]
    wanted = expected("onebot/history.expected.csv")
    assert cells(open_log(*pages).df[list(wanted.columns)]) == cells(wanted)


def test_exports_of_two_tools_that_overlap_give_each_message_once(tmp_path: Path) -> None:
    one = open_log(FORMATS / "qce" / "v6.json")
    other = one.to_chatlab(tmp_path / "group.json")
    assert open_log(FORMATS / "qce" / "v6.json", other).df.equals(one.df)
    assert len(open_log(other, FORMATS / "qce" / "v6.json")) == len(one)


def test_the_same_talk_twice_in_a_zip_is_there_once(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as file:
        for name in ("group-12h-ampm.txt", "group-12h-zh.txt"):
            file.write(FORMATS / "pcqq" / name, f"导出/{name}")
    wanted = expected("pcqq/group-12h-zh.expected.csv")
    assert cells(open_log(tmp_path / "both.zip").df[list(wanted.columns)]) == cells(wanted)


def test_a_folder_is_read_with_all_that_is_below_it_and_tells_what_it_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    shutil.copy(FORMATS / "chatlab" / "group.json", tmp_path / "a" / "群.json")
    shutil.copy(FORMATS / "onebot" / "events.jsonl", tmp_path / "a" / "b" / "log.txt")
    (tmp_path / "notes.txt").write_text("nothing of interest", encoding="utf-8")
    log = open_log(tmp_path)
    alone = [open_log(tmp_path / "a" / "群.json"), open_log(tmp_path / "a" / "b" / "log.txt")]
    assert len(log) == sum(map(len, alone))
    assert len(log.events) == len(alone[1].events) > 0
    assert log.problems["body"].str.contains("notes.txt").any()


@pytest.mark.parametrize("name", ["chatlab/group.json", "qce/chunked"])
def test_an_address_of_a_file_stands_for_its_path(name: str, tmp_path: Path) -> None:
    path = tmp_path / "导出 of 100%" / Path(name).name
    path.parent.mkdir()
    (shutil.copytree if (FORMATS / name).is_dir() else shutil.copy)(FORMATS / name, path)
    assert open_log(path.as_uri()).df.equals(open_log(path).df)


def test_an_address_without_a_path_is_none() -> None:
    with pytest.raises(InvalidInput, match="'file://' is no path"):
        open_log("file://")


@pytest.mark.parametrize("ending", ["csv", "jsonl", "xlsx"])
def test_a_table_that_was_exported_says_what_to_do_with_it(ending: str, tmp_path: Path) -> None:
    messages = open_log(FORMATS / "chatlab" / "group.json").df
    oq.export(messages, tmp_path / f"messages.{ending}")
    oq.export(messages, tmp_path / "messages.parquet")
    advice = r"(?s)messages\.\w+.* table.*\.parquet instead.*read it with pandas"
    for path in (tmp_path / f"messages.{ending}", tmp_path):
        with pytest.raises(InvalidInput, match=advice):
            open_log(path)
    assert open_log(tmp_path / "messages.parquet").df.equals(messages)


def test_people_without_a_number_are_found_by_their_name() -> None:
    log = open_log(FORMATS / "qce" / "v6.txt")
    writer = str(log.df["sender"].dropna().iloc[0])
    assert set(log.read(sender=writer)["sender"]) == {writer}


def test_filters_leave_of_an_export_what_they_leave_of_its_frame() -> None:
    log = open_log(FORMATS / "qce" / "v6.json")
    df = log.df
    assert (
        log.read(["content"], kind="image")["content"].tolist()
        == df.loc[df["kind"] == "image", "content"].tolist()
    )
    middle = df["msg_time"].iloc[len(df) // 2]
    assert len(log.read(since=middle)) == int((df["msg_time"] >= middle).sum()) < len(df)
    assert len(log.read(until=middle)) + len(log.read(since=middle)) == len(df)
    with pytest.raises(NotFound):
        log.read(sender="nobody of this name")


def test_only_a_journal_is_followed() -> None:
    with pytest.raises(InvalidInput, match="Only a journal"):
        open_log(FORMATS / "qce" / "v6.json").follow()


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", 3])
def test_a_zone_that_is_none_is_an_error(zone: object) -> None:
    with pytest.raises(InvalidInput, match="time zone"):
        open_log(FORMATS / "qce" / "v6.txt", zone=zone)  # type: ignore[call-overload]


def test_the_zone_of_a_file_that_states_none_may_be_told() -> None:
    here, there = (
        open_log(FORMATS / "qce" / "v6.txt", zone=zone).df for zone in ("Asia/Shanghai", "Europe/Berlin")
    )
    assert (there["msg_time"] - here["msg_time"]).dt.total_seconds().isin([6 * 3600, 7 * 3600]).all()


def test_a_log_is_named_without_being_read() -> None:
    log = open_log(FORMATS / "qce" / "v6.json")
    size = round((FORMATS / "qce" / "v6.json").stat().st_size / 1000)
    assert repr(log) == f"<Log of v6.json ({size} kB), not read yet>"
    assert len(log) == 32
    assert repr(log).startswith("<Log of 32 messages, 20")


def test_a_row_without_a_number_means_whom_it_names() -> None:
    log = open_log(FORMATS / "qce" / "v6.txt")
    first = log.df.iloc[0]
    assert set(log.read(sender=first)["sender"]) == {first["sender"]}
    assert set(log.read(group=first)["group"]) == {first["group"]}
    with pytest.raises(InvalidInput, match="This row has none of"):
        log.read(sender={"name": "x"})


def test_columns_that_only_the_format_has_are_filtered_by_as_text(tmp_path: Path) -> None:
    log = open_log(FORMATS / "qce" / "v6.json")
    nick = log.df["nick"].dropna().iloc[0]
    wanted = log.df[log.df["nick"] == nick].reset_index(drop=True)
    assert_frame_equal(log.read(nick=nick), wanted)
    kept = open_log(log.to_parquet(tmp_path / "archive"))
    assert_frame_equal(kept.read(["content"], nick=[nick, "x"]), wanted[["content"]])
    with pytest.raises(InvalidInput, match="no column 'nik'"):
        log.read(nik=nick)


def damaged_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.txt", "x" * 500)
    path.write_bytes(path.read_bytes()[:300])


def damaged_gz(path: Path) -> None:
    path.write_bytes(gzip.compress(os.urandom(5000))[:200])


@pytest.mark.parametrize("damage", [damaged_zip, damaged_gz])
def test_a_damaged_file_is_told(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    damage(tmp_path / "log")
    with pytest.raises(InvalidInput, match=r"log cannot be opened\.\nFound: (.|\n)*\nCheck"):
        open_log(tmp_path / "log")


@pytest.mark.parametrize(
    "path",
    [
        "x" * 5000,
        "~nobody-of-this-name/x",
        "half \ud800",
        "ftp://me:topsecret@127.0.0.1:9/x",
        "s3://KEY:to/psecret@b/x",
    ],
)
def test_a_path_that_cannot_be_opened_is_told_without_what_is_secret(path: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        open_log(path)
    assert "psecret" not in str(raised.value)
    assert max(map(len, str(raised.value).splitlines())) < 400


def test_hidden_folders_are_not_looked_into(tmp_path: Path) -> None:
    (tmp_path / ".cache").mkdir()
    shutil.copy(FORMATS / "chatlab" / "group.json", tmp_path / ".cache" / "kept.json")
    shutil.copy(FORMATS / "chatlab" / "group.jsonl", tmp_path / "group.jsonl")
    assert len(open_log(tmp_path)) == len(open_log(tmp_path / "group.jsonl"))
    assert not open_log(tmp_path).problems["body"].str.contains("cache").any()


def test_what_is_no_path_is_told_what_to_do_with_it() -> None:
    with pytest.raises(InvalidInput, match=r"oq\.analysis\.ranking\(frame\)"):
        open_log(open_log(FORMATS / "qce" / "v6.json").df)  # type: ignore[call-overload]
    with pytest.raises(InvalidInput, match=r"oq\.open_log\(\*paths\)"):
        open_log([FORMATS / "qce" / "v6.json"])  # type: ignore[call-overload]
    with pytest.raises(InvalidInput, match="Download the file"):
        open_log("https://127.0.0.1:9/group.json?token=secret")


# --- me= ---


def about_me(log: Log[pd.DataFrame]) -> list[tuple[str | None, str]]:
    found = log.problems[log.problems["why"].str.contains("me=")]
    return [(None if pd.isna(source) else source, why) for source, why in found[["source", "why"]].to_numpy()]


@pytest.mark.parametrize(
    "name", ["pcqq/group-utf8bom.txt", "qce/v4.json", "gocqhttp/msg.db", "chatlab/group.json"]
)
def test_an_account_that_nobody_writes_under_is_told_with_the_problems(name: str) -> None:
    ((source, why),) = about_me(open_log(FORMATS / name, me="nobody \ud800"))
    assert source == Path(name).name
    assert re.search(r"me='nobody .ud800' makes no message the account's own: nobody writes under it", why)


@pytest.mark.parametrize(
    ("name", "me"),
    [
        ("pcqq/group-utf8bom.txt", "4200000011"),
        ("pcqq/group-utf8bom.txt", "阿澈 | 值日"),
        ("qce/v6.txt", "阿澈 | 值日"),
        ("gocqhttp/msg.db", "22334455"),
        ("chatlab/group.json", "4200000011"),
    ],
)
def test_an_account_that_writes_is_no_problem(name: str, me: str) -> None:
    log = open_log(FORMATS / name, me=me)
    assert log.df["own"].any()
    assert about_me(log) == []


def test_a_name_by_which_the_format_does_not_know_the_account_is_told() -> None:
    log = open_log(FORMATS / "gocqhttp" / "msg.db", me="阿澈🌊")
    assert "阿澈🌊" in log.df["sender"].tolist()
    assert len(about_me(log)) == 1


@pytest.mark.parametrize("name", ["qce/v5.json", "qce/v6.json", "onebot/events.jsonl"])
def test_a_file_that_tells_of_another_account_is_believed_and_the_problem_names_that(name: str) -> None:
    log = open_log(FORMATS / name, me="4200000011")
    ((source, why),) = about_me(log)
    assert source == Path(name).name
    assert why == f"{source} says that the account is 小灰(机器人) (1234567); me='4200000011' was not used."
    assert log.df["own"].equals(open_log(FORMATS / name).df["own"])


def test_an_account_that_wrote_nothing_is_named_too(tmp_path: Path) -> None:
    text = (FORMATS / "qce" / "v6.json").read_text(encoding="utf-8")
    silent = tmp_path / "silent.json"
    silent.write_text(
        text.replace('u_invented_self","selfUin":"1234567', 'u_silent","selfUin":"7654321'), "utf-8"
    )
    log = open_log(silent, me="4200000011")
    assert not log.df["own"].any()
    assert "says that the account is 小灰 (7654321)" in about_me(log)[0][1]


def test_one_file_of_several_with_the_account_in_it_is_enough(tmp_path: Path) -> None:
    names = ["pcqq/group-utf8bom.txt", "onebot/history-page2-older.json"]
    paths = [FORMATS / name for name in names]
    assert about_me(open_log(*paths, me="4200000011")) == []
    assert [source for source, _ in about_me(open_log(*paths, me="nobody"))] == [None]
    journal = filled(tmp_path / "j.db", message("a"))
    assert about_me(open_log(journal, me="nobody")) == []
    log = open_log(journal, paths[0], me="nobody")
    assert about_me(log) == about_me(open_log(log.to_parquet(tmp_path / "a"))) != []


# --- folders and files that are not as they should be ---


@pytest.mark.parametrize("here", [".", "./", "../g"])
def test_a_folder_that_is_opened_by_its_place_goes_by_its_name(
    here: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "g").mkdir()
    shutil.copy(FORMATS / "qce" / "v6.json", tmp_path / "g" / "a.json")
    (tmp_path / "g" / "b.txt").write_text("hello", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "g")
    log = open_log(here, me="nobody")
    assert repr(log).startswith("<Log of g (")
    assert log.problems["source"].tolist() == ["g", "g/a.json"]


def test_two_exports_in_one_file_are_told_with_the_line_where_the_second_begins(tmp_path: Path) -> None:
    one = (FORMATS / "qce" / "v6.json").read_bytes().rstrip()
    (tmp_path / "two.json").write_bytes(one + b"\n\n" + one)
    log, single = open_log(tmp_path / "two.json"), open_log(FORMATS / "qce" / "v6.json")
    second = log.problems[log.problems["why"].str.contains("A second export begins here")]
    assert second["line"].tolist() == [one.count(b"\n") + 3]
    assert not log.problems["why"].str.contains("damaged").any()
    assert len(log) == 2 * len(single)
    assert log.df["chat"].unique().tolist() == single.df["chat"].unique().tolist()
