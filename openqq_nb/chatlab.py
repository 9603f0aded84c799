"""Writes messages in the format of ChatLab, which other programs for the analysis of logs read.

Source:
    ChatLab, standard format 0.0.2.
"""

import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
import pandas as pd

from openqq_nb.columns import Series, plain_text
from openqq_nb.errors import InvalidInput, listed, one_line
from openqq_nb.exporting.files import place, replace
from openqq_nb.readers.chatlab_words import NOBODY, OTHER, SYSTEM, TYPES, UNKNOWN, is_number

VERSION = "0.0.2"

_SUFFIXES = (".json", ".jsonl")
_ROWS_AT_ONCE = 10_000
_NEEDED = ("msg_time", "content")
_SYSTEM = (SYSTEM, "系统消息")
_UNKNOWN = (UNKNOWN, "")
_IN_GROUPS = ("group:", "discuss:")
# JSON allows them in a line, but not every reader of lines does.
_LINE_ENDS = re.compile("[\x85\u2028\u2029]")


class _Write(Protocol):
    def __call__(self, file: IO[str], frame: pd.DataFrame, chat: "_Chat", /) -> None: ...


class HasMessages(Protocol):
    """What has messages in `df`, as a log and an inbox have."""

    @property
    def df(self) -> pd.DataFrame:
        """The messages."""


@dataclass(frozen=True, slots=True)
class _Chat:
    """The one chat that a file is of.

    Attributes:
        key: its identity.
        name: what people call it.
        is_group: whether it is a group or discuss.
        number: of the group, or of the friend.
        owner: number of the account.
    """

    key: str
    name: str
    is_group: bool
    number: str | None
    owner: str | None


def write_chatlab(
    log_or_frame: HasMessages | pd.DataFrame, path: str | os.PathLike[str], name: str | None = None
) -> Path:
    """Write the messages of one chat as ChatLab 0.0.2: one JSON object, or JSON lines for very many.

    Times are cut to seconds. People without a number go by their id or name there. A picture or voice whose content is
    missing comes back with its placeholder. A file that is there already is replaced, in one step and only when the new
    one is whole.

    Args:
        log_or_frame: a log, an inbox, or a frame with columns of `schema.MESSAGES`, at least `msg_time` and `content`.
        path: where to write; its end, `.json` or `.jsonl`, tells which of the two.
        name: of the chat; what the messages say unless it is given.

    Returns:
        The path that was written.

    Raises:
        InvalidInput: the messages are of several chats, a column is missing or of another kind, the end of the name is
            none of the two, or the file cannot be written.

    Example:
        >>> import tempfile
        >>> import pandas as pd
        >>> from openqq_nb.chatlab import write_chatlab
        >>> said = pd.DataFrame({"msg_time": [pd.Timestamp("2026-11-17 20:15", tz="Asia/Shanghai")],
        ...                      "sender": ["小灰"], "content": ["周五聚餐！"], "kind": ["text"], "chat": ["饭友"]})
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = write_chatlab(said, f"{folder}/talk.jsonl")
        ...     path.read_text(encoding="utf-8").splitlines()[-1]
        '{"_type": "message", "sender": "小灰", ... "timestamp": 1794917700, "type": 0, "content": "周五聚餐！"}'
    """
    target = Path(path)
    if target.suffix.lower() not in _SUFFIXES:
        raise InvalidInput(
            f"The end of the file's name tells what to write, and {target.name!r} ends in neither of the two.\n"
            f"Choose .json or .jsonl, for example {str(target.with_suffix('.json')) if target.name else 'talk.json'!r}."
        )
    frame = _frame(log_or_frame)
    chat = _chat(frame, name)
    write = _write_lines if target.suffix.lower() == ".jsonl" else _write_object
    at = place(target)
    try:
        replace(at, frame, lambda rows, made: _written(made, write, rows, chat))
    except OSError as error:
        raise InvalidInput(
            f"The file could not be written; what was there before is unchanged.\nFound for {target}: "
            f"{error.strerror or error}.\nMake room on the disk, or choose another folder."
        ) from error
    return target


def _written(made: Path, write: _Write, rows: pd.DataFrame, chat: _Chat) -> None:
    with made.open("x", encoding="utf-8", newline="") as file:
        write(file, rows, chat)


def _frame(found: object) -> pd.DataFrame:
    frame = found if isinstance(found, pd.DataFrame) else getattr(found, "df", None)
    if not isinstance(frame, pd.DataFrame):
        raise InvalidInput(
            f"A log or a frame of messages can be written. Found one of type {type(found).__name__}.\n"
            "Give a log, `oq.open_log(path)`, or a frame such as its `df`."
        )
    missing = [name for name in _NEEDED if name not in frame.columns]
    if missing:
        raise InvalidInput(
            f"A frame of messages has a column {' and '.join(missing)}; this one has not. It has:"
            f"{listed([', '.join(map(str, frame.columns))])}\nGive a frame of messages, such as `log.df`."
        )
    if not isinstance(frame["msg_time"].dtype, pd.DatetimeTZDtype):
        raise InvalidInput(
            f"msg_time must be times with a zone; found the dtype {frame['msg_time'].dtype}.\n"
            'Give them one: `frame.assign(msg_time=frame["msg_time"].dt.tz_localize("Asia/Shanghai"))`.'
        )
    return frame


def _chat(frame: pd.DataFrame, name: str | None) -> _Chat:
    key = _one_key(frame)
    said = name or _last(frame, "chat") or _last(frame, "group") or key.partition(":")[2] or "?"
    is_group = key.startswith(_IN_GROUPS) or _last(frame, "type") in (
        "group_message",
        "discuss_message",
        None,
    )
    if is_group:
        return _Chat(key, said, True, _last(frame, "gnumber"), _owner(frame, is_group))
    number = key.partition(":")[2].rpartition(":")[2]
    return _Chat(key, said, False, number if is_number(number) else None, _owner(frame, is_group))


def _one_key(frame: pd.DataFrame) -> str:
    """Find which chat it is; where no column tells, all messages are of one."""
    named = next((one for one in ("chat_key", "gnumber", "chat") if one in frame.columns), None)
    if named is None:
        return ""
    keys = frame[named].value_counts()
    if len(keys) > 1:
        column = "chat" if "chat" in frame.columns else named
        names = frame.groupby(named)[column].last().to_dict()
        choices = [f"{key}  {names[key]} ({count} messages)" for key, count in keys.items()]
        raise InvalidInput(
            f"A file of ChatLab holds one chat; these messages are of {len(keys)}, and nothing was written:"
            f"{listed(choices)}\nChoose one, such as `log.read({named}={one_line(str(keys.index[0]))!r})`."
        )
    key = str(keys.index[0]) if len(keys) else ""
    return f"group:{key}" if named == "gnumber" and key else key


def _owner(frame: pd.DataFrame, is_group: bool) -> str | None:
    if "own" not in frame.columns:
        return None
    own = frame["own"].astype("boolean").fillna(False)
    mine = _last(frame[own], "sender_qq")
    return mine if mine or is_group else _last(frame[~own], "receiver_qq")


def _last(frame: pd.DataFrame, name: str) -> str | None:
    if name not in frame.columns:
        return None
    said = frame[name].dropna()
    return plain_text(said.iloc[-1]) if len(said) else None


def _write_object(file: IO[str], frame: pd.DataFrame, chat: _Chat) -> None:
    head = _json({"chatlab": _header(), "meta": _meta(chat)})
    file.write(f'{head[:-1]}, "members": [\n')
    file.write(",\n".join(map(_json, _members(frame, chat))))
    file.write('\n], "messages": [\n')
    for number, record in enumerate(_records(frame)):
        file.write((",\n" if number else "") + _json(record))
    file.write("\n]}\n")


def _write_lines(file: IO[str], frame: pd.DataFrame, chat: _Chat) -> None:
    header = {"_type": "header", "chatlab": _header(), "meta": _meta(chat)}
    members = ({"_type": "member", **member} for member in _members(frame, chat))
    records = ({"_type": "message", **record} for record in _records(frame))
    file.writelines(f"{_json(line)}\n" for line in chain([header], members, records))


def _header() -> dict[str, Any]:
    return {"version": VERSION, "exportedAt": int(time.time()), "generator": "openqq_nb"}


def _meta(chat: _Chat) -> dict[str, Any]:
    meta = {"name": chat.name, "platform": "qq", "type": "group" if chat.is_group else "private"}
    if chat.is_group and chat.number:
        meta["groupId"] = chat.number
    return meta | ({"ownerId": chat.owner} if chat.owner else {})


def _members(frame: pd.DataFrame, chat: _Chat) -> Iterator[dict[str, Any]]:
    """Give each person once, under the last name; between friends both sides, also where one said nothing."""
    names: dict[str, str] = {}
    people = [name for name in ("sender_qq", "sender_id", "sender", "kind") if name in frame.columns]
    for row in _rows(frame[people].drop_duplicates(keep="last")):
        sender, called = _sender(row)
        if sender not in NOBODY:
            names[sender] = called
    if not chat.is_group and chat.owner and chat.number:
        names.setdefault(chat.number, chat.name)
        names.setdefault(chat.owner, _last(frame, "receiver") or chat.owner)
    return ({"platformId": sender, "accountName": called} for sender, called in names.items())


def _records(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    seconds = _seconds(frame["msg_time"])
    for row, second in zip(_rows(frame), seconds, strict=True):
        sender, called = _sender(row)
        content = row.get("content")
        record: dict[str, Any] = {
            "sender": sender,
            "accountName": called,
            "timestamp": second,
            "type": TYPES.get(str(row.get("kind")), OTHER),
            "content": None if content is None else plain_text(content),
        }
        for key, column in (("platformMessageId", "msg_id"), ("replyToMessageId", "reply_to")):
            if row.get(column):
                record[key] = plain_text(row[column])
        yield record


def _sender(row: Mapping[str, Any]) -> tuple[str, str]:
    """Name whoever wrote a message, by what stays the same; what looks like a number of QQ and is none is marked."""
    name = plain_text(row.get("sender") or "")
    if row.get("sender_qq"):
        number = plain_text(row["sender_qq"])
        return number, name or number
    if not name and not row.get("sender_id"):
        return _SYSTEM if row.get("kind") == "system" else _UNKNOWN
    known_as = plain_text(row.get("sender_id") or name)
    return f"id:{known_as}" if is_number(known_as) or known_as in NOBODY else known_as, name


def _seconds(times: Series) -> list[int]:
    """Write times as seconds; 0 where there is none, as everywhere."""
    utc = times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype="datetime64[s]")
    found: list[int] = np.where(np.isnat(utc), 0, utc.astype("int64")).tolist()
    return found


_READ = ("sender", "sender_qq", "sender_id", "kind", "content", "msg_id", "reply_to")


def _rows(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    names = [name for name in _READ if name in frame.columns]
    for start in range(0, len(frame), _ROWS_AT_ONCE):
        some = frame[names].iloc[start : start + _ROWS_AT_ONCE]
        values = [some[name].astype(object).where(some[name].notna(), None).tolist() for name in names]
        yield from (dict(zip(names, row, strict=True)) for row in zip(*values, strict=True))


def _json(found: Mapping[str, Any]) -> str:
    return _LINE_ENDS.sub(lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(found, ensure_ascii=False))
