"""The check of links finds each kind of link that leads nowhere."""

from pathlib import Path

import pytest

from tools.site import broken_links


@pytest.mark.parametrize(
    ("link", "wrong"),
    [
        ("other.html", None),
        ("other.html#there", None),
        ("#here", None),
        ("folder/", None),
        ("%E9%A1%B5.html", None),
        ("https://example.org/", None),
        ("mailto:somebody@example.org", None),
        ("gone.html", "no such file"),
        ("other.html#gone", "no such anchor"),
        ("#gone", "no such anchor"),
        ("/other.html", "is neither relative nor of another site"),
        ("//example.org/", "is neither relative nor of another site"),
        ("javascript:alert(1)", "is neither relative nor of another site"),
        ("https:other.html", "names no host"),
    ],
)
def test_a_link_is_followed(link: str, wrong: str | None, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/index.html").write_text("", "utf-8")
    (tmp_path / "other.html").write_text('<h2 id="there">', "utf-8")
    (tmp_path / "页.html").write_text("", "utf-8")
    (tmp_path / "page.html").write_text(f'<h2 id="here"><a href="{link}">', "utf-8")
    assert broken_links(tmp_path) == ([f"page.html: {link}: {wrong}"] if wrong else [])


@pytest.mark.parametrize("tag", ['<img src="gone.png">', '<script src="gone.js">', '<link href="gone.css">'])
def test_what_a_page_loads_is_looked_for_too(tag: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(tag, "utf-8")
    assert len(broken_links(tmp_path)) == 1
