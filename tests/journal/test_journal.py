import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.database import Database
from openqq_nb.errors import InvalidInput, JournalFailed
from openqq_nb.journal import ASIDE_BYTES, Journal, Stored
from openqq_nb.models import Arrival, Row
from openqq_nb.schema import EVENTS, MESSAGES
from tests.journal.making import ROW, event, event_rows, message, rows


@pytest.fixture(params=["file", "memory"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "日志 %23.db" if request.param == "file" else None) as opened:
        yield opened


def column(journal: Journal, name: str) -> list[object]:
    return list(journal.messages().column(name).to_pylist())


def test_empty_journal_has_all_columns_with_their_types(journal: Journal) -> None:
    assert journal.messages() == MESSAGES.table([])
    assert journal.events() == EVENTS.table([])
    assert journal.count == 0
    assert journal.aside() == []


def test_message_comes_back_as_the_schema_shows_it(journal: Journal) -> None:
    journal.append([message()])
    assert journal.messages().combine_chunks() == MESSAGES.table([ROW]).combine_chunks()
    assert journal.count == 1


def test_repeated_fingerprint_is_stored_once(journal: Journal) -> None:
    first = journal.append([message("a"), message("b"), message("a", content="other")])
    again = journal.append([message("b"), message("c")])
    assert [stored.new for stored in first] == [True, True, False]
    assert again == [Stored(first[1].seq, new=False), Stored(again[1].seq, new=True)]
    assert column(journal, "content") == ["你好，世界"] * 3


def test_other_fingerprint_is_another_row_though_all_else_is_equal(journal: Journal) -> None:
    journal.append([message("a"), message("b")])
    assert journal.count == 2


def test_rows_stand_in_order_of_arrival(journal: Journal) -> None:
    journal.append([message("z", content="1"), message("y", content="2", msg_time=1.0)])
    journal.append([message("a", content="3")])
    assert column(journal, "content") == ["1", "2", "3"]


def test_long_identifiers_keep_every_digit_beside_missing_ones(journal: Journal) -> None:
    journal.append([message("a", sender_qq="12345678901234567"), message("b", sender_qq=None)])
    assert column(journal, "sender_qq") == ["12345678901234567", None]


def test_unknown_keys_become_text_columns_at_the_end(journal: Journal) -> None:
    journal.append([message("a"), message("b", {"heat": 3, "bold": True}), message("c", {"heat": None})])
    assert journal.messages().column_names == [*MESSAGES.names, "heat", "bold"]
    assert column(journal, "heat") == [None, "3", None]
    assert column(journal, "bold") == [None, "True", None]


def test_unknown_key_called_like_a_column_does_not_replace_it(journal: Journal) -> None:
    journal.append([message("a", {"chat": "x", "seq": "y", "extra": "z"})])
    assert journal.messages().column_names == [*MESSAGES.names, "seq", "extra"]
    assert column(journal, "seq") == ["y"]
    assert column(journal, "chat") == ["PERL学习交流"]


def test_half_character_is_replaced_and_costs_no_message(journal: Journal) -> None:
    journal.append([message("a", {"x": "\udcff"}, content="a\ud83db")])
    assert column(journal, "content") == ["a\ufffdb"]
    assert column(journal, "x") == ["\ufffd"]


def test_event_goes_to_the_events_and_shares_the_order(journal: Journal) -> None:
    stored = journal.append([event(), message(), event("e2", event="stop")])
    assert journal.events().column("event").to_pylist() == ["login", "stop"]
    assert journal.count == 1
    assert [one.seq for one in stored] == sorted(one.seq for one in stored)


def test_body_is_kept_as_it_came(journal: Journal) -> None:
    (stored,) = journal.append([Arrival("message", ROW, "a", b"\x00\xff raw")])
    assert journal.body(stored.seq) == b"\x00\xff raw"
    with pytest.raises(InvalidInput, match="no arrival number 99"):
        journal.body(99)


def test_numbers_learnt_later_fill_earlier_rows(journal: Journal) -> None:
    first, second = journal.append([message("a"), message("b")])
    journal.amend({second.seq: {"sender_qq": "45678", "own": True}, first.seq: {"msg_time": 5.5}})
    assert column(journal, "sender_qq") == [None, "45678"]
    assert column(journal, "own") == [False, True]
    assert (
        journal.messages().combine_chunks()["msg_time"]
        == MESSAGES.table([{"msg_time": 5.5}, ROW])["msg_time"]
    )


def test_amending_an_unknown_column_changes_nothing(journal: Journal) -> None:
    (stored,) = journal.append([message()])
    with pytest.raises(InvalidInput, match="no column nonsense"):
        journal.amend({stored.seq: {"content": "x", "nonsense": "y"}})
    assert column(journal, "content") == ["你好，世界"]


def test_message_takes_over_body_and_identity_of_a_post(journal: Journal) -> None:
    own, _ = journal.append([message("own"), message("other")])
    post = message("post", content="posted")
    journal.amend({own.seq: {"status": "ok"}}, {own.seq: post})
    assert journal.present(["post", "own"]) == {"post"}
    assert journal.body(own.seq) == post.raw and column(journal, "status") == ["ok", None]
    assert journal.append([post]) == [Stored(own.seq, new=False)]


def test_identity_of_another_row_is_not_taken_over(journal: Journal) -> None:
    one, other = journal.append([message("one"), message("other")])
    journal.amend({one.seq: {"status": "ok"}}, {one.seq: message("other", content="x")})
    assert journal.append([message("one"), message("other")]) == [
        Stored(one.seq, False),
        Stored(other.seq, False),
    ]
    assert journal.body(one.seq) == message("one").raw


def test_posts_set_aside_are_kept_with_their_reason(tmp_path: Path) -> None:
    journal = Journal(Database(tmp_path / "j.db"), clock=lambda: 1700000000.5)
    journal.set_aside(b'{"broken', "the JSON ends too early")
    (post,) = journal.aside()
    assert (post.received_at, post.why, post.body) == (1700000000.5, "the JSON ends too early", b'{"broken')
    journal.close()


def test_only_the_newest_thousand_posts_stay_aside() -> None:
    with Journal.open(None) as journal:
        for number in range(1003):
            journal.set_aside(b"%d" % number, "why")
        assert [post.body for post in journal.aside()] == [b"%d" % number for number in range(3, 1003)]


def test_huge_posts_push_older_ones_out_but_the_newest_stays() -> None:
    with Journal.open(None) as journal:
        journal.set_aside(b"small", "why")
        database = journal._database
        with database.writing() as connection:
            connection.execute(
                "INSERT INTO aside (received_at, why, body) VALUES (1, '', zeroblob(?))", (ASIDE_BYTES,)
            )
        journal.set_aside(b"new", "why")
        assert [post.body for post in journal.aside()] == [b"new"]


def test_closed_journal_says_that_it_is_closed(journal: Journal) -> None:
    journal.close()
    journal.close()
    with pytest.raises(JournalFailed, match="is closed"):
        journal.append([message()])
    with pytest.raises(JournalFailed, match="is closed"):
        journal.messages()


def test_arrivals_are_there_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with Journal.open(path) as journal:
        (before,) = journal.append([message()])
    with Journal.open(path) as journal:
        assert column(journal, "content") == ["你好，世界"]
        same, later = journal.append([message(), message("b")])
        assert same == Stored(before.seq, new=False)
        assert later.seq > before.seq
    assert [file.name for file in tmp_path.iterdir()] == ["j.db"]


def test_two_journals_share_one_file(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j.db") as one, Journal.open(tmp_path / "j.db") as other:
        one.append([message("a")])
        (again, new) = other.append([message("a"), message("b")])
        assert (again.new, new.new) == (False, True)
        assert one.count == 2


def test_full_disk_stores_nothing_of_the_batch_and_later_all_of_it(tmp_path: Path) -> None:
    database = Database(tmp_path / "j.db")
    with Journal(database) as journal:
        journal.append([message("a")])
        limit(database, pages=1)
        batch = [message(f"b{number}", content="长" * 500) for number in range(100)]
        with pytest.raises(JournalFailed, match=r"(?s)could not be written.*full.*Free some space"):
            journal.append(batch)
        assert column(journal, "content") == ["你好，世界"]
        limit(database, pages=1_000_000)
        assert all(stored.new for stored in journal.append(batch))


def limit(database: Database, pages: int) -> None:
    """Let the file grow no more; SQLite then says what it says when the disk is full."""
    with database.writing() as connection:
        connection.execute(f"PRAGMA max_page_count = {pages}")


def test_locked_journal_says_so_and_takes_the_batch_later(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with Journal(Database(path, busy_timeout_s=0.01)) as journal:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalFailed, match=r"(?s)locked.*Another program"):
            journal.append([message()])
        assert journal.count == 0
        other.execute("ROLLBACK")
        other.close()
        assert journal.append([message()])[0].new


def test_arrival_that_cannot_be_stored_leaves_nothing_of_its_batch(journal: Journal) -> None:
    extra: Any = {"what": object()}
    unfit = Arrival("message", ROW, "b", extra=extra)
    with pytest.raises(TypeError):
        journal.append([message("a"), unfit])
    assert journal.count == 0
    assert journal.append([message("a")])[0].new


def test_threads_that_append_the_same_arrivals_store_each_once(journal: Journal) -> None:
    start = threading.Barrier(8)

    def work(_: int) -> list[Stored]:
        start.wait(10)
        return [stored for number in range(40) for stored in journal.append([message(f"m{number}")])]

    with ThreadPoolExecutor(8) as pool:
        results = [stored for part in pool.map(work, range(8)) for stored in part]
    assert journal.count == 40
    assert sum(stored.new for stored in results) == 40
    assert len({stored.seq for stored in results}) == 40


def test_reading_does_not_hold_up_appending(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j.db") as journal:
        journal.append([message("a")])
        with journal._database.reading() as connection:
            assert connection.execute("SELECT count(*) FROM messages").fetchone() == (1,)
            with ThreadPoolExecutor(1) as pool:
                pool.submit(journal.append, [message("b")]).result(10)
            assert connection.execute("SELECT count(*) FROM messages").fetchone() == (1,)
        assert journal.count == 2


def test_cell_changed_by_another_program_is_reported(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j.db") as journal:
        journal.append([message("a")])
        with journal._database.writing() as connection:
            connection.execute("UPDATE messages SET msg_time = 'soon'")
        with pytest.raises(JournalFailed, match=r"(?s)table messages cannot be read.*rows 1 to 1"):
            journal.messages()


@given(st.lists(rows(), max_size=5))
@settings(max_examples=60, deadline=None)
def test_any_rows_come_back_as_the_schema_shows_them(given_rows: list[Row]) -> None:
    with Journal.open(None) as journal:
        journal.append([Arrival("message", row, str(number)) for number, row in enumerate(given_rows)])
        assert_same(journal.messages(), MESSAGES.table(given_rows))


@given(st.lists(event_rows, max_size=5))
@settings(max_examples=30, deadline=None)
def test_any_events_come_back_as_the_schema_shows_them(given_rows: list[Row]) -> None:
    with Journal.open(None) as journal:
        journal.append([Arrival("event", row, str(number)) for number, row in enumerate(given_rows)])
        assert_same(journal.events(), EVENTS.table(given_rows))


def assert_same(table: pa.Table, expected: pa.Table) -> None:
    assert table.schema == expected.schema
    assert table.to_pydict() == expected.to_pydict()
