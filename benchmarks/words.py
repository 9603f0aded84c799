"""The words of 1,000,000 messages, against jieba and a Counter, as people count words.

The messages are made of words of jieba's own dictionary, as frequent as it says, with the signs, emoji, mentions and
pictures of a group; three in ten are one of a few hundred sayings that everybody repeats.
"""

import random
from collections import Counter
from collections.abc import Iterator
from importlib import resources
from itertools import accumulate

import jieba
import numpy as np
import pandas as pd

from benchmarks.common import Result, seconds, show
from openqq_nb import analysis

MESSAGES, PEOPLE = 1_000_000, 2_000
LEAST_RATIO = 10.0
ROUNDS = 3
# What jieba does in a second, it does in the next one: it is measured on a part of the messages.
PART = 100_000


def run() -> list[Result]:
    """Measure the most frequent words, all four questions to words, and one of them by person."""
    log = messages(MESSAGES)
    jieba.setLogLevel(60)
    jieba.initialize()
    peer = seconds(lambda: counted(log["content"].tolist()[:PART]), 1) * MESSAGES / PART
    name, beside = f"of {MESSAGES:,} messages", f"Counter.update(jieba.cut(message)), from {PART:,}"
    assert len(analysis.words(log)) == 200
    return [
        Result(
            f"words {name}",
            seconds(lambda: analysis.words(log), ROUNDS),
            "s",
            beside,
            peer,
            None,
            LEAST_RATIO,
        ),
        Result(
            f"words by person {name}",
            seconds(lambda: analysis.words(log, 10, by="person"), 1),
            "s",
            beside,
            peer,
        ),
        Result(f"typical words {name}", seconds(lambda: analysis.typical(log), 1), "s", beside, peer),
        Result(f"new words {name}", seconds(lambda: analysis.new_words(log), 1), "s", beside, peer),
        Result(f"phrases {name}", seconds(lambda: analysis.phrases(log), 1), "s", beside, peer),
    ]


def counted(texts: list[str]) -> Counter[str]:
    """Count words as people do."""
    words: Counter[str] = Counter()
    for text in texts:
        words.update(jieba.cut(text))
    return words


def messages(many: int, seed: int = 0) -> pd.DataFrame:
    """Make a log of a group over three years."""
    chance = random.Random(seed)  # noqa: S311 - talk, no secrets
    said, weights = vocabulary()
    words = chance.choices(said, cum_weights=weights, k=many * 8)
    place = iter(words)
    sayings = [sentence(place, chance) for _ in range(300)]
    repeated = chance.choices(sayings, cum_weights=list(accumulate(1 / (n + 1) for n in range(300))), k=many)
    texts = [one if chance.random() < 0.3 else sentence(place, chance) for one in repeated]
    numbers = np.random.default_rng(seed).zipf(1.3, many) % PEOPLE
    return pd.DataFrame(
        {
            "msg_time": pd.date_range("2023-01-01", periods=many, freq="94s", tz="Asia/Shanghai").as_unit(
                "us"
            ),
            "sender": pd.Series([f"成员{number}" for number in numbers], dtype="str"),
            "sender_qq": pd.Series([str(10_000 + number) for number in numbers], dtype="str"),
            "kind": pd.Series(["text"] * many, dtype="str"),
            "content": pd.Series(texts, dtype="str"),
        }
    )


def vocabulary() -> tuple[list[str], list[int]]:
    """Give the words of jieba's dictionary with the sums of their frequencies."""
    lines = resources.files("jieba").joinpath("dict.txt").read_text("utf-8").splitlines()
    pairs = [line.split(" ")[:2] for line in lines]
    return [word for word, _ in pairs], list(accumulate(int(often) for _, often in pairs))


def sentence(words: Iterator[str], chance: random.Random) -> str:
    """Say something of some four to six words."""
    text = "".join(next(words) for _ in range(min(1 + int(chance.expovariate(0.25)), 24)))
    kind = chance.random()
    if kind < 0.1:
        return f"@成员{chance.randrange(PEOPLE)} {text}"
    if kind < 0.2:
        return text + chance.choice("😂👍🌹😭🙏🐶") * chance.randrange(1, 4)
    if kind < 0.25:
        return f"{text}[图片]https://example.org/{chance.randrange(10**6)}"
    return text + chance.choice(["", "", "。", "！", "？", "……"])


if __name__ == "__main__":
    show(run())
