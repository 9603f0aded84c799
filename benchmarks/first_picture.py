"""The first picture of a journal of 1,000,000 messages: from the call to the drawing, in a Python of its own.

The peer is reading the whole journal into a frame, in the same Python before anything is drawn.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.common import Result, show
from benchmarks.reading import ROWS, fill

LIMIT_S = 3.0


def run() -> list[Result]:
    """Fill a journal and draw in another process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        fill(path, ROWS)
        out = subprocess.run(
            [sys.executable, "-m", "benchmarks.first_picture", str(path)],
            check=True,
            capture_output=True,
            text=True,
        )
        picture, whole = map(float, out.stdout.split())
        return [
            Result(f"first picture of {ROWS:,} messages", picture, "s", "log.df", whole, limit=LIMIT_S),
        ]


def draw(path: str) -> None:
    """Print how long the first picture takes, and then how long the whole frame."""
    import openqq_nb as oq  # noqa: PLC0415 - the kernel has it already when the call is made

    begin = time.perf_counter()
    shown = oq.charts.activity(oq.open_log(path))._repr_mimebundle_()
    drawn = time.perf_counter() - begin
    assert shown
    begin = time.perf_counter()
    assert len(oq.open_log(path).df)
    print(drawn, time.perf_counter() - begin)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        draw(sys.argv[1])
    else:
        show(run())
