"""An inbox in a process of its own, so that its end is seen and does not end whoever torments it.

It writes its address as its first line; when its input ends it stops, and writes what it counted.
"""

import dataclasses
import faulthandler
import json
import sys
import warnings
from itertools import cycle
from pathlib import Path
from typing import Any

from openqq_nb.inbox import Inbox
from openqq_nb.models import Reply
from tests.inbox.desk import listening

NONSENSE: tuple[Any, ...] = (
    None, "", 5, float("nan"), True, b"bytes", ["a"], object(), {}, {"reply": None}, {"reply": ["a"]}, {"shutup": 1},
    {"reply": "a", "unknown": 1}, {1: 2}, Reply(""), Reply("x", shutup=True, shutup_time=1), "\ud83d", "a\x00b",
    {"reply": "\udc00", "shutup": 1, "shutup_time": "60"}, {"shutup_time": 10**40, "shutup": 1}, "长" * 9_000,
)  # fmt: skip
"""What a handler may return by mistake, or by an odd wish."""


def add_handlers(inbox: Inbox) -> None:
    """Register handlers that raise, that return nonsense, and that say back what they hear."""
    nonsense = cycle(NONSENSE)

    @inbox.on_message
    def raising(message: Any) -> Any:
        if len(message.content) % 3 == 0:
            raise ValueError(message.content)

    @inbox.on_message
    def nonsensical(message: Any) -> Any:
        return next(nonsense) if len(message.content) % 3 == 1 else None

    @inbox.on_message
    async def echoing(message: Any) -> Any:
        return message.content


def main(dialect: str, journal: str) -> None:
    faulthandler.enable()
    with listening(dialect, Path(journal)) as desk:
        add_handlers(desk.inbox)
        print(desk.inbox.url, flush=True)  # noqa: T201 - this is how it is told
        sys.stdin.read()
        # The errors of handlers are meant to be, and looking would tell of them.
        warnings.simplefilter("ignore")
        counted = dataclasses.asdict(desk.inbox.stats)
    print(json.dumps(counted, default=str))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
