"""Every recorded post of real servers, through listener, journal and frame, with what the recorder answered."""

import json
from collections import Counter
from typing import Any

import httpx
import pytest

from openqq_nb.inbox import Message
from openqq_nb.models import Arrival
from openqq_nb.protocols.registry import dialect
from tests.inbox.desk import JSON, Desk, listening
from tests.recordings import Post, posts

PROTOCOLS = ("openqq1", "openqq2")


def posted(protocol: str) -> list[Post]:
    # The GETs among them follow a redirect, which we never answer.
    return [post for post in posts(protocol) if post.method == "POST"]


def send(desk: Desk, post: Post) -> httpx.Response:
    headers = {name: value for name, value in post.headers.items() if name not in ("Host", "Content-Length")}
    return desk.http.post(desk.inbox.url, content=post.body, headers=headers)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_recorded_post_is_taken_and_answered_with_nothing(protocol: str) -> None:
    arrivals = [dialect(protocol, None).arrival(post.body) for post in posted(protocol)]
    with listening(protocol) as desk:
        for post in posted(protocol):
            response = send(desk, post)
            assert (response.status_code, dict(response.headers), response.content) == (204, {}, b""), (
                post.name
            )
        messages = {arrival.fingerprint for arrival in arrivals if arrival.kind == "message"}
        events = [arrival.row["event"] for arrival in arrivals if arrival.kind == "event"]
        assert len(desk.inbox.df) == len(messages) == len(desk.inbox.journal.messages())
        assert Counter(desk.inbox.events["event"]) == Counter(events)
        assert desk.inbox.stats.refused == {} and desk.inbox.stats.malformed == 0
        assert desk.inbox.df["chat_key"].notna().all() and desk.inbox.df["sender"].str.len().min() > 0


def replies(protocol: str) -> list[Any]:
    """The recorded answers that a handler can give: JSON objects."""
    return [
        pytest.param(protocol, post, id=f"{protocol} {post.name}")
        for post in posted(protocol)
        if post.answer["status"] == 200
        and "json" in post.answer["headers"].get("Content-Type", "")
        and isinstance(parsed(post.answer["body"]), dict)
    ]


def parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def meant(body: str) -> dict[str, Any]:
    """What a server takes from an answer; nothing from one that we never write, such as a list."""
    found = json.loads(body)
    if not isinstance(found.get("reply"), str | int | None) or found.get("reply") is True:
        return {}
    if found.get("format") or "extra" in found:
        return {}
    reply = {"reply": str(found["reply"])} if found.get("reply") else {}
    mute = {"shutup": 1, "shutup_time": found.get("shutup_time", 60)} if found.get("shutup") else {}
    return reply | mute


@pytest.mark.filterwarnings("ignore::openqq_nb.errors.HandlerWarning")
@pytest.mark.parametrize(("protocol", "post"), replies("openqq1") + replies("openqq2"))
def test_handler_that_returns_the_recorded_answer_is_answered_in_its_meaning(
    protocol: str, post: Post
) -> None:
    spoken = dialect(protocol, None)
    arrival = spoken.arrival(post.body)
    with listening(protocol) as desk:

        @desk.inbox.on_message
        def returns(message: Message) -> Any:
            return json.loads(post.answer["body"])

        response = send(desk, post)
        errors = int(desk.inbox.handlers["errors"].iloc[0])
    if expected(arrival, post):
        assert response.status_code == 200 and response.headers["content-type"] == JSON["Content-Type"]
        assert response.json() == expected(arrival, post)
    else:
        assert (response.status_code, dict(response.headers), response.content) == (204, {}, b"")
    if meant(post.answer["body"]) and arrival.answerable:
        assert errors == (0 if expected(arrival, post) else 1)


def expected(arrival: Arrival, post: Post) -> dict[str, Any]:
    """What we answer: the meaning, unless the server would drop it, which is an error of the handler instead."""
    wanted = meant(post.answer["body"])
    short = wanted.get("shutup_time", 60) < 60
    elsewhere = "shutup" in wanted and arrival.row.get("type") != "group_message"
    dropped = short or elsewhere or not arrival.answerable or "never sent" in post.then
    return {} if dropped else wanted
