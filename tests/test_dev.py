import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import dev
from tools.browser import (
    VARIABLE,
    browser_or_advice,
    browser_places,
    find_browser,
    install_browser,
    own_browser,
    playwright_browser,
    usual_browser,
)
from tools.environment import (
    REINSTALL_WHEN_CHANGED,
    fingerprint,
    made_for,
    missing_modules,
    read_stamp,
    venv_program,
    why_unusable,
)
from tools.run import ROOT, Problem, child_environment, patiently, run, shell_code

DEV = ROOT / "dev.py"
SYSTEMS = ["linux", "darwin", "win32"]


def ask(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(DEV), *arguments]
    return subprocess.run(
        command, check=False, cwd=cwd, capture_output=True, text=True, encoding="utf-8", timeout=60
    )


def a_venv(place: Path, made_at: Path | None = None, version: str = "3.11.7") -> Path:
    venv = place / ".venv"
    python = venv_program(venv, "python")
    python.parent.mkdir(parents=True)
    python.touch()
    command = f"/usr/bin/python3 -m venv --clear {made_at or venv}"
    (venv / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {version}\ncommand = {command}\n", "utf-8")
    return venv


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    place = tmp_path.resolve() / "路径 with space"
    for name in REINSTALL_WHEN_CHANGED:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(f"content of {name}", encoding="utf-8")
    return place


# --- the command line ---


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["help"]])
def test_help_names_every_command(arguments: list[str], tmp_path: Path) -> None:
    answer = ask(*arguments, cwd=tmp_path)
    assert answer.returncode == 0
    named = {line.split()[0] for line in answer.stdout.splitlines() if line.startswith("  ")}
    assert named == set(dev.COMMANDS)


def test_unknown_command_is_named_and_helped(tmp_path: Path) -> None:
    answer = ask("tets", cwd=tmp_path)
    assert answer.returncode == 2
    assert "no command 'tets'" in answer.stdout
    assert "python dev.py COMMAND" in answer.stdout


def test_problem_is_a_sentence_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_arguments: list[str]) -> int:
        raise Problem("The disk is full.")

    monkeypatch.setitem(dev.COMMANDS, "setup", fail)
    assert dev.main(["setup"]) == 1
    assert capsys.readouterr().err == "The disk is full.\n"


def test_arguments_after_the_command_are_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(dev.COMMANDS, "demo", lambda rest: 7 if rest == ["--no-lab", "--help"] else 1)
    assert dev.main(["demo", "--no-lab", "--help"]) == 7


def test_ci_runs_the_test_command_and_nothing_that_weakens_it() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    commands = [line.strip() for line in lines if "dev.py" in line]
    assert commands == ["exec python dev.py test", "exec python3 dev.py test"]
    assert "set -euo pipefail" in lines


# --- starting programs ---


def test_exit_code_is_passed_on(tmp_path: Path) -> None:
    assert run([sys.executable, "-c", "raise SystemExit(3)"], cwd=tmp_path) == 3


def test_variables_reach_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PIP_NOTE", "1")
    code = "import os, sys; sys.exit(os.environ['PIP_NOTE'] + os.environ['MORE'] != '12')"
    assert run([sys.executable, "-c", code], cwd=tmp_path, environ={"MORE": "2"}) == 0


def test_exit_code_after_a_signal_is_the_shells() -> None:
    assert [shell_code(code) for code in (0, 3, -9)] == [0, 3, 137]


def test_program_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"nothing-here could not be started.*try again"):
        run([tmp_path / "nothing-here"])


def test_ctrl_c_waits_for_the_program() -> None:
    answers: Iterator[int | None] = iter([None, None, 5])

    def wait() -> int:
        answer = next(answers)
        if answer is None:
            raise KeyboardInterrupt
        return answer

    assert patiently(wait) == (5, True)


def test_python_on_windows_reads_paths_as_utf8() -> None:
    assert child_environment("win32", {"A": "b"}) == {"A": "b", "PYTHONUTF8": "1"}
    assert child_environment("linux", {"A": "b"}) == {"A": "b"}


# --- the virtual environment ---


@pytest.mark.parametrize(
    ("system", "path"),
    [("linux", "bin/openqq-nb"), ("darwin", "bin/openqq-nb"), ("win32", "Scripts/openqq-nb.exe")],
)
def test_programs_of_an_environment(system: str, path: str) -> None:
    assert venv_program(Path("v"), "openqq-nb", system) == Path("v", path)


@pytest.mark.parametrize("name", REINSTALL_WHEN_CHANGED)
def test_fingerprint_changes_with_each_input(name: str, checkout: Path) -> None:
    before = fingerprint(checkout, "3.11")
    assert fingerprint(checkout, "3.11") == before
    (checkout / name).write_text("other", encoding="utf-8")
    assert fingerprint(checkout, "3.11") != before


def test_fingerprint_changes_with_python_and_place(checkout: Path, tmp_path: Path) -> None:
    before = fingerprint(checkout, "3.11")
    assert fingerprint(checkout, "3.12") != before
    moved = checkout.rename(tmp_path / "moved")
    assert fingerprint(moved, "3.11") != before


@pytest.mark.parametrize("content", [None, "", "{", "[]", "\x00"])
def test_stamp_that_says_nothing(content: str | None, tmp_path: Path) -> None:
    stamp = tmp_path / "stamp.json"
    if content is not None:
        stamp.write_text(content, encoding="utf-8")
    assert read_stamp(stamp) == {}


def test_environment_of_this_place_and_python_is_kept(checkout: Path) -> None:
    venv = a_venv(checkout)
    assert made_for(venv) == venv
    assert why_unusable(venv, "3.11") is None


def test_environment_is_made_where_there_is_none(checkout: Path) -> None:
    assert why_unusable(checkout / ".venv", "3.11") == "there is none yet"


def test_environment_without_its_python_is_made_anew(checkout: Path) -> None:
    venv = a_venv(checkout)
    venv_program(venv, "python").unlink()
    assert why_unusable(venv, "3.11") == "its Python is gone"


@pytest.mark.parametrize("version", ["3.12.1", "3.1", ""])
def test_environment_of_another_python_is_made_anew(version: str, checkout: Path) -> None:
    reason = why_unusable(a_venv(checkout, version=version), "3.11")
    assert reason is not None
    assert "this is 3.11" in reason


def test_environment_of_a_moved_checkout_is_made_anew(checkout: Path) -> None:
    venv = a_venv(checkout, made_at=checkout.parent / "old place" / ".venv")
    assert why_unusable(venv, "3.11") == f"it was made for {checkout.parent / 'old place' / '.venv'}"


def test_environment_with_anothers_stamp_is_made_anew(checkout: Path) -> None:
    venv = a_venv(checkout)
    (venv / "pyvenv.cfg").write_text("version = 3.11.7\n", encoding="utf-8")
    (venv / "openqq-nb.json").write_text('{"root": "/elsewhere"}', encoding="utf-8")
    assert why_unusable(venv, "3.11") == "it was made for /elsewhere"


def test_python_without_ensurepip_says_what_to_install() -> None:
    complaint = missing_modules(lambda name: None if name == "ensurepip" else object())
    assert complaint is not None
    assert "no ensurepip" in complaint
    assert "-venv" in complaint


def test_python_with_all_it_needs() -> None:
    assert missing_modules() is None


# --- browsers ---


def test_browser_places_on_linux_are_looked_up_on_the_path() -> None:
    places = browser_places("linux", {}, Path("/home/me"))
    assert places[0] == "chromium"
    assert not any("/" in place for place in places)


def test_browser_places_on_macos_are_the_applications_of_all_and_of_one() -> None:
    places = browser_places("darwin", {}, Path("/Users/me"))
    chrome = "Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    assert f"/{chrome}" in places
    assert f"/Users/me/{chrome}" in places


def test_browser_places_on_windows_follow_its_variables() -> None:
    places = browser_places("win32", {"PROGRAMFILES": "P", "LOCALAPPDATA": "L"}, Path("home"))
    assert str(Path("P/Google/Chrome/Application/chrome.exe")) in places
    assert str(Path("P/Microsoft/Edge/Application/msedge.exe")) in places
    assert str(Path("L/Chromium/Application/chrome.exe")) in places
    assert len(places) == 6


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a machine without any browser, and with nothing to install one from; give the folder of its PATH."""
    path = tmp_path / "path"
    path.mkdir()
    monkeypatch.setenv("PATH", str(path))
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    monkeypatch.setenv("PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:9")
    return path


def a_browser(path: Path) -> str:
    """Put a program that answers to `--version`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(sys.executable)
    return str(path)


@pytest.mark.parametrize("name", ["chromium", "google-chrome", "microsoft-edge"])
def test_browser_that_people_have_is_found(name: str, bare: Path) -> None:
    assert usual_browser("linux") is None
    path = a_browser(bare / name)
    assert usual_browser("linux") == path


def test_program_that_is_no_browser_is_passed_over(bare: Path) -> None:
    (bare / "chromium").write_text("#!/bin/sh\nexit 1\n", "utf-8")
    (bare / "chromium").chmod(0o755)
    path = a_browser(bare / "google-chrome")
    assert usual_browser("linux") == path


@pytest.mark.usefixtures("bare")
def test_playwrights_own_browser_is_found() -> None:
    assert own_browser() is None
    place = playwright_browser()
    assert place is not None
    path = a_browser(Path(place))
    assert own_browser() == path


def test_browser_that_is_named_is_taken_before_others(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_browser(bare / "chromium")
    named = a_browser(bare.parent / "my browser")
    monkeypatch.setenv(VARIABLE, named)
    assert find_browser() == named


def test_named_browser_that_is_none_is_a_problem(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_browser(bare / "chromium")
    monkeypatch.setenv(VARIABLE, str(bare / "nothing"))
    with pytest.raises(Problem, match=rf"{VARIABLE} is '.*nothing'.*unset it"):
        find_browser()


@pytest.mark.slow
@pytest.mark.usefixtures("bare")
def test_installing_where_nothing_can_be_had_gives_no_browser() -> None:
    assert install_browser() is None


def test_without_a_browser_it_is_said_what_to_do_and_ci_fails() -> None:
    none = browser_or_advice(None, in_ci=False)
    assert none.path is None
    for word in ("Install one", "playwright install chromium", VARIABLE, "try again"):
        assert word in none.note
    with pytest.raises(Problem, match=r"browser tests cannot run.*Install one"):
        browser_or_advice(None, in_ci=True)
    assert browser_or_advice("there", in_ci=False).path == "there"


# --- the parts of `test` ---


@pytest.mark.parametrize("mark", ["kernel", "browser", *dev.PROGRAMS])
def test_marks_stand_in_files_of_tests_where_they_are_found(mark: str) -> None:
    named = {str(one) for one in (ROOT / "tests").rglob("*.py") if f"mark.{mark}" in one.read_text("utf-8")}
    assert named and named == set(dev.files_with([mark]))


def test_part_without_a_test_has_failed() -> None:
    outcome = dev.timed("kernels", lambda: dev.NO_TESTS)
    assert (outcome.verdict, outcome.note) == ("failed", "no test was found")


def test_summary_names_what_failed_and_what_did_not_run() -> None:
    text = dev.summary(
        [
            dev.Outcome("tests", "passed", 61.25),
            dev.Outcome("kernels", "failed", 9),
            dev.Outcome("browser", "not run", note="no Chromium"),
        ]
    )
    assert [line.split() for line in text.splitlines()[2:]] == [
        ["tests", "passed", "61.2", "s"],
        ["kernels", "failed", "9.0", "s"],
        ["browser", "not", "run", "0.0", "s", "no", "Chromium"],
        ["Failed:", "kernels.", "70.2", "s", "in", "all."],
    ]
