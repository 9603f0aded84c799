"""Ends that connect to the listener by WebSocket."""

import asyncio
import json
import socket
import struct
import sys
import threading
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from openqq_nb.models import Answer
from openqq_nb.receive.connection import Respond
from openqq_nb.receive.crowd import Limits
from openqq_nb.receive.intake import MAX_BODY_BYTES, NOTHING_TO_SAY, failed
from openqq_nb.receive.signature import Seal
from openqq_nb.receive.upgraded import MAX_TAKEN
from tests.receive.door import PATIENCE_S, Door, Held, listening, post
from tests.receive.ends import (
    BINARY,
    CLOSE,
    MORE,
    PING,
    PONG,
    TEXT,
    closed,
    end,
    event,
    frame,
    frames,
    heard_all,
    request,
    welcomed,
)
from tests.receive.test_signature import RECORDED

SEAL = Seal("abc")
STRICT = Seal("abc", demanded=True)
OFTEN = 0.01


def door_of(**settings: object) -> Door:
    return Door(**{"seal": SEAL, **settings})  # type: ignore[arg-type]


# What comes in.


def test_each_text_frame_is_taken_like_the_body_of_a_post_and_nothing_goes_back() -> None:
    bodies = [line["request"]["body"] for line in RECORDED]
    with listening(door_of()) as door:
        with end(door, token="abc") as one:
            for body in bodies:
                one.send(body)
            heard_all(one)
            with pytest.raises(TimeoutError):
                one.recv(timeout=0)
        assert door.alive()
    assert [body.decode() for body in door.bodies[:-1]] == bodies
    assert (door.reasons, door.errors) == ([], [])


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_an_end_connects_with_and_without_uvloop(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if loop == "asyncio":
        # As where it is not installed.
        monkeypatch.setitem(sys.modules, "uvloop", None)
    held = Held()
    with listening(door_of(accept=held)) as door, end(door) as one:
        for number in range(2 * MAX_TAKEN):
            one.send(event(number).decode())
        for number in range(2 * MAX_TAKEN):
            held.wait()
            door.thread.call(lambda number=number: held.responds[number](NOTHING_TO_SAY))  # type: ignore[misc]
        heard_all(one)
        door.thread.run(door.listener.stop())
    assert door.bodies == [event(number) for number in range(2 * MAX_TAKEN)]
    assert (door.changes, door.errors) == ([1, 0], [])


def test_frames_behind_the_request_are_taken() -> None:
    with listening(door_of()) as door, door.connected() as peer:
        welcomed(peer, behind=frame(event(1)) + frame(event(2)) + frame(b"x", PING))
        assert frames(peer.answer()) == [(PONG, b"x")]
        assert door.bodies == [event(1), event(2)]


def test_posts_before_the_request_are_answered_first_whatever_comes_behind_it() -> None:
    held = Held()
    with listening(door_of(accept=held)) as door, door.connected() as peer:
        peer.says(post(b"1") + post(b"2") + request() + frame(event(3)))
        for number in range(2):
            held.wait()
            assert door.listener.sockets == 0
            # It stays where it is until the posts are answered.
            peer.says(frame(event(4 + number)))
            door.thread.call(lambda number=number: held.responds[number](NOTHING_TO_SAY))  # type: ignore[misc]
        for _ in range(3):
            held.wait()
        said = b""
        while b"101" not in said:
            said += peer.answer()
        assert said.startswith(b"HTTP/1.1 204 No Content\r\n\r\n" * 2 + b"HTTP/1.1 101 ")
        door.thread.call(lambda: [respond(NOTHING_TO_SAY) for respond in held.responds[2:]])
    assert door.bodies == [b"1", b"2", event(3), event(4), event(5)]


def test_frames_that_answer_calls_are_counted_and_not_taken() -> None:
    quoted = json.dumps({"status": "ok", "data": {"text": 'they say "post_type"'}, "echo": None})
    with listening(door_of()) as door:
        with end(door) as one:
            for said in (
                '{"status":"failed","retcode":1404,"echo":"7"}',
                quoted,
                "",
                event(1).decode(),
                "[]",
            ):
                one.send(said)
            heard_all(one)
        assert door.bodies == [event(1)]
        assert (door.reasons, door.errors) == (["stray"] * 4, [])


def test_an_event_that_is_cut_off_is_no_event() -> None:
    with listening(door_of()) as door:
        with door.connected() as peer:
            welcomed(peer).says(frame(event(1)), frame(event(2))[:-1])
            door.wait_for(lambda: door.bodies)
        door.wait_for(lambda: door.changes[-1] == 0)
    assert (door.bodies, door.reasons, door.errors) == ([event(1)], [], [])


cuts = st.lists(st.integers(0, 400), max_size=6)


def cut(said: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(said), *(place for place in places if place < len(said))})
    return [said[start:stop] for start, stop in pairwise(edges)]


def fragmented(body: bytes, places: list[int], between: bytes) -> bytes:
    pieces = cut(body, places)
    written = [
        frame(piece, MORE if place else TEXT, fin=place == len(pieces) - 1)
        for place, piece in enumerate(pieces)
    ]
    return between.join(written)


def test_events_in_any_fragments_and_pieces_come_whole_and_in_order() -> None:
    @settings(deadline=None, max_examples=100)
    @given(st.lists(st.tuples(st.text(max_size=200), cuts), min_size=1, max_size=4), st.booleans(), cuts)
    def check(texts: list[tuple[str, list[int]]], pinged: bool, pieces: list[int]) -> None:
        door.bodies.clear()
        bodies = [event(text=text) for text, _ in texts]
        between = frame(b"still?", PING) if pinged else b""
        said = b"".join(
            fragmented(body, places, between) for body, (_, places) in zip(bodies, texts, strict=True)
        )
        with door.connected() as peer:
            welcomed(peer).says(*cut(said, pieces)).says(frame(struct.pack("!H", 1000), CLOSE))
            heard = frames(peer.all())
        assert heard[-1] == (CLOSE, struct.pack("!H", 1000))
        assert set(heard[:-1]) <= {(PONG, b"still?")}
        assert door.bodies == bodies

    with listening(door_of()) as door:
        check()
    assert (door.reasons, door.errors) == ([], [])


pieces = st.sampled_from(
    [frame(event(1)), frame(event(2), fin=False), frame(b"", MORE), frame(b"x", MORE, fin=False), frame(b"", PING),
     frame(b"", PONG), frame(b"x", BINARY), frame(b"", CLOSE), frame(b"{}", mask=False), frame(b"{}", rsv=1)]
) | st.binary(max_size=20)  # fmt: skip


def test_whatever_comes_over_a_websocket_the_listener_goes_on() -> None:
    @settings(deadline=None, max_examples=200)
    @given(st.lists(pieces, max_size=8).map(b"".join), cuts)
    def check(said: bytes, places: list[int]) -> None:
        with door.connected() as peer:
            raw = welcomed(peer).says(*cut(said, places)).ends().all()
        assert {opcode for opcode, _ in frames(raw)} <= {PONG, CLOSE}
        assert door.alive() and door.errors == []

    with listening(door_of()) as door:
        check()
        assert door.listener.sockets == 0
    assert set(door.reasons) <= {"websocket", "stray", "size"}


# Who may come in.


@pytest.mark.parametrize(
    ("said", "seal", "status", "reason"),
    [
        (request(path="/openqq/abd"), SEAL, 404, "path"),
        (request(path="/openqq/abc/"), SEAL, 404, "path"),
        (request(path="/openqq/abc/event"), SEAL, 404, "path"),
        (request("Origin: http://evil.example"), SEAL, 403, "origin"),
        (request("Origin: null"), SEAL, 403, "origin"),
        (request().replace(b"localhost", b"evil.example"), SEAL, 403, "host"),
        (request("Host: localhost"), SEAL, 403, "host"),
        (request("Authorization: Bearer abd"), SEAL, 401, "token"),
        (request("Authorization: Basic abc"), SEAL, 401, "token"),
        (request("Authorization: Bearer abc", "Authorization: Bearer abd"), SEAL, 401, "token"),
        (request(), STRICT, 401, "token"),
        (request("Authorization: Bearer "), STRICT, 401, "token"),
        (request("Authorization: Bearer abc"), None, 405, "method"),
        (request().replace(b"GET", b"POST"), SEAL, 415, "type"),
        (request().replace(b"GET", b"PUT"), SEAL, 405, "method"),
        (request().replace(b"HTTP/1.1", b"HTTP/1.0"), SEAL, 405, "method"),
        (request().replace(b": websocket", b": h2c"), SEAL, 405, "method"),
        (request().replace(b"Connection: Upgrade\r\n", b""), SEAL, 405, "method"),
        (request(version="12"), SEAL, 400, "websocket"),
        (request(key="c2hvcnQ="), SEAL, 400, "websocket"),
        (request(key="ü"), SEAL, 400, "websocket"),
        (request("Sec-WebSocket-Version: 13"), SEAL, 400, "websocket"),
        (request("X-Long: " + "x" * 20_000), SEAL, 431, "head"),
    ],
)
def test_who_may_not_come_in_is_told_by_a_status_and_nothing_is_taken(
    said: bytes, seal: Seal | None, status: int, reason: str
) -> None:
    with listening(door_of(seal=seal)) as door, door.connected() as peer:
        assert peer.says(said + frame(event(1))).ends().heard() == [status]
    assert (door.reasons, door.bodies, door.changes, door.errors) == ([reason], [], [], [])


@pytest.mark.parametrize(
    ("headers", "seal"),
    [
        ((), SEAL),
        (("Authorization: Bearer ",), SEAL),
        (("Authorization: Bearer abc",), SEAL),
        (("Authorization: Token abc",), STRICT),
        (("authorization: bearer abc",), STRICT),
        (("Authorization: Bearer anything",), Seal()),
        (("Origin: http://127.0.0.1:0",), SEAL),
        (("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",), SEAL),
        (("Sec-Fetch-Mode: websocket", "user-agent: node", "Content-Length: 0"), SEAL),
    ],
)
def test_who_knows_the_path_comes_in(headers: tuple[str, ...], seal: Seal) -> None:
    with listening(door_of(seal=seal)) as door, door.connected() as peer:
        welcomed(peer, *headers).says(frame(event(1)), frame(b"", PING))
        assert frames(peer.answer()) == [(PONG, b"")] and door.bodies == [event(1)]


def test_each_request_is_judged_anew() -> None:
    with listening(door_of()) as door:
        for _ in range(2):
            with door.connected() as peer:
                welcomed(peer)
        assert len(door.heads) == 2


def test_a_client_library_reads_the_status_of_a_refusal() -> None:
    with listening(door_of()) as door:
        with pytest.raises(InvalidStatus) as refused, end(door, token="wrong"):
            pass
        assert refused.value.response.status_code == 401
        url, page = door.url.replace("http", "ws"), Origin("https://evil.example")
        with pytest.raises(InvalidStatus) as foreign, connect(url, origin=page, proxy=None):
            pass
        assert foreign.value.response.status_code == 403
    assert (door.reasons, door.bodies, door.changes) == (["token", "origin"], [], [])


def test_nothing_is_logged_whatever_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"), listening(door_of()) as door, door.connected() as peer:
        raw = welcomed(peer, "Authorization: Bearer abc").says(frame(event(1)) + frame(b"", BINARY)).all()
        assert closed(raw) == 1003
    assert [record for record in caplog.records if record.name != "asyncio"] == []


# How it ends.


@pytest.mark.parametrize(
    ("said", "code", "reason"),
    [
        (frame(event(2), BINARY), 1003, "websocket"),
        (frame(event(2), BINARY, fin=False) + frame(event(2), MORE), 1003, "websocket"),
        (frame(event(2), BINARY, fin=False), 1002, "websocket"),
        (frame(event(2), mask=False), 1002, "websocket"),
        (frame(event(2), rsv=4), 1002, "websocket"),
        (frame(event(2), 3), 1002, "websocket"),
        (frame(event(2), MORE), 1002, "websocket"),
        (frame(b"{", fin=False) + frame(event(2)), 1002, "websocket"),
        (frame(b"x" * 126, PING), 1002, "websocket"),
        (frame(b"\x00", CLOSE), 1002, "websocket"),
        (b"\x81\xff" + (MAX_BODY_BYTES + 1).to_bytes(8, "big"), 1009, "size"),
    ],
)
def test_what_is_no_text_is_told_by_a_code_and_what_came_before_is_kept(
    said: bytes, code: int, reason: str
) -> None:
    with listening(door_of()) as door, door.connected() as peer:
        raw = welcomed(peer).says(frame(event(1)) + said + frame(event(3))).all()
        assert closed(raw) == code
        door.wait_for(lambda: door.changes == [1, 0] or peer.ends())
    assert (door.bodies, door.reasons, door.errors) == ([event(1)], [reason], [])


def test_fragments_beyond_the_limit_are_refused_together() -> None:
    part = frame(b"x" * (MAX_BODY_BYTES // 4), MORE, fin=False)
    with listening(door_of()) as door, door.connected() as peer:
        welcomed(peer).says(frame(event(1), fin=False), *[part] * 4)
        assert closed(peer.all()) == 1009
    assert (door.bodies, door.reasons) == ([], ["size"])


def test_a_body_of_the_largest_size_is_taken() -> None:
    body = event(1, text="x" * (MAX_BODY_BYTES - len(event(1, text=""))))
    with listening(door_of()) as door, end(door) as one:
        one.send(body, text=True)
        heard_all(one)
        assert [len(taken) for taken in door.bodies] == [MAX_BODY_BYTES]


def test_pings_are_answered_and_pongs_are_not() -> None:
    with listening(door_of()) as door, door.connected() as peer:
        welcomed(peer).says(frame(b"1", PONG) + frame(b"2", PING) + frame(b"3", PING))
        heard: list[tuple[int, bytes]] = []
        while len(heard) < 2:
            heard += frames(peer.answer())
        assert heard == [(PONG, b"2"), (PONG, b"3")]


@pytest.mark.parametrize("payload", [b"", struct.pack("!H", 1000), struct.pack("!H", 4001) + b"bye"])
def test_a_close_is_answered_and_the_connection_ends(payload: bytes) -> None:
    with listening(door_of()) as door, door.connected() as peer:
        raw = welcomed(peer).says(frame(event(1)) + frame(payload, CLOSE) + frame(event(2))).all()
        assert frames(raw) == [(CLOSE, payload)]
        door.wait_for(lambda: door.changes == [1, 0])
    assert (door.bodies, door.reasons, door.errors) == ([event(1)], [], [])


def test_an_end_that_breaks_off_is_counted_no_longer_and_is_no_error() -> None:
    with listening(door_of()) as door:
        with door.connected() as peer:
            welcomed(peer).says(frame(event(1)))
            door.wait_for(lambda: door.bodies)
            peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        door.wait_for(lambda: door.changes == [1, 0])
    assert (door.bodies, door.reasons, door.errors) == ([event(1)], [], [])


def test_stop_closes_with_1001_and_takes_what_came_before() -> None:
    with listening(door_of()) as door, end(door) as one:
        for number in range(100):
            one.send(event(number).decode())
        door.thread.run(door.listener.stop())
        with pytest.raises(ConnectionClosed) as ended:
            one.recv(timeout=PATIENCE_S)
        assert ended.value.rcvd is not None and ended.value.rcvd.code == 1001
        assert door.bodies == [event(number) for number in range(100)]
        assert door.listener.sockets == 0


def test_stop_waits_until_what_came_is_stored() -> None:
    held = Held()
    with listening(door_of(accept=held)) as door:
        with end(door) as one:
            one.send(event(1).decode())
            held.wait()
        door.wait_for(lambda: door.changes == [1, 0])
        ending = door.thread.begin(door.listener.stop())
        door.thread.run(asyncio.sleep(0.05))
        assert not ending.done()
        door.thread.call(lambda: held.responds[0](NOTHING_TO_SAY))
        ending.result(1.0)


def test_stop_ends_even_when_the_other_side_never_closes() -> None:
    with listening(door_of()) as door, door.connected() as peer:
        welcomed(peer)
        door.thread.run(door.listener.stop())
        assert closed(peer.all()) == 1001
    assert door.changes == [1, 0] and door.errors == []


def test_stop_before_the_request_was_answered_ends_the_connection() -> None:
    held = Held()
    with listening(door_of(accept=held)) as door, door.connected() as peer:
        peer.says(post() + request())
        held.wait()
        ending = door.thread.begin(door.listener.stop())
        door.thread.run(asyncio.sleep(0))
        door.thread.call(lambda: held.responds[0](NOTHING_TO_SAY))
        assert peer.heard() == [204]
        ending.result(1.0)
    assert door.changes == []


def test_a_request_that_comes_during_the_stop_opens_nothing() -> None:
    with listening(door_of()) as door, door.connected() as peer:
        assert peer.says(post(), request()[:30]).answer().startswith(b"HTTP/1.1 204 ")
        ending = door.thread.begin(door.listener.stop())
        door.thread.run(asyncio.sleep(0.01))
        assert peer.says(request()[30:]).all() == b""
        ending.result(1.0)
    assert door.changes == []


# How much.


def test_a_flood_keeps_its_order_and_loses_nothing() -> None:
    def accept(body: bytes, respond: Respond) -> None:
        # As the disk does it: all that came in a turn together, somewhat later.
        door.thread.later(0.002, lambda: respond(NOTHING_TO_SAY))

    door = door_of(accept=accept)
    with listening(door), door.connected() as peer:
        welcomed(peer)
        writer = threading.Thread(target=lambda: peer.says(*(frame(event(n)) for n in range(10_000))))
        writer.start()
        door.wait_for(lambda: len(door.bodies) == 10_000)
        writer.join()
    assert door.bodies == [event(number) for number in range(10_000)]
    assert (door.reasons, door.errors) == ([], [])


def test_two_ends_at_once_are_counted_and_each_keeps_its_order() -> None:
    def sends(which: int) -> None:
        with end(door) as one:
            met.wait(PATIENCE_S)
            for number in range(300):
                one.send(event(number, end=which).decode())
            heard_all(one)
            met.wait(PATIENCE_S)

    with listening(door_of()) as door:
        met = threading.Barrier(3)
        ends = [threading.Thread(target=sends, args=(which,)) for which in range(2)]
        for one in ends:
            one.start()
        met.wait(PATIENCE_S)
        assert door.listener.sockets == 2
        met.wait(PATIENCE_S)
        for one in ends:
            one.join()
        door.wait_for(lambda: door.changes == [1, 2, 1, 0])
    for which in range(2):
        mine = [body for body in door.bodies if json.loads(body)["end"] == which]
        assert mine == [event(number, end=which) for number in range(300)]


def test_no_more_is_read_while_too_many_are_under_way_and_all_of_it_later() -> None:
    held = Held()
    # More than the buffers of two sockets hold.
    count, text = 30_000, "x" * 500
    said = b"".join(frame(event(number, text=text)) for number in range(1000)) * (count // 1000)
    with listening(door_of(accept=held)) as door, door.connected() as peer:
        welcomed(peer)
        writer = threading.Thread(target=lambda: peer.says(said))
        writer.start()
        for _ in range(MAX_TAKEN):
            held.wait()
        door.thread.run(asyncio.sleep(0.1))
        assert len(door.bodies) == MAX_TAKEN and writer.is_alive()
        given, done = 0, threading.Event()

        def answer() -> None:
            nonlocal given
            while given < len(held.responds):
                given += 1
                held.responds[given - 1](NOTHING_TO_SAY)
            if given == count:
                done.set()
            else:
                door.thread.later(0, answer)

        door.thread.call(answer)
        assert done.wait(PATIENCE_S)
        writer.join()
    assert door.bodies == [event(number, text=text) for number in range(1000)] * (count // 1000)


def test_a_journal_that_cannot_store_and_is_full_holds_ends_back_until_it_can() -> None:
    answers: list[Answer] = []

    def accept(body: bytes, respond: Respond) -> None:
        answers.append(failed("The disk is full.") if door.full else NOTHING_TO_SAY)
        respond(answers[-1])

    door = door_of(accept=accept, full=True)
    with listening(door), end(door) as one:
        for number in range(500):
            one.send(event(number).decode())
        door.wait_for(lambda: door.bodies)
        door.thread.run(asyncio.sleep(0.05))
        assert len(door.bodies) == 1
        door.full = False
        heard_all(one)
        assert door.bodies == [event(number) for number in range(500)]


def test_a_journal_that_cannot_store_and_has_room_holds_nobody_back() -> None:
    with listening(door_of(accept=lambda body, respond: respond(failed("Full.")))) as door, end(door) as one:
        for number in range(500):
            one.send(event(number).decode())
        heard_all(one)
        assert len(door.bodies) == 500


def test_what_came_and_waited_is_taken_when_its_end_is_gone() -> None:
    held = Held()
    with listening(door_of(accept=held)) as door:
        with door.connected() as peer:
            welcomed(peer, behind=b"".join(frame(event(number)) for number in range(MAX_TAKEN + 100)))
            for _ in range(MAX_TAKEN):
                held.wait()
            peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        door.thread.call(lambda: held.responds[0](NOTHING_TO_SAY))
        ending = door.thread.begin(door.listener.stop())
        for _ in range(100):
            held.wait()
        assert door.bodies == [event(number) for number in range(MAX_TAKEN + 100)]
        door.thread.call(lambda: [respond(NOTHING_TO_SAY) for respond in held.responds[1:]])
        ending.result(1.0)


@pytest.mark.parametrize("answers_first", [False, True])
def test_an_error_of_who_takes_an_event_is_told_and_the_next_are_taken(answers_first: bool) -> None:
    def accept(body: bytes, respond: Respond) -> None:
        if answers_first:
            respond(NOTHING_TO_SAY)
        raise LookupError("a secret of ours")

    with listening(door_of(accept=accept)) as door:
        with end(door) as one:
            for number in range(2 * MAX_TAKEN):
                one.send(event(number).decode())
            heard_all(one)
        assert len(door.bodies) == len(door.errors) == 2 * MAX_TAKEN
        # Each was taken once and is under way no longer, so that nothing is waited for.
        door.thread.begin(door.listener.stop()).result(1.0)
        assert "taking a frame: LookupError" in door.errors[0]


# Time.


def test_a_message_that_creeps_is_given_up() -> None:
    limits = Limits(request_s=0.05, look_s=OFTEN)
    for said in (frame(event(1))[:-1], frame(event(1), fin=False), b"\x81"):
        with listening(door_of(limits=limits)) as door, door.connected() as peer:
            assert closed(welcomed(peer).says(frame(event(0)), said).all()) == 1008
        assert (door.bodies, door.reasons) == ([event(0)], ["slow"])


def test_a_connection_may_be_quiet_as_long_as_pings_are_answered() -> None:
    limits = Limits(first_s=OFTEN, request_s=OFTEN, idle_s=OFTEN, linger_s=OFTEN, look_s=OFTEN, ping_s=0.05)
    with listening(door_of(limits=limits)) as door, end(door) as one:
        events = [event(1), event(2, text="x" * 200), event(3, text="x" * 70_000)]
        for said in events:
            one.send(said.decode())
        door.thread.run(asyncio.sleep(0.4))
        heard_all(one)
        assert door.bodies == events and door.changes == [1] and door.reasons == []


def test_an_end_that_answers_no_ping_is_taken_for_gone() -> None:
    with listening(door_of(limits=Limits(ping_s=0.05))) as door, door.connected() as peer:
        assert frames(welcomed(peer).all()) == [(PING, b"")]
        door.wait_for(lambda: door.changes == [1, 0])
    assert (door.reasons, door.errors) == ([], [])


def test_an_end_is_not_taken_for_gone_while_we_do_not_read() -> None:
    held = Held()
    with listening(door_of(accept=held, limits=Limits(ping_s=0.03))) as door, end(door) as one:
        for number in range(MAX_TAKEN + 1):
            one.send(event(number).decode())
        for _ in range(MAX_TAKEN):
            held.wait()
        door.thread.run(asyncio.sleep(0.2))
        assert door.changes == [1]
        door.thread.call(lambda: [respond(NOTHING_TO_SAY) for respond in list(held.responds)])
        held.wait()
        door.thread.call(lambda: held.responds[-1](NOTHING_TO_SAY))
        heard_all(one)
        door.thread.run(asyncio.sleep(0.1))
        assert door.changes == [1] and len(door.bodies) == MAX_TAKEN + 1


def test_who_asks_and_never_reads_is_cut_off() -> None:
    with listening(door_of(limits=Limits(request_s=0.1, look_s=OFTEN))) as door, door.connected() as peer:
        welcomed(peer)
        ping = frame(b"x" * 125, PING) * 1000
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            while True:
                peer.sock.sendall(ping)
        door.wait_for(lambda: door.changes == [1, 0])
    assert (door.reasons, door.errors) == ([], [])


def test_a_crowd_of_strangers_and_of_posts_does_not_push_out_an_end() -> None:
    with listening(door_of(limits=Limits(connections=4))) as door, end(door) as one:
        crowd = [socket.create_connection(("127.0.0.1", door.listener.port), PATIENCE_S) for _ in range(50)]
        for _ in range(10):
            assert door.alive()
        one.send(event(1).decode())
        heard_all(one)
        assert event(1) in door.bodies and door.changes == [1]
        for stranger in crowd:
            stranger.close()
