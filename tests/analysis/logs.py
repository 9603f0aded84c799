"""Invented logs: several chats, equal moments, missing numbers, system lines, hostile names."""

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

Message = Mapping[str, Any]
Member = tuple[str | None, str | None, int | None, int | None, str | None]
"""Group, number, days from `BEGIN_US` to the last word that the server knows, and to joining, and name."""

SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
BEGIN_US = 1_767_196_800 * SECOND_US  # midnight of 1 January 2026 in China
NAMES = ("小灰", "小 灰", "小灰灰", "=1+1", "<b>x</b>", "\u202eabc", "全体成员", "101", "😀\x00", "", None)
NUMBERS = ("100", "101", "102", "", None)
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


def drawn_logs(most: int = 25) -> st.SearchStrategy[list[Message]]:
    """Logs of which each word is drawn, so that one that fails shrinks to what matters; for slow engines."""
    word = st.fixed_dictionaries(
        {
            "pause_s": st.sampled_from(PAUSES_S), "number": st.sampled_from("12"), "is_told": st.booleans(),
            "has_group": st.booleans(), "sender": st.sampled_from(NAMES), "sender_qq": st.sampled_from(NUMBERS),
            "content": st.sampled_from(CONTENTS), "kind": st.sampled_from(KINDS),
            "back": st.sampled_from((None, 0, 1, 2, 3, -1)),
        }
    )  # fmt: skip
    missing = st.sets(st.sampled_from(("sender_qq", "gnumber", "chat", "kind", "msg_id")), max_size=2)
    # Most lists are short; every second one here is not.
    words = st.lists(word, max_size=most) | st.lists(word, min_size=most // 2, max_size=most)
    return st.builds(_of_words, words, missing)


def drawn_members() -> st.SearchStrategy[list[Member]]:
    days = st.sampled_from((None, 0, 1, 40, 400))
    rows = st.tuples(
        st.sampled_from(("1", "2", "3", "", None)),
        st.sampled_from(NUMBERS),
        days,
        days,
        st.sampled_from(NAMES),
    )
    return st.lists(rows, max_size=8)


def made(seed: int, size: int) -> list[Message]:
    random = Random(seed)  # noqa: S311 - an invented log is no secret
    at, found = BEGIN_US, []
    for place in range(size):
        at += random.choice(PAUSES_S) * SECOND_US
        found.append(_message(random, at, place))
    return found


def _of_words(words: Iterable[Mapping[str, Any]], missing: Iterable[str]) -> list[Message]:
    nothing = dict.fromkeys(missing)
    at = BEGIN_US
    found: list[Message] = []
    for place, word in enumerate(words):
        at += word["pause_s"] * SECOND_US
        number, back = word["number"], word["back"]
        message = {
            "at": at,
            "msg_time": at,
            "chat_key": f"group:{number}",
            "chat": f"群{number}" if word["is_told"] else None,
            "gnumber": number if word["has_group"] else None,
            **{name: word[name] for name in ("sender", "sender_qq", "content", "kind")},
            "msg_id": str(place % 7),
            "reply_to": None if back is None else str((place - back) % 7),
            "place": place,
        }
        found.append({**message, **nothing})
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
        "sender_qq": random.choice(NUMBERS),
        "content": random.choice(CONTENTS),
        "kind": random.choice(KINDS),
        "msg_id": str(place % 7),
        "reply_to": random.choice((None, str(random.randint(max(0, place - 3), place + 1) % 7))),
        "place": place,
    }


def table(messages: Iterable[Message]) -> pa.Table:
    return pa.Table.from_pylist([dict(message) for message in messages], SCHEMA)


def members_table(members: Iterable[Member]) -> pa.Table:
    times, texts = ("last_speak_time", "join_time"), ("gnumber", "qq", "displayname")
    told = [
        {"gnumber": number, "qq": qq, "displayname": name,
         **{column: None if days is None else BEGIN_US + days * DAY_US
            for column, days in zip(times, (spoke, joined), strict=True)}}
        for number, qq, spoke, joined, name in members
    ]  # fmt: skip
    schema = [*((one, pa.string()) for one in texts), *((one, pa.timestamp("us", "UTC")) for one in times)]
    return pa.Table.from_pylist(told, pa.schema(schema))
