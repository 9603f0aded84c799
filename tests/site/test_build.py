"""The built site: its links lead somewhere, nothing is loaded from elsewhere, each page has its twin."""

import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.site.pages import CHINESE, ENGLISH, ROOT, names
from tools.site import broken_links, build_one, read

PAGES = sorted(name.removesuffix(".md") + ".html" for name in names(ENGLISH))
LOADED = re.compile(r"""<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)=["']?([^"' >]+)""")
IN_STYLES = re.compile(r"""(?:url\(|@import )["']?([^"')]+)""")


def test_both_languages_have_the_same_pages() -> None:
    assert names(CHINESE) == names(ENGLISH)


@pytest.mark.slow
@pytest.mark.parametrize(("link", "code"), [("page.md#there", 0), ("page.md#gone", 1), ("gone.md", 1)])
def test_a_link_that_leads_nowhere_fails_the_build(link: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/page.md").write_text("# There\n", "utf-8")
    (tmp_path / "docs/index.md").write_text(f"[link]({link})\n", "utf-8")
    checks = re.search(r"^validation:\n(?:  .*\n)+", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    assert checks
    config = tmp_path / "mkdocs.yml"
    config.write_text(f"site_name: small\n{checks[0]}", "utf-8")
    assert build_one(config, tmp_path / "site", sys.executable) == code


@pytest.mark.slow
def test_every_link_leads_somewhere(site: Path) -> None:
    assert broken_links(site) == []


@pytest.mark.slow
def test_every_page_is_built_and_in_the_navigation(site: Path) -> None:
    for root in (site, site / "zh"):
        linked = {(root / link.partition("#")[0]).resolve() for link in read(root / "index.html").links}
        assert [page for page in PAGES if (root / page).resolve() not in linked] == []


@pytest.mark.slow
def test_the_language_switch_leads_to_the_twin_of_each_page(site: Path) -> None:
    for page in PAGES:
        for here, there in ((site, site / "zh"), (site / "zh", site)):
            links = {(here / page).parent.joinpath(link).resolve() for link in read(here / page).links}
            assert (there / page).resolve() in links, f"{here / page} does not link to its twin"


@pytest.mark.slow
def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    loaded = {
        place
        for pattern, kind in ((LOADED, "*.html"), (IN_STYLES, "*.css"))
        for path in site.rglob(kind)
        for place in pattern.findall(path.read_text("utf-8"))
    }
    assert {place for place in loaded if urlsplit(place).netloc} == set()


@pytest.mark.slow
def test_the_tables_of_the_code_are_on_the_pages_and_what_tests_read_is_not(site: Path) -> None:
    for root in (site, site / "zh"):
        for page in PAGES:
            text = (root / page).read_text("utf-8")
            assert not re.search(r"<!-- (?:run|server|columns|faults)", text), page


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "words"), [(".", ("Source:", "Examples:")), ("zh", ("来源：", "示例："))]
)
def test_the_reference_tells_sources_and_shows_examples(
    site: Path, language: str, words: tuple[str, str]
) -> None:
    page = (site / language / "reference/account.html").read_text("utf-8")
    send = page.partition('id="openqq_nb.Account.send_friend"')[2].partition("<h3")[0]
    assert all(f">{word}<" in send for word in words)
    assert "<details" not in page


@pytest.mark.slow
@pytest.mark.parametrize("language", [".", "zh"])
def test_what_is_returned_is_told_in_words_also_before_a_colon(site: Path, language: str) -> None:
    page = (site / language / "reference/analysis.html").read_text("utf-8")
    assert "A frame of the same engine, one row a person" in page
    assert ">A frame of the same engine, one row a person" not in re.sub("<p>", "", page)
