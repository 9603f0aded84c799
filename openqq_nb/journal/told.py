"""What is told of a journal: where an arrival is kept, what others have written, who fills it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from openqq_nb.models import Arrival, Row


@dataclass(frozen=True, slots=True)
class Stored:
    """Where an arrival is kept.

    Attributes:
        seq: its number in the journal; of two arrivals the later one has the higher number.
        new: whether it came for the first time.
    """

    seq: int
    new: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """An arrival that another program has stored.

    Attributes:
        seq: its number in the journal.
        arrival: its row; `raw` is not read.
        posted: whether a body was kept, as it is of all that a server posted.
        whole: whether its row was changed after it was stored.
    """

    seq: int
    arrival: Arrival
    posted: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class News:
    """What other programs have written since the last turn.

    Attributes:
        kept: new arrivals, in order of `seq`.
        changed: by `seq`, all known columns of messages that were there and were changed.
    """

    kept: Sequence[Kept] = ()
    changed: Mapping[int, Row] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.kept or self.changed)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who fills a journal, or did so last.

    Attributes:
        kind: what it is, in words.
        pid: its number among the processes of the machine.
        port: where it listens; None where it does not.
        since: when it began, in UTC seconds.
        account: the number of the account that it receives for; None where that is not known.
    """

    kind: str
    pid: int
    port: int | None
    since: float
    account: str | None = None

    def __str__(self) -> str:
        """Say who it is."""
        return f"{self.kind} (process {self.pid})"
