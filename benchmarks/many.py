"""Messages by the million for benchmarks: groups, people of very different diligence, replies, mentions and repeats."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from openqq_nb import archive
from openqq_nb.columns import ZONE

CHATS, PEOPLE, TEXTS = 20, 3_000, 200_000
_PART_ROWS = 500_000
_BEGIN_US = 1_704_038_400_000_000
_SPAN_US = 2 * 365 * 86_400_000_000
_SYLLABLES = np.array(
    list("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜")
)
_KINDS = ["text", "image", "face", "reply"]
_PICTURE = "[图片]"
_TEXT = pa.large_string()


def parts(rows: int, seed: int = 0) -> Iterator[pa.Table]:
    """Make messages in order of time.

    Args:
        rows: how many.
        seed: the same gives the same.

    Yields:
        Up to 500,000 rows at a time with the columns that questions look at.
    """
    chance = np.random.default_rng(seed)
    texts = _texts(chance)
    people = 1 / np.arange(1, PEOPLE + 1) ** 0.9
    people /= people.sum()
    for begin in range(0, rows, _PART_ROWS):
        count = min(_PART_ROWS, rows - begin)
        clock = np.sort(chance.integers(begin, begin + count, count))
        times = _BEGIN_US + (clock * (_SPAN_US / rows)).astype(np.int64) // 1_000_000 * 1_000_000
        yield _part(chance, texts, people, begin, times)


def members(path: str) -> pd.DataFrame:
    """Make members of the groups: those who wrote, and as many who did not."""
    spoken = archive.open(path, "duckdb").aggregate("gnumber, sender_qq AS qq").order("gnumber, qq").df()
    silent = spoken.assign(qq="9" + spoken["qq"])
    people: pd.DataFrame = pd.concat([spoken, silent], ignore_index=True)
    return people.astype({"gnumber": "str", "qq": "str"})


def _part(
    chance: np.random.Generator, texts: pa.Array, people: np.ndarray, begin: int, times: np.ndarray
) -> pa.Table:
    count = len(times)
    chats = chance.integers(0, CHATS, count)
    writers = chance.choice(PEOPLE, count, p=people)
    kinds = chance.choice(4, count, p=(0.8, 0.08, 0.04, 0.08))
    content = _content(chance, texts, kinds, count)
    numbers = np.arange(begin, begin + count)
    groups = pa.array([f"群{chat}" for chat in range(CHATS)], _TEXT)
    gnumbers = pa.array([str(500_000 + chat) for chat in range(CHATS)], _TEXT)
    keys = pa.array([f"group:{500_000 + chat}" for chat in range(CHATS)], _TEXT)
    names, qqs = _names(), pa.array([str(10_000_000 + person) for person in range(PEOPLE)], _TEXT)
    return pa.table(
        {
            "msg_time": pa.array(times).cast(pa.timestamp("us", ZONE)),
            "type": pa.array(["group_message"] * count, _TEXT),
            "chat": groups.take(pa.array(chats)),
            "sender": names.take(pa.array(writers)),
            "content": content,
            "kind": pa.array(_KINDS, _TEXT).take(pa.array(kinds)),
            "sender_qq": qqs.take(pa.array(writers)),
            "gnumber": gnumbers.take(pa.array(chats)),
            "group": groups.take(pa.array(chats)),
            "reply_to": _quoted(chance, chats, kinds, numbers),
            "msg_id": pa.array(numbers).cast(_TEXT),
            "chat_key": keys.take(pa.array(chats)),
        }
    )


def _texts(chance: np.random.Generator) -> pa.Array:
    """Make distinct texts, and in front of them the short ones that everybody writes."""
    lengths = chance.integers(4, 30, TEXTS)
    letters = _SYLLABLES[chance.integers(0, len(_SYLLABLES), lengths.sum())]
    ends = np.cumsum(lengths)
    made = ["".join(letters[end - length : end]) for end, length in zip(ends, lengths, strict=True)]
    names = _names().to_pylist()
    mentions = [f"@{names[one]} {text}" for one, text in enumerate(made[: len(names)])]
    return pa.array(["哈哈", "+1", "好的", "收到", "早", *mentions, *made, _PICTURE], _TEXT)


def _content(chance: np.random.Generator, texts: pa.Array, kinds: np.ndarray, count: int) -> pa.Array:
    chosen = chance.integers(5, len(texts) - 1, count)
    short = chance.random(count)
    chosen = np.where(short < 0.15, chance.integers(0, 5, count), chosen)
    chosen = np.where(short > 0.97, 5 + chance.integers(0, PEOPLE, count), chosen)
    # Now and then one says what the one before has said.
    again = np.flatnonzero(chance.random(count) < 0.03)
    chosen[again] = chosen[np.maximum(again - 1, 0)]
    return texts.take(pa.array(np.where(kinds == 1, len(texts) - 1, chosen)))


def _quoted(
    chance: np.random.Generator, chats: np.ndarray, kinds: np.ndarray, numbers: np.ndarray
) -> pa.Array:
    found = np.full(len(chats), -1)
    for chat in range(CHATS):
        rows = np.flatnonzero(chats == chat)
        back = chance.integers(1, 40, len(rows))
        places = np.maximum(np.arange(len(rows)) - back, 0)
        found[rows] = numbers[rows[places]]
    missing = (kinds != 3) | (found < 0)
    return pa.array(np.where(missing, 0, found), mask=missing).cast(_TEXT)


def _names() -> pa.Array:
    count = len(_SYLLABLES)
    return pa.array(
        [f"{_SYLLABLES[one % count]}{_SYLLABLES[one // count % count]}{one}" for one in range(PEOPLE)], _TEXT
    )
