"""A real JupyterLab in a real Chromium."""

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser

from tests.lab.browser import guarded_context, launched_browser
from tests.lab.notebook import NotebookPage, write_notebook
from tests.lab.server import LIGHT, Lab, lab_server


class Labs:
    """One server for each theme, started when first asked for."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._running: dict[str, Lab] = {}
        self._stack = contextlib.ExitStack()

    def of(self, theme: str) -> Lab:
        """Return the server with a theme."""
        if theme not in self._running:
            root = self._folders.mktemp("lab")
            self._running[theme] = self._stack.enter_context(lab_server(root, theme))
        return self._running[theme]

    def close(self) -> None:
        """Stop all servers."""
        self._stack.close()


class OpenNotebook(Protocol):
    """Opens a notebook of the given cells, or a file."""

    def __call__(self, cells: Sequence[str] | Path, theme: str = LIGHT) -> NotebookPage: ...


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
def open_notebook(browser: Browser, labs: Labs, tmp_path: Path) -> Iterator[OpenNotebook]:
    """Open notebooks; each gets a context with guards, and its kernel is shut down at the end of the test."""
    with contextlib.ExitStack() as stack:

        def open_one(cells: Sequence[str] | Path, theme: str = LIGHT) -> NotebookPage:
            lab = labs.of(theme)
            context = stack.enter_context(guarded_context(browser, lab.url))
            notebook = NotebookPage(context, lab, _put(cells, lab.root, tmp_path.name))
            stack.callback(notebook.shut_down)
            return notebook

        yield open_one


def _put(cells: Sequence[str] | Path, root: Path, stem: str) -> str:
    path = root / f"{stem}.ipynb"
    if isinstance(cells, Path):
        shutil.copy(cells, path)
    else:
        write_notebook(path, cells)
    return path.name
