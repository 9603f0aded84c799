"""The Java for the tests of PySpark: found, judged, asked for."""

from pathlib import Path

import pytest

from tools.java import find_java, java_or_advice, java_program, version
from tools.run import Problem


def a_java(folder: Path, says: str) -> Path:
    path = folder / "bin" / "java"
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\n", "utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("said", "main"),
    [
        ("openjdk 17.0.21 2026-10-20\nOpenJDK Runtime Environment (build 17.0.21+9)", 17),
        ("java 21 2023-09-19 LTS", 21),
        ("Unrecognized option: --version", 0),
        ("", 0),
        (None, 0),
    ],
)
def test_the_version_is_read_from_what_java_says(said: str | None, main: int) -> None:
    assert version(said) == main


def test_java_home_goes_before_the_path() -> None:
    assert java_program({"JAVA_HOME": "/j"}, "linux") == str(Path("/j/bin/java"))
    assert java_program({"JAVA_HOME": "/j"}, "win32") == str(Path("/j/bin/java.exe"))


@pytest.mark.parametrize(
    ("says", "good"), [("openjdk 17.0.2 2022-01-18", True), ("openjdk 11.0.2 2019-01-15", False)]
)
def test_a_java_that_is_too_old_is_none(
    says: str, good: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_java(tmp_path, says)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert find_java() == (str(path) if good else None)


def test_without_java_it_is_said_what_to_do_and_ci_fails() -> None:
    none = java_or_advice(None, in_ci=False)
    assert none.path is None
    for word in ("Java 17", "openjdk-17", "JAVA_HOME", "try again"):
        assert word in none.note
    with pytest.raises(Problem, match=r"PySpark cannot run.*Install one"):
        java_or_advice(None, in_ci=True)
