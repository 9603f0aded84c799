"""What ends of OneBot 11 bring to an inbox, by posts and by WebSocket."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from openqq_nb.errors import InboxWarning
from openqq_nb.listening.places import Places
from openqq_nb.listening.wanted import Wanted
from openqq_nb.receive.signature import signature
from tests.inbox.desk import PATIENCE_S, SECRET, Desk, listening
from tests.receive.ends import heard_all
from tests.receive.test_signature import RECORDED

# Messages of others, one a name: the recordings repeat some for their answers.
MESSAGES = [
    line["request"]["body"]
    for line in RECORDED
    if '"post_type":"message"' in line["request"]["body"] and ".array" in line["name"]
]
ONE = MESSAGES[0]


@contextmanager
def onebot(journal: Path | None = None, **address: Any) -> Iterator[Desk]:
    """Listen for the account of the recordings."""
    with listening("onebot11", journal, **address) as desk:
        desk.account.me = {"sender": "小机", "sender_qq": "1234567"}
        yield desk


def signed(body: str, secret: str = SECRET) -> dict[str, str]:
    return {"X-Signature": signature(secret, body.encode()).decode()}


@contextmanager
def end(desk: Desk, token: str | None = SECRET) -> Iterator[ClientConnection]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    with connect(desk.inbox.url.replace("http", "ws"), additional_headers=headers, proxy=None) as one:
        yield one


def numbered(number: int) -> str:
    assert '"message_id":' in ONE
    head, _, rest = ONE.partition('"message_id":')
    return f'{head}"message_id":{number}{rest[rest.index(",") :]}'


def settled(desk: Desk, count: int) -> None:
    desk.inbox.wait(count, timeout=PATIENCE_S)


@pytest.mark.parametrize("is_signed", [True, False])
def test_recorded_messages_become_the_same_rows_by_posts_and_by_websocket(is_signed: bool) -> None:
    with onebot() as posted, onebot() as sent:
        for body in MESSAGES:
            assert posted.post(body.encode(), **(signed(body) if is_signed else {})).status_code == 204
        with end(sent, SECRET if is_signed else None) as one:
            for body in MESSAGES:
                one.send(body)
            heard_all(one)
            settled(sent, len(posted.inbox.df[~posted.inbox.df["own"]]))
        columns = [name for name in posted.inbox.df.columns if name not in ("received_at", "login")]
        assert posted.inbox.df[columns].equals(sent.inbox.df[columns]) and len(sent.inbox.df) > 5


def test_one_message_by_both_ways_is_one_row() -> None:
    with onebot() as desk, end(desk) as one:
        assert desk.post(ONE.encode(), **signed(ONE)).status_code == 204
        one.send(ONE)
        heard_all(one)
        assert desk.post(numbered(7).encode()).status_code == 204
        assert (len(desk.inbox.df), desk.inbox.stats.doubles) == (2, 1)


def test_a_forged_post_is_refused_counted_and_explained() -> None:
    with onebot() as desk:
        assert desk.post(ONE.encode(), **signed(ONE, "another")).status_code == 401
        with pytest.warns(InboxWarning, match="HTTP client"):
            assert len(desk.inbox.df) == 0
        assert desk.inbox.stats.refused == {"signature": 1}


def test_an_unsigned_post_is_refused_where_the_secret_was_given() -> None:
    with onebot(signed=True) as desk:
        assert desk.post(ONE.encode()).status_code == 401
        assert desk.post(ONE.encode(), **signed(ONE)).status_code == 204
        with pytest.warns(InboxWarning, match="secret= was given"):
            assert len(desk.inbox.df) == 1
        assert desk.inbox.stats.refused == {"unsigned": 1}


def test_without_a_secret_a_signed_post_is_taken_with_one_warning() -> None:
    with onebot(secret="") as desk:
        for number in range(1, 4):
            body = numbered(number)
            assert desk.post(body.encode(), **signed(body, "theirs")).status_code == 204
        with pytest.warns(InboxWarning, match="no secret") as told:
            assert len(desk.inbox.df) == 3
        assert len(told) == 1


def test_a_wrong_token_is_refused_counted_and_explained() -> None:
    with onebot() as desk:
        with pytest.raises(InvalidStatus), end(desk, "another"):
            pass
        with pytest.warns(InboxWarning, match="WebSocket client"):
            assert desk.inbox.stats.refused == {"token": 1}
        assert len(desk.inbox.df) == 0


@pytest.mark.parametrize("protocol", ["openqq1", "openqq2"])
def test_for_openqq_signatures_mean_nothing_and_nobody_connects(protocol: str) -> None:
    with listening(protocol, signed=True) as desk, warnings.catch_warnings():
        warnings.simplefilter("error")
        assert desk.post(b"{}", **signed("{}", "another")).status_code == 204
        with pytest.raises(InvalidStatus) as refused, end(desk):
            pass
        assert refused.value.response.status_code == 405
        assert desk.inbox.stats.refused == {"method": 1}


def test_the_ends_that_are_connected_are_shown_and_told() -> None:
    with onebot() as desk:
        assert desk.inbox.stats.connected == 0 and "WebSocket" not in repr(desk.inbox.stats)
        with end(desk) as one, end(desk):
            heard_all(one)
            assert desk.inbox.stats.connected == 2
            assert "2 ends connected by WebSocket" in repr(desk.inbox.stats)
            # While one is there, the parting of another is a gap, which would have to be filled first.
            desk.inbox.stop()


def test_a_thousand_messages_in_a_second_are_all_kept_in_their_order(tmp_path: Path) -> None:
    with onebot(tmp_path / "journal.db") as desk, end(desk) as one:
        for number in range(1, 1001):
            one.send(numbered(number))
        heard_all(one)
        settled(desk, 1000)
        assert list(desk.inbox.df["msg_id"]) == [str(number) for number in range(1, 1001)]


def test_what_came_before_the_stop_is_in_the_journal_and_the_end_is_told(tmp_path: Path) -> None:
    with onebot(tmp_path / "journal.db") as desk, end(desk) as one:
        for number in range(1, 301):
            one.send(numbered(number))
        desk.inbox.stop()
        with pytest.raises(ConnectionClosed) as ended:
            one.recv(timeout=PATIENCE_S)
        assert ended.value.rcvd is not None and ended.value.rcvd.code == 1001
    with onebot(tmp_path / "journal.db") as again:
        assert list(again.inbox.df["msg_id"]) == [str(number) for number in range(1, 301)]


def test_only_a_secret_that_was_given_must_be_proven(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENQQ_NB_HOME", str(tmp_path))
    places = Places("1234567", remembers=True)
    given = Wanted(port=4242, secret="given-by-a-person")
    assert places.address(given).signed
    places.remember(given, places.address(given))
    again = Places("1234567", remembers=True).address(Wanted())
    assert (again.secret, again.signed) == ("given-by-a-person", False)
    assert not places.address(Wanted(secret="")).signed
