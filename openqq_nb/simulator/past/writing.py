"""Writes a group's past as qq-chat-exporter 6 writes a group: header objects compact, one message a line."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from openqq_nb.simulator.past.cast import Cast
from openqq_nb.simulator.past.records import EVERYBODY, Piece, Quote, Said
from openqq_nb.simulator.past.truth import Truth

VERSION = "6.2.7"
MANY = 2_000
"""How many lines are handed to the file at once."""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
Element = dict[str, Any]
_TYPES = {
    "reply": "reply",
    "voice": "audio",
    "video": "video",
    "file": "file",
    "forward": "forward",
    "share": "json",
    "system": "system",
    "recall": "system",
}
"""What a message is called; pictures and faces are `text`."""
_WRITTEN = {
    "image": "[图片:{text}]",
    "voice": "[语音:{seconds}秒]",
    "video": "[视频:{text}]",
    "forward": "[转发消息: {lines}条]",
    "card": "[JSON消息]",
    "sticker": "[{text}]",
}
"""How a piece stands in `content.text`; others as plain text."""


def write_export(path: Path, cast: Cast, truth: Truth, messages: Iterable[Said]) -> None:
    """Write an export, as a stream.

    Args:
        path: Where to.
        cast: The people.
        truth: What is true of the past.
        messages: All of it.
    """
    writer = _Writer(cast)
    with path.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
        file.write("{\n")
        for name, part in _header(cast, truth).items():
            file.write(f'  "{name}":{_encode(part)},\n')
        file.write('  "messages":[')
        separator, lines = "\n", list[str]()
        for said in messages:
            lines.append(f"{separator}    {_encode(writer.message(said))}")
            separator = ",\n"
            if len(lines) == MANY:
                file.write("".join(lines))
                lines.clear()
        file.write("".join(lines))
        file.write("\n  ]\n}\n")


def _header(cast: Cast, truth: Truth) -> dict[str, object]:
    number = str(cast.group.number)
    return {
        "metadata": {
            "name": "QQChatExporter",
            "copyright": "https://example.invalid/qq-chat-exporter",
            "version": VERSION,
        },
        "chatInfo": {
            "name": cast.group.name,
            "type": "group",
            "selfUid": _uid(cast.me),
            "selfUin": cast.me,
            "selfName": cast.my_name,
            "peerUid": number,
            "peerUin": number,
            "participantCount": sum(count > 0 for count in truth.counts.values()),
        },
        "statistics": _statistics(truth),
    }


def _statistics(truth: Truth) -> dict[str, object]:
    names = {one.qq: one.card or one.nick for one in truth.people} | {"": "系统消息"}
    first, last = truth.span
    return {
        "totalMessages": truth.lines,
        "timeRange": {
            "start": _moment(first),
            "end": _moment(last),
            "durationDays": (last - first) // 86_400 + 1,
        },
        "messageTypes": {},
        "senders": [
            {
                "uid": "",
                "name": names[qq],
                "messageCount": count,
                "percentage": round(100 * count / truth.lines, 2),
            }
            for qq, count in truth.shown.items()
        ],
        "resources": {"total": 0, "byType": {}, "totalSize": 0},
    }


def _uid(qq: str) -> str:
    return f"u_invented_{qq}"


@lru_cache(maxsize=1024)
def _minute(minute: int) -> str:
    return datetime.fromtimestamp(60 * minute, UTC).strftime("%Y-%m-%dT%H:%M:")


def _moment(at: int) -> str:
    return f"{_minute(at // 60)}{at % 60:02}.000Z"


class _Writer:
    """Writes messages one after the other."""

    def __init__(self, cast: Cast) -> None:
        self._titles = {one.qq: one.title for one in cast.players}
        self._senders: dict[tuple[str, str, str], dict[str, str]] = {}

    def message(self, said: Said) -> dict[str, object]:
        pieces = said.pieces
        elements = [_ELEMENTS[piece.kind](piece, said) for piece in pieces]
        text = "".join(_written(piece) for piece in pieces)
        if said.quote:
            elements.insert(0, _reply(said.quote))
            text = f"[回复消息]{text}"
        return {
            "id": said.msg_id,
            "seq": str(said.seq),
            "timestamp": said.at * 1000,
            "time": _moment(said.at),
            "sender": self._sender(said),
            "type": _TYPES.get(said.kind, "text"),
            "content": {
                "text": text,
                "elements": elements,
                "resources": _resources(elements),
                "mentions": [_mentioned(piece) for piece in pieces if piece.kind == "mention"],
            },
            "recalled": said.recalled,
            "system": said.system,
        }

    def _sender(self, said: Said) -> dict[str, str]:
        key = (said.qq, said.nick, said.card)
        found = self._senders.get(key)
        if found is None:
            found = self._senders[key] = self._new_sender(said)
        return found

    def _new_sender(self, said: Said) -> dict[str, str]:
        if not said.qq:
            return {"uid": "未知", "name": "系统消息"}
        sender = {"uid": _uid(said.qq), "uin": said.qq, "name": said.name, "nickname": said.nick}
        if said.card:
            sender["groupCard"] = said.card
        if self._titles[said.qq]:
            sender["title"] = self._titles[said.qq]
        return sender


def _written(piece: Piece) -> str:
    """Write a piece into `content.text`."""
    pattern = _WRITTEN.get(piece.kind)
    if pattern is None:
        return piece.plain
    return pattern.format(text=piece.text, seconds=piece.seconds, lines=len(piece.text.splitlines()))


def _mentioned(piece: Piece) -> dict[str, str]:
    if piece.number == EVERYBODY:
        return {"uid": "all", "name": piece.text, "type": "all"}
    return {"uid": _uid(piece.number), "name": piece.text, "type": "user"}


def _reply(quote: Quote) -> Element:
    return _element(
        "reply",
        messageId=quote.msg_id,
        referencedMessageId=quote.msg_id,
        senderUin=quote.qq,
        senderName=quote.name,
        content=quote.text,
        timestamp=quote.at,
    )


def _element(kind: str, **data: object) -> Element:
    return {"type": kind, "data": data}


def _image(piece: Piece, _said: Said) -> Element:
    name = piece.text
    return _element(
        "image",
        filename=name,
        size=20_480,
        url="/download?appid=1407&fileid=invented",
        width=800,
        height=600,
        md5=name.partition(".")[0].lower(),
        subType="photo",
    )


def _mention(piece: Piece, _said: Said) -> Element:
    if piece.number == EVERYBODY:
        return _element("at", uid="all", uin="0", name=piece.text, atType=1)
    return _element("at", uid=_uid(piece.number), uin=piece.number, name=piece.text, atType=2)


def _note(piece: Piece, said: Said) -> Element:
    kind = 1 if said.kind == "recall" else 12
    return _element("system", subType=kind, text=piece.text, summary=piece.text, items=[], originalData={})


def _forward(piece: Piece, said: Said) -> Element:
    preview = [f"{said.name}: {text}" for text in piece.text.splitlines()]
    return _element(
        "forward",
        title="群聊的聊天记录",
        resId="resid-invented",
        summary=f"查看{len(preview)}条转发消息",
        preview=preview,
        messageCount=len(preview),
        messages=[],
    )


def _card(piece: Piece, _said: Said) -> Element:
    content = json.dumps({"app": "com.tencent.structmsg", "prompt": piece.text}, ensure_ascii=False)
    return _element(
        "json",
        content=content,
        title=piece.text,
        description=None,
        url=None,
        preview=None,
        appName=None,
        summary=piece.text,
    )


def _sticker(piece: Piece, _said: Said) -> Element:
    return _element(
        "market_face", name=piece.text, tabName="", key="k", emojiId="ab12", emojiPackageId=1, url=""
    )


_ELEMENTS: dict[str, Callable[[Piece, Said], Element]] = {
    "text": lambda piece, _said: _element("text", text=piece.text),
    "mention": _mention,
    "face": lambda piece, _said: _element("face", id=piece.number, name=piece.text, faceType=1, sourceType=1),
    "sticker": _sticker,
    "image": _image,
    "voice": lambda piece, _said: _element("audio", filename=piece.text, size=4_096, duration=piece.seconds),
    "video": lambda piece, _said: _element(
        "video", filename=piece.text, size=102_400, duration=piece.seconds, thumbSize=0
    ),
    "file": lambda piece, _said: _element("file", filename=piece.text, size=4_096),
    "forward": _forward,
    "card": _card,
    "note": _note,
}
_KEPT = {
    "image": ("filename", "size", "url"),
    "audio": ("filename", "size", "duration"),
    "video": ("filename", "size"),
    "file": ("filename", "size"),
}
"""What a resource repeats of its element."""


def _resources(elements: list[Element]) -> list[Element]:
    return [
        {"type": one["type"], **{key: one["data"][key] for key in _KEPT[one["type"]]}}
        for one in elements
        if one["type"] in _KEPT
    ]
