"""What kind of thing a message is, where a text has nothing but words such as `[图片]` for it."""

import re

_KINDS = {
    "图片": "image",
    "表情": "face",
    "语音": "voice",
    "视频": "video",
    "文件": "file",
    "聊天记录": "forward",
    "合并转发": "forward",
    "卡片消息": "share",
    "卡片": "share",
}
_ALONE = {f"[{word}]": kind for word, kind in _KINDS.items()}
_MARKS = re.compile(r"(?:\[(?:图片|表情)\]\s*)+")
# The program sets no blank beside a picture; who types the word usually does.
_PICTURE = "[图片]"
_SET_IN = re.compile(r"(?<![ \t\u3000])\[图片\](?![ \t\u3000])")
RECALL = "撤回了一条消息"


def guessed(content: str) -> str:
    """Guess the kind of a message from its whole text; a person may have typed the same words.

    Example:
        >>> guessed("[语音]"), guessed("这是路线[图片]红线那条"), guessed("[图片] 这四个字是我打的")
        ('voice', 'image', 'text')
    """
    if "[" not in content:
        return "text" if content else "other"
    if kind := _ALONE.get(content):
        return kind
    if _MARKS.fullmatch(content):
        return "image" if _PICTURE in content else "face"
    return "image" if _SET_IN.search(content) else "text"


def told(content: str, *, has_picture: bool) -> str:
    """Tell the kind of a message whose pictures are known, so that a typed `[图片]` is text."""
    if has_picture:
        return "image"
    kind = guessed(content)
    return "text" if kind == "image" else kind


def of_the_system(content: str) -> str:
    """Tell what a system line is about: `recall` or `system`."""
    return "recall" if RECALL in content else "system"
