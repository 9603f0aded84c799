"""Set-ups with an end of OneBot 11: which end, whose token, which port, whether posts come, whether QQ is logged in."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb.account import Account
from openqq_nb.consulting import consult
from openqq_nb.doctor import Heard, Report
from openqq_nb.doctor.asking import Asked, Looked
from openqq_nb.doctor.hearing import came_live
from openqq_nb.doctor.listener import listener, reached
from openqq_nb.doctor.people import people
from openqq_nb.doctor.server import reach
from openqq_nb.inbox import Inbox, Stats
from openqq_nb.protocols.registry import dialect
from openqq_nb.receive import intake
from openqq_nb.simulator import Simulator
from openqq_nb.simulator.dialects import EndName
from openqq_nb.simulator.faults import FAULTS
from tests import recordings
from tests.client.raw import NOTHING, Said, answering, closed_port, said
from tests.doctor.test_faults import found, send, talk_at_once
from tests.doctor.test_report import secrets_of

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::openqq_nb.errors.InboxWarning")]

ENDS: tuple[EndName, ...] = ("napcat", "llbot", "lagrange")
TOKEN, SECRET, PATIENCE_S = "t0ken-open", "s3cret-open", 10
HINTS = dialect("onebot11", None).hints
HEARD = Heard("127.0.0.1", 5005, secret=True, public=False, hints=HINTS)
HERE, ELSEWHERE = "http://127.0.0.1:3000", "http://qq.example:3000"
OF_OPENQQ = (
    "Openqq",
    "post_api",
    "start script",
    "check_event",
    "login code",
    "per 3 s",
    "2.x",
    "1.x",
    "Webqq",
)
OF_ONEBOT = ("OneBot", "NapCat", "LLBot", "panel", "HTTP client", "reportSelfMessage", "WebSocket")

# By fault: the check that is to speak, and words of the cause that it names.
BY_CALLS = {
    "slow": ("speed", "slow:"),
    "hang": ("server", "waits for QQ"),
    "busy": ("server", "waits for QQ"),
    "drop_before": ("server", "dropped"),
    "drop_after": ("server", "dropped"),
    "cut_short": ("server", "broken off in the middle"),
    "error_page": ("server", "failed inside (HTTP status 500"),
    "wrong_token": ("server", "wants a token"),
    "no_json": ("server", "garbage"),
    "html_page": ("server", "a web page"),
    "down": ("server", "nobody listens"),
    "failing_members": ("call members", "could not tell this"),
    "offline": ("login", "QQ is logged out there"),
}
BY_LISTENER = {
    "failing_sends": ("sends", "failed"),
    "false_failures": ("sends", "not known whether they went out"),
    "lost_sends": ("sends", "not known whether they went out"),
    "lost_posts": ("arrivals", "nothing has arrived"),
    "late_posts": ("arrivals", "nothing has arrived"),
    "duplicate": ("doubles", "twice"),
}
BY_SOCKET = {
    "no_sockets": ("server", "nobody listens"),
    "frozen_sockets": ("server", "waits for QQ"),
}
# Ids stay, the names are filled in, and of two messages of one second nothing tells which was the later one.
HARMLESS = {"restart", "poor_posts", "out_of_order"}
DOINGS: dict[str, Callable[[Simulator, Account], None]] = {
    "failing_sends": send,
    "false_failures": send,
    "lost_sends": send,
    "duplicate": talk_at_once,
    "lost_posts": talk_at_once,
    "late_posts": talk_at_once,
}
ARGUMENTS: dict[str, dict[str, Any]] = {"slow": {"calls": "get_group_list", "seconds": 1.1, "times": 1}}


@contextmanager
def account(
    end: EndName = "napcat", timeout: float = 5, **settings: Any
) -> Iterator[tuple[Simulator, Account]]:
    with Simulator(
        "onebot11", end=end, friends=5, groups=3, members=6, idle_timeout=1.0, token=TOKEN, **settings
    ) as simulator:
        my = oq.connect(simulator.url, token=TOKEN, timeout=timeout)
        yield simulator, my
        my.close()


def told(url: str, token: str | None = None, protocol: str = "auto") -> Report:
    return consult(url, token, protocol, 2, 0, lambda text: None)


def advice(report: Report, check: str) -> str:
    return "\n".join(finding.advice for finding in report.findings if finding.check == check)


def of_heard(heard: Heard) -> dict[str, str]:
    return {one.check: f"{one.verdict}: {one.found} {one.advice}" for one in listener(heard)}


def test_each_fault_of_an_end_has_an_expected_finding() -> None:
    expected = set(BY_CALLS) | set(BY_LISTENER) | set(BY_SOCKET) | HARMLESS
    assert expected == {name for name, kind in FAULTS.items() if "onebot11" in kind.dialects}


@pytest.mark.parametrize("name", BY_CALLS)
def test_the_doctor_names_what_is_wrong_with_the_calls_of_an_end(name: str) -> None:
    check, words = BY_CALLS[name]
    with account(timeout=5 if name == "slow" else 0.6) as (simulator, my):
        with simulator.fault(name, **ARGUMENTS.get(name, {})):
            report = my.doctor()
        assert words in found(report, check)
        assert words not in found(my.doctor(), check)
    assert not [word for word in OF_OPENQQ if word in repr(report)]


@pytest.mark.parametrize("name", BY_LISTENER)
def test_the_doctor_names_what_is_wrong_with_posts_and_sends_of_an_end(name: str) -> None:
    check, words = BY_LISTENER[name]
    with account() as (simulator, my), my.listen(journal=False) as inbox:
        simulator.post_to(inbox.url)
        with simulator.fault(name):
            if name in ("late_posts", "lost_posts"):
                report = my.doctor(wait=0.2)
            else:
                DOINGS[name](simulator, my)
                report = my.doctor()
    assert words in found(report, check)
    assert not [word for word in OF_OPENQQ if word in repr(report)]


@pytest.mark.parametrize("name", BY_SOCKET)
def test_the_doctor_names_what_is_wrong_with_the_websocket_of_an_end(name: str) -> None:
    check, words = BY_SOCKET[name]
    with account() as (simulator, _):
        my = oq.connect(simulator.ws_url, token=TOKEN, timeout=0.6)
        with my.listen(journal=False), simulator.fault(name):
            assert words in found(my.doctor(), check)
        my.close()


@pytest.mark.parametrize(
    ("end", "name"), [("napcat", "NapCat"), ("llbot", "LLBot"), ("lagrange", "Lagrange")]
)
def test_it_says_which_end_answers_and_in_which_version(end: EndName, name: str) -> None:
    with account(end) as (_, my):
        report = my.doctor()
        version = my.server()["version"]
    assert report and "an end of OneBot 11 answers" in found(report, "server")
    assert found(report, "dialect") == f"onebot11, {name} version {version}"
    assert "100% of the members" in found(report, "numbers"), "of a group that it asked for"
    assert not [word for word in OF_OPENQQ if word in repr(report)]


@pytest.mark.parametrize("name", ["张三丰 <secret>\n  PROBLEM  fake line", "SomeoneElse", None])
def test_the_name_of_a_program_that_is_not_known_is_not_shown(name: str | None) -> None:
    looked = Looked(
        asked=[Asked("get_version_info", 0.1)],
        spoken=dialect("onebot11", None),
        server=pd.Series({"client": name, "version": "4.9.0"}, dtype=object),
        hints=HINTS,
    )
    assert [one.found for one in reach(looked, None) if one.check == "dialect"] == ["onebot11, version 4.9.0"]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("token", [None, "another"])
@pytest.mark.parametrize("by", ["url", "ws_url"])
def test_a_missing_or_wrong_token_is_told_from_all_else_and_its_field_is_named(
    end: EndName, token: str | None, by: str
) -> None:
    with Simulator("onebot11", end=end, friends=2, groups=1, members=2, token=TOKEN) as simulator:
        report = told(getattr(simulator, by), token)
    assert "wants a token" in found(report, "server")
    assert "token of the HTTP server (of the WebSocket server for ws://)" in advice(report, "server")
    assert TOKEN not in repr(report) and "another'" not in repr(report)


@pytest.mark.parametrize(
    "name", ["napcat.token.none", "llbot.token.header_wins", "onebots.token.none", "gocq.token.none",
             "gocq.token.wrong", "lagrange.token.none", "snowluma.token.wrong"],
)  # fmt: skip
def test_the_refusals_of_all_ends_are_known(name: str) -> None:
    response = recordings.call("onebot11", name).response
    assert response is not None
    refusal = said(response.body, response.http_status, Content_Type=response.content_type)
    with answering(lambda _: refusal) as server:
        report = told(server.url)
    assert "wants a token" in found(report, "server") and "the end's panel" in advice(report, "server")


@pytest.mark.parametrize(
    ("answer", "words", "what_to_do"),
    [
        (said(b"", 426, Upgrade="websocket"), "takes WebSockets only", "ws://"),
        (NOTHING, "closed without an answer", "ws://"),
        (said(b"<html>NapCat WebUI</html>", Content_Type="text/html"), "a web page", "port 6099"),
        (said(b"404 Not Found", 404, Content_Type="text/plain"), "that path is refused", "6727/qq"),
        (said(b'{"message":"hi"}'), "garbage", "another program"),
    ],
    ids=["websocket", "closes", "panel", "path", "other"],
)
def test_a_wrong_port_or_path_is_told_from_a_wrong_token(answer: Said, words: str, what_to_do: str) -> None:
    with answering(lambda _: answer) as server:
        report = told(server.url)
    assert words in found(report, "server")
    assert what_to_do.casefold() in advice(report, "server").casefold()
    assert "wants a token" not in repr(report)


def test_an_address_of_http_given_as_one_of_a_websocket_is_said() -> None:
    with answering(lambda _: said(b"404 Not Found", 404)) as server:
        report = told(server.url.replace("http", "ws"))
    assert "there is no WebSocket at that address" in found(report, "server")
    assert "have a port each" in advice(report, "server")


def test_calls_that_are_not_under_the_path_are_said() -> None:
    unknown = recordings.call("onebot11", "llbot.unknown_action").response
    assert unknown is not None
    with answering(lambda _: said(unknown.body, unknown.http_status)) as server:
        report = told(server.url)
    assert "an end of OneBot 11 answers, but its calls are not under this path" in found(report, "server")
    with answering(lambda asked: said(unknown.body, 405 if asked.method == "POST" else 404)) as server:
        assert "not to POST" in found(told(server.url), "server")


@pytest.mark.parametrize("url", ["http://127.0.0.1:{}", "ws://127.0.0.1:{}"])
def test_where_nobody_listens_the_words_are_those_of_what_was_connected(url: str) -> None:
    report = told(url.format(closed_port()), protocol="onebot11")
    assert "nobody listens" in found(report, "server") and "-p 127.0.0.1:3000" in advice(report, "server")
    assert not [word for word in OF_OPENQQ if word in repr(report)]


def test_a_server_of_openqq_that_gives_no_answer_to_an_end_s_call_is_found_all_the_same() -> None:
    account_of_1 = recordings.body("openqq1", "get_user_info")

    def talk(asked: Any) -> Said:
        if asked.method == "POST":
            return NOTHING
        return (
            said(account_of_1)
            if asked.target.startswith("/openqq/get_user_info")
            else said("request error", 403)
        )

    with answering(talk) as server:
        report = told(server.url)
    assert "an Openqq server answers" in found(report, "server")


def test_a_token_that_no_header_can_carry_is_said() -> None:
    with Simulator("onebot11", friends=2, groups=1, members=2) as simulator:
        assert "cannot be sent in a header" in found(told(simulator.ws_url, "a\nb"), "server")


@pytest.mark.parametrize("end", ENDS)
def test_an_account_that_was_thrown_out_is_a_problem_until_it_is_back(end: EndName) -> None:
    with account(end) as (simulator, my):
        simulator.online = False
        report = my.doctor()
        assert "QQ is logged out there" in found(report, "login") and not report
        assert "scan the code" in advice(report, "login")
        assert "account OFFLINE" in repr(my)
        simulator.online = True
        assert my.doctor() and "account OFFLINE" not in repr(my)


def test_what_posts_say_of_the_account_counts_where_the_end_does_not_tell() -> None:
    silent = Looked(me=pd.Series({"state": None}, dtype=object), hints=HINTS)
    assert [one.verdict for one in people(silent, seen_online=False)] == ["problem"]
    online = Looked(me=pd.Series({"state": "online"}, dtype=object), hints=HINTS)
    assert [one.verdict for one in people(online, seen_online=False)] == ["ok"]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("report_own", [True, False])
def test_it_says_when_own_messages_are_not_reported(end: EndName, report_own: bool) -> None:
    with account(end, report_own=report_own) as (simulator, my), my.listen(journal=False) as inbox:
        simulator.post_to(inbox.url)
        send(simulator, my)
        simulator.wait_posted()
        words = found(my.doctor(wait=1.1 if end == "napcat" or not report_own else 0), "own messages")
        assert inbox.stats.posted_back == (1 if report_own else 0)
    assert ("reportSelfMessage" in words) is not report_own


def test_a_send_of_just_now_may_still_be_posted() -> None:
    with account(report_own=False) as (simulator, my), my.listen(journal=False):
        send(simulator, my)
        assert found(my.doctor(), "own messages") == ""


def refused(simulator: Simulator, inbox: Inbox) -> None:
    simulator.post_to(inbox.url)
    talk_at_once(simulator, None)  # type: ignore[arg-type]


def mislead(simulator: Simulator, inbox: Inbox) -> None:
    simulator.post_to(inbox.url + "x")
    talk_at_once(simulator, None)  # type: ignore[arg-type]


def post_for_another(simulator: Simulator, inbox: Inbox) -> None:
    post = next(one for one in recordings.posts("onebot11") if one.name.startswith("napcat"))
    headers = {"Content-Type": "application/json"}
    assert httpx.post(inbox.url, content=post.body, headers=headers).status_code == 403


def connect_back(simulator: Simulator, inbox: Inbox) -> None:
    address = inbox.url.replace("http", "ws")
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Authorization": "Bearer another"}
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}
    assert httpx.get(address.replace("ws", "http", 1), headers=headers | key).status_code == 401


@pytest.mark.parametrize(
    ("do", "words", "what_to_do"),
    [
        (refused, "signed with another key", "not that of the HTTP server"),
        (mislead, "another path", "inbox.setup()"),
        (post_for_another, "for another account", "an address of its own"),
        (connect_back, "a WebSocket came with another token", "not that of the WebSocket server"),
    ],
)
def test_posts_that_were_refused_name_the_field_that_is_wrong(
    do: Callable[[Simulator, Inbox], None], words: str, what_to_do: str
) -> None:
    with account(secret=SECRET) as (simulator, my), my.listen(journal=False) as inbox:
        do(simulator, inbox)
        report = my.doctor()
    assert words in found(report, "refused posts") and not report
    assert what_to_do in advice(report, "refused posts")
    assert SECRET not in repr(report)


@pytest.mark.parametrize("end", ENDS)
def test_a_reverse_websocket_that_is_connected_is_said(end: EndName) -> None:
    with account(end) as (simulator, my), my.listen(journal=False) as inbox:
        simulator.post_to(inbox.url.replace("http", "ws"))
        simulator.wait_sockets(1)
        assert "but there is a connection (1 connected by WebSocket): nobody wrote" in found(
            my.doctor(), "arrivals"
        )
        simulator.say(simulator.truth.friends[0].person, "hi")
        inbox.wait(1, timeout=PATIENCE_S)
        assert "1 messages and events arrived" in found(my.doctor(), "arrivals")


def test_a_forward_websocket_is_said_to_be_connected_or_broken() -> None:
    with account() as (simulator, _):
        my = oq.connect(simulator.ws_url, token=TOKEN)
        with my.listen(journal=False) as inbox:
            assert "which is connected" in found(my.doctor(), "listener")
            simulator.say(simulator.truth.friends[0].person, "hi")
            inbox.wait(1, timeout=PATIENCE_S)
            report = my.doctor()
        my.close()
    assert report and "1 messages and events arrived" in found(report, "arrivals")


def test_a_report_of_an_end_has_neither_a_name_nor_a_number_nor_a_secret_in_it() -> None:
    with account(secret=SECRET) as (simulator, my), my.listen(journal=False) as inbox:
        simulator.post_to(inbox.url)
        simulator.say(simulator.truth.friends[0].person, "一句话")
        simulator.wait_posted()
        with simulator.fault("failing_members"):
            text = repr(my.doctor()) + my.doctor().df.to_string()
        hidden = {TOKEN, SECRET, inbox.url.rpartition("/")[2], "一句话"} | secrets_of(simulator)
    assert not [one for one in hidden if one in text]


@pytest.mark.parametrize(
    ("changes", "url", "words"),
    [
        ({}, ELSEWHERE, "problem: this listener is at a loopback address"),
        ({"waited_s": 5.0}, HERE, "note: this listener is at a loopback address"),
        ({"host": "0.0.0.0"}, HERE, "note: this listener takes posts from other machines"),  # noqa: S104
        ({}, HERE, None),
        ({"arrived": 1}, ELSEWHERE, None),
        ({"sockets": 1}, ELSEWHERE, None),
        ({"online": True}, ELSEWHERE, None),
        ({"refused": {"path": 1}}, ELSEWHERE, None),
        ({"public": True}, ELSEWHERE, None),
        ({"listens": False, "streams": True}, ELSEWHERE, None),
        ({"hints": dialect("openqq1", None).hints}, ELSEWHERE, None),
    ],
)
def test_an_end_that_cannot_reach_a_listener_is_noticed(
    changes: dict[str, Any], url: str, words: str | None
) -> None:
    findings = [f"{one.verdict}: {one.found}" for one in reached(dataclasses.replace(HEARD, **changes), url)]
    assert [words in one for one in findings] == [True] if words else findings == []


def test_what_to_do_about_a_container_names_host_address_and_secret() -> None:
    (finding,) = reached(HEARD, ELSEWHERE)
    for words in ("host='0.0.0.0'", "public_url='http://host.docker.internal:5005'", "secret path"):
        assert words in finding.advice


@pytest.mark.parametrize(
    ("changes", "check", "words"),
    [
        ({"early_s": 90.0}, "clock", "came 90 s before it was written, by the server's clock"),
        ({"late_s": 90.0}, "late posts", "by the server's clock"),
        ({"online": True, "waited_s": 5.0}, "arrivals", "note: no message or event has arrived in 5 s, but"),
        ({"waited_s": 5.0}, "arrivals", "problem: nothing has arrived in 5 s"),
        ({"streams": False, "listens": False}, "listener", "problem: the WebSocket of the server"),
        ({"refused": {"unsigned": 2}}, "refused posts", "2 refused: posts were not signed"),
        ({"malformed": 2}, "refused posts", "not what an end of OneBot 11 posts"),
        ({"unknown": 1}, "senders", "anonymous"),
        ({"open_sends": 1}, "sends", "its post settles it"),
    ],
)
def test_what_is_heard_of_an_end_is_said_in_its_words(
    changes: dict[str, Any], check: str, words: str
) -> None:
    report = of_heard(dataclasses.replace(HEARD, **changes))
    assert words in report[check]
    assert not [word for word in OF_OPENQQ if word in repr(report)]


@pytest.mark.parametrize(("filled", "looked_at"), [(0, ["新", "更新"]), (1, [])])
def test_what_came_out_of_a_history_or_before_is_not_looked_at_for_lateness(
    filled: int, looked_at: list[str]
) -> None:
    came = pd.DataFrame({"content": ["旧", "新", "更新"]})
    assert came_live(came, Stats(received=2, filled=filled))["content"].tolist() == looked_at


def test_each_reason_for_which_a_post_of_an_end_is_refused_has_words() -> None:
    for reason in set(intake._REFUSALS) - {"malformed"}:
        words = of_heard(dataclasses.replace(HEARD, refused={reason: 1}))["refused posts"]
        assert f"reason: {reason}" not in words and "1 refused: " in words


def test_an_address_without_events_is_a_problem_unless_a_listener_runs_beside_it() -> None:
    url = "ws://127.0.0.1:3001/api"
    (finding,) = listener(None, url)
    assert (
        finding.verdict == "problem" and "no events come" in finding.found and "/api away" in finding.advice
    )
    for other in ("ws://127.0.0.1:3001", "http://127.0.0.1:3000/api", "ws://api"):
        assert [one.verdict for one in listener(None, other)] == ["not looked at"]
    assert list(listener(HEARD, url)) == list(listener(HEARD))


def test_from_the_command_line_it_waits_for_no_events_where_there_are_none() -> None:
    with account() as (simulator, _):
        report = consult(f"{simulator.ws_url}/api", TOKEN, "auto", 5, 60, lambda text: None)
    assert "no events come" in found(report, "listener")


def test_from_the_command_line_it_waits_over_a_websocket_too() -> None:
    with account() as (simulator, _):
        report = consult(simulator.ws_url, TOKEN, "auto", 5, 0.1, lambda text: None)
    assert report and "there is a connection" in found(report, "arrivals")


@pytest.mark.parametrize(
    ("name", "foreign"), [("onebot11", OF_OPENQQ), ("openqq1", OF_ONEBOT), ("openqq2", OF_ONEBOT)]
)
def test_the_words_for_one_protocol_are_not_those_of_another(name: str, foreign: tuple[str, ...]) -> None:
    words = repr(dialect(name, None).hints)
    assert not [word for word in foreign if word in words]
