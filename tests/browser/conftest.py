"""A real JupyterLab or Notebook 7 in a real Chromium."""

import contextlib
import shutil
from collections.abc import Generator, Iterator, Sequence
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

PASSED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    # The failure of a test is not thrown into its fixtures.
    # Tests of other folders are not noted, and share no pages.
    report = yield
    if call.when == "call":
        item.stash[PASSED] = report.passed
    return report


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
        window = _quiet_one(idle) or Window.opened(self._browser, lab.url, locale, width)
        is_left = False
        try:
            notebook = NotebookPage(window.context, lab, name, next(iter(window.context.pages), None))
            yield notebook
            notebook.shut_down()
            is_left = _may_be_shared(notebook, lab, width) and window.guard.is_quiet()
        finally:
            if not is_left:
                window.context.close()
        window.guard.check()
        if is_left:
            idle.append(window)


def _quiet_one(idle: list[Window]) -> Window | None:
    """Take a window that did nothing since its last test; what a page does late fails no other test."""
    while idle:
        window = idle.pop()
        # Whatever happened meanwhile is heard before the answer.
        for page in window.context.pages:
            page.evaluate("0")
        if window.guard.is_quiet() and len(window.context.pages) == 1:
            return window
        window.context.close()
    return None


def _may_be_shared(notebook: NotebookPage, lab: Lab, width: int) -> bool:
    """Tell whether a page can show another notebook as if it were new."""
    # In Notebook 7 each notebook has a page of its own.
    if lab.app != "lab" or not notebook.plain:
        return False
    page = notebook.page
    size: ViewportSize = {"width": width, "height": HEIGHT}
    is_alone = len(page.context.pages) == 1 and not page.locator(".jp-Dialog").count()
    return is_alone and page.viewport_size == size and notebook.bars_are_as_opened()


# As long as the browser.
@pytest.fixture(scope="module")
def windows(browser: Browser) -> Windows:
    return Windows(browser)


@pytest.fixture
def open_notebook(
    request: pytest.FixtureRequest, windows: Windows, labs: Labs, tmp_path: Path
) -> Iterator[OpenNotebook]:
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
            notebook = stack.enter_context(windows.showing(lab, name, locale, width))
            stack.callback(_give_back, notebook, request.node)
            return notebook

        yield open_one


def _give_back(notebook: NotebookPage, item: pytest.Item) -> None:
    # A test that failed may have left the page in any state.
    notebook.plain = notebook.plain and item.stash.get(PASSED, False)


def _put(cells: Sequence[str] | Path, path: Path) -> str:
    if isinstance(cells, Path):
        shutil.copy(cells, path)
    else:
        write_notebook(path, cells)
    return path.name
