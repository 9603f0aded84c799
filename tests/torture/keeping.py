"""An inbox that keeps what is posted to it in a file, in a process of its own.

    python -m tests.torture.keeping FILE PORT

It writes a line when it listens, and its figures for each line it reads; it ends with its input, or at SIGTERM.
"""

import json
import signal
import sys
from pathlib import Path

from tests.inbox.desk import Desk, listening


def main(journal: str, port: str) -> None:
    """Listen until the input ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with listening(journal=Path(journal), port=int(port), path="openqq") as desk:
        _say(f"{desk.inbox!r}")
        for _ in sys.stdin:
            _say(json.dumps(_figures(desk)))


def _figures(desk: Desk) -> dict[str, object]:
    frame, stats = desk.inbox.df, desk.inbox.stats
    used = int(frame.memory_usage(deep=True, index=True).sum())
    return {"rows": len(frame), "frame_bytes": used, "received": stats.received, "errors": stats.errors}


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this is how it is told


if __name__ == "__main__":
    main(*sys.argv[1:])
