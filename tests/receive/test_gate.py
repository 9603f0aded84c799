from collections import Counter

import pytest

from openqq_nb.receive.address import Address
from openqq_nb.receive.gate import Gate
from openqq_nb.receive.intake import Head, Refusal
from openqq_nb.receive.signature import signature
from tests.receive.test_intake import GOOD, HEADERS

BODY = b"{}"
SIGNED = [signature("abc", BODY)]
FORGED = [signature("abd", BODY)]
UPGRADE = Head(b"GET", b"/openqq/abc", (*HEADERS, (b"upgrade", b"websocket")))


class Told:
    """A gate, and what it has told."""

    def __init__(self, *, signed: bool = False, signs: bool = True, open_to_all: bool = False) -> None:
        self.texts: list[str] = []
        self.counts: Counter[str] = Counter()
        self.address = Address(port=5801, secret="" if open_to_all else "abc", signed=signed)
        self.gate = Gate(
            lambda: self.address, signs, self.texts.append, lambda reason: self.counts.update([reason])
        )

    def judged(self, found: Refusal | None) -> str | None:
        """Do with a refusal as a listener does; gives its reason."""
        if found is not None:
            self.gate.refused(found)
        return None if found is None else found.reason


def with_token(token: str) -> Head:
    return Head(b"GET", UPGRADE.target, (*UPGRADE.headers, (b"authorization", f"Bearer {token}".encode())))


def test_a_forged_signature_tells_once_which_field_of_the_end_holds_the_key() -> None:
    told = Told()
    for _ in range(3):
        assert told.judged(told.gate.verify(BODY, FORGED)) == "signature"
    (text,) = told.texts
    assert all(
        words in text for words in ("token", "HTTP client", "last part of the address", "inbox.setup()")
    )
    assert told.counts == {"signature": 3} and "abc" not in text


@pytest.mark.parametrize(("signed", "reason"), [(False, None), (True, "unsigned")])
def test_an_unsigned_post_is_taken_unless_the_secret_was_given(signed: bool, reason: str | None) -> None:
    told = Told(signed=signed)
    assert told.judged(told.gate.verify(BODY, [])) == reason
    assert told.judged(told.gate.verify(BODY, SIGNED)) is None
    assert len(told.texts) == signed and all("secret= was given" in text for text in told.texts)


def test_a_signature_that_nothing_can_be_compared_with_is_taken_and_told_once() -> None:
    told = Told(open_to_all=True)
    for _ in range(3):
        assert told.judged(told.gate.verify(BODY, FORGED)) is None
    assert told.judged(told.gate.verify(BODY, [])) is None
    (text,) = told.texts
    assert "no secret" in text and not told.counts


def test_where_nobody_signs_nothing_is_verified_or_told() -> None:
    told = Told(signed=True, signs=False)
    assert told.judged(told.gate.verify(BODY, FORGED)) is None
    assert told.judged(told.gate.verify(BODY, [])) is None
    assert told.judged(told.gate.screen(GOOD)) is None
    assert told.judged(told.gate.screen(UPGRADE)) == "method"
    assert told.texts == []


def test_a_wrong_token_tells_which_field_of_the_end_holds_it() -> None:
    told = Told()
    assert told.judged(told.gate.screen(UPGRADE)) is None
    assert told.judged(told.gate.screen(with_token("abc"))) is None
    assert told.judged(told.gate.screen(with_token("abd"))) == "token"
    (text,) = told.texts
    assert "WebSocket client" in text and "inbox.setup()" in text and "abc" not in text


def test_a_stranger_with_a_token_makes_nothing_be_told() -> None:
    told = Told(open_to_all=True)
    stranger = with_token("anything")
    assert told.judged(told.gate.screen(stranger)) == "path"
    assert told.texts == []


def test_a_token_that_nothing_can_be_compared_with_is_taken_and_told() -> None:
    told = Told(open_to_all=True)
    end = Head(b"GET", b"/openqq", with_token("anything").headers)
    assert told.judged(told.gate.screen(end)) is None and len(told.texts) == 1


def test_the_origin_is_that_of_the_port_that_was_got() -> None:
    told = Told()
    page = Head(b"GET", UPGRADE.target, (*UPGRADE.headers, (b"origin", b"http://127.0.0.1:4242")))
    assert told.judged(told.gate.screen(page)) == "origin"
    told.address = Address(port=4242, secret="abc")
    assert told.judged(told.gate.screen(page)) is None
