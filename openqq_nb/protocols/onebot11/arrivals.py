"""What an end of OneBot 11 posts, in our columns.

The same message has the same identity however it comes: posted, over a WebSocket or from the history, in array or
string format.

Source:
    OneBot 11, events; recorded posts of NapCat, LLBot, go-cqhttp, SnowLuma and Lagrange.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

import msgspec

from openqq_nb import schema
from openqq_nb.errors import NotUnderstood, first_bytes
from openqq_nb.models import Answer, Arrival, Cell, Recalled, Reply
from openqq_nb.protocols.onebot11 import content
from openqq_nb.protocols.reading import check_depth, digits, mended, posted, text

PROTOCOL = "onebot11"

# Tuples, because anything may stand there, and not anything can be looked up in a set.
_MESSAGES = ("message", "message_sent")
_CHATS = ("group", "private")
_OF_OPENQQ = ("receive_message", "send_message", "event")
_RECALLS = ("group_recall", "friend_recall")
_TYPING = "input_status"
# Whoever pokes twice in one second has done it twice, and the two posts are alike to the last key.
_REPEATED = ("poke", "profile_like")

_READ = msgspec.json.Decoder(float_hook=str)
# The one number whose digits would get lost.
_MINUS_ZERO = re.compile(rb"[\[{,:\s]-0")
_ENCODE = msgspec.json.encode
# A pair of surrogates is one character; a backslash that is escaped itself begins nothing.
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")
_POSITIVE = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?")
_IN_MILLISECONDS = 1e11

# What has a column, or says nothing that another key does not say.
_READ_KEYS = frozenset(
    {
        "anonymous", "font", "group_id", "group_name", "message", "message_format", "message_id", "message_sent_type",
        "message_style", "message_type", "post_type", "raw", "real_id", "self_id", "sender", "sub_type", "target_id",
        "time", "user_id",
    }
)  # fmt: skip
_SENDER_KEYS = {"nickname": "nick", "sex": "gender"}
_READ_OF_SENDER = frozenset({"user_id", "group_id"})
_NOTHING: frozenset[object] = frozenset({None, "", "0", "unknown"})
_OURS = frozenset(schema.MESSAGES.names)


def read(body: bytes) -> Arrival:
    """Read a post: a message, an event, or a word on the state of the end.

    Raises:
        NotUnderstood: it is no post of an end of OneBot.
    """
    found = _object(body)
    posts = found.get("post_type")
    if posts in _MESSAGES and found.get("message_type") in _CHATS:
        return _message(found, body)
    if not isinstance(posts, str) or not posts.isidentifier() or posts in _OF_OPENQQ:
        raise _no_post(found, body)
    if posts == "meta_event":
        return _state(found, body, _said(found.get("meta_event_type")) or posts)
    if posts == "notice" and found.get("sub_type") == _TYPING:
        return _state(found, body, _TYPING)  # one comes at each key stroke
    return _event(found, body, posts)


def answer(arrival: Arrival, reply: Reply | None) -> Answer:
    """Say what to write back: nothing, ever; ends differ in what they obey, so replies go out by calls."""
    return Answer(204)


def _object(body: bytes) -> dict[str, Any]:
    """Read a post with every digit, the quick way if it can be."""
    try:
        found = _READ.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _any_object(body)
    if not isinstance(found, dict) or (b"-0" in body and _MINUS_ZERO.search(body)):
        return _any_object(body)
    check_depth(body)
    return found


def _any_object(body: bytes) -> dict[str, Any]:
    return {mended(key): _mended(cell) for key, cell in posted(body).items()}


def _mended(found: object) -> object:
    if isinstance(found, str):
        return mended(found)
    if isinstance(found, dict):
        return {mended(key): _mended(cell) for key, cell in found.items()}
    if isinstance(found, list):
        return [_mended(cell) for cell in found]
    return found


def _no_post(found: Mapping[str, Any], body: bytes) -> NotUnderstood:
    if "retcode" in found:
        what = "it is the answer to a call"
    elif found.get("post_type") in _OF_OPENQQ:
        what = "it is one of an Openqq server"
    else:
        what = "it has no post_type"
    return NotUnderstood(
        f"This is no post of OneBot 11: {what}, and begins with {first_bytes(body)}. Check which program posts to this "
        "address; in an end of OneBot it belongs into the field of an HTTP client (HTTP POST)."
    )


def _message(found: Mapping[str, Any], body: bytes) -> Arrival:
    sender = _mapping(found.get("sender"))
    account = _number(found.get("self_id"))
    writer = _number(found.get("user_id")) or _number(sender.get("user_id"))
    own = found["post_type"] == "message_sent" or (writer is not None and writer == account)
    other = _number(found.get("target_id")) if own else writer
    said = found.get("message")
    told = content.read(found.get("raw_message") if said is None else said)
    row: dict[str, Cell] = {
        "msg_time": _seconds(found.get("time")),
        "sender": _said(sender.get("card")) or _said(sender.get("nickname")),
        "sender_qq": writer,
        "content": told.text,
        "kind": told.kind,
        "msg_class": "send" if own else "recv",
        "msg_id": _number(found.get("message_id")),
        "reply_to": told.reply_to,
        "segments": told.segments,
        **_place(found, sender),
    }
    if row["type"] != "group_message":
        row["receiver_qq"] = other if own else account
    anonymous = _mapping(found.get("anonymous"))
    if anonymous or found.get("sub_type") == "anonymous":
        # All of them share one number, that of nobody.
        row |= {"sender": _said(anonymous.get("name")) or row["sender"], "sender_qq": None}
    if own:
        row["delivery"] = "sent"
    return Arrival(
        kind="message",
        row={name: cell for name, cell in row.items() if cell is not None},
        fingerprint=_fingerprint(account, row, account if own else other, found.get("time")),
        raw=body,
        extra=_extra(found, sender, account),
        answerable=not own,
        account=account,
    )


def _place(found: Mapping[str, Any], sender: Mapping[str, Any]) -> dict[str, Cell]:
    """Tell in which chat it is; a temporary session has the group in which one met."""
    if found["message_type"] == "group":
        place = _number(found.get("group_id"))
        return {"type": "group_message", "gnumber": place, "group": _said(found.get("group_name"))}
    if found.get("sub_type") != "group":
        return {"type": "message"}
    # NapCat has the group beside the sender, LLBot and go-cqhttp in it.
    place = _number(found.get("group_id")) or _number(sender.get("group_id"))
    return {
        "type": "sess_message",
        "gnumber": place,
        "group": _said(found.get("group_name")),
        "via": "group",
    }


def _fingerprint(account: str | None, row: Mapping[str, Cell], writer: str | None, time: object) -> str:
    """Identify a message by account, chat, number and time; without a number it is like no other.

    A private chat is told by the writer, since a post of the account's own need not tell to whom it went. That is
    enough: by its number alone an account can get and delete a message.
    """
    if row["msg_id"] is None:
        return uuid.uuid4().hex
    chat = f"group:{row['gnumber']}" if row["type"] == "group_message" else f"private:{writer}"
    # NapCat writes the moment of writing then, so each time another one.
    time_s = None if _is_made_up(time) else row["msg_time"]
    return _hash(_ENCODE([PROTOCOL, account, chat, row["msg_id"], time_s]))


def _extra(found: Mapping[str, Any], sender: Mapping[str, Any], account: str | None) -> dict[str, Cell]:
    """Keep what has no column; of the sender only what says something, since ends fill up with zeros."""
    extra: dict[str, Cell] = {"self_qq": account} if account else {}
    for key, cell in found.items():
        if key not in _READ_KEYS and cell is not None and cell != []:
            extra[_free(key)] = cell if type(cell) is str else text(digits(cell))
    for key, cell in sender.items():
        if key not in _READ_OF_SENDER:
            written = cell if type(cell) is str else text(digits(cell))
            if written not in _NOTHING:
                # The columns of people have these names too, and both stand side by side (`with_people`).
                extra.setdefault(_free(f"sender_{_SENDER_KEYS.get(key, key)}"), written)
    if isinstance(found.get("anonymous"), dict):
        extra["anonymous"] = text(digits(found["anonymous"]))
    return extra


def _free(key: str) -> str:
    """Name the column of an unknown key; one that is called like a column of ours is not mixed up with it."""
    return f"raw_{key}" if key in _OURS else key


def _state(found: Mapping[str, Any], body: bytes, what: str) -> Arrival:
    online = _mapping(found.get("status")).get("online")
    interval_ms = _positive(found.get("interval"))
    row: dict[str, Cell] = {
        "state": (_said(found.get("sub_type")) or what) if what == "lifecycle" else what,
        "online": online if isinstance(online, bool) else None,
        "interval_s": None if interval_ms is None else interval_ms / 1000,
    }
    return Arrival("state", row, uuid.uuid4().hex, body, account=_number(found.get("self_id")))


def _event(found: Mapping[str, Any], body: bytes, posts: str) -> Arrival:
    account = _number(found.get("self_id"))
    name = _said(found.get("notice_type")) if posts == "notice" else None
    subtype = _said(found.get("sub_type")) or _said(found.get("message_type"))
    if posts == "request":
        subtype = "friend" if found.get("request_type") == "friend" else subtype
    about = found.get("user_id", found.get("sender_id"))
    row: dict[str, Cell] = {
        "event": name or posts,
        "subtype": subtype,
        "gnumber": _number(found.get("group_id")),
        "qq": _number(about),
        "params": _readable(body.decode("utf-8-sig")),
    }
    return Arrival(
        kind="event",
        row={column: cell for column, cell in row.items() if cell is not None},
        fingerprint=_identity(found),
        raw=body,
        account=account,
        recalls=_recalled(found, row),
    )


def _readable(written: str) -> str:
    """Write JSON with its characters as they are, so that they can be searched for: some ends escape all of them."""
    return _ESCAPE.sub(_unescaped, written) if "\\u" in written else written


def _unescaped(escape: re.Match[str]) -> str:
    written = escape[0]
    if written[1] != "u" or written < "\\u0080":
        return written
    return mended(str(json.loads(f'"{written}"')))


def _identity(found: Mapping[str, Any]) -> str:
    """Identify an event by all that it says, since go-cqhttp posts again when a connection breaks.

    One without a time is like no other, and so is one that may truly happen twice in a second: rather one row too many
    of these than one too few.
    """
    happened_again = found.get("notice_type") == "notify" and found.get("sub_type") in _REPEATED
    if happened_again or _seconds(found.get("time")) is None:
        return uuid.uuid4().hex
    return _hash(json.dumps([PROTOCOL, found], sort_keys=True).encode())


def _hash(identity: bytes) -> str:
    return hashlib.sha256(identity).hexdigest()[:32]


def _recalled(found: Mapping[str, Any], row: Mapping[str, Cell]) -> Recalled | None:
    msg_id = _number(found.get("message_id"))
    if row["event"] not in _RECALLS or msg_id is None:
        return None
    in_group = row["event"] == "group_recall"
    place = _number(found.get("group_id")) if in_group else None
    return Recalled(place, _number(found.get("user_id")), msg_id, _seconds(found.get("time")))


def _mapping(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else {}


def _said(found: object) -> str | None:
    """Take a name or word, unless it is empty."""
    return found or None if type(found) is str else text(digits(found))


def _number(found: object) -> str | None:
    """Take a number as text; ends write 0 where there is none, and bridges words."""
    if type(found) is int:
        return str(found) if found else None
    return found if isinstance(found, str) and found not in ("", "0") else None


def _seconds(found: object) -> float | None:
    """Read a time; 0 is none, and NapCat writes milliseconds when QQ gave none."""
    number = _positive(found)
    if number is None or number <= _IN_MILLISECONDS:
        return number
    return number / 1000 if number <= _IN_MILLISECONDS * 1000 else None


def _is_made_up(time: object) -> bool:
    """Tell a time in milliseconds, which is none that QQ gave."""
    return (_positive(time) or 0) > _IN_MILLISECONDS


def _positive(found: object) -> float | None:
    written = str(found)
    if not _POSITIVE.fullmatch(written):
        return None
    return (float(written) if "." in written else int(written)) or None
