"""Bodies that no server posts, many a second: recorded posts with changes, and whatever JSON hypothesis thinks of.

Body `number` of a seed is made by these two and by nothing else.
"""

import json
import random
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st

from tests import recordings
from tests.hostile.mutating import BYTE_CHANGES, TREE_CHANGES, Object, Written, parsed, written

Random = random.Random

# An identity of its own for each body, so that few of them are doubles.
_MSG_ID = re.compile(rb'("msg_id":"?|"id":)[0-9]+("?,"(?:msg_time|post_type)")')
_FIRST_MSG_ID = 1_000_000
_THOUGHT_OF = 300
_ALONE, _WITH_A_PIECE, _IN_THE_TREE = 0.03, 0.13, 0.6
TEXTS = (
    "\u202eabc\u2066", "👨‍👩‍👧‍👦🏳️‍🌈", "\ud83d", "\udc00\ud800", "a\x00b", "\ufeff", "\uffff", "\x1b[31m",
    "\r\n\r\nHTTP/1.1 200", "e\u0301\u0301\u0301", "%s%n{}${x}", "'; DROP TABLE messages; --",
    "<script>alert(1)</script>", "&#x1F600;&lt;",
    "﷽" * 2_000, "长" * 70_000, "\\", '"', "\x7f", "\u2028", "[图片]", "=1+1", "😀" * 300,
)  # fmt: skip
_BYTES = (
    b"\\x41", b"\\u12", b"\\ud83d", b"\\u0000", b"\\", b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80",
    b"\x80", b"\xef\xbb\xbf", b"\x00", b"NaN", b"1e999", b"-", b"'", b"//", b"/**/", b",,", b"}{", b"]", b"9" * 5_000,
    b"\x1b",
)  # fmt: skip
_DEEP = (b"[", b'{"a":', b'[{"content":')
_KEYS = (
    "type", "post_type", "event", "params", "content", "msg_id", "id", "msg_time", "time", "class", "msg_class",
    "sender", "sender_id", "sender_qq", "sender_uid", "receiver_id", "group", "group_id", "gnumber", "group_uid",
    "discuss_id", "code", "received_at", "own", "extra", "seq",
)  # fmt: skip
_WORDS = (
    "message", "friend_message", "group_message", "discuss_message", "sess_message", "receive_message",
    "send_message", "event", "login", "recv", "send", "state_change", "new_group_member", "group_property_change",
)  # fmt: skip


class Bodies:
    """Makes the bodies of a seed.

    Args:
        dialect: whose recordings are changed.
        seed: the same one makes the same bodies.
    """

    def __init__(self, dialect: str, seed: int) -> None:
        self._recorded = [one.body for one in recordings.posts(dialect) if one.body]
        self._thought_of = thought_of(seed)
        self._seed = seed

    def body(self, number: int) -> bytes:
        """Make one body."""
        rng = Random(f"{self._seed}:{number}")
        pick = rng.random()
        if pick < _ALONE:
            return rng.choice(self._thought_of)
        body = _numbered(rng.choice(self._recorded), _FIRST_MSG_ID + number)
        if pick < _WITH_A_PIECE:
            return self._with_a_piece(rng, body)
        return _another_tree(rng, body) if pick < _IN_THE_TREE else _other_bytes(rng, body)

    def good(self, number: int) -> bytes:
        """Make a message that a server posts."""
        message = next(body for body in self._recorded if _MSG_ID.search(body))
        return _numbered(message, _FIRST_MSG_ID + number)

    def _with_a_piece(self, rng: Random, body: bytes) -> bytes:
        """Put what hypothesis thought of in place of a value."""
        tree = parsed(body)
        rng.choice(tree)[1] = Written(rng.choice(self._thought_of).decode())
        return written(tree).encode()


@cache
def thought_of(seed: int) -> Sequence[bytes]:
    """Have hypothesis think of JSON; that takes a hundred times longer than a change, so that there is little of it."""
    found: list[bytes] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=_THOUGHT_OF,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(_json())
    def collect(value: object) -> None:
        found.append(json.dumps(value).encode())

    collect()
    return found


def _json() -> st.SearchStrategy[object]:
    text = st.text(st.characters(exclude_categories=())) | st.sampled_from(_WORDS)
    single = st.none() | st.booleans() | st.integers() | st.floats() | text
    keys = st.sampled_from(_KEYS) | text
    return st.recursive(
        single,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=12),
        max_leaves=12,
    )


def _numbered(body: bytes, number: int) -> bytes:
    return _MSG_ID.sub(rb"\g<1>%d\g<2>" % number, body)


def _another_tree(rng: Random, body: bytes) -> bytes:
    tree = parsed(body)
    for _ in range(rng.choice((1, 1, 2, 3))):
        tree = rng.choice(_TREE)(rng, tree)
    # As servers write it, or with all that is not ASCII escaped: only so can half a surrogate pair stand in it.
    return written(tree).encode("utf-8", "surrogatepass")


def _other_bytes(rng: Random, body: bytes) -> bytes:
    for _ in range(rng.choice((1, 1, 2, 3))):
        body = rng.choice(_BYTE)(rng, body)
    return body


def _another_text(rng: Random, tree: Any) -> Any:
    if isinstance(tree, Object) and tree:
        rng.choice(tree)[1] = rng.choice(TEXTS)
    return tree


def _another_word(rng: Random, tree: Any) -> Any:
    if isinstance(tree, Object):
        tree.append([rng.choice(_KEYS), rng.choice(_WORDS)])
    return tree


def _odd_bytes(rng: Random, body: bytes) -> bytes:
    place = rng.randint(0, len(body))
    return body[:place] + rng.choice(_BYTES) + body[place:]


def _a_piece_cut(rng: Random, body: bytes) -> bytes:
    start, end = sorted((rng.randint(0, len(body)), rng.randint(0, len(body))))
    return body[:start] + body[end:]


def _a_piece_twice(rng: Random, body: bytes) -> bytes:
    start, end = sorted((rng.randint(0, len(body)), rng.randint(0, len(body))))
    return body[:end] + body[start:]


def _deeper_than_can_be_read(rng: Random, body: bytes) -> bytes:
    if rng.random() < 0.9:
        return _odd_bytes(rng, body)
    return rng.choice(_DEEP) * rng.choice((500, 5_000, 100_000))


_TREE: Sequence[Callable[[Random, Any], Any]] = (*TREE_CHANGES, _another_text, _another_text, _another_word)
_BYTE: Sequence[Callable[[Random, bytes], bytes]] = (
    *BYTE_CHANGES, _odd_bytes, _odd_bytes, _a_piece_cut, _a_piece_twice, _deeper_than_can_be_read,
)  # fmt: skip
