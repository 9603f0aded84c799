"""How one gets a `my` from an end of OneBot, and what is said when it wants a token, or is at another port or path."""

import json
from collections.abc import Iterator
from typing import Literal

import pytest

import openqq_nb as oq
from openqq_nb.errors import NoAnswer, NotOpenqq, Refused
from openqq_nb.protocols import registry
from openqq_nb.simulator import Simulator
from tests.client.raw import NOTHING, Asked, Said, answering, hanging, said
from tests.client.socket_server import GREETING, Guest, serving
from tests.protocols.onebot11.recorded import answer

End = Literal["napcat", "llbot", "lagrange"]
NAMES = {"napcat": "NapCat.Onebot", "llbot": "LLOneBot", "lagrange": "Lagrange.OneBot"}
SECRET = "s3cret of the owner"


@pytest.fixture(params=["napcat", "llbot", "lagrange"])
def end(request: pytest.FixtureRequest) -> End:
    found: End = request.param
    return found


@pytest.fixture
def locked(end: End) -> Iterator[Simulator]:
    with Simulator("onebot11", end=end, groups=2, friends=3, members=4, token=SECRET) as simulator:
        yield simulator


def test_the_end_is_found_and_read(end: End) -> None:
    with Simulator("onebot11", end=end, groups=2, friends=3, members=4) as server:
        my = oq.connect(server.url)
        assert f"{server.url}, onebot11" in repr(my)
        assert my.server()["client"] == NAMES[end]
        truth = server.truth
        assert set(my.friends()["qq"]) == {str(friend.person.qq) for friend in truth.friends}
        assert my.friends()["category"].notna().all()
        members = my.members()
        assert members.groupby("gnumber").size().tolist() == my.groups()["member_count"].tolist()
        assert my.send_group("大家好", gnumber=members["gnumber"].iloc[0]).delivery == "sent"
        my.close()


@pytest.mark.parametrize("token", [None, "wrong", "key=s3cret of the owner"])
def test_a_wrong_token_is_refused_while_looking(locked: Simulator, token: str | None) -> None:
    with pytest.raises(Refused, match=r"OneBot 11 and asks for a token.*connect\(…, token=…\)") as caught:
        oq.connect(locked.url, token=token)
    assert "s3cret" not in str(caught.value)


def test_the_right_token_opens_reads_and_sends(locked: Simulator) -> None:
    my = oq.connect(locked.url, token=SECRET)
    assert my.send_friend("你好", to=my.friends().iloc[0])
    assert SECRET not in repr(my)
    my.close()


def test_an_end_under_a_path_is_found_by_the_whole_address() -> None:
    def talk(asked: Asked) -> Said:
        found = (
            answer("onebots.get_login_info").body if asked.target.startswith("/mock/1/onebot/v11/") else b"no"
        )
        return said(found)

    with answering(talk) as server:
        my = oq.connect(f"{server.url}/mock/1/onebot/v11/")
        assert my.me()["qq"] == "65808680826"
        my.close()
        with pytest.raises(NotOpenqq, match=r"bridges of OneBot have their calls under one"):
            oq.connect(server.url)


def test_another_base_path_is_said() -> None:
    missed = answer("snowluma.other_path")
    with (
        answering(said(missed.body, status=404)) as server,
        pytest.raises(NotOpenqq, match="not under this path"),
    ):
        oq.connect(server.url)


def test_a_port_that_takes_websockets_only_is_said() -> None:
    with answering(said("Upgrade Required", status=426)) as server, pytest.raises(NotOpenqq, match="ws://"):
        oq.connect(server.url)
    with answering(NOTHING) as server, pytest.raises(NoAnswer, match="begins with ws://"):
        oq.connect(server.url)


def test_a_web_page_is_said_to_be_perhaps_the_panel() -> None:
    page = said("<!DOCTYPE html><title>NapCat WebUI</title>", Content_Type="text/html")
    with answering(page) as server, pytest.raises(NotOpenqq, match=r"web panel of NapCat \(port 6099\)"):
        oq.connect(server.url)


def test_all_that_was_asked_is_listed_with_its_answer_and_the_usual_ports() -> None:
    def talk(asked: Asked) -> Said:
        return (
            said("request error", status=403)
            if "client" in asked.target
            else said("nothing here", status=404)
        )

    with answering(talk) as server, pytest.raises(NotOpenqq) as caught:
        oq.connect(server.url)
    lines = str(caught.value).splitlines()
    assert [line.strip() for line in lines[1:4]] == [
        "POST get_version_info: HTTP 404, 'nothing here'",
        "GET openqq/get_client_info: HTTP 403, 'request error'",
        "GET openqq/get_user_info: HTTP 404, 'nothing here'",
    ]
    assert all(port in lines[-1] for port in ("3000", "3001", "5700", "5000"))


def test_a_server_that_knows_no_post_and_keeps_silent_to_it_is_found_all_the_same() -> None:
    def talk(asked: Asked) -> Said:
        if asked.method == "POST":
            return NOTHING
        return said(
            {"id": "1", "nick": "x", "qq": "1"} if asked.target.endswith("user_info") else "", status=200
        )

    def first(asked: Asked) -> Said:
        return said("request error", status=403) if "client" in asked.target else talk(asked)

    with answering(first) as server:
        my = oq.connect(server.url)
        assert "openqq1" in repr(my)
        my.close()


def test_no_question_waits_longer_than_three_seconds() -> None:
    for probe in registry.probes():
        request = next(probe(None))
        assert (request.wait_s(60.0), request.wait_s(0.2)) == (3.0, 0.2)
    with hanging() as server, pytest.raises(NoAnswer, match=r"within 0\.1 s"):
        oq.connect(server.url, timeout=0.1)


def test_the_token_goes_into_a_header_and_the_body_is_an_empty_object() -> None:
    with answering(said(answer("napcat.get_version_info").body)) as server:
        oq.connect(server.url, token="s3cret").close()
        (asked,) = server.asked
    headers = {key.lower(): value for key, value in asked.headers.items()}
    assert (asked.method, asked.target, json.loads(asked.body)) == ("POST", "/get_version_info", {})
    assert headers["authorization"] == "Bearer s3cret"
    assert headers["content-type"] == "application/json"


async def napcat(guest: Guest) -> None:
    """Answer as NapCat answers over its WebSocket."""
    data = {
        "get_version_info": {"app_name": "NapCat.Onebot"},
        "get_login_info": {"user_id": 7, "nickname": "小灰"},
    }
    await guest.say(GREETING)
    while True:
        call = await guest.call()
        await guest.answer(call, data.get(call["action"], {}))


def test_a_websocket_is_probed_by_the_call_of_onebot_alone() -> None:
    with serving(napcat) as server:
        my = oq.connect(server.url)
        assert [call["action"] for call in server.asked] == ["get_version_info"]
        assert my.me()["qq"] == "7"
        my.close()


def test_the_real_websocket_port_of_an_end_is_named_when_it_is_asked_over_http() -> None:
    with serving(napcat) as server, pytest.raises(NotOpenqq, match=server.url):
        oq.connect(server.url.replace("ws://", "http://"))


async def silent(guest: Guest) -> None:
    await guest.say(GREETING)
    while True:
        await guest.call()


def test_a_websocket_that_is_silent_is_not_asked_what_only_openqq_knows() -> None:
    with serving(silent) as server:
        with pytest.raises(NoAnswer):
            oq.connect(server.url, timeout=0.2)
        assert {call["action"] for call in server.asked} == {"get_version_info"}
