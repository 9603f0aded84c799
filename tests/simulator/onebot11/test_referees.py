"""Client libraries of others read what the simulator posts, as they read what the ends post."""

from typing import Any

import aiocqhttp  # type: ignore[import-untyped]
import pytest
from nonebot.adapters.onebot.v11 import Adapter, Event, MessageEvent, MetaEvent, NoticeEvent, RequestEvent

from openqq_nb.simulator import Person, Simulator
from tests.simulator.listener import Listener
from tests.simulator.onebot11.asking import (
    ENDS,
    data,
    frame,
    friend,
    managed,
    plain_member,
    simulated,
    socket_to,
)

STRANGER = Person(4_200_000_321, "路人")


def everything(server: Simulator) -> list[dict[str, Any]]:
    """Let everything happen that the simulator can, and give what was posted."""
    group = managed(server)
    with Listener() as listener:
        server.post_to(listener.url)
        server.chatter(100)
        said = server.say(plain_member(group), [{"type": "at", "data": {"qq": "all"}}], group=group)
        server.say(plain_member(group), "临时", group=group, session=True)
        private = server.say(friend(server), None)
        server.recall(said, by=group.owner)
        server.recall(private)
        server.poke(friend(server))
        server.poke(plain_member(group), group=group)
        server.upload(group, plain_member(group), "a.pdf")
        server.mute(group, plain_member(group), 60)
        server.mute_all(group)
        server.set_role(group, plain_member(group), "admin")
        server.join(group, STRANGER)
        server.add_friend(STRANGER)
        server.ask_friend(Person(1, "一"), "你好")
        server.ask_group(group, Person(2, "二"), "你好")
        server.ask_group(group, Person(2, "二"), invite=True)
        data(server, "send_group_msg", group_id=group.number, message="自己")
        data(server, "send_private_msg", user_id=friend(server).qq, message="自己")
        server.kick(group, STRANGER)
        server.kick(group, server.truth.me.person)
        posted = [dict(one.payload) for one in server.wait_posted()]
    return posted


@pytest.mark.parametrize("end", ENDS)
def test_nonebot_reads_all_posts_as_what_they_are(end: str) -> None:
    kinds = {"message": MessageEvent, "notice": NoticeEvent, "request": RequestEvent, "message_sent": Event}
    with simulated(end, report_own=end != "llbot") as server:
        posts = everything(server)
        assert {"group_recall", "friend_recall", "group_ban", "group_admin"} <= {
            one.get("notice_type") for one in posts
        }
        for one in posts:
            event = Adapter.json_to_event(one)
            assert isinstance(event, kinds[one["post_type"]]), one
        with socket_to(server) as ws:
            assert isinstance(Adapter.json_to_event(frame(ws)), MetaEvent)


@pytest.mark.parametrize("end", ENDS)
def test_aiocqhttp_reads_all_posts(end: str) -> None:
    with simulated(end, report_own=end != "llbot") as server:
        for one in everything(server):
            event = aiocqhttp.Event.from_payload(one)
            assert event is not None and event.type == one["post_type"], one
