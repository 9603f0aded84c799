"""Recorded posts of the ends of OneBot 11, as raw bytes with their own headers, at a listener."""

from typing import Any

import pytest

from openqq_nb.receive.signature import Seal, signature
from tests.receive.door import Door, listening, post, statuses
from tests.receive.test_signature import RECORDED

BODY = b'{"post_type":"message"}'
SIGNED = b"X-Signature: " + signature("abc", BODY)
FORGED = b"X-Signature: " + signature("abd", BODY)


def as_sent(line: dict[str, Any], secret: str | None = None, chunk: int = 400) -> bytes:
    """Write a recorded post as it came, at our path and host; signed anew where a secret is given."""
    request = line["request"]
    body: bytes = request["body"].encode()
    sent = {**request["headers"]}
    for name in [name for name in sent if name.lower() in ("host", "content-length")]:
        del sent[name]
    if secret is not None:
        name = next(name for name in sent if name.lower() == "x-signature")
        sent[name] = signature(secret, body).decode()
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items()).encode()
    if "chunked" in str(sent.get("Transfer-Encoding")):
        pieces = [body[start : start + chunk] for start in range(0, len(body), chunk)]
        framed = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    else:
        head, framed = head + b"Content-Length: %d\r\n" % len(body), body
    return b"POST /openqq/abc HTTP/1.1\r\nHost: localhost\r\n" + head + b"\r\n" + framed


def test_every_recorded_post_comes_whole_through_one_connection() -> None:
    with listening(Door(seal=Seal("abc", demanded=True))) as door, door.connected() as peer:
        raw = peer.says(*(as_sent(line, "abc") for line in RECORDED)).ends().all()
    assert statuses(raw) == [204] * len(RECORDED)
    assert door.bodies == [line["request"]["body"].encode() for line in RECORDED]
    assert (door.reasons, door.errors) == ([], [])


@pytest.mark.parametrize("end", ["napcat", "llbot", "gocq", "snowluma", "lagrange"])
def test_a_post_signed_with_another_key_is_refused_and_nothing_is_taken_in(end: str) -> None:
    line = next(line for line in RECORDED if line["name"].startswith(end))
    with listening(Door(seal=Seal("another"))) as door, door.connected() as peer:
        raw = peer.says(as_sent(line) + as_sent(line, "another")).all()
    assert statuses(raw) == [401] and b"X-Signature" in raw
    assert (door.bodies, door.reasons, door.errors) == ([], ["signature"], [])


@pytest.mark.parametrize("line", [RECORDED[0], RECORDED[-1]], ids=["chunked", "whole"])
def test_a_body_that_was_changed_on_its_way_is_refused(line: dict[str, Any]) -> None:
    said = as_sent(line, "abc", chunk=10_000)
    with listening(Door(seal=Seal("abc"))) as door, door.connected() as peer:
        assert peer.says(said.replace(b"1234567", b"7654321")).heard() == [401]
    assert (door.bodies, door.reasons) == ([], ["signature"])


@pytest.mark.parametrize(
    ("seal", "header", "status", "reason"),
    [
        (Seal("abc"), (), 204, None),
        (Seal("abc"), (SIGNED,), 204, None),
        (Seal("abc"), (SIGNED.replace(b"X-Signature", b"x-sIGNATURE"),), 204, None),
        (Seal("abc"), (FORGED,), 401, "signature"),
        (Seal("abc"), (SIGNED, SIGNED), 401, "signature"),
        (Seal("abc"), (SIGNED.replace(b"sha1=", b"sha256="),), 401, "signature"),
        (Seal("abc", demanded=True), (), 401, "unsigned"),
        (Seal("abc", demanded=True), (SIGNED,), 204, None),
        (Seal(), (FORGED,), 204, None),
        (None, (FORGED,), 204, None),
    ],
)
def test_a_signature_is_looked_at_when_the_body_is_whole(
    seal: Seal | None, header: tuple[bytes, ...], status: int, reason: str | None
) -> None:
    with listening(Door(seal=seal)) as door, door.connected() as peer:
        found = peer.says(post(BODY, *header)).ends().heard()
    assert (found, door.reasons) == ([status], [reason] if reason else [])
    assert door.bodies == ([BODY] if status == 204 else [])


def test_the_signature_of_one_post_does_not_count_for_the_next() -> None:
    with listening(Door(seal=Seal("abc", demanded=True))) as door, door.connected() as peer:
        assert peer.says(post(BODY, SIGNED) + post(BODY)).heard() == [204, 401]
    assert (door.bodies, door.reasons) == ([BODY], ["unsigned"])


def test_posts_with_different_signatures_are_judged_by_one_look_at_their_heads() -> None:
    bodies = [b"%d" % number for number in range(200)]
    said = b"".join(post(body, b"X-Signature: " + signature("abc", body)) for body in bodies)
    with listening(Door(seal=Seal("abc"))) as door, door.connected() as peer:
        assert peer.says(said).ends().heard() == [204] * 200
    assert door.bodies == bodies and len(door.heads) == 1


def test_a_stranger_is_not_told_that_posts_are_signed() -> None:
    with listening(Door(seal=Seal("abc", demanded=True))) as door, door.connected() as peer:
        assert peer.says(post(BODY, FORGED).replace(b"/abc", b"/abd")).heard() == [404]
    assert door.reasons == ["path"]
