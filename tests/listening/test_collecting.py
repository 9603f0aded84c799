"""`openqq-nb collect`: it waits for its server, receives, answers, says what is wrong, and ends when it is told to."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from openqq_nb.errors import FollowingWarning
from openqq_nb.simulator import Simulator
from tests.client.raw import closed_port
from tests.inbox.desk import SECRET
from tests.listening.site import PATIENCE_S, SMALL, collecting, connected, friend_qq, say, serving, until
from tests.torture.children import ROOT, Child, collector, free_port

pytestmark = pytest.mark.slow

BOT = """
def register(collector):
    @collector.on_message(contains="签到")
    def checkin(message):
        return f"{message.sender}，签到成功"

    @collector.on_message(contains="坏")
    def broken(message):
        raise ValueError("坏了")

def fails(collector):
    undefined

def nothing():
    ...

no_function = 5
"""


# What a collector does with its server; the rest is the same whatever the server speaks.
all_protocols = pytest.mark.parametrize("server", ["openqq1", "onebot11"], indirect=True)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with serving(getattr(request, "param", "openqq1")) as server:
        yield server


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "j.db"


def home() -> Path:
    return Path(os.environ["OPENQQ_NB_HOME"])


def contents(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [text for (text,) in connection.execute("SELECT content FROM messages ORDER BY seq")]


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command until it ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "openqq_nb", "collect", *arguments],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )


@all_protocols
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_with_everything_stored(
    server: Simulator, path: Path, number: signal.Signals
) -> None:
    with collecting(server, path) as (child, _):
        for text in ("one", "two", "three"):
            say(server, text)
        code, rest = child.end(number)
    assert code == 0 and "received 3" in rest and "Traceback" not in rest
    assert contents(path) == ["one", "two", "three"]
    assert sorted(one.name for one in path.parent.glob("j.db*")) in (["j.db"], ["j.db", "j.db.lock"])
    with connected(server) as my, my.listen(journal=path) as inbox:
        assert inbox.df["content"].tolist() == ["one", "two", "three"]


def test_it_says_where_it_collects_but_not_its_secret(server: Simulator, path: Path) -> None:
    with collector(server, path, free_port(), home()) as child:
        line = child.line()
        child.end()
    assert str(path) in line and "listening at http://127.0.0.1:" in line and SECRET not in line


@all_protocols
def test_handlers_of_a_module_answer_and_their_errors_are_said(
    server: Simulator, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_bot.py").write_text(BOT, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with collecting(server, path, "--handlers", "my_bot:register") as (child, _):
        say(server, "签到")
        say(server, "坏消息")
        code, rest = child.end()
    reply = f"{server.truth.friends[0].person.nick}，签到成功"
    assert [one.content for one in server.received] == [reply]
    assert code == 0 and "broken" in rest and "坏了" in rest
    assert sorted(contents(path)) == sorted(["签到", reply, "坏消息"])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("my_bot", "module:function"),
        ("my_bot:none", "cannot be loaded"),
        ("my_bot:no_function", "no function but a int"),
        ("my_bot:nothing", "Found: nothing()."),
        ("broken_bot:register", "broken_bot.py, line 2, in <module>"),
        ("no_python:register", "SyntaxError"),
    ],
)
def test_handlers_that_cannot_be_loaded_are_said_before_anything_is_started(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    (tmp_path / "my_bot.py").write_text(BOT, "utf-8")
    (tmp_path / "broken_bot.py").write_text("import sys\nsys.none\n", "utf-8")
    (tmp_path / "no_python.py").write_text("def register(:\n", "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    ended = run("http://127.0.0.1:1", "--handlers", name, "--journal", str(path))
    assert ended.returncode == 1 and words in ended.stderr and "Traceback" not in ended.stderr
    assert not path.exists()


def test_handlers_that_cannot_be_registered_are_said_with_their_own_lines(
    server: Simulator, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_bot.py").write_text(BOT, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    ended = run(server.url, "--handlers", "my_bot:fails", "--journal", str(path), "--port", "0")
    line = BOT.splitlines().index("    undefined") + 1
    assert ended.returncode == 1 and "Traceback" not in ended.stderr and ended.stdout == ""
    assert "my_bot:fails" in ended.stderr and "NameError: name 'undefined' is not defined" in ended.stderr
    assert f"my_bot.py, line {line}, in fails" in ended.stderr and "collect.py" not in ended.stderr


@pytest.mark.parametrize(
    ("option", "given", "words"),
    [
        ("--journal", "no/such/folder/j.db", "no folder no/such/folder"),
        ("--journal", "pyproject.toml", "is not a journal"),
        ("--host", "203.0.113.1", "203.0.113.1"),
        ("--secret", "a b/c", "secret must be"),
        ("--public-url", "ftp://x", "public_url must begin with"),
    ],
)
def test_what_cannot_be_meant_is_said_before_the_server_is_waited_for(
    option: str, given: str, words: str
) -> None:
    ended = run(f"http://127.0.0.1:{closed_port()}", option, given)
    assert ended.returncode == 1 and words in ended.stderr and "Traceback" not in ended.stderr
    assert "Trying again" not in ended.stdout


@all_protocols
def test_messages_that_cannot_be_stored_until_the_end_are_said_last(
    server: Simulator, path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with collecting(server, path) as (child, _):
        say(server, "stored")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            say(server, "lost")
            say(server, "lost too")
            code, rest = child.end()
    (last,) = capfd.readouterr().err.splitlines()
    assert code == 1 and "not stored yet 2" in rest
    assert (
        last.startswith("openqq-nb: 2 messages were not stored and are lost: The journal ")
        and "locked" in last
    )
    assert contents(path) == ["stored"]


def test_it_waits_for_a_server_that_is_not_up_yet(path: Path) -> None:
    port, own = closed_port(), free_port()
    options = ["--journal", str(path), "--port", str(own), "--secret", SECRET, "--protocol", "openqq1"]
    arguments = ["-m", "openqq_nb", "collect", f"http://127.0.0.1:{port}", *options]
    with Child(arguments, own, home()) as child:
        assert "Trying again until it answers" in child.line()
        with Simulator(port=port, **SMALL) as server:
            server.post_to(child.ready())
            say(server, "at last")
            server.post_to(None)
            assert child.end()[0] == 0
    assert contents(path) == ["at last"]


def test_it_can_be_told_to_end_while_it_waits_for_its_server(path: Path) -> None:
    arguments = ["-m", "openqq_nb", "collect", f"http://127.0.0.1:{closed_port()}", "--journal", str(path)]
    with Child(arguments, 0, home()) as child:
        assert "Trying again until it answers" in child.line()
        code, rest = child.end()
    assert (code, rest) == (0, "") and not path.exists()


def test_a_second_collector_is_refused_with_who_is_there(server: Simulator, path: Path) -> None:
    with collecting(server, path) as (child, _):
        ended = run(server.url, "--journal", str(path), "--port", "0")
        assert ended.returncode == 1 and "Traceback" not in ended.stderr
        assert f"filled by openqq-nb collect (process {child.pid}) already" in ended.stderr
        assert "--journal" in ended.stderr
        say(server, "still here")
    assert contents(path) == ["still here"]


def test_a_collector_is_refused_where_a_notebook_listens(server: Simulator, path: Path) -> None:
    with connected(server) as my, my.listen(journal=path):
        ended = run(server.url, "--journal", str(path), "--port", "0")
    assert ended.returncode == 1 and f"a notebook (process {os.getpid()})" in ended.stderr


def test_a_port_that_is_taken_is_said(server: Simulator, path: Path) -> None:
    ended = run(server.url, "--journal", str(path), "--port", server.url.rpartition(":")[2])
    assert ended.returncode == 1 and "is taken" in ended.stderr and "Traceback" not in ended.stderr


def test_a_file_that_is_no_journal_is_said_and_left(server: Simulator, path: Path) -> None:
    path.write_bytes(b"chat")
    ended = run(server.url, "--journal", str(path), "--port", "0")
    assert ended.returncode == 1 and "is not a journal" in ended.stderr and "Traceback" not in ended.stderr
    assert path.read_bytes() == b"chat"


@all_protocols
def test_setup_says_what_to_configure_and_the_next_run_listens_there(server: Simulator) -> None:
    ended = run(server.url, "--setup")
    with connected(server) as my, my.listen() as inbox:
        assert ended.returncode == 0 and inbox.url in ended.stdout


@all_protocols
def test_what_setup_was_given_is_remembered_in_place_of_what_was(server: Simulator) -> None:
    run(server.url, "--setup")
    port = free_port()
    ended = run(server.url, "--setup", "--port", str(port), "--secret", "s3cret")
    assert f"http://127.0.0.1:{port}/openqq/s3cret" in ended.stdout
    with Child(["-m", "openqq_nb", "collect", server.url], 0, home()) as child:
        assert f"listening at http://127.0.0.1:{port}/openqq/" in child.line()
        child.end()
    with connected(server) as my, my.listen() as inbox:
        assert inbox.url == f"http://127.0.0.1:{port}/openqq/s3cret"


def test_setup_picks_a_port_that_the_next_run_listens_at(server: Simulator) -> None:
    run(server.url, "--setup")
    ended = run(server.url, "--setup", "--port", "0")
    with connected(server) as my, my.listen() as inbox:
        assert inbox.url in ended.stdout


@all_protocols
def test_setup_shows_where_the_collector_that_runs_really_listens(server: Simulator, path: Path) -> None:
    run(server.url, "--setup")
    with collecting(server, path) as (_, port):
        ended = run(server.url, "--setup", "--journal", str(path))
        assert f"http://127.0.0.1:{port}/openqq/{SECRET}" in ended.stdout
    with connected(server) as my, my.listen() as inbox:
        assert inbox.url in ended.stdout


@all_protocols
def test_without_options_it_fills_the_journal_of_the_account(server: Simulator) -> None:
    setup = run(server.url, "--setup").stdout
    with Child(["-m", "openqq_nb", "collect", server.url], 0, home()) as child:
        line = child.line()
        with connected(server) as my:
            url = next(word.strip("'\",") for word in setup.split() if "http://127" in word)
            server._settings.secret = url.rpartition("/")[2]  # as a person enters it in the panel of an end
            server.post_to(url)
            say(server, "hello")
            server.post_to(None)
            assert child.end()[0] == 0
            with my.listen() as inbox:
                assert inbox.df["content"].tolist() == ["hello"] and str(inbox.journal.path) in line


@all_protocols
def test_sends_of_handlers_that_come_late_are_rows_once(
    server: Simulator, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = (
        "import time\n"
        "def register(collector):\n"
        "    @collector.on_message\n"
        "    def late(message):\n"
        "        time.sleep(4)\n"
        "        return '晚了'\n"
    )
    (tmp_path / "late_bot.py").write_text(slow, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with collecting(server, path, "--handlers", "late_bot:register") as (child, _):
        say(server, "快点")
        until(lambda: server.received)
        code, _ = child.end()
    assert code == 0 and [one.content for one in server.received] == ["晚了"]
    assert contents(path) == ["快点", "晚了"]


def test_a_2x_server_is_polled_where_it_cannot_reach_us(path: Path) -> None:
    with serving("openqq2", poll_timeout=0.5) as server:
        arguments = ["-m", "openqq_nb", "collect", server.url, "--journal", str(path), "--poll"]
        with Child(arguments, 0, home()) as child:
            assert "polling the server" in child.line()
            with connected(server) as my:
                with pytest.warns(FollowingWarning):
                    inbox = my.listen(journal=path)
                server.say(friend_qq(server), "hello")
                assert inbox.wait(1, timeout=PATIENCE_S)["content"].tolist() == ["hello"]
                inbox.stop()
                assert child.end()[0] == 0
    assert contents(path) == ["hello"]


@all_protocols
def test_a_server_that_has_no_such_call_cannot_be_polled(server: Simulator, path: Path) -> None:
    ended = run(server.url, "--journal", str(path), "--poll")
    assert ended.returncode == 1 and "cannot be polled" in ended.stderr and not path.exists()
