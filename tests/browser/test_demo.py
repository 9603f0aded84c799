"""`python dev.py demo`: the tour, then the first notebook in a real browser."""

import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.lab.browser import guarded_context
from tests.lab.notebook import NotebookPage
from tests.lab.server import DARK, LIGHT, lab_server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
NOTEBOOK = "01-quickstart.ipynb"


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_run_all_of_the_demo_ends_without_an_error(browser: Browser, tmp_path: Path, theme: str) -> None:
    folder = tmp_path / "笔记 本"
    program = (sys.executable, ROOT / "dev.py", "demo", "--folder", folder)
    with lab_server(folder, theme, program) as lab, guarded_context(browser, lab.url) as context:
        notebook = NotebookPage(context, lab, NOTEBOOK)
        notebook.run_all()
        notebook.wait_until_idle()
        notebook.screenshot(tmp_path / "demo.png")
        assert notebook.errors() == []
        executed = [cell for cell in notebook.cells() if cell["cell_type"] == "code"]
        assert all(cell["execution_count"] for cell in executed)
        assert notebook.page.locator("body").get_attribute("data-jp-theme-name") == theme
        notebook.shut_down()
