"""A log that is made of journals of this package: they are asked for what is wanted, and nothing is kept twice."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from openqq_nb import archive
from openqq_nb.errors import InvalidInput
from openqq_nb.filtering import Filter
from openqq_nb.logs import holdings, reading
from openqq_nb.logs.holdings import Span
from openqq_nb.logs.origins import Journals, Piece
from openqq_nb.logs.people import Directory, Kind, directory
from openqq_nb.logs.reading import Wanted
from openqq_nb.schema import EVENTS, MESSAGES


class OfJournals:
    """Journals, and what was read of them.

    Args:
        paths: the files; of a message that several hold that of the first counts.
        engine: whose frames are given.
    """

    def __init__(self, paths: Sequence[Path], engine: archive.Engine) -> None:
        self._paths = tuple(paths)
        self._engine = engine

    @property
    def name(self) -> str:
        """The file, or how many there are."""
        return holdings.named([path.name for path in self._paths], "journals")

    def unread(self) -> str | None:
        """Name the journals until they were read."""
        if "_rows" in self.__dict__:
            return None
        return holdings.with_size(self.name, sum(one.stat().st_size for one in self._paths if one.is_file()))

    def count(self) -> int:
        """Tell how many messages there are."""
        return int(self._rows.num_rows)

    def span(self) -> Span:
        """Tell when the first and the last message was written."""
        return holdings.span_of(self._rows.column("msg_time"))

    def frame(self) -> Any:  # noqa: ANN401 - a frame of the engine that was asked for
        """Give all messages, as they were when they were first looked at."""
        return self._messages.copy(deep=False) if self._engine == "pandas" else self._messages

    def scan(self, columns: Sequence[str]) -> Any:  # noqa: ANN401 - a frame of the engine that was asked for
        """Give some columns; what was read already is not read again."""
        if "_messages" in self.__dict__ and self._engine != "pandas":
            return self._messages
        known = tuple(name for name in dict.fromkeys(columns) if name in MESSAGES.names)
        if "_messages" in self.__dict__:
            return self._messages[list(known)]
        return archive.from_arrow(reading.read(self._paths, Wanted(MESSAGES, known)), self._engine)

    def read(self, columns: Sequence[str] | None, keep: Filter) -> pa.Table:
        """Ask the journals for the messages that pass."""
        wanted = None if columns is None else tuple(columns)
        if set(keep.columns) <= set(MESSAGES.names):
            return reading.read(self._paths, Wanted(MESSAGES, wanted, keep.clause, keep.rest))
        # Keys without a column are no columns for SQL either.
        more = None if columns is None else tuple(dict.fromkeys([*columns, *keep.columns]))
        rows = reading.read(self._paths, Wanted(MESSAGES, more, keep.clause))
        return holdings.chosen(holdings.passing(rows, keep), columns)

    def events(self) -> pa.Table:
        """Read the events."""
        return reading.read(self._paths, Wanted(EVENTS))

    def problems(self) -> pa.Table:
        """Read what was posted and could not be understood."""
        return Journals(self._paths).problems()

    def directory(self, kind: Kind) -> Directory:
        """Read who is named."""
        return directory(self._paths, kind)

    def others(self) -> Sequence[str]:
        """Read which unknown keys there are."""
        return reading.unknown_keys(self._paths, MESSAGES)

    def journal(self) -> Path:
        """Give the one journal that this is."""
        if len(self._paths) > 1:
            raise InvalidInput(
                f"Only one journal can be followed; this log is made of {len(self._paths)} files. Open one of them: "
                f"`oq.open_log({str(self._paths[0])!r}).follow()`."
            )
        return self._paths[0]

    def stream(self) -> Iterator[Piece]:
        """Read everything, piece by piece."""
        return Journals(self._paths).pieces(lambda _: None)

    @cached_property
    def _rows(self) -> pa.Table:
        return reading.read(self._paths, Wanted(MESSAGES))

    @cached_property
    def _messages(self) -> Any:  # noqa: ANN401 - a frame of the engine that was asked for
        return archive.from_arrow(self._rows, self._engine)
