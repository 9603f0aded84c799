"""`import openqq_nb` beside `import pandas, httpx`, each in a new Python."""

import subprocess
import sys
from statistics import median

from benchmarks.common import Result, show

MOST = 1.2
ROUNDS = 11
_OURS = "import openqq_nb as oq"
# What people import anyway when they work with frames over HTTP.
_PEER = "import pandas, httpx"
_USED = "import openqq_nb as oq; oq.connect; oq.Receipt; oq.TimedOut"


def run() -> list[Result]:
    """Measure each in turn, so that a slow moment of the machine meets all."""
    taken = {code: [_seconds(code) for _ in range(ROUNDS)] for code in (_OURS, _PEER, _USED)}
    ours, peer, used = (median(taken[code]) for code in (_OURS, _PEER, _USED))
    return [
        Result(_OURS, ours, "s", _PEER, peer, limit=MOST * peer),
        Result("the same, and connect, Receipt, TimedOut looked up", used, "s", _PEER, peer),
    ]


def _seconds(code: str) -> float:
    program = f"import time; begin = time.perf_counter()\n{code}\nprint(time.perf_counter() - begin)"
    return float(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout)


if __name__ == "__main__":
    show(run())
