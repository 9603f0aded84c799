"""Posts messages over kept-alive connections, cheaply enough not to be what is measured; run in a process of its own.

    python -m benchmarks.loader URL --posts N --connections C [--first I] [--kind onebot] [--rate R]

It prints one line of JSON: how long it took, and how long single answers took.
"""

import argparse
import json
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

_TEXT = "第 {} 条，今天谁去吃饭？"


@dataclass(frozen=True, slots=True)
class Load:
    """What came of posting.

    Attributes:
        posts: how many were acknowledged.
        seconds: from the first post to the last answer.
        delays_s: how long each answer took after it was due, in order of size.
    """

    posts: int
    seconds: float
    delays_s: list[float]

    @property
    def rate(self) -> float:
        """Posts acknowledged a second."""
        return self.posts / self.seconds

    def delay_s(self, share: float) -> float:
        """The delay that a share of the answers kept within."""
        return self.delays_s[min(len(self.delays_s) - 1, int(share * len(self.delays_s)))]


def load(
    url: str,
    posts: int,
    connections: int = 1,
    *,
    first: int = 0,
    kind: str = "openqq1",
    rate: float = 0,
) -> Load:
    """Post in another process and wait for it.

    Args:
        url: where to.
        posts: how many messages.
        connections: how many at once, each one message after the other.
        first: the number of the first message.
        kind: `openqq1` or `onebot`.
        rate: messages a second; 0 posts as fast as they are answered.
    """
    return result(begin(url, posts, connections, first=first, kind=kind, rate=rate))


def begin(
    url: str, posts: int, connections: int, *, first: int = 0, kind: str = "openqq1", rate: float = 0
) -> "subprocess.Popen[str]":
    """Begin to post in another process."""
    options = {"posts": posts, "connections": connections, "first": first, "kind": kind, "rate": rate}
    command = [sys.executable, "-m", "benchmarks.loader", url]
    command += [part for name, value in options.items() for part in (f"--{name}", str(value))]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def result(process: "subprocess.Popen[str]") -> Load:
    """Wait for a process that posts."""
    printed, _ = process.communicate()
    assert process.returncode == 0, printed
    return Load(**json.loads(printed))


def message(number: int, kind: str = "openqq1") -> bytes:
    """Make a believable post."""
    text = _TEXT.format(number)
    found = _onebot(number, text) if kind == "onebot" else _openqq1(number, text)
    return json.dumps(found, ensure_ascii=False).encode()


def _openqq1(number: int, text: str) -> dict[str, object]:
    return {
        "type": "group_message", "msg_class": "recv", "msg_id": str(number), "msg_time": str(1_790_000_000 + number),
        "content": text, "sender": "夜猫🐱", "sender_id": "2832277604", "sender_qq": 9900000204, "receiver": "小机",
        "receiver_id": "9900000100", "receiver_qq": 9900000100, "group": "PERL学习角", "group_id": "2617047201",
        "gnumber": 9910000201,
    }  # fmt: skip


def _onebot(number: int, text: str) -> dict[str, object]:
    return {
        "post_type": "message", "message_type": "group", "sub_type": "normal", "time": 1_790_000_000 + number,
        "self_id": 9900000100, "message_id": number, "group_id": 9910000201, "user_id": 9900000204, "anonymous": None,
        "message": [{"type": "text", "data": {"text": text}}], "raw_message": text, "font": 0,
        "sender": {"user_id": 9900000204, "nickname": "夜猫🐱", "sex": "unknown", "age": 0},
    }  # fmt: skip


def _request(url: str, number: int, kind: str) -> bytes:
    parts, body = urlsplit(url), message(number, kind)
    lines = [
        f"POST {parts.path or '/'} HTTP/1.1",
        f"Host: {parts.netloc}",
        "Content-Type: application/json",
        "X-Self-ID: 9900000100",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname or "", parts.port or 80))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _post(url: str, requests: list[bytes], connections: int, rate: float) -> Load:
    idle = [_connect(url) for _ in range(connections)]
    waiting: dict[socket.socket, float] = {}
    delays: list[float] = []
    with selectors.DefaultSelector() as selector:
        for connection in idle:
            selector.register(connection, selectors.EVENT_READ)
        begun = time.perf_counter()
        due = _due(begun, len(requests), rate)
        todo = list(zip(reversed(requests), reversed(due), strict=True))
        while todo or waiting:
            while idle and todo and todo[-1][1] <= time.perf_counter():
                connection, (request, due_s) = idle.pop(), todo.pop()
                waiting[connection] = due_s or time.perf_counter()
                connection.sendall(request)
            patience = max(0.0, todo[-1][1] - time.perf_counter()) if todo and idle else None
            for key, _ in selector.select(patience):
                found = key.fileobj
                assert isinstance(found, socket.socket)
                answer = found.recv(65536)
                assert answer.startswith(b"HTTP/1.1 20"), answer[:200]
                delays.append(time.perf_counter() - waiting.pop(found))
                idle.append(found)
        return Load(len(requests), time.perf_counter() - begun, sorted(delays))


def _due(begun: float, posts: int, rate: float) -> list[float]:
    return [begun + number / rate for number in range(posts)] if rate else [0.0] * posts


def _numbered(arguments: argparse.Namespace) -> Iterator[bytes]:
    for number in range(arguments.first, arguments.first + arguments.posts):
        yield _request(arguments.url, number, arguments.kind)


def main() -> None:
    """Post as the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    for name, kind, default in (
        ("posts", int, 1000), ("connections", int, 1), ("first", int, 0), ("kind", str, "openqq1"), ("rate", float, 0.0)
    ):  # fmt: skip
        parser.add_argument(f"--{name}", type=kind, default=default)
    arguments = parser.parse_args()
    found = _post(arguments.url, list(_numbered(arguments)), arguments.connections, arguments.rate)
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
