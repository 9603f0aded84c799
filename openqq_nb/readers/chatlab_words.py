"""What stands for what in ChatLab 0.0.2: the types of messages, and who is nobody; for reading and for writing it.

Source:
    ChatLab, standard format 0.0.2.
"""

from collections.abc import Mapping

KINDS: Mapping[str, tuple[str, str | None]] = {
    "0": ("text", None),
    "1": ("image", "[图片]"),
    "2": ("voice", "[语音]"),
    "3": ("video", "[视频]"),
    "4": ("file", "[文件]"),
    "5": ("face", "[表情]"),
    "7": ("share", "[卡片]"),
    "8": ("share", "[位置]"),
    "20": ("other", "[红包]"),
    "21": ("other", "[转账]"),
    "22": ("other", "[戳一戳]"),
    "23": ("other", "[通话]"),
    "24": ("share", "[卡片]"),
    "25": ("reply", None),
    "26": ("forward", "[合并转发]"),
    "27": ("share", "[推荐]"),
    "80": ("system", None),
    "81": ("recall", None),
    "99": ("other", None),
}
"""By type: the kind, and what stands for a content of `null`."""

OTHER = 99
TYPES: Mapping[str, int] = {
    "text": 0,
    "image": 1,
    "voice": 2,
    "video": 3,
    "file": 4,
    "face": 5,
    "share": 24,
    "reply": 25,
    "forward": 26,
    "system": 80,
    "recall": 81,
}
"""By kind: the type that says it best; of all others it is `OTHER`."""

SYSTEM = "system"
UNKNOWN = "unknown"
NOBODY = frozenset({"", "0", SYSTEM, UNKNOWN})
"""Senders that are no people."""


def is_number(found: str | None) -> bool:
    """Tell whether an identity looks like a number of QQ."""
    return found is not None and found.isascii() and found.isdigit()
