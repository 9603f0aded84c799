"""What the programs of others have in common here: they report as lines of JSON, and do what such lines ask."""

import asyncio
import contextlib
import json
import logging
import socket
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any, TextIO

import uvicorn

Json = dict[str, Any]
Do = Callable[[str, Json], Awaitable[object]]
GRACE_S = 1


class Reporting(logging.Handler):
    """Writes to the one who started this, and listens to him.

    Whatever the program itself prints goes elsewhere, and what it warns of is reported.

    Args:
        encoder: Writes what only the program knows.
    """

    def __init__(self, encoder: type[json.JSONEncoder] | None = None) -> None:
        super().__init__(logging.WARNING)
        self._out: TextIO = sys.stdout
        self._encoder = encoder
        self._turn = threading.Lock()
        sys.stdout = sys.stderr
        logging.getLogger().addHandler(self)

    def say(self, **line: object) -> None:
        """Report something."""
        with self._turn:
            self._out.write(json.dumps(line, cls=self._encoder) + "\n")
            self._out.flush()

    def emit(self, record: logging.LogRecord) -> None:
        """Report what was logged as a warning or worse."""
        self.say(complaint=self.format(record))

    async def obey(self, do: Do) -> None:
        """Do what is asked, one after the other, until nothing more can come."""
        lines: asyncio.Queue[str] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        # Not every loop can wait for a pipe on Windows.
        threading.Thread(target=_read, args=(loop, lines), daemon=True).start()
        while line := await lines.get():
            asked = json.loads(line)
            try:
                self.say(answer=await do(asked["name"], asked["params"]))
            except Exception as error:  # noqa: BLE001 - whoever asked is told
                self.say(error=repr(error))


def _read(loop: asyncio.AbstractEventLoop, lines: asyncio.Queue[str]) -> None:
    more = True
    while more:
        line = sys.stdin.readline()
        more = bool(line)
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(lines.put_nowait, line)


async def serve(app: Any, reporting: Reporting, do: Do) -> None:
    """Serve an application on a free port, and do what is asked meanwhile."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=GRACE_S))
    serving = asyncio.create_task(server.serve([listener]))
    reporting.say(port=listener.getsockname()[1])
    await reporting.obey(do)
    server.should_exit = True
    await serving
