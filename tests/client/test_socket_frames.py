"""Frames are told apart by the few keys that say what they are, whatever else is in them."""

import json

import pytest
import tenacity
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.errors import InvalidInput
from openqq_nb.sockets import as_json, frames, keeping
from tests import recordings
from tests.client.socket_server import recorded

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
KINDS = {"event", "answer", "refusal", "complaint", "garbage"}
OBJECTS = st.dictionaries(st.text(), ANY)


def read(**frame: object) -> frames.Frame:
    return frames.read(json.dumps(frame).encode())


@settings(deadline=None)
@given(st.binary() | st.text().map(str.encode) | ANY.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_frame(body: bytes) -> None:
    assert frames.read(body).kind in KINDS


@settings(deadline=None)
@given(OBJECTS, st.text(min_size=1), ANY)
def test_whatever_has_a_post_type_is_an_event(rest: dict[str, object], post_type: str, echo: object) -> None:
    assert read(**{**rest, "post_type": post_type, "echo": echo}).kind == "event"


@settings(deadline=None)
@given(OBJECTS, st.text())
def test_whatever_has_an_echo_and_no_post_type_is_the_answer_to_it(
    rest: dict[str, object], echo: str
) -> None:
    frame = read(**{**rest, "post_type": None, "echo": echo})
    assert (frame.kind, frame.echo) == ("answer", echo)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("napcat.ws.session", ["event", "answer", "garbage"]),  # the last has an echo that is none of ours
        ("napcat.ws.unknown_action", ["event", "answer"]),
        ("napcat.ws.bad_json", ["event", "complaint"]),
        ("napcat.ws.api_path", ["answer"]),
        ("napcat.ws.token_missing", ["refusal"]),
    ],
)
def test_recorded_frames_are_told_apart(name: str, kinds: list[str]) -> None:
    assert [frames.read(frame.encode()).kind for frame in recorded(name)] == kinds


def test_recorded_posts_are_events_with_the_interval_of_heartbeats_alone() -> None:
    lines = (recordings.WIRE / "onebot11-post.jsonl").read_text("utf-8").splitlines()
    posts = {line["name"]: line["request"]["body"] for line in map(json.loads, lines)}
    told = {name: frames.read(body.encode()) for name, body in posts.items() if '"post_type"' in body}
    assert {frame.kind for frame in told.values()} == {"event"}
    beats = {name: frame.interval_s for name, frame in told.items() if frame.interval_s is not None}
    assert beats["napcat.post.heartbeat"] == 30
    assert all("heartbeat" in name for name in beats)


@pytest.mark.parametrize("interval", [0, -5, None, "30000", True, [], float("inf")])
def test_an_interval_that_is_none_is_none(interval: object) -> None:
    frame = read(post_type="meta_event", meta_event_type="heartbeat", time=1, interval=interval)
    assert frame.kind == "garbage" if interval == float("inf") else frame.interval_s is None


@settings(deadline=None)
@given(st.binary(), st.binary())
def test_whatever_stands_in_the_keys_that_tell_a_frame_is_no_error(text: bytes, value: bytes) -> None:
    for key in (b"post_type", b"meta_event_type", b"time", b"interval", b"retcode", b"echo"):
        body = b'{"post_type":"meta_event","meta_event_type":"heartbeat","%s":%s}'
        for written in (value, b'"%s"' % text, b"9" * (len(value) * 50 + 1), b'["%s"]' % text):
            assert frames.read(body % (key, written)).kind in KINDS


@pytest.mark.parametrize(
    "body",
    [
        b'{"post_type":"meta\xff"}',
        b'{"post_type":"meta_event","meta_event_type":"heart\xff"}',
        b'{"post_type":"meta_event","meta_event_type":"heartbeat","interval":1%s}' % (b"0" * 400),
        b'{"post_type":"meta_event","time":1%s}' % (b"0" * 400),
        b'{"retcode":0,"echo":"\xff"}',
    ],
)
def test_text_that_is_not_utf_8_and_numbers_without_end_are_garbage(body: bytes) -> None:
    assert frames.read(body).kind == "garbage"


def test_a_time_in_milliseconds_is_the_same_moment() -> None:
    seconds = read(post_type="meta_event", time=1_795_502_511).server_s
    assert seconds == read(post_type="meta_event", time=1_795_502_511_000).server_s == 1_795_502_511


def test_the_time_of_a_message_says_nothing_of_the_clock() -> None:
    assert read(post_type="message", time=1_795_502_511).server_s is None


@settings(deadline=None)
@given(OBJECTS)
def test_json_that_can_be_written_is_what_was_given_and_the_rest_is_refused(
    content: dict[str, object],
) -> None:
    try:
        text = as_json(content)
    except InvalidInput:
        assert any("\ud800" <= sign <= "\udfff" for sign in json.dumps(content, ensure_ascii=False))
        return
    assert json.loads(text.encode()) == content


@pytest.mark.parametrize("tries", [1, 5, 20, 5000])
def test_pauses_between_tries_grow_to_half_a_minute_and_no_further(tries: int) -> None:
    state = tenacity.RetryCallState(tenacity.AsyncRetrying(), None, (), {})
    state.attempt_number = tries
    pauses = [keeping._WAIT(state) for _ in range(200)]
    assert max(pauses) <= min(0.1 * 2 ** min(tries - 1, 20), keeping.LONGEST_PAUSE_S)
    assert len(set(pauses)) > 1, "clients that lost a server together do not come back together"
