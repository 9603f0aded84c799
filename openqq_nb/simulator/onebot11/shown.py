"""How the segments of a message look at an end, and as plain text."""

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from openqq_nb.simulator.dialects import EndName
from openqq_nb.simulator.onebot11.cq import Segment

Name = Callable[[int], str]
FACES = {14: "微笑", 13: "呲牙", 76: "强", 75: "月亮", 63: "玫瑰", 34: "晕", 99: "鼓掌"}
_PLACES = {
    "image": "[图片]",
    "record": "[语音]",
    "video": "[视频]",
    "forward": "[合并转发]",
}


def shown(segment: Segment, end: EndName, name: Name) -> Segment:
    """Write a segment as an end posts it.

    Args:
        segment: As it was said, or as it came from a call.
        end: Which end.
        name: Gives what people see of somebody.
    """
    if segment["type"] == "mface" and end == "napcat":
        return {"type": "image", "data": _market_face(segment["data"])}
    show = _SHOW.get(segment["type"])
    return segment if show is None else {"type": segment["type"], "data": show(segment["data"], end, name)}


def _at(data: dict[str, Any], end: EndName, name: Name) -> dict[str, Any]:
    qq = str(data.get("qq", ""))
    if end == "napcat":
        return {"qq": qq}
    called = str(data.get("name", "")).removeprefix("@") or (
        "全体成员" if qq == "all" else name(int(qq) if qq.isdigit() else 0)
    )
    return {"qq": qq, "name": f"@{called}" if end == "lagrange" else called}


def _face(data: dict[str, Any], end: EndName, _name: Name) -> dict[str, Any]:
    number = str(data.get("id", ""))
    if end != "napcat" or "raw" in data or not number.isdigit():
        return data | {"id": number}
    word = FACES.get(int(number))
    raw: dict[str, Any] = {"faceIndex": int(number), "faceType": 1}
    raw |= {"faceText": f"/{word}"} if word else {}
    return {"id": number, "raw": raw | {"resultId": ""}, "resultId": ""}


def _image(data: dict[str, Any], end: EndName, _name: Name) -> dict[str, Any]:
    file = str(data.get("file", ""))
    kind = data.get("subType", 0)
    whole = {"summary": "", "sub_type": kind, "file_size": "0", "url": _address(file)} | data
    if end == "napcat":
        return {
            key: whole[key] for key in ("summary", "file", "sub_type", "url", "file_size") if key in whole
        }
    if end == "llbot":
        rest = {"subType": whole["sub_type"], "url": whole["url"], "file_size": whole["file_size"]}
        return {"file": file, **rest}
    url = whole["url"]
    summary = whole["summary"] or "[图片]"
    name = data.get("filename", file)
    return {"file": url, "filename": name, "url": url, "summary": summary, "subType": whole["sub_type"]}


def _address(file: str) -> str:
    key = hashlib.sha256(file.encode()).hexdigest()[:16]
    return f"https://multimedia.example.invalid/download?appid=1407&fileid={key}&rkey=CAQSKAB&spec=0"


def _market_face(data: dict[str, Any]) -> dict[str, Any]:
    """Write a face of the market as NapCat does, which has no segment of its own for it."""
    number = str(data.get("emoji_id", ""))
    about = {"summary": data.get("summary", ""), "file": "marketface", "url": _address(number)}
    package = data.get("emoji_package_id", 0)
    return about | {"key": data.get("key", ""), "emoji_id": number, "emoji_package_id": package}


def _forward(data: dict[str, Any], end: EndName, _name: Name) -> dict[str, Any]:
    return data if end == "napcat" else {"id": data.get("id", "")}


def _reply(data: dict[str, Any], _end: EndName, _name: Name) -> dict[str, Any]:
    return data | {"id": str(data.get("id", ""))}


_SHOW: dict[str, Callable[[dict[str, Any], EndName, Name], dict[str, Any]]] = {
    "at": _at,
    "face": _face,
    "image": _image,
    "forward": _forward,
    "reply": _reply,
}


def plain(segments: Iterable[Segment], name: Name) -> str:
    """Write a message as people read it; a quote is not part of it.

    Args:
        segments: The message.
        name: Gives what people see of somebody.
    """
    return "".join(_plain(one["type"], one["data"], name) for one in segments)


def _plain(kind: str, data: dict[str, Any], name: Name) -> str:  # noqa: PLR0911 - one line a kind
    if kind == "text":
        return str(data["text"])
    if kind == "at":
        qq = str(data.get("qq", ""))
        return "@全体成员" if qq == "all" else f"@{name(int(qq)) if qq.isdigit() else qq}"
    if kind == "face":
        word = FACES.get(int(data["id"])) if str(data.get("id", "")).isdigit() else None
        return f"/{word}" if word else f"[表情:{data.get('id', '')}]"
    if kind == "mface" or (kind == "image" and data.get("emoji_id")):
        word = str(data.get("summary", "")).removeprefix("[").removesuffix("]")
        return f"[表情:{word}]" if word else "[表情]"
    if kind == "reply":
        return ""
    if kind == "file":
        return f"[文件:{data.get('file', '')}]"
    if kind == "json":
        return f"[卡片:{_prompt(str(data.get('data', '')))}]"
    return _PLACES.get(kind, f"[{kind}]")


def _prompt(card: str) -> str:
    try:
        read = json.loads(card)
    except ValueError:
        return ""
    return str(read.get("prompt", "")) if isinstance(read, dict) else ""


def from_talk(text: str) -> tuple[Segment, ...]:
    """Make segments of talk that was made up, in which `[图片]` stands for a picture and `[微笑]` for a face."""
    marks: dict[str, Segment] = {
        f"[{word}]": {"type": "face", "data": {"id": str(n)}} for n, word in FACES.items()
    }
    key = hashlib.sha256(text.encode()).hexdigest()[:32].upper()
    marks["[图片]"] = {"type": "image", "data": {"file": f"{key}.jpg", "file_size": "20480"}}
    parts: list[Segment] = []
    while text:
        at, mark = min(((text.find(mark), mark) for mark in marks if mark in text), default=(len(text), ""))
        parts += [{"type": "text", "data": {"text": text[:at]}}] if at else []
        parts += [marks[mark]] if mark else []
        text = text[at + len(mark) :]
    return tuple(parts)
