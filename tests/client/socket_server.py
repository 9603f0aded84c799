"""A WebSocket server whose talk is up to the test, for what no simulator would say."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from openqq_nb.client import Client
from openqq_nb.models import Flow
from openqq_nb.models import Request as Asked
from openqq_nb.models import Response as Answered
from tests import recordings

PATIENCE_S = 10.0

Talk = Callable[["Guest"], Awaitable[None]]
Gate = Callable[[ServerConnection, Request], Response | None]


def recorded(name: str) -> list[str]:
    """Give the frames that were recorded of a server in one talk."""
    lines = (recordings.WIRE / "onebot11.jsonl").read_text("utf-8").splitlines()
    line = next(line for line in map(json.loads, lines) if line["name"] == name)
    return [frame for frame in line["response"]["body"] if frame.startswith("{")]


GREETING = recorded("napcat.ws.session")[0]
UNREADABLE = recorded("napcat.ws.bad_json")[1]
REFUSAL = recorded("napcat.ws.token_missing")[0]


def event(number: int, **more: object) -> str:
    return json.dumps(
        {"time": 1795502511, "self_id": 1, "post_type": "message", "message_id": number, **more}
    )


def heartbeat(interval_ms: float, time: float = 1795502511) -> str:
    meta = {"time": time, "self_id": 1, "post_type": "meta_event", "meta_event_type": "heartbeat"}
    return json.dumps({**meta, "interval": interval_ms, "status": {"online": True}})


@dataclass(eq=False)
class Guest:
    """One connection, from the side of the server."""

    connection: ServerConnection
    server: "SocketServer"

    @property
    def headers(self) -> dict[str, str]:
        request = self.connection.request
        assert request is not None
        return {key.casefold(): value for key, value in request.headers.raw_items()}

    async def say(self, *texts: str | bytes) -> None:
        for text in texts:
            await self.connection.send(text)

    async def call(self) -> dict[str, Any]:
        """Wait for the next call."""
        call: dict[str, Any] = json.loads(await self.connection.recv())
        self.server.note(call)
        return call

    async def answer(self, call: dict[str, Any], data: object = None) -> None:
        await self.say(answer(call, data))

    async def serve(self) -> None:
        """Greet, and answer every call with its parameters, until the connection ends."""
        await self.say(GREETING)
        while True:
            call = await self.call()
            await self.answer(call, call["params"])

    async def pause(self, seconds: float) -> None:
        """Take time over something."""
        await asyncio.sleep(seconds)

    def cut(self) -> None:
        self.connection.transport.abort()


def answer(call: dict[str, Any], data: object = None) -> str:
    return json.dumps({"status": "ok", "retcode": 0, "data": data, "echo": call["echo"]}, ensure_ascii=False)


@dataclass
class SocketServer:
    """A loop in a thread that serves one talk, and what came in."""

    talk: Talk
    gate: Gate | None = None
    port: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    guests: list[Guest] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def note(self, call: dict[str, Any]) -> None:
        with self.changed:
            self.asked.append(call)
            self.changed.notify_all()

    def wait(self, until: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(until, PATIENCE_S), (
                f"came: {self.asked}, {len(self.guests)} connections"
            )

    def wait_asked(self, n: int) -> None:
        self.wait(lambda: len(self.asked) >= n)

    def wait_guests(self, n: int) -> None:
        self.wait(lambda: len(self.guests) >= n)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="socket server", daemon=True)
        self.thread.start()
        self.serving: Server = self.run(self._serve())
        self.port = self.serving.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Go away with all connections; `start` comes back at the same port."""
        if self.loop.is_closed():
            return
        self.run(self._end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE_S)
        self.loop.close()

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE_S)

    def say(self, *texts: str | bytes, guest: int = -1) -> None:
        """Say something on the latest connection, or on another one."""
        self.run(self.guests[guest].say(*texts))

    def cut(self, guest: int = -1) -> None:
        self.loop.call_soon_threadsafe(self.guests[guest].cut)

    async def _serve(self) -> Server:
        return await serve(
            self._welcome,
            "127.0.0.1",
            self.port,
            process_request=self.gate,
            close_timeout=0.2,
            ping_interval=None,
        )

    async def _welcome(self, connection: ServerConnection) -> None:
        guest = Guest(connection, self)
        with self.changed:
            self.guests.append(guest)
            self.changed.notify_all()
        with suppress(ConnectionClosed):  # the client has said goodbye
            await self.talk(guest)

    async def _end(self) -> None:
        self.serving.close()
        for guest in self.guests:
            guest.cut()
        await self.serving.wait_closed()


@contextmanager
def serving(talk: Talk = Guest.serve, gate: Gate | None = None) -> Iterator[SocketServer]:
    """Run a server with one talk for every connection."""
    server = SocketServer(talk, gate)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def client_of(url: str, **settings: Any) -> Iterator[Client]:
    client = Client(url, **settings)
    try:
        yield client
    finally:
        client.close()


def call(action: str = "get_login_info", repeatable: bool = True, **params: object) -> Flow[dict[str, Any]]:
    """Call once, and give the answer."""
    response = yield Asked("POST", action, content=params, repeatable=repeatable)
    assert response.http_status == 200
    answered: dict[str, Any] = json.loads(response.body)
    return answered


def say(text: str) -> Flow[dict[str, Any]]:
    """Send a message."""
    return call("send_private_msg", repeatable=False, user_id=1, message=text)


def ask_as(bearer: str | None, **more: Any) -> Flow[Answered]:
    response = yield Asked("POST", "get_login_info", content={}, bearer=bearer, **more)
    return response


@dataclass
class Ears:
    """A subscriber that only notes, and lets a test wait."""

    heard: list[tuple[str, Any]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def on_event(self, body: bytes) -> None:
        self.bodies.append(body)
        self._note("event", json.loads(body))

    def on_gap(self, since_s: float) -> None:
        self._note("gap", since_s)

    @property
    def numbers(self) -> list[int]:
        return [one["message_id"] for kind, one in self.heard if kind == "event" and "message_id" in one]

    @property
    def gaps(self) -> list[float]:
        return [one for kind, one in self.heard if kind == "gap"]

    def wait(self, until: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(until, PATIENCE_S), self.heard

    def _note(self, kind: str, what: Any) -> None:
        with self.changed:
            self.heard.append((kind, what))
            self.changed.notify_all()
