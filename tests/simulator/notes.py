"""Reads what the notes of the recordings say the real server did."""

import json
import re
from typing import Any

SENT = re.compile(r"sent (friend|group|discuss|temporary) message to id (\d+): ")
MUTED = re.compile(r"member number (\d+|None) for (\d+) s")
KINDS = {"friend": "friend", "group": "group", "discuss": "discuss", "temporary": "session"}
FACES = {14: "[微笑]", 63: "[咖啡]"}
ADDRESS = re.compile(r"0x[0-9a-f]+")


def sent(note: str | None) -> list[tuple[str, str, Any]]:
    """Give kind, id and content of each message the note tells in full."""
    text = note or ""
    found = []
    for match in SENT.finditer(text):
        if "... (" in text[match.end() :]:
            continue  # a long text that the note shortens
        content, end = json.JSONDecoder().raw_decode(text, match.end())
        if not text.startswith(" (x", end):
            found.append((KINDS[match[1]], match[2], settled(content)))
    return found


def settled(content: Any) -> Any:
    """Write faces by name, as they were asked for, and the addresses of Perl as one."""
    if isinstance(content, list) and any(isinstance(part, list) for part in content):
        return "".join(part if isinstance(part, str) else FACES[part[1]] for part in content)
    return ADDRESS.sub("0x", content) if isinstance(content, str) else content


def muted(note: str | None) -> list[tuple[str, str]]:
    """Give number and seconds of each mute."""
    return MUTED.findall(note or "")
