"""A journal of 1,000,000 messages to a frame: time and memory of `log.df`, beside pandas' own way of the same columns.

Each measurement of memory runs in a Python of its own, so that nothing before it counts.
"""

import random
import sqlite3
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pandas as pd
import psutil

from benchmarks.common import Result, peak_rss, seconds, show
from openqq_nb.database import Database
from openqq_nb.logs import open_log
from openqq_nb.schema import MESSAGES

ROWS = 1_000_000
LEAST_RATIO, MOST_MEMORY = 5.0, 1.5
ROUNDS = 3
BEGIN = 1_700_000_000.0

GROUPS, PEOPLE, LOGIN_ROWS = 60, 900, 50_000
WORDS = (
    "今天", "大家", "好", "签到", "了", "吗", "明天", "我们", "一起", "去", "吃饭", "吧", "周五", "聚餐", "谢谢",
    "哈哈", "收到", "没有",
    "问题", "请问", "这个", "怎么", "安装", "模块", "代码", "报错", "看看", "文档", "晚安", "早上好",
)  # fmt: skip
COLUMNS = ", ".join(f'"{name}"' for name in MESSAGES.names)


def run() -> list[Result]:
    """Measure time against pandas' own way, and memory against the finished frame."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        fill(path, ROWS)
        assert len(ours(path)) == len(pandas_own(path)) == ROWS
        taken = seconds(lambda: ours(path), ROUNDS)
        peer = seconds(lambda: pandas_own(path), ROUNDS)
        part = seconds(lambda: a_group(path), ROUNDS)
        return [
            Result(
                f"{ROWS:,} messages to log.df", taken, "s", "pd.read_sql_query", peer, least_ratio=LEAST_RATIO
            ),
            Result("log.read of one group, two columns", part, "s", "log.df", taken),
            memory(path),
        ]


def ours(path: Path) -> pd.DataFrame:
    """Read all messages as `log.df` does."""
    return open_log(path).df


def a_group(path: Path) -> pd.DataFrame:
    """Read some columns of one group."""
    return open_log(path).read(["msg_time", "content"], gnumber="500007")


def pandas_own(path: Path) -> pd.DataFrame:
    """Read the same columns as people do with pandas alone."""
    with closing(sqlite3.connect(path)) as connection:
        return pd.read_sql_query(f"SELECT {COLUMNS} FROM messages", connection)


def memory(path: Path) -> Result:
    """Measure the peak of memory in a new Python, beside the size of the frame."""
    peak, frame = (int(one) for one in measured("ours", path))
    peer, _ = (int(one) for one in measured("pandas_own", path))
    return Result("peak memory of log.df", peak, "bytes", "pd.read_sql_query", peer, MOST_MEMORY * frame)


def measured(way: str, path: Path) -> list[str]:
    """Run one way in a new Python; gives the bytes that it needed at most, and those of the frame."""
    command = [sys.executable, "-m", "benchmarks.reading", way, str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def measure(way: str, path: Path) -> None:
    """Print how far the memory of this process rises while the journal is read, and how large the frame is."""
    read = {"ours": ours, "pandas_own": pandas_own}[way]
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder) / "small.db", 10)
        read(Path(folder) / "small.db")  # what is loaded once does not count
    before = psutil.Process().memory_info().rss
    frame = read(path)
    print(peak_rss() - before, int(frame.memory_usage().sum()))


def fill(path: Path, rows: int) -> None:
    """Write a journal of messages as groups write them."""
    Database(path).close()
    names = ", ".join(f'"{name}"' for name in ("seq", *MESSAGES.names, "extra"))
    marks = ", ".join("?" * (len(MESSAGES.names) + 2))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO arrivals (seq, fingerprint, body) VALUES (?, ?, ?)", arrivals(rows)
        )
        connection.executemany(f"INSERT INTO messages ({names}) VALUES ({marks})", messages(rows))


def arrivals(rows: int) -> Iterator[tuple[int, str, bytes]]:
    """Give the identities and bodies of as many arrivals."""
    body = zlib.compress(random.Random(2).randbytes(120), 1)  # noqa: S311 - no secrets
    return ((seq, f"{seq:032x}", body) for seq in range(1, rows + 1))


def messages(rows: int) -> Iterator[tuple[object, ...]]:
    """Give as many messages, nearly in order of time: those of one bunch come in any order."""
    chance = random.Random(1)  # noqa: S311 - no secrets
    moment = BEGIN
    for seq in range(1, rows + 1):
        moment += 30 * chance.random()
        yield row(chance, seq, moment)


def row(chance: random.Random, seq: int, moment: float) -> tuple[object, ...]:
    """Give the cells of one message of a group."""
    group, person = chance.randrange(GROUPS), chance.randrange(PEOPLE)
    known = {
        "msg_time": float(int(moment) - chance.choice((0, 0, 0, 0, 7))),
        "type": "group_message",
        "chat": f"PERL学习交流{group}",
        "sender": f"同学{person}",
        "content": "".join(chance.choices(WORDS, k=chance.randrange(1, 16))),
        "kind": "text",
        "own": 0,
        "msg_class": "recv",
        "sender_qq": str(100_000_000 + person),
        "gnumber": str(500_000 + group),
        "group": f"PERL学习交流{group}",
        "receiver": "小机",
        "receiver_qq": "9900000100",
        "msg_id": str(seq % 90_000),
        "received_at": moment + chance.random(),
        "chat_key": f"group:{500_000 + group}",
        "login": f"{seq // LOGIN_ROWS:08x}",
        "sender_id": str(2_000_000_000 + person),
        "receiver_id": "2832277600",
        "group_id": str(3_000_000_000 + group),
    }
    return (seq, *(known.get(name) for name in MESSAGES.names), None)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1], Path(sys.argv[2]))
    else:
        show(run())
