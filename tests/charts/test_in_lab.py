"""Pictures as JupyterLab shows them: with its theme, without asking anything of anybody."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Labs, OpenNotebook, Windows, labs, open_notebook, windows
from tests.charts.drawing import DRAWN
from tests.lab.hostile import assert_inert
from tests.lab.server import DARK, LIGHT

__all__ = ["Browser", "Labs", "Windows", "labs", "open_notebook", "windows"]

pytestmark = pytest.mark.browser

CELL = """
import openqq_nb as oq
from openqq_nb import charts
from tests.charts.answers import Life, answers, hostile
oq.language("en")
charts.ranking(answers(Life(hostile))["ranking"])
"""


@pytest.mark.parametrize(("theme", "shown", "hidden"), [(LIGHT, "light", "dark"), (DARK, "dark", "light")])
def test_a_cell_shows_the_picture_of_the_theme_and_text_as_text(
    open_notebook: OpenNotebook, theme: str, shown: str, hidden: str
) -> None:
    notebook = open_notebook([CELL], theme=theme)
    notebook.run_all()
    picture = notebook.page.locator(".oq-picture")
    expect(picture.locator(f".oq-{shown} svg")).to_be_visible()
    expect(picture.locator(f".oq-{hidden}")).to_be_hidden()
    assert picture.locator(f".oq-{shown} svg").get_attribute("role") == "img"
    drawn = DRAWN | {"style"}
    assert_inert(notebook.page, ".oq-picture", ["<b>粗</b><i>"], ours=drawn)
