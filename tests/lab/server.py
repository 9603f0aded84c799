"""A server of JupyterLab or Notebook 7 with settings of its own, for tests."""

import contextlib
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_S = 60.0
_GOODBYE_S = 15.0

LIGHT = "JupyterLab Light"
DARK = "JupyterLab Dark"

App = Literal["lab", "notebook"]
"""Which page people work in: JupyterLab, or Notebook 7."""

_SETTINGS: Mapping[str, Mapping[str, object]] = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    # All cells are in the page, so that a test finds what is below the fold.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    # A dialog about a file that changed on disk would cover what is tested.
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}
_OPTIONS = (
    "--no-browser",
    "--allow-root",
    "--ip=127.0.0.1",
    "--ServerApp.port_retries=0",
    "--ServerApp.terminals_enabled=False",
)
_APP_OPTIONS: Mapping[App, Sequence[str]] = {
    "lab": (
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.extension_manager=readonly",
        "--LabApp.news_url=",
    ),
    "notebook": ("--JupyterNotebookApp.expose_app_in_browser=True",),
}
_MODULES: Mapping[App, str] = {"lab": "jupyterlab", "notebook": "notebook"}
_PLACES: Mapping[App, str] = {"lab": "lab/tree/{}?reset&token={}", "notebook": "notebooks/{}?token={}"}


@dataclass(frozen=True, slots=True)
class Lab:
    """A running server.

    Attributes:
        url: its address, without a slash at the end.
        token: what it asks every client for.
        root: the folder that it shows.
        app: the page that it serves.
    """

    url: str
    token: str
    root: Path
    app: App = "lab"

    def address(self, name: str) -> str:
        """Return where a notebook of the folder is opened."""
        return f"{self.url}/{_PLACES[self.app].format(quote(name), self.token)}"


@contextlib.contextmanager
def lab_server(
    root: Path, theme: str = LIGHT, program: Sequence[str | Path] = (), app: App = "lab"
) -> Iterator[Lab]:
    """Run Jupyter on a folder, untouched by the settings, kernels and extensions of this machine's user.

    Args:
        root: the folder.
        theme: how the page looks.
        program: what starts the app on that folder, given the app's options; by default the app itself.
        app: the page to serve.
    """
    home = root.with_name(root.name + "-home")
    _write_settings(home, theme)
    lab = Lab(f"http://127.0.0.1:{_free_port()}", secrets.token_hex(16), root, app)
    log_path = home / "lab.log"
    with log_path.open("wb") as log, _process(program or _module(root, app), lab, home, log) as process:
        _wait_until_up(lab, process, log_path)
        yield lab


def _module(root: Path, app: App) -> Sequence[str]:
    return (sys.executable, "-m", _MODULES[app], f"--ServerApp.root_dir={root}")


def _write_settings(home: Path, theme: str) -> None:
    folder = home / "config" / "labconfig"
    folder.mkdir(parents=True)
    settings = {**_SETTINGS, "@jupyterlab/apputils-extension:themes": {"theme": theme}}
    (folder / "default_setting_overrides.json").write_text(json.dumps(settings), encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def _process(
    program: Sequence[str | Path], lab: Lab, home: Path, log: Any
) -> Iterator["subprocess.Popen[bytes]"]:
    port = lab.url.rpartition(":")[2]
    own = (f"--port={port}", f"--IdentityProvider.token={lab.token}")
    command = [*program, *_OPTIONS, *_APP_OPTIONS[lab.app], *own]
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=_environment(home))
    try:
        yield process
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_GOODBYE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _environment(home: Path) -> dict[str, str]:
    folders = {
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "OPENQQ_NB_HOME": "openqq_nb",
    }
    return {
        **os.environ,
        **{name: str(home / folder) for name, folder in folders.items()},
        "JUPYTER_PLATFORM_DIRS": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONPATH": str(_ROOT),
    }


def _wait_until_up(lab: Lab, process: "subprocess.Popen[bytes]", log_path: Path) -> None:
    end = time.monotonic() + _PATIENCE_S
    while not _answers(lab):
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(
                f"The server of {lab.app} did not start:\n" + log_path.read_text("utf-8")[-3000:]
            )
        # Only asking tells; the pause leaves the processor to the server that starts.
        threading.Event().wait(0.1)


def _answers(lab: Lab) -> bool:
    connection = http.client.HTTPConnection(lab.url.removeprefix("http://"), timeout=5)
    try:
        connection.request("GET", "/api/status", headers={"Authorization": f"token {lab.token}"})
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
