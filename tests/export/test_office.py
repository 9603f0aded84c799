"""What LibreOffice makes of exported files: nothing is computed, every id, time and text is there."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from openqq_nb.exporting import export
from tests.export.office import AS_TEXT, opened
from tests.export.reading import HOSTILE, hostile, in_utc, instants, read_csv, read_xlsx
from tools.office import Office, office_places, ready_office
from tools.run import Problem

IDS = ("qq", "id")
TIMES = ("msg_time", "in New York")
# How LibreOffice writes a flag into a sheet.
FLAGS = frozenset({"=TRUE()", "=FALSE()"})


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office")


def lost(path: Path, texts: list[str], folder: Path) -> dict[str, str]:
    """Say which texts LibreOffice shows otherwise, and how; it ends a line in one way."""
    shown = [row["content"] or "" for row in read_csv(opened(path, "csv", folder))]
    given = [text.replace("\r\n", "\n") for text in texts]
    return {one: other for one, other in zip(given, shown, strict=True) if one != other}


# --- opened and saved again ---


@pytest.mark.office
def test_a_sheet_has_every_id_and_time_and_computes_nothing(place: Path) -> None:
    frame = hostile()
    rows = read_xlsx(opened(export(frame, place / "sheet.xlsx"), "xlsx", place), FLAGS)
    for name in IDS:
        assert [row[name] for row in rows] == frame[name].tolist()
    for name in TIMES:
        assert instants([row[name] for row in rows]) == in_utc(frame[name])
    assert [(row["member_count"], row["own"]) for row in rows[:3]] == [(None, None), (1, False), (2, True)]


@pytest.mark.office
def test_a_sheet_has_every_text(place: Path) -> None:
    path = export(hostile(), place / "texts.xlsx")
    assert lost(path, list(HOSTILE), place) == {}
    assert "=1+1" in read_csv(opened(path, "csv", place))[0]


@pytest.mark.office
def test_a_sheet_has_every_common_sign_of_unicode_and_many_others(place: Path) -> None:
    signs = (*range(0x1000), *range(0x1000, 0xD800, 31), *range(0xE000, 0x110000, 331))
    texts = [f"a{chr(number)}b" for number in (*signs, 0xFFFD, 0xFFFE, 0xFFFF)]
    frame = pd.DataFrame({"id": "x", "content": pd.Series(texts, dtype="str")})
    assert lost(export(frame, place / "signs.xlsx"), texts, place) == {}


@pytest.mark.office
def test_a_csv_opened_as_documented_has_every_id_and_time_and_computes_nothing(place: Path) -> None:
    frame = hostile()
    rows = read_xlsx(opened(export(frame, place / "as text.csv"), "xlsx", place, AS_TEXT), FLAGS)
    for name in IDS:
        assert [row[name] for row in rows] == frame[name].tolist()
    for name in TIMES:
        assert instants([row[name] for row in rows]) == in_utc(frame[name])
    assert [row["content"].removeprefix("'") for row in rows[:3]] == frame["content"].tolist()[:3]


@pytest.mark.office
def test_a_csv_opened_without_a_question_computes_nothing_and_shows_chinese(place: Path) -> None:
    frame = hostile().assign(nick="小灰")
    rows = read_xlsx(opened(export(frame, place / "plain.csv"), "xlsx", place))
    assert {row["nick"] for row in rows} == {"小灰"}
    for name in TIMES:
        assert instants([row[name] for row in rows]) == in_utc(frame[name])


@pytest.mark.office
def test_times_without_a_zone_are_dates(place: Path) -> None:
    frame = pd.DataFrame({"t": pd.to_datetime(["2026-11-17 20:15:00", "1999-12-31 23:59:59"])})
    sheet = openpyxl.load_workbook(opened(export(frame, place / "dates.xlsx"), "xlsx", place)).active
    assert [sheet["A2"].value, sheet["A3"].value] == frame["t"].tolist()


# --- where LibreOffice is found ---


def test_office_places_on_linux_are_looked_up_on_the_path() -> None:
    assert office_places("linux", {}, Path("/home/me")) == ["soffice", "libreoffice"]


def test_office_places_on_macos_are_the_applications_of_all_and_of_one() -> None:
    program = "Applications/LibreOffice.app/Contents/MacOS/soffice"
    assert office_places("darwin", {}, Path("/Users/me")) == [f"/{program}", f"/Users/me/{program}"]


def test_office_places_on_windows_follow_its_variables() -> None:
    places = office_places("win32", {"PROGRAMFILES": "P"}, Path("home"))
    assert places == [str(Path("P/LibreOffice/program/soffice.com"))]


def test_the_named_office_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENQQ_NB_TEST_OFFICE", "/somewhere/soffice")
    assert ready_office(in_ci=True) == Office("/somewhere/soffice")


def test_without_an_office_the_tests_are_not_run_and_it_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("OPENQQ_NB_TEST_OFFICE", "PROGRAMFILES", "PROGRAMFILES(X86)"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", "")
    office = ready_office(in_ci=False)
    assert office.path is None
    assert "libreoffice-calc-nogui" in office.note
    with pytest.raises(Problem, match="cannot run"):
        ready_office(in_ci=True)
