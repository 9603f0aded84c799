"""A real JupyterLab or Notebook 7 in a real Chromium."""

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.lab.browser import HEIGHT, NARROW, WIDE, Window, launched_browser
from tests.lab.notebook import NotebookPage, write_notebook
from tests.lab.pictures import Pictures
from tests.lab.server import DARK, LIGHT, App, Lab, lab_server

LOOKS = [
    pytest.param(LIGHT, "zh", WIDE, id="light-zh-wide"),
    pytest.param(DARK, "en", WIDE, id="dark-en-wide"),
    pytest.param(DARK, "zh", NARROW, id="dark-zh-narrow"),
    pytest.param(LIGHT, "en", NARROW, id="light-en-narrow"),
]
"""Themes, languages and widths, of which each two meet."""


class Labs:
    """One server for each app and theme, started when first asked for."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._running: dict[tuple[App, str], Lab] = {}
        self._stack = contextlib.ExitStack()

    def of(self, theme: str, app: App = "lab") -> Lab:
        """Return the server of an app with a theme."""
        if (app, theme) not in self._running:
            server = lab_server(self._folders.mktemp(app), theme, app=app)
            self._running[app, theme] = self._stack.enter_context(server)
        return self._running[app, theme]

    def close(self) -> None:
        """Stop all servers."""
        self._stack.close()


class OpenNotebook(Protocol):
    """Opens a notebook of the given cells, or a file, in an app, for a person of a language and a window."""

    def __call__(
        self,
        cells: Sequence[str] | Path,
        theme: str = LIGHT,
        app: App = "lab",
        locale: str = "zh-CN",
        width: int = WIDE,
    ) -> NotebookPage: ...


@pytest.fixture(scope="session")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Labs]:
    labs = Labs(tmp_path_factory)
    yield labs
    labs.close()


# Not for the session: while Playwright lives, a loop runs in the main thread, and `asyncio.run` of other tests
# would fail.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched_browser() as browser:
        yield browser


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    return Pictures.of(tmp_path)


class Windows:
    """Windows for notebooks. To load JupyterLab takes most tests as long as all the rest, so they share its pages."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: dict[tuple[str, str, int], list[Window]] = {}

    @contextlib.contextmanager
    def showing(self, lab: Lab, name: str, locale: str, width: int) -> Iterator[NotebookPage]:
        """Show a notebook in a page of its own; at the end its kernel is shut down.

        Args:
            lab: the server.
            name: of the notebook.
            locale: the language of the person.
            width: of the window.
        """
        idle = self._idle.setdefault((lab.url, locale, width), [])
        window = idle.pop() if idle else Window.opened(self._browser, lab.url, locale, width)
        is_left = False
        try:
            notebook = NotebookPage(window.context, lab, name, next(iter(window.context.pages), None))
            yield notebook
            notebook.shut_down()
            is_left = _may_be_shared(notebook, lab, width)
        finally:
            if not is_left:
                window.context.close()
        window.guard.check()
        if is_left:
            idle.append(window)


def _may_be_shared(notebook: NotebookPage, lab: Lab, width: int) -> bool:
    """Tell whether a page can show another notebook as if it were new."""
    # In Notebook 7 each notebook has a page of its own.
    size: ViewportSize = {"width": width, "height": HEIGHT}
    is_plain = notebook.plain and notebook.page.viewport_size == size
    return lab.app == "lab" and is_plain and not notebook.page.locator(".jp-Dialog").count()


# As long as the browser.
@pytest.fixture(scope="module")
def windows(browser: Browser) -> Windows:
    return Windows(browser)


@pytest.fixture
def open_notebook(windows: Windows, labs: Labs, tmp_path: Path) -> Iterator[OpenNotebook]:
    """Open notebooks in guarded windows; their kernels are shut down at the end of the test."""
    numbers = count(1)
    with contextlib.ExitStack() as stack:

        def open_one(
            cells: Sequence[str] | Path,
            theme: str = LIGHT,
            app: App = "lab",
            locale: str = "zh-CN",
            width: int = WIDE,
        ) -> NotebookPage:
            lab = labs.of(theme, app)
            name = _put(cells, lab.root / f"{tmp_path.name}-{next(numbers)}.ipynb")
            return stack.enter_context(windows.showing(lab, name, locale, width))

        yield open_one


def _put(cells: Sequence[str] | Path, path: Path) -> str:
    if isinstance(cells, Path):
        shutil.copy(cells, path)
    else:
        write_notebook(path, cells)
    return path.name
