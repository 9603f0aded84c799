"""Which of its layouts an export of qq-chat-exporter is in, told from its first bytes, or a little more."""

import io
import re
from typing import Literal

import msgspec

from openqq_nb.readers.base import HEAD_BYTES, Source
from openqq_nb.readers.document import Document
from openqq_nb.readers.recoding import as_utf8
from openqq_nb.readers.splitting import Decoding, Mended
from openqq_nb.readers.structure import Structure

Layout = Literal["single", "early", "manifest", "chunk"]

_BLANK = b" \t\r\n"
_CHUNKED = b'"chunked-jsonl"'
_OTHERS = (b'"chatlab"', b'"post_type"')
_OURS = {b"sender", b"content", b"timestamp"}
_KEY = re.compile(rb'"([^"\\]*)"\s*$')
_KEY_BYTES, _MOST_KEYS = 64, 64
_OF_EARLY = re.compile(rb'"(?:isSystemMessage|isRecalled|messageSeq)"\s*:')
_OF_LATER = re.compile(rb'"(?:system|recalled|seq|elements)"\s*:')
_NO_LIST = re.compile(rb'"messages"\s*:\s*\[')


class Passed(msgspec.Struct, gc=False):
    """An element that is passed over."""


def passing() -> Decoding[Passed]:
    """Tell how elements are decoded of which nothing is wanted."""
    return Decoding(msgspec.json.Decoder(list[Passed]).decode, lambda _: Mended([]))


def layout(head: bytes, source: Source) -> Layout | None:
    """Tell the layout of a source; `None` if it is no export of qq-chat-exporter.

    Args:
        head: its first bytes.
        source: read on only if these are not enough.
    """
    beginning = _utf8(head)
    if not beginning.startswith(b"{") or any(mark in beginning[:HEAD_BYTES] for mark in _OTHERS):
        return None
    first = beginning.partition(b"\n")[0]
    if b'"chatInfo"' not in beginning and _is_message(first):
        return "chunk"
    if _CHUNKED in beginning and b'"chatInfo"' in beginning:
        return "manifest"
    opening = _NO_LIST.search(beginning)
    if opening is None and b'"chatInfo"' in beginning:
        return _of_long_header(head, source)
    if opening and (b'"chatInfo"' in beginning or _is_message(beginning[opening.end() :])):
        return _of_messages(beginning[opening.end() :])
    return None


def _of_long_header(head: bytes, source: Source) -> Layout | None:
    with source.open() as stream:
        document = Document(as_utf8(stream, head), "messages", passing())
        messages = document.open()
    if document.found:
        return _of_messages(messages)
    chunked = document.others.get("chunked")
    return "manifest" if isinstance(chunked, dict) else None


def _of_messages(messages: bytes) -> Layout:
    early, later = len(_OF_EARLY.findall(messages)), len(_OF_LATER.findall(messages))
    return "early" if early > later else "single"


def _is_message(written: bytes) -> bool:
    """Tell whether an object that begins here has the members of a message."""
    start = written.find(b"{")
    if start < 0:
        return False
    colons = Structure().marks(written[start:]).of(b":", 1)
    keys = (
        _KEY.search(written, max(0, start + colon - _KEY_BYTES), start + colon)
        for colon in colons[:_MOST_KEYS].tolist()
    )
    return {found[1] for found in keys if found} >= _OURS


def _utf8(head: bytes) -> bytes:
    return as_utf8(io.BytesIO(head), head).read(len(head)).lstrip(_BLANK)
