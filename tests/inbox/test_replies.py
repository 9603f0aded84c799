from typing import Any

import pytest

from openqq_nb.errors import InvalidInput
from openqq_nb.inbox.replies import as_reply
from openqq_nb.models import Reply


@pytest.mark.parametrize(
    "value", [None, "", Reply(), {}, {"reply": ""}, {"reply": None}, {"code": 0}, {"shutup": 0}]
)
def test_nothing_to_say(value: Any) -> None:
    assert as_reply(value) is None


@pytest.mark.parametrize(
    ("value", "reply"),
    [
        ("好", Reply("好")),
        (Reply("好", shutup=True, shutup_time=120), Reply("好", shutup=True, shutup_time=120)),
        ({"reply": "好", "code": 0}, Reply("好")),
        ({"reply": 123}, Reply("123")),
        ({"reply": "x", "format": "text"}, Reply("x")),
        ({"shutup": 1}, Reply("", shutup=True)),
        ({"shutup": True, "shutup_time": 600}, Reply("", shutup=True, shutup_time=600)),
        ({"shutup": "1", "shutup_time": "90"}, Reply("", shutup=True, shutup_time=90)),
    ],
)
def test_what_a_handler_may_return(value: Any, reply: Reply) -> None:
    assert as_reply(value) == reply


@pytest.mark.parametrize(
    "value",
    [
        123,
        True,
        ["a"],
        b"x",
        object(),
        {"replay": "x"},
        {"reply": ["a", "b"]},
        {"reply": True},
        {"reply": "x", "format": "image"},
        {"shutup": 1, "shutup_time": "long"},
        {"shutup": 1, "shutup_time": True},
        {1: 2},
        {"shutup": "yes"},
        {"shutup": 2},
        {"shutup": 1, "shutup_time": 0},
        {"shutup": 1, "shutup_time": 60.0},
        {"shutup": 1, "shutup_time": "9" * 5000},
        {"reply": ["x" * 10_000_000]},
        ["x" * 10_000_000] * 100,
        (part for part in "ab"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_is_an_error_that_says_what_to_return(value: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^A handler returned .*(Return|Give) ") as raised:
        as_reply(value)
    assert len(str(raised.value)) < 500


class Named(str):
    """A text with more to it."""


@pytest.mark.parametrize(
    "reply", [Reply(Named("好")), Reply("好", shutup_time=1), Reply(shutup=True)], ids=repr
)
def test_reply_takes_what_it_says(reply: Reply) -> None:
    assert as_reply(reply) is (reply if reply.text or reply.shutup else None)


@pytest.mark.parametrize("text", [None, 5, b"x", ["a"], True], ids=repr)
def test_text_of_a_reply_is_a_str(text: Any) -> None:
    with pytest.raises(InvalidInput, match=r"The text of a Reply must be a str, or parts .*; found"):
        Reply(text)


@pytest.mark.parametrize("shutup", [None, 1, 0, "1", "yes"], ids=repr)
def test_shutup_of_a_reply_is_true_or_false(shutup: Any) -> None:
    with pytest.raises(InvalidInput, match="shutup of a Reply must be True or False; found"):
        Reply("x", shutup=shutup)


@pytest.mark.parametrize("seconds", [None, 0, -60, 60.0, float("nan"), "60", True, 10**50 * -1], ids=repr)
def test_shutup_time_of_a_reply_is_whole_seconds(seconds: Any) -> None:
    with pytest.raises(InvalidInput, match="shutup_time of a Reply must be whole seconds from 1"):
        Reply("x", shutup=True, shutup_time=seconds)
