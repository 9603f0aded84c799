"""Invented logs: several chats, equal moments, missing numbers, system lines, hostile names."""

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

Message = Mapping[str, Any]

SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
BEGIN_US = 1_767_196_800 * SECOND_US  # midnight of 1 January 2026 in China
NAMES = ("小灰", "小 灰", "小灰灰", "=1+1", "<b>x</b>", "\u202eabc", "全体成员", "101", "😀\x00", "", None)
CONTENTS = (
    "哈哈", "哈哈", "哈哈", "好", "[图片]", "", None, "@小灰 在吗", "@小 灰 在吗", "a@小灰灰\u2005@101 x", "@全体成员 ",
    "@", "@@小灰", "@小灰，在吗", "👍🏽 e\u0301",
)  # fmt: skip
KINDS = ("text", "text", "text", "reply", "face", "image", "system", "recall", None)
PAUSES_S = (0, 0, 0, 1, 60, 1_799, 1_800, 86_400, 40 * 86_400)
TEXTS = ("chat_key", "chat", "gnumber", "sender", "sender_qq", "content", "kind", "msg_id", "reply_to")
SCHEMA = pa.schema(
    [("msg_time", pa.timestamp("us", "UTC")), *((name, pa.string()) for name in TEXTS), ("place", pa.int64())]
)


def logs(most: int = 25) -> st.SearchStrategy[list[Message]]:
    """Logs of one random number each, because to draw each word by itself takes longer than to ask."""
    return st.builds(made, st.integers(0, 2**32), st.integers(0, most))


def made(seed: int, size: int) -> list[Message]:
    random = Random(seed)  # noqa: S311 - an invented log is no secret
    at, found = BEGIN_US, []
    for place in range(size):
        at += random.choice(PAUSES_S) * SECOND_US
        found.append(_message(random, at, place))
    return found


def _message(random: Random, at: int, place: int) -> Message:
    chat = random.choice("12")
    return {
        "at": at,
        "msg_time": at,
        "chat_key": f"group:{chat}",
        "chat": random.choice((f"群{chat}", None)),
        "gnumber": chat,
        "sender": random.choice(NAMES),
        "sender_qq": random.choice(("100", "101", "102", "", None)),
        "content": random.choice(CONTENTS),
        "kind": random.choice(KINDS),
        "msg_id": str(place % 7),
        "reply_to": random.choice((None, str(random.randint(max(0, place - 3), place + 1) % 7))),
        "place": place,
    }


def table(messages: Iterable[Message]) -> pa.Table:
    return pa.Table.from_pylist([dict(message) for message in messages], SCHEMA)
