"""The plain text of qq-chat-exporter: blocks of a name, a time and a content; it knows no numbers."""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import accumulate
from operator import add
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
from openqq_nb.readers.tables import Place, chat_key, table
from openqq_nb.readers.wallclock import Zone, clock_s, day_s

NAME = "QQ Chat Exporter TXT"

ROWS = 50_000
"""How many rows a part has at most."""

_FIRST_LINE = "[QQChatExporter V"
_BEFORE = "\n\n\n"
_START = re.compile(r"\n\n\n[^\n]*:\n时间: ")
_SPLIT = re.compile(
    r"\n\n\n([^\n]*):\n时间: ([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}) ([0-9]{1,2}:[0-9]{2}:[0-9]{2})(?=\n|\Z)"
)
_GROUPS = 4
_END = re.compile(r"\n\n?={47}\n *导出完成\n={47}\n总计导出 ([0-9]{1,15}) 条消息(?:\n导出时间: [^\n]*)?\s*\Z")
_CHAT = re.compile(r"^聊天名称: (.*)$", re.MULTILINE)
_TYPE = re.compile(r"^聊天类型: (.*)$", re.MULTILINE)
_TITLE = re.compile(r"\[[^\[\]]{1,30}\] (?=.)")
_SYSTEM = "系统消息"
_RECALL = "撤回了一条消息"
_QUOTE = "[回复消息]"
_CONTENT = "\n内容: "
# What follows a content, in this order; a person may have typed such lines, so each must fit the content.
_QUOTED = re.compile(r"\n回复: [^\n]* - .*\Z", re.DOTALL)
_MENTIONED = re.compile(r"\n提及: [^\n]*\Z")
_RESOURCES = re.compile(r"\n资源: ([0-9]{1,6}) 个文件((?:\n  - [a-z]+: [^\n]*)+)\Z")
_RESOURCE = re.compile(r"\n  - ([a-z]+): ([^\n]*)")
_LENGTH = re.compile(r"\[语音:[^\[\]\n]{0,20}\]")
_ALONE = {
    "[JSON消息]": ("[卡片]", "share"),
    "[卡片消息]": ("[卡片]", "share"),
    "[合并转发]": ("[合并转发]", "forward"),
}
_FORWARD = re.compile(r"\[(?:转发消息|合并转发): ?[^\[\]\n]*\]")
_PLACES: dict[str, Place] = {"群聊": "group", "私聊": "friend", "临时会话": "session"}
_TYPES: dict[Place, str] = {"group": "group_message", "friend": "message", "session": "sess_message"}
_SECOND_US = 1_000_000


def recognises(head: bytes, source: Source) -> bool:
    """Tell from the first bytes whether a source is in this format; never fails."""
    return decoded_head(head).removeprefix("\ufeff").lstrip().startswith(_FIRST_LINE)


def parts(source: Source, options: Options) -> Iterator[Part]:
    """Read a text export of qq-chat-exporter.

    Args:
        source: the file.
        options: the zone of its times, which is that of the machine that exported; the name of the account.

    Returns:
        Its messages in the order of the file, in parts of at most 50,000 rows.

    Raises:
        OSError: the bytes cannot be read.
    """
    reading = _Reading(source, options)
    for block in whole(blocks(source), _BEFORE, _START):
        yield from reading.take(block)
    yield from reading.finish()


@dataclass(frozen=True, slots=True)
class _Chat:
    """What the head of a file tells."""

    name: str
    place: Place
    me: str | None = None

    def table(self, times: Sequence[int], names: Sequence[str], texts: Sequence["_Text"]) -> pa.Table:
        rows = len(times)
        writers = {one: self._writer(one) for one in set(names)}
        kinds = [_kind(writers[name], text) for name, text in zip(names, texts, strict=True)]
        return table(
            {
                "msg_time": [one * _SECOND_US for one in times],
                "type": [_TYPES[self.place]] * rows,
                "chat": [self.name] * rows,
                "sender": [writers[one] for one in names],
                "content": [one.content or None for one in texts],
                "kind": kinds,
                "own": [self._is_own(writers[one]) for one in names],
                "sender_qq": [None] * rows,
                "group": [self.name if self.place == "group" else None] * rows,
                "chat_key": [chat_key(self.place, self.name)] * rows,
            }
        )

    def _writer(self, name: str) -> str | None:
        if name == _SYSTEM:
            return None
        return _TITLE.sub("", name, count=1) if self.place == "group" and _TITLE.match(name) else name

    def _is_own(self, writer: str | None) -> bool | None:
        if writer is None or (self.place != "group" and writer == self.name):
            return False
        return writer == self.me if self.me else None

    def with_me(self, given: str | None, names: Sequence[str]) -> "_Chat":
        """Find the own name among the first ones: as it was given, else the one beside the friend's."""
        writers = {self._writer(one) for one in names} - {None}
        if given in writers:
            return replace(self, me=given)
        others = writers - {self.name}
        return replace(self, me=others.pop() if len(others) == 1 and self._is_a_talk_with(writers) else None)

    def _is_a_talk_with(self, writers: Set[str | None]) -> bool:
        return self.place != "group" and self.name in writers


@dataclass(frozen=True, slots=True)
class _Text:
    """A content and its kind, as far as the text tells."""

    content: str
    kind: str


class _Reading:
    """Goes through one file; the last message stays open, since what follows may belong to it."""

    def __init__(self, source: Source, options: Options) -> None:
        self._options, self._zone = options, Zone(options.zone)
        self._chat = _Chat(PurePath(source.name).stem, "group")
        self._times: list[int] = []
        self._names: list[str] = []
        self._bodies: list[str] = []
        self._problems: list[Problem] = []
        self._begun, self._rows, self._bytes_read, self._held = False, 0, 0, 0

    def take(self, block: Block) -> Iterator[Part]:
        self._problems += block.problems
        self._bytes_read = block.bytes_read
        text, line = block.text, block.line
        if not self._begun:
            self._begun, text, line = True, _BEFORE + text, line - len(_BEFORE)
        self._read(text, line)
        self._held += len(text)
        if len(self._times) > ENOUGH_ROWS or self._held > ENOUGH_CHARACTERS:
            yield from self._emit(keep=1)

    def finish(self) -> Iterator[Part]:
        stated = self._cut_the_end()
        yield from self._emit(keep=0)
        if stated is None:
            self._problems.append(
                Problem(None, "The file has no end: it was cut, or is still being written.")
            )
        elif stated != self._rows:
            why = f"The file says that it has {stated} messages, but {self._rows} were found."
            self._problems.append(Problem(None, why))
        if self._problems:
            yield self._part(self._chat.table([], [], []))

    def _read(self, text: str, line: int) -> None:
        lead, *found = _SPLIT.split(text)
        names, days, clocks, bodies = (found[place::_GROUPS] for place in range(_GROUPS))
        if lead.strip("\n"):
            self._lead(lead, line)
        local = list(map(add, map(day_s, days), map(clock_s, clocks)))
        lines = None
        for place, time in enumerate(local):
            if time < 0:
                lines = lines or _lines_of(lead, bodies, line)
                written = f"{names[place]}:\n时间: {days[place]} {clocks[place]}{bodies[place]}"
                self._reject(written, lines[place])
            else:
                self._times.append(time)
                self._names.append(names[place])
                self._bodies.append(bodies[place])

    def _lead(self, text: str, line: int) -> None:
        if self._bodies:
            self._bodies[-1] += text
        elif _FIRST_LINE in text:
            name, kind = _CHAT.search(text), _TYPE.search(text)
            place = _PLACES.get(kind[1].strip(), "group") if kind else "group"
            self._chat = _Chat(name[1] if name else self._chat.name, place)
        else:
            start = line + len(text) - len(text.lstrip("\n"))
            self._problems.append(
                Problem(start, "The text stands before the first message.", shown(text.strip("\n")))
            )

    def _reject(self, text: str, line: int) -> None:
        fate = "it is kept in the text of the message before" if self._bodies else "no message is before it"
        why = f"A message has a time that does not exist; {fate}."
        self._problems.append(Problem(line, why, shown(text)))
        if self._bodies:
            self._bodies[-1] += _BEFORE + text

    def _cut_the_end(self) -> int | None:
        end = _END.search(self._bodies[-1]) if self._bodies else None
        if end is None:
            return None
        self._bodies[-1] = self._bodies[-1][: end.start()]
        return int(end[1])

    def _emit(self, keep: int) -> Iterator[Part]:
        upto, self._held = max(len(self._times) - keep, 0), 0
        if upto and not self._rows:
            self._chat = self._chat.with_me(self._options.me, self._names)
        for start in range(0, upto, ROWS):
            end = min(start + ROWS, upto)
            texts = [_text(one) for one in self._bodies[start:end]]
            times = self._zone.first_utc(self._times[start:end])
            yield self._part(self._chat.table(times, self._names[start:end], texts))
        del self._times[:upto], self._names[:upto], self._bodies[:upto]

    def _part(self, rows: pa.Table) -> Part:
        problems, self._problems, self._rows = self._problems, [], self._rows + rows.num_rows
        return Part(rows, self._bytes_read, problems)


def _text(body: str) -> _Text:
    """Read what follows the time of a message."""
    if not body.startswith(_CONTENT):
        return _Text(body.strip("\n"), "other" if not body.strip("\n") else "text")
    text = body.removeprefix(_CONTENT)
    if text.count("\n") == 0 and "[" not in text:
        return _Text(text, "text")
    text, is_reply = _without_quote(text)
    if "@" in text and (mentioned := _MENTIONED.search(text)):
        text = text[: mentioned.start()]
    resources = _RESOURCES.search(text)
    if resources and resources[2].count("\n") == int(resources[1]):
        text = text[: resources.start()]
        return _with_resources(text, _RESOURCE.findall(resources[2]), is_reply)
    if is_reply:
        return _Text(text, "reply")
    if _FORWARD.fullmatch(text):
        return _Text("[合并转发]", "forward")
    return _Text(*_ALONE.get(text, (text, "text")))


def _without_quote(text: str) -> tuple[str, bool]:
    if not text.startswith(_QUOTE) or (quoted := _QUOTED.search(text)) is None:
        return text, False
    return text[len(_QUOTE) : quoted.start()], True


def _with_resources(text: str, resources: list[tuple[str, str]], is_reply: bool) -> _Text:
    """Replace what stands for the resources, and nothing that merely looks like it."""
    kinds = []
    for kind, name in resources:
        if kind == "image":
            text = text.replace(f"[图片:{name}]", "[图片]", 1).replace(f"[图片: {name}]", "[图片]", 1)
        elif kind == "video":
            text = text.replace(f"[视频:{name}]", "[视频]", 1).replace(f"[视频: {name}]", "[视频]", 1)
        elif kind == "audio":
            text = _LENGTH.sub("[语音]", text, count=1)
        kinds.append("voice" if kind == "audio" else kind)
    known = [one for one in kinds if one in ("image", "video", "voice", "file")]
    return _Text(text, "reply" if is_reply else known[0] if known else "text")


def _kind(writer: str | None, text: _Text) -> str:
    if writer is None:
        return "recall" if _RECALL in text.content else "system"
    return "recall" if text.content == f"{writer} {_RECALL}" else text.kind


def _lines_of(lead: str, bodies: Sequence[str], line: int) -> list[int]:
    lengths = (len(_BEFORE) + 1 + body.count("\n") for body in bodies)
    return list(accumulate(lengths, initial=line + len(_BEFORE) + lead.count("\n")))
