"""Adds to a journal what others have and it has not.

A journal is in order of arrival. What is added comes behind what is there, in order of `received_at`; into a new
journal it is thus in the order in which it came, whichever journal it is from.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from openqq_nb.bodies import Unpacker
from openqq_nb.database import Connection, open_readonly
from openqq_nb.errors import InvalidInput, JournalFailed
from openqq_nb.journal import ASIDE_BYTES, ASIDE_ROWS, Journal, Turn
from openqq_nb.models import Arrival
from openqq_nb.records import ARRIVALS, Aside, Entry, aside
from openqq_nb.schema import MESSAGES
from openqq_nb.upkeep.stored import BATCH_ROWS, Told, stored_rows, unheard

_CLASS = MESSAGES.names.index("msg_class")
_IN_ORDER = """
SELECT seq, coalesce(received_at, msg_time, 0) FROM messages
UNION ALL SELECT seq, coalesce(received_at, 0) FROM events ORDER BY seq
"""


@dataclass(slots=True)
class Merged:
    """What was added.

    Attributes:
        into: the journal that was added to.
        messages: how many messages were new.
        events: how many events were.
        doubles: how many arrivals it had already.
        aside: how many posts that could not be read were new.
        left: how many of these found no room: a journal keeps 1,000.
        damaged: the numbers of arrivals whose body could not be unpacked, by journal; they were added without it.
    """

    into: Path
    messages: int = 0
    events: int = 0
    doubles: int = 0
    aside: int = 0
    left: int = 0
    damaged: dict[Path, list[int]] = field(default_factory=dict)

    def __str__(self) -> str:
        """Say it."""
        lines = [
            f"{self.into}: {self.messages:,} messages and {self.events:,} events added, {self.doubles:,} were there; "
            f"{self.aside:,} posts set aside added."
        ]
        if self.left:
            lines.append(
                f"{self.left:,} older posts set aside were left out: a journal keeps {ASIDE_ROWS:,}."
            )
        lines += [f"{len(found):,} bodies of {path} are damaged." for path, found in self.damaged.items()]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    connection: Connection


def merge(into: Path, sources: Sequence[Path], told: Told = unheard) -> Merged:
    """Add to a journal what is missing there, by fingerprint; it may be filled at the same time.

    Args:
        into: the journal to add to; made if it is not there.
        sources: journals of any format; they are not changed.
        told: told of the progress.

    Raises:
        InvalidInput: a journal is to be merged into itself.
        JournalFailed: one of them is no journal, or cannot be read or written; what was added until then stays, and
            merging again goes on.
    """
    for path in sources:
        with open_readonly(path):
            if into.exists() and path.samefile(into):
                raise InvalidInput(f"{path} cannot be merged into itself. Name two journals.")
    with ExitStack() as stack:
        found = [_Source(path, stack.enter_context(open_readonly(path))) for path in sources]
        journal = stack.enter_context(Journal.open(into))
        merged = Merged(into)
        for pieces in _in_order(found):
            _add(journal, pieces, merged)
            told(sum(len(numbers) for _, numbers in pieces))
        _add_aside(journal, found, merged)
    return merged


def arrivals(paths: Sequence[Path]) -> int:
    """Count what a merge goes through."""
    total = 0
    for path in paths:
        with open_readonly(path) as connection:
            total += connection.execute(f"SELECT count(*) FROM ({_IN_ORDER})").fetchone()[0]  # noqa: S608 - our own text
    return total


_Pieces = list[tuple[_Source, list[int]]]
"""Numbers of arrivals that follow one another, by the journal that has them."""


def _in_order(sources: Sequence[_Source]) -> Iterator[_Pieces]:
    """Give all arrivals in order of `received_at`, a batch at a time."""
    numbers, times = zip(*(_numbers(source) for source in sources), strict=True)
    places = np.concatenate([np.full(len(one), place) for place, one in enumerate(numbers)])
    joined = np.concatenate(numbers)
    order = np.lexsort((joined, places, np.concatenate(times)))
    for begin in range(0, len(order), BATCH_ROWS):
        rows = order[begin : begin + BATCH_ROWS]
        cuts = np.flatnonzero(np.diff(places[rows])) + 1
        yield [(sources[places[run[0]]], joined[run].tolist()) for run in np.split(rows, cuts)]


def _numbers(source: _Source) -> tuple[np.ndarray, np.ndarray]:
    cursor = source.connection.execute(_IN_ORDER)
    parts = [np.empty((0, 2))]
    while rows := cursor.fetchmany(BATCH_ROWS):
        parts.append(np.array(rows, dtype=float))
    joined = np.concatenate(parts)
    return joined[:, 0].astype(np.int64), joined[:, 1]


def _add(journal: Journal, pieces: _Pieces, merged: Merged) -> None:
    read = [row for source, numbers in pieces for row in _read(source, numbers, merged)]
    with journal.turn() as turn:
        present = turn.present([arrival.fingerprint for arrival, _ in read])
        first = {arrival.fingerprint: arrival for arrival, _ in reversed(read)}
        new = [
            (arrival, entry)
            for arrival, entry in read
            if first[arrival.fingerprint] is arrival and arrival.fingerprint not in present
        ]
        _append(turn, new)
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


def _read(source: _Source, numbers: Sequence[int], merged: Merged) -> Iterator[tuple[Arrival, Entry]]:
    """Read arrivals and their rows, in the order of their numbers."""
    unpacker = Unpacker()
    found = {
        row.seq: row
        for kind in ARRIVALS
        for row in stored_rows(
            source.connection, kind, "seq IN (SELECT value FROM json_each(?))", (json.dumps(numbers),)
        )
    }
    for number in numbers:
        row = found[number]
        try:
            body = row.body(unpacker)
        except JournalFailed:
            merged.damaged.setdefault(source.path, []).append(number)
            body = b""
        *cells, extra = row.cells
        entry = Entry(cells, json.loads(extra) if isinstance(extra, str) else {})
        yield Arrival(row.kind, {}, row.fingerprint, body), entry


def _add_aside(journal: Journal, sources: Sequence[_Source], merged: Merged) -> None:
    """Add the newest posts that could not be read, without pushing out any that are there."""
    offered = [post for source in sources for post in aside(source.connection)]
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
