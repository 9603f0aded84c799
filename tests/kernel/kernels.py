"""Real Jupyter kernels, spoken to as a page does: requests are queued without waiting for the one before."""

import ast
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0

Message = dict[str, Any]


def ipykernel6_folder() -> Path:
    """Return the folder with ipykernel 6.29.5, which stands before the installed one on the kernel's path."""
    folder = Path(os.environ.get("OPENQQ_NB_TEST_IPYKERNEL6") or ROOT / ".venv" / "ipykernel6")
    if not (folder / "ipykernel").is_dir():
        raise FileNotFoundError(
            f"The kernel tests need ipykernel 6.29.5 beside the installed one. Found none in {folder}. "
            f'Run: python -m pip install --no-deps --target "{folder}" ipykernel==6.29.5'
        )
    return folder


class Kernel:
    """A kernel process and what it said.

    Args:
        major: 6 or 7, the release of ipykernel.
        folder: its working directory, with its log.
    """

    def __init__(self, major: int, folder: Path) -> None:
        self._sockets = tempfile.TemporaryDirectory(prefix="oq-")
        self._manager = KernelManager(kernel_spec_manager=_ThisPython(), **_transport(self._sockets.name))
        self._log = (folder / "kernel.log").open("w+", encoding="utf-8")
        self._manager.start_kernel(
            cwd=str(folder), env=_environment(major, folder), stdout=self._log, stderr=self._log
        )
        self._client: BlockingKernelClient = self._manager.client()
        self._client.start_channels(hb=False, stdin=False)
        self._client.wait_for_ready(timeout=PATIENCE_S)
        self.published: list[Message] = []
        self._replies: dict[str, Message] = {}

    def close(self) -> str:
        """End the process and return what it wrote to its log."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)
        self._manager.cleanup_resources()
        self._sockets.cleanup()
        self._log.seek(0)
        log = self._log.read()
        self._log.close()
        return log

    def queue(self, code: str, **expressions: str) -> str:
        """Send a cell without waiting, and return the id of the message."""
        return str(self._client.execute(code, user_expressions=expressions))

    def click(self, model_id: str) -> str:
        """Click a Button."""
        return self._comm(model_id, {"method": "custom", "content": {"event": "click"}})

    def edit(self, model_id: str, value: str) -> str:
        """Type into a Text field."""
        return self._comm(model_id, {"method": "update", "state": {"value": value}, "buffer_paths": []})

    def open_comm_on_subshell(self, target: str) -> str:
        """Open a comm as JupyterLab does, whose widgets talk to a second thread of an ipykernel 7."""
        self._client.control_channel.send(self._client.session.msg("create_subshell_request"))
        subshell = self._client.get_control_msg(timeout=PATIENCE_S)["content"]["subshell_id"]
        content = {"comm_id": f"on {subshell}", "target_name": target, "data": {}}
        message = self._client.session.msg("comm_open", content)
        message["header"]["subshell_id"] = subshell
        self._client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def interrupt(self) -> None:
        """Press Stop."""
        self._manager.interrupt_kernel()

    def reply(self, message_id: str) -> Message:
        """Wait for the end of a cell and return the content of its answer."""
        end = time.monotonic() + PATIENCE_S
        while message_id not in self._replies:
            message = self._client.get_shell_msg(timeout=max(0.1, end - time.monotonic()))
            self._replies[message["parent_header"]["msg_id"]] = message["content"]
        # After an error the kernel refuses cells until this idle.
        self.sees_idle(message_id)
        return self._replies[message_id]

    def run(self, code: str) -> None:
        """Run a cell to its end; it must succeed."""
        content = self.reply(self.queue(code))
        assert content["status"] == "ok", content

    def value(self, expression: str) -> Any:
        """Return the value of an expression in the kernel."""
        answer = self.reply(self.queue("", it=expression))["user_expressions"]["it"]
        assert answer["status"] == "ok", answer
        return ast.literal_eval(answer["data"]["text/plain"])

    def sees(self, wanted: Callable[[Message], bool]) -> Message:
        """Return the first published message, old or new, that is wanted."""
        for message in self.published:
            if wanted(message):
                return message
        end = time.monotonic() + PATIENCE_S
        while True:
            message = self._client.get_iopub_msg(timeout=max(0.1, end - time.monotonic()))
            self.published.append(message)
            if wanted(message):
                return message

    def sees_idle(self, message_id: str) -> None:
        """Wait until the kernel says that it is done with a message."""
        self.sees(lambda m: _parent(m) == message_id and m["content"].get("execution_state") == "idle")

    def sees_text(self, text: str) -> str:
        """Wait until a text is printed, and return the id of the message that it belongs to."""
        return _parent(self.sees(lambda m: text in m["content"].get("text", "")))

    def states_of(self, message_id: str) -> list[str]:
        """Return the busy and idle that were published for a message."""
        return [
            m["content"]["execution_state"]
            for m in self.published
            if m["msg_type"] == "status" and _parent(m) == message_id
        ]

    def text_of(self, message_id: str) -> str:
        """Return what was printed for a message."""
        return "".join(m["content"].get("text", "") for m in self.published if _parent(m) == message_id)

    def _comm(self, model_id: str, data: Message) -> str:
        message = self._client.session.msg("comm_msg", {"comm_id": model_id, "data": data})
        self._client.shell_channel.send(message)
        return str(message["header"]["msg_id"])


class _ThisPython(KernelSpecManager):
    """Knows one kernel: this interpreter, whatever kernels the machine has."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name=kernel_name, language="python")


def _transport(folder: str) -> dict[str, str]:
    # A port that was free when picked may be taken when the kernel binds it; a file is nobody else's.
    return {} if sys.platform == "win32" else {"transport": "ipc", "ip": f"{folder}/k"}


def _environment(major: int, folder: Path) -> dict[str, str]:
    path = [ROOT] if major >= 7 else [ipykernel6_folder(), ROOT]
    return {
        **os.environ,
        "IPYTHONDIR": str(folder / "ipython"),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONPATH": os.pathsep.join(map(str, path)),
    }


def _parent(message: Message) -> str:
    return str(message["parent_header"].get("msg_id", ""))
