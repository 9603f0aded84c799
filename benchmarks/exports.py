"""A large export of qq-chat-exporter 6 to a frame, beside `json.load` and `pandas.json_normalize`: time and memory.

Each way runs in a Python of its own, so that nothing before it counts. Memory is what is needed above the finished
frame.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pyarrow as pa

from benchmarks.common import Result, peak_rss, show
from openqq_nb.columns import to_pandas
from openqq_nb.readers.base import Options, Source
from openqq_nb.readers.qce import single

MEGABYTES = 500
LEAST_RATIO, MOST_MEMORY = 5.0, 0.5
PEOPLE = 300
SECOND = 1_700_000_000
WORDS = (
    "今天", "大家", "好", "签到", "了", "吗", "明天", "我们", "一起", "去", "吃饭", "吧", "周五", "聚餐", "谢谢",
    "哈哈", "收到", "没有", "问题", "请问", "这个", "怎么", "安装", "模块", "代码", "报错", "看看", "文档", "晚安",
    "https://example.invalid/a?b=1&c=2", "😀", '"引用"', "第一行\n第二行",
)  # fmt: skip
HEADER = {
    "metadata": {"name": "QQChatExporter", "copyright": "", "version": "6.2.7"},
    "chatInfo": {
        "name": "周末爬山小队", "type": "group", "selfUid": "u_invented_self", "selfUin": "1234567",
        "selfName": "小灰", "peerUid": "4200000777", "peerUin": "4200000777", "participantCount": PEOPLE,
    },
}  # fmt: skip


def run(megabytes: int = MEGABYTES) -> list[Result]:
    """Measure both ways with a file of this size."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "group.json"
        write(path, megabytes * 1_000_000)
        size = path.stat().st_size
        ours, peer = measured("ours", path), measured("pandas_own", path)
    assert ours["rows"] == peer["rows"]
    name = f"an export of {size / 1e6:.0f} MB, {ours['rows']:,.0f} messages, to a frame"
    above = [way["peak"] - way["frame"] for way in (ours, peer)]
    other = "json.load + pandas.json_normalize"
    return [
        Result(name, ours["seconds"], "s", other, peer["seconds"], least_ratio=LEAST_RATIO),
        Result("time of a processor for it", ours["busy"], "s", other, peer["busy"]),
        Result("memory for it above the frame", above[0], "bytes", other, above[1], MOST_MEMORY * size),
    ]


def ours(path: Path) -> pd.DataFrame:
    """Read an export with this package."""
    source = Source(path.name, path.stat().st_size, lambda: path.open("rb"), lambda _: None, path)
    return to_pandas(pa.concat_tables([part.messages for part in single.parts(source, Options())]))


def pandas_own(path: Path) -> pd.DataFrame:
    """Read an export as people do with pandas alone."""
    with path.open(encoding="utf-8") as stream:
        return pd.json_normalize(json.load(stream)["messages"])


WAYS: dict[str, Callable[[Path], pd.DataFrame]] = {"ours": ours, "pandas_own": pandas_own}


def measured(way: str, path: Path) -> dict[str, float]:
    """Run one way in a new Python."""
    command = [sys.executable, "-m", "benchmarks.exports", "--way", way, str(path)]
    found: dict[str, float] = json.loads(
        subprocess.run(command, check=True, capture_output=True, text=True).stdout
    )
    return found


def measure(way: str, path: Path) -> dict[str, float]:
    """Read a file; gives seconds, rows, the size of the frame and how far the memory of this process rose."""
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.json"
        write(small, 20_000)
        WAYS[way](small)  # what is loaded once does not count
    before = psutil.Process().memory_info().rss
    begin, busy = time.perf_counter(), time.process_time()
    frame = WAYS[way](path)
    seconds, busy = time.perf_counter() - begin, time.process_time() - busy
    peak = peak_rss() - before
    size = int(frame.memory_usage().sum())
    return {"seconds": seconds, "busy": busy, "rows": len(frame), "peak": peak, "frame": size}


def write(path: Path, size: int) -> None:
    """Write an export of about as many bytes, as 6.x writes it: a message on each line."""
    with path.open("w", encoding="utf-8") as stream:
        header = json.dumps(HEADER, ensure_ascii=False, separators=(",", ":"))
        stream.write(header[:-1] + ',\n  "messages":[')
        between = "\n    "
        for number, one in enumerate(messages(), 1):
            line = json.dumps(one, ensure_ascii=False, separators=(",", ":"))
            stream.write(between + line)
            between = ",\n    "
            if number % 100 == 0 and stream.tell() >= size:
                break
        stream.write("\n  ]\n}")


def messages() -> Iterator[dict[str, Any]]:
    """Give messages without end: most are text, some are pictures, quotes, faces and mentions."""
    chance = random.Random(1)  # noqa: S311 - no secrets
    number = 0
    while True:
        number += 1
        yield message(chance, number)


def message(chance: random.Random, number: int) -> dict[str, Any]:
    """Give one message."""
    person = chance.randrange(PEOPLE)
    elements = chance.choices(KINDS, WEIGHTS)[0](chance, number)
    text = "".join(spelled(one["type"], one["data"]) for one in elements)
    resources = [{"type": "image", **one["data"]} for one in elements if one["type"] == "image"]
    return {
        "id": f"7576{number:015d}",
        "seq": str(number),
        "timestamp": (SECOND + 20 * number) * 1000,
        "time": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(SECOND + 20 * number)),
        "sender": {
            "uid": f"u_invented_{person:012d}", "uin": str(4_200_000_000 + person), "name": f"同学{person}",
            "nickname": f"昵称{person}", "groupCard": f"同学{person}",
        },
        "type": "reply" if elements[0]["type"] == "reply" else "text",
        "content": {"text": text, "elements": elements, "resources": resources, "mentions": []},
        "recalled": False,
        "system": False,
    }  # fmt: skip


def words(chance: random.Random) -> dict[str, Any]:
    """Give an element of text."""
    return {"type": "text", "data": {"text": "".join(chance.choices(WORDS, k=chance.randrange(1, 16)))}}


def picture(chance: random.Random) -> dict[str, Any]:
    """Give an element that is a picture."""
    digest = f"{chance.getrandbits(128):032x}"
    data = {
        "filename": f"{digest.upper()}.jpg", "size": chance.randrange(1 << 20),
        "url": f"/download?appid=1407&fileid={digest}", "width": 800, "height": 600, "md5": digest,
    }  # fmt: skip
    return {"type": "image", "data": data}


def quote(chance: random.Random, number: int) -> dict[str, Any]:
    """Give an element that is a quote of an earlier message."""
    data = {
        "messageId": f"7576{number - 1:015d}", "referencedMessageId": f"7576{number - 1:015d}",
        "senderUin": "4200000001", "senderName": "同学1", "content": words(chance)["data"]["text"],
    }  # fmt: skip
    return {"type": "reply", "data": data}


FACE = {"type": "face", "data": {"id": "14", "name": "/微笑", "faceType": 1}}
MENTION = {"type": "at", "data": {"uid": "u_invented_1", "uin": "4200000001", "name": "同学1", "atType": 2}}
WEIGHTS = (70, 12, 8, 5, 5)
KINDS: tuple[Callable[[random.Random, int], list[dict[str, Any]]], ...] = (
    lambda chance, _: [words(chance)],
    lambda chance, _: [picture(chance)],
    lambda chance, number: [quote(chance, number), MENTION, words(chance)],
    lambda chance, _: [words(chance), picture(chance), words(chance)],
    lambda chance, _: [words(chance), FACE],
)


def spelled(kind: str, data: dict[str, Any]) -> str:
    """Write an element as the exporter does."""
    marks = {"image": "[图片:{filename}]", "reply": "[回复消息]", "at": "@{name}", "face": "{name}"}
    return marks[kind].format(**data) if kind in marks else str(data["text"])


def main() -> None:
    """Take the arguments of a command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--megabytes", type=int, default=MEGABYTES)
    arguments.add_argument("--way", choices=WAYS)
    arguments.add_argument("path", nargs="?", type=Path)
    given = arguments.parse_args()
    if given.way:
        print(json.dumps(measure(given.way, given.path)))
    else:
        show(run(given.megabytes))


if __name__ == "__main__":
    main()
