"""The servers that are posted to, each in a process of its own: ours, and its peers.

    python -m benchmarks.servers ours|bare|durable|aiocqhttp [busy|blocked]

prints its address, serves until its standard input ends, and meanwhile computes in its main thread if asked to.
"""

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]

BLOCKED_S = 2.0


@contextmanager
def serving(name: str, doing: str = "idle") -> Iterator[str]:
    """Run a server in another process; gives its address."""
    command = [sys.executable, "-m", "benchmarks.servers", name, doing]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        yield process.stdout.readline().strip()
        process.stdin.close()
        process.wait()
        assert process.returncode == 0


@contextmanager
def _ours(folder: Path) -> Iterator[str]:
    from openqq_nb.inbox import Inbox, Links  # noqa: PLC0415 - only here
    from openqq_nb.journal import Journal  # noqa: PLC0415
    from openqq_nb.protocols import registry  # noqa: PLC0415
    from openqq_nb.receive.address import Address  # noqa: PLC0415

    journal = Journal.open(folder / "journal.db")
    with Inbox(
        registry.dialect("openqq1", None), journal, Links(), Address(path="benchmark")
    ).start() as inbox:
        yield inbox.url
        assert journal.count == len(inbox.df) == inbox.df["content"].nunique()


async def _read(receive: Receive) -> bytes:
    pieces = []
    while True:
        message = await receive()
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(pieces)


async def _answer(send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _bare(_scope: object, receive: Receive, send: Send) -> None:
    await _read(receive)
    await _answer(send)


def _durable(folder: Path) -> Callable[[object, Receive, Send], Awaitable[None]]:
    database = sqlite3.connect(folder / "peer.db", isolation_level=None, check_same_thread=False)
    for statement in (
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "CREATE TABLE posts (body BLOB)",
    ):
        database.execute(statement)

    async def app(_scope: object, receive: Receive, send: Send) -> None:
        database.execute("INSERT INTO posts VALUES (?)", (await _read(receive),))
        await _answer(send)

    return app


def _aiocqhttp() -> App:
    from aiocqhttp import CQHttp, Event  # type: ignore[import-untyped]  # noqa: PLC0415 - a peer

    bot = CQHttp()

    @bot.on_message  # type: ignore[untyped-decorator]
    async def taken(event: Event) -> None:
        """Take it, and say nothing."""

    app: App = bot.asgi
    return app


@contextmanager
def _uvicorn(app: App) -> Iterator[str]:
    import uvicorn  # noqa: PLC0415 - a peer

    config = uvicorn.Config(
        app,
        port=0,
        log_config=None,
        access_log=False,
        lifespan="off",
        http="httptools",
        loop="uvloop",
        timeout_keep_alive=120,
    )
    server, socket = uvicorn.Server(config), config.bind_socket()
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[socket])))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{socket.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join()


def _server(name: str, folder: Path) -> contextlib.AbstractContextManager[str]:
    if name == "ours":
        return _ours(folder)
    return _uvicorn(
        {"bare": lambda: _bare, "durable": lambda: _durable(folder), "aiocqhttp": _aiocqhttp}[name]()
    )


def _compute(doing: str, ended: threading.Event) -> None:
    """Do in the main thread what a cell does."""
    if doing == "idle":
        ended.wait()
    # One call of C holds the interpreter to its end, as slow extensions do.
    steps = _steps_in(BLOCKED_S) if doing == "blocked" else 0
    while not ended.is_set():
        if doing == "busy":
            _ = sum(step for step in range(1_000))
        else:
            _ = sum(range(steps))
            ended.wait(BLOCKED_S)


def _steps_in(seconds: float) -> int:
    begun, steps = time.perf_counter(), 20_000_000
    _ = sum(range(steps))
    return int(steps * seconds / (time.perf_counter() - begun))


def main() -> None:
    """Serve until the standard input ends."""
    name, doing = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "idle"
    ended = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        ended.set()

    with tempfile.TemporaryDirectory() as folder, _server(name, Path(folder)) as address:
        print(address, flush=True)
        threading.Thread(target=wait_for_the_end, daemon=True).start()
        _compute(doing, ended)


if __name__ == "__main__":
    main()
