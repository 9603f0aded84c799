import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb.receive.signature import Seal, signature
from tests.recordings import WIRE

SEAL = Seal("abc")
STRICT = Seal("abc", demanded=True)


def recorded(wire: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in wire.read_text("utf-8").splitlines()]


def signed(post: dict[str, Any]) -> list[bytes]:
    headers = post["request"]["headers"].items()
    return [value.encode() for name, value in headers if name.lower() == "x-signature"]


RECORDED = recorded(WIRE / "onebot11-post.jsonl")


@pytest.mark.parametrize("post", RECORDED, ids=lambda post: post["name"])
def test_every_recorded_signature_fits_its_secret_and_no_other(post: dict[str, Any]) -> None:
    body, given = post["request"]["body"].encode(), signed(post)
    assert len(given) == 1
    assert Seal(post["secret"]).fault(given, body) is None
    assert Seal(post["secret"] + "x").fault(given, body) == "signature"
    assert Seal(post["secret"]).fault(given, body + b" ") == "signature"


@given(st.text(alphabet="abcXYZ019-._~", min_size=1), st.binary())
def test_a_signature_is_hmac_sha1_of_the_raw_bytes(secret: str, body: bytes) -> None:
    expected = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
    assert Seal(secret).fault([f"sha1={expected}".encode()], body) is None


@given(st.binary())
def test_no_other_bytes_are_a_signature(given: bytes) -> None:
    fits = given.strip().lower() == signature("abc", b"{}")
    assert SEAL.fault([given], b"{}") == (None if fits else "signature")


def test_case_and_blanks_around_a_signature_are_no_matter() -> None:
    assert SEAL.fault([b" " + signature("abc", b"{}").upper() + b"\t"], b"{}") is None


def test_two_signatures_are_none_even_if_both_fit() -> None:
    assert SEAL.fault([signature("abc", b"{}")] * 2, b"{}") == "signature"


@pytest.mark.parametrize(
    ("seal", "fault"), [(SEAL, None), (STRICT, "unsigned"), (Seal(), None), (Seal(demanded=True), None)]
)
def test_no_signature_is_enough_unless_it_is_demanded(seal: Seal, fault: str | None) -> None:
    assert seal.fault([], b"{}") == fault


def test_a_signature_is_taken_where_there_is_nothing_to_compare_it_with() -> None:
    assert Seal().fault([b"sha1=00"], b"{}") is None
    assert Seal().is_idle([b"sha1=00"]) and not Seal().is_idle([]) and not SEAL.is_idle([b"sha1=00"])


@pytest.mark.parametrize("given", [b"Bearer abc", b"Token abc", b"bearer  abc ", b"TOKEN abc"])
def test_the_secret_is_the_token(given: bytes) -> None:
    assert SEAL.token_fault([given]) is None and STRICT.token_fault([given]) is None


@pytest.mark.parametrize(
    "given",
    [b"Bearer abd", b"Bearer abcd", b"Bearer ab", b"abc", b"Basic abc", b"Bearer abc x", b"\xff\xfe \xff"],
)
def test_another_token_is_none(given: bytes) -> None:
    assert SEAL.token_fault([given]) == "token" and SEAL.token_fault([b"Bearer abc", given]) == "token"
    assert Seal().token_fault([given]) is None and Seal().is_idle([given])


@pytest.mark.parametrize("given", [[], [b""], [b"Bearer"], [b"Bearer "], [b"Token "]])
def test_an_end_without_a_token_is_let_in_unless_one_is_demanded(given: list[bytes]) -> None:
    assert SEAL.token_fault(given) is None
    assert STRICT.token_fault(given) == "token"
    assert not Seal().is_idle(given)


def test_a_secret_is_not_shown() -> None:
    assert "abc" not in repr(SEAL)
