"""Plain text as the message manager of PC QQ exports it: one chat, or all of them in one file."""

import re
from collections.abc import Iterator
from itertools import accumulate
from pathlib import PurePath

import pyarrow as pa

from openqq_nb.readers.base import Options, Part, Problem, Source
from openqq_nb.readers.decoding import (
    ENOUGH_CHARACTERS,
    ENOUGH_ROWS,
    Block,
    blocks,
    decoded_head,
    shown,
    whole,
)
from openqq_nb.readers.pcqq.doubts import doubts
from openqq_nb.readers.pcqq.headers import (
    BEFORE,
    START,
    Candidates,
    Clock,
    Judged,
    candidates,
    judged,
    of_24_hours,
)
from openqq_nb.readers.pcqq.sections import Section
from openqq_nb.readers.wallclock import Zone

NAME = "PC QQ text export"

ROWS = 50_000
"""How many rows a part has at most."""

_FIRST_LINE = "消息记录（此消息记录为文本格式"
_RULE = "=" * 64
_HEAD = re.compile(
    rf"\n{{2,3}}(?:\ufeff?{_FIRST_LINE}[^\n]*\n+)?"
    rf"={{64}}\n(?:消息分组:([^\n]*)\n={{64}}\n)?消息对象:([^\n]*)\n={{64}}(?=\n|\Z)"
)


def recognises(head: bytes, source: Source) -> bool:
    """Tell from the first bytes whether a source is in this format; never fails."""
    return decoded_head(head).removeprefix("\ufeff").lstrip().startswith(_FIRST_LINE)


def parts(source: Source, options: Options) -> Iterator[Part]:
    """Read a text export of PC QQ.

    Args:
        source: the file.
        options: the zone of its times, and whose it is.

    Returns:
        Its messages in the order of the file, in parts of at most 50,000 rows; what looks like a header and is
        none stands in the content of the message before, and in the problems.

    Raises:
        OSError: the bytes cannot be read.
    """
    reading = _Reading(source, options)
    for block in whole(blocks(source), BEFORE, START):
        yield from reading.take(block)
    yield from reading.finish()


class _Reading:
    """Goes through one file; the last message stays open, since what follows may belong to it."""

    def __init__(self, source: Source, options: Options) -> None:
        self._options, self._zone = options, Zone(options.zone)
        self._section = Section(PurePath(source.name).stem, None, options)
        self._nameless: Section | None = self._section
        self._begin()
        self._tables: list[pa.Table] = []
        self._problems: list[Problem] = []
        self._begun, self._any, self._bytes_read, self._held = False, False, 0, 0

    def take(self, block: Block) -> Iterator[Part]:
        self._problems += block.problems
        self._bytes_read = block.bytes_read
        text, line = block.text, block.line
        if not self._begun:
            # As if an empty line stood before the first one.
            self._begun, text, line = True, BEFORE + text, line - len(BEFORE)
        place = 0
        for head in _HEAD.finditer(text) if _RULE in text else ():
            self._read(text[place : head.start()], line + text.count("\n", 0, place))
            self._close()
            self._section = Section(head[2], head[1], self._options)
            self._begin()
            place = head.end()
        self._read(text[place:], line + text.count("\n", 0, place))
        self._held += len(text)
        if len(self._times) > ENOUGH_ROWS or self._held > ENOUGH_CHARACTERS:
            self._emit(keep=1)
            yield from self._parts()

    def finish(self) -> Iterator[Part]:
        self._tell_of_the_end()
        self._close()
        yield from self._parts()
        if not self._any:
            self._problems.append(Problem(None, "There is no message in the file."))
        if self._problems:
            yield self._part(Section("", None, self._options).table([], [], []))

    def _begin(self) -> None:
        self._last = Clock()
        self._times: list[int] = []
        self._writers: list[str] = []
        self._contents: list[str] = []

    def _close(self) -> None:
        self._emit(keep=0)

    def _read(self, text: str, line: int) -> None:
        """Read a text that lies within one chat, and begins before the line break of the line before it."""
        if not text.startswith(BEFORE) and text.startswith("\n"):
            text, line = "\n" + text, line - 1
        found = of_24_hours(candidates(text))
        known = judged(found, self._zone, self._last)
        if found.lead.strip("\n"):
            self._continue(found.lead, line, "stands before the first message")
        if _RULE in text:
            self._tell_of_rules(text, line)
        self._tell_of_doubts(text, found, line)
        if known.rejected or known.back:
            self._merge(found, known, line)
        else:
            self._times += known.times_s
            self._writers += found.writers
            self._contents += [one[1:] for one in found.bodies]
        if self._section is self._nameless and known.places:
            self._problems.append(
                Problem(line + 2, "No head names the chat of these messages; it is called after the file.")
            )
            self._nameless = None

    def _continue(self, text: str, line: int, why: str) -> None:
        """Add to the open message; if there is none, then tell."""
        if self._contents:
            self._contents[-1] += text
        else:
            self._problems.append(Problem(line + _blank(text), f"The text {why}.", shown(text.strip("\n"))))

    def _merge(self, found: Candidates, known: Judged, line: int) -> None:
        """Add messages to the open ones, and what looks like a header and is none to the message before it."""
        times = dict(zip(known.places, known.times_s, strict=True))
        lines = _lines_of(found, line)
        for place, body in enumerate(found.bodies):
            if place in known.back:
                self._problems.append(
                    Problem(
                        lines[place],
                        "The times go back here: a clock was set, or a piece of the file stands in it twice.",
                        shown(found.line(place)),
                    )
                )
            if place in times:
                self._times.append(times[place])
                self._writers.append(found.writers[place])
                self._contents.append(body[1:])
                continue
            self._reject(found.line(place) + body, lines[place], known.rejected[place])

    def _reject(self, text: str, line: int, why: str) -> None:
        fate = "it is kept in the text of the message before" if self._contents else "no message is before it"
        self._problems.append(Problem(line, f"The line looks like a header, but {why}; {fate}.", shown(text)))
        if self._contents:
            self._contents[-1] += BEFORE + text

    def _tell_of_doubts(self, text: str, found: Candidates, line: int) -> None:
        lines: list[int] = []
        for doubt in doubts(text, found):
            body = found.bodies[doubt.candidate]
            lines = lines or _lines_of(found, line)
            where = lines[doubt.candidate] + body.count("\n", 0, doubt.place)
            why = f"The line may be a damaged header, but {doubt.why}; it is kept as text."
            self._problems.append(Problem(where, why, shown(body[doubt.place :])))

    def _tell_of_rules(self, text: str, line: int) -> None:
        place = text.find(f"\n{_RULE}\n")
        if place >= 0:
            where = line + text.count("\n", 0, place + 1)
            why = "A rule of 64 = stands in a text: a head of a chat may be damaged here."
            self._problems.append(Problem(where, why, shown(text[place + 1 :])))

    def _tell_of_the_end(self) -> None:
        if not self._contents:
            return
        written = self._contents[-1]
        self._contents[-1] = text = _without_the_end(written)
        lacking = "message has no text" if not text else "" if written.endswith("\n") else "line has no end"
        if lacking:
            body = shown(text) or self._writers[-1]
            self._problems.append(Problem(None, f"The last {lacking}: the file may have been cut.", body))

    def _emit(self, keep: int) -> None:
        """Make rows of all messages but the last ones, which may go on."""
        upto, self._held = max(len(self._times) - keep, 0), 0
        if upto:
            self._tables.append(
                self._section.table(self._times[:upto], self._writers[:upto], self._contents[:upto])
            )
            del self._times[:upto], self._writers[:upto], self._contents[:upto]

    def _parts(self) -> Iterator[Part]:
        if not self._tables:
            return
        rows = pa.concat_tables(self._tables)
        for start in range(0, rows.num_rows, ROWS):
            yield self._part(rows.slice(start, ROWS))
        self._tables = []

    def _part(self, rows: pa.Table) -> Part:
        problems, self._problems, self._any = self._problems, [], self._any or rows.num_rows > 0
        return Part(rows, self._bytes_read, problems)


def _without_the_end(text: str) -> str:
    """Take off the end of the last line of a file, and the empty line that some have after it."""
    return text.removesuffix("\n").removesuffix("\n")


def _blank(text: str) -> int:
    return len(text) - len(text.lstrip("\n"))


def _lines_of(found: Candidates, line: int) -> list[int]:
    lengths = (len(BEFORE) + body.count("\n") for body in found.bodies)
    return list(accumulate(lengths, initial=line + len(BEFORE) + found.lead.count("\n")))
