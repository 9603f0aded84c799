from typing import Any

import pytest

from openqq_nb.simulator.answers import NOTHING, Order, read_answer

JSON = "application/json"


@pytest.mark.parametrize(
    ("body", "first", "second"),
    [
        (b'{"reply": true}', "1", 1),
        (b'{"reply": 0}', "0", 0),
        (b'{"reply": {"a": 1}}', "HASH", {"a": 1}),
        (b'{"reply": ["a"]}', "ARRAY", ["a"]),
    ],
)
def test_a_reply_that_is_no_text_is_text_in_1x_and_passed_on_in_2x(
    body: bytes, first: str, second: Any
) -> None:
    assert str(read_answer("openqq1", 200, JSON, body, False).reply).startswith(first)
    assert read_answer("openqq2", 200, JSON, body, False).reply == second


@pytest.mark.parametrize(
    "body", [b"", b"oops", b"null", b'"text"', b"1", b'\xef\xbb\xbf{"reply":"x"}', b"\xff"]
)
def test_what_is_no_object_ends_2x_and_not_1x(body: bytes) -> None:
    assert read_answer("openqq2", 200, JSON, body, False).ended
    assert read_answer("openqq2", 204, JSON, body, False).ended
    assert read_answer("openqq1", 200, JSON, body, False) == NOTHING


@pytest.mark.parametrize(("status", "kind"), [(500, JSON), (404, JSON), (200, "text/plain"), (200, "")])
def test_errors_and_other_types_are_not_read(status: int, kind: str) -> None:
    assert read_answer("openqq2", status, kind, b"oops", False) == NOTHING


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (b'{"shutup": 1}', 60),
        (b'{"shutup": "1", "shutup_time": "90"}', 90),
        (b'{"shutup": 1, "shutup_time": 59}', None),
        (b'{"shutup": 1, "shutup_time": "soon"}', None),
        (b'{"shutup": 0, "shutup_time": 90}', None),
    ],
)
def test_a_mute_takes_seconds_and_at_least_a_minute(body: bytes, seconds: int | None) -> None:
    assert read_answer("openqq1", 200, JSON, body, False) == Order(mute_s=seconds)


def test_another_format_stops_a_reply_except_to_received_messages_of_2x() -> None:
    body = b'{"reply": "x", "format": "image"}'
    assert read_answer("openqq1", 200, JSON, body, False).reply is None
    assert read_answer("openqq2", 200, JSON, body, False).reply == "x"
    assert read_answer("openqq2", 200, JSON, body, True).reply is None
