"""The report: one file that holds all it shows."""

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb.columns import ZONE
from openqq_nb.reporting import write_report
from tests.charts.answers import Life, chinese, hostile, messages
from tests.reporting.pages import COUNT, members, written

_ASKS = (
    "src",
    "srcset",
    "action",
    "formaction",
    "data",
    "poster",
    "background",
    "xlink:href",
    "style",
    "ping",
)


class Reader(HTMLParser):
    """Tags, attributes and texts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def headings(page: str) -> list[str]:
    return [unescape(text) for text in re.findall(r"<h2[^>]*>([^<]*)</h2>", page)]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    before = oq.language()
    oq.language("en")
    path = written(tmp_path_factory.mktemp("report"), hostile)
    oq.language(before)
    return path.read_text("utf-8")


@pytest.mark.slow
def test_a_report_has_figures_contents_pictures_and_tables(page: str) -> None:
    found = headings(page)
    assert found[:2] == ["In figures", "Contents"]
    assert {"Who writes most", "When people write", "Messages day by day", "For how long the silent have been silent",
            "Groups that share people"} <= set(found)  # fmt: skip
    assert f"<dd>{COUNT:,}</dd>" in page
    assert len(re.findall(r"<svg ", page)) == 2 * len(re.findall(r"<figure ", page))
    assert "The people who wrote most" in page
    assert "The longest conversations, by messages" in page


@pytest.mark.slow
def test_each_entry_of_the_contents_leads_to_its_section(page: str) -> None:
    entries = re.findall(r'<li><a href="#([a-z_]+)">', page)
    assert entries
    assert all(f'<section id="{one}"' in page for one in entries)


@pytest.mark.slow
def test_a_report_holds_no_script_no_address_and_no_markup_of_others(page: str) -> None:
    reader = Reader(page)
    assert not set(reader.tags) & {"script", "iframe", "object", "embed", "link", "base", "form", "img", "image", "use",
                                   "foreignobject", "video", "audio", "input", "b", "i", "u", "marquee"}  # fmt: skip
    assert not [name for name, _ in reader.attributes if name.startswith("on") or name in _ASKS]
    assert {value[:1] for name, value in reader.attributes if name == "href"} == {"#"}
    policy = next(value for name, value in reader.attributes if value.startswith("default-src"))
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")


@pytest.mark.slow
def test_a_title_is_text(tmp_path: Path) -> None:
    log = messages(Life(chinese), 30)
    page = write_report(log, tmp_path / "one.html", title="</title><script>alert(1)</script>").read_text(
        "utf-8"
    )
    assert "<script" not in page
    assert "<h1>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;</h1>" in page


@pytest.mark.slow
def test_a_report_speaks_chinese(tmp_path: Path) -> None:
    oq.language("zh")
    page = written(tmp_path, chinese).read_text("utf-8")
    assert '<html lang="zh-CN">' in page
    assert headings(page)[:2] == ["概览", "目录"]
    assert "发言排行" in headings(page)
    assert "最长的聊天（按消息数）" in page


def test_of_an_empty_log_the_report_says_so(tmp_path: Path) -> None:
    page = write_report(messages(Life(chinese), 30).head(0), tmp_path / "one.html").read_text("utf-8")
    assert "There are no messages to report on." in page
    assert "<svg" not in page


def test_one_message_is_reported(tmp_path: Path) -> None:
    log = pd.DataFrame({"msg_time": [pd.Timestamp("2026-11-17 20:15", tz=ZONE)]})
    page = write_report(log, tmp_path / "one.html").read_text("utf-8")
    assert "<dd>1</dd>" in page
    assert "(no name)" in page


@pytest.mark.slow
def test_a_question_that_cannot_be_asked_says_so_on_the_page(tmp_path: Path) -> None:
    log = messages(Life(chinese), 300)
    page = write_report(log, tmp_path / "one.html", roster=members(chinese).drop(columns="qq")).read_text(
        "utf-8"
    )
    assert "Not on this page" in headings(page)
    assert "Who writes most" in headings(page)


@pytest.mark.slow
def test_people_are_called_as_the_roster_calls_them(tmp_path: Path) -> None:
    roster = pd.DataFrame({"gnumber": "552603", "qq": ["10000"], "displayname": ["备注名"]})
    page = write_report(messages(Life(chinese), 300), tmp_path / "one.html", roster=roster).read_text("utf-8")
    assert "<bdi>备注名</bdi>" in page


@pytest.mark.slow
def test_a_report_replaces_the_one_before_or_leaves_it(tmp_path: Path) -> None:
    log = messages(Life(chinese), 30)
    path = write_report(log, tmp_path / "one.html", title="one")
    assert write_report(log, path, title="two") == path
    assert "<h1>two</h1>" in path.read_text("utf-8")
    with pytest.raises(oq.InvalidInput, match="what was there before is unchanged"):
        write_report(log, tmp_path / "no" / "one.html")
    folder = tmp_path / "folder.html"
    folder.mkdir()
    with pytest.raises(oq.InvalidInput, match="what was there before is unchanged"):
        write_report(log, folder)
    assert sorted(one.name for one in tmp_path.glob("*html*")) == ["folder.html", "one.html"]
    assert not list(tmp_path.glob(".*"))


def test_what_is_no_log_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(oq.InvalidInput):
        write_report(pd.DataFrame({"a": [1]}), tmp_path / "one.html")
    assert not (tmp_path / "one.html").exists()
