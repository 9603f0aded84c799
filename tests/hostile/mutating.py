"""Recorded answers with one to three changes, each made by a seed and by nothing else."""

import copy
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from openqq_nb.models import Response
from tests import recordings
from tests.hostile.asking import ASKS, FRAMES, NAMES, Answers, Name, usual

Random = random.Random


class Written(str):
    """A piece of JSON as it is to be written: the digits of a number, or what is nested too deeply to walk."""

    __slots__ = ()


class Object(list[list[Any]]):
    """A JSON object as a list of key and value, so that a key may stand in it twice."""

    __slots__ = ()


@dataclass(frozen=True)
class Mutant:
    """One changed answer, in place of every answer to one call of one question.

    Attributes:
        seed: makes it again.
        ask: the question.
        path: the call.
        recorded: the name of the answer that was changed.
        changes: what was done to it, in order.
    """

    seed: int
    dialect: Name
    ask: str
    path: str
    recorded: str
    changes: tuple[str, ...]
    response: Response

    @property
    def answers(self) -> Answers:
        others = usual(self.dialect, self.ask)
        return lambda path, asked: self.response if path == self.path else others(path, asked)

    def __str__(self) -> str:
        """Tell it so that it can be pasted into a Python and seen again."""
        return (
            f"{self.dialect} {self.ask}, the answer {self.recorded!r} to {self.path}: {', '.join(self.changes)}\n"
            f"    from tests.hostile import ending, mutating\n"
            f"    ending.end_of(mutating.mutant({self.seed}))\n"
            f"    http_status={self.response.http_status}\n    body={self.response.body!r}"
        )


def mutant(seed: int) -> Mutant:
    """Make the changed answer of a seed."""
    rng = Random(seed)
    dialect = rng.choice(NAMES)
    ask = rng.choice(_asks(dialect))
    path = rng.choice(ASKS[dialect][ask].paths)
    recorded, response = rng.choice(_told(dialect, path))
    response, changes = _changed(rng, response)
    return Mutant(seed, dialect, ask, path, recorded, changes, response)


@cache
def _asks(dialect: Name) -> Sequence[str]:
    """Name each question as often as it is to be picked: more often those that end in frames, of the most forms."""
    often = dict.fromkeys(FRAMES, 8) | dict.fromkeys(("search_friends", "search_groups"), 2)
    often |= {"load": 1, "roster": 1, "me": 5, "server": 5}
    return [name for name in ASKS[dialect] for _ in range(often.get(name, 3))]


@cache
def _told(dialect: Name, path: str) -> Sequence[tuple[str, Response]]:
    """Give the different recorded answers to a call, with their names."""
    calls = [one for one in recordings.calls(dialect) if one.path == f"openqq/{path}"]
    by_answer = {one.response: one.name for one in calls if one.response and one.response.body}
    return [(name, response) for response, name in by_answer.items()]


def _changed(rng: Random, response: Response) -> tuple[Response, tuple[str, ...]]:
    status, body, tree = response.http_status, response.body, parsed(response.body)
    changes = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        if tree is not None and rng.random() < _IN_THE_TREE:
            of_tree = rng.choice(TREE_CHANGES)
            tree = of_tree(rng, tree)
            body = written(tree).encode()
            changes.append(_name(of_tree))
        elif rng.random() < _OF_THE_STATUS:
            status = rng.choice(_STATUSES)
            changes.append(f"http status {status}")
        else:
            of_bytes = rng.choice(BYTE_CHANGES)
            body, tree = of_bytes(rng, body), None
            changes.append(_name(of_bytes))
    return Response(status, response.content_type, body), tuple(changes)


def _name(change: Callable[..., object]) -> str:
    return change.__name__.strip("_").replace("_", " ")


_IN_THE_TREE = 0.9
_OF_THE_STATUS = 0.2
_STATUSES = (201, 204, 301, 400, 403, 404, 500, 502, 999)


def parsed(body: bytes) -> Any:
    """Read JSON as a tree that can be written again to the letter of each number; None if it is no JSON."""
    try:
        return json.loads(body, object_pairs_hook=_object, parse_int=Written, parse_float=Written)
    except (ValueError, RecursionError):
        return None


def _object(pairs: list[tuple[str, Any]]) -> Object:
    return Object([key, value] for key, value in pairs)


def written(value: object) -> str:
    """Write a tree as JSON."""
    if isinstance(value, Written):
        return str(value)
    if isinstance(value, Object):
        return "{" + ",".join(f"{json.dumps(key)}:{written(inner)}" for key, inner in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False) if _encodable(value) else json.dumps(value)


def _encodable(value: object) -> bool:
    return not isinstance(value, str) or value.isprintable()


def _inside(tree: object, kind: type[list[Any]]) -> list[Any]:
    """Give all objects, or all lists, of a tree."""
    inner = [pair[1] for pair in tree] if isinstance(tree, Object) else tree if isinstance(tree, list) else []
    found = [one for value in inner for one in _inside(value, kind)]
    return [tree, *found] if type(tree) is kind else found


# The keys under which identifiers stand; changes fall on these more often than on others.
_NUMBERS = frozenset(
    (
        "id", "uid", "qq", "ruin", "gid", "gnumber", "gcode", "code", "did", "gowner", "downer", "owner_id",
        "owner_uid", "msg_id", "account",
    )
)  # fmt: skip
_OTHERS = (
    "nick",
    "name",
    "member",
    "gname",
    "dname",
    "createtime",
    "join_time",
    "vip_level",
    "state",
    "token",
)
_NAMES = (*sorted(_NUMBERS), *_OTHERS, "displayname", "_place", "raw_id", "", "新", "\ud800", "a.b", "0")


def _pair(rng: Random, tree: object) -> list[Any]:
    """Pick a key with its value; in a tree without any, one that is in no tree."""
    holders = [one for one in _inside(tree, Object) if one]
    if not holders:
        return ["id", None]
    holder = rng.choice(holders)
    numbers = [pair for pair in holder if pair[0] in _NUMBERS]
    picked: list[Any] = rng.choice(numbers if numbers and rng.random() < _ON_A_NUMBER else holder)
    return picked


_ON_A_NUMBER = 0.6


def _a_key_dropped(rng: Random, tree: Any) -> Any:
    pair = _pair(rng, tree)
    for holder in _inside(tree, Object):
        holder[:] = [one for one in holder if one is not pair]
    return tree


def _a_key_dropped_everywhere(rng: Random, tree: Any) -> Any:
    key = _pair(rng, tree)[0]
    for holder in _inside(tree, Object):
        holder[:] = [one for one in holder if one[0] != key]
    return tree


def _a_key_renamed(rng: Random, tree: Any) -> Any:
    _pair(rng, tree)[0] = rng.choice(_NAMES)
    return tree


def _a_key_twice(rng: Random, tree: Any) -> Any:
    for holder in rng.sample(holders := _inside(tree, Object), min(1, len(holders))):
        holder.append([_pair(rng, holder)[0], odd(rng, Written("77"))])
    return tree


def _a_key_more(rng: Random, tree: Any) -> Any:
    for holder in rng.sample(holders := _inside(tree, Object), min(1, len(holders))):
        holder.insert(rng.randint(0, len(holder)), [rng.choice(_NAMES), odd(rng, Written("9900000101"))])
    return tree


def _two_values_swapped(rng: Random, tree: Any) -> Any:
    one, other = _pair(rng, tree), _pair(rng, tree)
    if not (isinstance(one[1], list) or isinstance(other[1], list)):  # else one might come to hold itself
        one[1], other[1] = other[1], one[1]
    return tree


def _another_value(rng: Random, tree: Any) -> Any:
    pair = _pair(rng, tree)
    pair[1] = odd(rng, pair[1])
    return tree


def _another_number(rng: Random, tree: Any) -> Any:
    """Write one identifier in another way, or another one in its place."""
    pair = _pair(rng, tree)
    pair[1] = rng.choice(_NUMBERS_FOR)(rng, _digits(pair[1]))
    return tree


def _a_deep_nest(rng: Random, tree: Any) -> Any:
    depth = rng.choice((2, 50, rng.randint(900, 1000), 3000))
    opened, closed = rng.choice((("[", "]"), ('{"member":', "}"), ('[{"id":', "}]")))
    _pair(rng, tree)[1] = Written(opened * depth + "1" + closed * depth)
    return tree


def _list(rng: Random, tree: Any) -> list[Any]:
    lists: list[list[Any]] = _inside(tree, list)
    return rng.choice(lists) if lists else []


def _an_element_twice(rng: Random, tree: Any) -> Any:
    if found := _list(rng, tree):
        found.insert(rng.randint(0, len(found)), copy.deepcopy(rng.choice(found)))
    return tree


def _an_element_dropped(rng: Random, tree: Any) -> Any:
    if found := _list(rng, tree):
        found.pop(rng.randrange(len(found)))
    return tree


def _an_odd_element(rng: Random, tree: Any) -> Any:
    found = _list(rng, tree)
    found.insert(rng.randint(0, len(found)), odd(rng, rng.choice((Object(), [], None, Written("5")))))
    return tree


def _elements_in_another_order(rng: Random, tree: Any) -> Any:
    rng.shuffle(_list(rng, tree))
    return tree


def _something_around(rng: Random, tree: Any) -> Any:
    return rng.choice(([tree], Object([["data", tree]]), Object([["code", Written("0")], ["result", tree]])))


TREE_CHANGES: Sequence[Callable[[Random, Any], Any]] = (
    _another_number, _another_number, _another_number, _another_value, _another_value, _a_key_dropped,
    _a_key_dropped_everywhere, _a_key_renamed, _a_key_twice, _a_key_more, _two_values_swapped, _a_deep_nest,
    _an_element_twice, _an_element_dropped, _an_odd_element, _elements_in_another_order, _something_around,
)  # fmt: skip


def odd(rng: Random, value: Any) -> Any:
    """Give a value of another type, or one that no server should give."""
    digits = _digits(value)
    return rng.choice(
        (
            None, True, False, "", " ", "a\x00b", "\ud83d", "a/b", "&#49;2", "\u202e1", [value], [], Object(),
            Object([["id", digits]]), str(digits), digits, Written("NaN"), Written("-Infinity"), Written("1e400"),
            Written("0.5"), Written("-0"), rng.choice(_NUMBERS_FOR)(rng, digits), "x" * rng.choice((1, 100, 9000)),
        )
    )  # fmt: skip


def _digits(value: object) -> Written:
    """Take the digits of a value, or some."""
    found = str(value) if isinstance(value, str) else ""
    return Written(found if found.isascii() and found.isdigit() and found[0] != "0" else "12345678901234567")


_FULL_WIDTH = {ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)}
_NUMBERS_FOR: Sequence[Callable[[Random, Written], Any]] = (
    lambda rng, digits: Written(
        "".join(rng.choices("123456789", k=rng.choice((16, 17, 18, 19, 20, 40, 400, 5000))))
    ),
    lambda rng, digits: "".join(rng.choices("0123456789", k=rng.choice((15, 17, 19, 20, 40)))),
    lambda rng, digits: rng.choice((Written("9223372036854775807"), Written("9223372036854775808"))),
    lambda rng, digits: Written(f"-{digits}"),
    lambda rng, digits: Written(f"{digits}.0"),
    lambda rng, digits: Written(f"{digits}e0"),
    lambda rng, digits: Written(f"{digits[0]}.{digits[1:] or 0}E+{len(digits) - 1}"),
    lambda rng, digits: Written(
        rng.choice(("1.7e16", "12345678901234567.0", "0.1", "1E-7", "1700000000.25"))
    ),
    lambda rng, digits: f"{rng.choice(('0', '00', ' ', '+', '-', '0x', chr(9)))}{digits}",
    lambda rng, digits: f"{digits}{rng.choice(('.0', ' ', 'e3', '/1', chr(10), '　'))}",
    lambda rng, digits: digits.translate(_FULL_WIDTH),
    lambda rng, digits: str(digits),
    lambda rng, digits: digits,
)


def _the_end_cut_off(rng: Random, body: bytes) -> bytes:
    return body[: rng.randint(0, len(body))]


def _a_bit_flipped(rng: Random, body: bytes) -> bytes:
    place = rng.randrange(len(body) or 1)
    return (
        body[:place]
        + bytes(byte ^ (1 << rng.randrange(8)) for byte in body[place : place + 1])
        + body[place + 1 :]
    )


def _another_byte(rng: Random, body: bytes) -> bytes:
    place = rng.randint(0, len(body))
    return (
        body[:place]
        + rng.choice((b"\x00", b"\xff", b"\r", b"\n", b'"', b"{", b",", b"9", rng.randbytes(1)))
        + body[place:]
    )


def _a_byte_order_mark(rng: Random, body: bytes) -> bytes:
    return b"\xef\xbb\xbf" + body


def _another_encoding(rng: Random, body: bytes) -> bytes:
    named = rng.choice(("gbk", "gb18030", "big5", "utf-16", "utf-32", "latin-1"))
    return body.decode(errors="replace").encode(named, "replace")


def _blanks_between(rng: Random, body: bytes) -> bytes:
    blank = rng.choice((b"\n", b"\r\n", b"\r", b"\t", b" "))
    return body.replace(b',"', b"," + blank + b'"').replace(b"},{", b"}" + blank + b"," + blank + b"{")


def _more_after_the_end(rng: Random, body: bytes) -> bytes:
    return body + rng.choice((b"[]", b"\x00", b"<!-- -->", b"\n\n", body))


BYTE_CHANGES: Sequence[Callable[[Random, bytes], bytes]] = (
    _the_end_cut_off, _a_bit_flipped, _a_bit_flipped, _another_byte, _a_byte_order_mark, _another_encoding,
    _blanks_between, _blanks_between, _more_after_the_end,
)  # fmt: skip
