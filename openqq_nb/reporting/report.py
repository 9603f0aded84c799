"""Write the report: one file, whole or not at all."""

import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, cast

import pandas as pd

from openqq_nb.charts.files import write
from openqq_nb.charts.given import About, about, read_once
from openqq_nb.charts.libraries import library
from openqq_nb.charts.picture import STYLE
from openqq_nb.charts.texts import BEGUN, ENDED, clean
from openqq_nb.columns import ZONE
from openqq_nb.errors import InvalidInput
from openqq_nb.languages import language
from openqq_nb.reporting.sections import LOOKED_AT, Contents, check, contents
from openqq_nb.reporting.wording import say

_TEMPLATE = Path(__file__).with_name("page.html")
_LONGEST_TITLE = 120
_SUFFIXES = (".html", ".htm")
_WIDTH = re.compile(r'<svg[^>]* width="([0-9]+)')


def write_report(
    log: Any,  # noqa: ANN401 - a log or frame of any engine
    path: str | os.PathLike[str],
    roster: Any = None,  # noqa: ANN401 - a roster or a frame of members
    title: str | None = None,
) -> Path:
    """Write a report on a log as one page: figures, pictures and tables, for a browser, a phone or paper.

    The page holds everything that it shows. It has no script and asks no address for anything, so it may be sent on
    and opened offline. It speaks the language of `oq.language`, and is light or dark as the system is. On a phone
    pictures are less wide; those that cannot be say that they are swiped sideways. A file that is there already is
    replaced, in one step and only when the new one is whole.

    Args:
        log: a log, an inbox, or a frame of messages of pandas, polars or DuckDB.
        path: where to write, such as `group.html`; its folder must be there.
        roster: `my.roster()` or `my.members()`; with it the page tells who is silent and which groups share people.
        title: what stands above.

    Returns:
        The path that was written.

    Raises:
        InvalidInput: it is neither a log nor messages, the roster is none, or the file cannot be written.
        NotSupported: what draws is not installed.

    Example:
        >>> import tempfile
        >>> import openqq_nb as oq
        >>> from openqq_nb.reporting import write_report
        >>> my = oq.demo()
        >>> with my.listen() as inbox:
        ...     said = [my.simulator.say("小灰", text) for text in ("在吗？", "周五聚餐！")]
        ...     received = inbox.wait(2, timeout=10)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     page = write_report(received, f"{folder}/group.html", title="周五").read_text("utf-8")
        >>> "<h1>周五</h1>" in page, "<script" in page
        (True, False)
    """
    if Path(path).suffix.lower() not in _SUFFIXES:
        raise InvalidInput(
            f"A report is a page of HTML.\nFound the name {Path(path).name!r}.\n"
            'Let it end in .html: log.report("group.html").'
        )
    if roster is not None:
        check(roster)
    held = read_once(log, LOOKED_AT)
    known = about(held)
    page = _page(contents(held, roster, known) if known.messages else Contents([], []), known, title)
    return write(path, page.encode("utf-8", "replace"), "report")


def _page(made: Contents, known: About, title: str | None) -> str:
    return _render()(
        contents=made,
        csp="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        language="zh-CN" if language() == "zh" else "en",
        picture_style=STYLE,
        say=say,
        span=known.told(),
        title=clean(title)[:_LONGEST_TITLE] or say("title"),
        made_at=f"{pd.Timestamp.now(ZONE):%Y-%m-%d %H:%M}",
    )


@cache
def _render() -> Callable[..., str]:
    jinja2 = library("jinja2")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    environment.filters |= {"apart": _apart, "width": _width}
    template = environment.from_string(_TEMPLATE.read_text("utf-8"))
    return cast(Callable[..., str], template.render)


def _width(drawing: str) -> int:
    """Tell how wide a drawing is, in pixels."""
    found = _WIDTH.search(drawing)
    return int(found[1]) if found else 0


def _apart(text: str) -> Any:  # noqa: ANN401 - the markup of a library that need not be there
    """Write a text of ours such that names in it turn none of the words around them."""
    markupsafe = library("markupsafe")
    safe = str(markupsafe.escape(text)).replace(BEGUN, "<bdi>").replace(ENDED, "</bdi>")
    return markupsafe.Markup(safe)
