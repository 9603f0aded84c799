"""The secret of an address, a token, and what people write stand where they belong, and nowhere else."""

import asyncio
import json
import logging
import socket
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from IPython.core.formatters import DisplayFormatter

import openqq_nb as oq
from openqq_nb.inbox import Inbox
from openqq_nb.simulator import Simulator
from tests.listening.site import until
from tests.torture.posting import Connection

SECRET = "s3cret-of-the-address"
TOKEN = "t0ken-of-the-server"
CONTENT = "wh4t-two-people-say"
WORDS = {"secret": SECRET, "token": TOKEN, "content": CONTENT}
SEND_CALL = {"openqq2": "send_friend_message", "onebot11": "send_private_msg"}
SIMULATOR_THREAD = "openqq-nb simulator"
SMALL: dict[str, Any] = {"friends": 2, "groups": 1, "members": 3}
PATIENCE_S = 10.0


@dataclass
class Desk:
    simulator: Simulator
    my: oq.Account
    inbox: Inbox

    @property
    def qq(self) -> str:
        return str(self.simulator.truth.friends[0].person.qq)

    def say(self, text: str) -> None:
        self.simulator.say(self.simulator.truth.friends[0].person, text)
        self.simulator.wait_posted()

    def head(self, start: str, **headers: str) -> str:
        """Write the head of a request to the real address."""
        given = {"Host": urlsplit(self.inbox.url).netloc, "Content-Type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return f"{start}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in given.items()) + "\r\n"

    def write(self, request: str) -> str:
        """Write to the socket of the listener; gives the first line of what comes back."""
        return asyncio.run(self._write(request.encode()))

    async def _write(self, request: bytes) -> str:
        address = urlsplit(self.inbox.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(request)
        async with asyncio.timeout(PATIENCE_S):
            line = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return line.decode()

    def post(self, body: str) -> int:
        """Post to the real address."""

        async def post() -> int:
            connection = await Connection.open(self.inbox.url)
            answered = await connection.post(body.encode())
            connection.close()
            return answered.http_status

        return asyncio.run(post())


@pytest.fixture(params=["openqq2", "onebot11"])
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    with Simulator(request.param, **SMALL, token=TOKEN, secret=SECRET) as simulator:
        my = oq.connect(simulator.url, token=TOKEN)
        inbox = my.listen(secret=SECRET, journal=tmp_path / "journal.db")
        simulator.post_to(inbox.url)
        yield Desk(simulator, my, inbox)
        simulator.post_to(None)
        my.close()


def leaks(text: str) -> list[str]:
    """Name what stands in a text, plain or as its bytes are shown."""
    return [name for name, word in WORDS.items() if word in text or word.encode().hex() in text]


def saved(thing: object) -> str:
    """Give what a notebook saves of a cell that ends in a thing, in all forms that are offered."""
    offered, metadata = DisplayFormatter().format(thing)  # type: ignore[no-untyped-call]  # IPython's is untyped
    return json.dumps([offered, metadata, repr(thing), str(thing)], ensure_ascii=False, default=str)


def be_hostile(desk: Desk) -> None:
    """Do all that is refused, and all that goes wrong."""
    path = urlsplit(desk.inbox.url).path
    length = str(len(CONTENT))
    for request in (
        desk.head(f"POST {path}x HTTP/1.1", Content_Length=length) + CONTENT,
        desk.head(f"POST {path} HTTP/1.1", Host="evil.example", Content_Length=length) + CONTENT,
        desk.head(f"POST {path} HTTP/1.1", Origin="http://evil.example", Content_Length=length) + CONTENT,
        desk.head(f"POST {path} HTTP/1.1", Content_Type="text/plain", Content_Length=length) + CONTENT,
        desk.head(f"POST {path} HTTP/1.1", Content_Length=str(1 << 30)),
        desk.head(f"GET {path} HTTP/1.1"),
        desk.head(f"GET {path} HTTP/1.1", Connection="Upgrade", Upgrade="websocket"),
        desk.head(f"POST {path} HTTP/9.9"),
        desk.head(f"POST {path} HTTP/1.1", Content_Length=f"-1 {CONTENT}"),
        f"{CONTENT} {path} nonsense\r\n\r\n",
    ):
        assert desk.write(request).split()[1][:1] == "4"
    for body in (CONTENT, json.dumps([CONTENT]), json.dumps({CONTENT: CONTENT})[:-1]):
        # What is not signed is not looked into, where posts are signed.
        assert desk.post(body) == (400 if desk.simulator.protocol == "openqq2" else 401)
    with pytest.raises(oq.InvalidInput):
        desk.my.send_friend(f"{CONTENT}\ud83d", qq=desk.qq)
    with (
        desk.simulator.fault("drop_before", calls=SEND_CALL[desk.simulator.protocol]),
        pytest.raises(oq.NoAnswer) as silence,
    ):
        desk.my.send_friend(CONTENT, qq=desk.qq)
    assert leaks(told(silence.value)) == []


def told(error: BaseException) -> str:
    """Give an error as a notebook shows it, with what it was raised from."""
    return "".join(traceback.format_exception(error)[-1:]) + repr(error) + repr(error.__cause__)


def use(desk: Desk) -> None:
    """Do what people do."""

    @desk.inbox.on_message
    def answering(message: Any) -> Any:
        return f"{CONTENT}!"

    @desk.inbox.on_message
    def failing(message: Any) -> Any:
        raise LookupError("nothing of what was said")

    desk.say(CONTENT)
    assert desk.inbox.wait(1, timeout=PATIENCE_S)["content"].tolist() == [CONTENT]
    desk.my.send_friend(CONTENT, qq=desk.qq)
    desk.my.roster()
    desk.simulator.wait_posted()
    # Where replies go out by calls, handlers are still at work when the push was answered.
    until(lambda: desk.inbox.handlers[["replies", "errors"]].sum().tolist() == [1, 1])


def test_what_is_shown_of_an_inbox_has_no_secret_in_it(desk: Desk) -> None:
    with pytest.warns((oq.HandlerWarning, oq.InboxWarning)) as warned:
        use(desk)
        be_hostile(desk)
        assert desk.inbox.stats.refused  # whoever looks is told, too
    things = {
        "my": desk.my,
        "my.aio": desk.my.aio,
        "inbox": desk.inbox,
        "inbox.aio": desk.inbox.aio,
        "stats": desk.inbox.stats,
        "handlers": desk.inbox.handlers,
        "address": desk.inbox.address,
        "journal": desk.inbox.journal,
        "doctor": desk.my.doctor(),
        "doctor's frame": desk.my.doctor().df,
        "settings": vars(desk.my)["_listening"].__dict__,
    }
    found = {name: leaks(saved(thing)) for name, thing in things.items()}
    assert found == {name: [] for name in things}
    assert warned and [one for one in warned if leaks(str(one.message))] == []
    desk.inbox.stop()
    assert leaks(saved(desk.inbox) + saved(desk.my)) == []


def test_what_is_meant_to_show_it_does(desk: Desk) -> None:
    desk.say(CONTENT)
    assert leaks(saved(desk.inbox.setup())) == leaks(saved(desk.inbox.url)) == ["secret"]
    assert leaks(saved(desk.inbox.df)) == ["content"]


def test_nothing_of_it_is_logged_printed_or_warned_of(
    desk: Desk, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    # Those that have a level of their own would not ask the root logger for one.
    names = [name for name, one in logging.root.manager.loggerDict.items() if isinstance(one, logging.Logger)]
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for name in ("", *names):
            caplog.set_level(logging.DEBUG, logger=name)
        use(desk)
        be_hostile(desk)
        refused = desk.inbox.stats.malformed or desk.inbox.stats.refused["unsigned"]
        assert refused == 3
        desk.my.close()
    printed = capfd.readouterr()
    # The simulated server is another program that shares our process: what it logs of its own doing is its own.
    ours = [record for record in caplog.records if record.threadName != SIMULATOR_THREAD]
    logged = [logging.Formatter().format(record) for record in ours]
    assert logged, "the client logs at least that it asks"
    assert [line for line in logged if leaks(line)] == []
    assert warned and [one for one in warned if leaks(str(one.message))] == []
    assert (printed.out, leaks(printed.err)) == ("", [])


BAD: dict[str, Callable[[Path], dict[str, Any]]] = {
    "a secret that is no text": lambda _: {"secret": [SECRET]},
    "a secret that cannot stand in an address": lambda _: {"secret": f"{SECRET}/…"},
    "a path that cannot": lambda _: {"secret": SECRET, "path": "a b"},
    "a public address that is none": lambda _: {"secret": SECRET, "public_url": "ftp://example.org"},
    "a port that is none": lambda _: {"secret": SECRET, "port": 70_000},
    "a host of elsewhere": lambda _: {"secret": SECRET, "host": "192.0.2.1"},
    "a journal that is a folder": lambda folder: {"secret": SECRET, "journal": folder},
    "a journal that is no path": lambda _: {"secret": SECRET, "journal": 5},
}


@pytest.mark.parametrize("settings", BAD.values(), ids=BAD.keys())
def test_an_error_about_settings_does_not_tell_them(
    tmp_path: Path, settings: Callable[[Path], dict[str, Any]]
) -> None:
    with Simulator(**SMALL, token=TOKEN) as simulator:
        my = oq.connect(simulator.url, token=TOKEN)
        with pytest.raises(oq.OpenqqError) as raised:
            my.listen(**{"journal": False, **settings(tmp_path)})
        assert leaks(told(raised.value)) == [] and leaks(saved(my)) == []
        my.close()


def test_an_inbox_with_other_settings_is_named_without_its_secret(desk: Desk) -> None:
    with pytest.raises(oq.InvalidInput) as raised:
        desk.my.listen(secret=f"other-{SECRET}")
    assert leaks(told(raised.value)) == []


def test_a_wrong_token_is_refused_without_being_told(desk: Desk) -> None:
    with desk.simulator.fault("wrong_token"), pytest.raises(oq.OpenqqError) as raised:
        desk.my.friends()
    assert leaks(told(raised.value)) == []


def test_a_port_that_is_taken_is_told_without_the_secret() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, Simulator(**SMALL, token=TOKEN) as simulator:
        my = oq.connect(simulator.url, token=TOKEN)
        with pytest.raises(oq.ListenerFailed) as raised:
            my.listen(secret=SECRET, port=taken.getsockname()[1], journal=False)
        assert leaks(told(raised.value)) == []
        my.close()
