"""The history of a chat, a page at a time; an extension that each end means differently.

All pages have the message in them that was named as their end, so one more is asked for. Where a page lies is seen by
what is in it, since NapCat passes the direction on to QQ, which has not always meant it the same way.

Source:
    Recorded history pages of NapCat and LLBot; the sources of SnowLuma, Lagrange.OneBot and go-cqhttp.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from openqq_nb.errors import NotLoaded, NotSupported, NotUnderstood, first_bytes
from openqq_nb.models import Flow, Page, Recipient, Request, Row
from openqq_nb.protocols.onebot11.addressing import Params, number
from openqq_nb.protocols.onebot11.ends import End
from openqq_nb.protocols.onebot11.envelope import Told, failure, is_unknown_action, told
from openqq_nb.protocols.reading import text, value, whole

Ask = Callable[[str, Params], Request]
"""Makes the request of a call that may be repeated."""

_NOTHING_WRITTEN = "消息undefined不存在"
_NOTHING_THERE = re.compile(r"消息\S*不存在")
_ACTIONS = {"group": "get_group_msg_history", "friend": "get_friend_msg_history"}
_SENT = {"message_sent"}

Raw = dict[str, msgspec.Raw]


@dataclass(frozen=True, slots=True)
class _Message:
    """One message of a page: its number and time, and all that stands in it."""

    msg_id: str | None
    time: int
    keys: Raw


def page(end: End, ask: Ask, chat: Recipient, before: Row | None, count: int) -> Flow[Page]:
    """Ask for a piece of the history of one chat.

    Args:
        end: which end is asked.
        ask: makes a request.
        chat: a friend or group.
        before: the oldest message that is known, its columns and what else came with it; `None` for the newest piece.
        count: how many messages, about.

    Raises:
        NotSupported: the chat is of another kind, or the end keeps no history of its kind.
        NotLoaded: the end could not tell, or gave a page that does not lead up to the message.
        NotUnderstood: the answer is no page.
    """
    action, params = _chat(chat)
    if before is None:
        found = yield from _told(end, ask(action, params | _counted(end, count)), chat)
        newest = yield from _newest(end, ask, found, action)
        return (yield from _bodies(newest, chat, ask))
    start = {end.starts: (yield from _start(end, ask, before))}
    params |= start | _counted(end, count + 1)
    found = yield from _told(end, ask(action, params | _turned(end, True)), chat)
    if not found.ok:
        raise failure(found, action)
    messages = _messages(found, before)
    if not _reaches_back(messages, before) and end.turns:
        turned = yield from _told(end, ask(action, params | _turned(end, False)), chat)
        messages = _of_other_side(turned, action, before)
    if not _reaches_back(messages, before):
        return Page()
    if _ends_before(messages, before):
        yield from _check_gone(ask, before)
    return (yield from _bodies(messages, chat, ask))


def _chat(chat: Recipient) -> tuple[str, Params]:
    where = {"group": ("group_id", chat.gnumber), "friend": ("user_id", chat.qq)}.get(chat.recipient_type)
    if where is None or not where[1]:
        raise NotSupported(
            f"The history of a {chat.recipient_type} cannot be asked for, only that of a group by gnumber= or of a "
            "friend by qq=. Nothing was asked."
        )
    return _ACTIONS[chat.recipient_type], {where[0]: number(where[1])}


def _told(end: End, request: Request, chat: Recipient) -> Flow[Told]:
    """Take a page, or a failure, out of its envelope.

    Raises:
        NotSupported: the end has no such action.
    """
    action = _ACTIONS[chat.recipient_type]
    found = told((yield request), action)
    if is_unknown_action(found):
        raise NotSupported(
            f"{end.name} keeps no history of {chat.recipient_type} chats: it does not know {action} (found: "
            f"{found.words or 'no reason'}, retcode {found.retcode}). What was received is in inbox.df, and in the "
            "journals: oq.journals(), oq.open_log(path)."
        )
    return found


def _counted(end: End, count: int) -> Params:
    return {"count": count} if end.counts else {}


def _turned(end: End, older: bool) -> Params:
    """Name the side in both spellings: older releases of NapCat know only the second."""
    return {"reverse_order": older, "reverseOrder": older} if end.turns else {}


def _start(end: End, ask: Ask, before: Row) -> Flow[int | str]:
    """Give the number by which an end knows a message; the sequence is asked for where it has not come along."""
    msg_id = before.get("msg_id")
    if msg_id is None:
        raise NotLoaded(
            "The oldest message that is known has no msg_id, so nothing before it can be asked for."
        )
    if end.start == "message_id":
        return number(str(msg_id))
    known = before.get("message_seq")
    if known is None:
        found = told((yield ask("get_msg", {"message_id": number(str(msg_id))})), "get_msg")
        if not found.ok:
            raise failure(found, "get_msg")
        message = value(found.data)
        known = text(message.get("message_seq")) if isinstance(message, dict) else None
    if known is None:
        raise NotLoaded(
            f"{end.name} does not tell the message_seq of message {msg_id}, so nothing before it can be asked for."
        )
    return number(str(known))


def _newest(end: End, ask: Ask, found: Told, action: str) -> Flow[list[_Message]]:
    """Read the newest page; where nothing was ever written, NapCat and Lagrange fail."""
    if found.ok:
        return _messages(found, None)
    if _NOTHING_WRITTEN in found.words:
        return []
    # Lagrange says as little where it is not logged in.
    if end.fails_if_empty and not found.words and (yield from _is_online(ask)):
        return []
    raise failure(found, action)


def _is_online(ask: Ask) -> Flow[bool]:
    found = told((yield ask("get_status", {})), "get_status")
    status = value(found.data) if found.ok else None
    return isinstance(status, dict) and status.get("online") is True


def _of_other_side(found: Told, action: str, before: Row) -> list[_Message]:
    """Read the page of the other side; NapCat fails where that has nothing at all."""
    if found.ok:
        return _messages(found, before)
    if _NOTHING_THERE.search(found.words):
        return []
    raise failure(found, action)


def _messages(found: Told, before: Row | None) -> list[_Message]:
    """Take a page apart, oldest message first."""
    messages = [_message(one) for one in _listed(found.data)]
    if len(messages) > 1 and _is_newest_first(messages, before):
        messages.reverse()
    return sorted(messages, key=lambda one: one.time)


def _is_newest_first(messages: Sequence[_Message], before: Row | None) -> bool:
    """Tell by time, within one second by sequence, and without that by the message that was to be the last."""
    first, last = messages[0], messages[-1]
    if first.time != last.time:
        return first.time > last.time
    sequences = _sequence(first), _sequence(last)
    if sequences[0] is not None and sequences[1] is not None and sequences[0] != sequences[1]:
        return sequences[0] > sequences[1]
    return before is not None and first.msg_id is not None and first.msg_id == before.get("msg_id")


def _sequence(message: _Message) -> int | None:
    """Give the number that grows in a chat; NapCat has the number of the message in the place where others have it."""
    found = _read(message.keys, "real_seq") or _read(message.keys, "message_seq")
    return None if found == message.msg_id else whole(found)


def _listed(data: bytes) -> Sequence[Raw]:
    try:
        found: Mapping[str, msgspec.Raw] | None = msgspec.json.decode(
            data, type=dict[str, msgspec.Raw] | None
        )
        return msgspec.json.decode((found or {}).get("messages", b"[]"), type=list[Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotUnderstood(
            f"The server answered with a history that is no list of messages: {first_bytes(data)}."
        ) from error


def _message(keys: Raw) -> _Message:
    return _Message(_read(keys, "message_id"), whole(_read(keys, "time")) or 0, keys)


def _read(keys: Raw, key: str) -> str | None:
    return text(value(bytes(keys[key]))) if key in keys else None


def _reaches_back(messages: Sequence[_Message], before: Row) -> bool:
    """Tell whether a page has anything older than a message, which may stand in it."""
    named = [place for place, one in enumerate(messages) if one.msg_id == before.get("msg_id")]
    if named:
        return named[0] > 0
    since = whole(before.get("msg_time"))
    return any(since is None or one.time <= since for one in messages)


def _ends_before(messages: Sequence[_Message], before: Row) -> bool:
    """Tell whether a page ends before the message that it was to end with, so that others may lie between."""
    since = whole(before.get("msg_time"))
    return all(one.msg_id != before.get("msg_id") and (since is None or one.time < since) for one in messages)


def _check_gone(ask: Ask, before: Row) -> Flow[None]:
    """See that a message is in no page because it was taken back.

    Raises:
        NotLoaded: it is still there.
    """
    msg_id = str(before.get("msg_id"))
    found = told((yield ask("get_msg", {"message_id": number(msg_id)})), "get_msg")
    message = value(found.data) if found.ok else None
    # LLBot still tells of one that was taken back.
    if isinstance(message, dict) and message.get("status") != "deleted" and _is(message, msg_id):
        raise NotLoaded(
            f"The server was asked for the messages up to {msg_id}, and gave older ones that end before it, so others "
            "between them may be missing. Ask once more; if it stays so, ask for less of the past at a time."
        )


def _is(message: Mapping[str, Any], msg_id: str) -> bool:
    return text(message.get("message_id")) == msg_id


def _bodies(messages: Sequence[_Message], chat: Recipient, ask: Ask) -> Flow[Page]:
    """Write each message as it would be posted; ends leave out what is the same for the whole page."""
    account: str | None = None
    if any(_read(one.keys, "self_id") is None for one in messages):
        account = yield from _account(ask)
    return Page(tuple(_body(one.keys, chat, account) for one in messages), _oldest(messages))


def _oldest(messages: Sequence[_Message]) -> Row | None:
    """Name the oldest message by which the page before it can be asked for, whatever else stands in it."""
    for one in messages:
        if one.msg_id is not None and one.time:
            seq = _read(one.keys, "message_seq")
            return {"msg_id": one.msg_id, "msg_time": float(one.time), "message_seq": seq}
    return None


def _account(ask: Ask) -> Flow[str]:
    found = told((yield ask("get_login_info", {})), "get_login_info")
    account = value(found.data)
    told_as = text(account.get("user_id")) if isinstance(account, dict) else None
    if not told_as:
        raise NotLoaded("The server does not tell whose history this is (get_login_info).")
    return told_as


def _body(keys: Raw, chat: Recipient, account: str | None) -> bytes:
    """Add what a post has and a message of the history may not have."""
    owner = _read(keys, "self_id") or account
    own = _read(keys, "post_type") in _SENT or _read(keys, "user_id") == owner
    told_of: dict[str, Any] = {
        "self_id": owner,
        "post_type": "message_sent" if own else "message",
        "message_type": "group" if chat.recipient_type == "group" else "private",
    }
    if chat.recipient_type == "group":
        told_of["group_id"] = chat.gnumber
    elif own:
        told_of["target_id"] = chat.qq
    missing = {key: cell for key, cell in told_of.items() if _read(keys, key) is None}
    if not missing:
        return msgspec.json.encode(keys)
    added = {key: number(cell) if key.endswith("_id") else cell for key, cell in missing.items()}
    return msgspec.json.encode(keys | added)
