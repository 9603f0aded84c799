"""The documentation site: built in both languages, its links checked, shown in a browser."""

import functools
import http.server
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tools.environment import VENV, venv_program
from tools.run import ROOT, Problem, run, say

CONFIGS = {"mkdocs.yml": Path(), "mkdocs.zh.yml": Path("zh")}
"""The site of each language, and its place under that of the first."""

_LINKS = {"a": "href", "link": "href", "img": "src", "script": "src"}
_OUTSIDE = ("https", "http", "mailto")
_NO_PAGE_OF_OURS = "404.html"  # its links start at the root of a server, which is known there only
_PORT = 8000
# What mkdocs and its plugins would tell about their own future; `--strict` is for our pages.
_NO_NEWS = {"NO_MKDOCS_2_WARNING": "1", "PYTHONWARNINGS": "ignore"}


def build(folder: Path = ROOT / "site", python: str | Path | None = None) -> int:
    """Build the site of both languages.

    Args:
        folder: where to; what was there is replaced.
        python: the Python that has mkdocs; by default that of the environment.

    Returns:
        The exit code of the first build that failed, or 0.
    """
    for config, place in CONFIGS.items():
        code = build_one(ROOT / config, folder / place, python or venv_program(VENV, "python"))
        if code:
            return code
    return 0


def build_one(config: Path, folder: Path, python: str | Path) -> int:
    """Build the site of one language; a warning, as about a link that leads nowhere, is an error."""
    # Not with --quiet: it would silence the warnings before --strict has counted them.
    command = [python, "-m", "mkdocs", "build", "--strict", "-f", config, "-d", folder]
    return run(command, environ=_NO_NEWS)


@dataclass
class Page(HTMLParser):
    """A built page: where its links lead, and the anchors it has."""

    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Get ready to read."""
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link or an anchor."""
        values = dict(attrs)
        self.anchors |= {value for value in (values.get("id"), values.get("name")) if value}
        link = values.get(_LINKS.get(tag, ""))
        if link is not None:
            self.links.append(link)


def read(path: Path) -> Page:
    """Read a built page."""
    page = Page()
    page.feed(path.read_text("utf-8"))
    return page


def broken_links(folder: Path) -> list[str]:
    """Tell which links of a built site lead nowhere; those to other sites are not followed.

    Returns:
        One line a link: the page, the link, what is wrong.
    """
    pages = {path: read(path) for path in sorted(folder.rglob("*.html")) if path.name != _NO_PAGE_OF_OURS}
    return [
        f"{path.relative_to(folder).as_posix()}: {link}: {wrong}"
        for path, page in pages.items()
        for link in page.links
        for wrong in _wrong(path, link, pages)
    ]


def _wrong(path: Path, link: str, pages: dict[Path, Page]) -> Iterator[str]:
    parts = urlsplit(link)
    if parts.scheme in _OUTSIDE:
        if parts.scheme != "mailto" and not parts.hostname:
            yield "names no host"
        return
    if parts.scheme or parts.netloc or parts.path.startswith("/"):
        yield "is neither relative nor of another site"
        return
    target = Path(os.path.normpath(path.parent / unquote(parts.path))) if parts.path else path
    target = target / "index.html" if target.is_dir() else target
    if not target.is_file():
        yield "no such file"
    elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
        yield "no such anchor"


def docs(arguments: list[str]) -> int:
    """Build the site into site/ and check its links; with --serve, show it until Ctrl-C."""
    folder = ROOT / "site"
    code = build(folder)
    broken = [] if code else broken_links(folder)
    for line in broken:
        say(f"A link leads nowhere: {line}")
    if code or broken:
        return code or 1
    say(f"Built: {folder / 'index.html'}")
    if "--serve" in arguments:
        serve(folder)
    return 0


def serve(folder: Path, port: int = _PORT) -> None:
    """Show a folder to the browsers of this machine until Ctrl-C.

    Raises:
        Problem: Another program has the port.
    """
    try:
        server = web_server(folder, port)
    except OSError as error:
        raise Problem(
            f"The site cannot be shown at port {port}: {error}. Stop the program that has the port, or open "
            f"{folder / 'index.html'} in a browser; only the search is missing there."
        ) from error
    with server:
        say(f"http://127.0.0.1:{port}/ shows it. Ctrl-C stops it.")
        server.serve_forever()


def web_server(folder: Path, port: int) -> http.server.ThreadingHTTPServer:
    """Make a server of the files in a folder, for this machine only; 0 takes a free port."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
