"""The table in the HTML of an MHT export, row by row as it comes."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_LONGEST_PENDING = 131_072
# More digits than any character has, and than the standard library reads.
_NO_CHARACTER = re.compile(r"&#(?=[0-9]{8})")
_FORMAT = frozenset(
    (
        "font",
        "b",
        "i",
        "u",
        "span",
        "a",
        "p",
        "td",
        "tbody",
        "table",
        "body",
        "html",
        "head",
        "title",
        "style",
        "meta",
    )
)
# The second division of a row has the name, in the first one, which has the time; the third has the content. Counted,
# not nested, so that a lost end does not make a content a name.
_NAME = 2
_HEAD = frozenset(("head", "title", "style"))


@dataclass(slots=True)
class Row:
    """One row of the table.

    Attributes:
        line: the line of the file it begins in.
        first: the text before the content and outside of the name: a date, a word of the head, or a time.
        name: the part in it that is set apart.
        content: the text of what follows; a picture or face is `[图片]` in it.
        is_message: whether there is a content, be it empty.
        has_picture: whether there is a picture or face.
    """

    line: int
    first: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    content: list[str] = field(default_factory=list)
    is_message: bool = False
    has_picture: bool = False

    def text(self) -> str:
        """Join all of it, for a problem."""
        return "".join([*self.name, *self.first, *self.content]).strip()


class Rows(HTMLParser):
    """Finds the rows; markup that these exports do not write is text of somebody.

    Attributes:
        found: the rows so far; taken away by who reads them.
        stray: texts between the rows, with their lines.
    """

    def __init__(self, line: int) -> None:
        """Begin in this line of the file."""
        super().__init__(convert_charrefs=True)
        self.found: list[Row] = []
        self.stray: list[tuple[int, str]] = []
        self._line = line
        self._row: Row | None = None
        self._divisions = 0
        self._in_name = self._in_head = False
        self._pending = ""

    def take(self, text: str, *, final: bool = False) -> None:
        """Read on; what is not yet a whole tag waits, unless it is too long for one."""
        self._pending += text
        end = len(self._pending) if final else self._pending.rfind(">") + 1
        if not end and len(self._pending) > _LONGEST_PENDING:
            reference = self._pending.rfind("&", len(self._pending) - 64)
            end = reference if reference > 0 else len(self._pending)
        self.feed(_NO_CHARACTER.sub("&amp;#", self._pending[:end]))
        self._pending = self._pending[end:]
        if final or len(self.rawdata) > _LONGEST_PENDING:
            self.close()
        if final:
            self._end()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a row, a division, a line, or put a picture."""
        if tag == "tr" or (tag == "td" and self._row is None):
            self._begin()
        elif self._row is None:
            self._in_head = self._in_head or tag in _HEAD
        elif tag == "div":
            self._divisions += 1
            self._in_name = self._divisions == _NAME
            self._row.is_message = self._divisions > _NAME
        elif tag == "br":
            self.handle_data("\n")
        elif tag == "img":
            self._row.has_picture = self._row.has_picture or self._row.is_message
            self._put("[图片]")
        elif tag not in _FORMAT:
            self._put(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        """End a row or a name."""
        if tag == "tr":
            self._end()
        elif tag == "div":
            self._in_name = False
        elif tag in _HEAD:
            self._in_head = False
        elif self._row is not None and tag not in _FORMAT and tag not in ("br", "img"):
            self._put(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Put a text where it belongs."""
        self._put(data)

    def set_cdata_mode(self, elem: str, **_: bool) -> None:
        """Take no tag as the beginning of a script: a name may look like one."""

    def parse_html_declaration(self, i: int) -> int:
        """Take `<!` as text."""
        return self._as_text(i, "<!")

    def parse_comment(self, i: int, report: bool = True) -> int:
        """Take `<!--` as text."""
        return self._as_text(i, "<!--")

    def parse_pi(self, i: int) -> int:
        """Take `<?` as text."""
        return self._as_text(i, "<?")

    def _as_text(self, place: int, text: str) -> int:
        self._put(text)
        return place + len(text)

    def _put(self, text: str) -> None:
        row = self._row
        if row is None:
            if not self._in_head and text.strip():
                self.stray.append((self._at(), text))
        elif row.is_message:
            row.content.append(text)
        elif self._in_name:
            row.name.append(text)
        else:
            row.first.append(text)

    def _begin(self) -> None:
        self._end()
        self._row, self._divisions = Row(self._at()), 0
        self._in_name = self._in_head = False

    def _end(self) -> None:
        if self._row is not None:
            self.found.append(self._row)
        self._row = None

    def _at(self) -> int:
        return self._line + self.getpos()[0] - 1
