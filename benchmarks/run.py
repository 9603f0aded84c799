"""All benchmarks, or those named, as in `python dev.py bench listening reading`; without a name, all of `NAMES`."""

import importlib
import platform
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.common import Result, show

NAMES = (
    "importing",
    "members",
    "live_frame",
    "listening",
    "reading",
    "composer",
    "explorer",
    "feed",
    "broadcast",
    "exports",
    "words",
    "questions",
    "beyond_memory",
    "first_picture",
)


def main(names: list[str]) -> int:
    """Run benchmarks and tell whether every promise was held."""
    unknown = set(names) - set(NAMES)
    if unknown:
        print(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(NAMES)}.")
        return 2
    print(f"{platform.platform()}, Python {platform.python_version()}, {platform.machine()}")
    results: list[Result] = []
    for name in names or NAMES:
        found = importlib.import_module(f"benchmarks.{name}").run()
        show(found)
        results += found
    return int(not all(result.held for result in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
