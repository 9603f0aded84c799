"""The parameters of a call, and the message that one may carry."""

import base64
import binascii
import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from openqq_nb.simulator.onebot11 import cq
from openqq_nb.simulator.onebot11.cq import Segment
from openqq_nb.simulator.onebot11.ends import End
from openqq_nb.simulator.onebot11.envelopes import RefusedError

Params = dict[str, Any]
NOTHING_LEFT = "消息体无法解析, 请检查是否发送了不支持的消息类型"
# What a member of the account may send; `node` and the like are not played.
SENDABLE = frozenset(
    (
        *("text", "at", "face", "image", "record", "video", "file", "reply", "json", "markdown", "mface"),
        *("dice", "rps", "poke", "music", "contact", "location", "xml", "forward", "shake"),
    )
)
_MEDIA = frozenset(("image", "record", "video"))
_SUFFIXES = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpg", b"GIF8": "gif"}


def has(params: Params, name: str) -> bool:
    """Tell whether a parameter was given and says anything."""
    return params.get(name) not in (None, "")


def number(params: Params, name: str, missing: int | None = None) -> int:
    """Read a whole number, which may come as text.

    Raises:
        RefusedError: It is none.
    """
    value = params.get(name)
    if value in (None, ""):
        value = missing
    try:
        return int(str(value))
    except ValueError:
        raise RefusedError(f"{name}: Expected number", kind="parameter") from None


def truth(params: Params, name: str, missing: bool = False) -> bool:
    """Read a flag, which may come as text."""
    value = params.get(name, missing)
    return value.lower() in ("true", "1", "yes") if isinstance(value, str) else bool(value)


def segments(end: End, message: object, is_literal: bool) -> list[Segment]:
    """Read the message of a call: segments, a single one, or a text, which is CQ code.

    Args:
        end: Who reads it.
        message: As it came.
        is_literal: Whether a text is no CQ code (`auto_escape`).

    Raises:
        RefusedError: It has something that the end does not know, or nothing is left of it.
    """
    if isinstance(message, dict):
        message = [message]
    if not isinstance(message, list):
        words = str(message)
        message = [cq.text(words)] if is_literal else cq.parse(words)
    parts = [part for one in message if (part := _segment(end, one)) is not None]
    if not parts:
        raise RefusedError(NOTHING_LEFT)
    return parts


def _segment(end: End, one: object) -> Segment | None:
    kind = one.get("type") if isinstance(one, dict) else None
    data = one.get("data") if isinstance(one, dict) else None
    if not isinstance(kind, str) or kind not in SENDABLE or not isinstance(data, dict):
        if end.name == "napcat":
            raise RefusedError(f"未知的消息类型：{kind}")
        return None
    if kind == "text":
        words = data.get("text")
        return cq.text(str(words)) if words not in (None, "") else None
    return {"type": kind, "data": _media(kind, data) if kind in _MEDIA else data}


def _media(kind: str, data: Params) -> Params:
    """Take a picture or a sound to QQ: what people get is its name and size, not its bytes."""
    file = str(data.get("file", ""))
    content = _content(file)
    if content is None:
        return data
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest().upper()
    suffix = next((known for start, known in _SUFFIXES.items() if content.startswith(start)), "bin")
    rest = {key: value for key, value in data.items() if key not in ("file", "url")}
    if kind == "image":
        rest = {"summary": "", "sub_type": 0} | rest
    return rest | {"file": f"{digest}.{suffix}", "file_size": str(len(content))}


def _content(file: str) -> bytes | None:
    """Give the bytes of a file that was handed in; `None` for an address, which is not fetched."""
    try:
        if file.startswith("base64://"):
            content = base64.b64decode(file.removeprefix("base64://"), validate=True)
        elif file.startswith("file://"):
            content = Path(unquote(urlsplit(file).path)).read_bytes()
        elif file.startswith(("http://", "https://")):
            return None
        else:
            content = Path(file).read_bytes()
    except (OSError, ValueError, binascii.Error):
        content = b""
    if not content:
        raise RefusedError(f"文件处理失败: 识别URL失败, uri= {file[:80]}")
    return content
