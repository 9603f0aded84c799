"""Which end answers is found by calls that change nothing; what is no end, or wants a token, is told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb.errors import NotOpenqq, OpenqqError, Refused
from openqq_nb.models import Response
from openqq_nb.protocols import registry
from openqq_nb.protocols.base import Dialect
from openqq_nb.protocols.onebot11 import probe
from openqq_nb.protocols.onebot11.calls import Onebot11
from openqq_nb.protocols.openqq import probe as probe_of_openqq
from tests.protocols.contract import JSON, answered, written
from tests.protocols.onebot11.recorded import answer, replied, said, talk

KNOWN = [
    (answer("napcat.get_version_info"), "NapCat.Onebot"),
    (answer("llbot.get_version_info"), "LLOneBot"),
    (said({"app_name": "Lagrange.OneBot", "protocol_version": "v11"}), "Lagrange.OneBot"),
    (said({"app_name": "someone's", "protocol_version": "v11"}), "someone's"),
    (said({}), ""),
]


@pytest.mark.parametrize(("response", "name"), KNOWN)
def test_an_end_is_known_by_its_version(response: Response, name: str) -> None:
    found, requests = talk(probe(None), replied({"get_version_info": response}))
    assert isinstance(found, Onebot11) and found.end == name
    assert [(one.method, one.path, one.within_s) for one in requests] == [("POST", "get_version_info", 3.0)]


@pytest.mark.parametrize("unknown", ["napcat.unknown_action", "llbot.unknown_action", "gocq.unknown_action"])
def test_an_end_without_the_action_is_known_by_its_account(unknown: str) -> None:
    replies = {"get_version_info": answer(unknown), "get_login_info": answer("napcat.get_login_info")}
    found, requests = talk(probe("s3cret"), replied(replies))
    assert isinstance(found, Onebot11) and found.end == "" and found.token == "s3cret"
    assert [one.path for one in requests] == list(replies)
    assert all(one.bearer == "s3cret" for one in requests)


REFUSALS = [
    "napcat.token.none",
    "llbot.token.header_wins",
    "onebots.token.none",
    "gocq.token.none",
    "gocq.token.wrong",
    "lagrange.token.none",
    "snowluma.token.wrong",
]


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refused_token_is_said_to_be_one_of_onebot(name: str) -> None:
    with pytest.raises(Refused, match="OneBot 11 and asks for a token"):
        answered(probe("nope"), answer(name))


def test_a_bad_token_over_a_websocket_is_refused_although_the_status_is_good() -> None:
    told = said(None, 1403, message="token验证失败")
    with pytest.raises(Refused):
        answered(probe("nope"), told)


FOREIGN = [
    Response(404, "text/html;charset=UTF-8", b"<!DOCTYPE html><title>Page not found</title>"),
    Response(403, "text/plain", b"request error"),
    Response(403, "text/plain", b"api not found"),
    Response(403, "text/plain", b"auth failure"),
    Response(401, "text/html", b"<html>401 Authorization Required"),
    Response(200, "text/html", b"<html>WebUI"),
    Response(200, "application/json", b'{"code":0,"status":"success"}'),
    Response(200, "", b"[]"),
    answer("llbot.openqq_path"),
    Response(204, "", b""),
]


@pytest.mark.parametrize("response", FOREIGN)
def test_what_is_no_end_is_left_to_others(response: Response) -> None:
    assert answered(probe("x"), response) is None


def test_a_path_that_is_missed_is_said() -> None:
    missed = answer("snowluma.other_path")
    with pytest.raises(NotOpenqq, match="not under this path"):
        answered(probe(None), missed, missed)


def test_an_end_that_lets_only_get_through_is_said() -> None:
    refused = answer("onebots.get")
    with pytest.raises(NotOpenqq, match="to GET only"):
        answered(probe(None), refused, said({"app_name": "x"}))
    assert answered(probe(None), refused, refused) is None


def test_an_openqq_path_is_answered_by_an_end_and_taken_for_no_openqq_server() -> None:
    for name in ("napcat.openqq_path", "llbot.openqq_path"):
        assert answered(probe_of_openqq(None), answer(name)) is None
    account = said({"id": 1}, id="1", qq="1", version="9")
    assert answered(probe_of_openqq(None), account) is None


def test_a_token_that_no_header_can_carry_is_not_for_an_end() -> None:
    assert talk(probe("a\nb"), replied({})) == (None, [])


def test_onebot_is_probed_first_and_alone_over_a_websocket() -> None:
    assert registry.folders() == ("onebot11", "openqq")
    assert len(list(registry.probes())) == 2
    assert list(registry.probes(sockets=True)) == [probe]


@given(found=JSON, status=st.sampled_from([200, 401, 403, 404, 405, 500]))
def test_any_answer_is_an_end_or_none_or_an_error_of_ours(found: object, status: int) -> None:
    response = Response(status, "", written(found))
    try:
        result, requests = talk(probe(None), lambda request: response)
    except OpenqqError as error:
        assert str(error)
        return
    assert result is None or isinstance(result, Onebot11)
    assert not any(one.path.startswith(("send_", "set_", "delete_")) for one in requests)
    dialect: Dialect | None = result
    assert dialect is None or dialect.name == "onebot11"
