"""The tables of a report, as a reader of its page finds them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Found:
    """A table: what it is called, its heads, its cells, whether it must be opened first, and the tags in it."""

    closed: bool
    title: str = ""
    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    scopes: list[str | None] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)


class Tables(HTMLParser):
    """The tables of a page, by the section they are in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sections: list[str] = []
        self.found: dict[str, Found] = {}
        self._inside: list[str] = []
        self._text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "section" and "id" in given:
            self.sections.append(str(given["id"]))
        if tag == "table":
            self.found[self.sections[-1]] = Found("details" in self._inside)
        if tag in ("details", "table", "thead", "tbody"):
            self._inside.append(tag)
        if "table" in self._inside:
            self._begin(tag, given)

    def _begin(self, tag: str, given: dict[str, str | None]) -> None:
        table = self.found[self.sections[-1]]
        table.tags.add(tag)
        if tag in ("caption", "th", "td"):
            self._text = ""
        if tag == "th":
            table.scopes.append(given.get("scope"))
        if tag == "tr" and "tbody" in self._inside:
            table.rows.append([])

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()
        if "table" not in self._inside:
            return
        table = self.found[self.sections[-1]]
        if tag == "caption":
            table.title = self._text
        elif tag in ("th", "td"):
            (table.heads if "thead" in self._inside else table.rows[-1]).append(self._text)
