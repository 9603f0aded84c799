"""A Chinese page is the whole of its English twin: section by section, row by row, link by link."""

import re
from pathlib import Path

import pytest

from tests.site.pages import CHINESE, ENGLISH, names, text
from tools.site_pages import on_page_markdown

_FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"(#+) .*?(\{ #[\w.-]+ \})?$")
_LINK = re.compile(r"\]\(([^)]+)\)")


def shown(name: str, folder: Path) -> str:
    language = "zh" if folder == CHINESE else "en"
    return _FENCED.sub("", on_page_markdown(text(name, folder), {"theme": {"language": language}}))


def skeleton(page: str) -> list[str]:
    """List what a page is made of: headings with their anchors, rows with their number of cells, list items."""
    found = []
    for line in page.splitlines():
        if heading := _HEADING.fullmatch(line):
            found.append(f"{heading[1]} {heading[2] or ''}")
        elif line.startswith("|"):
            found.append(f"row of {line.count('|')}")
        elif item := re.match(r"(-|\d\.) |:::.*", line):
            found.append(item[0])
    return found


@pytest.mark.parametrize("name", names(ENGLISH))
def test_both_pages_have_the_same_sections_rows_and_items(name: str) -> None:
    assert skeleton(shown(name, CHINESE)) == skeleton(shown(name, ENGLISH))


@pytest.mark.parametrize("name", names(ENGLISH))
def test_both_pages_lead_to_the_same_places(name: str) -> None:
    assert sorted(_LINK.findall(shown(name, CHINESE))) == sorted(_LINK.findall(shown(name, ENGLISH)))
