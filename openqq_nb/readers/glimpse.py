"""What can be told of JSON from its beginning, wherever that is cut off."""

import re

_MARK = b"\xef\xbb\xbf"
# Possessive, so that a text of a million quotes takes no longer than any other.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"(\s*+:)?|[{}\[\]]', re.DOTALL)
_DEEPEST = 5
_LINES = 5


def keys(head: bytes) -> frozenset[str]:
    """Name the keys of the first JSON value; of nested ones with a dot, and lists are passed through.

    Args:
        head: the beginning of a file.

    Returns:
        Paths such as `data.messages.post_type`; nothing if it begins with no object and no list.

    Example:
        >>> sorted(keys(b'{"data": {"messages": [{"time": 1}, {"ti'))
        ['data', 'data.messages', 'data.messages.time']
    """
    start = head.removeprefix(_MARK).lstrip()
    if not start.startswith((b"{", b"[")):
        return frozenset()
    found: set[str] = set()
    inside: list[bytes] = []
    path: list[str] = []
    for token in _TOKEN.finditer(start):
        sign = token[0][:1]
        if sign in b"{[":
            inside.append(sign)
            path.append("")
        elif sign in b"}]":
            inside.pop()
            path.pop()
            if not inside:
                break
        elif token[1] is not None and inside[-1] == b"{" and len(path) <= _DEEPEST:
            path[-1] = token[0][1 : token[0].rindex(b'"')].decode("utf-8", "replace")
            found.add(".".join(name for name in path if name))
    return frozenset(found)


def records(head: bytes) -> list[bytes]:
    """Give the first lines that hold something; the last one may be cut off."""
    written = (line.strip() for line in head.removeprefix(_MARK).split(b"\n"))
    return [line for line in written if line and not line.startswith(b"#")][:_LINES]
