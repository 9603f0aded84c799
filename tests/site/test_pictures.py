"""The pictures of the pages: whole by day and night, and the same in both languages but for the words."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.site.pages import CHINESE, ENGLISH

SVG = "{http://www.w3.org/2000/svg}"
WORDS = (f"{SVG}text", f"{SVG}title")
PICTURES = sorted(path.relative_to(CHINESE).as_posix() for path in CHINESE.rglob("*.svg"))
_CJK = re.compile("[\u4e00-\u9fff]")


def drawn(path: Path) -> ElementTree.Element:
    return ElementTree.fromstring(path.read_text("utf-8"))  # noqa: S314 - our own


def shapes(path: Path) -> list[tuple[str, dict[str, str], str | None]]:
    """List what a picture is made of, without its words."""
    return [(one.tag, dict(one.attrib), None if one.tag in WORDS else one.text) for one in drawn(path).iter()]


def test_there_are_pictures() -> None:
    assert "guide/reaching.svg" in PICTURES


@pytest.mark.parametrize("name", PICTURES)
def test_both_languages_have_the_same_picture(name: str) -> None:
    assert shapes(CHINESE / name) == shapes(ENGLISH / name)


@pytest.mark.parametrize("name", PICTURES)
def test_the_words_are_in_the_language_of_the_page(name: str) -> None:
    chinese, english = (
        " ".join(one.text or "" for one in drawn(folder / name).iter() if one.tag in WORDS)
        for folder in (CHINESE, ENGLISH)
    )
    assert _CJK.search(chinese) and not _CJK.search(english)


@pytest.mark.parametrize("name", PICTURES)
def test_every_colour_of_the_day_has_one_of_the_night(name: str) -> None:
    style = drawn(ENGLISH / name).findtext(f"{SVG}style") or ""
    day, _, night = style.partition("@media (prefers-color-scheme: dark)")
    coloured = re.compile(r"([.\w]+) \{[^}]*#[0-9a-f]{6}")
    assert set(coloured.findall(day)) == set(coloured.findall(night)) != set()


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_is_loaded_by_a_picture(name: str) -> None:
    for folder in (CHINESE, ENGLISH):
        text = (folder / name).read_text("utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert not re.search(r"https?:|href|url\(|@import|<script", text)
