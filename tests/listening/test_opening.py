"""What `my.listen()` does with a file that it cannot fill: it says why, and leaves nothing behind."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import openqq_nb as oq
from openqq_nb.errors import FollowingWarning
from openqq_nb.listening.holding import Hold, is_held
from openqq_nb.simulator import Simulator
from tests.listening.site import connected, say, serving


@pytest.fixture
def server() -> Iterator[Simulator]:
    with serving() as server:
        yield server


@pytest.fixture
def my(server: Simulator) -> Iterator[oq.Account]:
    with connected(server) as my:
        yield my


def in_no_folder(folder: Path) -> Path:
    return folder / "no" / "such" / "j.db"


def under_a_file(folder: Path) -> Path:
    (folder / "file").write_text("x")
    return folder / "file" / "j.db"


def a_folder(folder: Path) -> Path:
    (folder / "j.db").mkdir()
    return folder / "j.db"


def no_journal(folder: Path) -> Path:
    (folder / "chat.txt").write_text("2019-01-01 小灰", "utf-8")
    return folder / "chat.txt"


@pytest.mark.parametrize("place", [in_no_folder, under_a_file, a_folder, no_journal])
def test_a_file_that_cannot_be_filled_is_said_and_nothing_is_left(
    my: oq.Account, tmp_path: Path, place: Callable[[Path], Path]
) -> None:
    folder = tmp_path / "journals"
    folder.mkdir()
    path = place(folder)
    before = sorted(folder.rglob("*"))
    with pytest.raises(oq.JournalFailed, match=path.name):
        my.listen(journal=path)
    assert sorted(folder.rglob("*")) == before and "off" in repr(my)


def test_a_port_that_is_taken_lets_go_of_the_journal(
    my: oq.Account, server: Simulator, tmp_path: Path
) -> None:
    path = tmp_path / "j.db"
    with pytest.raises(oq.ListenerFailed, match="is taken"):
        my.listen(journal=path, port=int(server.url.rpartition(":")[2]))
    assert not is_held(path)
    with my.listen(journal=path) as inbox:
        assert is_held(path) and inbox.running
    assert not is_held(path)


def test_who_asks_whether_a_journal_is_held_leaves_nothing_beside_it(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "j.db") and list(tmp_path.glob("j.db*")) == []
    hold = Hold.taken(tmp_path / "j.db")
    assert hold is not None and Hold.taken(tmp_path / "j.db") is None and is_held(tmp_path / "j.db")
    hold.let_go()
    hold.let_go()
    assert not is_held(tmp_path / "j.db")


def test_who_wants_to_fill_a_journal_waits_for_whoever_only_looks(tmp_path: Path) -> None:
    looking = Hold.taken(tmp_path / "j.db")
    assert looking is not None
    threading.Timer(0.1, looking.let_go).start()
    hold = Hold.taken(tmp_path / "j.db")
    assert hold is not None
    hold.let_go()


def test_two_accounts_of_one_process_share_a_journal_the_second_follows(
    server: Simulator, tmp_path: Path
) -> None:
    path = tmp_path / "j.db"
    with serving() as other, connected(server) as my, connected(other) as mine:
        server.post_to(my.listen(journal=path).url)
        with pytest.warns(FollowingWarning, match="a notebook"):
            inbox = mine.listen(journal=path)
        say(server, "hello")
        assert inbox.wait(1)["content"].tolist() == ["hello"]
        server.post_to(None)
