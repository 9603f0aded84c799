from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb.models import Arrival
from openqq_nb.protocols.registry import dialect, dialects
from openqq_nb.receive import intake
from openqq_nb.receive.address import Address
from openqq_nb.receive.intake import Accepted, Push, Refusal
from tests.recordings import posts

ADDRESS = Address(port=5801, secret="abc")
HEADERS = (("host", "127.0.0.1:5801"), ("content-type", "application/json"))
GOOD = Push("POST", "/openqq/abc", HEADERS, b'{"type":"message","content":"hi"}')


def judged(push: Push, protocol: str = "openqq1") -> Accepted | Refusal:
    return intake.judge(push, ADDRESS, dialect(protocol, None).arrival)


def refused(push: Push) -> tuple[str, int]:
    found = judged(push)
    assert isinstance(found, Refusal)
    assert found.answer.body and found.answer.content_type == "text/plain; charset=utf-8"
    return found.reason, found.answer.http_status


def with_header(name: str, *values: str) -> Push:
    others = tuple(header for header in HEADERS if header[0] != name)
    return replace(GOOD, headers=others + tuple((name, value) for value in values))


def test_good_push_is_accepted() -> None:
    found = judged(GOOD)
    assert isinstance(found, Accepted) and found.arrival.row["content"] == "hi"


def test_wrong_path_is_not_found() -> None:
    assert refused(replace(GOOD, path="/openqq/abd")) == ("path", 404)


def test_stranger_learns_nothing_but_not_found() -> None:
    assert refused(Push("GET", "/", (("origin", "http://evil"),))) == ("path", 404)


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "OPTIONS", "DELETE"])
def test_only_post_is_taken(method: str) -> None:
    assert refused(replace(GOOD, method=method)) == ("method", 405)


@pytest.mark.parametrize(
    "hosts", [(), ("evil.example",), ("127.0.0.1", "evil.example"), ("127.0.0.1", "127.0.0.1")]
)
def test_foreign_missing_or_double_host_is_refused(hosts: tuple[str, ...]) -> None:
    assert refused(with_header("host", *hosts)) == ("host", 403)


@pytest.mark.parametrize("origins", [("http://evil.example",), ("null",), ("http://127.0.0.1:5801", "null")])
def test_foreign_origin_is_refused_whatever_sec_fetch_says(origins: tuple[str, ...]) -> None:
    push = with_header("origin", *origins)
    assert refused(replace(push, headers=(*push.headers, ("sec-fetch-site", "same-origin")))) == (
        "origin",
        403,
    )


@pytest.mark.parametrize(
    "types", [(), ("",), ("text/plain",), ("application/json-patch",), ("application/json", "text/plain")]
)
def test_other_content_type_is_refused(types: tuple[str, ...]) -> None:
    assert refused(with_header("content-type", *types)) == ("type", 415)


@pytest.mark.parametrize("kind", ["application/json", "text/json", "Application/JSON; charset=utf-8"])
def test_json_content_type_is_taken(kind: str) -> None:
    assert isinstance(judged(with_header("content-type", kind)), Accepted)


@pytest.mark.parametrize("length", [str(intake.MAX_BODY_BYTES + 1), "9" * 5000])
def test_declared_length_over_the_limit_is_refused_before_the_body_is_read(length: str) -> None:
    found = intake.screen(with_header("content-length", length), ADDRESS)
    assert found is not None and (found.reason, found.answer.http_status) == ("size", 413)


def test_body_of_just_the_limit_is_read() -> None:
    assert intake.sized(intake.MAX_BODY_BYTES) is None
    assert intake.sized(intake.MAX_BODY_BYTES + 1) is not None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'"x"', b"[" * 100_000])
def test_malformed_body_is_refused_and_says_why(body: bytes) -> None:
    found = judged(replace(GOOD, body=body))
    assert isinstance(found, Refusal)
    assert (found.reason, found.answer.http_status) == ("malformed", 400)
    assert (
        found.answer.body == b"This is no post of an API server.\n"
        and found.why not in found.answer.body.decode()
    )


@pytest.mark.parametrize("protocol", sorted(dialects()))
def test_every_recorded_post_is_accepted(protocol: str) -> None:
    # The GETs among them follow a redirect, which we never answer.
    for post in [post for post in posts(protocol) if post.method == "POST"]:
        headers = tuple((name.lower(), value) for name, value in post.headers.items() if name != "Host")
        found = judged(Push("POST", "/openqq/abc", (*headers, HEADERS[0]), post.body), protocol)
        assert isinstance(found, Accepted), post.name


anything = st.text(max_size=20)
some_headers = st.lists(
    st.tuples(st.sampled_from(["host", "origin", "content-type", "content-length", "x"]), anything),
    max_size=5,
)
methods = st.sampled_from(["POST", "POST", "GET", "X"])
paths = st.sampled_from(["/openqq/abc", "/openqq/abc", "/"]) | anything


@given(
    methods, paths, some_headers, st.binary(max_size=200), st.booleans(), st.sampled_from(sorted(dialects()))
)
def test_any_request_is_accepted_or_refused_with_4xx(
    method: str, path: str, headers: list[tuple[str, str]], body: bytes, real: bool, protocol: str
) -> None:
    found = judged(Push(method, path, HEADERS if real else tuple(headers), body), protocol)
    if isinstance(found, Refusal):
        assert 400 <= found.answer.http_status < 500
        assert "json" not in str(found.answer.content_type)
    else:
        assert isinstance(found.arrival, Arrival)
