"""Each recorded answer is decoded, and each request that a client should make is made the same in meaning."""

import html
import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from openqq_nb import schema
from openqq_nb.columns import Schema
from openqq_nb.errors import NotUnderstood, OpenqqError, Refused
from openqq_nb.models import Delivery, Flow, Receipt, Recipient, RecipientType, Response
from openqq_nb.protocols.base import Dialect, Listing
from openqq_nb.protocols.openqq import DIALECTS, probe
from openqq_nb.protocols.openqq.releases import RELEASE_1, RELEASE_2
from tests.protocols.contract import answered, asked
from tests.recordings import Call, body, call, calls, posts

RELEASES = {"openqq1": RELEASE_1, "openqq2": RELEASE_2}
INFOS: dict[str, Callable[[Dialect], Flow[Any]]] = {
    "openqq/get_user_info": lambda dialect: dialect.me(),
    "openqq/get_friend_info": lambda dialect: dialect.friends(),
    "openqq/get_group_info": lambda dialect: dialect.groups(),
    "openqq/get_discuss_info": lambda dialect: dialect.discusses(),
}
ALL = [(dialect, one) for dialect in DIALECTS for one in calls(dialect)]


def name_of(value: object) -> str | None:
    return value.name if isinstance(value, Call) else None


def is_info(one: Call) -> bool:
    return one.path in INFOS and one.response is not None and one.method != "HEAD"


def addressed(dialect: str, one: Call) -> Recipient | None:
    """Give the recipient of a recorded send, or None if it is a request that we must never make."""
    given = dict(one.params)
    content = given.pop("content", "")
    given.pop("key", None)
    kind, keys = send_of(dialect, one)
    twice = len(dict(one.params)) != len(one.params)
    # Bytes that are not UTF-8, a body that is no form, no text, and two numbers for one thing.
    if not kind or twice or not one.form or not content or "\ufffd" in content or one.method == "PUT":
        return None
    if not given or not set(given) <= set(keys) or "" in given.values():
        return None
    return Recipient(kind, **{keys[key]: number for key, number in given.items()})


def send_of(dialect: str, one: Call) -> tuple[RecipientType | None, dict[str, str]]:
    for kind, (path, keys) in RELEASES[dialect].sends.items():
        if one.path == f"openqq/{path}":
            return kind, dict(keys)
    return None, {}


SENDS = [(dialect, one) for dialect, one in ALL if addressed(dialect, one)]


@pytest.mark.parametrize(("dialect", "one"), SENDS, ids=name_of)
def test_a_send_is_asked_for_as_recorded(dialect: str, one: Call) -> None:
    recipient = addressed(dialect, one)
    assert recipient is not None
    given = dict(one.params)
    token = f"key={given['key']}" if "key" in given else None
    request = asked(DIALECTS[dialect](token).send(recipient, given["content"]))
    assert request.path == one.path
    assert dict(request.params) == given


def test_most_recorded_sends_are_ones_that_a_client_makes() -> None:
    assert len(SENDS) > 90


ANSWERED = [
    (d, one) for d, one in ALL if send_of(d, one)[0] and one.response and one.response.http_status == 200
]


@pytest.mark.parametrize(("dialect", "one"), ANSWERED, ids=name_of)
def test_the_answer_of_a_send_becomes_its_receipt(dialect: str, one: Call) -> None:
    assert one.response is not None
    flow = DIALECTS[dialect](None).send(Recipient("friend", qq="1"), "x")
    if not one.response.body.startswith(b"{"):
        with pytest.raises(NotUnderstood, match="no JSON"):
            answered(flow, one.response)
        return
    told = json.loads(one.response.body)
    receipt = answered(flow, one.response)
    assert isinstance(receipt, Receipt)
    number = told.get("msg_id" if dialect == "openqq1" else "id")
    assert (receipt.code, receipt.ok, bool(receipt)) == (told["code"], told["code"] == 0, told["code"] == 0)
    assert receipt.msg_id == (None if number is None else str(number))
    assert (receipt.status, receipt.info) == (told["status"], told.get("info"))


@pytest.mark.parametrize(
    ("code", "delivery"), [(0, "sent"), (-1, "unknown"), (-5, "unknown"), (100, "failed"), (105, "failed")]
)
def test_a_code_says_what_is_known_of_the_delivery(code: int, delivery: str) -> None:
    flow = DIALECTS["openqq1"](None).send(Recipient("friend", qq="1"), "x")
    receipt = answered(flow, Response(200, "application/json", b'{"code":%d}' % code))
    assert isinstance(receipt, Receipt)
    assert receipt.delivery is Delivery(delivery)
    assert receipt.meaning in repr(receipt)


INFO_CALLS = [(dialect, one) for dialect, one in ALL if is_info(one)]


@pytest.mark.parametrize(("dialect", "one"), INFO_CALLS, ids=name_of)
def test_the_answer_of_an_info_call_is_decoded(dialect: str, one: Call) -> None:
    assert one.response is not None
    flow = INFOS[one.path](DIALECTS[dialect](None))
    told = readable(one.response)
    if b"auth failure" in one.response.body:
        with pytest.raises(Refused, match="token"):
            answered(flow, one.response)
    elif told is None:
        with pytest.raises(NotUnderstood):
            answered(flow, one.response)
    else:
        check_result(dialect, answered(flow, one.response), told)


@pytest.mark.parametrize(("dialect", "one"), INFO_CALLS, ids=name_of)
def test_an_info_call_is_asked_for_as_recorded(dialect: str, one: Call) -> None:
    request = asked(INFOS[one.path](DIALECTS[dialect](None)))
    assert (request.method, request.path, request.params) == ("GET", one.path, ())


def readable(response: Response) -> Any:
    try:
        return json.loads(response.body) if response.http_status == 200 else None
    except ValueError:
        return None


# Where the same value stands in the JSON, spelt out a second time.
KEYS = {
    "openqq1": {
        "ME": {"qq": "qq", "id": "id", "nick": "nick"},
        "FRIENDS": {"qq": "qq", "id": "id", "nick": "nick", "markname": "markname", "category": "category"},
        "GROUPS": {"gid": "gid", "gname": "gname", "gcode": "gcode", "gtype": "gtype"},
        "MEMBERS": {"qq": "qq", "id": "id", "nick": "nick", "card": "card", "gid": "gid", "role": "role"},
        "DISCUSSES": {"did": "did", "dname": "dname", "downer_id": "downer"},
        "DISCUSS_MEMBERS": {"qq": "ruin", "id": "id", "nick": "nick", "did": "did"},
    },
    "openqq2": {
        "ME": {"qq": "uid", "id": "id", "nick": "name"},
        "FRIENDS": {"qq": "uid", "id": "id", "nick": "name", "markname": "markname", "category": "category"},
        "GROUPS": {"gid": "id", "gname": "name", "gcode": "code", "gtype": "role", "gnumber": "uid"},
        "MEMBERS": {"qq": "uid", "id": "id", "nick": "name", "card": "card", "role": "role"},
        "DISCUSSES": {"did": "id", "dname": "name", "downer_id": "owner_id"},
        "DISCUSS_MEMBERS": {"qq": "uid", "id": "id", "nick": "name"},
    },
}
ESCAPED = {
    ("openqq1", name, column)
    for name, columns in KEYS["openqq1"].items()
    for column in columns
    if name != "ME" and column in ("nick", "markname", "category", "gname", "card")
} | {("openqq2", "DISCUSS_MEMBERS", "nick")}


def check_result(dialect: str, result: object, told: Any) -> None:
    if isinstance(result, Listing):
        of_groups = "gid" in result.places.column_names
        places, members = GROUPED if of_groups else DISCUSSED
        check_frame(dialect, places, result.places, told)
        check_frame(
            dialect, members, result.members, [m for place in told for m in place.get("member") or []]
        )
    else:
        rows = told if isinstance(told, list) else [told]
        check_frame(dialect, schema.FRIENDS if isinstance(told, list) else schema.ME, result, rows)


GROUPED = (schema.GROUPS, schema.MEMBERS)
DISCUSSED = (schema.DISCUSSES, schema.DISCUSS_MEMBERS)


def check_frame(dialect: str, declared: Schema, table: Any, told: list[dict[str, Any]]) -> None:
    frame = declared.frame(table)
    assert len(frame) == len(told)
    for column, key in KEYS[dialect][declared.name].items():
        unescape = (dialect, declared.name, column) in ESCAPED
        shown = [None if pd.isna(value) else value for value in frame[column]]
        assert shown == [text(one.get(key), unescape=unescape) for one in told], column
    assert all(isinstance(name, str) and name.strip() for name in frame.get("displayname", ()))


def text(value: object, *, unescape: bool) -> str | None:
    written = None if value is None else str(value)
    return html.unescape(written) if written is not None and unescape else written


def test_members_of_both_dialects_are_the_same_people() -> None:
    name = "get_group_info after member lists were loaded"
    frames = []
    for dialect in DIALECTS:
        listing = answered(DIALECTS[dialect](None).groups(), Response(200, "", body(dialect, name)))
        assert isinstance(listing, Listing)
        frames.append(schema.MEMBERS.frame(listing.members).set_index(["gid", "id"]))
    common = frames[0].index.intersection(frames[1].index)
    assert len(common) > 8
    columns = ["nick", "gname", "province", "city", "state", "client_type"]
    pd.testing.assert_frame_equal(frames[0].loc[common, columns], frames[1].loc[common, columns])


def test_the_owner_of_1x_is_a_number_before_the_members_are_loaded_and_an_id_afterwards() -> None:
    def groups(name: str) -> pd.DataFrame:
        listing = answered(DIALECTS["openqq1"](None).groups(), Response(200, "", body("openqq1", name)))
        assert isinstance(listing, Listing)
        return schema.GROUPS.frame(listing.places)

    before = groups("get_group_info before any member list was loaded").iloc[0]
    after = groups("get_group_info after member lists were loaded").iloc[0]
    assert (before["gowner_qq"], pd.isna(before["gowner_id"])) == ("9900000201", True)
    assert (after["gowner_qq"], after["gowner_id"]) == ("9900000201", "2832277601")


PROBED = {
    "openqq1": ("2.x call on a 1.x server", "get_user_info"),
    "openqq2": ("get_client_info", "get_user_info"),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_probe_recognises_a_recorded_server(dialect: str) -> None:
    flow = probe(None)
    next(flow)
    found: Any = None
    for name in PROBED[dialect]:
        response = call(dialect, name).response
        assert response is not None
        try:
            flow.send(response)
        except StopIteration as done:
            found = done.value
            break
    assert found.name == dialect


def test_the_probe_says_when_a_server_wants_a_token() -> None:
    refusal = call("openqq1", "auth: no key").response
    assert refusal is not None
    with pytest.raises(Refused, match="token"):
        answered(probe(None), refusal)


@pytest.mark.parametrize(
    "response", [Response(200, "text/html", b"<html>"), Response(404, "", b""), Response(200, "", b"{}")]
)
def test_the_probe_knows_what_is_no_openqq_server(response: Response) -> None:
    assert answered(probe(None), response) is None


def test_an_error_page_is_told_with_its_first_bytes() -> None:
    page = Response(500, "text/html", b"<!DOCTYPE html>" + b"x" * 9000)
    with pytest.raises(OpenqqError, match=r"500 and .*<!DOCTYPE html>.*9015 bytes"):
        answered(DIALECTS["openqq1"](None).friends(), page)


def test_the_escaped_name_of_a_member_of_a_discuss_is_unescaped_in_a_post() -> None:
    names = set()
    for post in posts("openqq2"):
        found = json.loads(post.body or b"{}")
        if "discuss" in found and found.get("class") == "recv":
            names.add((found["sender"], DIALECTS["openqq2"](None).arrival(post.body).row["sender"]))
    assert ("陌生人&amp;甲", "陌生人&甲") in names
