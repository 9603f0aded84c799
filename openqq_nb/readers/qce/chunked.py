"""A talk that qq-chat-exporter cut into chunks: a manifest, and files of one message a line beside it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import PureWindowsPath
from typing import Any

from openqq_nb.readers.base import Options, Part, Problem, Source
from openqq_nb.readers.document import rescued
from openqq_nb.readers.json_lines import json_lines
from openqq_nb.readers.qce import telling
from openqq_nb.readers.qce.chat import Chat, chat_of
from openqq_nb.readers.qce.content import as_text
from openqq_nb.readers.qce.messages import NO_INFO, Rows, info_of
from openqq_nb.readers.qce.reading import Gathered, last_name, odd_rows
from openqq_nb.readers.qce.single import FITTING, Reading
from openqq_nb.readers.recoding import as_utf8
from openqq_nb.readers.splitting import shown

NAME = "QQ Chat Exporter, in chunks"

_LONGEST_MANIFEST = 64 << 20
_BLOCK = 1 << 20
_NO_CHUNKS = "The manifest does not list its chunks; those were read that have the usual names."


@dataclass(frozen=True, slots=True)
class Entry:
    """One chunk as the manifest names it.

    Attributes:
        paths: where it may be, relative to the manifest.
        stated: how many messages it has.
    """

    paths: tuple[str, ...]
    stated: int | None


def recognises(head: bytes, source: Source) -> bool:
    """Tell whether a source is such a manifest."""
    return telling.layout(head, source) == "manifest"


def parts(source: Source, options: Options) -> Iterator[Part]:
    """Read the chunks in the order of the manifest."""
    manifest, problems = _manifest(source)
    entries, more = _entries(manifest, source)
    chunks, missing = _found(entries, source)
    reading = ChunkReading(info_of(manifest), last_name(source), options)
    reading.gathered.problems += [*problems, *more, *missing]
    whole = sum(chunk.size_bytes for _, chunk in chunks) or 1
    done = 0
    for entry, chunk in chunks:
        # A progress bar knows the size of the manifest only.
        yield from reading.parts(chunk, entry.stated, partial(_share, source.size_bytes, whole, done))
        done += chunk.size_bytes
    yield reading.gathered.part()


def _share(size: int, whole: int, done: int, bytes_read: int) -> int:
    return size * (done + bytes_read) // whole


class ChunkReading:
    """Reads chunk after chunk of one talk.

    Attributes:
        gathered: what is not yet given; its last part is the caller's to take.
    """

    def __init__(self, info: Mapping[str, Any], fallback: str, options: Options) -> None:
        """Take what holds for all chunks."""
        self._info = info
        self._fallback = fallback
        self._options = options
        self._rows = Reading(options.zone).rows
        self.gathered = Gathered(self._chat)

    def parts(
        self, chunk: Source, stated: int | None = None, share: Callable[[int], int] = lambda read: read
    ) -> Iterator[Part]:
        """Read one chunk; what is wrong in it is told with its name."""
        before = self.gathered.count
        name = last_name(chunk)
        with chunk.open() as stream:
            for batch in json_lines(as_utf8(stream, chunk.head()), FITTING.decoding()):
                found = self._rows(batch.values)
                wrong = [*batch.problems, *odd_rows(batch, found)]
                named = (replace(one, why=f"{name}: {one.why}") for one in wrong)
                self.gathered.add(found, share(batch.bytes_read), named)
                if self.gathered.is_enough:
                    yield self.gathered.part()
        count = self.gathered.count - before
        if stated is not None and stated != count:
            why = f"{name}: the manifest says that it has {stated} messages; {count} were read."
            self.gathered.problems.append(Problem(None, why))

    def _chat(self, found: Rows) -> tuple[Chat, list[Problem]]:
        problems = [] if self._info else [Problem(None, NO_INFO)]
        return chat_of(self._info, self._fallback, found.writers(), self._options), problems


def _manifest(source: Source) -> tuple[Mapping[str, Any], list[Problem]]:
    """Read the manifest, or what is left of it."""
    with source.open() as stream:
        recoded = as_utf8(stream, source.head())
        written = b""
        while len(written) < _LONGEST_MANIFEST and (piece := recoded.read(_BLOCK)):
            written += piece
    try:
        found = json.loads(written.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError) as error:
        why = f"The manifest is damaged ({getattr(error, 'msg', type(error).__name__)})."
        return rescued(written), [Problem(None, why, shown(written))]
    return found if isinstance(found, dict) else {}, []


def _entries(manifest: Mapping[str, Any], source: Source) -> tuple[list[Entry], list[Problem]]:
    """Tell which chunks there should be."""
    chunked = manifest.get("chunked")
    chunked = chunked if isinstance(chunked, Mapping) else {}
    folder = as_text(chunked.get("chunksDir")) or "chunks"
    listed = chunked.get("chunks")
    if not isinstance(listed, list):
        return list(_guessed(folder, source)), [Problem(None, _NO_CHUNKS)]
    entries: list[Entry] = []
    problems: list[Problem] = []
    for one in listed:
        entry = _entry(one, folder)
        if entry is None:
            problems.append(
                Problem(None, "The manifest names a chunk in a way that is not known.", str(one)[:400])
            )
        elif any(entry.paths == known.paths for known in entries):
            problems.append(
                Problem(None, f"The manifest names the chunk {entry.paths[0]} twice; it is read once.")
            )
        else:
            entries.append(entry)
    return entries, problems


def _entry(listed: object, folder: str) -> Entry | None:
    if not isinstance(listed, Mapping):
        return None
    name = as_text(listed.get("fileName")) or as_text(listed.get("file"))
    path = as_text(listed.get("relativePath"))
    if not name and not path:
        return None
    stated = listed.get("count", listed.get("messages"))
    written = [path] if path else [f"{folder}/{name}", name]
    paths = tuple(one.replace("\\", "/") for one in written)
    return Entry(paths, stated if type(stated) is int else None)


def _found(entries: Sequence[Entry], source: Source) -> tuple[list[tuple[Entry, Source]], list[Problem]]:
    """Look for the chunks; none is opened that lies outside of the folder of the manifest."""
    chunks: list[tuple[Entry, Source]] = []
    problems: list[Problem] = []
    for entry in entries:
        inside = [path for path in entry.paths if is_inside(path)]
        found = next((one for path in inside if (one := source.beside(path)) is not None), None)
        if found is not None:
            chunks.append((entry, found))
        elif not inside:
            why = f"The chunk {entry.paths[0]} would lie outside of the folder of the manifest; it was not opened."
            problems.append(Problem(None, why))
        else:
            problems.append(
                Problem(None, f"The chunk {entry.paths[0]} is missing: {_stated(entry)} not here.")
            )
    return chunks, problems


def is_inside(path: str) -> bool:
    """Tell whether a relative path stays in its folder, on every system.

    Example:
        >>> is_inside("chunks/c000001.jsonl"), is_inside("../c.jsonl"), is_inside("C:/c.jsonl")
        (True, False, False)
    """
    parsed = PureWindowsPath(path)
    return not parsed.anchor and ".." not in parsed.parts and "\0" not in path


def _guessed(folder: str, source: Source) -> Iterator[Entry]:
    """Count up the names that chunks usually have, as long as there are such files."""
    if not is_inside(folder):
        return
    for number in count(1):
        path = f"{folder}/c{number:06}.jsonl"
        if source.beside(path) is None:
            return
        yield Entry((path,), None)


def _stated(entry: Entry) -> str:
    return "its messages are" if entry.stated is None else f"its {entry.stated} messages are"
