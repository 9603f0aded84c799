import json
import os
import stat
from pathlib import Path

import platformdirs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb import settings
from openqq_nb.errors import InvalidInput
from openqq_nb.settings import Remembered, file_name, journal_path, remember, remembered


def test_variable_moves_everything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(settings.HOME_VARIABLE, str(tmp_path / "elsewhere"))
    assert journal_path("9900000100") == tmp_path / "elsewhere" / "journals" / "9900000100.db"
    assert journal_path("9900000100").parent.is_dir()


def test_without_the_variable_the_users_data_folder_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(settings.HOME_VARIABLE)
    assert settings.home() == Path(platformdirs.user_data_dir("openqq-nb", appauthor=False))


def test_what_is_remembered_comes_back() -> None:
    assert remembered("9900000100") is None
    remember("9900000100", Remembered(5801, "abc"))
    remember("9900000101", Remembered(5802, "def"))
    assert remembered("9900000100") == Remembered(5801, "abc")
    remember("9900000100", Remembered(5803, "ghi"))
    assert remembered("9900000100") == Remembered(5803, "ghi")
    assert sorted(path.name for path in (settings.home() / "accounts").iterdir()) == [
        "9900000100.json",
        "9900000101.json",
    ]


def test_secret_is_readable_by_its_user_only() -> None:
    remember("9900000100", Remembered(5801, "abc"))
    path = settings.home() / "accounts" / "9900000100.json"
    modes = [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent)]
    # Windows has no such modes; there the user's data folder is the user's own.
    assert modes == [0o600, 0o700] or os.name == "nt"


def test_secret_is_not_shown() -> None:
    assert "abc" not in repr(Remembered(5801, "abc"))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"port": 1}', '{"port": "1", "secret": "x"}', '{"port": 0, "secret": "x"}'],
)
def test_damaged_file_is_an_error_that_names_it_and_is_left_alone(text: str) -> None:
    remember("9900000100", Remembered(5801, "abc"))
    path = settings.home() / "accounts" / "9900000100.json"
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidInput, match=r"9900000100\.json"):
        remembered("9900000100")
    assert path.read_text("utf-8") == text


def test_unknown_keys_of_a_later_release_do_no_harm() -> None:
    remember("9900000100", Remembered(5801, "abc"))
    path = settings.home() / "accounts" / "9900000100.json"
    path.write_text(json.dumps({"port": 1, "secret": "x", "more": 2}), "utf-8")
    assert remembered("9900000100") == Remembered(1, "x")


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_account_gives_a_plain_file_name_and_two_give_two(one: str, other: str) -> None:
    name = file_name(one)
    assert name.isascii() and name == name.lower() and "/" not in name and name not in ("", ".", "..")
    assert (name == file_name(other)) == (one == other)
