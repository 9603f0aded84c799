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
        Reply(5),  # type: ignore[arg-type]
    ],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_is_an_error_that_says_what_to_return(value: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^A handler returned .*(Return|Give) "):
        as_reply(value)
