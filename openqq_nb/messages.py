"""What is worked out for each message: whose it is, which chat it belongs to, what kind of thing it is."""

import re

from openqq_nb.models import Cell, Recipient, Row

_IMAGE = re.compile(r"(\[图片\]\s*)+")
_FACE = re.compile(r"(\[[^\[\]\s]{1,12}\]\s*)+")
_MARKS = ("[", "共享文件")
_FILE = re.compile(r"共享文件 \[.*\]", re.DOTALL)


def complete(row: Row) -> dict[str, Cell]:
    """Add the columns that follow from the others: `own`, `kind`, `sender`, `chat` and `chat_key`.

    Args:
        row: a message in the columns of `schema.MESSAGES`, with permanent numbers where they are known.

    Returns:
        A new row. Run again after numbers were learnt, it gives the keys that follow from them.
    """
    full = dict(row)
    full["own"] = is_own(row)
    if row.get("segments") is None:  # else the protocol told what it is
        full["kind"] = guess_kind(row.get("content"))
    full["sender"] = _name(row, "sender")
    full["chat"] = _chat(full)
    full["chat_key"] = chat_key(full)
    return full


def is_own(row: Row) -> bool:
    """Tell whether the account itself wrote the message, on whichever device."""
    if row.get("msg_class") == "send":
        return True
    sender_id, sender_qq = row.get("sender_id"), row.get("sender_qq")
    by_id = sender_id is not None and sender_id == row.get("receiver_id")
    return by_id or (sender_qq is not None and sender_qq == row.get("receiver_qq"))


def guess_kind(content: Cell) -> str:
    """Guess from the whole text what was sent; a person may have typed `[图片]`, nothing tells them apart."""
    if not isinstance(content, str) or content == "":
        return "other"
    if not content.startswith(_MARKS):
        return "text"
    for kind, pattern in (("image", _IMAGE), ("file", _FILE), ("face", _FACE)):
        if pattern.fullmatch(content):
            return kind
    return "text"


def partner(row: Row) -> str:
    """Name the side of a friend chat or temporary session that is not us: `sender` or `receiver`."""
    return "receiver" if row.get("own") else "sender"


def chat_key(row: Row) -> str:
    """Identify the chat, by permanent numbers where they are known, else by the ids of this login."""
    kind = row.get("type")
    if kind == "group_message":
        return f"group:{_number(row, 'gnumber', 'group_id')}"
    if kind == "discuss_message":
        return f"discuss:{_number(row, '', 'discuss_id')}"
    side = partner(row)
    person = _number(row, f"{side}_qq", f"{side}_id")
    if kind == "sess_message":
        place = (
            _number(row, "", "discuss_id") if row.get("discuss_id") else _number(row, "gnumber", "group_id")
        )
        return f"session:{place}:{person}"
    return f"friend:{person}"


def reply_address(row: Row) -> Recipient:
    """Find where an answer to a received message goes."""
    kind = row.get("type")
    place = {"gnumber": _text(row.get("gnumber")), "gid": None, "did": _text(row.get("discuss_id"))}
    if place["gnumber"] is None:
        place["gid"] = _text(row.get("group_id"))
    if kind == "group_message":
        return Recipient("group", gnumber=place["gnumber"], gid=place["gid"])
    if kind == "discuss_message":
        return Recipient("discuss", did=place["did"])
    qq = _text(row.get("sender_qq"))
    person = None if qq else _text(row.get("sender_id"))
    if kind == "sess_message":
        return Recipient("session", qq=qq, id=person, **place)
    return Recipient("friend", qq=qq, id=person)


def _chat(row: Row) -> str:
    kind = row.get("type")
    if kind == "group_message":
        return _name(row, "group", "gnumber")
    if kind == "discuss_message":
        return _name(row, "discuss")
    return _name(row, partner(row))


def _name(row: Row, side: str, number: str | None = None) -> str:
    name = row.get(side)
    if isinstance(name, str) and name.strip():
        return name
    return _number(row, number or f"{side}_qq", f"{side}_id").removeprefix("id=")


def _number(row: Row, permanent: str, temporary: str) -> str:
    return _stated(row.get(permanent)) or f"id={_stated(row.get(temporary)) or '?'}"


def _stated(value: Cell) -> str | None:
    """Take what a server wrote, unless it wrote nothing that shows."""
    stated = _text(value)
    return stated if stated and stated.strip() else None


def _text(value: Cell) -> str | None:
    return None if value is None else str(value)
