"""Adds to a journal what others have and it has not.

A journal is in order of arrival. What is added comes behind what is there, in order of `received_at`; into a new
journal it is thus in the order in which it came, whichever journal it is from.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from openqq_nb.database import open_readonly
from openqq_nb.database.salvaging import answer, last_number
from openqq_nb.errors import InvalidInput, JournalFailed
from openqq_nb.journal import ASIDE_BYTES, ASIDE_ROWS, Journal, Turn
from openqq_nb.models import Arrival
from openqq_nb.records import ARRIVALS, Aside, Entry
from openqq_nb.schema import MESSAGES
from openqq_nb.upkeep.salvage import Read, Source
from openqq_nb.upkeep.stored import BATCH_ROWS, Told, table_of, unheard
from openqq_nb.upkeep.words import counted, first_few

_CLASS, _RECALLED = (MESSAGES.names.index(name) for name in ("msg_class", "recalled_at"))


@dataclass(slots=True)
class Merged:
    """What was added.

    Attributes:
        into: the journal that was added to.
        sources: what was read, with the numbers at which something is damaged; as far as it could be read it was added.
        messages: how many messages were new.
        events: how many events were.
        doubles: how many arrivals it had already.
        aside: how many posts that could not be read were new.
        left: how many of these found no room: a journal keeps 1,000.
    """

    into: Path
    sources: Sequence[Source]
    messages: int = 0
    events: int = 0
    doubles: int = 0
    aside: int = 0
    left: int = 0

    def __str__(self) -> str:
        """Say it."""
        lines = [
            f"{self.into}: {counted(self.messages, 'message')} and {counted(self.events, 'event')} added, "
            f"{self.doubles:,} were there; {counted(self.aside, 'post')} set aside added."
        ]
        if self.left:
            lines.append(
                f"{counted(self.left, 'older post')} set aside found no room: a journal keeps {ASIDE_ROWS:,}."
            )
        return "\n".join([*lines, *(line for source in self.sources for line in _damage(source))])


def _damage(source: Source) -> Iterator[str]:
    for numbers, what in (
        (source.bodiless, "added without the body, which is damaged"),
        (source.strange, "added without what another program made of some cells"),
        (source.reread, "read anew from the body, because the row is damaged"),
        (source.lost, "lost: nothing can be read there"),
    ):
        if numbers:
            yield f"{source.path}, {counted(len(numbers), 'number')} {what}: {first_few(sorted(numbers))}."


def merge(into: Path, sources: Sequence[Path], told: Told = unheard) -> Merged:
    """Add to a journal what is missing there, by fingerprint; it may be filled at the same time.

    Args:
        into: the journal to add to; made if it is not there.
        sources: journals of any format, also damaged ones; they are not changed.
        told: told of the progress.

    Raises:
        InvalidInput: a journal is to be merged into itself.
        JournalFailed: one of them is no journal, nothing of them can be read, or one cannot be written; what was
            added until then stays, and merging again goes on.
    """
    for path in sources:
        with open_readonly(path):
            if into.exists() and path.samefile(into):
                raise InvalidInput(f"{path} cannot be merged into itself. Name two journals.")
    with ExitStack() as stack:
        found = [Source(path, stack.enter_context(open_readonly(path))) for path in sources]
        batches = _read(found, told)
        # Before the journal is opened, which would make it: of nothing there is to be none.
        first, posts = next(batches, []), [post for source in found for post in source.aside()]
        lost = sum(len(source.lost) for source in found)
        if lost and not first and not posts:
            raise JournalFailed(_nothing(sources, lost))
        journal = stack.enter_context(Journal.open(into))
        merged = Merged(into, found)
        for read in chain([first], batches):
            _add(journal, read, merged)
        _add_aside(journal, posts, merged)
    return merged


def _nothing(sources: Sequence[Path], lost: int) -> str:
    return (
        f"Nothing can be read of {', '.join(map(str, sources))}, so nothing was merged.\n"
        f"Found damage at {counted(lost, 'number')} at least, and nothing else.\nGo on with a copy from before that."
    )


def arrivals(paths: Sequence[Path]) -> int:
    """Count what a journal says that it has, for a progress; of a damaged one it is an estimate."""
    total = 0
    for path in paths:
        with open_readonly(path) as connection:
            tables = [table_of(kind) for kind in ARRIVALS]
            rows = [answer(connection, f"SELECT count(*) FROM {table}") for table in tables]  # noqa: S608 - our own names
            counts = [one[0][0] for one in rows if one is not None]
            total += (
                sum(counts)
                if len(counts) == len(rows)
                else last_number(connection, ["arrivals", *tables]) or 0
            )
    return total


def _read(sources: Sequence[Source], told: Told) -> Iterator[list[Read]]:
    """Read all arrivals in order of `received_at`, some at a time."""
    for pieces in _in_order(sources):
        read = [one for source, numbers in pieces for one in source.arrivals(numbers)]
        if read:
            yield read
        told(sum(len(numbers) for _, numbers in pieces))


_Pieces = list[tuple[Source, list[int]]]
"""Numbers of arrivals that follow one another, by the journal that has them."""


def _in_order(sources: Sequence[Source]) -> Iterator[_Pieces]:
    """Give the numbers of all arrivals in order of `received_at`, a batch at a time."""
    numbers, times = zip(*(source.numbers() for source in sources), strict=True)
    places = np.concatenate([np.full(len(one), place) for place, one in enumerate(numbers)])
    joined = np.concatenate(numbers)
    order = np.lexsort((joined, places, np.concatenate(times)))
    for begin in range(0, len(order), BATCH_ROWS):
        rows = order[begin : begin + BATCH_ROWS]
        cuts = np.flatnonzero(np.diff(places[rows])) + 1
        yield [(sources[places[run[0]]], joined[run].tolist()) for run in np.split(rows, cuts)]


def _add(journal: Journal, read: Sequence[Read], merged: Merged) -> None:
    with journal.turn() as turn:
        present = turn.present([arrival.fingerprint for arrival, _ in read])
        first = {arrival.fingerprint: arrival for arrival, _ in reversed(read)}
        new = [
            (arrival, entry)
            for arrival, entry in read
            if first[arrival.fingerprint] is arrival and arrival.fingerprint not in present
        ]
        _append(turn, new)
        added = {id(arrival) for arrival, _ in new}
        _flag(turn, [one for one in read if id(one[0]) not in added])
    merged.doubles += len(read) - len(new)
    merged.messages += sum(arrival.kind == "message" for arrival, _ in new)
    merged.events += sum(arrival.kind == "event" for arrival, _ in new)


def _append(turn: Turn, new: Sequence[tuple[Arrival, Entry]]) -> None:
    numbers = turn.append([arrival for arrival, _ in new], [entry for _, entry in new])
    # Counted as changed, so that whoever fills the journal takes no old send for one that still waits for its post.
    own = [
        number
        for number, (arrival, entry) in zip(numbers, new, strict=True)
        if arrival.kind == "message" and entry.cells[_CLASS] == "send"
    ]
    if own:
        turn.amend({number: {} for number in own}, {})


def _flag(turn: Turn, doubles: Sequence[tuple[Arrival, Entry]]) -> None:
    """Take over from messages that are there already when they were taken back."""
    turn.amend(
        {
            turn.seq_of(arrival.fingerprint): {"recalled_at": entry.cells[_RECALLED]}
            for arrival, entry in doubles
            if arrival.kind == "message" and entry.cells[_RECALLED] is not None
        },
        {},
    )


def _add_aside(journal: Journal, offered: Sequence[Aside], merged: Merged) -> None:
    """Add the newest posts that could not be read, without pushing out any that are there."""
    with journal.turn() as turn:
        there = turn.aside()
        missing = sorted(set(offered) - set(there), key=lambda post: post.received_at)
        room = _fitting(missing, ASIDE_ROWS - len(there), ASIDE_BYTES - sum(len(post.body) for post in there))
        turn.set_aside(room)
    merged.aside, merged.left = len(room), len(missing) - len(room)


def _fitting(posts: Sequence[Aside], rows: int, size_bytes: int) -> list[Aside]:
    fitting: list[Aside] = []
    for post in reversed(posts[max(0, len(posts) - max(0, rows)) :]):
        size_bytes -= len(post.body)
        if size_bytes < 0:
            break
        fitting.append(post)
    return fitting[::-1]
