"""Where logs come from: a file, a folder with all below it, a zip."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from openqq_nb.columns import plain_text
from openqq_nb.database.others import application_id
from openqq_nb.errors import InvalidInput, listed, one_line
from openqq_nb.readers import files, guarding
from openqq_nb.readers.base import Problem, Reader, Source
from openqq_nb.readers.qce import chunked
from openqq_nb.readers.recognising import PARQUET, TABLE, is_table, known, reader_of, recognised
from openqq_nb.readers.zips import Zip, is_zip, why_not

_MANIFEST = "manifest.json"
_NO_LOG = "it is in no format that is known"
_EMPTY = "it is empty"
_PARQUET = "it is Parquet; open the archive, or the file, by its own path"
_SHOWN_NAMES = 12
_TOLD_NAMES = 3
_LEVELDB = ("CURRENT", "MANIFEST-")
_NO_LEVELDB = (
    "it is a LevelDB, which versions of go-cqhttp before 1.0.0-rc2 kept and no reader here knows; messages that a "
    "later version received are in data/sqlite3/msg.db"
)
_SHEET = ("xl", "workbook.xml")
_COMPANIONS = ("-wal", "-shm", "-journal")

Parts = tuple[str, ...]
Log = tuple[Source, Reader]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """What there is at a path.

    Attributes:
        logs: each with what reads it, in order of their names.
        skipped: what was passed over, with why; of one folder and reason together.
    """

    logs: list[Log]
    skipped: list[Problem]

    @property
    def sources(self) -> list[Source]:
        """The logs without what reads them."""
        return [source for source, _ in self.logs]


@dataclass(slots=True)
class _Skipped:
    names: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def add(self, where: Parts, why: str) -> None:
        folder = plain_text("/".join(where[:-1]))
        self.names.setdefault((folder, why), []).append(plain_text(where[-1]))

    def problems(self) -> list[Problem]:
        return [_passed_over(folder, why, names) for (folder, why), names in self.names.items()]


def look(path: Path) -> Found:
    """Find the logs at a path.

    Args:
        path: a file, or a folder or zip with any number of them. Where a `manifest.json` says what belongs together,
            it alone stands for its folder.

    Raises:
        InvalidInput: there is nothing, or nothing that is a log; of a file the error tells what it begins with.
        OSError: it cannot be read.
    """
    if path.is_dir():
        skipped = _Skipped()
        logs = list(_in_folder(path, skipped))
    elif not path.is_file():
        raise InvalidInput(_missing(path))
    else:
        logs, skipped = _in_file(path)
    problems = skipped.problems()
    if not logs:
        raise InvalidInput(_nothing(path, problems))
    return Found(logs, problems)


def _in_file(path: Path) -> tuple[list[Log], _Skipped]:
    skipped = _Skipped()
    source = files.of_file(path)
    if application_id(path) is None:
        head = source.head()
        if is_zip(head):
            return list(_in_zip(path, (path.name,), skipped)), skipped
        source = guarding.unpacked(source, head)
    return [(source, reader_of(source))], skipped


def _in_folder(folder: Path, skipped: _Skipped) -> Iterator[Log]:
    candidates = dict(files.all_below(folder))
    leveldbs = _leveldbs(candidates)
    for where in sorted(leveldbs):
        skipped.add(where or (folder.name,), _NO_LEVELDB)
    whole = _under_manifests({parts: files.of_file(path) for parts, path in _manifests(candidates)})
    for parts, path in candidates.items():
        if _is_below(parts, leveldbs) or not _stands_for_itself(parts, whole):
            continue
        yield from _of_folder(parts, path, (folder.name, *parts), skipped)


def _of_folder(parts: Parts, path: Path, shown: Parts, skipped: _Skipped) -> Iterator[Log]:
    """Give what one file of a folder is: a log, several if it is a zip, or none."""
    why = _why_not(path)
    if why is not None:
        skipped.add(shown, why)
        return
    source = files.of_file(path, "/".join(shown))
    head = source.head()
    if is_zip(head):
        yield from _in_zip_of_folder(path, shown, skipped)
        return
    source = guarding.unpacked(source, head)
    try:
        known_as = recognised(source, head if source.path else source.head())
    except OSError as error:
        skipped.add(shown, str(error))
        return
    if known_as is not None:
        yield source, known_as
    else:
        skipped.add(shown, _why_none(head))


def _why_none(head: bytes) -> str:
    if head.startswith(PARQUET):
        return _PARQUET
    if is_table(head):
        return TABLE
    return _NO_LOG if head else _EMPTY


def _why_not(path: Path) -> str | None:
    """Say why a file of a folder must not even be opened, if so."""
    if not path.is_file():
        return "it is no file that can be read"
    whose = next((path.name.removesuffix(end) for end in _COMPANIONS if path.name.endswith(end)), None)
    if whose and path.with_name(whose).is_file():
        return "it belongs to the database of the same name"
    if application_id(path):
        return "it is a database of openqq_nb or of another program; a journal is opened by its own path"
    return None


def _in_zip_of_folder(path: Path, shown: Parts, skipped: _Skipped) -> Iterator[Log]:
    try:
        yield from list(_in_zip(path, shown, skipped))
    except OSError as error:
        skipped.add(shown, str(error))


def _in_zip(path: Path, shown: Parts, skipped: _Skipped) -> Iterator[Log]:
    packed = Zip(path, plain_text("/".join(shown)))
    if _SHEET in packed.members:
        skipped.add(shown, TABLE)
        return
    for name, why in packed.refused:
        skipped.add((*shown, name), why)
    candidates = [parts for parts in sorted(packed.members) if _may_be_read(packed, parts, shown, skipped)]
    looked = {parts: packed.source(parts) for parts in candidates}
    leveldbs = _leveldbs(looked)
    for where in sorted(leveldbs):
        skipped.add((*shown, *where), _NO_LEVELDB)
    whole = _under_manifests(dict(_manifests(looked)))
    for parts, source in looked.items():
        if not _is_below(parts, leveldbs) and _stands_for_itself(parts, whole):
            yield from _of_zip(source, (*shown, *parts), skipped)


def _of_zip(source: Source, shown: Parts, skipped: _Skipped) -> Iterator[Log]:
    try:
        head = source.head()
        inner = guarding.unpacked(source, head)
        reader = recognised(inner, head if inner is source else inner.head())
    except OSError as error:
        skipped.add(shown, str(error))
        return
    if is_zip(head):
        skipped.add(shown, "it is a zip inside of a zip; unpack the outer one")
    elif reader is None:
        skipped.add(shown, _why_none(head))
    else:
        yield inner, reader


def _may_be_read(packed: Zip, parts: Parts, shown: Parts, skipped: _Skipped) -> bool:
    why = why_not(packed.members[parts])
    if why is not None:
        skipped.add((*shown, *parts), why)
    return why is None


def _manifests(candidates: Mapping[Parts, T]) -> Iterator[tuple[Parts, T]]:
    return ((parts, one) for parts, one in candidates.items() if parts[-1] == _MANIFEST)


def _under_manifests(manifests: Mapping[Parts, Source]) -> frozenset[Parts]:
    """Name the folders for which a manifest stands."""
    return frozenset(parts[:-1] for parts, source in manifests.items() if _is_of_chunks(source))


def _is_of_chunks(source: Source) -> bool:
    try:
        return recognised(source, source.head()) is chunked
    except OSError:
        return False  # it is met again, and then told


def _stands_for_itself(parts: Parts, whole: frozenset[Parts]) -> bool:
    folder, name = parts[:-1], parts[-1]
    above = (folder[:length] for length in range(len(folder) + 1))
    first = next((one for one in above if one in whole), None)
    return first is None or (first == folder and name == _MANIFEST)


def _leveldbs(candidates: Mapping[Parts, object]) -> frozenset[Parts]:
    """Name the folders that are a LevelDB each."""
    current, manifest = _LEVELDB
    named = {parts[:-1] for parts in candidates if parts[-1] == current}
    return frozenset(p[:-1] for p in candidates if p[-1].startswith(manifest) and p[:-1] in named)


def _is_below(parts: Parts, folders: frozenset[Parts]) -> bool:
    return parts[:-1] in folders


def _passed_over(folder: str, why: str, names: list[str]) -> Problem:
    more = len(names) - _SHOWN_NAMES
    shown = ", ".join(names[:_SHOWN_NAMES]) + (f" … and {more} more" if more > 0 else "")
    where = f" in {folder}" if folder else ""
    if len(names) == 1:
        return Problem(None, f"{names[0]} was passed over{where}: {why}", shown)
    first = ", ".join(names[:_TOLD_NAMES]) + (" …" if len(names) > _TOLD_NAMES else "")
    return Problem(None, f"{len(names)} files were passed over{where} ({first}), each because {why}", shown)


def _missing(path: Path) -> str:
    return (
        f"There is no log at {path}.\nFound no file and no folder of that name"
        f"{'' if path.parent.is_dir() else ', nor its folder'}.\nCheck the name."
    )


def _nothing(path: Path, problems: list[Problem]) -> str:
    looked = listed([one_line(one.why) for one in problems]) if problems else "\n  nothing: it is empty"
    return (
        f"There is no log in {path}.\nFound:{looked}\nThese are known:{known()}\nName another file or folder."
    )
