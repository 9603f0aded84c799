"""What asking over a changed answer ends in: a result of the declared form, or an error of our own tree."""

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from openqq_nb.errors import NotLoadedWarning, OpenqqError
from tests.hostile import stated
from tests.hostile.asking import Answers, Name, ask, check_shape
from tests.hostile.mutating import Mutant, mutant

HTTP_OK = 200
RESULTS = ("DataFrame", "Series", "Roster", "Receipt", "Outcome")


@dataclass(slots=True)
class Ends:
    """How many mutated recordings ended in what.

    Attributes:
        counts: by the name of the result's or error's type.
        compared: how many identifiers were compared with what the answer stated.
    """

    counts: Counter[str] = field(default_factory=Counter)
    compared: int = 0

    def __str__(self) -> str:
        counts = ", ".join(f"{name} {count:,}" for name, count in self.counts.most_common())
        return f"{self.counts.total():,} mutated recordings: {counts}; {self.compared:,} identifiers compared"

    def take(self, seeds: Iterable[int]) -> None:
        """Ask over the mutants of some seeds; a wrong end is an AssertionError that tells how to see it again."""
        with only_our_warnings():
            for seed in seeds:
                end, numbers = end_of(mutant(seed))
                self.counts[end] += 1
                self.compared += numbers


@contextmanager
def only_our_warnings() -> Iterator[None]:
    """Let a warning that is not ours be an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotLoadedWarning)
        yield


def end_of(one: Mutant) -> tuple[str, int]:
    """Ask over a changed answer; tell how it ended, and how many identifiers were compared."""
    try:
        end, compared = outcome(one.dialect, one.ask, one.answers)
        # Only of a kick is a page of status 500 the usual answer.
        failed = one.response.http_status != HTTP_OK and one.path != "kick_group_member"
        assert not (failed and end in RESULTS), "an answer of another status was taken for good"
        return end, compared
    except Exception as error:
        raise AssertionError(f"{type(error).__name__}: {error}\n{one}") from error


def outcome(dialect: Name, name: str, answers: Answers) -> tuple[str, int]:
    """Ask one question; tell the type of its result or error, and how many identifiers were compared."""
    try:
        asked = ask(dialect, name, answers)
    except OpenqqError as error:
        str(error).encode()  # an error that cannot be printed would end in a foreign one
        return type(error).__name__, 0
    check_shape(name, asked.result)
    return type(asked.result).__name__, stated.compare(dialect, name, asked.result, asked.bodies)
