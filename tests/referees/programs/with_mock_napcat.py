"""The stand-in of NapCat that ncatbot is tested with: a forward WebSocket, and people of its own behind it.

It lets happen what it is told to, and reads events as ncatbot does.
"""

import asyncio
import json
import sys
from typing import Any

from ncatbot.core.event.parser import EventParser  # type: ignore[import-untyped]
from ncatbot.utils.testing.event_factory import EventFactory  # type: ignore[import-untyped]
from ncatbot.utils.testing.mock_server import NapCatMockServer, get_standard_data  # type: ignore[import-untyped]

from tests.referees.programs.reporting import Json, Reporting


class Api:
    """Nothing is asked of the server that an event came from."""


def read(payload: Json) -> str:
    """Read an event, and tell as which class."""
    return type(EventParser.parse(payload, Api())).__name__


async def make(server: NapCatMockServer, name: str, params: Json) -> Json:
    """Let an event happen that ncatbot has made, and give it."""
    made = getattr(EventFactory, name)(**params)
    event: Json = made.model_dump(mode="json", exclude_none=True)
    if "message" in event:
        event["message"] = made.message.to_list()
    await server.inject_event(event)
    return event


async def main(reporting: Reporting) -> None:
    """Run until the standard input ends."""
    settings = json.loads(sys.argv[1])
    async with NapCatMockServer("127.0.0.1", 0, initial_data=get_standard_data(), **settings) as server:

        async def do(name: str, params: Json) -> Any:
            if name == "read":
                return read(**params)
            if name == "make":
                return await make(server, **params)
            found = getattr(server, name)(**params)
            return await found if asyncio.iscoroutine(found) else found

        # It does not tell which port it took.
        reporting.say(port=server._server.sockets[0].getsockname()[1])
        await reporting.obey(do)


if __name__ == "__main__":
    asyncio.run(main(Reporting()))
