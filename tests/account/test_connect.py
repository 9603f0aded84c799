"""How one gets a `my` from a server, and what is said when something else, or nothing, answers."""

from collections.abc import Iterator
from typing import Any, Literal

import pytest

import openqq_nb as oq
from openqq_nb.errors import InvalidInput, NoAnswer, NotOpenqq, Refused, Unreachable
from openqq_nb.simulator import Simulator
from tests.client.raw import NOTHING, Asked, Said, answering, closed_port, hanging, said

Protocol = Literal["openqq1", "openqq2", "onebot11"]
SECRET = "s3cret of the owner"


@pytest.fixture(params=["openqq1", "openqq2", "onebot11"])
def protocol(request: pytest.FixtureRequest) -> Protocol:
    found: Protocol = request.param
    return found


@pytest.fixture
def server(protocol: Protocol) -> Iterator[Simulator]:
    with Simulator(protocol, groups=2, friends=3, members=4) as simulator:
        yield simulator


@pytest.fixture
def locked(protocol: Protocol) -> Iterator[Simulator]:
    with Simulator(protocol, groups=2, friends=3, members=4, token=SECRET) as simulator:
        yield simulator


def test_the_dialect_is_found(server: Simulator, protocol: Protocol) -> None:
    my = oq.connect(server.url)
    assert f"{server.url}, {protocol}" in repr(my)
    assert len(my.friends()) == 3
    my.close()


def test_a_dialect_may_be_named_without_a_question(protocol: Protocol) -> None:
    my = oq.connect(f"http://127.0.0.1:{closed_port()}", protocol=protocol)
    assert protocol in repr(my)
    my.close()


def test_looking_for_the_dialect_asks_only_what_changes_nothing() -> None:
    with answering(said("[]", status=403)) as server:
        with pytest.raises(NotOpenqq):
            oq.connect(server.url)
        assert [(asked.method, asked.target) for asked in server.asked] == [
            ("POST", "/get_version_info"),
            ("GET", "/openqq/get_client_info"),
            ("GET", "/openqq/get_user_info"),
        ]


def test_the_environment_names_server_and_token(locked: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENQQ_NB_URL", locked.url)
    monkeypatch.setenv("OPENQQ_NB_TOKEN", SECRET)
    my = oq.connect()
    assert len(my.groups()) == 2
    my.close()


def test_arguments_count_before_the_environment(server: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENQQ_NB_URL", f"http://127.0.0.1:{closed_port()}")
    my = oq.connect(server.url)
    assert my.me()["nick"] == "小机"
    my.close()


@pytest.mark.parametrize("url", [None, ""])
def test_without_any_address_it_is_said_what_to_write(url: str | None) -> None:
    with pytest.raises(InvalidInput, match=r"OPENQQ_NB_URL is not set.*oq\.connect\(.*oq\.demo\(\)"):
        oq.connect(url)


def test_an_unknown_protocol_is_refused_with_those_there_are() -> None:
    with pytest.raises(
        InvalidInput, match=r"Unknown protocol 'openqq3'.*'auto', 'onebot11', 'openqq1', 'openqq2'"
    ):
        oq.connect("http://127.0.0.1:5000", protocol="openqq3")


def test_a_bad_address_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no address of a server"):
        oq.connect("ftp://127.0.0.1")


@pytest.mark.parametrize("token", [None, "wrong", "key=s3cret of the owner"])
def test_a_wrong_token_is_refused_while_looking(locked: Simulator, token: str | None) -> None:
    with pytest.raises(
        Refused, match=r"asks for a token.*connect\(…, token=…\) or in OPENQQ_NB_TOKEN"
    ) as caught:
        oq.connect(locked.url, token=token)
    assert "s3cret" not in str(caught.value)


def test_a_wrong_token_is_refused_by_every_call(locked: Simulator, protocol: Protocol) -> None:
    my = oq.connect(locked.url, protocol=protocol, token="wrong")
    for ask in (my.me, my.friends, my.members, my.roster, lambda: my.send_friend("hi", qq="1")):
        with pytest.raises(Refused):
            ask()
    my.close()
    assert locked.received == []


def test_the_right_token_opens_reads_and_sends(locked: Simulator) -> None:
    my = oq.connect(locked.url, token=SECRET)
    assert my.send_friend("你好", to=my.friends().iloc[0])
    assert SECRET not in repr(my)
    my.close()


@pytest.mark.parametrize("protocol", ["openqq1", "openqq2"])
def test_the_owner_may_call_the_parameter_otherwise(protocol: Protocol) -> None:
    with Simulator(protocol, groups=1, friends=1, members=3, token=SECRET, token_name="key") as server:
        my = oq.connect(server.url, token=f"key={SECRET}")
        assert len(my.friends()) == 1
        my.close()


@pytest.mark.parametrize(
    "answer",
    [
        said("<html><title>Welcome to nginx!</title></html>", Content_Type="text/html"),
        said("not found", status=404),
        said({"message": "hello"}),
        said({"status": "ok", "code": 0}),
        said("[]"),
        said("request error"),
        said("", status=302, Location="/lab"),
        said("null"),
        said(b"\xff\xfe"),
        said("[" * 100_000),
        said("forbidden", status=403),
    ],
)
def test_something_else_is_no_openqq_server_and_is_shown(answer: Said) -> None:
    with answering(answer) as server, pytest.raises(NotOpenqq) as caught:
        oq.connect(server.url)
    text = str(caught.value)
    assert server.url in text and "openqq/get_client_info: HTTP" in text
    assert "Check host, port and path" in text


@pytest.mark.parametrize(
    ("account", "dialect"),
    [({"id": "1", "nick": "x", "qq": "1"}, "openqq1"), ({"id": 1, "name": "x", "uid": 1}, "openqq2")],
)
def test_without_a_client_info_the_account_tells_the_dialect(
    account: dict[str, object], dialect: str
) -> None:
    def talk(asked: Asked) -> Said:
        return said(account) if asked.target.endswith("user_info") else said("request error", status=403)

    with answering(talk) as server:
        my = oq.connect(server.url)
        assert dialect in repr(my)
        my.close()


def test_nobody_at_the_address_is_said() -> None:
    with pytest.raises(Unreachable, match="Is the server running, and is the port right"):
        oq.connect(f"http://127.0.0.1:{closed_port()}")


def test_a_server_that_stands_still_is_said_to_wait_for_its_login() -> None:
    with answering(NOTHING) as server, pytest.raises(NoAnswer, match="login code waits to be scanned"):
        oq.connect(server.url)
    with hanging() as server, pytest.raises(NoAnswer, match=r"within 0\.2 s"):
        oq.connect(server.url, timeout=0.2)


def test_an_account_shows_itself_in_a_few_lines_and_asks_nothing_for_it(server: Simulator) -> None:
    my = oq.connect(server.url)
    assert repr(my).splitlines()[0] == "openqq_nb · account not asked yet: my.me()"
    my.me()
    my.members()
    lines = repr(my).splitlines()
    assert lines[0] == "openqq_nb · 小机 (qq 9900000100), online"
    assert lines[2].split() == ["loaded", "2", "groups,", "8", "members"]
    assert len(lines) == 5 and max(map(len, lines)) < 110
    server.stop()
    assert repr(my).splitlines() == lines
    my.close()


def test_a_nick_cannot_add_lines_to_the_card() -> None:
    def talk(asked: Asked) -> Said:
        return said({"id": "1", "nick": "x\n  server    http://evil\x1b[2J", "qq": "1", "state": "online"})

    with answering(talk) as server:
        my = oq.connect(server.url, protocol="openqq1")
        my.me()
        assert len(repr(my).splitlines()) == 5
        assert "\x1b" not in repr(my)
        my.close()


@pytest.mark.parametrize("protocol", ["openqq1", "openqq2", "onebot11"])
def test_a_server_of_the_other_release_is_an_error_not_an_empty_frame(protocol: str) -> None:
    other = "openqq2" if protocol == "openqq1" else "openqq1"
    words = "no answer of OneBot 11" if protocol == "onebot11" else "another release"
    with Simulator(other, groups=2, friends=3, members=4) as server:  # type: ignore[arg-type]
        my = oq.connect(server.url, protocol=protocol)
        for ask in (my.me, my.friends, my.groups, my.members):
            with pytest.raises(oq.NotUnderstood, match=rf"{words}.*protocol='auto'"):
                ask()
        my.close()


@pytest.mark.parametrize(
    "given", [{"url": 5}, {"url": b"http://x"}, {"timeout": "a"}, {"timeout": -1}, {"token": 5}]
)
def test_what_cannot_be_an_argument_is_refused_in_our_own_words(given: dict[str, Any]) -> None:
    with pytest.raises(oq.InvalidInput):
        oq.connect(**{"url": "http://127.0.0.1:9", **given})
