"""A log that is an archive of Parquet files: read lazily, by the engine that was asked for."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from openqq_nb import archive
from openqq_nb.archive import rows
from openqq_nb.archive.places import without_keys
from openqq_nb.columns import Frame, to_pandas
from openqq_nb.errors import InvalidInput
from openqq_nb.filtering import Filter
from openqq_nb.logs import containing, holdings
from openqq_nb.logs.holdings import Span
from openqq_nb.logs.origins import Archive, Piece
from openqq_nb.logs.people import Directory, Kind, directory_of
from openqq_nb.schema import MESSAGES


def name_of(folder: str) -> str:
    """Call an archive by the last part of its address."""
    shown = without_keys(folder).replace("\\", "/").rstrip("/")
    return shown.rpartition("/")[2] or shown


class OfArchive:
    """An archive.

    Args:
        folder: where it is.
        engine: whose frames are given.
    """

    def __init__(self, folder: str, engine: archive.Engine) -> None:
        self._folder = folder
        self._engine = engine
        self._directories: dict[Kind, Directory] = {}

    @property
    def name(self) -> str:
        """The name of the folder."""
        return name_of(self._folder)

    def unread(self) -> str | None:
        """Say nothing: the files tell how many messages they hold."""
        return None

    def count(self) -> int:
        """Tell how many messages there are."""
        if archive.is_archive(self._folder):
            return archive.summary(self._folder).messages
        return int(archive.dataset(self._folder).count_rows())

    def span(self) -> Span:
        """Tell when the first and the last message was written."""
        if archive.is_archive(self._folder):
            found = archive.summary(self._folder)
            return found.first, found.last
        return holdings.span_of(rows.table(self._folder, ["msg_time"]).column("msg_time"))

    def frame(self) -> Any:  # noqa: ANN401 - a frame of the engine that was asked for
        """Give all messages."""
        return self._messages.copy(deep=False) if self._engine == "pandas" else self._lazy

    def scan(self, columns: Sequence[str]) -> Any:  # noqa: ANN401 - a frame of the engine that was asked for
        """Give some columns."""
        if self._engine != "pandas":
            return self._lazy
        known = [name for name in dict.fromkeys(columns) if name in self._columns]
        if "_messages" in self.__dict__:
            return self._messages[known]
        return to_pandas(rows.table(self._folder, known))

    def read(self, columns: Sequence[str] | None, keep: Filter) -> pa.Table:
        """Give the messages that pass; of the files only those columns are read that are looked at."""
        wanted = None if columns is None else list(dict.fromkeys([*columns, *keep.columns]))
        found = rows.table(self._folder, wanted, keep.bounds, containing.expression(keep))
        return holdings.chosen(holdings.passing(found, keep), columns)

    def events(self) -> pa.Table:
        """Read the events."""
        return rows.events(self._folder)

    def problems(self) -> pa.Table:
        """Read what was not understood when the archive was made."""
        return rows.problems(self._folder)

    def directory(self, kind: Kind) -> Directory:
        """Find out who is named."""
        sides = [(kind.number, kind.id, kind.name), *([kind.elsewhere] if kind.elsewhere else [])]
        columns = ["login", *(name for side in sides for name in side)]
        if kind not in self._directories:
            self._directories[kind] = directory_of(rows.table(self._folder, columns), kind)
        return self._directories[kind]

    def others(self) -> Sequence[str]:
        """Name the other columns."""
        return [name for name in self._columns if name not in MESSAGES.names]

    def journal(self) -> Path:
        """Refuse: nothing fills an archive."""
        raise InvalidInput(
            f"Only a journal can be followed, since a listener fills it; {self.name} is an archive. "
            "Open the journal: `oq.open_log(path).follow()`; `oq.journals()` lists them."
        )

    def stream(self) -> Iterator[Piece]:
        """Read everything, month by month."""
        return Archive(self._folder).pieces(lambda _: None)

    @cached_property
    def _columns(self) -> list[str]:
        return rows.names(self._folder)

    @cached_property
    def _lazy(self) -> Any:  # noqa: ANN401 - a frame of the engine that was asked for
        return archive.open(self._folder, self._engine)

    @cached_property
    def _messages(self) -> Frame:
        return to_pandas(rows.table(self._folder))
