"""What an answer states, row by row, read a second time without any of the package's own code.

Each identifier of a frame must be the very text that the answer has for that row, each time and count its value or
missing. Keys are spelt out here again: `schema.py` is one of the things that are checked.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from functools import partial
from typing import Any

import pandas as pd

from openqq_nb.models import Receipt
from openqq_nb.roster import Roster
from tests.hostile.asking import Name

Found = Mapping[str, Any]


class Digits(str):
    """A JSON number as it was written."""

    __slots__ = ()


# Column to key, of what is taken from the object of the row itself.
NUMBERS: Mapping[Name, Mapping[str, Mapping[str, str]]] = {
    "openqq1": {
        "me": {"qq": "qq", "id": "id", "account": "account", "blood": "blood"},
        "friends": {"qq": "qq", "id": "id", "face": "face", "flag": "flag"},
        "groups": {"gid": "gid", "gcode": "gcode"},
        "members": {"qq": "qq", "id": "id", "bad_record": "bad_record"},
        "discusses": {"did": "did", "downer_id": "downer"},
        "discuss_members": {"qq": "ruin", "id": "id"},
        "recent": {
            "qq": "qq",
            "id": "id",
            "gid": "gid",
            "gnumber": "gnumber",
            "face": "face",
            "flag": "flag",
        },
    },
    "openqq2": {
        "me": {"qq": "uid", "id": "id", "account": "account", "blood": "blood"},
        "friends": {"qq": "uid", "id": "id", "face": "face", "flag": "flag"},
        "groups": {"gid": "id", "gcode": "code", "gnumber": "uid", "gowner_id": "owner_id"},
        "members": {"qq": "uid", "id": "id"},
        "discusses": {"did": "id", "downer_id": "owner_id"},
        "discuss_members": {"qq": "uid", "id": "id"},
    },
}
COUNTS: Mapping[Name, Mapping[str, Mapping[str, str]]] = {
    "openqq1": {
        "friends": {"vip_level": "vip_level"},
        "groups": {"glevel": "glevel"},
        "members": {"qage": "qage"},
        "recent": {"vip_level": "vip_level", "qage": "qage"},
    },
    "openqq2": {
        "friends": {"vip_level": "vip_level"},
        "groups": {"glevel": "level", "max_member": "max_member", "max_admin": "max_admin"},
        "members": {"qage": "qage"},
        "server": {"runtime": "runtime"},
    },
}
TIMES: Mapping[Name, Mapping[str, Mapping[str, str]]] = {
    "openqq1": {
        "groups": {"gcreatetime": "gcreatetime"},
        "members": {"join_time": "join_time", "last_speak_time": "last_speak_time"},
        "recent": {"join_time": "join_time", "last_speak_time": "last_speak_time"},
    },
    "openqq2": {
        "groups": {"gcreatetime": "createtime"},
        "members": {"join_time": "join_time", "last_speak_time": "last_speak_time"},
        "server": {"started_at": "starttime"},
    },
}
FLAGS: Mapping[str, Mapping[str, str]] = {"friends": {"is_vip": "is_vip"}, "recent": {"is_vip": "is_vip"}}


def compare(dialect: Name, name: str, result: object, bodies: Mapping[str, Sequence[bytes]]) -> int:
    """Compare a result with the answers that it was made of.

    Returns:
        How many identifiers were compared and found stated.
    """
    with _as_deep_as_it_takes():
        return _compare_all(dialect, name, result, bodies)


@contextmanager
def _as_deep_as_it_takes() -> Iterator[None]:
    """Let JSON be read and written here that is nested as deeply as the package itself could read."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(4 * limit)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _compare_all(dialect: Name, name: str, result: object, bodies: Mapping[str, Sequence[bytes]]) -> int:
    told = {path: [read(body) for body in answers] for path, answers in bodies.items()}
    if isinstance(result, Roster):
        frames = ("me", "friends", "groups", "members", "discusses", "discuss_members")
        return sum(_compare(dialect, one, getattr(result, one), told) for one in frames)
    if not isinstance(result, pd.Series | pd.DataFrame):
        return _compare_told(dialect, result, list(told.values())[-1][0])
    return _compare(dialect, {"load": "members"}.get(name, name), result, told)


def read(body: bytes) -> Any:
    """Read JSON, each number as it was written; None if it is no JSON."""
    try:
        return json.loads(
            body.decode("utf-8-sig"), parse_int=Digits, parse_float=Digits, parse_constant=Digits
        )
    except (ValueError, RecursionError):
        return None


_PATHS = {
    "me": "get_user_info",
    "server": "get_client_info",
    "friends": "get_friend_info",
    "groups": "get_group_info",
    "members": "get_group_info",
    "discusses": "get_discuss_info",
    "discuss_members": "get_discuss_info",
    "recent": "get_recent_info",
}


def _compare(dialect: Name, name: str, result: Any, told: Mapping[str, Sequence[Any]]) -> int:
    """Compare with the answer to the call that tells of such rows; of several answers to it one must fit."""
    *others, last = told.get(_PATHS[name.removeprefix("search_")], [{}])
    for found in others:
        with suppress(AssertionError):
            return _against(dialect, name, result, found)
    return _against(dialect, name, result, last)


def _against(dialect: Name, name: str, result: Any, found: Any) -> int:
    if name.startswith("search_"):
        return _chosen(dialect, name.removeprefix("search_"), result, found)
    frame = result.to_frame().T if isinstance(result, pd.Series) else result
    places: Sequence[Found] = found if isinstance(found, list) else [found]
    rows = [row for place in places for row in members(place)] if "members" in name else places
    assert len(frame) == len(rows), f"{len(frame)} rows for {len(rows)} objects"
    compared = _numbers(frame, rows, NUMBERS[dialect].get(name, {}))
    _counts(frame, rows, COUNTS[dialect].get(name, {}))
    _times(frame, rows, TIMES[dialect].get(name, {}))
    _flags(frame, rows, FLAGS.get(name, {}))
    if name in _ALSO:
        compared += _ALSO[name](dialect, frame, places)
    return compared


def _chosen(dialect: Name, name: str, frame: pd.DataFrame, found: Sequence[Found]) -> int:
    """Check that rows which were chosen from all have one of the identifiers that are stated."""
    keys = NUMBERS[dialect][name]
    for column, key in keys.items():
        right = [row.get(key) for row in found]
        assert all(any(is_stated(shown, one) for one in right) for shown in frame[column].tolist()), column
    return int(frame[list(keys)].notna().sum().sum())


def members(place: Found) -> list[Found]:
    """Give the members that an object of a place has."""
    listed = place.get("member")
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _cells(
    frame: pd.DataFrame, rows: Sequence[Found], keys: Mapping[str, str]
) -> Iterator[tuple[Any, Any, Callable[[], str]]]:
    """Give each cell of some columns, what the answer states there, and a way to tell both."""
    for column, key in keys.items():
        for position, (shown, row) in enumerate(zip(frame[column].tolist(), rows, strict=True)):
            stated = row.get(key)
            yield shown, stated, partial(told, column, position, shown, stated)


def _numbers(frame: pd.DataFrame, rows: Sequence[Found], keys: Mapping[str, str]) -> int:
    compared = 0
    for shown, stated, tell in _cells(frame, rows, keys):
        assert is_stated(shown, stated), tell()
        compared += isinstance(shown, str)
    return compared


def is_stated(shown: object, stated: object) -> bool:
    """Tell whether a cell is what the answer has there, to the letter."""
    if stated is None:
        return is_missing(shown)
    if isinstance(stated, bool):
        return shown == json.dumps(stated)
    if isinstance(stated, str):
        return shown == _whole(stated) or (stated == "-0" and shown == "0")
    nested = json.loads(_whole(json.dumps(stated, ensure_ascii=False)))
    return isinstance(shown, str) and bool(read(shown.encode()) == nested)


def is_missing(shown: Any) -> bool:
    """Tell a missing value of any kind."""
    return bool(pd.isna(shown))


def _whole(stated: str) -> str:
    return re.sub("[\ud800-\udfff]", "\ufffd", stated)


def told(column: str, position: int, shown: object, stated: object) -> str:
    return f"{column} of row {position} is {shown!r}, but the answer states {stated!r}"


def _counts(frame: pd.DataFrame, rows: Sequence[Found], keys: Mapping[str, str]) -> None:
    for shown, stated, tell in _cells(frame, rows, keys):
        is_plain = isinstance(stated, str) and re.fullmatch("-?[0-9]{1,18}", stated)
        assert shown == decimal(stated) if is_plain or not is_missing(shown) else True, tell()


def _times(frame: pd.DataFrame, rows: Sequence[Found], keys: Mapping[str, str]) -> None:
    for shown, stated, tell in _cells(frame, rows, keys):
        seconds = decimal(stated) or Decimal(0)
        is_plain = bool(seconds) and re.fullmatch("[0-9]{1,11}", stated) is not None
        if is_missing(shown):
            assert not is_plain, tell()
        else:
            # A double of that many seconds is no finer than 16 millionths.
            apart = abs(int(shown.as_unit("us").asm8.view("i8")) - seconds * 1_000_000)
            assert seconds and apart <= (0 if is_plain else 16), tell()


def decimal(stated: object) -> Decimal | None:
    """Read a number, or the text of one."""
    if isinstance(stated, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?", stated):
        return Decimal(stated)
    return None


def _flags(frame: pd.DataFrame, rows: Sequence[Found], keys: Mapping[str, str]) -> None:
    for shown, stated, tell in _cells(frame, rows, keys):
        right = {"1": True, "true": True, "True": True, "0": False, "false": False, "False": False}.get(
            json.dumps(stated) if isinstance(stated, bool) else str(stated)
        )
        assert is_missing(shown) if right is None else shown == right, tell()


def _groups(dialect: Name, frame: pd.DataFrame, places: Sequence[Found]) -> int:
    _loaded(frame, places)
    if dialect == "openqq2":
        return _owners(frame, places, "gowner_qq", "owner_uid", "owner_id", "uid")
    standing = [{"owner_id": place.get("gowner") if members(place) else None} for place in places]
    _numbers(frame, standing, {"gowner_id": "owner_id"})
    _numbers(frame, [{"gnumber": _number_of_group(place)} for place in places], {"gnumber": "gnumber"})
    unloaded = [dict(place) | {"told": None if members(place) else place.get("gowner")} for place in places]
    return _owners(frame, unloaded, "gowner_qq", "told", "gowner", "qq")


def _number_of_group(place: Found) -> object:
    """Take the number of a 1.x group from itself, else from its members where those agree."""
    if place.get("gnumber") is not None:
        return place["gnumber"]
    copies = [one["gnumber"] for one in members(place) if one.get("gnumber") is not None]
    return copies[0] if copies and all(json.dumps(copy) == json.dumps(copies[0]) for copy in copies) else None


def _discusses(dialect: Name, frame: pd.DataFrame, places: Sequence[Found]) -> int:
    _loaded(frame, places)
    owner, number = ("downer", "ruin") if dialect == "openqq1" else ("owner_id", "uid")
    untold = [dict(place) | {"told": None} for place in places]
    return _owners(frame, untold, "downer_qq", "told", owner, number)


def _loaded(frame: pd.DataFrame, places: Sequence[Found]) -> None:
    sizes = [len(members(place)) for place in places]
    assert frame["members_loaded"].tolist() == [size > 0 for size in sizes]
    assert frame["member_count"].fillna(0).tolist() == sizes


def _owners(
    frame: pd.DataFrame, places: Sequence[Found], column: str, number: str, owner: str, key: str
) -> int:
    """Check that an owner has the number that is told, else that of a member who has the owner's id."""
    for position, (shown, place) in enumerate(zip(frame[column].tolist(), places, strict=True)):
        told_number, owner_id = place.get(number), place.get(owner)
        same = [one.get(key) for one in members(place) if owner_id is not None and one.get("id") == owner_id]
        right = [told_number] if told_number is not None else same or [None]
        assert any(is_stated(shown, one) for one in right), told(column, position, shown, right)
    return int(frame[column].notna().sum())


def _group_members(dialect: Name, frame: pd.DataFrame, places: Sequence[Found]) -> int:
    place_id, number = ("gid", "gnumber") if dialect == "openqq1" else ("id", "uid")
    rows = [
        {"gid": place.get(place_id), "gnumber": _first(place.get(number), one.get("gnumber"), dialect)}
        for place in places
        for one in members(place)
    ]
    return _numbers(frame, rows, {"gid": "gid", "gnumber": "gnumber"})


def _first(of_the_place: object, of_the_member: object, dialect: Name) -> object:
    """Take the number of a group from itself, in 1.x also from the member's copy."""
    return of_the_member if of_the_place is None and dialect == "openqq1" else of_the_place


def _discuss_members(dialect: Name, frame: pd.DataFrame, places: Sequence[Found]) -> int:
    holders = [place for place in places for _ in members(place)]
    return _numbers(frame, holders, {"did": "did" if dialect == "openqq1" else "id"})


_ALSO: Mapping[str, Callable[[Name, pd.DataFrame, Sequence[Found]], int]] = {
    "groups": _groups,
    "members": _group_members,
    "discusses": _discusses,
    "discuss_members": _discuss_members,
}


def _compare_told(dialect: Name, result: Any, found: Any) -> int:
    """Compare a receipt or an outcome with the last answer."""
    if isinstance(found, list):
        return 0  # a kick that ended in a look at who is there
    assert str(result.code) == str(int(found["code"])), told("code", 0, result.code, found["code"])
    if not isinstance(result, Receipt):
        return 0
    stated = found.get("msg_id" if dialect == "openqq1" else "id")
    assert is_stated(result.msg_id, stated), told("msg_id", 0, result.msg_id, stated)
    return int(result.msg_id is not None)
