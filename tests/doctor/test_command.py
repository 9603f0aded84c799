"""`openqq-nb doctor`, as people run it: its exit code, what it prints, and the wait for a message."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner, Result

import openqq_nb as oq
from openqq_nb.cli import commands
from openqq_nb.simulator import Simulator
from tests.client.raw import closed_port

pytestmark = pytest.mark.slow

PATIENCE_S = 30


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(friends=4, groups=2, members=4) as running:
        yield running


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["doctor", *arguments])


@contextmanager
def doctor(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Run it as a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-X", "utf8", "-m", "openqq_nb", "doctor", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE_S)


def printed_until(process: "subprocess.Popen[str]", words: str) -> str:
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if words in line:
            return text
    raise AssertionError(f"{words!r} is not in:\n{text}")


def address_of_listener(simulator: Simulator) -> str:
    """Give the address that is remembered for the account."""
    my = oq.connect(simulator.url)
    with my.listen(journal=False) as inbox:
        url = inbox.url
    my.close()
    return url


def test_a_set_up_without_a_fault_ends_with_0(simulator: Simulator) -> None:
    result = invoke(simulator.url)
    assert result.exit_code == 0, result.output
    assert "openqq1" in result.output and "Nothing is wrong" in result.output


def test_where_nothing_answers_it_says_so_and_ends_with_1() -> None:
    result = invoke(f"http://127.0.0.1:{closed_port()}", "--wait", "60")
    assert result.exit_code == 1
    assert "Traceback" not in result.output and "problem" in result.output


def test_the_address_and_the_token_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator(friends=1, groups=1, members=2, token="s3same") as simulator:
        monkeypatch.setenv("OPENQQ_NB_URL", simulator.url)
        assert invoke().exit_code == 1, "without the token"
        monkeypatch.setenv("OPENQQ_NB_TOKEN", "s3same")
        result = invoke()
    assert result.exit_code == 0 and "s3same" not in result.output


def test_without_an_address_it_says_what_to_type() -> None:
    result = invoke()
    assert result.exit_code == 2 and "openqq-nb doctor http://127.0.0.1:5000" in result.output


def test_it_waits_for_a_message_and_sends_none(simulator: Simulator) -> None:
    simulator.post_to(address_of_listener(simulator))
    with doctor(simulator.url, "--wait", "30") as process:
        printed_until(process, "Listening. Have somebody write to the account now")
        simulator.say(simulator.truth.friends[0].person, "hello")
        out, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, out + errors
    assert "hello" not in out and errors == ""
    assert simulator.received == []


def test_a_message_that_came_while_it_waited_is_in_the_journal(simulator: Simulator) -> None:
    simulator.post_to(address_of_listener(simulator))
    with doctor(simulator.url, "--wait", "30") as process:
        printed_until(process, "Listening.")
        simulator.say(simulator.truth.friends[0].person, "hello")
        assert process.wait(PATIENCE_S) == 0
    my = oq.connect(simulator.url)
    with my.listen() as inbox:
        assert inbox.df["content"].tolist() == ["hello"]
    my.close()


def test_when_no_message_comes_it_names_the_line_of_the_server_to_change(simulator: Simulator) -> None:
    address_of_listener(simulator)
    result = invoke(simulator.url, "--wait", "0.2")
    assert result.exit_code == 1 and "post_api" in result.output


def test_a_port_that_another_kernel_listens_at_is_said(simulator: Simulator) -> None:
    my = oq.connect(simulator.url)
    # Without a journal there is nothing to follow.
    with my.listen(journal=False), doctor(simulator.url, "--wait", "5") as process:
        out, errors = process.communicate(timeout=PATIENCE_S)
    my.close()
    assert process.returncode == 1, out + errors
    assert "another kernel or program listens there" in out and errors == ""
