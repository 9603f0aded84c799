"""Cells that wait in JupyterLab, while a person clicks and types."""

import pytest

from tests.browser.conftest import OpenNotebook
from tests.lab.notebook import NotebookPage

pytestmark = pytest.mark.browser

WIDGETS = """
import asyncio, threading
import ipywidgets
from openqq_nb.kernel.running import run
from openqq_nb.kernel.waiting import aio_wait_for, wait_for

sent, done = [], threading.Event()
field = ipywidgets.Text(description="内容")
button = ipywidgets.Button(description="发送")
status, echo = ipywidgets.Label("尚未发送"), ipywidgets.Label()
ipywidgets.dlink((field, "value"), (echo, "value"), lambda text: f"收到：{text}")

@button.on_click
def clicked(_):
    sent.append(field.value)
    status.value = f"已发送 {len(sent)}"
    if len(sent) == 2:
        done.set()

async def until_done():
    while not done.is_set():
        await asyncio.sleep(0.01)
    return True

ipywidgets.VBox([field, button, status, echo])
"""

WAITS = {
    "wait": "wait_for(done, 60)",
    "await": "await aio_wait_for(done, 60)",
    "run": "run(until_done())",
}


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS.keys())
def test_clicks_and_typing_arrive_while_a_cell_of_run_all_waits(
    open_notebook: OpenNotebook, wait: str
) -> None:
    notebook = open_notebook([WIDGETS, f"print('waiting')\nprint({wait})", "print('next cell', sent)"])
    notebook.start_all()
    notebook.page.get_by_text("waiting", exact=True).wait_for()
    _send(notebook, "你好", "已发送 1")
    _send(notebook, "你好，世界！", "已发送 2")
    notebook.page.get_by_text("next cell").and_(notebook.page.locator("pre")).wait_for()
    assert notebook.errors() == []
    assert notebook.texts()[1:] == ["waiting\nTrue\n", "next cell ['你好', '你好，世界！']\n"]


def test_the_stop_button_ends_the_wait_and_the_widgets_live_on(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([WIDGETS, f"print('waiting')\n{WAITS['wait']}"])
    notebook.start_all()
    notebook.page.get_by_text("waiting", exact=True).wait_for()
    notebook.press_stop()
    notebook.page.get_by_text("KeyboardInterrupt").first.wait_for()
    _send(notebook, "still here", "已发送 1")
    assert notebook.errors() == ["KeyboardInterrupt: "]
    assert notebook.execute("print(sent)") == "['still here']\n"


def _send(notebook: NotebookPage, text: str, answer: str) -> None:
    field = notebook.page.get_by_label("内容")
    field.fill("")
    field.press_sequentially(text)
    # The page holds a key back until the one before is handled; a click does not wait for it.
    notebook.page.get_by_text(f"收到：{text}", exact=True).wait_for()
    notebook.page.get_by_role("button", name="发送", exact=True).click()
    notebook.page.get_by_text(answer, exact=True).wait_for()
