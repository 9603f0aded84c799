import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from openqq_nb.errors import InvalidInput
from openqq_nb.readers import gocqhttp
from openqq_nb.readers.base import Options
from openqq_nb.readers.files import of_file
from openqq_nb.readers.yaml_content import loaded
from tests.readers.sources import EXAMPLES, cells, expected, messages, of_bytes, problems, read

EXAMPLE = EXAMPLES / "gocqhttp" / "msg.db"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copy(EXAMPLE, tmp_path / "msg.db"))


@contextmanager
def changed(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection:
        yield connection
        connection.commit()


def test_example_is_read_as_it_was_planned() -> None:
    parts = read(of_file(EXAMPLE))
    assert cells(messages(parts)) == expected("gocqhttp/msg.expected.csv")
    assert not problems(parts)
    row = messages(parts)[3]
    assert (row["msg_id"], row["reply_to"]) == ("-1817664249", "2108081195")
    assert json.loads(row["segments"])[1]["data"] == {"name": "@阿澈🌊", "qq": "22334455"}


def test_bytes_that_are_no_file_are_the_same() -> None:
    parts = read(of_bytes(EXAMPLE.read_bytes()))
    assert cells(messages(parts)) == expected("gocqhttp/msg.expected.csv")


def test_account_is_told_by_the_chats_with_friends() -> None:
    rows = messages(read(of_file(EXAMPLE)))
    assert {row["sender"] for row in rows if row["own"]} == {"小灰"}
    assert {row["chat_key"] for row in rows} == {"group:552603", "friend:22334455"}
    assert [row["receiver_qq"] for row in rows[-3:]] == ["1234567", "22334455", "1234567"]


def test_account_may_be_told_where_there_are_no_friends(copy: Path) -> None:
    with changed(copy) as connection:
        connection.execute("DELETE FROM privmsg")
    assert {row["own"] for row in messages(read(of_file(copy)))} == {None}
    rows = messages(read(of_file(copy), Options(me="22334455")))
    assert {row["sender"] for row in rows if row["own"]} == {"阿澈🌊"}


def test_anonymous_people_are_told_apart_by_a_column_of_their_own() -> None:
    rows = messages(read(of_file(EXAMPLE)))
    assert [(row["sender_qq"], row["anonymous_id"]) for row in rows if row["anonymous_id"]] == [
        ("80000000", "AAAA")
    ]


def test_nothing_is_written_to_the_file_or_beside_it(copy: Path) -> None:
    before = copy.read_bytes()
    read(of_file(copy))
    assert copy.read_bytes() == before
    assert [one.name for one in copy.parent.iterdir() if one.suffix.startswith(".db")] == ["msg.db"]


def test_database_that_its_program_holds_is_read_from_a_copy(copy: Path) -> None:
    with closing(sqlite3.connect(copy, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        assert len(messages(read(of_file(copy)))) == 33


def test_what_stands_only_in_the_log_beside_the_database_is_read_too(copy: Path) -> None:
    with closing(sqlite3.connect(copy, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute(
            "INSERT INTO grpmsg SELECT 77, ID, AttributeID, SubType, 0, 9, '', Content FROM grpmsg LIMIT 1"
        )
        before = {one.name: one.read_bytes() for one in copy.parent.glob("msg.db*")}
        assert [row["msg_id"] for row in messages(read(of_file(copy))) if row["gnumber"] == "9"] == ["77"]
        assert {one.name: one.read_bytes() for one in copy.parent.glob("msg.db*")} == before


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("content:\n- {type: text, data: {text: '", "it is no YAML"),
        ("content: &a\n- *a", "refers to itself"),
        ("[" * 200, "nested deeper"),
        ("- " * 5_000 + "x", "nested deeper"),
        ("content: text", "no list of segments"),
        ("", "no list of segments"),
        (None, "no content"),
        (b"\xff\xfe", "no content"),
    ],
)
def test_content_that_is_not_understood_is_told_and_the_message_stays(
    copy: Path, written: object, why: str
) -> None:
    with changed(copy) as connection:
        connection.execute("UPDATE grpmsg SET Content = ? WHERE GlobalID = 178386109", (written,))
    parts = read(of_file(copy))
    assert (len(messages(parts)), messages(parts)[0]["content"]) == (33, None)
    assert [why in one.why for one in problems(parts)] == [True]


def test_message_whose_attributes_are_gone_is_kept_and_told(copy: Path) -> None:
    with changed(copy) as connection:
        connection.execute("DELETE FROM msgattr WHERE Timestamp = 1682643907")
    parts = read(of_file(copy))
    assert (len(messages(parts)), messages(parts)[0]["msg_time"]) == (33, None)
    assert "message 178386109 of grpmsg: its time or sender is missing" in problems(parts)[0].why


def test_bytes_in_place_of_texts_are_written_out(copy: Path) -> None:
    with changed(copy) as connection:
        connection.execute("UPDATE grpmsg SET AnonymousID = x'ff41', SubType = x'ff'")
        connection.execute("UPDATE uininf SET Name = x'ff42'")
    rows = messages(read(of_file(copy)))
    assert {row["anonymous_id"] for row in rows} == {"\\xffA", None}
    assert {row["sender"] for row in rows} == {"\\xffB"}


def test_database_that_is_cut_off_gives_what_is_left_and_says_so() -> None:
    body = EXAMPLE.read_bytes()
    for length in range(4_096, len(body), 4_096):
        parts = list(gocqhttp.parts(of_bytes(body[:length]), Options()))
        assert problems(parts), length


def test_row_number_beyond_all_bounds_ends_and_is_told(copy: Path) -> None:
    with changed(copy) as connection:
        connection.execute("UPDATE grpmsg SET rowid = 9000000000000000000 WHERE GlobalID = 178386109")
    parts = read(of_file(copy))
    assert len(messages(parts)) == 32
    assert "beyond what the file can hold" in problems(parts)[0].why


def test_scalars_of_yaml_stay_what_was_written() -> None:
    assert loaded("- 0123\n- yes\n- 2023-01-01\n- 12:30\n- =\n- ''\n- \"\\U0001F600\"") == [
        "0123",
        "yes",
        "2023-01-01",
        "12:30",
        "=",
        "",
        "😀",
    ]
    with pytest.raises(InvalidInput, match="no YAML"):
        loaded("{a: [}")


def test_damage_that_reading_does_not_meet_is_told_too(copy: Path) -> None:
    with changed(copy) as connection:
        question = "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_grpmsg_1'"
        page = connection.execute(question).fetchone()[0]
    body = bytearray(copy.read_bytes())
    body[(page - 1) * 4096 : page * 4096] = bytes(4096)
    copy.write_bytes(body)
    parts = read(of_file(copy))
    assert cells(messages(parts)) == expected("gocqhttp/msg.expected.csv")
    assert problems(parts)[0].why.startswith("The database is damaged, and messages may be missing: ")
