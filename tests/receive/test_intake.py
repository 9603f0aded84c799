from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb.models import Answer, Arrival
from openqq_nb.protocols.registry import dialect, dialects
from openqq_nb.receive import intake
from openqq_nb.receive.address import Address
from openqq_nb.receive.intake import Head, Refusal
from tests.recordings import posts

ADDRESS = Address(port=5801, secret="abc")
HEADERS = ((b"host", b"127.0.0.1:5801"), (b"content-type", b"application/json"))
GOOD = Head(b"POST", b"/openqq/abc", HEADERS)


def refused(head: Head) -> tuple[str, int]:
    found = intake.screen(head, ADDRESS)
    assert found is not None
    assert found.answer.body and found.answer.content_type == "text/plain; charset=utf-8"
    return found.reason, found.answer.http_status


def taken(head: Head) -> bool:
    return intake.screen(head, ADDRESS) is None


def with_header(name: bytes, *values: bytes) -> Head:
    others = tuple(header for header in HEADERS if header[0] != name)
    return replace(GOOD, headers=others + tuple((name, value) for value in values))


def test_good_head_is_taken() -> None:
    assert taken(GOOD)


@pytest.mark.parametrize(
    "target", [b"/openqq/abd", b"/openqq/abc/", b"//openqq/abc", b"/openqq", b"*", b"\xff", b"", b"a:80"]
)
def test_wrong_path_is_not_found(target: bytes) -> None:
    assert refused(replace(GOOD, target=target)) == ("path", 404)


@pytest.mark.parametrize(
    "target",
    [b"/openqq/abc?x=1", b"/openqq/%61bc", b"/openqq%2Fabc", b"http://127.0.0.1:5801/openqq/abc#x"],
)
def test_path_is_found_however_it_is_written(target: bytes) -> None:
    assert taken(replace(GOOD, target=target))


def test_stranger_learns_nothing_but_not_found() -> None:
    assert refused(Head(b"GET", b"/", ((b"origin", b"http://evil"),))) == ("path", 404)


@pytest.mark.parametrize("method", [b"GET", b"PUT", b"HEAD", b"OPTIONS", b"DELETE"])
def test_only_post_is_taken(method: bytes) -> None:
    assert refused(replace(GOOD, method=method)) == ("method", 405)


@pytest.mark.parametrize(
    "hosts", [(), (b"",), (b"evil.example",), (b"127.0.0.1", b"evil.example"), (b"127.0.0.1", b"127.0.0.1")]
)
def test_foreign_missing_or_double_host_is_refused(hosts: tuple[bytes, ...]) -> None:
    assert refused(with_header(b"host", *hosts)) == ("host", 403)


def test_foreign_host_in_the_target_is_refused_whatever_the_header_says() -> None:
    assert refused(replace(GOOD, target=b"http://evil.example/openqq/abc")) == ("host", 403)
    assert taken(replace(GOOD, target=b"http://[::1]:5801/openqq/abc"))


@pytest.mark.parametrize(
    "origins", [(b"http://evil.example",), (b"null",), (b"",), (b"http://127.0.0.1:5801", b"null")]
)
def test_foreign_origin_is_refused(origins: tuple[bytes, ...]) -> None:
    assert refused(with_header(b"origin", *origins)) == ("origin", 403)


def test_origin_of_the_address_itself_is_taken() -> None:
    assert taken(with_header(b"origin", b"http://127.0.0.1:5801"))


@pytest.mark.parametrize(
    "types",
    [(), (b"",), (b"text/plain",), (b"application/json-patch",), (b"application/json", b"text/plain")],
)
def test_other_content_type_is_refused(types: tuple[bytes, ...]) -> None:
    assert refused(with_header(b"content-type", *types)) == ("type", 415)


@pytest.mark.parametrize("kind", [b"application/json", b"text/json", b"Application/JSON; charset=utf-8"])
def test_json_content_type_is_taken(kind: bytes) -> None:
    assert taken(with_header(b"content-type", kind))


@pytest.mark.parametrize("length", [str(intake.MAX_BODY_BYTES + 1), "9" * 5000])
def test_declared_length_over_the_limit_is_refused(length: str) -> None:
    found = intake.declared(length.encode())
    assert found is not None and (found.reason, found.answer.http_status) == ("size", 413)


@pytest.mark.parametrize("length", [b"", b"0", b"0" * 5000, b"7 ", str(intake.MAX_BODY_BYTES).encode()])
def test_declared_length_up_to_the_limit_is_taken(length: bytes) -> None:
    assert intake.declared(length) is None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'"x"', b"[" * 100_000])
def test_malformed_body_is_refused_and_says_why_to_us_alone(body: bytes) -> None:
    found = intake.read(body, dialect("openqq1", None).arrival)
    assert isinstance(found, Refusal)
    assert (found.reason, found.answer.http_status) == ("malformed", 400)
    assert found.answer.body == b"This is no post of an API server.\n"
    assert found.why and found.why not in found.answer.body.decode()


@pytest.mark.parametrize("answer", [intake.failed("The disk is full."), intake.BROKEN])
def test_what_is_said_of_our_own_errors_is_never_of_a_json_type(answer: Answer) -> None:
    assert answer.http_status >= 500 and answer.content_type == "text/plain; charset=utf-8"


@pytest.mark.parametrize("protocol", sorted(dialects()))
def test_every_recorded_post_is_accepted(protocol: str) -> None:
    # The GETs among them follow a redirect, which we never answer.
    for post in [post for post in posts(protocol) if post.method == "POST"]:
        named = [(name.lower().encode(), value.encode()) for name, value in post.headers.items()]
        kept = tuple(one for one in named if one[0] in intake.JUDGED_HEADERS - {b"host"})
        assert taken(replace(GOOD, headers=(*kept, HEADERS[0]))), post.name
        assert isinstance(intake.read(post.body, dialect(protocol, None).arrival), Arrival), post.name


anything = st.binary(max_size=20)
some_headers = st.lists(st.tuples(st.sampled_from(sorted(intake.JUDGED_HEADERS)), anything), max_size=4)
methods = st.sampled_from([b"POST", b"POST", b"GET", b"X"])
targets = st.sampled_from([b"/openqq/abc", b"/openqq/abc", b"/"]) | anything


@given(methods, targets, some_headers, anything)
def test_any_head_is_taken_or_refused_with_4xx(
    method: bytes, target: bytes, headers: list[tuple[bytes, bytes]], length: bytes
) -> None:
    found = intake.screen(Head(method, target, tuple(headers)), ADDRESS)
    if found is not None:
        assert 400 <= found.answer.http_status < 500
        assert "json" not in str(found.answer.content_type)


@given(st.binary(max_size=200), st.sampled_from(sorted(dialects())))
def test_any_body_is_an_arrival_or_malformed(body: bytes, protocol: str) -> None:
    found = intake.read(body, dialect(protocol, None).arrival)
    if isinstance(found, Refusal):
        assert found.reason == "malformed"
    else:
        assert isinstance(found, Arrival)
