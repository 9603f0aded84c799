"""Ends that connect to a listener by WebSocket: with the client of a library, and with bytes written by hand."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager

from websockets.sync.client import ClientConnection, connect

from tests.receive.door import PATIENCE_S, Door, Peer

KEY = base64.b64encode(b"sixteen bytes ..").decode()
TEXT, BINARY, CLOSE, PING, PONG, MORE = 1, 2, 8, 9, 10, 0
MASK = b"\x01\x02\x03\x04"


def event(number: int = 0, **keys: object) -> bytes:
    """Write an event."""
    return json.dumps({"post_type": "message", "number": number, **keys}, ensure_ascii=False).encode()


def request(*headers: str, path: str = "/openqq/abc", key: str = KEY, version: str = "13") -> bytes:
    """Write the request of an end that wants to connect."""
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: localhost",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        f"Sec-WebSocket-Version: {version}",
        "X-Self-ID: 1234567",
        "X-Client-Role: Universal",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def frame(data: bytes = b"", opcode: int = TEXT, fin: bool = True, mask: bool = True, rsv: int = 0) -> bytes:
    """Write a frame."""
    size = len(data)
    first = (fin << 7) | (rsv << 4) | opcode
    flag = mask << 7
    if size < 126:
        head = bytes([first, flag | size])
    elif size < 1 << 16:
        head = bytes([first, flag | 126]) + size.to_bytes(2, "big")
    else:
        head = bytes([first, flag | 127]) + size.to_bytes(8, "big")
    if not mask:
        return head + data
    return head + MASK + bytes(byte ^ MASK[place % 4] for place, byte in enumerate(data))


def frames(raw: bytes) -> list[tuple[int, bytes]]:
    """Read the frames of a listener, none of which is long or masked: opcode and payload of each."""
    found = []
    while raw:
        assert raw[0] & 0x80 and raw[1] < 126
        found.append((raw[0] & 0x0F, raw[2 : 2 + raw[1]]))
        raw = raw[2 + raw[1] :]
    return found


def closed(raw: bytes) -> int:
    """Give the code that a listener closed with."""
    opcode, payload = frames(raw)[-1]
    assert opcode == CLOSE
    return int.from_bytes(payload[:2], "big")


def welcomed(peer: Peer, *headers: str, behind: bytes = b"") -> Peer:
    """Ask for a WebSocket, and read the answer up to its end."""
    peer.says(request(*headers) + behind)
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += peer.sock.recv(1)
    assert answer.startswith(b"HTTP/1.1 101 "), answer
    return peer


@contextmanager
def end(door: Door, *, token: str | None = None) -> Iterator[ClientConnection]:
    """Connect an end."""
    headers = {"X-Self-ID": "1234567", "X-Client-Role": "Universal"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    url = door.url.replace("http", "ws")
    with connect(
        url, additional_headers=headers, proxy=None, open_timeout=PATIENCE_S, close_timeout=PATIENCE_S
    ) as one:
        yield one


def heard_all(one: ClientConnection) -> None:
    """Wait until the listener has read all that was written."""
    assert one.ping().wait(PATIENCE_S)
