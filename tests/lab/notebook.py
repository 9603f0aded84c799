"""A notebook in a page of JupyterLab or Notebook 7, driven through the page's own commands."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page

from tests.lab.server import Lab

_STARTING_MS = 60_000

# Predicates are synchronous: a promise is truthy, and would end a wait at once.
_READY = """(path) => {
    const widget = window.jupyterapp?.shell?.currentWidget;
    const kernel = widget?.sessionContext?.session?.kernel;
    if (widget?.context?.path !== path) return false;
    return !!(widget.context.isReady && kernel?.connectionStatus === 'connected' && kernel.status === 'idle');
}"""
_COMMAND = "async (name) => { await window.jupyterapp.commands.execute(name); }"
_RUN_ALL = "notebook:run-all-cells"
_CLEAR = "notebook:clear-all-cell-outputs"
_SAVE = "docmanager:save"
# It turns the setting on or off; the setting is the user's, and so that of all pages of the server.
_TOGGLE_STATE = "@jupyter-widgets/jupyterlab-manager:saveWidgetState"
_STATE_IS = "(on) => window.jupyterapp.commands.isToggled('" + _TOGGLE_STATE + "') === on"
_START_ALL = "() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
_CELLS = "() => window.jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.toJSON())"
# What is closed last leaves no moment without a notebook, in which the page would show its launcher.
_OPEN = """async (path) => {
    const {commands, shell} = window.jupyterapp;
    const before = [...shell.widgets('main')];
    await commands.execute('docmanager:open', {path});
    before.forEach((one) => one.dispose());
}"""
_BARS = """() => {
    const {shell} = window.jupyterapp;
    const shown = (side) => [...shell.widgets(side)].filter(one => one.isVisible).map(one => one.id);
    return {mode: shell.mode, left: shown('left'), right: shown('right')};
}"""
_MODIFIERS = ("Alt", "Control", "Meta", "Shift")
_SHUT_DOWN = "async () => { await window.jupyterapp.shell.currentWidget.sessionContext.shutdown(); }"
_EXECUTE = """async (code) => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const future = kernel.requestExecute({code, store_history: false});
    let text = '';
    future.onIOPub = message => {
        if (message.header.msg_type === 'stream') text += message.content.text;
        if (message.header.msg_type === 'error') text += message.content.traceback.join('\\n');
    };
    await future.done;
    return text;
}"""


class NotebookPage:
    """An open notebook whose kernel runs.

    Args:
        context: the window.
        lab: the server.
        name: the notebook's name in the folder of the server.
        page: one that shows another notebook of the server, to open this one there in its place.

    Attributes:
        page: Playwright's page, to act on by role and name.
        path: the notebook's file.
        plain: whether nothing was done to the page that outlives its notebook.
    """

    def __init__(self, context: BrowserContext, lab: Lab, name: str, page: Page | None = None) -> None:
        self._context, self._lab = context, lab
        self.path = lab.root / name
        self.plain = True
        if page is None:
            self.page = context.new_page()
            self.page.goto(lab.address(name), wait_until="domcontentloaded")
        else:
            self.page = page
            for key in _MODIFIERS:
                page.keyboard.up(key)
            page.mouse.move(0, 0)
            page.evaluate(_OPEN, name)
        self._wait_until_ready()
        self._bars = self._read_bars()

    def alter(self, script: str) -> None:
        """Run a script whose work outlives the notebook: the page shows no other one after it."""
        self.plain = False
        self.page.evaluate(script)

    def bars_are_as_opened(self) -> bool:
        """Tell whether the page's mode, and what its side bars show, are as when the notebook was opened."""
        return self._read_bars() == self._bars

    def reload(self) -> None:
        """Save, and load the page again, as a person who presses F5; the kernel lives on."""
        # A page with changes would ask before it goes, and a dialog fails the test.
        self.save()
        self.plain = False
        # Not `reload`: JupyterLab keeps its layout late, and a shared page would show the notebook before this one.
        self.page.goto(self._lab.address(self.path.name), wait_until="domcontentloaded")
        self._wait_until_ready()

    def second_tab(self) -> "NotebookPage":
        """Save, and open the same notebook with the same kernel in one more page."""
        self.save()
        self.plain = False
        return NotebookPage(self._context, self._lab, self.path.name)

    def save(self) -> dict[str, Any]:
        """Save the notebook, and return what is in its file."""
        self._do(_SAVE)
        content: dict[str, Any] = json.loads(self.path.read_text("utf-8"))
        return content

    def save_with_widget_state(self) -> dict[str, Any]:
        """Save as people do who let Jupyter keep what widgets show; return what is in the file.

        The state is under `["metadata"]["widgets"]`.
        """
        self._keep_state(True)
        try:
            return self.save()
        finally:
            self._keep_state(False)

    def run_all(self) -> None:
        """Run all cells and wait for their end."""
        self._do(_RUN_ALL)

    def clear_outputs(self) -> None:
        """Clear what all cells show; the kernel does not hear of it."""
        self._do(_CLEAR)

    def outputs(self, cell: int) -> Locator:
        """Return the outputs of a cell, the first being 0."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(cell).locator(".jp-OutputArea-output")

    def start_all(self) -> None:
        """Run all cells without waiting: one of them waits for what the test does next."""
        self.page.evaluate(_START_ALL)

    def wait_until_idle(self) -> None:
        """Wait until the kernel has nothing to do."""
        self.page.wait_for_function(_READY, arg=self.path.name, polling=100)

    def execute(self, code: str) -> str:
        """Run code in the kernel, in no cell, and return what it printed; a traceback is a text, too."""
        return str(self.page.evaluate(_EXECUTE, code))

    def press_stop(self) -> None:
        """Press the Stop button of the tool bar."""
        self.page.locator("[data-jp-item-name=interrupt]").click()

    def cells(self) -> list[dict[str, Any]]:
        """Return the cells with their outputs, as they would be saved."""
        return list(self.page.evaluate(_CELLS))

    def texts(self) -> list[str]:
        """Return what each cell printed."""
        return [_printed(cell.get("outputs", [])) for cell in self.cells()]

    def errors(self) -> list[str]:
        """Return the errors that cells show."""
        outputs = [output for cell in self.cells() for output in cell.get("outputs", [])]
        return [f"{out['ename']}: {out['evalue']}" for out in outputs if out["output_type"] == "error"]

    def screenshot(self, path: Path) -> None:
        """Save a picture of the page."""
        # Written here: Playwright would start a thread for it, and keep it.
        path.write_bytes(self.page.screenshot())

    def shut_down(self) -> None:
        """End the kernel."""
        self.page.evaluate(_SHUT_DOWN)

    def _wait_until_ready(self) -> None:
        self.page.wait_for_function(_READY, arg=self.path.name, timeout=_STARTING_MS, polling=100)

    def _read_bars(self) -> dict[str, Any]:
        return dict(self.page.evaluate(_BARS))

    def _do(self, command: str) -> None:
        self.page.evaluate(_COMMAND, command)

    def _keep_state(self, on: bool) -> None:
        self._do(_TOGGLE_STATE)
        self.page.wait_for_function(_STATE_IS, arg=on)


def write_notebook(path: Path, cells: Sequence[str]) -> None:
    """Write a notebook of code cells."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {
        "cells": [_code_cell(number, source) for number, source in enumerate(cells)],
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(content), encoding="utf-8")


def _code_cell(number: int, source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"cell-{number}",
        "metadata": {},
        "outputs": [],
        "source": source.strip(),
    }


def _printed(outputs: Sequence[dict[str, Any]]) -> str:
    # A notebook keeps a text as one string or as a list of lines.
    return "".join("".join(out["text"]) for out in outputs if out["output_type"] == "stream")
