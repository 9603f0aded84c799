"""What goes wrong with a journal while messages come: nothing is lost or overwritten, and the person is told."""

import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from openqq_nb.errors import InboxWarning
from openqq_nb.inbox import shelf
from openqq_nb.journal import Journal, Turn
from tests.inbox.desk import PATIENCE_S, Desk, listening, message
from tools.mounts import mounting

FOREIGN = b"chat of 2019\n" * 5_000
FIRST_S, LATER_S = 2.5, 0.5

Trouble = Callable[[Desk, Path], AbstractContextManager[None]]


class Watched(Journal):
    """A journal that tells when something was stored."""

    @contextmanager
    def turn(self, *, writing: bool = True) -> Iterator[Turn]:
        with super().turn(writing=writing) as turn:
            yield turn
        if writing:
            self.stored.set()

    @property
    def stored(self) -> threading.Event:
        """Set when something was stored, which nobody need ask for."""
        event: threading.Event = self.__dict__.setdefault("_stored", threading.Event())
        return event

    def await_storing(self) -> None:
        """Wait until something is stored by itself."""
        self.stored.clear()
        assert self.stored.wait(PATIENCE_S)


@contextmanager
def watched(path: Path) -> Iterator[tuple[Desk, Watched]]:
    journal = Watched.open(path)
    with listening(journal=journal) as desk:
        yield desk, journal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "journals"
    folder.mkdir()
    return folder / "j.db"


def kept(path: Path) -> list[str]:
    """Read a journal without any help of ours."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return [text for (text,) in connection.execute("SELECT content FROM messages ORDER BY seq")]


def told(desk: Desk) -> list[str]:
    """Look at the inbox; gives what is told."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert len(desk.inbox.df) and repr(desk.inbox)
    assert {one.category for one in caught} <= {InboxWarning}
    return [str(one.message) for one in caught]


def look_at_the_file(desk: Desk) -> None:
    """Have the inbox look whether others have written, as it does every second."""
    tail, done = desk.inbox._receiver._tail, threading.Event()
    assert tail is not None
    desk.inbox._receiver._thread.call(tail._look)
    desk.inbox._receiver._thread.call(done.set)
    assert done.wait(PATIENCE_S)


# --- what lasts a while ---


@contextmanager
def full(desk: Desk, path: Path) -> Iterator[None]:
    """Let the file grow no more; the limit is that of the inbox's own connection."""
    connection = desk.inbox.journal._database._connection
    assert connection is not None
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    desk.post(message("长" * 60_000))  # what little room there is on the last pages
    yield
    if desk.inbox.running:
        connection.execute("PRAGMA max_page_count = 1000000")


@contextmanager
def locked(desk: Desk, path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def replaced_by_a_foreign_file(desk: Desk, path: Path) -> Iterator[None]:
    away = path.rename(path.with_name("away"))
    path.write_bytes(FOREIGN)
    yield
    assert path.read_bytes() == FOREIGN
    away.rename(path)


@contextmanager
def replaced_by_another_database(desk: Desk, path: Path) -> Iterator[None]:
    away = path.rename(path.with_name("away"))
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE notes (text)")
    foreign = path.read_bytes()
    yield
    assert path.read_bytes() == foreign
    away.rename(path)


@contextmanager
def folder_gone(desk: Desk, path: Path) -> Iterator[None]:
    away = path.parent.rename(path.parent.with_name("away"))
    yield
    away.rename(path.parent)


LASTING: Sequence[tuple[Trouble, str]] = (
    (full, "(?s)full.*Free some space"),
    (locked, "(?s)locked.*Another program"),
    (replaced_by_a_foreign_file, "(?s)not a journal.*'chat of 2019"),
    (replaced_by_another_database, "(?s)another program.*notes"),
    (folder_gone, "(?s)folder"),
)


@pytest.fixture(params=LASTING, ids=[trouble.__name__ for trouble, _ in LASTING])
def lasting(request: pytest.FixtureRequest) -> tuple[Trouble, str]:
    found: tuple[Trouble, str] = request.param
    return found


def test_what_cannot_be_stored_is_503_shown_waited_for_handled_and_stored_when_it_can_be(
    path: Path, lasting: tuple[Trouble, str]
) -> None:
    trouble, words = lasting
    one, seen = message("one"), list[str]()
    with watched(path) as (desk, journal):
        desk.inbox.on_message(lambda new: seen.append(new.content))
        assert desk.post(message("before")).status_code == 204
        with trouble(desk, path):
            statuses = [desk.post(new).status_code for new in (one, message("two"), one)]
            assert statuses == [503] * 3
            assert desk.inbox._receiver.stats.waiting >= 2
            assert re.search(words, told(desk)[-1])
            assert desk.contents()[-2:] == ["one", "two"]
            assert desk.inbox.wait(1, timeout=PATIENCE_S, contains="two")["content"].tolist() == ["two"]
        journal.await_storing()
        assert desk.post(message("after")).status_code == 204
        assert desk.post(one).status_code == 204
        assert desk.inbox.stats.waiting == 0
        shown = desk.contents()
        assert [text for text in shown if len(text) < 10] == ["before", "one", "two", "after"]
        assert kept(path) == shown == seen
    with Journal.open(path) as again:
        assert again.messages().column("content").to_pylist() == shown


def test_trouble_is_told_once_and_again_when_it_comes_again(path: Path, lasting: tuple[Trouble, str]) -> None:
    trouble, words = lasting
    with watched(path) as (desk, journal):
        desk.post(message("before"))
        for _ in range(2):
            with trouble(desk, path):
                for text in "abcdef":
                    assert desk.post(message(text)).status_code == 503
                    look_at_the_file(desk)
                # That the file is another one is a fact of its own.
                news = [text for text in told(desk) if "moved or replaced" not in text]
                assert len(news) == 1 and re.search(words, news[0]), news
            journal.await_storing()
            assert all("moved or replaced" in text for text in told(desk))


def test_first_post_waits_for_a_lock_and_later_ones_do_not(path: Path) -> None:
    with watched(path) as (desk, journal):
        desk.post(message("before"))
        with locked(desk, path):
            assert _took_s(lambda: desk.post(message("one"))) < FIRST_S
            for text in ("two", "three", "four"):
                assert _took_s(lambda text=text: desk.post(message(text))) < LATER_S  # type: ignore[misc]
            elsewhere = desk.inbox.address.url.replace(desk.inbox.address.secret, "wrong")
            assert _took_s(lambda: desk.http.post(elsewhere, json={})) < LATER_S
            assert len(told(desk)) == 1 and desk.inbox.stats.waiting == 4
        journal.await_storing()
        # It is patient again with the next one who writes.
        with locked(desk, path):
            assert 1 < _took_s(lambda: desk.post(message("again"))) < FIRST_S
        journal.await_storing()
        assert len(told(desk)) == 1 and kept(path) == desk.contents()


def _took_s(work: Callable[[], object]) -> float:
    begun_s = time.monotonic()
    work()
    return time.monotonic() - begun_s


def test_stop_while_it_lasts_ends_soon_and_says_what_was_not_stored(
    path: Path, lasting: tuple[Trouble, str]
) -> None:
    trouble, words = lasting
    with watched(path) as (desk, _):
        desk.post(message("before"))
        with trouble(desk, path):
            assert desk.post(message("lost")).status_code == 503
            with pytest.warns(InboxWarning) as said:
                assert _took_s(desk.inbox.stop) < FIRST_S + 1
            assert re.search(r"\d messages? (was|were) not stored", str(said[-1].message))
            assert re.search(words, " ".join(desk.inbox.stats.errors))
            assert desk.inbox.stats.waiting >= 1 and desk.contents()[-1] == "lost"
        assert "before" in kept(path) and "lost" not in kept(path)


def test_memory_is_bounded_and_what_falls_out_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "KEPT", 5)
    with watched(path) as (desk, journal):
        with locked(desk, path):
            for number in range(8):
                assert desk.post(message(str(number))).status_code == 503
            assert re.search("More than 5 messages wait", told(desk)[-1]) and desk.inbox.stats.waiting == 5
        journal.await_storing()
        assert desk.contents() == [str(number) for number in range(8)]
        assert kept(path) == ["3", "4", "5", "6", "7"]


def test_bytes_in_memory_are_bounded_as_well(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "KEPT_BYTES", 100_000)
    with watched(path) as (desk, journal):
        with locked(desk, path):
            for number in range(5):
                desk.post(message(f"{number}" * 40_000))
            assert re.search("wait to be stored", told(desk)[-1]) and desk.inbox.stats.waiting == 2
        journal.await_storing()
        assert [text[0] for text in kept(path)] == ["3", "4"]


# --- what happens to the file once ---


def settle(desk: Desk, journal: Watched, words: str) -> None:
    """Wait until all is stored, and see that what happened is told once."""
    if desk.inbox._receiver.stats.waiting:
        journal.await_storing()
    (why,) = told(desk)
    assert words in why


def lose(desk: Desk, path: Path) -> None:
    path.unlink()


def move(desk: Desk, path: Path) -> None:
    path.rename(path.with_name("away.db"))


def move_all(desk: Desk, path: Path) -> None:
    for one in path.parent.glob("j.db*"):
        one.rename(one.with_name("away" + one.name))


@pytest.mark.parametrize("loss", [lose, move, move_all])
def test_journal_that_is_gone_is_told_and_begun_anew(path: Path, loss: Callable[[Desk, Path], None]) -> None:
    with watched(path) as (desk, journal):
        for text in ("one", "two"):
            desk.post(message(text))
        loss(desk, path)
        # Who notices first, the post or the look of every second, is a matter of luck.
        assert desk.post(message("three")).status_code in (503, 204)
        settle(desk, journal, "deleted, moved or replaced")
        assert desk.post(message("four")).status_code == 204
        assert (
            told(desk) == []
            and kept(path) == ["three", "four"]
            and desk.contents() == ["one", "two", "three", "four"]
        )
    with Journal.open(path) as again:
        assert again.messages().column("content").to_pylist() == ["three", "four"]


def test_journal_that_was_moved_away_is_whole_and_can_be_moved_back(path: Path) -> None:
    away = path.with_name("away.db")
    with watched(path) as (desk, journal):
        desk.post(message("one"))
        path.rename(away)
        desk.post(message("two"))
        desk.post(message("three"))
        settle(desk, journal, "moved")
        assert kept(away) == ["one"]
        new = path.rename(path.with_name("new.db"))
        away.rename(path)
        desk.post(message("four"))
        desk.post(message("five"))
        settle(desk, journal, "moved")
        assert (kept(new), kept(path)) == (["two", "three"], ["one", "four", "five"])
        assert desk.contents() == ["one", "two", "three", "four", "five"]


def test_other_journal_in_its_place_gets_what_comes_and_keeps_what_it_has(path: Path) -> None:
    other = path.with_name("other.db")
    with listening(journal=other) as desk:
        for text in ("of", "somebody", "else"):
            desk.post(message(text))
    with watched(path) as (desk, journal):
        desk.post(message("one"))
        other.replace(path)
        desk.post(message("two"))
        desk.post(message("three"))
        settle(desk, journal, "replaced")
        assert kept(path) == ["of", "somebody", "else", "two", "three"]


def test_row_of_a_journal_that_is_gone_changes_none_of_the_new_one(path: Path) -> None:
    with watched(path) as (desk, journal):
        desk.post(message("of a stranger", sender_qq=None, sender_id="1"))
        assert desk.account.refreshed.acquire(timeout=PATIENCE_S)
        path.unlink()
        desk.post(message("of a friend"))
        desk.post(message("of a friend, again"))
        settle(desk, journal, "deleted")
        desk.account.numbers["1"] = "9900000555"
        desk.inbox._receiver._fill()
        desk.post(message("end"))
        assert desk.inbox.df["sender_qq"].tolist() == ["9900000555"] + 3 * ["9900000101"]
        with closing(sqlite3.connect(path)) as connection:
            numbers = connection.execute("SELECT sender_qq FROM messages ORDER BY seq").fetchall()
        assert numbers == 3 * [("9900000101",)]


def test_damaged_journal_is_left_as_it_is_and_a_new_one_takes_its_place_when_it_is_moved(path: Path) -> None:
    with listening(journal=path) as desk:
        for number in range(300):
            desk.post(message(f"{number} " + "长" * 100))
    with watched(path) as (desk, journal):
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.seek(8_192)
            file.write(os.urandom(size - 16_384))
        damaged = path.read_bytes()
        assert [desk.post(message(text)).status_code for text in ("one", "two")] == [503, 503]
        (why,) = told(desk)
        assert re.search("(?s)malformed.*Keep a copy", why) and desk.contents()[-2:] == ["one", "two"]
        assert path.read_bytes() == damaged
        path.rename(path.with_name("damaged.db"))
        journal.await_storing()
        assert desk.post(message("three")).status_code == 204
        assert kept(path) == ["one", "two", "three"]
        assert all("moved" in text for text in told(desk)) and len(desk.inbox.df) == 303
    assert path.with_name("damaged.db").read_bytes() == damaged


# --- what only a mount of one's own can show ---


@pytest.mark.mounts
@pytest.mark.parametrize("scene", ["full", "read_only", "read_only_from_the_start"])
def test_on_a_small_or_read_only_disk(scene: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        [*mounting(), sys.executable, "-m", "tests.inbox.on_a_mount", scene, str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S * 6,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
