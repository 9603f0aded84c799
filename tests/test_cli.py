"""The command line, as people run it: `openqq-nb demo`, `openqq-nb simulate`; the help and errors of the doctor."""

import hashlib
import hmac
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

import openqq_nb as oq
from openqq_nb import cli
from openqq_nb.cli import commands
from openqq_nb.errors import OpenqqError
from openqq_nb.notebooks import working_copies
from tests.client.raw import closed_port
from tests.simulator.listener import Listener

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "openqq_nb"]
# Whatever the terminal of whoever runs the tests can show.
ENVIRONMENT = {**os.environ, "PYTHONIOENCODING": "utf-8"}
PATIENCE_S = 30


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(commands, arguments)


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=ENVIRONMENT | environment,
        timeout=PATIENCE_S,
        check=False,
    )


@pytest.mark.parametrize("protocol", ["openqq1", "openqq2", "onebot11"])
def test_the_tour_shows_friends_members_a_sent_message_and_three_arriving(protocol: str) -> None:
    result = invoke("demo", "--no-lab", "--protocol", protocol)
    assert result.exit_code == 0, result.output
    parts = [
        "my.friends()",
        # OneBot gives the friends by category, and his is not the first.
        "小灰" if protocol != "onebot11" else "_青衫_",
        "my.members().groupby",
        "PERL学习交流",
        "my.send_friend(",
        "<Receipt sent:",
    ]
    parts += [" sees: 你好，周五聚餐吗？", "inbox.wait(3)"]
    places = [result.output.find(part) for part in parts]
    assert -1 not in places and places == sorted(places)
    # Messages of one moment come over separate connections, in any order.
    arrived = [
        result.output.find(text) for text in ("早上好！今天谁去图书馆？", "[图片]", "在吗？晚上一起吃饭")
    ]
    assert min(arrived) > places[-1]
    assert protocol in result.output
    assert protocol == "onebot11" or "360 members" in result.output


@pytest.mark.parametrize("end", ["napcat", "llbot", "lagrange"])
def test_the_tour_of_each_end_of_onebot_counts_the_members_of_each_group(end: str) -> None:
    result = invoke("demo", "--no-lab", "--protocol", "onebot11", "--end", end)
    assert result.exit_code == 0, result.output
    counts = re.findall(r"^.+?  +99\d{8} +(\d+)$", result.output.split("my.send_friend(")[0], re.MULTILINE)
    assert len(counts) == 12 and sum(map(int, counts)) == 360


def test_the_tour_of_another_seed_has_other_people() -> None:
    first, second = (invoke("demo", "--no-lab", "--seed", seed).output for seed in ("1", "2"))
    assert first.splitlines()[3:8] != second.splitlines()[3:8]


def test_the_tour_ends_well_on_a_terminal_that_can_show_nothing_but_ascii() -> None:
    done = run("demo", "--no-lab", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "my.friends()" in done.stdout and not done.stderr


def test_the_demo_leaves_nothing_behind(tmp_path: Path) -> None:
    assert run("demo", "--no-lab", OPENQQ_NB_HOME=str(tmp_path / "home")).returncode == 0
    assert not (tmp_path / "home").exists()


def test_help_and_version_and_a_wrong_word() -> None:
    assert {"demo", "simulate"} <= set(re.findall(r"^  (\w+)", invoke("--help").output, re.MULTILINE))
    assert re.search(r"\d+\.\d+", invoke("--version").output)
    wrong = invoke("simulat")
    assert wrong.exit_code == 2 and "No such command" in wrong.output
    assert invoke("simulate", "--protocol", "openqq3").exit_code == 2


def test_an_error_of_ours_is_one_line_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["openqq-nb", "fail"])

    @commands.command("fail")
    def fail() -> None:
        raise OpenqqError("What happened. What to do.")

    try:
        with pytest.raises(SystemExit) as ended:
            cli.main()
    finally:
        del commands.commands["fail"]
    assert ended.value.code == 1
    assert capsys.readouterr().err == "openqq-nb: What happened. What to do.\n"


def test_working_copies_are_made_once_and_never_written_over(tmp_path: Path) -> None:
    folder = working_copies(tmp_path / "路径 with space")
    copy = folder / cli.FIRST_NOTEBOOK
    copy.write_text("my own work", "utf-8")
    assert working_copies(folder) == folder
    assert copy.read_text("utf-8") == "my own work"


@contextmanager
def simulating(*options: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Run a simulated server of its own, and give its address."""
    process = subprocess.Popen(
        [*COMMAND, "simulate", "--port", "0", "--groups", "2", "--friends", "3", "--members", "4", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=ENVIRONMENT | {"PYTHONUNBUFFERED": "1"},
    )
    try:
        yield process, _address(process)
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE_S)


def _address(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"oq\.connect\('(http://[^']+)'", line)
        if found:
            return found[1]
    raise AssertionError("it told no address")


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_simulated_server_answers_and_stops_when_told(stop: signal.Signals) -> None:
    with simulating("--protocol", "openqq2", "--token", "s3cret") as (process, url):
        with pytest.raises(oq.Refused):
            oq.connect(url)
        my = oq.connect(url, token="s3cret")
        assert len(my.friends()) == 3 and "openqq2" in repr(my)
        my.close()
        process.send_signal(stop)
        assert process.wait(PATIENCE_S) == 0
        assert process.stderr is not None and process.stderr.read() == ""


def test_a_simulated_server_posts_what_people_write() -> None:
    port = closed_port()
    with simulating("--post-api", f"http://127.0.0.1:{port}/openqq/s", "--talk", "600") as (_, url):
        my = oq.connect(url)
        with my.listen(port=port, secret="s", journal=False) as inbox:
            assert len(inbox.wait(3, timeout=PATIENCE_S)) == 3
        my.close()


def test_a_simulated_end_of_onebot_asks_for_its_token_and_signs_its_posts() -> None:
    port = closed_port()
    options = (
        "--protocol",
        "onebot11",
        "--end",
        "llbot",
        "--token",
        "t0ken",
        "--secret",
        "s3cret",
        "--report-own",
    )
    listener = (
        "--post-api",
        f"http://127.0.0.1:{port}/openqq/s",
        "--talk",
        "600",
        "--message-format",
        "string",
    )
    with simulating(*options, *listener) as (_, url):
        assert httpx.post(f"{url}/get_version_info", json={}).status_code == 403
        asked = httpx.post(f"{url}/get_version_info", json={}, headers={"Authorization": "Bearer t0ken"})
        assert asked.json()["data"]["app_name"] == "LLOneBot"
        with Listener(port=port) as posted:
            post = posted.wait(1)[0]
        digest = hmac.new(b"s3cret", post.body.encode(), hashlib.sha1).hexdigest()
        assert {name.lower(): value for name, value in post.headers.items()}[
            "x-signature"
        ] == f"sha1={digest}"
        assert isinstance(json.loads(post.body)["message"], str)


def test_an_end_that_is_not_played_is_refused() -> None:
    result = invoke("simulate", "--protocol", "onebot11", "--end", "gocq")
    assert result.exit_code == 2 and "'napcat', 'llbot', 'lagrange'" in re.sub(r"\s+", " ", result.output)


def test_a_port_that_is_taken_is_said() -> None:
    with simulating() as (_, url):
        done = run("simulate", "--port", url.rpartition(":")[2])
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert url.rpartition(":")[2] in done.stderr


def test_a_simulated_server_has_the_faults_that_were_asked_for() -> None:
    faults = (
        "--fault",
        "error_page:calls=get_user_info+get_friend_info,times=1",
        "--fault",
        "html_page:calls=get_group_info",
    )
    with simulating(*faults) as (_, url):
        answers = [
            httpx.get(f"{url}/openqq/{call}")
            for call in ("get_friend_info", "get_user_info", "get_group_info")
        ]
    assert [one.status_code for one in answers] == [500, 200, 200]
    assert "<html>" in answers[2].text and answers[1].json()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("slwo", "Choose one of: slow, hang"),
        ("no_extended", "no_extended"),
        ("slow:second=1", "calls, times, seconds, code"),
        ("slow:seconds=x", "no number"),
        ("down:times=2", "It takes: seconds"),
        ("slow:calls=send", "send_group_message"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_with_the_choices(fault: str, words: str) -> None:
    result = invoke("simulate", "--port", "0", "--fault", fault)
    assert result.exit_code == 2 and words in re.sub(r"\s+", " ", result.output)


@pytest.mark.parametrize("url", ["http://me:hunter2@127.0.0.1:5999", "http://127.0.0.1:5999/?token=hunter2"])
def test_the_doctor_refuses_an_address_with_a_secret_without_showing_it(url: str) -> None:
    result = run("doctor", url)
    assert (result.returncode, result.stdout) == (1, "")
    assert "127.0.0.1:5999" in result.stderr and "--token" in result.stderr
    assert "hunter2" not in result.stderr


def test_the_help_of_the_doctor_tells_what_waiting_leaves_behind() -> None:
    text = " ".join(invoke("doctor", "--help").output.split())
    assert "without --wait nothing is changed" in text
    assert "keeps messages in the journal of the account and remembers the port" in text
