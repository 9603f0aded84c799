"""2,000 posts at full speed, over 32 connections, from another process: answered, in the journal, in the frame.

Once while this process waits, once while its main thread runs a pure-Python loop, as a busy cell does. The
peer is a bare uvicorn application that reads the body, stores nothing and answers 204.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from benchmarks.common import Result, show
from openqq_nb.inbox import Inbox, Links
from openqq_nb.journal import Journal
from openqq_nb.models import Delivery, Receipt
from openqq_nb.protocols import registry
from openqq_nb.receive.address import Address

POSTS, CONNECTIONS = 2_000, 32


def run() -> list[Result]:
    """Measure the time until the last post is answered."""
    with bare() as url:
        bare_idle, bare_busy = posting(url), beside_a_loop(url)
    with tempfile.TemporaryDirectory() as folder, listening(Path(folder) / "journal.db") as inbox:
        idle, busy = posting(inbox.url), beside_a_loop(inbox.url, first=POSTS)
        check(inbox, 2 * POSTS)
    peer = "a bare uvicorn application that stores nothing"
    name = f"{POSTS:,} posts over {CONNECTIONS} connections, each durable"
    return [
        Result(name, idle, "s", peer, bare_idle),
        Result(f"{name}, beside a pure-Python loop", busy, "s", peer, bare_busy),
    ]


def check(inbox: Inbox, count: int) -> None:
    """Each post is in the journal and in the frame, once."""
    texts = inbox.df["content"]
    assert len(texts) == texts.nunique() == inbox.journal.count == count


@contextmanager
def listening(file: Path) -> Iterator[Inbox]:
    """Run an inbox that keeps messages in a file and knows nobody."""
    receipt = Receipt(True, 0, "", None, None, Delivery.SENT, "")
    links = Links(
        number=dict,
        knows=lambda _: True,
        doubts=lambda _: False,
        refresh=lambda: None,
        forget=lambda _: None,
        me=lambda: {},
        later=lambda _: lambda _: receipt,
        resolve_group=lambda _: (),
        resolve_sender=lambda _: (),
        known_group=lambda _: (),
        known_sender=lambda _: (),
    )
    dialect = registry.dialect("openqq1", None)
    with Inbox(dialect, Journal.open(file), links, Address(path="benchmark")).start() as inbox:
        yield inbox


@contextmanager
def bare() -> Iterator[str]:
    """Run a bare application on a thread of its own, with the same HTTP parser and loop."""
    config = uvicorn.Config(_answer_204, port=0, log_config=None, lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    thread = threading.Thread(target=server.run, args=([socket],))
    thread.start()
    try:
        yield f"http://127.0.0.1:{socket.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join()


async def _answer_204(
    _scope: object,
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[object], Awaitable[None]],
) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def posting(url: str, first: int = 0) -> float:
    """Post from another process and give the seconds from the first post to the last answer."""
    return float(_poster(url, first).communicate()[0])


def beside_a_loop(url: str, first: int = 0) -> float:
    """Post while this thread computes."""
    with _poster(url, first) as poster:
        number = 0
        while poster.poll() is None:
            number += sum(range(1_000))
        assert poster.stdout is not None
        return float(poster.stdout.read())


def _poster(url: str, first: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "benchmarks.listening", url, str(first)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


async def post_all(url: str, first: int) -> float:
    """Post over several kept-alive connections, each one message after the other."""
    host, _, path = url.removeprefix("http://").partition("/")
    numbers = iter(range(first, first + POSTS))
    begin = asyncio.get_running_loop().time()
    await asyncio.gather(*(_post_some(host, f"/{path}", numbers) for _ in range(CONNECTIONS)))
    return asyncio.get_running_loop().time() - begin


async def _post_some(host: str, path: str, numbers: Iterator[int]) -> None:
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    for number in numbers:
        body = _message(number)
        lines = [
            f"POST {path} HTTP/1.1",
            f"Host: {host}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        writer.write("\r\n".join([*lines, "\r\n"]).encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 204"), answer
    writer.close()
    await writer.wait_closed()


def _message(number: int) -> bytes:
    message = {
        **{
            "type": "group_message",
            "msg_class": "recv",
            "msg_id": str(number),
            "msg_time": str(1_790_000_000 + number),
        },
        **{
            "content": f"第 {number} 条，今天谁去吃饭？",
            "sender": "夜猫🐱",
            "sender_id": "2832277604",
            "sender_qq": 9900000204,
        },
        **{"receiver": "小机", "receiver_id": "9900000100", "receiver_qq": 9900000100},
        **{"group": "PERL学习角", "group_id": "2617047201", "gnumber": 9910000201},
    }
    return json.dumps(message, ensure_ascii=False).encode()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(asyncio.run(post_all(sys.argv[1], int(sys.argv[2]))))
    else:
        show(run())
