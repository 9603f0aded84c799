"""From paths to a log: tells journals, archives and exports apart."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, overload
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa

from openqq_nb.archive import Engine, is_archive
from openqq_nb.archive.engines import frames
from openqq_nb.columns import ZONE, Frame
from openqq_nb.database import open_readonly
from openqq_nb.errors import InvalidInput
from openqq_nb.logs.archives import OfArchive, name_of
from openqq_nb.logs.gathered import Gathered
from openqq_nb.logs.holdings import Holdings, named
from openqq_nb.logs.journals import OfJournals
from openqq_nb.logs.log import Log
from openqq_nb.logs.origins import Archive, Export, Journals, Origin, told
from openqq_nb.readers.base import Options
from openqq_nb.readers.recognising import is_archive as has_parquet
from openqq_nb.readers.recognising import is_journal, reader_of
from openqq_nb.readers.sources import look
from openqq_nb.scanning import PATIENCE_S

_HOW = 'Name one: `oq.open_log("messages.db")`, `oq.open_log("export.json")`.'


@overload
def open_log(
    *paths: str | os.PathLike[str],
    engine: Literal["pandas"] = "pandas",
    zone: str = ZONE,
    me: str | None = None,
) -> Log[Frame]: ...
@overload
def open_log(
    *paths: str | os.PathLike[str], engine: Engine, zone: str = ZONE, me: str | None = None
) -> Log[Any]: ...
def open_log(
    *paths: str | os.PathLike[str], engine: Engine = "pandas", zone: str = ZONE, me: str | None = None
) -> Log[Any]:
    """Open message logs for reading; nothing is ever written to them.

    Args:
        paths: one or more, each a journal of this package, an export of another tool (QQ Chat Exporter JSON and TXT, PC
            QQ TXT and MHT, ChatLab, OneBot events and history answers, the database of go-cqhttp), a folder or zip of
            exports, or an archive of Parquet files, also at `s3://…`. What a file is, its bytes tell. A message that
            several of them hold is there once, as in the first of them.
        engine: whose frames `log.df` and the questions give: `pandas`, or `polars`, `duckdb`, `dask` or `pyspark`,
            which read an archive lazily.
        zone: the time zone of files that state none.
        me: number or name of the account, for files that do not tell which writer it is.

    Returns:
        A `Log`: messages in `df`, events in `events`, what was not understood in `problems`.

    Raises:
        InvalidInput: no path was given, or a file is in no format that is known; the error tells what it begins with.
        JournalFailed: a journal cannot be read.
        NotSupported: the library of the engine is not installed; the error tells how to install it.

    Example:
        >>> import tempfile
        >>> import openqq_nb as oq
        >>> my = oq.demo()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with my.listen(journal=f"{folder}/messages.db") as inbox:
        ...         message = my.simulator.say("小灰", "在吗？")
        ...         received = inbox.wait(1, timeout=10)
        ...     oq.open_log(f"{folder}/messages.db").df["content"].tolist()
        ['在吗？']
    """
    if not paths:
        raise InvalidInput(f"No log can be opened.\nNo path was given.\n{_HOW}")
    frames(engine)  # its library is there, or an error says how to install it
    found = _Found(Options(_zone(zone), None if me is None else str(me)))
    for path in paths:
        found.add(path)
    return Log(found.holdings(engine))


@dataclass(slots=True)
class _Found:
    """What there is at the paths, in their order; all journals stand where the first of them does."""

    options: Options
    origins: list[Origin] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    passed_over: list[pa.Table] = field(default_factory=list)

    def add(self, path: object) -> None:
        if not (isinstance(path, str | os.PathLike) and str(path)):
            raise InvalidInput(f"No log can be opened.\n{path!r} is no path of a file.\n{_HOW}")
        place = os.fspath(path)
        if _is_archive(place):
            self.origins.append(Archive(place))
            self.names.append(name_of(place))
            return
        file = Path(place).expanduser()
        self.names.append(file.name)
        if is_journal(file):
            self._add_journal(file)
        else:
            self._add_exports(file)

    def holdings(self, engine: Engine) -> Holdings:
        """Choose what holds all this: as little is read as can be."""
        match self.origins:
            case [Archive(folder=folder)]:
                return OfArchive(folder, engine)
            case [Journals(paths=paths)] if engine == "pandas" and not self.passed_over:
                return OfJournals(paths)
        before = pa.concat_tables(self.passed_over) if self.passed_over else None
        return Gathered(named(self.names, "logs"), self.origins, before, engine)

    def _add_journal(self, file: Path) -> None:
        with open_readonly(file, scan_timeout_s=PATIENCE_S):
            pass
        for place, origin in enumerate(self.origins):
            if isinstance(origin, Journals):
                self.origins[place] = Journals((*origin.paths, file))
                return
        self.origins.append(Journals((file,)))

    def _add_exports(self, path: Path) -> None:
        found = look(path)
        self.origins += [Export(source, reader_of(source), self.options) for source in found.sources]
        self.passed_over += [told(path.name, found.skipped)] if found.skipped else []


def _is_archive(place: str) -> bool:
    if "://" in place:
        return True
    folder = Path(place).expanduser()
    return folder.is_dir() and (is_archive(folder) or has_parquet(folder))


def _zone(zone: str) -> str:
    try:
        return ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError) as error:
        raise InvalidInput(
            f"zone={zone!r} is no time zone. Name one of the tz database, such as Asia/Shanghai or Europe/Berlin."
        ) from error
