"""What an end of OneBot 11 gave: a log of its posts, line by line or as a list, and answers with the history of a chat.

Source:
    OneBot 11, events; recorded answers of `get_group_msg_history`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any, NamedTuple

import msgspec

from openqq_nb.errors import InvalidInput, NotUnderstood
from openqq_nb.messages import complete
from openqq_nb.models import Arrival, Recalled
from openqq_nb.protocols.onebot11 import arrivals
from openqq_nb.readers import glimpse
from openqq_nb.readers.base import Options, Part, Problem, Source
from openqq_nb.readers.document import PIECES, Document
from openqq_nb.readers.gathering import EMPTY, Gathered
from openqq_nb.readers.lines import lines
from openqq_nb.readers.objects import decoded, microseconds
from openqq_nb.readers.recoding import as_utf8

NAME = "OneBot 11 events (JSON lines or a list) or an answer with history"

_MARK = b"\xef\xbb\xbf"
_LIST = "data.messages"
_OF_HISTORY = frozenset({"retcode", f"{_LIST}.raw_message", f"{_LIST}.post_type"})
_MESSAGES = ("message", "message_sent")
_RECALL = b"_recall"
_COMMENT = b"#"
_MESSAGE_LIST = b'"messages"'
_BEGINNING_BYTES = 4096


class _Post(NamedTuple):
    """A piece of a file that may be a post.

    Attributes:
        body: as it was written, with what a message of the history leaves out.
        line: where it begins.
        end: how far into the file one has read.
        problem: what is wrong instead of a post.
    """

    body: bytes
    line: int | None
    end: int
    problem: Problem | None = None


@dataclass(slots=True)
class _Reading:
    """What is known while a file is read.

    Attributes:
        account: which the log belongs to, where its posts do not tell.
        recalls: when which message was taken back: by account, group and number.
        seen: the identities of what was read.
    """

    account: str | None
    recalls: dict[tuple[str | None, str | None, str], float | None] = field(default_factory=dict)
    seen: set[bytes] = field(default_factory=set)

    def is_new(self, arrival: Arrival) -> bool:
        identity = bytes.fromhex(arrival.fingerprint)
        if identity in self.seen:
            return False
        self.seen.add(identity)
        return True


def recognises(head: bytes, source: Source) -> bool:
    """Tell whether posts stand in it, or an answer with a list of messages."""
    found = glimpse.keys(head)
    if "post_type" in found or (_LIST in found and found & _OF_HISTORY):
        return True
    # A log that was begun anew each day may begin in the middle of a line.
    return any(_is_of_lines(record) for record in glimpse.records(head))


def parts(source: Source, options: Options) -> Iterator[Part]:
    """Read messages and events in the order of the file, each once; what was taken back is marked.

    Args:
        source: the file.
        options: `me` is the account, where the posts do not tell it.

    Raises:
        OSError: it cannot be read.
    """
    reading = _Reading(options.me)
    for post in _posts(source, reading):
        if _RECALL in post.body and (arrival := _read(post)) is not None and arrival.recalls is not None:
            _note(arrival.recalls, arrival.account, reading)
    gathered = Gathered()
    end = 0
    for post in _posts(source, reading):
        end = post.end
        _take(post, reading, gathered)
        if gathered.is_enough:
            yield gathered.part(end)
    if not end:
        gathered.tell(None, EMPTY)
    yield gathered.part(end)


def _posts(source: Source, reading: _Reading) -> Iterator[_Post]:
    head = source.head()
    start = head.removeprefix(_MARK).lstrip()
    with source.open() as stream:
        if start.startswith(b"["):
            yield from _of_list(Document(as_utf8(stream, head), "", PIECES, depth=0), reading)
        elif _LIST in glimpse.keys(head) and not _is_of_lines(start.split(b"\n", 1)[0]):
            yield from _of_list(Document(as_utf8(stream, head), "messages", PIECES, depth=2), reading)
        else:
            for line in lines(stream):
                if not line.whole:
                    problem = Problem(line.number, "The line is longer than any post")
                    yield _Post(b"", line.number, line.end, problem)
                elif line.body and not line.body.startswith(_COMMENT):
                    yield from _of_line(_Post(line.body, line.number, line.end), reading)


def _is_of_lines(record: bytes) -> bool:
    """Tell whether a line is a post or answer of its own; an object that is spread over lines is not."""
    found = glimpse.keys(record)
    return "post_type" in found or _LIST in found


def _of_list(document: Document[bytes], reading: _Reading) -> Iterator[_Post]:
    for batch in document.batches():
        for index, body in enumerate(batch.values):
            # The line is counted only where it is told.
            line = None if _is_post(body) else batch.line_of(index)
            yield _Post(_completed(body, reading), line, batch.bytes_read)
        for problem in batch.problems:
            yield _Post(b"", problem.line, batch.bytes_read, problem)


def _is_post(body: bytes) -> bool:
    return b'"post_type"' in body


def _of_line(post: _Post, reading: _Reading) -> Iterator[_Post]:
    """Give what stands in a line: a post, or the messages of an answer."""
    if _MESSAGE_LIST not in post.body or _LIST not in glimpse.keys(post.body[:_BEGINNING_BYTES]):
        yield post
        return
    try:
        found = msgspec.json.decode(post.body, type=_Answer)
    except (ValueError, RecursionError):
        yield from _of_damaged(post, reading)
        return
    for message in found.data.messages:
        yield _Post(_completed(bytes(message), reading), post.line, post.end)


def _of_damaged(post: _Post, reading: _Reading) -> Iterator[_Post]:
    """Give what of an answer on one line is whole, and what is not."""
    for one in _of_list(Document(BytesIO(post.body), "messages", PIECES, depth=2), reading):
        problem = one.problem and replace(one.problem, line=post.line)
        yield one._replace(line=post.line, end=post.end, problem=problem)


class _Messages(msgspec.Struct):
    messages: list[msgspec.Raw]


class _Answer(msgspec.Struct):
    data: _Messages


def _completed(body: bytes, reading: _Reading) -> bytes:
    """Add what a post has and a message of the history may not have."""
    if _is_post(body) or b'"raw_message"' not in body:
        return body
    try:
        found = decoded(body)
    except InvalidInput:
        return body  # it is told where it is read
    account = found.get("self_id", reading.account)
    own = account is not None and str(found.get("user_id")) == str(account)
    told: dict[str, Any] = {
        "self_id": account,
        "post_type": "message_sent" if own else "message",
        "message_type": "group" if found.get("group_id") else "private",
    }
    return msgspec.json.encode(told | found)


def _read(post: _Post) -> Arrival | None:
    try:
        found = arrivals.read(post.body)
    except NotUnderstood:
        return None
    # A message that does not say in what kind of chat it is becomes an event, which would hide it here.
    return None if found.kind == "event" and found.row.get("event") in _MESSAGES else found


def _note(recalled: Recalled, account: str | None, reading: _Reading) -> None:
    reading.recalls.setdefault((account, recalled.gnumber, recalled.msg_id), recalled.at_s)


def _take(post: _Post, reading: _Reading, gathered: Gathered) -> None:
    if post.problem is not None:
        gathered.problems.append(post.problem)
        return
    arrival = _read(post)
    if arrival is None:
        gathered.tell(post.line, _why_not(post.body), post.body)
    elif arrival.kind == "message" and reading.is_new(arrival):
        row = _message(arrival, reading)
        gathered.messages.append(row)
        if row["msg_time"] is None:
            gathered.tell(post.line, "The message has no time", post.body)
    elif arrival.kind == "event" and reading.is_new(arrival):
        gathered.events.append(_event(arrival))


def _why_not(body: bytes) -> str:
    try:
        decoded(body)
    except InvalidInput as error:
        return f"It was not understood: {error}"
    return "It is no post of OneBot 11: its post_type or message_type is missing or unknown"


def _message(arrival: Arrival, reading: _Reading) -> Mapping[str, Any]:
    row = complete({**arrival.extra, **arrival.row})
    place = row.get("gnumber") if row["type"] == "group_message" else None
    key = (arrival.account, None if place is None else str(place), str(row.get("msg_id")))
    if key in reading.recalls:
        # Only a notice without a time says no more than that.
        row["recalled_at"] = _micros(reading.recalls[key] or row.get("msg_time"))
    row["msg_time"] = _micros(row.get("msg_time"))
    return row


def _event(arrival: Arrival) -> Mapping[str, Any]:
    return {"received_at": microseconds(decoded(arrival.raw).get("time")), **arrival.row}


def _micros(seconds: object) -> int | None:
    return round(seconds * 1_000_000) if isinstance(seconds, int | float) else None
