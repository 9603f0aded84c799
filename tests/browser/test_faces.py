"""What holds for every widget in a real browser: beside others, in a box, and when the kernel has ended."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenNotebook
from tests.lab.looks import assert_tidy
from tests.lab.server import App

pytestmark = pytest.mark.browser

SETUP = """
import ipywidgets
import openqq_nb as oq
oq.language("en")
my = oq.demo(groups=3, friends=8, members=8)
inbox = my.listen()
composer, explorer, feed, broadcaster = my.composer(), my.explorer(), inbox.feed(), my.broadcaster()
"""
RESTART = (
    "async () => { await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart(); }"
)


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_widget_says_that_its_kernel_has_ended_and_keeps_what_was_typed(
    open_notebook: OpenNotebook, app: App
) -> None:
    notebook = open_notebook([SETUP, "composer"], app=app)
    notebook.run_all()
    text = notebook.page.get_by_label("Message", exact=True)
    text.fill("not sent yet")
    ended = notebook.page.get_by_role("alert").filter(has_text="Run the cell again")
    expect(ended).to_be_hidden()
    notebook.page.evaluate(RESTART)
    notebook.wait_until_idle()
    text.press_sequentially(", nor this")
    expect(ended).to_be_visible()
    expect(text).to_have_value("not sent yet, nor this")


def test_widgets_stand_beside_each_other_in_a_box(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(
        [SETUP, "ipywidgets.HBox([composer, feed])", "ipywidgets.VBox([explorer, broadcaster])"]
    )
    notebook.run_all()
    for name in ("composer", "feed", "explorer", "broadcaster"):
        box = notebook.page.locator(f".oq-{name}").bounding_box()
        assert box and box["width"] >= 300, name
        assert_tidy(notebook.page, f".oq-{name}")


def test_what_cannot_be_drawn_says_so(open_notebook: OpenNotebook) -> None:
    cell = """
from openqq_nb.widgets.composer import Composer
class Broken(Composer):
    _esm = Composer._esm.replace('channel.part("draft")', 'channel.part("draft").nobody.nothing', 1)
Broken(composer._composing.chooser._links, my.roster())
"""
    notebook = open_notebook([SETUP, cell])
    notebook.run_all()
    expect(notebook.page.get_by_role("alert").filter(has_text="could not be drawn")).to_be_visible()
