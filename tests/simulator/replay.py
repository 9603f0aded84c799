"""Sends the recorded requests to the simulator, in order, between the same happenings as in the recordings."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from openqq_nb.simulator import Muted, Received, Saying, Simulator
from tests.simulator.recorded_world import friend, group, member, person_with_id, recorded_world
from tests.simulator.recordings import Answer, entries, exchange, raw
from tests.simulator.said import recorded_post, saying

IDLE_S = 0.15
POLL_S = 0.3
# A relogin or stop that was called for is not meant to happen while the recordings are replayed.
NEVER_S = 3600.0

PROVIDER = "the provider fails here, and the simulator's takes everything"
TIMING = "tells about seconds at the real pace; test_send_queue holds the order"
NO_EXTENDED = "a server without the optional password module, which the simulator does not play"

NOT_REPLAYED = {
    "openqq1": {
        "send_sess_message refused by the provider": PROVIDER,
        "send_message, provider answers retcode 100001": PROVIDER,
        "send_message, provider answers errMsg ERROR": PROVIDER,
        "send_message, provider answers something unknown": PROVIDER,
        "send_message, provider answers HTTP 500": PROVIDER,
        "send_message, provider answers no JSON": PROVIDER,
        "send_message, provider answers errCode 5": PROVIDER,
        **{f"burst, request {n} of 7": TIMING for n in range(1, 8)},
        "send_message refused by the provider, at real pace": PROVIDER,
        "send_message, slow provider": PROVIDER,
    },
    "openqq2": {
        "send_friend_message, provider answers retcode 1202": PROVIDER,
        "send_friend_message, provider answers retcode 100100": PROVIDER,
        "send_friend_message, provider answers retcode 100001": PROVIDER,
        "send_friend_message, provider answers errMsg ERROR": PROVIDER,
        "send_friend_message, provider answers errCode 5": PROVIDER,
        "send_friend_message, provider answers HTTP 500": PROVIDER,
        "send_friend_message, provider answers no JSON": PROVIDER,
        "send_friend_message, provider answers something unknown": PROVIDER,
        "shutup_group_member refused by the provider": PROVIDER,
        "kick_group_member refused by the provider": PROVIDER,
        "no extended information: get_friend_info": NO_EXTENDED,
        "no extended information: get_group_basic_info": NO_EXTENDED,
        "no extended information: send_friend_message by uid": NO_EXTENDED,
        "no extended information: get_group_info with members": NO_EXTENDED,
        "no extended information: shutup_group_member": NO_EXTENDED,
        **{f"burst, request {n} of 7": TIMING for n in range(1, 8)},
        "send_friend_message refused by the provider, at real pace": PROVIDER,
    },
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the simulator did with one recorded request."""

    answer: Answer
    received: list[Received]
    muted: list[Muted]


@dataclass(slots=True)
class Replay:
    """Collects what the simulator did, by name of the recording."""

    protocol: Any
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def simulator(self, **more: Any) -> Simulator:
        times: dict[str, Any] = {"idle_timeout": IDLE_S, "poll_timeout": POLL_S, "restart_delay": NEVER_S}
        return Simulator(self.protocol, world=recorded_world(), **times, **more)

    @property
    def entries(self) -> dict[str, Any]:
        return entries(self.protocol)

    def ask(self, simulator: Simulator, name: str) -> None:
        request = self.entries[name]["request"]
        before = (len(simulator.received), len(simulator.muted))
        got = exchange(simulator.url, raw(request), request["method"])
        if simulator.running:
            simulator.wait_posted()
        self.outcomes[name] = Outcome(got, simulator.received[before[0] :], simulator.muted[before[1] :])

    def ask_between(self, simulator: Simulator, first: str, last: str) -> None:
        for name in between(self.entries, first, last):
            if name not in NOT_REPLAYED[self.protocol]:
                self.ask(simulator, name)

    def say_between(self, simulator: Simulator, first: str, last: str) -> None:
        posts = entries(f"{self.protocol}-post")
        for name in between(posts, first, last):
            simulator.say_together([saying(simulator, recorded_post(posts[name]))])


def between(names: Iterable[str], first: str, last: str) -> list[str]:
    listed = list(names)
    return listed[listed.index(first) : listed.index(last) + 1]


def replay1() -> dict[str, Outcome]:
    replay = Replay("openqq1")
    with replay.simulator() as simulator:
        _first_login1(replay, simulator)
        simulator.relogin(keep_lists=False)
        replay.ask_between(
            simulator,
            "get_friend_info asked while the server logs in again",
            "send_message by qq after the new login",
        )
    with replay.simulator(token="secret-1", token_name="key") as simulator:
        replay.ask_between(simulator, "auth: no key", "auth: repeated parameter")
    with replay.simulator() as simulator:
        replay.say_between(simulator, "friend message", "friend message")
        replay.say_between(simulator, "temporary message from a group", "temporary message from a group")
        replay.ask(simulator, "get_recent_info with a member who sent a temporary message")
        replay.say_between(simulator, "friend message, stranger", "friend message, stranger")
        replay.ask(simulator, "get_friend_info with a stranger")
    return replay.outcomes


def _first_login1(replay: Replay, simulator: Simulator) -> None:
    replay.ask_between(simulator, "get_user_info", "gzip accepted")
    replay.say_between(simulator, "group message, plain Chinese", "friend message, friend with a mark name")
    replay.ask_between(
        simulator,
        "get_friend_info after messages",
        "send_message, provider answers errCode 5",
    )


def replay2() -> dict[str, Outcome]:
    replay = Replay("openqq2")
    with replay.simulator() as simulator:
        _first_login2(replay, simulator)
        _change_world(simulator)
        simulator.relogin(keep_lists=False)
        replay.ask_between(simulator, "get_friend_info asked while the server logs in again", "stop_client")
    with replay.simulator(token="secret-1", token_name="key") as simulator:
        replay.ask_between(simulator, "auth: no key", "auth: OPTIONS without key")
    with replay.simulator() as simulator:
        _last_server2(replay, simulator)
    return replay.outcomes


def _first_login2(replay: Replay, simulator: Simulator) -> None:
    replay.ask_between(
        simulator, "get_user_info asked while the login code waits to be scanned", "search_group by id"
    )
    replay.say_between(simulator, "group message, plain Chinese", "friend message, friend without a number")
    replay.ask_between(
        simulator, "check_event with waiting messages", "get_discuss_info after members were loaded"
    )
    _polls(replay, simulator)
    replay.ask_between(simulator, "send_friend_message by id", "relogin")


def _polls(replay: Replay, simulator: Simulator) -> None:
    for names in (
        ["check_event answered by a message that comes in"],
        ["check_event, two waiting callers, caller 1", "check_event, two waiting callers, caller 2"],
    ):
        callers = [_Caller(simulator, replay.entries[name]["request"]) for name in names]
        simulator.say("橙子", "wake up" if len(names) == 1 else "for whom")
        for name, caller in zip(names, callers, strict=True):
            replay.outcomes[name] = Outcome(caller.answer(), [], [])


class _Caller:
    """A caller of `check_event` who waits from the moment it is made."""

    def __init__(self, simulator: Simulator, request: dict[str, Any]) -> None:
        place = urlsplit(simulator.url)
        self.connection = socket.create_connection((place.hostname or "", place.port or 0), 10)
        self.connection.sendall(raw(request))
        # The server reads its connections in order, so when this is answered the caller waits.
        exchange(simulator.url, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

    def answer(self) -> Answer:
        with self.connection:
            return read(self.connection)

    def go_away(self) -> None:
        self.connection.close()


def read(connection: socket.socket) -> Answer:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
    while len(body) < int(headers["content-length"]):
        body += connection.recv(65536)
    return Answer(int(lines[0].split()[1]), headers, body)


def _change_world(simulator: Simulator) -> None:
    """Let happen what the posts about new and lost people and groups tell."""
    posts = entries("openqq2-post")
    world = simulator.world
    new_friend = recorded_post(posts["event new_friend and lose_friend"])["params"][0]
    world.friends.append(friend(new_friend))
    world.friends[:] = [one for one in world.friends if one.person.qq != 9900000105]
    joined = recorded_post(posts["event new_group_member and lose_group_member / following post 4"])[
        "params"
    ][0]
    world.remove_member(9910000201, 9900000206)
    world.add_member(9910000201, member(joined))
    new_group = recorded_post(posts["event new_group and lose_group / following post 2"])["params"][0]
    world.groups[:] = [one for one in world.groups if one.number != 9910000203]
    world.groups.append(group(new_group, {}))


def _last_server2(replay: Replay, simulator: Simulator) -> None:
    replay.ask_between(
        simulator, "kick_group_member without a known number", "search_group after kicking two members"
    )
    someone = person_with_id(simulator.world, 2457053901)
    for n in range(1, 26):
        simulator.say(someone, f"message {n} of 25")
    replay.ask_between(simulator, "check_event after 25 messages", "get_friend_info by HEAD and JSONP")
    _Caller(simulator, replay.entries["check_event after a caller went away"]["request"]).go_away()
    simulator.say_together([Saying(someone, "while the caller is gone"), Saying(someone, "second")])
    replay.ask(simulator, "check_event after a caller went away")
    simulator.say(someone, "third")
    replay.ask(simulator, "check_event after that")


REPLAYS = {"openqq1": replay1, "openqq2": replay2}
