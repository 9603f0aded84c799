"""What others wrote, and what only this machine knows, stays out of a report; and nothing ends it before its time."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb import errors, settings
from openqq_nb.consulting import consult
from openqq_nb.doctor import Report, not_started, this_machine
from openqq_nb.doctor.asking import Asked, Looked
from openqq_nb.doctor.people import people
from openqq_nb.doctor.server import failed, reach
from openqq_nb.doctor.surroundings import Machine
from openqq_nb.models import Response
from openqq_nb.protocols.registry import dialect
from openqq_nb.simulator import Simulator

HOSTILE = "张三丰 <secret>\n  PROBLEM  fake line"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(friends=4, groups=2, members=4) as running:
        yield running


def waited(simulator: Simulator, wait_s: float = 0.1) -> Report:
    return consult(simulator.url, None, "auto", 5, wait_s, lambda text: None)


def of_listener(report: Report) -> str:
    (told,) = (finding for finding in report.findings if finding.check == "listener")
    return f"{told.verdict}: {told.found} {told.advice}"


def account_of(simulator: Simulator) -> str:
    return str(simulator.truth.me.person.qq)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("online", "the account is online"),
        ("silent", "the account is silent"),
        (HOSTILE, "the account has a state that is not told"),
        (pd.NA, "the account has a state that is not told"),
    ],
)
def test_a_state_is_shown_if_it_is_one_that_servers_have(state: object, told: str) -> None:
    (finding,) = people(Looked(me=pd.Series({"state": state}, dtype=object)))
    assert finding.found == f"the server is logged in; {told}"


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("2.1.4", "2.1.4"),
        (HOSTILE, "not told"),
        ("1.0\n", "not told"),
        ("9" * 21, "not told"),
        (pd.NA, "not told"),
    ],
)
def test_a_version_is_shown_if_it_is_digits_and_dots(version: object, told: str) -> None:
    looked = Looked(
        asked=[Asked("openqq/get_client_info", 0.1)],
        spoken=dialect("openqq2", None),
        server=pd.Series({"version": version}, dtype=object),
    )
    assert [one.found for one in reach(looked, None) if one.check == "dialect"] == [
        f"openqq2, version {told}"
    ]


@pytest.mark.parametrize(
    ("content_type", "told"),
    [
        ("Text/HTML; charset=UTF-8", "text/html"),
        ("", "no content type"),
        ("text/zhang-san-feng", "another content type"),
    ],
)
def test_a_content_type_is_shown_if_it_is_a_usual_one(content_type: str, told: str) -> None:
    asked = Asked("openqq/get_user_info", 0.1, Response(200, content_type, b"?"))
    assert (
        f"(HTTP status 200, {told}, 1 bytes)"
        in failed("server", errors.NotUnderstood(HOSTILE), [asked]).found
    )


@pytest.mark.parametrize(
    "error",
    [
        *(kind(HOSTILE) for kind in (errors.ListenerFailed, errors.JournalFailed, errors.InvalidInput)),
        *(kind(HOSTILE) for kind in (errors.NotLoaded, errors.Unreachable, errors.NoAnswer, errors.Refused)),
        *(kind(HOSTILE) for kind in (errors.NotUnderstood, errors.NotOpenqq, errors.OpenqqError)),
        PermissionError(13, "Permission denied", HOSTILE),
    ],
    ids=lambda error: type(error).__name__,
)
def test_why_no_listener_could_be_started_is_said_without_the_text_of_the_error(
    error: errors.OpenqqError | OSError,
) -> None:
    told = not_started(error)
    assert told.verdict == "problem" and told.advice
    assert "张三丰" not in repr(told) and "secret>" not in repr(told) and "fake" not in repr(told)


def test_an_answer_that_keeps_it_from_listening_leaves_the_report(simulator: Simulator) -> None:
    with simulator.fault("no_json", calls="get_discuss_info"):
        report = waited(simulator)
    assert "problem: it could not be started: what the server answered" in of_listener(report)
    assert "Openqq.pm" not in repr(report), "the bytes that were answered"
    assert {"dialect", "login", "call discuss_members", "versions"} <= set(report.df["check"])


def test_a_damaged_journal_leaves_the_report_and_is_not_shown(simulator: Simulator) -> None:
    path = settings.journal_path(account_of(simulator))
    path.write_bytes("张三丰在吗？".encode() * 9)
    report = waited(simulator)
    assert "problem: it could not be started: the journal" in of_listener(report)
    hidden = (str(path.parent), path.name, account_of(simulator), "张三丰")
    assert not [one for one in hidden if one in repr(report)]


def test_damaged_settings_of_the_account_leave_the_report_and_are_not_shown(simulator: Simulator) -> None:
    my = oq.connect(simulator.url)
    my.listen(journal=False).stop()
    my.close()
    (path,) = (settings.home() / "accounts").glob("*.json")
    path.write_text("{", "utf-8")
    report = waited(simulator)
    assert "the port and the secret that are remembered" in of_listener(report)
    assert str(path) not in repr(report) and account_of(simulator) not in repr(report)


def test_a_folder_that_cannot_be_made_leaves_the_report(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a-file").touch()
    monkeypatch.setenv("OPENQQ_NB_HOME", str(tmp_path / "a-file"))
    report = waited(simulator)
    assert "the folder where journals and ports are kept" in of_listener(report)
    assert str(tmp_path) not in repr(report)


def test_seconds_that_are_no_number_are_refused(simulator: Simulator) -> None:
    with pytest.raises(errors.InvalidInput, match="--wait 60"):
        waited(simulator, float("nan"))


def test_a_token_that_cannot_be_sent_is_refused_and_not_shown(simulator: Simulator) -> None:
    with pytest.raises(errors.InvalidInput, match="cannot be sent") as caught:
        consult(simulator.url, "s3same\udcff", "auto", 5, 0, lambda text: None)
    assert "s3same" not in str(caught.value) and caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        (".dockerenv", "", True),
        ("run/.containerenv", "", True),
        ("proc/1/cgroup", "0::/docker/1f2e", True),
        ("proc/1/cgroup", "0::/init.scope", False),
    ],
)
def test_a_container_is_known_by_its_files(tmp_path: Path, path: str, text: str, told: bool) -> None:
    assert not this_machine(tmp_path).in_container, "where none of them is"
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(text, "utf-8")
    assert this_machine(tmp_path).in_container is told


def test_a_file_of_the_system_that_may_not_be_read_tells_of_no_container(tmp_path: Path) -> None:
    (tmp_path / "proc/1/cgroup").mkdir(
        parents=True
    )  # whoever runs this may be root, whom no permission stops
    assert not this_machine(tmp_path).in_container


def test_a_package_whose_description_is_damaged_is_said_to_be_of_unknown_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = tmp_path / "ipywidgets-8.0.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_bytes(b"Name: ipywidgets\nVersion: \xff\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert this_machine().versions["ipywidgets"] == "of unknown version"


def test_what_is_known_of_a_machine_is_shown_without_its_environment() -> None:
    machine = Machine({"OPENQQ_NB_TOKEN": "s3same"}, False, timedelta(hours=8), {})
    assert "s3same" not in repr(machine)
