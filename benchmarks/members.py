"""`members()` on 1,000 groups of 200 members: from the bytes of a 1.x answer to the frame, time and memory.

The answer has the keys that the API document shows (§3), about 58 MB. Each measurement of memory runs in a
Python of its own, so that nothing before it counts.
"""

import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.json

from benchmarks.common import Result, peak_rss, seconds, show
from openqq_nb.protocols.openqq import decode
from openqq_nb.protocols.openqq.fields import TABLES
from openqq_nb.schema import MEMBERS
from openqq_nb.simulator import Simulator

GROUPS, MEMBERS_EACH = 1_000, 200
LEAST_RATIO, MOST_MEMORY = 6.0, 4.0
ROUNDS = 5

DOCUMENTED = frozenset(
    {
        "qage", "nick", "join_time", "state", "client_type", "city", "province", "id", "gender", "bad_record",
        "country", "qq", "gnumber", "last_speak_time", "role", "card",
    }
)  # fmt: skip


def run() -> list[Result]:
    """Measure time against pandas' own way and Arrow's, and memory against the body."""
    body = answer()
    ours = seconds(lambda: from_bytes(body), ROUNDS)
    peer = seconds(lambda: normalized(body), ROUNDS)
    lines = one_a_line(body)
    arrow = seconds(lambda: arrow_lines(lines), ROUNDS)
    name = f"{len(body) / 1e6:.0f} MB of 1.x JSON to members()"
    assert len(from_bytes(body)) == len(normalized(body)) == GROUPS * MEMBERS_EACH
    return [
        Result(name, ours, "s", "json.loads + pandas.json_normalize", peer, least_ratio=LEAST_RATIO),
        Result(name, ours, "s", "pyarrow.json of one group a line, Arrow-backed frame", arrow),
        memory(body),
    ]


def from_bytes(body: bytes) -> pd.DataFrame:
    """Make the frame as `members()` does, after the body was received."""
    return MEMBERS.frame(decode.groups(body, TABLES["openqq1"], escaped=True).members)


def normalized(body: bytes) -> pd.DataFrame:
    """Make a frame of all members as people do with pandas alone."""
    return pd.json_normalize(json.loads(body), "member", ["gid", "gname", "gmarkname"])


def one_a_line(body: bytes) -> bytes:
    """Write one group a line, the form that Arrow reads."""
    return b"\n".join(json.dumps(group, ensure_ascii=False).encode() for group in json.loads(body))


def arrow_lines(lines: bytes) -> pd.DataFrame:
    """Read one group a line into a frame of members backed by Arrow."""
    member = pa.json.read_json(io.BytesIO(lines)).column("member").combine_chunks().flatten()
    table = pa.Table.from_struct_array(member)
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def memory(body: bytes) -> Result:
    """Measure the peak of memory, the body included, in a new Python."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answer.json"
        file.write_bytes(body)
        ours, peer = (int(peak_of(way, file)) for way in ("from_bytes", "normalized"))
    limit = MOST_MEMORY * len(body)
    return Result("peak memory of the same", ours, "bytes", "json.loads + pandas.json_normalize", peer, limit)


def peak_of(way: str, file: Path) -> str:
    """Run one way in a new Python and give the bytes that it needed at most."""
    command = [sys.executable, "-m", "benchmarks.members", way, str(file)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def measure_peak(way: Callable[[bytes], pd.DataFrame], file: Path) -> int:
    """Give how far the memory of this process rises while the body is read and made a frame."""
    way(
        b'[{"gid":"1","gname":"","gmarkname":null,"member":[{"qq":"1"}]}]'
    )  # what is loaded once does not count
    before = psutil.Process().memory_info().rss
    way(file.read_bytes())
    return peak_rss() - before


def answer() -> bytes:
    """Give the answer of a simulated 1.x server, members with the keys of the document only."""
    with Simulator("openqq1", groups=GROUPS, members=MEMBERS_EACH, friends=10) as simulator:
        url = f"{simulator.url}/openqq/get_group_info"
        groups = httpx.get(url, timeout=120, trust_env=False).json()
    for group in groups:
        group["member"] = [{key: one[key] for key in one if key in DOCUMENTED} for one in group["member"]]
    return json.dumps(groups, ensure_ascii=False, separators=(",", ":")).encode()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(
            measure_peak({"from_bytes": from_bytes, "normalized": normalized}[sys.argv[1]], Path(sys.argv[2]))
        )
    else:
        show(run())
