"""The checks of conftest.py can fail."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import conftest
from conftest import listening_ports, threads_that_must_end

pytest_plugins = ["pytester"]

LEAKS = """
import socket, threading

def test_thread():
    threading.Thread(target=threading.Event().wait, name="openqq-nb-lost", daemon=True).start()

def test_socket():
    global server
    server = socket.create_server(("127.0.0.1", 0))

def test_tidy():
    thread = threading.Thread(target=int)
    thread.start()
"""


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_thread_of_ours_must_end_though_it_is_a_daemon(stop: threading.Event) -> None:
    thread = threading.Thread(target=stop.wait, name="openqq-nb-listener", daemon=True)
    thread.start()
    assert thread in threads_that_must_end()


def test_daemon_of_others_may_stay(stop: threading.Event) -> None:
    thread = threading.Thread(target=stop.wait, name="IOPub", daemon=True)
    thread.start()
    assert thread not in threads_that_must_end()


def test_listening_socket_is_seen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert port in listening_ports()
    assert port not in listening_ports()


@pytest.mark.slow
def test_leak_fails_its_test_and_no_other(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(Path(conftest.__file__).read_text(encoding="utf-8").replace("_S = 2.0", "_S = 0.1"))
    pytester.makepyfile(LEAKS)
    outcome = pytester.runpytest_subprocess("-p", "no:randomly")
    outcome.assert_outcomes(passed=3, errors=2)
    outcome.stdout.fnmatch_lines(
        ["*left running: openqq-nb-lost.*", "*left running: a socket listening on port*"]
    )


def test_settings_are_the_tests_own(tmp_path: Path) -> None:
    assert os.environ["OPENQQ_NB_HOME"].startswith(str(tmp_path))
    assert "OPENQQ_NB_URL" not in os.environ
