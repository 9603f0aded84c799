"""Programs that receive into a journal, each in a process of its own that can be killed."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from openqq_nb.simulator import Simulator
from tests.inbox.desk import SECRET

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120.0


class Child:
    """A program that listens at a port and fills a journal.

    Args:
        arguments: of this Python.
        port: where it listens.
        home: the folder of its settings.
    """

    def __init__(self, arguments: list[str], port: int, home: Path) -> None:
        self._port = port
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, "OPENQQ_NB_HOME": str(home)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._resources = ExitStack()
        self._resources.enter_context(self._process)
        self._resources.callback(self._process.kill)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._resources.close()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def ready(self) -> str:
        """Wait until it listens; gives the address to post to.

        Raises:
            ChildProcessError: it ended before that.
        """
        line = self.line()
        if not line:
            raise ChildProcessError("It ended before it listened; why stands above.")
        return f"http://127.0.0.1:{self._port}/openqq/{SECRET}"

    def line(self) -> str:
        """Read the next line that it writes."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def ask(self) -> dict[str, Any]:
        """Have a keeper tell its figures."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self.line())
        return told

    def kill(self) -> None:
        """Kill it without warning."""
        self._process.kill()
        self._process.wait(PATIENCE_S)

    def ended(self, patience_s: float) -> bool:
        """Tell whether it has ended by itself, or does so within some seconds."""
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def code(self, patience_s: float) -> int | None:
        """Wait until it ends by itself; gives the exit code."""
        self._process.communicate(timeout=patience_s)
        return self._process.returncode

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Tell it to end; gives the exit code and what it still wrote."""
        self._process.send_signal(number)
        code = self._process.wait(PATIENCE_S)
        # `communicate` would lose lines that were read ahead; what it writes at its end fits into the pipe.
        assert self._process.stdout is not None
        return code, self._process.stdout.read()


def keeper(journal: Path, port: int, home: Path) -> Child:
    """Start an inbox."""
    return Child(["-m", "tests.torture.keeping", str(journal), str(port)], port, home)


def collector(server: Simulator, journal: Path, port: int, home: Path, *more: str) -> Child:
    """Start `openqq-nb collect`."""
    options: Mapping[str, object] = {"journal": journal, "port": port, "secret": SECRET}
    given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    return Child(["-m", "openqq_nb", "collect", server.url, *given, *more], port, home)


def free_port() -> int:
    """Find a port that nobody listens at."""
    with closing(socket.create_server(("127.0.0.1", 0))) as sock:
        port: int = sock.getsockname()[1]
        return port
