"""The string form of a message: text with CQ codes in it, as `[CQ:at,qq=10001]`.

Source:
    OneBot 11, message format "string"; recorded posts of NapCat and go-cqhttp in both formats.
"""

import re
from collections.abc import Iterator
from typing import Any

# Possessive, and no second "[CQ:" inside a value: so a text of a million beginnings takes no longer than any other.
_CODE = re.compile(
    r"\[CQ:([A-Za-z0-9_.-]++)((?:,[^,=\[\]]++=[^,\[\]]*+(?:\[(?!CQ:)[^,\[\]]*+)*+)*+)\]",
)


def parsed(written: str) -> list[dict[str, Any]]:
    """Take a text apart into segments; a `[CQ:` without a proper end is text.

    Example:
        >>> parsed("[CQ:at,qq=all] 5 &amp; 6")
        [{'type': 'at', 'data': {'qq': 'all'}}, {'type': 'text', 'data': {'text': ' 5 & 6'}}]
    """
    if "[CQ:" not in written:
        return [_text(written)] if written else []
    return list(_pieces(written))


def _pieces(written: str) -> Iterator[dict[str, Any]]:
    end = 0
    for code in _CODE.finditer(written):
        if code.start() > end:
            yield _text(written[end : code.start()])
        end = code.end()
        pairs = (pair.partition("=") for pair in code[2].split(",")[1:])
        yield {"type": code[1], "data": {key: _value(value) for key, _, value in pairs}}
    if end < len(written):
        yield _text(written[end:])


def _text(written: str) -> dict[str, Any]:
    return {"type": "text", "data": {"text": _unescaped(written)}}


def _value(written: str) -> str:
    return _unescaped(written.replace("&#44;", ","))


def _unescaped(written: str) -> str:
    # The ampersand last, or "&amp;#91;" would become a bracket.
    return written.replace("&#91;", "[").replace("&#93;", "]").replace("&amp;", "&")
