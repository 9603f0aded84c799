"""What a server posts, in our columns, and what may be written back.

Source:
    API document §10; recorded posts of both releases.
"""

import hashlib
import html
import json
import uuid
from collections.abc import Mapping
from typing import Any

import msgspec

from openqq_nb import schema
from openqq_nb.errors import InvalidInput, NotSupported
from openqq_nb.models import Answer, Arrival, Cell, Reply, Row
from openqq_nb.protocols.openqq.decode import delivery
from openqq_nb.protocols.reading import posted, text, whole
from openqq_nb.segments import Content, Parts

_TYPES = {"friend_message": "message"}
_KNOWN_TYPES = frozenset({"message", "group_message", "discuss_message", "sess_message"})
_NAMES = ("sender", "receiver", "group", "discuss")
_MESSAGE_KEYS_1 = {c.openqq1: c.name for c in schema.MESSAGES.columns if c.openqq1}
# The number of the group is `gnumber` in 1.x and `group_uid` in 2.x.
_MESSAGE_KEYS_2 = {c.openqq2: c.name for c in schema.MESSAGES.columns if c.openqq2}
_IDENTITY = (
    "receiver_id",
    "type",
    "group_id",
    "discuss_id",
    "sender_id",
    "msg_class",
    "msg_time",
    "msg_id",
    "content",
)
SHORTEST_MUTE_S = 60
_FLAT = msgspec.json.Decoder(dict[str, str | int | None])
_AS_JSON = json.encoder.encode_basestring


def read_openqq1(body: bytes) -> Arrival:
    """Read a post of a 1.x server: always a message, names escaped, numbers partly as JSON numbers."""
    found = _object(body)
    if str(found.get("type")) not in _KNOWN_TYPES:
        name = next((found[key] for key in ("type", "event", "post_type") if key in found), "unknown")
        return _event({"posted": found}, body, str(name), [])
    return _message(found, body, _MESSAGE_KEYS_1, _NAMES)


def read_openqq2(body: bytes) -> Arrival:
    """Read a post of a 2.x server: a received message, a message of our own, or an event."""
    found = _object(body)
    if found.get("post_type") == "event":
        params = found.get("params")
        return _event(
            found, body, str(found.get("event", "unknown")), params if isinstance(params, list) else []
        )
    written = str(found.get("type"))
    kind = _TYPES.get(written, written)
    if found.get("post_type") not in ("receive_message", "send_message") or kind not in _KNOWN_TYPES:
        return _event(found, body, str(found.get("post_type", "unknown")), [])
    del found["post_type"]
    # The one name that 2.x passes on as the provider escaped it is that of a member of a discuss.
    escaped = ("sender",) if "discuss" in (found.get("via"), str(kind).partition("_")[0]) else ()
    return _message(found | {"type": kind}, body, _MESSAGE_KEYS_2, escaped)


def answer(arrival: Arrival, reply: Reply | None, *, sessions: bool) -> Answer:
    """Say what to write back: 204 without a body when there is nothing to say, else the document's JSON.

    An empty body or anything but an object under a JSON type ends a 2.x server.

    Args:
        arrival: what was posted.
        reply: what a handler wants.
        sessions: whether the server can answer temporary messages.

    Raises:
        NotSupported: the server would drop this reply without a word, or it is more than text.
        InvalidInput: its text cannot be written as UTF-8.
    """
    if reply is None or not (reply.text or reply.shutup) or not arrival.answerable:
        return Answer(204)
    if not sessions and arrival.row.get("type") == "sess_message":
        raise NotSupported(
            "A 2.x server does not send a reply to a temporary message; nothing was written back. "
            "Write to the person as a friend, or in the group."
        )
    written = _written(reply.text)
    content: dict[str, Any] = {"reply": written} if written else {}
    if reply.shutup:
        _check_mute(arrival.row, reply)
        content |= {"shutup": 1, "shutup_time": reply.shutup_time}
    return Answer(200, "application/json", json.dumps(content, ensure_ascii=False).encode())


def _written(content: Content) -> str:
    if isinstance(content, Parts):
        raise NotSupported(
            "An Openqq server sends plain text only: no mentions, pictures, faces or quotes. Nothing was written back. "
            "Return a str."
        )
    try:
        content.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(
            f"The reply has half of a surrogate pair at position {error.start}, which cannot be written; nothing was "
            "written back. Remove it, for instance with text.encode(errors='ignore').decode()."
        ) from error
    return content


def _check_mute(row: Row, reply: Reply) -> None:
    if row.get("type") != "group_message":
        raise NotSupported(
            f"A reply can mute only in a group; this was a {row.get('type')}. Nobody was muted and nothing was "
            "written back. Reply without shutup."
        )
    if reply.shutup_time < SHORTEST_MUTE_S:
        raise NotSupported(
            f"The server refuses to mute for less than {SHORTEST_MUTE_S} seconds; shutup_time was "
            f"{reply.shutup_time}. Nobody was muted and nothing was written back. Give at least {SHORTEST_MUTE_S}."
        )


def _object(body: bytes) -> dict[str, Any]:
    """Read a post, every number as the digits that were written; messages are flat, and read the quick way."""
    try:
        flat = _FLAT.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _any_object(body)
    if b"-0" in body:
        return _any_object(body)  # the one number whose digits would get lost
    for key, found in flat.items():
        if type(found) is int:
            flat[key] = str(found)
    return flat


def _any_object(body: bytes) -> dict[str, Any]:
    return {key: text(cell) if isinstance(cell, str) else cell for key, cell in posted(body).items()}


def _message(
    found: Mapping[str, Any], body: bytes, keys: Mapping[str, str], escaped: tuple[str, ...]
) -> Arrival:
    received: dict[str, Cell] = {"msg_class": "recv"}
    extra: dict[str, Cell] = {}
    for key, cell in found.items():
        column = keys.get(key)
        if column is None:
            extra[key] = cell if type(cell) is str else text(cell)
        else:
            received[column] = cell if type(cell) is str else text(cell)
    received["msg_time"] = whole(received.get("msg_time"))
    fingerprint = _fingerprint(received)
    received |= {
        name: html.unescape(str(received[name])) for name in escaped if received.get(name) is not None
    }
    if received["msg_class"] == "send":
        received |= _outcome(received)
    return Arrival(
        kind="message",
        row=received,
        fingerprint=fingerprint,
        raw=body,
        extra=extra,
        answerable=received["msg_class"] != "send",
    )


def _outcome(row: Row) -> dict[str, Cell]:
    code = whole(row.get("code"))
    return {"code": code, "delivery": None if code is None else delivery(code).value}


def _fingerprint(row: Row) -> str:
    """Identify a message by what was received; without a number it is like no other."""
    if row.get("msg_id") is None:
        return uuid.uuid4().hex
    account = row.get("sender_id") if row.get("msg_class") == "send" else row.get("receiver_id")
    known = (account, *map(row.get, _IDENTITY))
    written = ["null" if one is None else _AS_JSON(one) if type(one) is str else str(one) for one in known]
    return hashlib.sha256(f'["openqq", {", ".join(written)}]'.encode()).hexdigest()[:32]


def _event(found: Mapping[str, Any], body: bytes, name: str, params: list[Any]) -> Arrival:
    described = _described(name, params)
    known = {"post_type", "event", "params"}
    row: dict[str, Cell] = {
        "event": text(name),
        "params": text(params) if params else text(dict(found)) if not known.issuperset(found) else "[]",
        **described,
    }
    return Arrival(kind="event", row=row, fingerprint=uuid.uuid4().hex, raw=body)


def _described(name: str, params: list[Any]) -> dict[str, Cell]:
    """Pick from the parameters of an event whom it is about."""
    if name == "state_change" and len(params) > 1:
        return {"subtype": text(params[1])}
    objects = [item for item in params if isinstance(item, dict)]
    if not objects:
        return {}
    about = objects[0]
    changed: dict[str, Cell] = (
        {"subtype": text(params[1])} if name.endswith("_property_change") and len(params) > 1 else {}
    )
    place = about if "group" in name and "member" not in name else objects[1] if len(objects) > 1 else {}
    person = {} if place is about else about
    shown = about.get("card") or about.get("markname") or about.get("name")
    return changed | {
        "gnumber": text(place.get("uid")),
        "qq": text(person.get("uid")),
        "displayname": text(shown),
    }
