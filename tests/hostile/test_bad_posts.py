"""Whatever is posted: the right status, nothing lost, nobody obeyed; through the whole way from `my.listen()`."""

import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

import httpx
import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb import settings
from openqq_nb.inbox import Inbox
from openqq_nb.receive.intake import MAX_BODY_BYTES
from openqq_nb.simulator import Simulator
from tests import recordings

Protocol = Literal["openqq1", "openqq2", "onebot11"]
JSON = {"Content-Type": "application/json"}


@dataclass
class Desk:
    my: oq.Account
    inbox: Inbox
    protocol: Protocol

    def again(self) -> Inbox:
        """Listen again on the same journal."""
        return self.my.listen()

    def post(self, body: bytes | str, **headers: str) -> httpx.Response:
        named = JSON | {key.replace("_", "-"): value for key, value in headers.items()}
        return httpx.post(self.inbox.url, content=body, headers=named, trust_env=False, timeout=30)

    def good(self, content: str = "你好", **other: Any) -> bytes:
        """Write a message of a friend as this server posts it."""
        if self.protocol == "onebot11":
            return written(onebot(content) | other)
        found = next(
            json.loads(one.body)
            for one in recordings.posts(self.protocol)
            if one.body and json.loads(one.body).get("type") in ("message", "friend_message")
        )
        return written(found | {"content": content} | other)


def written(post: Mapping[str, Any]) -> bytes:
    return json.dumps(post, ensure_ascii=False).encode()


def onebot(content: str) -> dict[str, Any]:
    """Write a message with a number of its own: by that messages of OneBot are told apart."""
    (recorded,) = (one.body for one in recordings.posts("onebot11") if one.name == "napcat.post.p_text.array")
    said = {"message": [{"type": "text", "data": {"text": content}}], "raw_message": content}
    return {**json.loads(recorded), **said, "message_id": next(_numbers), "self_id": 9900000100}


_numbers = count(1)


@pytest.fixture(scope="module", params=["openqq1", "openqq2", "onebot11"])
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, groups=1, friends=2, members=3) as simulator:
        yield simulator


@pytest.fixture
def desk(server: Simulator) -> Iterator[Desk]:
    my = oq.connect(server.url)
    yield Desk(my, my.listen(), server.protocol)
    my.close()


def kept() -> "oq.Log[pd.DataFrame]":
    return oq.open_log(settings.journal_path("9900000100"))


MALFORMED = [
    b"",
    b"{",
    b"[" * 100_000,
    b"{}[]",
    b"\xff\xfe",
    '{"type":"message","content":"好"}'.encode("gbk"),
    b"null",
    b"[]",
    b'"x"',
]


def test_malformed_posts_are_refused_and_kept_aside_as_they_came(desk: Desk) -> None:
    for body in MALFORMED:
        answer = desk.post(body)
        assert answer.status_code == 400
        assert answer.headers["content-type"].startswith("text/plain"), "a 2.x server would obey what is JSON"
    assert desk.post(desk.good("danach")).status_code == 204
    desk.inbox.stop()
    problems = kept().problems
    assert problems["body"].tolist() == [body.decode("utf-8", "backslashreplace") for body in MALFORMED]
    assert problems["why"].notna().all()
    assert desk.inbox.df["content"].tolist() == ["danach"]
    assert desk.inbox.stats.malformed == len(MALFORMED)


def test_another_content_type_is_refused(desk: Desk) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        assert desk.post(desk.good(), Content_Type=kind).status_code == 415
    assert desk.inbox.df.empty


def test_a_body_that_says_it_is_too_large_is_refused_unread(desk: Desk) -> None:
    url = httpx.URL(desk.inbox.url)
    head = f"POST {url.path} HTTP/1.1\r\nHost: {url.netloc.decode()}\r\nContent-Type: application/json\r\n"
    with socket.create_connection((url.host, url.port or 0), timeout=10) as connection:
        connection.sendall(f"{head}Content-Length: {MAX_BODY_BYTES + 1}\r\n\r\n{{".encode())
        assert connection.makefile().readline().split()[1] == "413"


@pytest.mark.slow
def test_a_body_that_turns_out_too_large_is_refused(desk: Desk) -> None:
    pieces = (b" " * (1 << 20) for _ in range((MAX_BODY_BYTES >> 20) + 1))
    with httpx.Client(trust_env=False, timeout=30) as http:
        assert http.post(desk.inbox.url, headers=JSON, content=pieces).status_code == 413
    assert desk.post(desk.good("danach")).status_code == 204


def test_a_web_page_cannot_inject_a_message(desk: Desk) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}):
        assert desk.post(desk.good(), **headers).status_code == 403
    assert desk.inbox.df.empty


def test_without_the_secret_there_is_nothing(desk: Desk) -> None:
    for path in ("/", "/openqq", "/openqq/", "/openqq/wrong", "/favicon.ico"):
        url = httpx.URL(desk.inbox.url).copy_with(path=path)
        assert httpx.post(url, content=desk.good(), headers=JSON, trust_env=False).status_code == 404
    assert desk.inbox.df.empty


def test_an_unknown_type_is_kept_as_an_event(desk: Desk) -> None:
    body = {"type": "hologram", "post_type": "surprise", "x": [1, {"y": "😀"}]}
    assert desk.post(json.dumps(body)).status_code == 204
    desk.inbox.stop()
    for events in (desk.inbox.events, kept().events):
        assert len(events) == 1
        assert events["event"].tolist() == ["hologram" if desk.protocol == "openqq1" else "surprise"]
        assert "😀" in events["params"].tolist()[0]


ODD: dict[str, dict[str, Any]] = {
    "content null": {"content": None},
    "content a number": {"content": 5},
    "content a list": {"content": ["a"]},
    "half a surrogate pair": {"content": "a\ud83d"},
    "nul": {"content": "a\x00b"},
    "markup": {"content": "<script>alert(1)</script>&lt;"},
    "names null": {"sender": None, "receiver": None},
    "a huge number": {"sender_id": 10**40, "sender_qq": 10**40, "sender_uid": 10**40},
    "no time": {"msg_time": "soon", "time": "soon"},
    "an unknown key": {"brandneu": {"a": 1}},
    "a key of ours": {"own": True, "chat_key": "x", "received_at": 1},
}


def text(content: object) -> dict[str, Any]:
    return {"message": [{"type": "text", "data": {"text": content}}]}


ODD_ONEBOT: dict[str, dict[str, Any]] = {
    "message null": {"message": None},
    "message a number": {"message": 5},
    "message a list of texts": {"message": ["a", 5, None]},
    "text a number": text(5),
    "half a surrogate pair": text("a\ud83d"),
    "nul": text("a\x00b"),
    "markup": text("<script>alert(1)</script>&lt;"),
    "code in a text": text("[CQ:at,qq=all]"),
    "a string of code": {
        "message": "[CQ:at,qq=all] [CQ:image,file=x,url=http://x]",
        "message_format": "string",
    },
    "an unknown segment": {"message": [{"type": "hologram", "data": {"x": [1]}}, {"type": 5}, {}]},
    "names null": {"sender": {"nickname": None, "card": None}},
    "no sender": {"sender": None},
    "a huge number": {"user_id": 10**40, "sender": {"user_id": 10**40}},
    "numbers as texts": {"user_id": "4200000011", "message_id": "word", "self_id": "9900000100"},
    "no time": {"time": "soon"},
    "milliseconds": {"time": 1_763_953_200_123},
    "an unknown key": {"brandneu": {"a": 1}},
    "a key of ours": {"own": True, "chat_key": "x", "received_at": 1, "content": "y"},
}


def test_odd_messages_are_rows_and_the_same_after_a_restart(desk: Desk) -> None:
    odd_ones = ODD_ONEBOT if desk.protocol == "onebot11" else ODD
    for name, odd in odd_ones.items():
        body = json.loads(desk.good(name)) | odd
        assert desk.post(json.dumps(body)).status_code == 204
    live = desk.inbox.df
    assert len(live) == len(odd_ones)
    assert live["chat_key"].notna().all() and live["sender"].str.strip().ne("").all()
    assert not live["own"].any()
    desk.inbox.stop()
    pd.testing.assert_frame_equal(desk.again().df, live)


def test_a_message_with_an_unknown_key_keeps_it(desk: Desk) -> None:
    desk.post(desk.good(brandneu="wert"))
    desk.inbox.stop()
    assert desk.inbox.df["brandneu"].tolist() == kept().df["brandneu"].tolist() == ["wert"]


def test_the_same_post_twice_is_one_row_and_two_messages_are_two(desk: Desk) -> None:
    first, second = desk.good("一"), desk.good("二")
    for body in (first, first, second, first):
        assert desk.post(body).status_code == 204
    assert desk.inbox.df["content"].tolist() == ["一", "二"]
    assert desk.inbox.stats.doubles == 2


def test_nothing_to_say_has_no_body_and_no_content_type(desk: Desk) -> None:
    answer = desk.post(desk.good())
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers


def test_a_post_in_pieces_is_taken(desk: Desk) -> None:
    body = desk.good("in Stücken")
    pieces = (body[start : start + 7] for start in range(0, len(body), 7))
    answer = httpx.post(desk.inbox.url, content=pieces, headers=JSON, trust_env=False)
    assert answer.status_code == 204
    assert desk.inbox.df["content"].tolist() == ["in Stücken"]
