"""NoneBot reads all that a simulated end posts as the class that it is for, and its calls are answered as it wants."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from openqq_nb.simulator import Simulator
from tests.referees.calling import make_all_calls
from tests.referees.happenings import SECRET, TOKEN, own, reading, watched
from tests.referees.program import Program
from tests.simulator.onebot11.asking import ENDS, simulated

Json = dict[str, Any]
CLASSES: Mapping[tuple[str, ...], str] = {
    ("message", "group"): "GroupMessageEvent",
    ("message", "private"): "PrivateMessageEvent",
    ("notice", "group_upload"): "GroupUploadNoticeEvent",
    ("notice", "group_admin"): "GroupAdminNoticeEvent",
    ("notice", "group_decrease"): "GroupDecreaseNoticeEvent",
    ("notice", "group_increase"): "GroupIncreaseNoticeEvent",
    ("notice", "group_ban"): "GroupBanNoticeEvent",
    ("notice", "friend_add"): "FriendAddNoticeEvent",
    ("notice", "group_recall"): "GroupRecallNoticeEvent",
    ("notice", "friend_recall"): "FriendRecallNoticeEvent",
    ("notice", "poke"): "PokeNotifyEvent",
    ("notice", "input_status"): "NotifyEvent",
    ("request", "friend"): "FriendRequestEvent",
    ("request", "group"): "GroupRequestEvent",
    # The library has no classes for what the standard does not have.
    ("notice", "group_card"): "NoticeEvent",
    ("notice", "bot_offline"): "NoticeEvent",
    ("message_sent", "group"): "Event",
    ("message_sent", "private"): "Event",
}
OFFLINE, CARD = ("notice", "bot_offline"), ("notice", "group_card")
OWN = (("message_sent", "group"), ("message_sent", "private"))
NEVER: Mapping[str, set[tuple[str, ...]]] = {
    "napcat": set(),
    "llbot": {OFFLINE},
    "lagrange": {OFFLINE, CARD, *OWN},
}
CONNECTED, BEATING = "LifecycleMetaEvent", "HeartbeatMetaEvent"
pytestmark = pytest.mark.slow


@contextmanager
def both(end: str, secret: str, *, forward: bool = False) -> Iterator[tuple[Simulator, Program]]:
    """Start a simulated end, and a program that knows its address; see that neither complains of the other."""
    with simulated(end, token=TOKEN, secret=secret, report_own=True, heartbeat=0.2) as server:
        with Program(
            "with_nonebot",
            onebot_v11_access_token=TOKEN,
            onebot_v11_secret=secret,
            onebot_v11_api_roots={str(server.truth.me.person.qq): server.url},
            onebot_v11_ws_urls=[server.ws_url] if forward else [],
        ) as program:
            yield server, program
            assert program.complaints == []
        assert server.errors == [] and server.complaints == []


def check_all_comes(end: str, server: Simulator, program: Program) -> None:
    """Let everything be done and happen, and compare what the program got with what a bare WebSocket saw."""

    def deeds() -> None:
        server.poke(server.truth.friends[0])  # over HTTP it knows of an account when something is posted
        assert program.wait_bot() == str(server.truth.me.person.qq)
        make_all_calls(server, end, program.call)

    wanted = watched(server, deeds)
    assert sum(own(one) for one in wanted) == 5
    assert {(one["post_type"], kind(one)) for one in wanted} == CLASSES.keys() - NEVER[end]
    heard = events(program.wait_heard(lambda heard: len(events(heard)) >= len(wanted)))
    with reading(server) as check:
        for one in wanted:
            # What it fetches along with a quote may let others overtake it.
            read = next((each for each in heard if is_of(each, one)), None)
            assert read is not None, one
            heard.remove(read)
            assert read["class"] == CLASSES[one["post_type"], kind(one)]
            if "segments" in read:
                check(one, read["segments"])
                check_text_and_quote(read)
    assert heard == []


def check_text_and_quote(read: Json) -> None:
    texts = [one["data"]["text"] for one in read["segments"] if one["type"] == "text"]
    assert read["text"] == "".join(texts)
    quotes = any(one["type"] == "reply" for one in read["segments"])
    assert (read["event"]["reply"] is not None) == quotes


def is_of(read: Json, posted: Json) -> bool:
    """Tell whether it is the reading of a post; a message is changed when it mentions the account."""
    return all(
        key in read["event"] and covers(read["event"][key], value)
        for key, value in posted.items()
        if key != "message" or "segments" not in read
    )


def covers(read: object, posted: object) -> bool:
    """Tell whether all that was posted is in what was read, which has more keys."""
    if isinstance(posted, dict):
        return isinstance(read, dict) and all(
            key in read and covers(read[key], cell) for key, cell in posted.items()
        )
    return read == posted


def kind(posted: Json) -> str:
    found = str(posted.get("message_type") or posted.get("request_type") or posted.get("notice_type"))
    return str(posted["sub_type"]) if found == "notify" else found


def events(heard: list[Json]) -> list[Json]:
    return [one for one in heard if one["event"]["post_type"] != "meta_event"]


def meta(heard: list[Json]) -> set[str]:
    return {one["class"] for one in heard if one["event"]["post_type"] == "meta_event"}


@pytest.mark.parametrize("end", ENDS)
def test_signed_posts_are_read_and_calls_over_http_are_answered(end: str) -> None:
    with both(end, SECRET) as (server, program):
        server.post_to(f"http://127.0.0.1:{program.port}/onebot/v11/http")
        check_all_comes(end, server, program)
        assert {one.status for one in server.posts} == {204}
        wanted = set() if end == "napcat" else {BEATING}
        program.wait_heard(lambda heard: meta(heard) == wanted)


@pytest.mark.parametrize("end", ENDS)
def test_a_reverse_websocket_is_read_and_takes_calls(end: str) -> None:
    with both(end, TOKEN) as (server, program):
        server.post_to(f"ws://127.0.0.1:{program.port}/onebot/v11/ws")
        check_over_socket(end, server, program)


@pytest.mark.parametrize("end", ENDS)
def test_a_forward_websocket_is_read_and_takes_calls(end: str) -> None:
    with both(end, SECRET, forward=True) as (server, program):
        check_over_socket(end, server, program)


def check_over_socket(end: str, server: Simulator, program: Program) -> None:
    program.wait_heard(lambda heard: CONNECTED in meta(heard))
    check_all_comes(end, server, program)
    program.wait_heard(lambda heard: meta(heard) == {CONNECTED, BEATING})
