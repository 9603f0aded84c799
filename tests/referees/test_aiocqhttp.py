"""aiocqhttp gets all that a simulated end posts, as it is, and its calls are answered as it wants them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from openqq_nb.simulator import Simulator
from tests.referees.calling import make_all_calls
from tests.referees.happenings import SECRET, TOKEN, own, reading, watched
from tests.referees.program import Program
from tests.simulator.onebot11.asking import ENDS, managed, plain_member, simulated

Json = dict[str, Any]
CONNECTED, BEATING = "meta_event.lifecycle.connect", "meta_event.heartbeat"
pytestmark = pytest.mark.slow


@contextmanager
def both(end: str, secret: str) -> Iterator[tuple[Simulator, Program]]:
    """Start a simulated end, and a program that knows its address; see that neither complains of the other."""
    with simulated(end, token=TOKEN, secret=secret, report_own=True, heartbeat=0.2) as server:
        with Program("with_aiocqhttp", api_root=server.url, access_token=TOKEN, secret=secret) as program:
            yield server, program
            assert program.complaints == []
        assert server.errors == [] and server.complaints == []


def check_all_comes(end: str, server: Simulator, program: Program) -> None:
    """Let everything be done and happen, and compare what the program got with what a bare WebSocket saw."""
    happened = watched(server, lambda: make_all_calls(server, end, program.call))
    assert sum(own(one) for one in happened) == 5
    # Own messages of LLBot do not tell their message_sent_type, by which the library looks for who wants them.
    wanted = [one for one in happened if end != "llbot" or not own(one)]
    heard = program.wait_heard(lambda heard: len(events(heard)) >= len(wanted))
    assert sorted(events(heard), key=repr) == sorted(wanted, key=repr)
    with reading(server) as check:
        for one in heard:
            if "segments" in one:
                check(one["event"], one["segments"])


def events(heard: list[Json]) -> list[Json]:
    return [one["event"] for one in heard if one["event"]["post_type"] != "meta_event"]


def meta(heard: list[Json]) -> set[str]:
    return {one["name"] for one in heard if one["event"]["post_type"] == "meta_event"}


@pytest.mark.parametrize("end", ENDS)
def test_signed_posts_all_come_and_calls_over_http_are_answered(end: str) -> None:
    with both(end, SECRET) as (server, program):
        server.post_to(f"http://127.0.0.1:{program.port}/")
        check_all_comes(end, server, program)
        assert {one.status for one in server.posts} == {204}
        wanted = set() if end == "napcat" else {BEATING}
        program.wait_heard(lambda heard: meta(heard) == wanted)


@pytest.mark.parametrize("end", ENDS)
def test_a_reverse_websocket_brings_everything_and_takes_calls(end: str) -> None:
    with both(end, TOKEN) as (server, program):
        server.post_to(f"ws://127.0.0.1:{program.port}/ws")
        program.wait_heard(lambda heard: CONNECTED in meta(heard))
        check_all_comes(end, server, program)
        program.wait_heard(lambda heard: meta(heard) == {CONNECTED, BEATING})


@pytest.mark.parametrize("end", ENDS)
def test_its_answer_to_a_post_is_obeyed_where_the_end_obeys_answers(end: str) -> None:
    with both(end, SECRET) as (server, program):
        server.post_to(f"http://127.0.0.1:{program.port}/")
        group = managed(server)
        member = plain_member(group)
        server.say(member, "ping", group=group)
        # A heartbeat may come first.
        said = [one for one in server.wait_posted() if one.payload["post_type"] == "message"]
        assert [one.status for one in said] == [200]
        wanted = [] if end == "lagrange" else [f"@{member.displayname or member.person.nick}pong/微笑"]
        assert [one.content for one in server.received] == wanted
