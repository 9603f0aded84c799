"""Invented logs: several chats, equal moments, missing numbers, system lines, hostile names."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

Message = Mapping[str, Any]

SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
BEGIN_US = 1_767_196_800 * SECOND_US  # midnight of 1 January 2026 in China
NAMES = ("小灰", "小 灰", "小灰灰", "=1+1", "<b>x</b>", "\u202eabc", "全体成员", "101", "😀\x00", "", None)
CONTENTS = (
    "哈哈", "哈哈", "哈哈", "好", "[图片]", "", None, "@小灰 在吗", "@小 灰 在吗", "a@小灰灰\u2005@101 x", "@全体成员 ", "@", "@@小灰",
    "@小灰，在吗", "👍🏽 e\u0301",
)  # fmt: skip
KINDS = ("text", "text", "text", "reply", "face", "image", "system", None)
PAUSES_S = (0, 0, 0, 1, 60, 1_799, 1_800, 86_400, 40 * 86_400)
TEXTS = ("chat_key", "chat", "gnumber", "sender", "sender_qq", "content", "kind", "msg_id", "reply_to")
SCHEMA = pa.schema(
    [("msg_time", pa.timestamp("us", "UTC")), *((name, pa.string()) for name in TEXTS), ("place", pa.int64())]
)


@st.composite
def logs(draw: st.DrawFn, most: int = 25) -> list[Message]:
    at, made = BEGIN_US, []
    for place in range(draw(st.integers(0, most))):
        at += draw(st.sampled_from(PAUSES_S)) * SECOND_US
        made.append(_message(draw, at, place))
    return made


def _message(draw: st.DrawFn, at: int, place: int) -> Message:
    chat = draw(st.sampled_from(("1", "2")))
    ids = st.integers(max(0, place - 3), place + 1).map(lambda number: str(number % 7))
    return {
        "at": at,
        "msg_time": at,
        "chat_key": f"group:{chat}",
        "chat": draw(st.sampled_from((f"群{chat}", None))),
        "gnumber": chat,
        "sender": draw(st.sampled_from(NAMES)),
        "sender_qq": draw(st.sampled_from(("100", "101", "102", "", None))),
        "content": draw(st.sampled_from(CONTENTS)),
        "kind": draw(st.sampled_from(KINDS)),
        "msg_id": str(place % 7),
        "reply_to": draw(st.none() | ids),
        "place": place,
    }


def table(messages: Iterable[Message]) -> pa.Table:
    return pa.Table.from_pylist([dict(message) for message in messages], SCHEMA)
