"""Which addresses are taken, what is asked there, and what never goes through a proxy."""

import socket

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import openqq_nb as oq
from openqq_nb.client import Client, checked_url
from openqq_nb.errors import InvalidInput
from openqq_nb.loopback import is_loopback
from openqq_nb.protocols.registry import dialect
from openqq_nb.turns import turns_of
from tests.client.driving import FRIEND, Drive, ask, both, get, send
from tests.client.raw import SENT, answering, said

ME = said({"id": "1", "nick": "小机", "qq": "1"})


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("  127.0.0.1:5000/ ", "http://127.0.0.1:5000"),
        ("localhost:5000", "http://localhost:5000"),
        ("http://[::1]:5000", "http://[::1]:5000"),
        ("https://qq.example/api/v1/", "https://qq.example/api/v1"),
        ("http://127.0.0.1:5000/openqq", "http://127.0.0.1:5000"),
        ("http://127.0.0.1:5000/api/openqq/", "http://127.0.0.1:5000/api"),
        ("http://openqq", "http://openqq"),
        ("openqq:5000/openqq", "http://openqq:5000"),
        ("HTTPS://QQ.Example:5000", "https://qq.example:5000"),
    ],
)
def test_an_address_is_brought_to_one_form(given: str, taken: str) -> None:
    assert checked_url(given) == taken


@pytest.mark.parametrize(
    "url",
    [
        "",
        "   ",
        "http://",
        "ftp://127.0.0.1:5000",
        "http://127.0.0.1:0",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:port",
        "http://127.0.0.1:５０００",
        "http://[::1",
        "::1",
        "http://127.0.0.1:5000\n/x",
        "\x00",
        "http://..:5000",
        f"http://{'a' * 70}:5000",
        "http://127.0.0.1:5000/?token=1",
        "http://127.0.0.1:5000/#top",
        "http://somebody:secret@127.0.0.1:5000",
        "http://:secret@127.0.0.1:5000",
    ],
)
def test_a_bad_address_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(InvalidInput, match=r"no address of a server.*http://127\.0\.0\.1:5000"):
        Client(url)


SECRETS = [
    ("http://me:hunter2@127.0.0.1:5999", "http://…@127.0.0.1:5999"),
    ("me:hunter2@127.0.0.1:5999/openqq", "…@127.0.0.1:5999/openqq"),
    ("https://hunter2@qq.example", "https://…@qq.example"),
    ("http://me:hun@ter2@127.0.0.1", "http://…@127.0.0.1"),
    ("http://me:hun/ter2@127.0.0.1:x", "http://…@127.0.0.1:x"),
    ("http://me:hunter2\uff20127.0.0.1", "http://…@127.0.0.1"),
    ("http://127.0.0.1:5999/?token=hunter2", "http://127.0.0.1:5999/?…"),
    ("http://127.0.0.1:5999?hunter2", "http://127.0.0.1:5999?…"),
    ("http://127.0.0.1:5999#hunter2", "http://127.0.0.1:5999#…"),
    ("http://127.0.0.1:5999&token=hunter2", "http://127.0.0.1:5999&…"),
    ("127.0.0.1:5999 token=hunter2", "127.0.0.1:5999 token=…"),
    ("http://me:hunter2@127.0.0.1:5999?token=hunter2", "http://…@127.0.0.1:5999?…"),
    ("http://127.0.0.1:5999/?token=x@hunter2", "http://…"),
    ("http://me:hunter2?@127.0.0.1:5999", "http://…"),
]


@pytest.mark.parametrize(("url", "shown"), SECRETS)
def test_a_bad_address_is_shown_without_password_and_token(url: str, shown: str) -> None:
    with pytest.raises(InvalidInput, match="Leave user:password@ and") as caught:
        oq.connect(url)
    assert str(caught.value).startswith(f"{shown!r} is no address")
    assert "hunter2" not in str(caught.value) and caught.value.__context__ is None


def test_a_bad_address_without_secrets_is_shown_as_it_is() -> None:
    with pytest.raises(InvalidInput) as caught:
        checked_url("ftp://127.0.0.1:5000/x")
    assert str(caught.value) == (
        "'ftp://127.0.0.1:5000/x' is no address of a server. "
        "Write scheme, host and port, as in 'http://127.0.0.1:5000'."
    )


@given(
    before=st.text(),
    secret=st.uuids().map(str),
    after=st.text(),
    form=st.sampled_from(["{}:{}@{}", "{}?{}{}"]),
)
def test_no_password_or_query_of_any_text_is_shown(before: str, secret: str, after: str, form: str) -> None:
    try:
        checked_url("http://" + form.format(before, secret, after))
    except InvalidInput as error:
        assert secret not in str(error)


@given(url=st.text() | st.text().map("http://{}".format))
def test_any_text_is_an_address_or_refused(url: str) -> None:
    try:
        taken = checked_url(url)
    except InvalidInput:
        return
    assert checked_url(taken) == taken
    assert httpx.URL(taken).host


@both
def test_a_server_under_a_path_is_asked_there(drive: Drive) -> None:
    with answering(ME) as server:
        ask(f"{server.url}/qq/api/", get(), drive)
        assert server.asked[0].target == "/qq/api/openqq/get_user_info"


@both
def test_a_server_at_an_ipv6_address_is_asked(drive: Drive) -> None:
    with answering(ME, socket.AF_INET6) as server:
        assert ask(server.url, get(), drive).http_status == 200
        assert server.asked[0].headers["host"].startswith("[::1]:")


@both
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_not_for_loopback(
    drive: Drive, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(ME) as server, answering(said("proxy", status=502)) as proxy:
        monkeypatch.setenv(variable, proxy.url)
        assert ask(server.url, get(), drive).http_status == 200
        assert ask(server.url.replace("127.0.0.1", "localhost"), get(), drive).http_status == 200
        assert proxy.asked == []


@both
def test_a_proxy_of_the_environment_is_for_the_outside(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(ME) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        ask("http://server.example:5000", get(), drive)
        assert proxy.asked[0].target == "http://server.example:5000/openqq/get_user_info"


@pytest.mark.parametrize(
    ("host", "stays"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("localhost", True),
        ("qq.localhost", True),
        ("192.168.0.2", False),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
    ],
)
def test_loopback_is_what_stays_on_this_machine(host: str, stays: bool) -> None:
    assert is_loopback(host) is stays


@both
@pytest.mark.parametrize(
    ("token", "pair"),
    [
        ("s3cret", ("token", "s3cret")),
        ("key=a b&c=d", ("key", "a b&c=d")),
        ("密钥", ("token", "密钥")),
        ("c2VjcmV0Cg==", ("token", "c2VjcmV0Cg==")),
    ],
)
def test_a_token_goes_in_the_query_of_a_read_and_in_the_form_of_a_send(
    drive: Drive, token: str, pair: tuple[str, str]
) -> None:
    speaks = dialect("openqq1", token)
    with answering(lambda asked: SENT if asked.method == "POST" else ME) as server:
        ask(server.url, speaks.me(), drive)
        ask(server.url, speaks.send(FRIEND, "a=b&c"), drive)
        read, sent = server.asked
    assert (read.params, read.body) == ([pair], b"")
    assert sent.params == [("qq", "123456"), ("content", "a=b&c"), pair]
    assert "?" not in sent.target, "a secret in a request line ends in logs"


@both
@pytest.mark.parametrize("content", ["0", "   ", "第一行\r\n第二行\t\x00", "😀<b>&amp;+%41;", "长" * 20_000])
def test_a_text_goes_out_as_a_form_unchanged(drive: Drive, content: str) -> None:
    with answering(SENT) as server:
        assert ask(server.url, send(content), drive)
        sent = server.asked[0]
    assert sent.headers["content-type"] == "application/x-www-form-urlencoded"
    assert sent.params == [("qq", "123456"), ("content", content)]


def test_reads_keep_one_connection_and_sends_take_a_fresh_one_each() -> None:
    with answering(lambda asked: said("[]", keep=True)) as server:
        client = Client(server.url)
        for _ in range(3):
            client.run(get())
        assert server.connections == 1
        server.talk = lambda _: said({"code": 0}, keep=True)
        for _ in range(2):
            client.run(send())
        client.close()
        assert server.connections == 3


def test_a_kept_connection_that_the_server_closed_is_opened_anew() -> None:
    with answering(lambda asked: said("[]", keep=len(server.asked) < 2)) as server:
        client = Client(server.url)
        assert [client.run(get()).body for _ in range(4)] == [b"[]"] * 4
        client.close()


def test_all_clients_of_one_server_share_its_turns() -> None:
    first, second = Client("http://127.0.0.1:5000/"), Client("127.0.0.1:5000/openqq")
    assert first._turns is second._turns
    assert first._turns is not turns_of("http://127.0.0.1:5001")
