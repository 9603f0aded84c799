"""Asks every question over mutated recordings of answers, and sees that none ends wrongly.

    python -m tests.torture.answers --count 100000 --first 0

Each mutant is made by its number alone; a wrong end is told with the lines that show it again.
"""

import argparse
import sys
import warnings

from tests.hostile.ending import Ends

STEP = 5_000


def main(arguments: list[str]) -> int:
    """Run as the command line says; gives the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100_000, help="how many mutants")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one")
    given = parser.parse_args(arguments)
    warnings.simplefilter("error")
    ends, stop = Ends(), given.first + given.count
    for start in range(given.first, stop, STEP):
        ends.take(range(start, min(start + STEP, stop)))
        print(ends, flush=True)  # noqa: T201 - a command prints
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
