"""What raw sockets say to a listener, and what they hear."""

import asyncio
import socket
import threading
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.models import Answer
from openqq_nb.receive.connection import Respond
from openqq_nb.receive.crowd import Limits
from openqq_nb.receive.intake import MAX_BODY_BYTES, NOTHING_TO_SAY
from openqq_nb.receive.reading import MAX_HEAD_BYTES
from tests.receive.door import HEAD, PATIENCE_S, Door, Held, chunked, listening, post, statuses

# More than is read at once.
LONG = 48 * MAX_HEAD_BYTES


def heard(said: bytes, method: str = "POST") -> tuple[list[int], Door]:
    """Say something on one connection and then no more; gives the answers, and what the listener was told."""
    with listening(Door()) as door:
        with door.connected() as peer:
            answers = peer.says(said).ends().heard(method)
        bodies = list(door.bodies)
        assert door.alive() and door.errors == []
        door.bodies = bodies
    return answers, door


# What is HTTP.


def test_connection_is_kept_for_the_next_post() -> None:
    with listening(Door()) as door, door.connected() as peer:
        for number in range(3):
            assert peer.says(post(b"%d" % number)).answer() == b"HTTP/1.1 204 No Content\r\n\r\n"
    assert door.bodies == [b"0", b"1", b"2"]


def test_posts_at_once_are_answered_in_their_order() -> None:
    def accept(body: bytes, respond: Respond) -> None:
        # The first would be the last if they were answered as they are done.
        door.thread.later(0.01 / (1 + int(body)), lambda: respond(Answer(200, "text/plain", body)))

    door = Door(accept=accept)
    with listening(door), door.connected() as peer:
        peer.says(b"".join(post(b"%d" % number) for number in range(20))).ends()
        answers = peer.all()
    assert [int(part.split(b"\r\n\r\n")[1]) for part in answers.split(b"HTTP/1.1 ")[1:]] == list(range(20))
    assert door.bodies == [b"%d" % number for number in range(20)]


def test_thousands_of_posts_at_once_answered_at_once_are_all_answered() -> None:
    answers, door = heard(post() * 3000)
    assert answers == [204] * 3000 and len(door.bodies) == 3000


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        (post(b"{}", b"Connection: close"), [204]),
        (post().replace(b"HTTP/1.1", b"HTTP/1.0"), [204]),
        (post().replace(b"HTTP/1.1", b"HTTP/1.0").replace(b"Host", b"Expect: 100-continue\r\nHost"), [204]),
        (b"\r\n\r\n" + post() + b"\r\n" + post(), [204, 204]),
        (chunked(b'{"a":1}') + post(), [204, 204]),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [204]),
        (HEAD + b"\r\n", [204]),
        (post().replace(b" /", b" http://localhost:80/"), [204]),
        (post().replace(b"/openqq", b"/%6Fpenqq"), [204]),
        (post(b"{}", b"Upgrade: h2c") + post(), [204, 204]),
        (post(b"x" * 300_000), [204]),
        (post(b"{}", b"X-Long: " + b"x" * 8000), [204]),
    ],
)
def test_what_http_allows_is_taken(said: bytes, answers: list[int]) -> None:
    found, door = heard(said)
    assert found == answers == [204] * len(door.bodies) and door.reasons == []


def test_chunks_with_extensions_and_trailers_make_one_body() -> None:
    assert heard(chunked(b'{"a":1}'))[1].bodies == [b'{"a":1}']


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        (post().replace(b"Host:", b"Transfer-Encoding: chunked\r\nHost:"), 400, "http"),
        (HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "http"),
        (HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400, "http"),
        (HEAD + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400, "http"),
        (HEAD + b"Content-Length: +2\r\n\r\n{}", 400, "http"),
        (HEAD + b"Content-Length: 2, 2\r\n\r\n{}", 400, "http"),
        (HEAD + b"Content-Length: " + b"9" * 50 + b"\r\n\r\n{}", 400, "http"),
        (HEAD + b"Transfer-Encoding: xchunked\r\n\r\n{}", 400, "http"),
        (HEAD + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400, "http"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n{}", 400, "http"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}0\r\n\r\n", 400, "http"),
        (HEAD + b"X: a\r\n b\r\n\r\n", 400, "http"),
        (HEAD + b"X: a\0b\r\n\r\n", 400, "http"),
        (HEAD.replace(b"\r\n", b"\n") + b"\n", 400, "http"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "http"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "http"),
        (post(b"{}", b"Upgrade: h2c", b"Connection: Upgrade, HTTP2-Settings"), 400, "http"),
        (post(b"{}", b"Upgrade: websocket", b"Connection: Upgrade").replace(b"POST", b"GET"), 405, "method"),
        (post(b"{}", b"Host: localhost"), 403, "host"),
        (post(b"{}", b"Origin: http://evil.example"), 403, "origin"),
        (post().replace(b" /", b" http://evil.example/"), 403, "host"),
        (post().replace(b"POST", b"GET"), 405, "method"),
        (b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\nrest", 404, "path"),
        (b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 404, "path"),
        (b"GET /openqq\r\n\r\n", 404, "path"),
        (post().replace(b"application/json", b"text/plain"), 415, "type"),
    ],
)
def test_what_is_refused_is_answered_counted_once_and_hides_nothing(
    said: bytes, status: int, reason: str
) -> None:
    found, door = heard(said + post())
    assert (found, door.reasons, door.bodies) == ([status], [reason], [])


def test_a_refusal_comes_after_the_answers_that_are_due() -> None:
    found, door = heard(post() * 2 + b"nonsense\r\n\r\n" + post())
    assert (found, door.reasons, len(door.bodies)) == ([204, 204, 400], ["http"], 2)


def test_nothing_is_taken_after_connection_close() -> None:
    found, door = heard(post(b"{}", b"Connection: close") + post())
    assert (found, len(door.bodies)) == ([204], 1)


def test_head_is_answered_without_a_body() -> None:
    with listening(Door()) as door, door.connected() as peer:
        raw = peer.says(post().replace(b"POST", b"HEAD")).all()
    assert raw.startswith(b"HTTP/1.1 405 ") and raw.endswith(b"\r\n\r\n") and b"allow: POST" in raw
    assert statuses(raw, "HEAD") == [405]


def test_who_asks_is_told_to_go_ahead_and_only_then_sends_the_body() -> None:
    with listening(Door()) as door, door.connected() as peer:
        peer.says(HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert peer.answer() == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert peer.says(b"{}").answer() == b"HTTP/1.1 204 No Content\r\n\r\n"


def test_who_is_refused_is_not_told_to_go_ahead() -> None:
    said = HEAD.replace(b"abc", b"abd") + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    assert heard(said)[0] == [404]


def test_who_speaks_http_1_0_is_not_told_to_go_ahead() -> None:
    with listening(Door()) as door, door.connected() as peer:
        peer.says(HEAD.replace(b"1.1", b"1.0") + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        door.wait_for(lambda: door.heads)
        assert peer.says(b"{}").all() == b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"


def test_a_trailer_asks_for_nothing() -> None:
    with listening(Door()) as door, door.connected() as peer:
        peer.says(
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nExpect: 100-continue\r\nX: y\r\n"
        )
        door.wait_for(lambda: door.heads)
        assert peer.says(b"\r\n").answer() == b"HTTP/1.1 204 No Content\r\n\r\n"


def test_who_asks_behind_another_post_is_told_after_its_answer() -> None:
    held = Held()
    with listening(Door(accept=held)) as door, door.connected() as peer:
        peer.says(post() + HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        held.wait()
        door.thread.call(lambda: held.responds[0](NOTHING_TO_SAY))
        told = b""
        while not told.endswith(b"Continue\r\n\r\n"):
            told += peer.answer()
        assert told == b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"


def test_who_has_written_all_still_gets_a_late_answer() -> None:
    held = Held()
    with listening(Door(accept=held)) as door, door.connected() as peer:
        peer.says(post(b"1") + post(b"2")).ends()
        for number in range(2):
            held.wait()
            door.thread.call(lambda number=number: held.responds[number](NOTHING_TO_SAY))  # type: ignore[misc]
        assert peer.heard() == [204, 204]


# Errors of ours.


@pytest.mark.parametrize("answers_first", [False, True])
def test_an_error_of_who_takes_a_post_is_told_and_answered_500(answers_first: bool) -> None:
    def accept(body: bytes, respond: Respond) -> None:
        if answers_first:
            respond(NOTHING_TO_SAY)
        raise LookupError("a secret of ours")

    with listening(Door(accept=accept)) as door, door.connected() as peer:
        raw = peer.says(post()).ends().all()
    assert statuses(raw) == [204 if answers_first else 500]
    assert b"secret" not in raw and b"json" not in raw
    assert door.errors == ["taking a post: LookupError('a secret of ours')"] and door.reasons == []


def test_an_answer_after_an_error_is_not_written() -> None:
    responds: list[Respond] = []

    def accept(body: bytes, respond: Respond) -> None:
        responds.append(respond)
        raise LookupError

    with listening(Door(accept=accept)) as door, door.connected() as peer:
        assert peer.says(post()).heard() == [500]
        door.thread.call(lambda: responds[0](NOTHING_TO_SAY))
    assert len(door.errors) == 1


class Broken(Door):
    def screen(self, head: object) -> None:
        raise LookupError("a secret of ours")


def test_an_error_of_who_judges_is_told_and_answered_500_and_no_refusal() -> None:
    with listening(Broken()) as door, door.connected() as peer:
        assert peer.says(post()).heard() == [500]
    assert door.errors == ["judging a request: LookupError('a secret of ours')"]
    assert door.reasons == [] and door.bodies == []


# Limits.


@pytest.mark.parametrize(
    "said",
    [
        b"POST /" + b"x" * LONG,
        b"POST /" + b"x" * LONG + b" HTTP/1.1\r\n\r\n",
        HEAD + b"X: " + b"x" * LONG,
        HEAD + b"X: " + b"x" * LONG + b"\r\n\r\n",
        HEAD + b"x" * LONG,
        HEAD + b"X: y\r\n" * (LONG // 6),
        HEAD + b"X: y\r\n" * (LONG // 6) + b"\r\n",
        HEAD + b"Host: localhost\r\n" * (LONG // 16),
        b"\r\n" * LONG,
        b"X" * LONG,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * LONG,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX: " + b"x" * LONG,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * (LONG // 6),
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * (LONG // 6) + b"\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"0" * LONG,
    ],
)
@pytest.mark.parametrize("size", [LONG * 2, 4000])
def test_what_has_no_end_is_refused(said: bytes, size: int) -> None:
    with listening(Door()) as door, door.connected() as peer:
        answers = peer.says(*(said[at : at + size] for at in range(0, len(said), size))).heard()
        assert answers in ([431], [400]) and door.bodies == []
        assert door.reasons in (["head"], ["http"])
        assert door.alive() and door.errors == []


@pytest.mark.parametrize(
    "said",
    [
        post().replace(b"abc ", b"abc?" + b"x" * 100_000 + b" "),
        post(b"{}", b"X: " + b"x" * 100_000),
        post(b"{}", *[b"X: y"] * 10_000),
        chunked(b"{}")[:-2] + b"X: y\r\n" * 10_000 + b"\r\n",
    ],
)
def test_a_head_or_trailer_over_the_limit_is_refused_also_when_it_comes_at_once(said: bytes) -> None:
    found, door = heard(said)
    assert (found, door.reasons, door.bodies) == ([431], ["head"], [])


def test_a_head_of_nearly_the_limit_is_taken() -> None:
    assert heard(post(b"{}", b"X: " + b"x" * (MAX_HEAD_BYTES - 200)))[0] == [204]


def test_a_declared_body_over_the_limit_is_refused_without_a_byte_of_it() -> None:
    with listening(Door()) as door, door.connected() as peer:
        head = HEAD + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1)
        assert peer.says(head).heard() == [413]
    assert (door.reasons, door.bodies) == (["size"], [])


def test_a_body_of_just_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % (MAX_BODY_BYTES - 1)
    most = head + b" " * (MAX_BODY_BYTES - 1) + b"\r\n"
    with listening(Door()) as door:
        with door.connected() as peer:
            assert peer.says(most, b"1\r\n \r\n0\r\n\r\n").ends().heard() == [204]
        assert [len(body) for body in door.bodies] == [MAX_BODY_BYTES]
        with door.connected() as peer:
            assert peer.says(most, b"2\r\n  \r\n0\r\n\r\n").ends().heard() == [413]
    assert (len(door.bodies), door.reasons) == (1, ["size"])


def test_the_wrapping_of_a_body_is_bounded_too() -> None:
    chunk = b"1;" + b"x" * 8000 + b"\r\n \r\n"
    with listening(Door()) as door, door.connected() as peer:
        peer.says(
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * (2 * MAX_BODY_BYTES // len(chunk) + 2)
        )
        assert peer.heard() == [413] and door.reasons == ["size"]


def test_who_is_refused_may_finish_writing_and_then_read_why() -> None:
    with listening(Door()) as door, door.connected() as peer:
        peer.sock.sendall(HEAD.replace(b"abc", b"abd") + b"Content-Length: 500000\r\n\r\n")
        door.wait_for(lambda: door.reasons)
        # Many clients read nothing before they have written all.
        for _ in range(500):
            peer.sock.sendall(b"x" * 1000)
        assert peer.heard() == [404]


def test_who_is_refused_and_goes_on_writing_is_cut_off() -> None:
    with listening(Door(limits=Limits(linger_s=60))) as door, door.connected() as peer:
        assert peer.says(b"nonsense\r\n\r\n").heard() == [400]
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            for _ in range(10_000):
                peer.sock.sendall(b"x" * 10_000)
        assert door.reasons == ["http"] and door.alive()


def test_who_never_reads_the_answers_is_not_read_from() -> None:
    big = Answer(200, "text/plain", b"x" * 100_000)
    with listening(Door(accept=lambda body, respond: respond(big))) as door, door.connected() as peer:
        peer.sock.settimeout(0.5)
        peer.says(*[post() * 1000] * 100)
        taken = len(door.bodies)
        # What fits into the buffers of two sockets is a small part of it.
        assert taken < 1000
        peer.sock.settimeout(PATIENCE_S)
        # It goes on as soon as it reads.
        while len(door.bodies) == taken:
            assert peer.answer()
    assert door.errors == []


# Time. A listener looks often, so that nobody has to wait.

OFTEN = 0.01


def test_a_silent_stranger_is_closed() -> None:
    with listening(Door(limits=Limits(first_s=0.05, look_s=OFTEN))) as door, door.connected() as peer:
        assert peer.heard() == [408]
    assert door.reasons == ["slow"]


def test_a_head_that_creeps_is_closed_however_often_a_byte_comes() -> None:
    with listening(Door(limits=Limits(first_s=0.1, look_s=OFTEN))) as door, door.connected() as peer:
        peer.sock.settimeout(OFTEN)
        answer, creeping = b"", iter(HEAD + b"X: " + b"x" * 8000)
        while not answer:
            try:
                peer.says(bytes([next(creeping)]))
                answer = peer.answer()
            except TimeoutError:
                continue
        assert answer.startswith(b"HTTP/1.1 408 ") and door.reasons == ["slow"]


@pytest.mark.parametrize("first", [b"", post()])
def test_a_body_that_creeps_is_refused(first: bytes) -> None:
    with listening(Door(limits=Limits(request_s=0.05, look_s=OFTEN))) as door, door.connected() as peer:
        answers = peer.says(first, HEAD + b"Content-Length: 10\r\n\r\n{").heard()
    assert (answers[-1], door.reasons, len(door.bodies)) == (408, ["slow"], bool(first))


def test_a_head_that_creeps_after_a_post_is_refused() -> None:
    with listening(Door(limits=Limits(request_s=0.05, look_s=OFTEN))) as door, door.connected() as peer:
        assert peer.says(post(), b"POST /").heard() == [204, 408]
    assert door.reasons == ["slow"]


def test_posts_that_never_stop_are_not_slow() -> None:
    with listening(Door(limits=Limits(request_s=0.1, look_s=OFTEN))) as door, door.connected() as peer:
        said = post()
        peer.says(said[:50])
        while len(door.bodies) < 50:
            # There is always one under way.
            door.thread.run(asyncio.sleep(OFTEN))
            peer.says(said[50:] + said[:50])
        assert peer.says(said[50:]).ends().heard() == [204] * len(door.bodies)
    assert door.reasons == []


def test_a_quiet_connection_is_closed_without_a_word() -> None:
    with listening(Door(limits=Limits(idle_s=0.05, look_s=OFTEN))) as door, door.connected() as peer:
        assert peer.says(post()).heard() == [204]
    assert door.reasons == []


def test_an_answer_may_take_longer_than_all_limits() -> None:
    held = Held()
    limits = Limits(first_s=0.01, request_s=0.01, idle_s=0.01, linger_s=0.01, look_s=OFTEN)
    with listening(Door(accept=held, limits=limits)) as door, door.connected() as peer:
        peer.says(post())
        held.wait()
        looked = threading.Event()
        door.thread.call(lambda: door.thread.later(0.1, looked.set))
        assert looked.wait(PATIENCE_S)
        door.thread.call(lambda: held.responds[0](NOTHING_TO_SAY))
        assert peer.heard() == [204]
    assert door.reasons == []


def test_a_request_behind_one_that_takes_long_is_not_slow() -> None:
    held = Held()
    limits = Limits(request_s=0.5, look_s=OFTEN)
    with listening(Door(accept=held, limits=limits)) as door, door.connected() as peer:
        peer.says(post() + HEAD)
        held.wait()
        door.thread.run(asyncio.sleep(limits.request_s + 0.1))
        door.thread.call(lambda: held.responds[0](NOTHING_TO_SAY))
        assert peer.answer() == b"HTTP/1.1 204 No Content\r\n\r\n"
        # Time to look several times.
        door.thread.run(asyncio.sleep(5 * OFTEN))
        peer.says(b"\r\n")
        held.wait()
        door.thread.call(lambda: held.responds[1](NOTHING_TO_SAY))
        assert peer.answer() == b"HTTP/1.1 204 No Content\r\n\r\n"
    assert door.reasons == []


def test_who_was_refused_and_stays_is_cut_off() -> None:
    with listening(Door(limits=Limits(linger_s=0.05, look_s=OFTEN))) as door, door.connected() as peer:
        assert peer.says(b"nonsense\r\n\r\n").heard() == [400]
        peer.sock.settimeout(OFTEN)
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            while True:
                peer.sock.sendall(b"x")
    assert door.reasons == ["http"]


def test_who_reads_a_last_answer_late_gets_all_of_it() -> None:
    big = Answer(200, "text/plain", b"x" * 10_000_000)
    door = Door(accept=lambda body, respond: respond(big), limits=Limits(linger_s=0.02, look_s=OFTEN))
    with listening(door), door.connected() as peer:
        peer.says(post(b"{}", b"Connection: close"))
        door.wait_for(lambda: door.bodies)
        door.thread.run(asyncio.sleep(10 * OFTEN))
        assert peer.heard() == [200]


def test_who_never_reads_is_cut_off() -> None:
    big = Answer(200, "text/plain", b"x" * 10_000_000)
    limits = Limits(request_s=0.05, look_s=OFTEN)
    door = Door(accept=lambda body, respond: respond(big), limits=limits)
    with listening(door), door.connected() as peer:
        peer.says(post())
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            while True:
                peer.sock.sendall(b"\r\n")
    assert (door.reasons, door.errors) == ([], [])


# Crowds.


def test_a_crowd_of_strangers_does_not_push_out_who_posts() -> None:
    with listening(Door(limits=Limits(connections=8))) as door, door.connected() as server:
        assert server.says(post(b"1")).answer() == b"HTTP/1.1 204 No Content\r\n\r\n"
        address = ("127.0.0.1", door.listener.port)
        crowd = [socket.create_connection(address, PATIENCE_S) for _ in range(300)]
        assert server.says(post(b"2")).answer() == b"HTTP/1.1 204 No Content\r\n\r\n"
        assert door.alive()
        for one in crowd:
            one.close()
    assert set(door.reasons) == {"crowd"} and door.errors == []


def test_many_that_were_refused_do_not_stay() -> None:
    with listening(Door(limits=Limits(linger_s=60))) as door:
        address = ("127.0.0.1", door.listener.port)
        crowd = [socket.create_connection(address, PATIENCE_S) for _ in range(200)]
        for one in crowd:
            one.sendall(b"nonsense\r\n\r\n")
        # Long before their time is over, and without having written much.
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            for _ in range(10_000):
                crowd[0].sendall(b"x")
        assert door.alive()
        for one in crowd:
            one.close()
    assert door.reasons == ["http"] * 200 and door.errors == []


def test_many_that_are_answered_and_closed_in_one_turn_all_get_their_answer() -> None:
    held = Held()
    with listening(Door(accept=held)) as door:
        address = ("127.0.0.1", door.listener.port)
        crowd = [socket.create_connection(address, PATIENCE_S) for _ in range(200)]
        for one in crowd:
            one.sendall(post(b"{}", b"Connection: close"))
            held.wait()
        door.thread.call(lambda: [respond(NOTHING_TO_SAY) for respond in held.responds])
        for one in crowd:
            assert one.recv(100).startswith(b"HTTP/1.1 204 ")
            one.close()


def test_the_oldest_stranger_goes_first_and_is_told() -> None:
    with (
        listening(Door(limits=Limits(connections=2))) as door,
        door.connected() as oldest,
        door.connected() as newer,
        door.connected() as newest,
    ):
        assert oldest.heard() == [503]
        for peer in (newer, newest):
            assert peer.says(post()).answer() == b"HTTP/1.1 204 No Content\r\n\r\n"
    assert door.reasons == ["crowd"]


def test_among_those_who_post_the_quietest_goes() -> None:
    door = Door(limits=Limits(connections=2))
    with listening(door), door.connected() as first, door.connected() as second:
        for peer in (first, second, first):
            # The clock of the loop counts milliseconds.
            door.thread.run(asyncio.sleep(0.005))
            assert peer.says(post()).answer() == b"HTTP/1.1 204 No Content\r\n\r\n"
        with door.connected() as third:
            assert second.heard() == []
            for peer in (first, third):
                assert peer.says(post()).answer() == b"HTTP/1.1 204 No Content\r\n\r\n"
    assert door.reasons == []


def test_who_comes_while_all_others_are_being_answered_is_refused() -> None:
    held = Held()
    with listening(Door(accept=held, limits=Limits(connections=1))) as door, door.connected() as first:
        first.says(post())
        held.wait()
        with door.connected() as second:
            assert second.heard() == [503]
        door.thread.call(lambda: held.responds[0](NOTHING_TO_SAY))
        assert first.answer() == b"HTTP/1.1 204 No Content\r\n\r\n"
    assert door.reasons == ["crowd"]


# Anything, cut anywhere.

pieces = st.sampled_from(
    [
        b"POST ", b"GET ", b"HEAD ", b"/openqq/abc", b" HTTP/1.1\r\n", b" HTTP/1.0\r\n", b"\r\n", b"\r\n\r\n",
        b"Host: localhost\r\n", b"Content-Type: application/json\r\n", b"Content-Length: 3\r\n", b"{}", b"\n",
        b"Transfer-Encoding: chunked\r\n", b"Expect: 100-continue\r\n", b"Connection: close\r\n",
        b"Connection: Upgrade\r\n", b"Upgrade: h2c\r\n", b"Origin: null\r\n", b"3\r\nabc\r\n", b"0\r\n\r\n",
        HEAD, HEAD + b"\r\n", post(), chunked(b"{}"), post().replace(b"abc", b"abd"),
    ]
)  # fmt: skip
requests = st.lists(pieces | st.binary(max_size=20), max_size=12).map(b"".join)
cuts = st.lists(st.integers(0, 400), max_size=6)


def cut(said: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(said), *(place for place in places if place < len(said))})
    return [said[start:end] for start, end in pairwise(edges)]


STATUSES = {204, 400, 403, 404, 405, 413, 415, 431}


def test_whatever_comes_is_answered_in_http_and_the_listener_goes_on() -> None:
    @settings(deadline=None, max_examples=300)
    @given(requests, cuts)
    def check(said: bytes, places: list[int]) -> None:
        with door.connected() as peer:
            raw = peer.says(*cut(said, places)).ends().all()
        # Only to HEAD is there an answer that ends with its head.
        method = "HEAD" if b"HEAD" in said and raw.endswith(b"\r\n\r\n") else "POST"
        assert set(statuses(raw, method)) <= STATUSES
        assert door.alive() and door.errors == []

    with listening(Door()) as door:
        check()


def test_a_post_cut_anywhere_is_accepted_once() -> None:
    @settings(deadline=None, max_examples=200)
    @given(st.sampled_from([post(b'{"a":1}'), chunked(b'{"a":1}')]), st.integers(1, 3), cuts)
    def check(said: bytes, times: int, places: list[int]) -> None:
        door.bodies.clear()
        with door.connected() as peer:
            assert peer.says(*cut(said * times, places)).ends().heard() == [204] * times
        assert door.bodies == [b'{"a":1}'] * times

    with listening(Door()) as door:
        check()
    assert (door.reasons, door.errors) == ([], [])


def test_a_post_in_single_bytes_is_accepted_once() -> None:
    with listening(Door()) as door, door.connected() as peer:
        said = post(b'{"a":1}') + chunked(b'{"b":2}')
        assert peer.says(*(bytes([byte]) for byte in said)).ends().heard() == [204, 204]
    assert door.bodies == [b'{"a":1}', b'{"b":2}']
