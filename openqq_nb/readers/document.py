"""A list in a JSON file that is too long to be held; what stands around it is read as well."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

import msgspec

from openqq_nb.readers.base import Problem
from openqq_nb.readers.objects import decoded
from openqq_nb.readers.recoding import Stream
from openqq_nb.readers.splitting import Batch, Decoding, Elements, Mended, Window, shown
from openqq_nb.readers.structure import Structure

T = TypeVar("T")

FIRST_BLOCK_BYTES = 64 << 10
_HELD_BYTES = 16 << 20
_OVERLAP_BYTES = 4 << 10
_RESCUED_BYTES = 4 << 10
_LISTS = msgspec.json.Decoder(list[dict[str, Any]], float_hook=str)
_PIECES = msgspec.json.Decoder(list[msgspec.Raw])
# Where an object follows another one; within an object a comma stands between.
_SECOND = re.compile(rb"\}\s*(?=\{)")
_MEMBER = re.compile(r'"([^"\\]{1,64})"\s*:\s*"((?:[^"\\]|\\.)*)"')


def _many_pieces(body: bytes) -> list[bytes]:
    return [bytes(piece) for piece in _PIECES.decode(body)]


def _one_piece(body: bytes) -> Mended[bytes]:
    decoded(body)
    return Mended([body])


OBJECTS = Decoding(_LISTS.decode, lambda body: Mended([decoded(body)]))
"""Elements as dicts; numbers with a fraction become the text of their digits."""

PIECES = Decoding(_many_pieces, _one_piece)
"""Elements as the bytes that they were written with."""


class Document(Generic[T]):
    """One object, or a list alone, read once from its beginning to its end.

    Attributes:
        others: the members beside the list, as far as they were read.
        found: whether the list was found.
    """

    def __init__(self, stream: Stream, key: str, decoding: Decoding[T], depth: int = 1) -> None:
        """Take what is to be read.

        Args:
            stream: the file as UTF-8, at its beginning.
            key: the name of the list.
            decoding: how its elements are decoded.
            depth: in how many objects the list stands; 0 if the file itself is one, which has no name.
        """
        self.others: dict[str, Any] = {}
        self.found = False
        self._named = f"list `{key}`" if key else "list"
        self._window = Window(stream)
        self._decoding = decoding
        self._depth = depth
        self._opening = re.compile(
            (rb'"' + re.escape(key.encode()) + rb'"\s*:\s*' if depth else b"") + rb"\["
        )
        self._problems: list[Problem] = []

    def open(self) -> bytes:
        """Read up to the list; gives what of it is already in memory."""
        self.found = self._to_the_list(behind=False)
        if len(self._window.data) < FIRST_BLOCK_BYTES:
            self._window.more(FIRST_BLOCK_BYTES)
        return self._window.data

    def batches(self) -> Iterator[Batch[T]]:
        """Give the elements of the list, and after them what is wrong around it; at least one batch."""
        if not self.found:
            self.open()
        if not self.found:
            self._problem(f"There is no {self._named} in this file: {shown(self._window.data)}")
        listed = self.found
        while listed:
            elements = Elements(self._window, self._decoding)
            yield from elements.batches()
            if not elements.closed:
                self._problem(
                    "The file ends before its list of messages does: what was behind this is missing."
                )
                break
            listed = self._to_the_list(behind=True)
        yield Batch([], self._window.bytes_read, self._problems)

    def _to_the_list(self, behind: bool) -> bool:
        """Move the window behind the bracket that opens the list, or to the end of the file."""
        window, structure = self._window, Structure()
        structure.depth = self._depth if behind else 0
        opened, seen, whole = set[int](), 0, True
        while True:
            marks = structure.marks(window.data[seen:])
            opened.update((marks.of(b"[", self._depth + 1) + seen).tolist())
            found = list(self._opening.finditer(window.data))
            start = next((one for one in found if one.end() - 1 in opened), None)
            sane = structure.depth == 0 and not structure.inside
            far = window.ended or len(window.data) > _HELD_BYTES
            # What stands before it is damaged; a bracket without a name is no sign of the list.
            if start is None and found and self._depth and not sane and far:
                start = found[0]
            if start is not None:
                self._read_members(window.data[: start.start()], behind, whole, ends=False)
                window.drop(start.end())
                return True
            seen = len(window.data)
            if window.ended:
                if behind and not sane:
                    self._problem("The file ends before its outermost bracket is closed.")
                self._read_members(window.data, behind, whole, ends=sane)
                return False
            if seen > _HELD_BYTES:
                self._rescue(window.data)
                window.drop(seen - _OVERLAP_BYTES)
                opened, seen, whole = set(), _OVERLAP_BYTES, False
            window.more(FIRST_BLOCK_BYTES if not seen else _HELD_BYTES)

    def _read_members(self, gap: bytes, behind: bool, whole: bool, ends: bool) -> None:
        if not whole:
            self._rescue(gap)
            self._problem(f"Too much stands around the {self._named}: only objects in it were looked for.")
            return
        try:
            members = json.loads(self._closed(gap, behind, ends), strict=False)
        except (ValueError, RecursionError) as error:
            if behind and not ends and (second := _SECOND.search(gap)):
                self._tell_of_a_second(gap[: second.end()])
                return
            self._rescue(gap)
            why = getattr(error, "msg", type(error).__name__)
            self._problem(f"What stands around the {self._named} is damaged ({why}): {shown(gap)}")
            return
        if isinstance(members, dict):
            self.others |= members

    def _tell_of_a_second(self, rest_of_first: bytes) -> None:
        self._read_members(rest_of_first, behind=True, whole=True, ends=True)
        why = (
            "A second export begins here. Its messages are read as if they were of the chat of the first one, and may "
            "be there twice: give each export a file of its own."
        )
        self._problems.append(Problem(self._window.line + rest_of_first.count(b"\n"), why))

    def _closed(self, gap: bytes, behind: bool, ends: bool) -> str:
        """Write what stands around the list as a whole object."""
        text = gap.decode("utf-8", "replace").strip(" \t\r\n,\0")
        if not self._depth:
            return "{" + text + "}"
        opened = '{"":' * (self._depth - 1) + "{" if behind else ""
        return opened + text + ("" if ends else "}" * self._depth)

    def _rescue(self, gap: bytes) -> None:
        self.others = rescued(gap) | self.others

    def _problem(self, why: str) -> None:
        self._problems.append(Problem(self._window.line, why))


def rescued(gap: bytes) -> dict[str, Any]:
    """Take the objects out of damaged JSON that can still be read, by the names that they stand under."""
    text = gap.decode("utf-8", "replace")
    objects: dict[str, Any] = {}
    for found in re.finditer(r'"([A-Za-z]{1,64})"\s*:\s*(?=\{)', text):
        if found[1] in objects:
            continue
        try:
            objects[found[1]] = json.JSONDecoder(strict=False).raw_decode(text, found.end())[0]
        except (ValueError, RecursionError):
            objects[found[1]] = _stated(text[found.end() : found.end() + _RESCUED_BYTES])
    return objects


def _stated(text: str) -> Mapping[str, str]:
    """Read the texts that stand in a damaged object."""
    return dict(reversed(_MEMBER.findall(text.partition("}")[0])))
