"""The report: one file that holds all it shows."""

import re
from collections.abc import Sequence
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

import openqq_nb as oq
from openqq_nb.columns import ZONE
from openqq_nb.errors import InvalidInput
from openqq_nb.reporting import write_report
from tests.charts.answers import Life, chinese, hostile, messages
from tests.charts.test_given import Counting
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
    drawn = len(re.findall(r"<figure ", page)) + len(re.findall(r'<div class="narrow">', page))
    assert len(re.findall(r"<svg ", page)) == 2 * drawn
    assert "The people who wrote most" in page
    assert "The conversations with most messages" in page


@pytest.mark.slow
def test_each_entry_of_the_contents_leads_to_its_section(page: str) -> None:
    entries = re.findall(r'<li><a href="#([a-z_]+)">', page)
    assert entries
    assert all(f'<section id="{one}"' in page for one in entries)


@pytest.mark.slow
def test_what_is_told_of_a_picture_is_told_once(page: str) -> None:
    for section in page.split("<section ")[1:]:
        told = re.findall(r'<(?:p|figcaption) class="muted">(.*?)</', section)
        assert len(told) == len(set(told))


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
    assert "消息最多的聊天" in page


def test_of_an_empty_log_the_report_says_so(tmp_path: Path) -> None:
    page = write_report(messages(Life(chinese), 30).head(0), tmp_path / "one.html").read_text("utf-8")
    assert "There are no messages to report on." in page
    assert "<svg" not in page


def test_one_message_is_reported(tmp_path: Path) -> None:
    log = pd.DataFrame({"msg_time": [pd.Timestamp("2026-11-17 20:15", tz=ZONE)], "sender": "小灰"})
    page = write_report(log, tmp_path / "one.html").read_text("utf-8")
    figures = re.findall(r"<dt>(.*?)</dt><dd>1</dd>", page)
    assert figures == ["message", "person wrote", "chat", "day with messages", "message per active day"]
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


def test_what_is_no_roster_is_refused_before_the_log_is_read(tmp_path: Path) -> None:
    class Unread:
        def scan(self, columns: Sequence[str]) -> None:
            raise AssertionError(columns)

    with pytest.raises(oq.InvalidInput, match=r"people of a roster.*\nFound builtins\.int"):
        write_report(Unread(), tmp_path / "group.html", roster=5)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_log_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(oq.InvalidInput):
        write_report(pd.DataFrame({"a": [1]}), tmp_path / "one.html")
    assert not (tmp_path / "one.html").exists()


@pytest.mark.slow
def test_a_roster_of_damaged_numbers_leaves_the_figures_and_is_told_in_the_language_of_the_page(
    tmp_path: Path,
) -> None:
    oq.language("zh")
    roster = pd.DataFrame({"qq": [1.5, 2.5], "displayname": ["a", "b"]})
    page = write_report(messages(Life(chinese), 300), tmp_path / "one.html", roster=roster).read_text("utf-8")
    figures = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page))
    assert figures["条消息"] == "300"
    assert {"人发言", "个会话", "天有消息", "消息最多的一天"} <= set(figures)
    told = page[page.index('id="left-out"') :]
    assert "<p>“发言排行”、“夜猫子”、“谁在回复谁”" in told
    assert "”无法得出，原因：</p>" in told
    assert told.count("people of a roster") == 1, "the reason is told once"
    assert "ranking:" not in told
    assert re.search(r'<pre class="muted" lang="en">The column `qq`', told)


@pytest.mark.slow
def test_where_nothing_tells_who_wrote_nobody_is_counted(tmp_path: Path) -> None:
    log = messages(Life(chinese), 60)[["msg_time", "content"]]
    page = write_report(log, tmp_path / "one.html").read_text("utf-8")
    assert "messages</dt>" in page and "wrote</dt>" not in page


def test_columns_of_a_roster_that_are_not_read_may_have_one_name(tmp_path: Path) -> None:
    notes = pd.DataFrame([[1, 2]] * len(members(chinese)), columns=["note", "note"])
    roster = pd.concat([members(chinese), notes], axis="columns")
    page = write_report(messages(Life(chinese), 60), tmp_path / "one.html", roster=roster).read_text("utf-8")
    assert 'id="lurkers"' in page and 'id="similar_groups"' in page


def test_where_nobody_changed_a_name_no_table_of_names_stands(tmp_path: Path) -> None:
    log = messages(Life(chinese), 60).assign(sender="一个名字")
    page = write_report(log, tmp_path / "one.html").read_text("utf-8")
    _, _, names = page.partition('id="nicknames"')
    assert "<table" not in names.partition("</section>")[0]


def test_a_roster_is_a_frame_whatever_its_columns_are_called(tmp_path: Path) -> None:
    log = messages(Life(chinese), 300).assign(gnumber="552603")
    roster = members(chinese).assign(members=1)
    page = write_report(log, tmp_path / "one.html", roster=roster).read_text("utf-8")
    assert "Groups that share people" in headings(page)
    assert "Not on this page" not in headings(page)


@pytest.mark.slow
def test_a_log_is_read_once_and_with_the_columns_that_are_looked_at(tmp_path: Path) -> None:
    log = Counting(messages(Life(chinese), 300).assign(gnumber="552603", raw="x"))
    write_report(log, tmp_path / "one.html", roster=members(chinese))
    assert len(log.scans) == 1
    assert "raw" not in log.scans[0]


@pytest.mark.slow
def test_of_a_growing_log_all_figures_are_of_one_moment(tmp_path: Path) -> None:
    whole = messages(Life(chinese), 900)

    class Growing:
        read = 0

        def scan(self, columns: Sequence[str]) -> pd.DataFrame:
            self.read += 100
            return whole[[name for name in columns if name in whole]].head(self.read)

    page = write_report(Growing(), tmp_path / "one.html").read_text("utf-8")
    assert "<dd>100</dd>" in page
    assert "text: 100 (100%)" in page


@pytest.mark.slow
def test_a_summary_is_told_once_and_names_in_it_turn_nothing(tmp_path: Path) -> None:
    log = messages(Life(lambda at: f"שלום{at}"), 300)
    page = write_report(log, tmp_path / "one.html").read_text("utf-8")
    assert re.search(r'<figcaption class="muted"><bdi>שלום0</bdi>: \d+', page)
    labels = re.findall(r'<svg role="img" aria-label="([^"]*)"', page)
    assert "Who writes most" in labels
    assert not [one for one in labels if "שלום" in one]


@pytest.mark.slow
def test_messages_of_duckdb_are_reported_as_those_of_pandas(tmp_path: Path) -> None:
    log = messages(Life(chinese), 300)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'America/New_York'")
    relation = connection.from_arrow(pa.Table.from_pandas(log, preserve_index=False))
    pages = [write_report(one, tmp_path / "one.html").read_text("utf-8") for one in (log, relation)]
    figures = [re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page) for page in pages]
    assert figures[0] == figures[1]
    assert len(headings(pages[0])) == len(headings(pages[1]))


def test_only_a_page_of_html_is_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"group\.html"):
        write_report(pd.DataFrame({"msg_time": pd.to_datetime(["2026-11-16"])}), tmp_path / "x.pdf")
    assert list(tmp_path.iterdir()) == []
