"""From paths to a log: tells journals, archives and exports apart."""

import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, overload
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from openqq_nb import archive
from openqq_nb.archive import Engine, places
from openqq_nb.archive.engines import frames
from openqq_nb.columns import ZONE, Frame
from openqq_nb.database import open_readonly
from openqq_nb.database.others import application_id
from openqq_nb.errors import InvalidInput, OpenqqError, one_line
from openqq_nb.logs.archives import OfArchive, name_of
from openqq_nb.logs.gathered import Gathered
from openqq_nb.logs.holdings import Holdings, named
from openqq_nb.logs.journals import OfJournals
from openqq_nb.logs.log import Log
from openqq_nb.logs.origins import Archive, Export, Journals, Origin
from openqq_nb.models import Row
from openqq_nb.readers.base import Options
from openqq_nb.readers.recognising import is_journal
from openqq_nb.readers.sources import look
from openqq_nb.scanning import PATIENCE_S

# Damage in a zip or gz; a home of somebody who is not there (RuntimeError), half a surrogate in a name.
_FAILURES = (OSError, EOFError, RuntimeError, UnicodeError, zipfile.BadZipFile, zlib.error)
_SHOWN = 200
_NAMELESS = ("", "..")
_PAGES = ("http://", "https://")
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
            exports, an archive of Parquet files, also at `s3://…`, or Parquet of another program with messages in it:
            one file, or a folder with nothing else. Each may be written as `file:///…`. What a file is, its bytes
            tell. A message that several of them hold is there once, as in the first of them.
        engine: whose frames `log.df` and the questions give: `pandas`, or `polars`, `duckdb`, `dask` or `pyspark`,
            which read an archive lazily.
        zone: the time zone of files that state none.
        me: number or name of the account, for files that do not tell which writer it is; `problems` says so if nobody
            writes under it, or if the files tell of another one.

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
    passed_over: list[Row] = field(default_factory=list)

    def add(self, path: object) -> None:
        place = places.local(os.fspath(path)) if isinstance(path, str | os.PathLike) else ""
        if not place:
            raise InvalidInput(f"No log can be opened.\n{_told(path)} is no path of a file.\n{_HOW}")
        with _understood(place):
            self._add(place)

    def _add(self, place: str) -> None:
        if place.lower().startswith(_PAGES):
            raise InvalidInput(
                "A log is not read from a web address.\nFound one that begins with "
                f"{place.partition('://')[0]}://.\nDownload the file, and give its path."
            )
        if "://" in place:
            places.place(place)  # an error says what is wrong with the address
            self._add_archive(place)
            return
        file = Path(place).expanduser()
        if file.name in _NAMELESS:
            file = file.resolve()
            place = str(file)
        if _is_parquet(file):
            self._add_archive(place)
            return
        self.names.append(file.name)
        if is_journal(file):
            self._add_journal(file)
        else:
            self._add_exports(file)

    def _add_archive(self, place: str) -> None:
        self.origins.append(Archive(place))
        self.names.append(name_of(place))

    def holdings(self, engine: Engine) -> Holdings:
        """Choose what holds all this: as little is read as can be."""
        match self.origins:
            case [Archive(folder=folder)] if not self.passed_over:
                return OfArchive(folder, engine)
            case [Journals(paths=paths)]:
                return OfJournals(paths, engine)
        return Gathered(named(self.names, "logs"), self.origins, self.passed_over, engine)

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
        self.origins += [Export(source, reader, self.options) for source, reader in found.logs]
        self.passed_over += [{"source": path.name, "why": one.why, "body": one.body} for one in found.skipped]


def _told(path: object) -> str:
    if isinstance(path, list | tuple):
        return "A list of paths, which are given one behind the other: `oq.open_log(*paths)`; a list"
    if hasattr(path, "columns"):
        return (
            "A frame, which the questions and pictures take as it is: `oq.analysis.ranking(frame)`; a frame"
        )
    return repr(path)


def _is_parquet(path: Path) -> bool:
    # SQLite loses its locks on a file that is closed by others.
    is_candidate = path.is_dir() or (path.is_file() and application_id(path) is None)
    return is_candidate and archive.opens(path)


@contextmanager
def _understood(place: str) -> Iterator[None]:
    """Say in our words why a path could not be opened.

    Raises:
        InvalidInput: it could not.
    """
    try:
        yield
    except OpenqqError:
        raise
    except _FAILURES as error:
        raise InvalidInput(
            f"{_short(places.without_keys(place))} cannot be opened.\n"
            f"Found: {_short(places.without_keys(str(error))).rstrip('.') or type(error).__name__}.\n"
            "Check the name and whether you may read it; if it is damaged, copy or export it again."
        ) from error


def _short(text: str) -> str:
    shown = one_line(text)
    return shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"


def _zone(zone: str) -> str:
    try:
        return ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError) as error:
        raise InvalidInput(
            f"zone={zone!r} is no time zone. Name one of the tz database, such as Asia/Shanghai or Europe/Berlin."
        ) from error
