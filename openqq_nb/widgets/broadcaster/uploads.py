"""Lists that are uploaded: read, put among the recipients, and shown with the lines that could not be used."""

import base64
import binascii
import weakref
from dataclasses import dataclass

from openqq_nb.errors import InvalidInput
from openqq_nb.languages import Words
from openqq_nb.widgets.broadcaster import lists
from openqq_nb.widgets.broadcaster.draft import Draft, Source
from openqq_nb.widgets.broadcaster.words import UPLOAD
from openqq_nb.widgets.composer.addressee import shortened
from openqq_nb.widgets.parts import View
from openqq_nb.widgets.problems import described

SHOWN = 20

_MEGABYTE = 1024 * 1024

_words = Words(UPLOAD)


@dataclass(frozen=True, slots=True)
class File:
    """A file that was uploaded: its name, and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Read:
    """What came of reading a file.

    Attributes:
        file: the file.
        listed: what it says; `None` where it could not be read.
        problem: why not, as `described` has it.
        numbers: what numbers without a heading were taken for, `qq` or `gnumber`.
    """

    file: File
    listed: lists.Listed | None
    problem: View | None
    numbers: str = "qq"


class Uploads:
    """The lists of a draft; the caller holds the lock of its part, but not while `read` or `read_as` works.

    Args:
        draft: what is prepared.
    """

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._busy = False
        self._problem: View | None = None
        self._starts: weakref.WeakKeyDictionary[Source, int] = weakref.WeakKeyDictionary()
        # Only of lists that can be read in two ways.
        self._files: weakref.WeakKeyDictionary[Source, File] = weakref.WeakKeyDictionary()

    def view(self) -> View:
        """Tell how the last upload went, and what can be uploaded."""
        return {
            "busy": self._busy,
            "most_bytes": lists.MOST_BYTES,
            "accept": ",".join(lists.SUFFIXES),
            "problem": self._problem,
        }

    def begin(self) -> bool:
        """Begin to read one, unless another one is being read."""
        if self._busy:
            return False
        self._busy, self._problem = True, None
        return True

    def begin_anew(self, source: Source, numbers: str) -> File | None:
        """Begin to read a list without a heading anew; `None`, and nothing begins, for any other."""
        file = self._files.get(source)
        return file if file is not None and source.numbers != numbers and self.begin() else None

    def read(self, name: str, data: object) -> Read:
        """Read a file that came as base64; takes as long as that takes."""
        try:
            file = File(name, _bytes(name, data))
        except Exception as error:  # noqa: BLE001 - shown where the person looks, who uploaded it
            return Read(File(name, b""), None, described(error))
        return self.read_as(file, "qq")

    def read_as(self, file: File, numbers: str) -> Read:
        """Read a file whose numbers, without a heading, are of people or groups; takes as long as that takes."""
        try:
            return Read(file, lists.read(file.name, file.data, numbers), None, numbers)
        except Exception as error:  # noqa: BLE001 - shown where the person looks, who uploaded it
            return Read(file, None, described(error), numbers)

    def put(self, read: Read, old: Source | None = None) -> None:
        """Put what was read among the recipients, or tell why it cannot be.

        Args:
            read: what was read.
            old: what it takes the place of; if that is gone meanwhile, nothing is put.
        """
        self._busy, self._problem = False, read.problem
        if read.listed is None or (old is not None and self._draft.source(old.number) is None):
            return
        try:
            new = self._add(read.file, read.listed, read.numbers)
        except InvalidInput as error:
            self._problem = described(error)
        else:
            if old is not None:
                self._draft.replace(old, new)

    def turn(self, source: Source, start: int) -> None:
        """Show the bad lines of a list from another one on."""
        self._starts[source] = max(0, min(int(start), len(source.bad) - 1))

    def bad_lines(self, source: Source) -> View | None:
        """Tell some of the lines of a list that could not be used; `None` where all could."""
        if not source.bad:
            return None
        start = self._starts.get(source, 0)
        lines = [
            {"line": one.line, "text": one.text, "why": one.why} for one in source.bad[start : start + SHOWN]
        ]
        return {"total": len(source.bad), "start": start, "lines": lines}

    def _add(self, file: File, listed: lists.Listed, numbers: str) -> Source:
        heading = shortened(", ".join(listed.heading))
        notes = [
            _words("b_read_as_encoding", encoding=listed.encoding),
            _words("b_read_heading", names=heading) if heading else _words("b_read_without_heading"),
        ]
        bare = None if heading else numbers
        source = self._draft.add(shortened(file.name), listed.frame, notes, bare, listed.bad)
        if bare:
            self._files[source] = file
        return source


def _bytes(name: str, data: object) -> bytes:
    if not isinstance(data, str):
        raise InvalidInput(_words("b_upload_unreadable", name=shortened(name)))
    # Four signs stand for three bytes.
    if len(data) > 4 * (lists.MOST_BYTES // 3 + 2):
        most = lists.MOST_BYTES // _MEGABYTE
        raise InvalidInput(_words("b_upload_large", name=shortened(name), most=most))
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(_words("b_upload_unreadable", name=shortened(name))) from error
