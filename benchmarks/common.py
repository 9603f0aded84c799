"""What every benchmark returns: one measured thing beside a named peer measured in the same run."""

import json
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import psutil

RECORD = """() => {
    window.frames_ = [];
    const note = now => { window.frames_.push(now); window.noting_ = requestAnimationFrame(note); };
    window.noting_ = requestAnimationFrame(note);
}"""
RECORDED = "() => { cancelAnimationFrame(window.noting_); return window.frames_; }"
"""What a page runs to note when it draws, and to give the moments back, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Result:
    """One line of a benchmark.

    Attributes:
        name: what was measured.
        value: how much it took; seconds, or whatever `unit` says.
        unit: `s`, `bytes`, `1/s` ...
        peer: what it is compared with.
        peer_value: how much that took, in the same unit.
        limit: what `value` may be at most; `None` where nothing is promised.
        least_ratio: how many times as much the peer must take at least; `None` where nothing is promised.
    """

    name: str
    value: float
    unit: str
    peer: str
    peer_value: float
    limit: float | None = None
    least_ratio: float | None = None

    @property
    def ratio(self) -> float:
        """How many times as much the peer took."""
        return self.peer_value / self.value

    @property
    def held(self) -> bool:
        """Whether the promise was kept."""
        within = self.limit is None or self.value <= self.limit
        return within and (self.least_ratio is None or self.ratio >= self.least_ratio)

    def as_json(self) -> str:
        """Write the result as one line of JSON."""
        return json.dumps(asdict(self) | {"ratio": round(self.ratio, 2), "held": self.held})

    def as_text(self) -> str:
        """Write the result for people."""
        return (
            f"{self.name}: {self.value:.4g} {self.unit}; {self.peer}: {self.peer_value:.4g} {self.unit}, "
            f"{self.ratio:.1f} times as much{self._promise()}"
        )

    def _promise(self) -> str:
        promises = []
        if self.limit is not None:
            promises.append(f"at most {self.limit:g} {self.unit}")
        if self.least_ratio is not None:
            promises.append(f"at least {self.least_ratio:.3g} times")
        return f" ({' and '.join(promises)}: {'held' if self.held else 'NOT HELD'})" if promises else ""


def show(results: Iterable[Result]) -> None:
    """Print results, each for machines and for people."""
    for result in results:
        print(result.as_json())
        print("  " + result.as_text())


def seconds(work: Callable[[], object], rounds: int = 5, before: Callable[[], object] | None = None) -> float:
    """Measure how long work takes: the median of some rounds.

    Args:
        work: what is measured.
        rounds: how often.
        before: what is done before each round and not measured.
    """
    taken = []
    for _ in range(rounds):
        if before is not None:
            before()
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return median(taken)


def peak_rss() -> int:
    """Give the most memory this process ever held, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count the process that started this one, too
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource  # noqa: PLC0415 - not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
