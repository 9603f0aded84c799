"""A log that is read as a whole and kept: exports of other tools, and whatever is joined with them."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from openqq_nb import archive
from openqq_nb.columns import Frame, to_pandas
from openqq_nb.errors import InvalidInput
from openqq_nb.filtering import Filter
from openqq_nb.logs import gathering, holdings
from openqq_nb.logs.holdings import Span
from openqq_nb.logs.origins import Origin, Piece, Table
from openqq_nb.logs.people import Directory, Kind, directory_of
from openqq_nb.models import Row
from openqq_nb.schema import MESSAGES


class Gathered:
    """Rows of several origins, read when they are first looked at.

    Args:
        name: what the log is called.
        origins: where the rows come from, the first one first.
        before: problems that were found before the reading.
        engine: whose frames are given.
    """

    def __init__(
        self, name: str, origins: Sequence[Origin], before: Sequence[Row], engine: archive.Engine
    ) -> None:
        self.name = name
        self._origins = tuple(origins)
        self._before = tuple(before)
        self._engine = engine

    def unread(self) -> str | None:
        """Name the files until they were read."""
        if "_rows" in self.__dict__ or all(isinstance(one, Table) for one in self._origins):
            return None
        return holdings.with_size(self.name, sum(one.size_bytes for one in self._origins))

    def count(self) -> int:
        """Tell how many messages there are."""
        return int(self._rows.messages.num_rows)

    def span(self) -> Span:
        """Tell when the first and the last message was written."""
        return holdings.span_of(self._rows.messages.column("msg_time"))

    def frame(self) -> Any:  # noqa: ANN401 - a frame of the engine that was asked for
        """Give all messages."""
        if self._engine == "pandas":
            return self._messages.copy(deep=False)
        return archive.from_arrow(self._rows.messages, self._engine)

    def scan(self, columns: Sequence[str]) -> Any:  # noqa: ANN401 - a frame of the engine that was asked for
        """Give some columns."""
        if self._engine != "pandas":
            return self.frame()
        return self._messages[[name for name in dict.fromkeys(columns) if name in self._messages]]

    def read(self, columns: Sequence[str] | None, keep: Filter) -> pa.Table:
        """Give the messages that pass."""
        return holdings.chosen(holdings.passing(self._rows.messages, keep), columns)

    def events(self) -> pa.Table:
        """Give the events."""
        return self._rows.events

    def problems(self) -> pa.Table:
        """Give what was not understood."""
        return self._rows.problems

    def directory(self, kind: Kind) -> Directory:
        """Find out who is named."""
        return directory_of(self._rows.messages, kind)

    def others(self) -> Sequence[str]:
        """Name the other columns."""
        return [name for name in self._rows.messages.column_names if name not in MESSAGES.names]

    def journal(self) -> Path:
        """Refuse: nothing fills an export."""
        raise InvalidInput(
            f"Only a journal can be followed, since a listener fills it; {self.name} is none. "
            "Open the journal alone: `oq.open_log(path).follow()`; `oq.journals()` lists them."
        )

    def stream(self) -> Iterator[Piece]:
        """Read everything, or give what was read."""
        if "_rows" in self.__dict__:
            return iter([Piece(self._rows.messages, self._rows.events, self._rows.problems)])
        return gathering.stream(self._origins, self._before)

    @cached_property
    def _rows(self) -> gathering.Rows:
        return gathering.gathered(self._origins, self._before)

    @cached_property
    def _messages(self) -> Frame:
        return to_pandas(self._rows.messages)
