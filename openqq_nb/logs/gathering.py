"""Everything that the origins of a log hold, without doubles, as a stream or at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.archive.pieces import completed
from openqq_nb.columns import Schema
from openqq_nb.loading_bar import LoadingBar
from openqq_nb.logs import joining
from openqq_nb.logs.joining import Joiner
from openqq_nb.logs.ordering import in_order
from openqq_nb.logs.origins import Origin, Piece
from openqq_nb.logs.owning import Owner
from openqq_nb.models import Row
from openqq_nb.schema import EVENTS, MESSAGES, PROBLEMS

_WORTH_A_BAR_BYTES = 50_000_000


def stream(origins: Sequence[Origin], before: Sequence[Row] = ()) -> Iterator[Piece]:
    """Give the rows of all origins one behind the other; of what several hold, that of the first.

    Args:
        origins: where the rows come from.
        before: problems that were found before the reading.
    """
    if before:
        yield Piece(problems=PROBLEMS.table(before))
    joiners = (Joiner(joining.messages), Joiner(joining.events)) if len(origins) > 1 else ()
    bar = _Bar(sum(origin.size_bytes for origin in origins))
    owner = Owner(origins)
    for origin in origins:
        for joiner in joiners:
            joiner.next_origin()
        for piece in origin.pieces(bar.add):
            owner.look(origin, piece.messages)
            yield _news(piece, *joiners) if joiners else piece
    if (unknown := owner.problems()) is not None:
        yield Piece(problems=unknown)


def _news(piece: Piece, messages: Joiner, events: Joiner) -> Piece:
    return Piece(_new(piece.messages, messages), _new(piece.events, events), piece.problems)


def _new(rows: pa.Table | None, joiner: Joiner) -> pa.Table | None:
    news = rows if rows is None else joiner.news(rows)
    return news if news is not None and news.num_rows else None


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a log, in order.

    Attributes:
        messages: columns of `schema.MESSAGES`, then others.
        events: columns of `schema.EVENTS`, then others.
        problems: columns of `schema.PROBLEMS`.
    """

    messages: pa.Table
    events: pa.Table
    problems: pa.Table


def gathered(origins: Sequence[Origin], before: Sequence[Row] = ()) -> Rows:
    """Read all origins to their ends."""
    messages, events, problems = [], [], [completed(PROBLEMS.table([]), PROBLEMS)]
    for piece in stream(origins, before):
        messages += [piece.messages] if piece.messages is not None else []
        events += [piece.events] if piece.events is not None else []
        problems += [completed(piece.problems, PROBLEMS)] if piece.problems is not None else []
    return Rows(
        ordered(messages, MESSAGES),
        ordered(events, EVENTS),
        pa.concat_tables(problems, promote_options="default"),
    )


def ordered(pieces: list[pa.Table], schema: Schema) -> pa.Table:
    """Put rows in order of the first clock that tells, and of equal ones as they came; the list is emptied."""
    clocks = [name for name in ("msg_time", "received_at") if name in schema.names]
    whole = [completed(piece, schema) for piece in pieces] or [completed(schema.table([]), schema)]
    pieces.clear()
    moments = [pc.coalesce(*(piece.column(name) for name in clocks)) for piece in whole]
    chunks = [
        chunk for one in moments for chunk in (one.chunks if isinstance(one, pa.ChunkedArray) else [one])
    ]
    return in_order(whole, [pa.chunked_array(chunks, moments[0].type)])


class _Bar:
    """Shows how far the reading is, where there is much to read."""

    def __init__(self, total_bytes: int) -> None:
        self._total = total_bytes
        self._done = 0
        self._show = LoadingBar("reading", "MB") if total_bytes >= _WORTH_A_BAR_BYTES else None
        self._tell()

    def add(self, more_bytes: int) -> None:
        self._done = min(self._done + more_bytes, self._total)
        self._tell()

    def _tell(self) -> None:
        if self._show is not None:
            self._show(self._done // 1_000_000, self._total // 1_000_000, "")
