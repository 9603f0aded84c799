"""A server that answers any bytes at all, for what no simulator would say."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BufferedReader
from urllib.parse import parse_qsl, urlsplit

PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def params(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query) + parse_qsl(self.body.decode())


@dataclass(frozen=True, slots=True)
class Said:
    """What is written back: any bytes, and whether the connection then stays open."""

    raw: bytes
    keep: bool = False


Talk = Callable[[Asked], Said]


def said(
    body: bytes | str | list[object] | dict[str, object],
    status: int = 200,
    keep: bool = False,
    **headers: str,
) -> Said:
    """Make a proper HTTP answer of a body."""
    content = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else as_json(body)
    named = {"Content-Type": "application/json", **{key.replace("_", "-"): headers[key] for key in headers}}
    named.setdefault("Content-Length", str(len(content)))
    named["Connection"] = "keep-alive" if keep else "close"
    head = "".join(f"{key}: {value}\r\n" for key, value in named.items())
    return Said(f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + content, keep)


def as_json(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


NOTHING = Said(b"")
"""The connection is closed without a byte, as the real servers do after 15 s."""

SENT = said({"code": 0, "status": "发送成功", "msg_id": 12345678})


@dataclass
class RawServer:
    """What came in, and a way to hold answers back."""

    listener: socket.socket
    talk: Talk
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    ended: threading.Event = field(default_factory=threading.Event)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        host, port = self.listener.getsockname()[:2]
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def wait_asked(self, n: int) -> None:
        """Wait until that many requests have come in."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.asked) >= n, PATIENCE_S), f"only {self.asked} came"

    def start(self) -> None:
        self.thread = threading.Thread(target=self._serve, name="raw server")
        self.thread.start()

    def stop(self) -> None:
        self.ended.set()
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self.listener.close()
        self.thread.join(PATIENCE_S)

    def _serve(self) -> None:
        while not self.ended.is_set():
            with suppress(OSError):  # the end of the test closes the listener
                connection, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines, suppress(OSError):
            keep = True
            while keep and (asked := _read(lines)):
                with self.changed:
                    self.asked.append(asked)
                    self.changed.notify_all()
                answer = self.talk(asked)
                connection.sendall(answer.raw)
                keep = answer.keep

    def hang(self, _: Asked) -> Said:
        """A talk that never answers while the test lasts."""
        self.ended.wait(PATIENCE_S)
        return NOTHING


def _read(lines: BufferedReader) -> Asked | None:
    if not lines.peek(1)[:1].isalpha():
        return None  # the end, or the beginning of a talk in TLS
    start = lines.readline().decode().split()
    headers = {}
    while (line := lines.readline().strip()) and b":" in line:
        name, _, value = line.decode().partition(":")
        headers[name.casefold()] = value.strip()
    body = lines.read(int(headers.get("content-length", 0)))
    return Asked(start[0], start[1], headers, body)


@contextmanager
def answering(talk: Talk | Said, family: socket.AddressFamily = socket.AF_INET) -> Iterator[RawServer]:
    """Run a server that answers every request by `talk`, or with the same bytes."""
    host = "::1" if family == socket.AF_INET6 else "127.0.0.1"
    listener = socket.create_server((host, 0), family=family)
    server = RawServer(listener, talk if callable(talk) else lambda _: talk)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def hanging() -> Iterator[RawServer]:
    """Run a server that takes requests and never answers."""
    with answering(NOTHING) as server:
        server.talk = server.hang
        yield server


def closed_port() -> int:
    """Find a port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
