"""The recordings of the real servers, and a plain client that sends their requests byte for byte."""

import http.client
import json
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

WIRE = Path(__file__).parent.parent / "wire"
PATIENCE_S = 20.0


@cache
def entries(name: str) -> dict[str, dict[str, Any]]:
    lines = (WIRE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    read = (json.loads(line) for line in lines)
    return {entry["name"]: entry for entry in read}


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; `status` is None if the connection was closed without one."""

    status: int | None
    headers: dict[str, str]
    body: bytes

    @classmethod
    def recorded(cls, response: dict[str, Any]) -> "Answer":
        headers = {name.lower(): value for name, value in response["headers"].items()}
        return cls(response["status"], headers, (response["body"] or "").encode())


def raw(request: dict[str, Any]) -> bytes:
    """Write a recorded request as it went over the wire."""
    lines = [f"{request['method']} {request['target']} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request["headers"].items()]
    head = "\r\n".join([*lines, "", ""])
    return head.encode() + (request["body"] or "").encode()


def exchange(url: str, data: bytes, method: str = "GET") -> Answer:
    """Send bytes over a connection of their own and read the answer."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname or "", place.port or 0), PATIENCE_S) as connection:
        connection.sendall(data)
        answer = http.client.HTTPResponse(connection, method=method)
        try:
            answer.begin()
        except (http.client.RemoteDisconnected, ConnectionResetError):
            return Answer(None, {}, b"")
        with answer:
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, headers, answer.read())
