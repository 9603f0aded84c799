"""The database of go-cqhttp, `data/sqlite3/msg.db`.

Source:
    go-cqhttp 1.0 and later, tables of db/sqlite3; its content is YAML with keys of its own.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from openqq_nb.columns import plain_text
from openqq_nb.database import Connection
from openqq_nb.database.others import MAGIC, open_foreign, stored
from openqq_nb.database.salvaging import answer, walk
from openqq_nb.errors import InvalidInput, JournalFailed, one_line
from openqq_nb.plaintext import EVERYBODY
from openqq_nb.protocols.onebot11 import content
from openqq_nb.readers.base import Options, Part, Source
from openqq_nb.readers.gathering import ROWS_AT_ONCE, Gathered
from openqq_nb.readers.objects import microseconds
from openqq_nb.readers.tables import chat_key
from openqq_nb.readers.yaml_content import loaded

NAME = "go-cqhttp database (SQLite)"

_TABLES = (b"grpmsg", b"uininf")
_ANONYMOUS = "80000000"
# A row of these tables takes more: what says to be behind that is no row but damage.
_LEAST_ROW_BYTES = 16

_ATTRIBUTES = """
FROM {table} m LEFT JOIN msgattr a ON a.ID = m.AttributeID AND a.ID != 0
LEFT JOIN uininf u ON u.Uin = a.SenderUin LEFT JOIN quoinf q ON q.ID = m.QuotedInfoID AND q.ID != 0
WHERE m.rowid BETWEEN ? AND ? ORDER BY m.rowid LIMIT ?
"""
_COMMON = "SELECT m.rowid, m.GlobalID, a.Timestamp, a.SenderUin, u.Name, q.PrevGlobalID, m.SubType, m.Content"
_GROUPS = f"{_COMMON}, m.GroupCode, m.AnonymousID, NULL, NULL" + _ATTRIBUTES.format(table="grpmsg")
_FRIENDS = (
    f"{_COMMON}, NULL, NULL, m.SessionUin, m.TargetUin" + _ATTRIBUTES.format(table="privmsg")
)  # fmt: skip
# Whoever is written to by the other side of a chat, or writes to it, is the account.
_ACCOUNT = """
SELECT CASE WHEN m.TargetUin != m.SessionUin THEN m.TargetUin ELSE a.SenderUin END, count(*)
FROM privmsg m JOIN msgattr a ON a.ID = m.AttributeID
WHERE (m.TargetUin != m.SessionUin OR a.SenderUin != m.SessionUin) AND a.ID != 0 GROUP BY 1 ORDER BY 2 DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class _Database:
    """What is the same for all rows of one file."""

    connection: Connection
    size_bytes: int
    account: str | None
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Stored:
    """One row of `grpmsg` or `privmsg` with what belongs to it."""

    number: int
    msg_id: object
    time: object
    sender_qq: object
    sender: object
    quoted: object
    subtype: object
    content: object
    group: object
    anonymous: object
    friend: object
    target: object


def recognises(head: bytes, source: Source) -> bool:
    """Tell whether it is an SQLite file with the tables of go-cqhttp."""
    return head.startswith(MAGIC) and all(table in head for table in _TABLES)


def parts(source: Source, options: Options) -> Iterator[Part]:
    """Read the messages of groups, then those of friends, each in the order in which they were stored.

    Args:
        source: the database.
        options: `me` is the account, where no chat with a friend tells it.

    Raises:
        OSError: it cannot be read.
    """
    gathered = Gathered()
    try:
        with ExitStack() as opened:
            connection = opened.enter_context(open_foreign(_path(source, opened)))
            yield from _parts(connection, source.size_bytes, options, gathered)
    except JournalFailed as error:
        gathered.tell(None, str(error))
        yield gathered.part(source.size_bytes)


def _path(source: Source, opened: ExitStack) -> Path:
    if source.path is not None:
        return source.path
    return opened.enter_context(stored(opened.enter_context(source.open())))


def _parts(connection: Connection, size_bytes: int, options: Options, gathered: Gathered) -> Iterator[Part]:
    _check(connection, gathered)
    database = _Database(connection, size_bytes, options.me or _account(connection), _names(connection))
    tables: tuple[tuple[Literal["grpmsg", "privmsg"], str], ...] = (
        ("grpmsg", _GROUPS),
        ("privmsg", _FRIENDS),
    )
    read_bytes = 0
    for table, question in tables:
        for rows in _rows(database, table, question, gathered):
            for row in rows:
                _take(_Stored(*row), table, database, gathered)
            read_bytes = min(read_bytes + sum(len(str(row[7])) for row in rows), size_bytes)
            yield gathered.part(read_bytes)
    yield gathered.part(size_bytes)


def _check(connection: Connection, gathered: Gathered) -> None:
    """Tell of damage at once: what SQLite does not find it passes over in silence."""
    found = answer(connection, "PRAGMA quick_check(1)")
    if found != [("ok",)]:
        what = one_line(str(found[0][0])) if found else "its first pages cannot be read"
        gathered.tell(None, f"The database is damaged, and messages may be missing: {what}")


def _account(connection: Connection) -> str | None:
    found = answer(connection, _ACCOUNT)
    return _number(found[0][0]) if found else None


def _names(connection: Connection) -> Mapping[str, str]:
    found = answer(connection, "SELECT Uin, Name FROM uininf WHERE Uin != 0") or []
    return {str(number): said for number, name in found if (said := _text(name))}


def _rows(
    database: _Database, table: str, question: str, gathered: Gathered
) -> Iterator[list[tuple[Any, ...]]]:
    """Give the rows of a table; where damage hides some, the others are read around them."""
    most = database.size_bytes // _LEAST_ROW_BYTES + 1
    found = answer(database.connection, f"SELECT max(rowid) FROM {table}")  # noqa: S608 - a name of ours
    if found is None:
        gathered.tell(None, f"The table {table} cannot be read, or only in part")
    last = min(int(found[0][0] or 0), most) if found else most
    if found and int(found[0][0] or 0) > most:
        gathered.tell(
            None, f"The table {table} has rows with numbers beyond what the file can hold; these are lost"
        )
    lost: set[int] = set()
    yield from walk(database.connection, question, last, ROWS_AT_ONCE, lost)
    if lost:
        gathered.tell(None, f"{len(lost)} rows of {table} cannot be read because the file is damaged")


def _take(stored_row: _Stored, table: str, database: _Database, gathered: Gathered) -> None:
    told = _told(stored_row, table, gathered)
    time = microseconds(stored_row.time)
    if time is None or _number(stored_row.sender_qq) is None:
        _tell(stored_row, table, "its time or sender is missing, since its attributes are gone", gathered)
    place = _group(stored_row) if table == "grpmsg" else _friend(stored_row, database)
    number = _number(stored_row.sender_qq)
    gathered.messages.append(
        {
            "msg_time": time,
            "sender": _name(stored_row, number),
            "sender_qq": number,
            "content": told.text if told else None,
            "kind": told.kind if told else "other",
            "own": None if database.account is None or number is None else number == database.account,
            "msg_id": _number(stored_row.msg_id),
            "reply_to": _number(stored_row.quoted) or (told.reply_to if told else None),
            "segments": told.segments if told else None,
            "anonymous_id": _text(stored_row.anonymous),
            **place,
        }
    )


def _told(stored_row: _Stored, table: str, gathered: Gathered) -> content.Told | None:
    written = stored_row.content
    if not isinstance(written, str):
        _tell(stored_row, table, "it has no content", gathered)
        return None
    try:
        found = loaded(written)
    except InvalidInput as error:
        _tell(stored_row, table, f"its content was not understood: {error}", gathered)
        return None
    segments = found.get("content") if isinstance(found, dict) else None
    if not isinstance(segments, list):
        _tell(stored_row, table, "its content was not understood: it has no list of segments", gathered)
        return None
    return content.read([_segment(one) for one in segments])


def _tell(stored_row: _Stored, table: str, why: str, gathered: Gathered) -> None:
    gathered.tell(None, f"message {stored_row.msg_id} of {table}: {why}", _text(stored_row.content) or "")


def _segment(found: object) -> object:
    """Write a segment as OneBot has it: here a mention has other keys."""
    if not isinstance(found, dict) or found.get("type") != "at" or not isinstance(found.get("data"), dict):
        return found
    data = found["data"]
    everybody = data.get("subType") == "all" or data.get("display") == EVERYBODY
    number = "all" if everybody else data.get("target")
    return {"type": "at", "data": {"qq": number, "name": data.get("display") or ""}}


def _group(stored_row: _Stored) -> dict[str, Any]:
    number = _number(stored_row.group) or "?"
    return {"type": "group_message", "gnumber": number, "chat": number, "chat_key": chat_key("group", number)}


def _friend(stored_row: _Stored, database: _Database) -> dict[str, Any]:
    number, target = _number(stored_row.friend) or "?", _number(stored_row.target)
    return {
        "type": "message",
        "chat": database.names.get(number, number),
        "chat_key": chat_key("friend", number),
        "receiver": database.names.get(target or ""),
        "receiver_qq": target,
    }


def _name(stored_row: _Stored, number: str | None) -> str | None:
    name = _text(stored_row.sender)
    return name if name and name.strip() else number


def _text(found: object) -> str | None:
    """Take a text; in a damaged file bytes may stand in its place, and are written out."""
    if isinstance(found, bytes):
        return found.decode("utf-8", "backslashreplace") or None
    return plain_text(found) if isinstance(found, str) and found else None


def _number(found: object) -> str | None:
    return str(found) if isinstance(found, int) and found else None
