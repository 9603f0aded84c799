"""A program of NoneBot and its adapter for OneBot 11: it reports all events, and makes the calls it is told to."""

import asyncio
import json
import logging
import sys
from typing import Any

import nonebot
from nonebot.adapters.onebot.v11 import Adapter, Bot, Event, Message, MessageEvent
from nonebot.compat import model_dump
from nonebot.log import logger
from nonebot.message import event_preprocessor
from nonebot.utils import DataclassEncoder

from tests.referees.programs.reporting import Json, Reporting, serve


def main() -> None:
    """Run until the standard input ends."""
    reporting = Reporting(DataclassEncoder)
    logger.remove()
    logger.add(lambda line: reporting.say(complaint=str(line)), level="WARNING", colorize=False)
    nonebot.init(driver="~quart+~httpx+~websockets", _env_file=None, **json.loads(sys.argv[1]))
    logging.getLogger("nonebot").propagate = False
    driver = nonebot.get_driver()
    driver.register_adapter(Adapter)

    @driver.on_bot_connect
    async def met(bot: Bot) -> None:
        reporting.say(bot=bot.self_id)

    @event_preprocessor
    async def heard(event: Event) -> None:
        told: Json = {"event": model_dump(event), "class": type(event).__name__}
        if isinstance(event, MessageEvent):
            told |= {"segments": event.original_message, "text": event.original_message.extract_plain_text()}
        reporting.say(**told)

    async def do(name: str, params: Json) -> Any:
        if "written" in params:
            params["message"] = Message(params.pop("written"))
        return await nonebot.get_bot().call_api(name, **params)

    asyncio.run(serve(nonebot.get_asgi(), reporting, do))


if __name__ == "__main__":
    main()
