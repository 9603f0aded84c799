"""Each recorded answer of the calls beyond sends and lists: mute, kick, relogin, search, recent, what the server is."""

import json

import pandas as pd
import pytest

from openqq_nb import schema
from openqq_nb.errors import NotSupported, NotUnderstood, Refused, Unreachable
from openqq_nb.models import Delivery, Flow, Outcome, Receipt, Recipient, Response
from openqq_nb.protocols.base import Dialect, Listing
from openqq_nb.protocols.openqq import DIALECTS
from tests.protocols.contract import answered, asked, json_answer
from tests.recordings import Call, body, call, calls

GNUMBER, QQ = "9910000201", "9900000203"
SERVER_ERROR = Response(500, "text/html", b"<!DOCTYPE html>")
LOADED = body("openqq2", "get_group_info after member lists were loaded")


def second(token: str | None = None) -> Dialect:
    return DIALECTS["openqq2"](token)


def name_of(value: object) -> str | None:
    return value.name if isinstance(value, Call) else None


def told(path: str) -> list[Call]:
    """Give the recorded calls of a 2.x server that were answered with a code."""
    found = [one for one in calls("openqq2") if one.path == f"openqq/{path}" and one.response]
    return [one for one in found if one.response and one.response.http_status == 200]


CODES = [
    (path, one) for path in ("shutup_group_member", "kick_group_member", "relogin") for one in told(path)
]


@pytest.mark.parametrize(("path", "one"), CODES, ids=name_of)
def test_the_code_of_a_recorded_answer_becomes_the_outcome(path: str, one: Call) -> None:
    flows: dict[str, Flow[Outcome]] = {
        "shutup_group_member": second().mute(GNUMBER, QQ, 60),
        "kick_group_member": second().kick(GNUMBER, QQ),
        "relogin": second().relogin(),
    }
    assert one.response is not None
    found = json.loads(one.response.body)
    outcome = answered(flows[path], one.response)
    assert isinstance(outcome, Outcome)
    assert (outcome.code, outcome.status) == (found["code"], found["status"])
    assert outcome.ok == bool(outcome) == (found["code"] == 0)
    assert outcome.meaning in repr(outcome)


def test_enough_answers_with_a_code_are_recorded() -> None:
    assert len(CODES) >= 16


def test_a_mute_is_asked_for_as_recorded_but_by_permanent_numbers() -> None:
    recorded = call("openqq2", "shutup_group_member POST form")
    request = asked(second().mute(GNUMBER, QQ, 61))
    assert (request.path, request.method) == (recorded.path, recorded.method)
    assert request.params == (("group_uid", GNUMBER), ("member_uid", QQ), ("time", "2"))


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [(0.5, "1"), (60, "1"), (60.1, "2"), (86400, "1440"), (10**10, "166666667")],
)
def test_seconds_become_whole_minutes_rounded_up(seconds: float, minutes: str) -> None:
    assert dict(asked(second().mute(GNUMBER, QQ, seconds)).params)["time"] == minutes


def test_a_kick_that_ended_in_an_error_page_is_told_by_who_is_left() -> None:
    left = json_answer(body("openqq2", "get_group_info after the kick"))
    outcome = answered(second().kick(GNUMBER, "9900000205"), SERVER_ERROR, left)
    assert isinstance(outcome, Outcome)
    assert (outcome.ok, outcome.code) == (True, 500)


def test_a_kick_that_ended_in_an_error_page_did_nothing_if_the_member_is_still_there() -> None:
    outcome = answered(second().kick(GNUMBER, "9900000205"), SERVER_ERROR, json_answer(LOADED))
    assert isinstance(outcome, Outcome)
    assert (outcome.ok, outcome.code) == (False, 500)


def kicked(*lists: bytes, token: str | None = None) -> Outcome:
    """Give the outcome of a kick that was answered with an error page, with the lists that are asked for then."""
    answers = [json_answer(one) for one in lists]
    outcome = answered(second(token).kick(GNUMBER, "9900000205"), SERVER_ERROR, *answers)
    assert isinstance(outcome, Outcome)
    assert outcome.code == 500
    return outcome


UNLOADED = body("openqq2", "get_group_info before any member list was loaded")
UNSEEN = "who is there cannot be seen. Look before you ask again"


def test_after_a_kick_a_list_that_is_not_loaded_is_loaded_and_tells_who_is_left() -> None:
    assert not kicked(UNLOADED, LOADED)
    assert "still in the group" in kicked(UNLOADED, LOADED).meaning
    assert kicked(UNLOADED, body("openqq2", "get_group_info after the kick"))


def test_after_a_kick_members_that_cannot_be_loaded_are_not_taken_for_gone() -> None:
    none_given = body("openqq2", "search_group without members at the provider")
    for found in (none_given, b'{"code":100}', b"[]"):
        assert not kicked(UNLOADED, found) and UNSEEN in kicked(UNLOADED, found).meaning
    assert UNSEEN in kicked(UNLOADED, token="x").meaning


def test_after_a_kick_a_group_that_is_not_there_by_its_number_tells_nothing() -> None:
    numberless = body("openqq2", "no extended information: get_group_info with members")
    for found in (numberless, b"[]"):
        assert not kicked(found) and UNSEEN in kicked(found).meaning


def test_after_a_kick_members_of_whom_none_but_the_account_has_a_number_tell_nothing() -> None:
    groups = json.loads(body("openqq2", "get_group_info after the kick"))
    for member in groups[0]["member"]:
        member["uid"] = member["id"] if member.get("uid") == member["id"] else None
    unknown = json.dumps(groups).encode()
    assert not kicked(unknown, unknown) and UNSEEN in kicked(unknown, unknown).meaning


@pytest.mark.parametrize("there", [SERVER_ERROR, json_answer(b"{"), json_answer(b'{"code":100}')])
def test_a_kick_whose_look_around_fails_may_have_worked_and_the_error_says_so(there: Response) -> None:
    for answers in ([there], [json_answer(UNLOADED), SERVER_ERROR]):
        with pytest.raises(NotUnderstood) as caught:
            answered(second().kick(GNUMBER, QQ), SERVER_ERROR, *answers)
        assert "so it may have worked" in caught.value.__notes__[0]


def test_a_look_after_a_kick_that_nobody_answers_says_that_the_kick_may_have_worked() -> None:
    flow = second().kick(GNUMBER, QQ)
    next(flow)
    flow.send(SERVER_ERROR)
    with pytest.raises(Unreachable) as caught:
        flow.throw(Unreachable("Nobody answers; nothing was sent."))
    assert "so it may have worked" in caught.value.__notes__[0]


@pytest.mark.parametrize("answer", [b"", b"[]", b"{}", b'{"code":true}', b'{"code":"no"}', b"<html>"])
def test_an_answer_without_a_code_leaves_open_what_was_done(answer: bytes) -> None:
    for flow in (second().mute(GNUMBER, QQ, 60), second().kick(GNUMBER, QQ), second().relogin()):
        with pytest.raises(NotUnderstood):
            answered(flow, json_answer(answer))


def test_a_refused_token_is_refused() -> None:
    refusal = json_answer(b'{"code":-6,"status":"auth failure"}')
    for flow in (second("x").mute(GNUMBER, QQ, 60), second("x").kick(GNUMBER, QQ), second("x").relogin()):
        with pytest.raises(Refused, match="token"):
            answered(flow, refusal)


SEARCHED = [one for one in told("search_group") if one.response and one.response.body.startswith(b"[")]


@pytest.mark.parametrize("one", SEARCHED, ids=name_of)
def test_members_that_a_recorded_search_loaded_are_those_of_the_group(one: Call) -> None:
    assert one.response is not None
    listing = answered(second().load_members({"gid": "1"}), one.response)
    assert isinstance(listing, Listing)
    members = schema.MEMBERS.frame(listing.members)
    found = [
        (str(place["id"]), str(member["id"]))
        for place in json.loads(one.response.body)
        for member in place["member"]
    ]
    assert list(zip(members["gid"], members["id"], strict=True)) == found


def test_a_search_that_finds_nobody_has_no_rows() -> None:
    nobody = call("openqq2", "search_group nobody").response
    assert nobody is not None
    listing = answered(second().load_members({"gid": "1"}), nobody)
    assert isinstance(listing, Listing)
    assert (len(listing.places), len(listing.members)) == (0, 0)


def test_a_search_goes_by_the_id_of_the_group_alone() -> None:
    assert asked(second().load_members({"gid": "2617047204"})).params == (("id", "2617047204"),)


RECENT = [one for one in calls("openqq1") if one.path == "openqq/get_recent_info" and one.response]


@pytest.mark.parametrize("one", RECENT, ids=name_of)
def test_recorded_recent_people_are_told_apart(one: Call) -> None:
    assert one.response is not None
    table = answered(DIALECTS["openqq1"](None).recent(), one.response)
    frame = schema.RECENT.frame(table)
    found = json.loads(one.response.body)
    assert frame["id"].tolist() == [item["id"] for item in found]
    assert frame["recipient_type"].tolist() == ["session" if "gid" in item else "friend" for item in found]


def test_a_member_who_wrote_a_temporary_message_is_among_the_recorded() -> None:
    assert any(b'"gid"' in one.response.body for one in RECENT if one.response)


@pytest.mark.parametrize(("dialect", "version"), [("openqq1", None), ("openqq2", "2.2.7")])
def test_the_recorded_servers_tell_what_they_are(dialect: str, version: str | None) -> None:
    names = ["get_user_info"] if dialect == "openqq1" else ["get_user_info", "get_client_info"]
    answers = [json_answer(body(dialect, name)) for name in names]
    row = schema.SERVER.frame(answered(DIALECTS[dialect](None).server(), *answers)).iloc[0]
    assert (row["dialect"], row["state"]) == (dialect, "online")
    assert pd.isna(row["version"]) if version is None else row["version"] == version
    if version is not None:
        program = json.loads(answers[1].body)
        assert row["started_at"].timestamp() == program["starttime"]
        assert (row["runtime"], row["os"]) == (program["runtime"], program["os"])


@pytest.mark.parametrize("kind", ["friend", "group"])
def test_a_message_that_is_only_queued_is_asked_for_as_recorded(kind: str) -> None:
    recipient = Recipient("friend", qq="1") if kind == "friend" else Recipient("group", gnumber="1")
    recorded = call("openqq2", f"send_{kind}_message async")
    request = asked(second().send(recipient, "x", wait=False))
    assert request.path == recorded.path and request.method == "POST"
    assert dict(request.params)["async"] == dict(recorded.params)["async"] == "1"
    assert recorded.response is not None
    receipt = answered(second().send(recipient, "x", wait=False), recorded.response)
    assert isinstance(receipt, Receipt)
    assert (receipt.ok, receipt.delivery, receipt.msg_id) == (True, Delivery.ACCEPTED, None)


def test_a_message_that_was_not_queued_is_not_accepted() -> None:
    answer = json_answer(b'{"code":100,"id":null,"status":"friend not found"}')
    receipt = answered(second().send(Recipient("friend", qq="1"), "x", wait=False), answer)
    assert isinstance(receipt, Receipt)
    assert (receipt.ok, receipt.delivery) == (False, Delivery.FAILED)


def test_what_cannot_be_queued_is_refused_before_it_leaves() -> None:
    for flow in (
        second().send(Recipient("discuss", did="1"), "x", wait=False),
        DIALECTS["openqq1"](None).send(Recipient("friend", qq="1"), "x", wait=False),
    ):
        with pytest.raises(NotSupported, match=r"Nothing was sent"):
            next(flow)
