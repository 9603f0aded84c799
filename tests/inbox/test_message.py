import copy
import pickle
from typing import Any

import pandas as pd
import pytest

from openqq_nb.inbox import Message
from openqq_nb.schema import MESSAGES

MESSAGE = Message(
    {
        "type": "group_message",
        "sender": "夜猫",
        "chat": "学习角",
        "content": "在吗",
        "msg_time": 1448010862,
        "own": False,
    },
    {"font": "宋体"},
)


def test_attributes_are_the_columns_and_what_the_server_added() -> None:
    assert (MESSAGE.content, MESSAGE.sender, MESSAGE.own, MESSAGE.font) == ("在吗", "夜猫", False, "宋体")
    assert set(MESSAGES.names) <= set(dir(MESSAGE)) and "font" in dir(MESSAGE)


def test_missing_column_is_none_but_the_content_is_always_text() -> None:
    empty = Message({}, {})
    assert empty.content == "" and empty.gnumber is None and empty.msg_time is None
    assert Message({"content": None}, {}).content == ""


def test_time_is_the_same_as_in_the_frame() -> None:
    assert MESSAGE.msg_time == pd.Timestamp("2015-11-20 17:14:22", tz="Asia/Shanghai")


@pytest.mark.parametrize("cell", [0, 0.0, 10**11, 10**17, -(10**17), 10**400, float("inf"), "soon"])
def test_what_is_no_time_is_none_as_in_the_frame(cell: Any) -> None:
    assert Message({"msg_time": cell}, {}).msg_time is None


def test_last_time_there_is() -> None:
    assert Message({"msg_time": 99_999_999_999}, {}).msg_time.year == 5138


def test_unknown_attribute_lists_the_columns() -> None:
    with pytest.raises(AttributeError, match=r"'text'.*content"):
        _ = MESSAGE.text
    assert not hasattr(MESSAGE, "text")


def test_message_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="not set"):
        MESSAGE.content = "x"


def test_message_can_be_copied_and_sent_to_another_process() -> None:
    for other in (copy.deepcopy(MESSAGE), pickle.loads(pickle.dumps(MESSAGE))):  # noqa: S301 - made here
        assert repr(other) == repr(MESSAGE) and other.font == "宋体"


def test_column_of_the_server_does_not_hide_ours() -> None:
    assert Message({"content": "ours"}, {"content": "theirs"}).content == "ours"


def test_repr_shows_who_where_and_what() -> None:
    assert repr(MESSAGE) == "<Message from '夜猫' in '学习角': '在吗'>"
    assert len(repr(Message({"type": "message", "sender": "x", "content": "y" * 1000}, {}))) < 100
