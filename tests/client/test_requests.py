"""What a request asks for beyond its path and parameters: a JSON body, a bearer, patience, a pause."""

import json
import time
from typing import Any

import pytest

from openqq_nb.errors import InvalidInput, NoAnswer, NotOpenqq
from openqq_nb.models import Flow, Request, Response
from tests.client.driving import Drive, ask, both, get
from tests.client.raw import answering, hanging, said

OK = said({"status": "ok", "retcode": 0, "data": None})


def post(**more: Any) -> Flow[Response]:
    return (yield Request("POST", "send_msg", **more))


@both
def test_content_goes_out_as_json_without_the_parameters(drive: Drive) -> None:
    content = {"user_id": 3_000_000_000, "message": [{"type": "text", "data": {"text": "你好😀&=%"}}]}
    with answering(OK) as server:
        ask(server.url, post(content=content, params=(("token", "secret"),)), drive)
        (asked,) = server.asked
    assert asked.headers["content-type"] == "application/json"
    assert (asked.target, json.loads(asked.body)) == ("/send_msg", content)


@both
def test_empty_content_is_an_empty_object(drive: Drive) -> None:
    with answering(OK) as server:
        ask(server.url, post(content={}), drive)
        assert server.asked[0].body == b"{}"


@both
@pytest.mark.parametrize(
    ("bearer", "sent"), [("s3cret", "Bearer s3cret"), (" s3cret\n", "Bearer s3cret"), ("密钥", "Bearer 密钥")]
)
def test_a_bearer_goes_in_the_header_of_reads_and_posts_and_nowhere_else(
    drive: Drive, bearer: str, sent: str
) -> None:
    def asking() -> Flow[None]:
        yield Request("GET", "get_status", bearer=bearer)
        yield Request("POST", "a", content={}, bearer=bearer)
        yield Request("POST", "b", (("x", "1"),), bearer=bearer)

    with answering(OK) as server:
        ask(server.url, asking(), drive)
    assert [asked.headers["authorization"] for asked in server.asked] == [sent] * 3
    assert not [asked for asked in server.asked if bearer.strip() in asked.target + asked.body.decode()]


@both
def test_without_a_bearer_there_is_no_such_header(drive: Drive) -> None:
    with answering(OK) as server:
        ask(server.url, get(), drive)
        assert "authorization" not in server.asked[0].headers


@both
@pytest.mark.parametrize("bearer", ["a\r\nX: y", "a\x00b"])
def test_a_bearer_that_no_header_can_hold_is_refused_without_showing_it(drive: Drive, bearer: str) -> None:
    with answering(OK) as server:
        with pytest.raises(InvalidInput, match="token") as caught:
            ask(server.url, post(bearer=bearer), drive)
        assert bearer not in str(caught.value) and server.asked == []


@both
def test_content_that_is_no_json_is_refused_before_anything_is_sent(drive: Drive) -> None:
    with answering(OK) as server:
        for content in ({"text": "\ud83d"}, {"number": float("nan")}):
            with pytest.raises(InvalidInput, match="half a character"):
                ask(server.url, post(content=content), drive)
        assert server.asked == []


@both
def test_a_request_with_more_patience_waits_longer(drive: Drive) -> None:
    with hanging() as server, pytest.raises(NoAnswer, match=r"within 0\.4 s"):
        ask(server.url, post(content={}, patience=4, repeatable=False), drive, timeout_s=0.1)


@both
def test_a_request_is_asked_after_its_pause(drive: Drive) -> None:
    with answering(OK) as server:
        began = time.monotonic()
        ask(server.url, post(content={}, pause_s=0.2), drive)
        assert time.monotonic() - began >= 0.2


@both
def test_a_port_for_websockets_only_is_named_with_its_address(drive: Drive) -> None:
    with answering(said("Upgrade Required", status=426)) as server:
        for flow in (get(), post(content={}, repeatable=False)):
            with pytest.raises(NotOpenqq, match=r"HTTP 426.*takes WebSockets only.*Write ws://127"):
                ask(server.url, flow, drive)
        assert len(server.asked) == 2
