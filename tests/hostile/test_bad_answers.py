"""Whatever a server answers: a clear error of ours or a frame of the declared columns, and nothing is lost."""

import gc
import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb import schema
from openqq_nb.account import Account
from openqq_nb.columns import Schema
from openqq_nb.errors import NotLoadedWarning, NotUnderstood, Refused
from tests.client.raw import Said, answering, said

DEEP = 100_000
PROTOCOLS = ("openqq1", "openqq2")
ALL = (*PROTOCOLS, "onebot11")

Ask = Callable[[Account], Any]
LISTS: dict[str, Ask] = {
    "friends": Account.friends,
    "groups": Account.groups,
    "members": Account.members,
    "discusses": Account.discusses,
    "discuss_members": Account.discuss_members,
    "roster": Account.roster,
}
INFOS = {"me": Account.me, **LISTS}
# Where there are no discusses nothing is asked for them.
ASKED = dict.fromkeys(PROTOCOLS, INFOS) | {
    "onebot11": {name: ask for name, ask in INFOS.items() if "discuss" not in name}
}

NO_JSON = {
    "html": b"<!DOCTYPE html><html><title>Welcome to nginx!</title></html>",
    "empty": b"",
    "truncated": b'[{"id":"1","nick":"\xe4\xbd\xa0',
    "gbk": '[{"id":"1","nick":"你好"}]'.encode("gbk"),
    "utf-16": '[{"id":"1"}]'.encode("utf-16"),
    "bytes": bytes(range(256)),
    "two values": b"[][]",
    "deep list": b"[" * DEEP,
    "deep list, closed": b"[" * DEEP + b"]" * DEEP,
    "deep object": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deep member": b'[{"gid":"1","member":' + b"[" * DEEP + b"]" * DEEP + b"}]",
}
OTHER_JSON: dict[str, object] = {
    "null": None,
    "number": 42,
    "text": "auth failure",
    "not found": {"code": 100, "status": "object not found"},
    "list of null": [None],
    "list of numbers": [1, 2],
    "list of lists": [[]],
    "mixed": [{"id": "1"}, None],
}
BAD = NO_JSON | {name: json.dumps(value).encode() for name, value in OTHER_JSON.items()}


@pytest.fixture(autouse=True)
def no_collection_at_the_end_of_the_stack() -> Iterator[None]:
    """Let no garbage of other tests be finalised where a deep answer has used up the stack."""
    gc.disable()
    yield
    gc.enable()


@contextmanager
def connected(answer: Said, protocol: str) -> Iterator[Account]:
    with answering(answer) as server:
        my = oq.connect(server.url, protocol=protocol)
        yield my
        my.close()


@pytest.mark.parametrize("protocol", ALL)
@pytest.mark.parametrize("name", BAD)
def test_a_bad_answer_is_not_understood_and_shown(name: str, protocol: str) -> None:
    with connected(said(BAD[name]), protocol) as my:
        for ask in ASKED[protocol].values():
            with pytest.raises(NotUnderstood) as caught:
                ask(my)
            shown = BAD[name][:20].decode("utf-8", "backslashreplace")
            assert repr(shown)[1:15] in str(caught.value), "the error shows how the answer begins"
            assert len(str(caught.value)) < 600


@pytest.mark.parametrize("protocol", ALL)
@pytest.mark.parametrize("name", sorted(set(BAD) - {"not found"}))  # that one is the answer of a send
def test_a_bad_answer_to_a_send_says_that_it_may_have_gone_out(name: str, protocol: str) -> None:
    with connected(said(BAD[name]), protocol) as my:
        with pytest.raises(NotUnderstood) as caught:
            my.send_friend("hi", qq="1")
        assert "look before you send it again" in str(caught.value)


@pytest.mark.parametrize("name", sorted(set(OTHER_JSON) - {"null"}))
def test_what_is_in_a_whole_envelope_and_no_list_is_not_understood_and_shown(name: str) -> None:
    body = json.dumps({"status": "ok", "retcode": 0, "data": OTHER_JSON[name]}).encode()
    with connected(said(body), "onebot11") as my:
        for ask in (Account.friends, Account.groups, Account.members, Account.roster):
            with pytest.raises(NotUnderstood) as caught:
                ask(my)
            assert len(str(caught.value)) < 600


@pytest.mark.parametrize("status", [201, 301, 400, 404, 500, 503])
def test_another_http_status_is_told_with_what_came(status: int) -> None:
    with (
        connected(said("<html>oops", status=status), "openqq2") as my,
        pytest.raises(NotUnderstood, match=rf"get_friend_info with HTTP status {status} and '<html>oops'"),
    ):
        my.friends()


@pytest.mark.parametrize(
    ("answer", "protocol"),
    [
        (said("auth failure", status=403, Content_Type="text/html;charset=UTF-8"), "openqq1"),
        (said({"code": -6, "status": "auth failure"}), "openqq2"),
        (said({"code": "-6", "status": "auth failure"}), "openqq2"),
        (said({"message": "token verify failed!"}, status=403), "onebot11"),
        (said("", status=401), "onebot11"),
    ],
)
def test_a_refused_token_is_refused_for_every_call(answer: Said, protocol: str) -> None:
    sends: dict[str, Ask] = {
        "friend": lambda my: my.send_friend("hi", qq="1"),
        "group": lambda my: my.send_group("hi", gnumber="1"),
    }
    with connected(answer, protocol) as my:
        for ask in (ASKED[protocol] | sends).values():
            with pytest.raises(Refused, match=r"connect\(…, token=…\) or in OPENQQ_NB_TOKEN"):
                ask(my)


ODD: dict[str, tuple[object, Callable[[pd.DataFrame], object]]] = {
    "nothing": ([], lambda frame: frame.empty),
    "an empty object": ([{}], lambda frame: frame["displayname"].tolist() == ["?"]),
    "a half surrogate pair": (
        [{"id": "1", "nick": "a\ud83db"}],
        lambda f: f["nick"].tolist() == ["a\ufffdb"],
    ),
    "a whole surrogate pair": ([{"id": "1", "nick": "\U0001f600"}], lambda f: f["nick"].tolist() == ["😀"]),
    "nul": ([{"id": "1", "nick": "a\x00b"}], lambda frame: frame["nick"].tolist() == ["a\x00b"]),
    "numbers for texts": ([{"id": 12345678901234567, "nick": 5}], lambda f: f["nick"].tolist() == ["5"]),
    "a huge number": ([{"id": 10**40, "nick": "a"}], lambda f: f["id"].tolist() == [str(10**40)]),
    "texts for numbers": ([{"id": "1", "vip_level": "7"}], lambda f: f["vip_level"].tolist() == [7]),
    "a text for a count": ([{"id": "1", "vip_level": "seven"}], lambda f: f["vip_level"].isna().all()),
    "a list for a text": ([{"id": "1", "nick": ["a"]}], lambda frame: frame["nick"].tolist() == ['["a"]']),
    "null everywhere": ([dict.fromkeys(("id", "nick", "qq", "uid", "name"))], lambda f: len(f) == 1),
    "the same id twice": ([{"id": "1", "nick": "a"}, {"id": "1", "nick": "b"}], lambda f: len(f) == 2),
    "an unknown key": (
        [{"id": "1", "新": "x"}],
        lambda f: f.columns[-1] == "新" and f["新"].tolist() == ["x"],
    ),
    "an unknown state": ([{"id": "1", "state": "dancing"}], lambda f: f["state"].tolist() == ["dancing"]),
}


def renamed(rows: object, protocol: str) -> object:
    """Write the rows of a friend list as the other dialect would."""
    if protocol == "openqq1" or not isinstance(rows, list):
        return rows
    return [{"name" if key == "nick" else key: value for key, value in row.items()} for row in rows]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", ODD)
def test_an_odd_friend_list_loses_nothing(name: str, protocol: str) -> None:
    rows, holds = ODD[name]
    with connected(said(json.dumps(renamed(rows, protocol)).encode()), protocol) as my:
        frame = my.friends()
        check(frame, schema.FRIENDS)
        assert holds(frame)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("member", "count"),
    [(None, 0), ([], 0), ([None], 0), ({}, 0), ("x", 0), ([1, {"id": "5"}], 1), ([{}, {"id": None}], 2)],
)
def test_odd_members_cost_neither_the_group_nor_the_others(member: object, count: int, protocol: str) -> None:
    key = "gid" if protocol == "openqq1" else "id"
    rows = [{key: "1", "member": member}, {key: "2", "member": [{"id": "7"}]}]
    with connected(said(json.dumps(rows).encode()), protocol) as my:
        assert my.groups()["members_loaded"].tolist() == [count > 0, True]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotLoadedWarning)
            members = my.members()
    check(members, schema.MEMBERS)
    assert len(members) == count + 1


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "column", ["gid", "qq", "nick", "displayname", "member_count", "gowner_qq", "_place", "raw_gid"]
)
def test_an_unknown_key_that_is_called_like_a_column_of_ours_is_kept_apart(
    column: str, protocol: str
) -> None:
    rows = [{"member": [{column: "theirs"}], column: "theirs"}]
    known = {"openqq1": ("gid", "qq", "nick"), "openqq2": ()}[protocol]
    with connected(said(json.dumps(rows).encode()), protocol) as my:
        groups, members = my.groups(), my.members()
    check(groups, schema.GROUPS)
    check(members, schema.MEMBERS)
    if column not in known:
        assert [groups.iloc[0, -1], members.iloc[0, -1]] == ["theirs"] * 2


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("key", ["nick", "\ud800", "新"])
def test_an_unknown_key_of_the_account_is_kept(key: str, protocol: str) -> None:
    with connected(said(json.dumps({"id": "1", key: "theirs"}).encode()), protocol) as my:
        assert "theirs" in my.me().tolist()


def test_a_byte_order_mark_is_read_over() -> None:
    with connected(said(b'\xef\xbb\xbf[{"id":"1","nick":"a"}]'), "openqq1") as my:
        assert my.friends()["nick"].tolist() == ["a"]


def test_the_session_token_of_the_account_is_not_shown() -> None:
    body: dict[str, object] = {"id": "1", "qq": "1", "nick": "小机", "token": "t0k3n-of-the-account"}
    with connected(said(body), "openqq1") as my:
        assert "t0k3n" not in my.me().to_string() + repr(my)


@pytest.mark.parametrize("code", ["0", 0, "100", -4, "-1", 7])
def test_a_code_may_be_a_text_or_a_number(code: object) -> None:
    with connected(said({"code": code, "status": "x", "msg_id": 5}), "openqq1") as my:
        receipt = my.send_friend("hi", qq="1")
        assert (receipt.code, receipt.ok, bool(receipt)) == (
            int(str(code)),
            str(code) == "0",
            str(code) == "0",
        )
        assert receipt.msg_id == "5"


@pytest.mark.parametrize("code", [None, True, "", "zero", [], 0.5, "1" * 30])
def test_a_code_that_is_none_is_not_understood(code: object) -> None:
    with (
        connected(said({"code": code, "status": "x"}), "openqq2") as my,
        pytest.raises(NotUnderstood, match="no code"),
    ):
        my.send_friend("hi", qq="1")


@pytest.mark.parametrize(
    ("code", "delivery"),
    [
        (0, "sent"),
        (100, "failed"),
        (105, "failed"),
        (-1, "unknown"),
        (-5, "unknown"),
        (7, "unknown"),
        (106, "unknown"),
    ],
)
def test_only_what_was_not_found_is_certainly_not_sent(code: int, delivery: str) -> None:
    with connected(said({"code": code, "status": "x"}), "openqq1") as my:
        assert my.send_friend("hi", qq="1").delivery == delivery


def check(frame: pd.DataFrame, declared: Schema) -> None:
    assert tuple(frame.columns[: len(declared.names)]) == declared.names
    assert all(frame[column.name].dtype == column.dtype for column in declared.columns)
    assert isinstance(frame.index, pd.RangeIndex)
