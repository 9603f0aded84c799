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
class _File:
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Read:
    """What came of reading a file.

    Attributes:
        file: the file.
        listed: what it says; `None` where it could not be read.
        problem: why not, as `described` has it.
    """

    file: _File
    listed: lists.Listed | None
    problem: View | None


class Uploads:
    """The lists of a draft; the caller holds the lock of its part, but not while `read` works.

    Args:
        draft: what is prepared.
    """

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._busy = False
        self._problem: View | None = None
        self._starts: weakref.WeakKeyDictionary[Source, int] = weakref.WeakKeyDictionary()
        # Only of lists that can be read in two ways.
        self._files: weakref.WeakKeyDictionary[Source, _File] = weakref.WeakKeyDictionary()

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

    def read(self, name: str, data: object) -> Read:
        """Read a file that came as base64; takes as long as that takes."""
        file = _File(name, b"")
        try:
            file = _File(name, _bytes(name, data))
            return Read(file, lists.read(name, file.data), None)
        except Exception as error:  # noqa: BLE001 - shown where the person looks, who uploaded it
            return Read(file, None, described(error))

    def put(self, read: Read) -> None:
        """Put what was read among the recipients, or tell why it cannot be."""
        self._busy, self._problem = False, read.problem
        if read.listed is not None:
            try:
                self._add(read.file, read.listed, "qq")
            except InvalidInput as error:
                self._problem = described(error)

    def read_as(self, source: Source, numbers: str) -> None:
        """Read a list without a heading anew; any other stays as it is.

        Raises:
            InvalidInput: none of the lines can be used then; nothing is changed.
        """
        file = self._files.get(source)
        if file is not None and source.numbers != numbers:
            again = self._add(file, lists.read(file.name, file.data, numbers), numbers)
            self._draft.replace(source, again)

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

    def _add(self, file: _File, listed: lists.Listed, numbers: str) -> Source:
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
