"""CQ codes: a message as one text."""

import json
import re
from collections.abc import Iterable
from typing import Any

from openqq_nb.simulator.onebot11.ends import End

Segment = dict[str, Any]
_CODE = re.compile(r"\[CQ:([A-Za-z0-9_.-]+)((?:,[^,\]]*)*)\]")


def text(words: str) -> Segment:
    """Make a segment of plain words."""
    return {"type": "text", "data": {"text": words}}


def parse(message: str) -> list[Segment]:
    """Read a message; a `[CQ:` without a proper end is text."""
    parts: list[Segment] = []
    at = 0
    for code in _CODE.finditer(message):
        parts += _words(message[at : code.start()])
        pairs = [pair.partition("=") for pair in code[2].split(",") if pair]
        parts.append({"type": code[1], "data": {key: _unescape(value) for key, _, value in pairs}})
        at = code.end()
    return parts + _words(message[at:])


def _words(part: str) -> list[Segment]:
    return [text(_unescape(part))] if part else []


def _unescape(part: str) -> str:
    for code, char in (("&#44;", ","), ("&#91;", "["), ("&#93;", "]"), ("&amp;", "&")):
        part = part.replace(code, char)
    return part


def _escape(part: str) -> str:
    return part.replace("&", "&amp;").replace("[", "&#91;").replace("]", "&#93;")


def write(segments: Iterable[Segment], end: End) -> str:
    """Write a message as one text."""
    return "".join(_write(one, end) for one in segments)


def _write(segment: Segment, end: End) -> str:
    if segment["type"] == "text":
        return _escape(str(segment["data"]["text"]))
    keys = end.cq_keys.get(segment["type"], segment["data"])
    values = [(key, _value(segment["data"].get(key))) for key in keys]
    pairs = "".join(f",{key}={_escape(value).replace(',', '&#44;')}" for key, value in values if value)
    return f"[CQ:{segment['type']}{pairs}]"


def _value(value: object) -> str:
    """Write a value as JavaScript makes a text of it; an object as JSON."""
    if value is None:
        return ""
    if isinstance(value, dict):
        # An empty text in it is kept, unlike an empty value of the code itself.
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, list):
        return ",".join("[object Object]" for _ in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
