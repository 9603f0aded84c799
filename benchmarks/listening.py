"""The listener under load: how many messages a second it acknowledges durably, and how long each takes.

Peers in the same run: aiocqhttp, which receives the like and stores nothing; a bare uvicorn application
(httptools, uvloop) that reads the body and stores nothing; and one that makes a durable SQLite commit a request.
"""

from benchmarks.common import Result, show
from benchmarks.loader import Load, load
from benchmarks.servers import serving

POSTS, CONNECTIONS, ROUNDS = 20_000, 32, 3
RATE, PACED = 200, 2_000


def run() -> list[Result]:
    """Measure rates and delays."""
    return [*_rates(), *_delays()]


def _rates() -> list[Result]:
    names = ("ours", "bare", "aiocqhttp")
    found = {name: _best(name, POSTS if name != "aiocqhttp" else POSTS // 4, CONNECTIONS) for name in names}
    alone = {name: _best(name, POSTS // 10, 1) for name in ("ours", "durable")}
    name = f"messages acknowledged a second, durable, {CONNECTIONS} connections"
    return [
        _faster(name, found["ours"], "aiocqhttp, not stored", found["aiocqhttp"], 7.0),
        _faster(name, found["ours"], "bare uvicorn, not stored", found["bare"], 0.4),
        _faster(
            "the same, one sender in sequence",
            alone["ours"],
            "uvicorn, a commit a request",
            alone["durable"],
            0.5,
        ),
    ]


def _best(server: str, posts: int, connections: int) -> float:
    """Give the best of some rounds in messages a second: others on the machine can only slow it down."""
    kind = "onebot" if server == "aiocqhttp" else "openqq1"
    with serving(server) as url:
        load(url, posts // 10, connections, first=10_000_000, kind=kind)
        return max(
            load(url, posts, connections, first=turn * posts, kind=kind).rate for turn in range(ROUNDS)
        )


def _faster(name: str, ours: float, peer: str, theirs: float, least: float) -> Result:
    # In seconds a message, since of a Result less is better.
    return Result(
        f"{name} ({ours:,.0f})", 1 / ours, "s", f"{peer} ({theirs:,.0f})", 1 / theirs, least_ratio=least
    )


def _delays() -> list[Result]:
    results = []
    for doing, limit_s, what in (
        ("idle", 0.010, "the kernel idle"),
        ("busy", 0.060, "a cell in a pure-Python loop"),
    ):
        ours, peer = _paced("ours", doing), _paced("bare", doing)
        name = f"99 % of answers at {RATE} messages a second, {what}"
        results.append(
            Result(
                name, ours.delay_s(0.99), "s", "bare uvicorn, not stored", peer.delay_s(0.99), limit=limit_s
            )
        )
    ours, peer = _paced("ours", "blocked"), _paced("bare", "blocked")
    name = f"the longest answer at {RATE} messages a second, C calls that hold the interpreter for 2 s"
    results.append(
        Result(name, ours.delays_s[-1], "s", "bare uvicorn, not stored", peer.delays_s[-1], limit=3.0)
    )
    return results


def _paced(server: str, doing: str) -> Load:
    with serving(server, doing) as url:
        return load(url, PACED, CONNECTIONS, rate=RATE)


if __name__ == "__main__":
    show(run())
