"""What stands in the plain text of a message for each of its segments, whoever wrote them.

Source:
    OneBot 11, message segments; what real ends add to them: recorded posts of NapCat, LLBot and Lagrange.
"""

import html
import json
import re
from collections.abc import Callable, Mapping

Data = Mapping[str, object]
"""The data of one segment: any JSON, since ends differ."""

EVERYBODY = "@全体成员"
_AN_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_BRIEF = re.compile(r'\bbrief="([^"]*)"')


def word(kind: str, data: Data) -> str:
    """Write one segment as plain text; whatever is in it, this never fails.

    Args:
        kind: the type of the segment.
        data: its data.

    Returns:
        Text as it is, `@` and a name or number, a mark in square brackets, or nothing for a quote, which has a column
        of its own. A type that is not known becomes its own name in brackets.

    Source:
        OneBot 11, message segments.

    Example:
        >>> word("face", {"id": "14"}), word("file", {"file": "表.xlsx"}), word("hologram", {})
        ('[表情:14]', '[文件:表.xlsx]', '[hologram]')
    """
    written = _WORDS.get(kind)
    return f"[{kind}]" if written is None else written(data)


def stated(data: Data, *keys: str) -> str:
    """Take the first of these that says something, as text."""
    for key in keys:
        found = data.get(key)
        if isinstance(found, str) and found:
            return found
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
    return ""


def is_market_face(data: Data) -> bool:
    """Tell whether an image is a face of the market, which NapCat writes as an image."""
    return bool(stated(data, "emoji_id"))


def _text(data: Data) -> str:
    return stated(data, "text")


def _at(data: Data) -> str:
    number = stated(data, "qq")
    if number == "all":
        return EVERYBODY
    # Lagrange writes the name with the sign, LLBot without.
    return f"@{stated(data, 'name').removeprefix('@') or number}"


def _face(data: Data) -> str:
    return stated(_nested(data.get("raw")), "faceText") or _mark("表情", stated(data, "id"))


def _market_face(data: Data) -> str:
    return _mark("表情", stated(data, "summary").removeprefix("[").removesuffix("]"))


def _image(data: Data) -> str:
    # The file name of a picture is noise, and its summary says no more than that it is one.
    return _market_face(data) if is_market_face(data) else "[图片]"


def _file(data: Data) -> str:
    name = stated(data, "name", "file_name", "filename", "file")
    return _mark("文件", "" if _AN_ADDRESS.match(name) else name)


def _card(data: Data) -> str:
    card = _nested(data.get("data"))
    return _mark("卡片", stated(card, "prompt", "desc"))


def _xml(data: Data) -> str:
    brief = _BRIEF.search(stated(data, "data"))
    return _mark("卡片", html.unescape(brief[1]) if brief else "")


def _link(data: Data) -> str:
    return _mark("卡片", stated(data, "title"))


def _markdown(data: Data) -> str:
    return stated(data, "content") or "[markdown]"


def _nested(found: object) -> Data:
    """Take an object that stands in a segment as itself, or as JSON text, as in CQ codes and cards."""
    if isinstance(found, Mapping):
        return found
    if not isinstance(found, str) or not found.lstrip().startswith("{"):
        return {}
    try:
        read = json.loads(found, parse_int=str)
    except (ValueError, RecursionError):
        return {}  # no JSON after all: then there is nothing in it to show
    return read if isinstance(read, dict) else {}


def _mark(name: str, detail: str) -> str:
    return f"[{name}:{detail}]" if detail else f"[{name}]"


def _always(mark: str) -> Callable[[Data], str]:
    return lambda _: mark


def _detailed(name: str, *keys: str) -> Callable[[Data], str]:
    return lambda data: _mark(name, stated(data, *keys))


_WORDS: Mapping[str, Callable[[Data], str]] = {
    "text": _text,
    "at": _at,
    "reply": _always(""),
    "face": _face,
    "mface": _market_face,
    "image": _image,
    "record": _always("[语音]"),
    "video": _always("[视频]"),
    "file": _file,
    "onlinefile": _file,
    "flashtransfer": _file,
    "forward": _always("[合并转发]"),
    "node": _always("[合并转发]"),
    "json": _card,
    "xml": _xml,
    "share": _link,
    "markdown": _markdown,
    "dice": _detailed("骰子", "result"),
    "rps": _detailed("猜拳", "result"),
    "shake": _always("[窗口抖动]"),
    "poke": _always("[戳一戳]"),
    "contact": _detailed("推荐", "id"),
    "location": _detailed("位置", "title", "content"),
    "music": _detailed("音乐", "title"),
}
