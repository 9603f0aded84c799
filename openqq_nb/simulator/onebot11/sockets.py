"""WebSockets in both directions: others connect to the end, or the end connects to a listener."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from openqq_nb.simulator.onebot11.links import Link

if TYPE_CHECKING:
    from openqq_nb.simulator.onebot11.engine import Engine

OPEN_S = 10.0
MAX_BYTES = 64 << 20


async def serve(engine: "Engine", scope: Scope, receive: Receive, send: Send, is_allowed: bool) -> None:
    """Serve a WebSocket that somebody opened, until it ends.

    Args:
        engine: The end.
        scope: Of ASGI.
        receive: Of ASGI.
        send: Of ASGI.
        is_allowed: Whether it brought the right token.
    """
    socket = WebSocket(scope, receive, send)
    if engine.links.is_shut():
        socket.state.transport.abort()
        await _until_gone(receive)
        return
    await socket.accept()
    if not is_allowed:
        # It looks like a connection that works: the refusal comes as a frame.
        await socket.send_text(engine.frames.bad_token())
        await send({"type": "websocket.close", "code": None, "reason": None})
        return
    path = scope["path"].removesuffix("/")
    link = Link(socket.send_text, socket.state.transport.abort, has_events=path != "/api")
    await _talk(engine, link, _served(socket), path != "/event" or engine.end.name == "napcat")


async def turn_away(receive: Receive, send: Send, refusal: Response) -> None:
    """Refuse to open a WebSocket, with an answer of HTTP."""
    head = {"status": refusal.status_code, "headers": list(refusal.raw_headers)}
    await send({"type": "websocket.http.response.start", **head})
    await send({"type": "websocket.http.response.body", "body": refusal.body})
    # The server tells at once that it is over, and once more when the connection has gone.
    await _until_gone(receive)
    await _until_gone(receive)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def _served(socket: WebSocket) -> AsyncIterator[str]:
    try:
        while (message := await socket.receive())["type"] == "websocket.receive":
            text = message.get("text")
            # A binary frame is read as text.
            yield text if text is not None else bytes(message["bytes"]).decode(errors="replace")
    except WebSocketDisconnect:
        return


async def connect_for_ever(engine: "Engine", url: str) -> None:
    """Keep a WebSocket to a listener open: connect, again and again.

    Args:
        engine: The end.
        url: The address of the listener.
    """
    while True:
        if not engine.links.is_shut():
            await _connect(engine, url)
        await asyncio.sleep(engine.settings.reconnect_s)


async def _connect(engine: "Engine", url: str) -> None:
    secret = engine.settings.secret
    headers = {"X-Self-ID": str(engine.known.me.qq), "X-Client-Role": "Universal"}
    headers |= {"Authorization": f"Bearer {secret}"} if secret else {}
    try:
        async with connect(
            url,
            additional_headers=headers,
            user_agent_header=engine.end.user_agent,
            proxy=None,
            compression=None,
            open_timeout=OPEN_S,
            ping_interval=None,
            max_size=MAX_BYTES,
        ) as socket:
            link = Link(socket.send, socket.transport.abort, has_events=True)
            await _talk(engine, link, _received(socket), hears=True)
    except (OSError, TimeoutError, WebSocketException):
        # It is not there, does not want us, or has gone: the next try is made after a pause.
        return


async def _received(socket: ClientConnection) -> AsyncIterator[str]:
    async for frame in socket:
        yield frame if isinstance(frame, str) else frame.decode(errors="replace")


async def _talk(engine: "Engine", link: Link, frames: AsyncIterator[str], hears: bool) -> None:
    """Send events and answers over a connection, and do the calls that come, until it ends."""
    writing = engine.spawn(_write(engine, link))
    if link.has_events:
        link.put(engine.hello())
    engine.links.add(link)
    try:
        async for frame in frames:
            if hears:
                engine.spawn(_answer(engine, link, frame))
    finally:
        engine.links.remove(link)
        writing.cancel()


async def _write(engine: "Engine", link: Link) -> None:
    try:
        await link.run(engine.links.is_frozen)
    except (OSError, RuntimeError, WebSocketDisconnect, WebSocketException):
        # Whoever listened has gone; reading notices it.
        return


async def _answer(engine: "Engine", link: Link, frame: str) -> None:
    try:
        answer = await engine.frames.answer(frame)
    except ConnectionResetError:
        link.cut()
        return
    if answer is not None:
        link.put(answer)
