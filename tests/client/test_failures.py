"""What a client says when no whole answer comes, and how often it asks."""

import gzip
import logging
import socket
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.errors import NoAnswer, NotUnderstood, OpenqqError, Unreachable
from openqq_nb.models import Flow, Request, Response
from tests import recordings
from tests.client.driving import Drive, ask, both, get, send
from tests.client.raw import NOTHING, Asked, RawServer, Said, answering, closed_port, hanging, said

CONNECTING = logging.getLogger("httpcore.connection")
READ_TRIES = 4


def tries(caplog: pytest.LogCaptureFixture) -> int:
    """Count the connections that were tried, by the words of the HTTP library."""
    return sum(record.getMessage().startswith("connect_tcp.started") for record in caplog.records)


@pytest.fixture
def connects(caplog: pytest.LogCaptureFixture) -> Callable[[], int]:
    caplog.set_level(logging.DEBUG, CONNECTING.name)
    return lambda: tries(caplog)


@both
def test_a_read_that_nobody_takes_is_tried_four_times(drive: Drive, connects: Callable[[], int]) -> None:
    with pytest.raises(Unreachable, match=r"Nobody answers at http://127\.0\.0\.1"):
        ask(f"http://127.0.0.1:{closed_port()}", get(), drive)
    assert connects() == READ_TRIES


@both
def test_a_send_that_nobody_takes_is_tried_once(drive: Drive, connects: Callable[[], int]) -> None:
    with pytest.raises(Unreachable, match="nothing was sent"):
        ask(f"http://127.0.0.1:{closed_port()}", send(), drive)
    assert connects() == 1


class Opening(logging.Handler):
    """Lets a server begin to listen when the first try to reach it has failed."""

    def __init__(self, server: RawServer) -> None:
        super().__init__()
        self.server = server

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().startswith("connect_tcp.failed"):
            self.server.listener.listen()
            self.server.start()
            CONNECTING.removeHandler(self)


@both
@pytest.mark.usefixtures("connects")
def test_a_read_succeeds_when_the_server_comes_up_between_two_tries(drive: Drive) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        server = RawServer(bound, lambda _: said("[]"))
        CONNECTING.addHandler(Opening(server))
        assert ask(server.url, get(), drive).body == b"[]"
        server.stop()


@both
def test_a_proxy_that_refuses_is_a_server_out_of_reach(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(said("no", status=502)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(Unreachable):
            ask("https://server.example:5000", get(), drive)
        with pytest.raises(Unreachable, match="nothing was sent"):
            ask("https://server.example:5000", send(), drive)
    assert [asked.method for asked in proxy.asked] == ["CONNECT"] * (READ_TRIES + 1)


@both
def test_a_server_without_https_is_out_of_reach_by_https(drive: Drive) -> None:
    with answering(NOTHING) as server, pytest.raises(Unreachable, match="https://127"):
        ask(server.url.replace("http:", "https:"), send(), drive)


@both
def test_a_connection_closed_without_an_answer_is_no_answer(drive: Drive) -> None:
    with answering(NOTHING) as server:
        with pytest.raises(NoAnswer, match="try again later"):
            ask(server.url, get(), drive)
        assert server.connections == 1, "the server stands still: asking on would only lengthen its queue"


@both
def test_a_send_without_an_answer_may_have_gone_out_and_is_never_repeated(drive: Drive) -> None:
    with answering(NOTHING) as server:
        with pytest.raises(NoAnswer, match=r"may have gone out.*look before you send it again"):
            ask(server.url, send(), drive)
        assert [asked.target for asked in server.asked] == ["/openqq/send_message"]
        assert server.connections == 1


@both
def test_a_server_that_answers_too_late_is_no_answer(drive: Drive) -> None:
    with hanging() as server:
        with pytest.raises(NoAnswer, match=r"within 0\.2 s"):
            ask(server.url, get(), drive, timeout_s=0.2)
        with pytest.raises(NoAnswer, match=r"within 0\.2 s\. The message may have gone out"):
            ask(server.url, send(), drive, timeout_s=0.2)
        assert len(server.asked) == 2


@both
def test_an_answer_that_breaks_off_is_no_answer(drive: Drive) -> None:
    with answering(said('[{"id":', Content_Length="1000")) as server:
        with pytest.raises(NoAnswer, match="no whole answer"):
            ask(server.url, get(), drive)
        with pytest.raises(NoAnswer, match="may have gone out"):
            ask(server.url, send(), drive)


@both
@pytest.mark.parametrize("raw", [b"\x00\xff" * 40, b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/9.9 abc\r\n\r\n"])
def test_what_is_no_http_is_no_answer(drive: Drive, raw: bytes) -> None:
    with answering(Said(raw)) as server, pytest.raises(NoAnswer):
        ask(server.url, get(), drive)


@both
def test_an_answer_over_the_limit_is_not_read_to_its_end(drive: Drive) -> None:
    with (
        answering(said(b"[" + b" " * 4_000_000 + b"]")) as server,
        pytest.raises(NotUnderstood, match="larger than 1 MiB"),
    ):
        ask(server.url, get(), drive, max_body_bytes=1 << 20)


@both
def test_the_limit_counts_what_was_unpacked(drive: Drive) -> None:
    packed = gzip.compress(b" " * 4_000_000)
    with (
        answering(said(packed, Content_Encoding="gzip")) as server,
        pytest.raises(NotUnderstood, match="larger than 1 MiB"),
    ):
        ask(server.url, get(), drive, max_body_bytes=1 << 20)


@both
def test_what_is_not_what_its_encoding_says_is_not_understood(drive: Drive) -> None:
    with (
        answering(said(b"\x1f\x8bgarbage", Content_Encoding="gzip")) as server,
        pytest.raises(NotUnderstood, match="badly compressed"),
    ):
        ask(server.url, get(), drive)


@both
def test_a_redirect_is_not_followed(drive: Drive) -> None:
    with answering(said(b"", status=302, Location="/elsewhere")) as server:
        assert ask(server.url, get(), drive).http_status == 302
        with pytest.raises(NotUnderstood, match="HTTP status 302"):
            ask(server.url, send(), drive)
        assert len(server.asked) == 2


@both
def test_a_flow_hears_of_the_failure_and_may_go_on(drive: Drive) -> None:
    def asking_twice() -> Flow[str]:
        try:
            yield Request("GET", "first", repeatable=False)
        except NoAnswer:
            response = yield Request("GET", "second")
            return response.body.decode()
        return "never"

    def talk(asked: Asked) -> Said:
        return NOTHING if asked.target == "/first" else said("heard")

    with answering(talk) as server:
        assert ask(server.url, asking_twice(), drive) == "heard"


@both
def test_an_error_of_the_flow_itself_comes_out_as_it_is(drive: Drive) -> None:
    def failing() -> Flow[None]:
        yield Request("GET", "x")
        raise KeyError("the flow's own")

    with answering(said("[]")) as server, pytest.raises(KeyError, match="own"):
        ask(server.url, failing(), drive)


UNANSWERED = [
    pytest.param(protocol, call, id=f"{protocol}: {call.name}")
    for protocol in ("openqq1", "openqq2")
    for call in recordings.calls(protocol)
    if call.response is None
]


@pytest.mark.parametrize(("protocol", "call"), UNANSWERED)
def test_every_silence_that_was_recorded_is_no_answer(protocol: str, call: recordings.Call) -> None:
    repeatable = call.method == "GET" and "send" not in call.path

    def again() -> Flow[Response]:
        response = yield Request(
            "POST" if call.method == "POST" else "GET", call.path, call.params, repeatable
        )
        return response

    with answering(NOTHING) as server:
        with pytest.raises(NoAnswer, match=None if repeatable else "may have gone out"):
            ask(server.url, again())
        assert server.connections == 1


@both
@given(raw=st.binary(max_size=300))
@settings(max_examples=30, deadline=None)
def test_any_bytes_are_a_response_or_an_error_of_ours(drive: Drive, raw: bytes) -> None:
    with answering(Said(raw)) as server:
        try:
            assert isinstance(ask(server.url, get(), drive), Response)
        except OpenqqError as error:
            assert str(error)
