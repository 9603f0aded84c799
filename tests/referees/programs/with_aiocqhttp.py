"""A program of aiocqhttp: it reports all events, and makes the calls that it is told to make."""

import asyncio
import json
import sys
from typing import Any

from aiocqhttp import CQHttp, Event, Message  # type: ignore[import-untyped]

from tests.referees.programs.reporting import Json, Reporting, serve

PING, QUICKLY = "ping", {"reply": "pong[CQ:face,id=14]", "at_sender": True}
KINDS = ("message", "message_sent", "notice", "request", "meta_event")


def main() -> None:
    """Run until the standard input ends."""
    reporting = Reporting()
    bot = CQHttp("referee", **json.loads(sys.argv[1]))

    async def heard(event: Event) -> Json | None:
        told: Json = {"event": dict(event), "name": event.name}
        if event.type.startswith("message"):
            told["segments"] = list(Message(event.message))
        reporting.say(**told)
        return QUICKLY if event.raw_message == PING else None

    async def do(name: str, params: Json) -> Any:
        if "written" in params:
            params["message"] = Message(params.pop("written"))
        return await bot.call_action(name, **params)

    for kind in KINDS:
        bot.subscribe(kind, heard)
    asyncio.run(serve(bot.asgi, reporting, do))


if __name__ == "__main__":
    main()
