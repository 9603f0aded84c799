"""All that a simulated end can let happen, and a bare WebSocket that sees what it says of it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from openqq_nb.protocols.onebot11 import content
from openqq_nb.simulator import Group, Membership, Person, Simulator
from openqq_nb.simulator.dialects import FORMATS, Format
from tests.simulator.onebot11.asking import ask, managed, plain_member, socket_to

Json = dict[str, Any]
Check = Callable[[Json, list[Json]], None]
PATIENCE_S = 10.0
# Without a blank, which aiocqhttp takes for the end of a token.
TOKEN, SECRET = "of-calls", "of-posts"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
LAST = "that is all [CQ:at,qq=all] &amp; &#91;,]"
STRANGER = Person(4_200_000_321, "路人[CQ:at,qq=all]&,")

TAKEN_BACK = "要收回"


def segment(kind: str, **data: Any) -> Json:
    """Write a segment."""
    return {"type": kind, "data": data}


def everything_said(group: Group, member: Membership) -> list[list[Json]]:
    """Write messages of every kind of segment that ends post."""
    text = segment("text", text="一, 二\n[CQ:face,id=14] &amp; &#91;🐼] ")
    card = '{"app":"com.tencent.structmsg","prompt":"[分享]天气, 雨","meta":{"a":[1,{"b":"&#44;"}]}}'
    parts = [
        segment("at", qq=str(member.person.qq)),
        segment("at", qq="all"),
        segment("face", id="14"),
        segment("face", id="9999"),
        segment("image", file="A1B2&[1],.jpg", url="https://example.invalid/a?b=1&c=[2],3"),
        segment("record", file="a.amr", url="https://example.invalid/a.amr", file_size="100"),
        segment("video", file="a.mp4", url="https://example.invalid/a.mp4", file_size="100"),
        segment("file", file="清单,终版[1].xlsx", file_id="/1", file_size="5"),
        segment("json", data=card),
        segment("markdown", content="# 题目 [a](b)"),
        segment("mface", summary="[开心]", emoji_id="ab12", key="k"),
        segment("forward", id="7576000000000009999"),
        segment("dice", result="5"),
        segment("rps", result="1"),
        segment("shake"),
        segment("poke", type="1", id="-1"),
        segment("contact", type="group", id=str(group.number)),
        segment("location", lat="1.5", lon="2.5", title="东门", content="3 号"),
        segment("music", type="163", id="1"),
        segment("xml", data='<msg brief="a &amp; b">,</msg>'),
    ]
    return [[text], [text, *parts[:5], text], *([one] for one in parts)]


def let_everything_happen(server: Simulator, message_format: Format) -> Json:
    """Let everything happen; gives the last thing, a message."""
    server.message_format = message_format
    group, friend = managed(server), server.truth.friends[0].person
    member = plain_member(group)
    server.chatter(15)
    for words in everything_said(group, member):
        server.say(member, words, group=group)
    _talk(server, group, member, friend)
    _notices(server, group, member, friend)
    _changes(server, group)
    server.wait_posted()
    return server.say(friend, LAST)


def _talk(server: Simulator, group: Group, member: Membership, friend: Person) -> None:
    said = server.say(member, "原话", group=group)
    server.say(
        member, [segment("reply", id=str(said["message_id"])), segment("text", text="答")], group=group
    )
    private = server.say(friend, "原话")
    server.say(friend, [segment("reply", id=str(private["message_id"])), segment("text", text=" 答 ")])
    server.say(friend, None)
    server.say(member, None, group=group)
    server.say(STRANGER, "陌生人")
    server.say(member, "临时", group=group, session=True)
    server.say(group.members[0], [segment("at", qq=str(server.truth.me.person.qq))], group=group)
    with server.fault("poor_posts"):
        server.say(member, "缺名", group=group)
    # Others than those that are quoted, which a library fetches a moment later.
    server.recall(server.say(member, TAKEN_BACK, group=group), by=group.owner)
    server.recall(server.say(friend, TAKEN_BACK))


def _notices(server: Simulator, group: Group, member: Membership, friend: Person) -> None:
    server.poke(friend)
    server.poke(member, group=group)
    server.type_on(friend)
    server.upload(group, member, "a,[1]&.pdf")
    server.mute(group, member, 60)
    server.mute(group, member, 0)
    server.mute_all(group)
    server.mute_all(group, on=False)
    server.set_card(group, member, "名片[CQ:at,qq=all]")
    server.set_role(group, member, "admin")
    server.set_role(group, member, "member")
    server.ask_friend(Person(1, "一"), "你好[CQ:at,qq=all]")
    server.ask_group(group, Person(2, "二"), "你好")
    server.ask_group(group, Person(2, "二"), invite=True)
    server.online = False
    server.online = True


def _changes(server: Simulator, group: Group) -> None:
    server.join(group, STRANGER)
    server.add_friend(STRANGER)
    server.remove_friend(STRANGER)
    server.leave(group, STRANGER)
    server.join(group, STRANGER)
    server.kick(group, STRANGER)


def watched(server: Simulator, deeds: Callable[[], object]) -> list[Json]:
    """Let some deeds be done, then everything happen, in both formats.

    Args:
        server: The simulator.
        deeds: What is done first.

    Returns:
        What a bare WebSocket saw of it beside the program that is tried, without heartbeats and the like.
    """
    with socket_to(server, "/event", additional_headers=BEARER, max_queue=None) as witness:
        deeds()
        for message_format in FORMATS:
            last = let_everything_happen(server, message_format)
        seen: list[Json] = []
        while not seen or seen[-1] != last:
            seen.append(json.loads(witness.recv(PATIENCE_S)))
    return [one for one in seen if one["post_type"] != "meta_event"]


def own(seen: Json) -> bool:
    """Tell whether an event is one's own message."""
    return "message_type" in seen and seen["user_id"] == seen["self_id"]


@contextmanager
def reading(server: Simulator) -> Iterator[Check]:
    """Give what compares how a library of others and we read a posted message, and a CQ text with what it means."""
    server.message_format = "array"
    with socket_to(server, "/api", additional_headers=BEARER) as ws:

        def check(posted: Json, theirs: list[Json]) -> None:
            assert content.as_segments(theirs) == content.as_segments(posted["message"])
            if isinstance(posted["message"], str):
                told = ask(ws, "get_msg", message_id=posted["message_id"])["data"]
                if told is None:  # NapCat tells no more of what was taken back
                    assert posted["message"] == TAKEN_BACK
                    return
                meant = told["message"]
                assert [one["type"] for one in theirs] == [one["type"] for one in meant]
                for read, one in zip(theirs, meant, strict=True):
                    assert _texts(read["data"]).items() <= _texts(one["data"]).items()

        yield check


def _texts(data: Json) -> Json:
    """Give what is the same in an array and a CQ text: no objects, and no name, which may have changed meanwhile."""
    return {
        key: str(cell)
        for key, cell in data.items()
        if key not in ("name", "raw") and not isinstance(cell, list)
    }
