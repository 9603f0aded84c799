"""Every word of a widget is there in both languages, and every one that a page asks for is there."""

import re
import string
from pathlib import Path

import pytest

from openqq_nb import widgets
from openqq_nb.languages import Table
from openqq_nb.widgets import problems, words
from openqq_nb.widgets.broadcaster import words as broadcaster
from openqq_nb.widgets.composer import faces
from openqq_nb.widgets.composer import words as composer
from openqq_nb.widgets.explorer import words as explorer
from openqq_nb.widgets.feed import words as feed

PAGES = Path(widgets.__file__).with_name("page")
TABLES: dict[str, Table] = {
    "common": words.COMMON,
    "problems": problems.WORDS,
    "composer": composer.WORDS,
    "faces": faces.WORDS,
    "explorer": explorer.WORDS,
    "broadcaster": broadcaster.WORDS,
    "feed": feed.FEED,
}
ALL: Table = {key: pair for table in TABLES.values() for key, pair in table.items()}


def places(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("table", TABLES)
def test_both_languages_say_the_same_with_the_same_values(table: str) -> None:
    for key, (english, chinese) in TABLES[table].items():
        assert english.strip() and chinese.strip(), key
        assert places(english) == places(chinese), key
        assert not re.search("[\u4e00-\u9fff]", english.replace("[微笑]", "").replace("已被腾讯屏蔽", "")), (
            key
        )


@pytest.mark.parametrize("page", sorted(path.name for path in PAGES.glob("*.js")))
def test_every_word_that_a_page_asks_for_by_name_is_there(page: str) -> None:
    asked = re.findall(r'\bword\("(\w+)"', (PAGES / page).read_text("utf-8"))
    assert [key for key in asked if key not in ALL] == []


@pytest.mark.parametrize("page", sorted(path.name for path in PAGES.iterdir()))
def test_a_page_asks_no_address_and_makes_no_element_of_a_text(page: str) -> None:
    text = (PAGES / page).read_text("utf-8")
    assert not re.search(
        r"https?://|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|url\(|@import", text
    )
