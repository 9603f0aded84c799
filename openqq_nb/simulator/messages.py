"""What the server posts about messages, in both dialects."""

from dataclasses import dataclass
from typing import Any

from openqq_nb.simulator.login import Login
from openqq_nb.simulator.openqq1 import STRANGER, Thing
from openqq_nb.simulator.perl import cut_card, escape
from openqq_nb.simulator.records import Kind, Via
from openqq_nb.simulator.things import Discuss, Friend, Group, Membership, Person

PLACE_TYPE: dict[Kind, str] = {
    "group": "group_message",
    "discuss": "discuss_message",
    "session": "sess_message",
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message on its way from somebody to the account.

    Args:
        kind: The kind of talk.
        sender: Who says it.
        text: What he says; `None` for a message with nothing but formatting.
        number: The provider's id of the message.
        at: Seconds since 1970.
        group: Where, for `group` and for `session` through a group.
        discuss: Where, for `discuss` and for `session` through a discuss.
        segments: What he says piece by piece, in OneBot; then `text` does not count.
    """

    kind: Kind
    sender: Person
    text: str | None
    number: int
    at: int
    group: Group | None = None
    discuss: Discuss | None = None
    segments: tuple[dict[str, Any], ...] | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """A message on its way from the account to somebody.

    Args:
        kind: The kind of talk.
        content: A text; in 2.x a reply may be any JSON value.
        number: The server's id of the message.
        via: `api` or `reply`.
        friend: To whom, for `friend`.
        group: Where, for `group` and for `session` through a group.
        discuss: Where, for `discuss` and for `session` through a discuss.
        person: To whom, for `session`, and for `friend` if he is a stranger.
    """

    kind: Kind
    content: object
    number: int
    via: Via
    friend: Friend | None = None
    group: Group | None = None
    discuss: Discuss | None = None
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the provider made of a sending.

    Args:
        code: 0, or below 0 for a failure.
        status: In words.
        info: In other words (2.x).
        tries_left: How many tries were left.
        is_silent: Whether the server never says anything about it.
    """

    code: int = 0
    status: str = "发送成功"
    info: str = "发送正常"
    tries_left: int = 0
    is_silent: bool = False


@dataclass(frozen=True, slots=True)
class _Sender:
    name: str
    number: int | None


_UNKNOWN = _Sender(STRANGER, None)


def find_friend(login: Login, qq: int) -> Friend | None:
    """Find a friend in the server's list."""
    return next((friend for friend in login.friends if friend.person.qq == qq), None)


def find_member(login: Login, group: Group, qq: int) -> Membership | None:
    """Find a member in the server's list."""
    return next((member for member in login.members.get(group.number, ()) if member.person.qq == qq), None)


def _my_number(login: Login, arrival: Arrival) -> int | None:
    """Give the account's own number as the place of the message knows it."""
    qq = login.world.me.person.qq
    if arrival.kind == "group" and arrival.group:
        mine = find_member(login, arrival.group, qq)
        if mine:
            return login.learn_member(arrival.group, mine)
    if arrival.kind == "discuss" and arrival.discuss:
        return login.learn_discuss_member(arrival.discuss, login.world.me.person)
    return qq


def received1(login: Login, arrival: Arrival, unknown: bool = False) -> Thing:
    """Write a received message as 1.x posts it; unknown people are posted too.

    Args:
        login: What the server knows.
        arrival: The message.
        unknown: Whether the server takes the sender for a stranger, whoever he is.
    """
    sender = _UNKNOWN if unknown else _sender1(login, arrival)
    thing: Thing = {
        "content": arrival.text,
        "msg_class": "recv",
        "msg_id": str(arrival.number),
        "msg_time": str(arrival.at),
        "receiver": login.world.me.person.nick,
        "receiver_id": str(login.world.me.person.qq),
        "receiver_qq": _my_number(login, arrival),
        "sender": sender.name,
        "sender_id": str(login.person_id(arrival.sender.qq)),
        "sender_qq": sender.number,
        "type": PLACE_TYPE.get(arrival.kind, "message"),
    }
    if arrival.group:
        thing |= {"group": escape(arrival.group.name), "group_id": str(login.group_id(arrival.group))}
    if arrival.kind == "group" and arrival.group:
        thing["gnumber"] = login.group_number(arrival.group)
    if arrival.discuss:
        thing |= {
            "discuss": escape(arrival.discuss.name),
            "discuss_id": str(login.discuss_id(arrival.discuss)),
        }
    return thing | _via(arrival)


def _via(arrival: Arrival) -> Thing:
    return {"via": "group" if arrival.group else "discuss"} if arrival.kind == "session" else {}


def _sender1(login: Login, arrival: Arrival) -> _Sender:
    person = arrival.sender
    if arrival.group:
        member = find_member(login, arrival.group, person.qq)
        if member:
            return _Sender(escape(member.displayname), login.learn_member(arrival.group, member))
    elif arrival.discuss:
        listed = arrival.discuss.member(person.qq)
        if listed:
            return _Sender(escape(listed.nick), login.learn_discuss_member(arrival.discuss, listed))
    else:
        friend = find_friend(login, person.qq)
        if friend:
            return _Sender(escape(friend.displayname), login.learn_friend(friend))
        login.strangers[person.qq] = person
    return _Sender(STRANGER, login.learn_stranger(person))


def received2(login: Login, arrival: Arrival, unknown: bool = False) -> Thing | None:
    """Write a received message as 2.x posts it; `None` if it drops it, as it does with unknown people.

    Args:
        login: What the server knows.
        arrival: The message.
        unknown: Whether the server takes the sender for a stranger, and its owner lets it post those.
    """
    sender = _UNKNOWN if unknown else _sender2(login, arrival)
    if sender is None or arrival.sender.qq == login.world.me.person.qq:
        return None
    me = login.world.me.person
    thing: Thing = {
        "class": "recv",
        "content": "[图片]" if arrival.text is None else arrival.text,
        "id": arrival.number,
        "post_type": "receive_message",
        "receiver": me.nick,
        "receiver_id": me.qq,
        "receiver_uid": _my_number(login, arrival),
        "sender": sender.name,
        "sender_id": login.person_id(arrival.sender.qq),
        "sender_uid": sender.number,
        "time": arrival.at,
        "type": PLACE_TYPE.get(arrival.kind, "friend_message"),
    }
    return thing | _place2(login, arrival) | _via(arrival)


def _place2(login: Login, talk: Arrival | Sending) -> Thing:
    if talk.group:
        return {
            "group": talk.group.displayname,
            "group_id": login.group_id(talk.group),
            "group_uid": login.group_number(talk.group),
        }
    if talk.discuss:
        return {"discuss": talk.discuss.name, "discuss_id": login.discuss_id(talk.discuss)}
    return {}


def _sender2(login: Login, arrival: Arrival) -> _Sender | None:
    person = arrival.sender
    friend = find_friend(login, person.qq)
    remark = friend.markname if friend else None
    if arrival.group:
        member = find_member(login, arrival.group, person.qq)
        if member is None:
            return None
        name = cut_card(member.card) if member.card is not None else member.person.nick
        return _Sender(name if remark is None else remark, login.learn_member(arrival.group, member))
    if arrival.discuss:
        listed = arrival.discuss.member(person.qq)
        return _Sender(escape(listed.nick) if remark is None else remark, listed.qq) if listed else None
    return _Sender(friend.displayname, login.learn_friend(friend)) if friend else None


def sent2(login: Login, sending: Sending, outcome: Outcome, at: int) -> Thing:
    """Write a message of the account itself as 2.x posts it, after the attempt."""
    me = login.world.me.person
    thing: Thing = {
        "class": "send",
        "code": outcome.code,
        "content": sending.content,
        "from": "api" if sending.via == "api" else "code",
        "id": sending.number,
        "info": outcome.info,
        "msg": outcome.status,
        "post_type": "send_message",
        "sender": me.nick,
        # In a discuss the server's own id is a string, as are the ids of all discuss members.
        "sender_id": str(me.qq) if sending.kind == "discuss" else me.qq,
        "sender_uid": me.qq,
        "source": "local",
        "time": at,
        "ttl": outcome.tries_left,
        "type": PLACE_TYPE.get(sending.kind, "friend_message"),
    }
    if isinstance(sending.content, (list, dict)):
        del thing["content"]
    return thing | _place2(login, sending) | _sender_in_group(login, sending) | _receiver2(login, sending)


def _sender_in_group(login: Login, sending: Sending) -> Thing:
    if sending.kind != "group" or sending.group is None:
        return {}
    mine = find_member(login, sending.group, login.world.me.person.qq)
    if mine is None:
        return {}
    name = cut_card(mine.card) if mine.card is not None else mine.person.nick
    return {"sender": name, "sender_uid": login.learn_member(sending.group, mine)}


def _receiver2(login: Login, sending: Sending) -> Thing:
    if sending.friend is None:
        return {}
    return {
        "receiver": sending.friend.displayname,
        "receiver_id": login.person_id(sending.friend.person.qq),
        "receiver_uid": login.learn_friend(sending.friend),
    }
