"""NoneBot's adapter reads what is in the recorded messages as we do, in both formats, and what it writes we read."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nonebot.adapters.onebot.v11 import Adapter, GroupMessageEvent, Message, MessageEvent, MessageSegment

from openqq_nb.protocols.onebot11 import arrivals, content
from openqq_nb.protocols.onebot11.cqcode import parsed
from tests.protocols.onebot11.writing import cq_string
from tests.recordings import posts

Json = dict[str, Any]


def recorded() -> Iterator[tuple[str, Json]]:
    """Give every recorded post of a message, own ones too, by name."""
    for post in posts("onebot11"):
        if b'"message_type"' in post.body:
            yield post.name, json.loads(post.body)


POSTS = dict(recorded())


def theirs(message: str | list[Json]) -> Message:
    """Read a message as the library does."""
    return (
        Message(message) if isinstance(message, str) else Message([MessageSegment(**one) for one in message])
    )


def said_of(segments: list[Json], kind: str, key: str) -> list[str]:
    return [str(one["data"].get(key, "")) for one in segments if one["type"] == kind]


@pytest.mark.parametrize("name", POSTS)
def test_a_recorded_message_has_the_same_words_mentions_and_quote(name: str) -> None:
    post = POSTS[name]
    message, told = theirs(post["message"]), content.read(post["message"])
    ours = json.loads(told.segments)
    assert "".join(said_of(ours, "text", "text")) == message.extract_plain_text()
    assert said_of(ours, "at", "qq") == [str(one.data["qq"]) for one in message["at"]]
    assert told.reply_to == next((str(one.data["id"]) for one in message["reply"]), None)
    assert [one["type"] for one in ours] == [one.type for one in message]
    if all(one.is_text() for one in message):
        assert told.text == message.extract_plain_text()


@pytest.mark.parametrize("name", [name for name, post in POSTS.items() if post["post_type"] == "message"])
def test_a_recorded_post_is_the_same_message_of_the_same_person(name: str) -> None:
    post = POSTS[name]
    event, row = Adapter.json_to_event(post), arrivals.read(json.dumps(post).encode()).row
    assert isinstance(event, MessageEvent)
    assert (row["msg_id"], row["msg_time"]) == (str(event.message_id), event.time)
    if event.sub_type == "anonymous":
        assert isinstance(event, GroupMessageEvent) and event.anonymous is not None
        assert (row["sender"], row.get("sender_qq")) == (event.anonymous.name, None)
    else:
        assert (row["sender"], row["sender_qq"]) == (
            event.sender.card or event.sender.nickname,
            event.get_user_id(),
        )
    if isinstance(event, GroupMessageEvent):
        assert row["gnumber"] == str(event.group_id)


@pytest.mark.parametrize("name", POSTS)
def test_both_read_the_recorded_cq_text_alike(name: str) -> None:
    written = POSTS[name]["raw_message"]
    assert parsed(written) == [{"type": one.type, "data": one.data} for one in Message(written)]


CODES = st.sampled_from(["&amp;", "&#91;", "&#93;", "&#44;", "[CQ:at,qq=all]", "&", "[", "]", ",", "="])
TEXTS = st.lists(CODES | st.text(min_size=1, max_size=3), min_size=1, max_size=5).map("".join)
DATA = st.dictionaries(st.sampled_from(["qq", "id", "file", "url"]), TEXTS, min_size=1)
SEGMENTS = st.lists(
    st.builds(MessageSegment, st.just("text"), st.fixed_dictionaries({"text": TEXTS}))
    | st.builds(MessageSegment, st.sampled_from(["at", "image", "reply", "x.y-z_1"]), DATA)
)


@given(SEGMENTS)
def test_what_it_writes_we_read_and_what_we_write_it_reads(segments: list[MessageSegment]) -> None:
    message = Message(segments)
    message.reduce()
    wanted = [{"type": one.type, "data": one.data} for one in message]
    assert parsed(str(message)) == wanted
    assert [{"type": one.type, "data": one.data} for one in Message(cq_string(wanted))] == wanted
