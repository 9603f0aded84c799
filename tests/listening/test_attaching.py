"""`my.listen()` where another program receives already: it follows, and takes over when that one has ended."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

import openqq_nb as oq
from openqq_nb import settings
from openqq_nb.errors import FollowingWarning, ListenerFailed
from openqq_nb.inbox.ways import Followed
from openqq_nb.simulator import Account as SimulatedAccount
from openqq_nb.simulator import Simulator, World
from tests.listening.site import PATIENCE_S, Protocol, collecting, connected, friend_qq, say, serving, until
from tests.torture.children import Child

pytestmark = pytest.mark.slow


@pytest.fixture(params=["openqq1", "openqq2", "onebot11"])
def protocol(request: pytest.FixtureRequest) -> Protocol:
    found: Protocol = request.param
    return found


@pytest.fixture
def server(protocol: Protocol) -> Iterator[Simulator]:
    with serving(protocol) as server:
        yield server


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "j.db"


def following(my: oq.Account, **wanted: object) -> oq.Inbox:
    with pytest.warns(FollowingWarning, match=r"openqq-nb collect \(process \d+\) receives .* already"):
        inbox = my.listen(**wanted)  # type: ignore[arg-type]
    assert isinstance(inbox.way, Followed)
    return inbox


def test_it_shows_what_the_collector_has_and_what_it_receives(server: Simulator, path: Path) -> None:
    with collecting(server, path) as (child, _), connected(server) as my:
        say(server, "before")
        inbox = following(my, journal=path)
        assert inbox.df["content"].tolist() == ["before"]
        assert my.listen(journal=path) is inbox
        say(server, "one")
        say(server, "two", number=1)
        assert inbox.wait(2, timeout=PATIENCE_S)["content"].tolist() == ["one", "two"]
        assert inbox.df["sender_qq"].tolist()[:2] == [str(friend_qq(server))] * 2
        assert "following openqq-nb collect" in repr(inbox) and "following" in repr(my)
        assert inbox.stats.received == 2
        with pytest.raises(oq.NotSupported, match="that program listens, and has the address"):
            inbox.setup()
        inbox.stop()  # else it would tell that the collector has ended, if it came to see it
        assert child.end()[0] == 0


def test_handlers_here_reply_with_messages_of_their_own_once(server: Simulator, path: Path) -> None:
    with collecting(server, path), connected(server) as my:
        inbox = following(my, journal=path)
        seen: list[str] = []

        @inbox.on_message(contains="签到")
        def checkin(new: object) -> str:
            seen.append(new.content)  # type: ignore[attr-defined]
            return "签到成功"

        say(server, "早上好")
        say(server, "签到")
        own = inbox_row(inbox, "签到成功")
        assert own["delivery"] == "sent" and own["receiver_qq"] == str(friend_qq(server))
        assert [one.content for one in server.received] == ["签到成功"] and seen == ["签到"]
        say(server, "end")
        inbox.wait(1, timeout=PATIENCE_S, content="end")
        assert inbox.df["content"].tolist().count("签到成功") == 1
        assert inbox.handlers["replies"].tolist() == [1] and inbox.handlers["errors"].tolist() == [0]


def inbox_row(inbox: oq.Inbox, text: str) -> dict[str, object]:
    """Wait for a message of our own: no `wait` gives those."""
    until(lambda: text in inbox.df["content"].tolist())
    (row,) = inbox.df[inbox.df["content"] == text].to_dict("records")
    return {str(name): value for name, value in row.items()}


def test_sends_of_both_sides_are_one_row_each(server: Simulator, path: Path) -> None:
    with collecting(server, path), connected(server) as my:
        inbox = following(my, journal=path)
        assert my.send_friend("你好", qq=str(friend_qq(server)))
        say(server, "end")
        inbox.wait(1, timeout=PATIENCE_S, content="end")
        assert sorted(inbox.df["content"]) == ["end", "你好"]
    log = oq.open_log(path)
    assert sorted(log.df["content"]) == ["end", "你好"]


def test_the_remembered_port_leads_to_the_journal_of_whoever_holds_it(server: Simulator, path: Path) -> None:
    with collecting(server, path), connected(server) as my:
        inbox = following(my)
        say(server, "hello")
        assert inbox.wait(1, timeout=PATIENCE_S)["content"].tolist() == ["hello"]
        assert inbox.journal.path == path


@pytest.mark.parametrize("protocol", ["openqq1"])
def test_a_named_journal_is_never_exchanged_for_that_of_whoever_holds_the_port(
    server: Simulator, path: Path, tmp_path: Path
) -> None:
    with collecting(server, path) as (child, port), connected(server) as my:
        named = tmp_path / "named.db"
        for wanted in ({"journal": named}, {"journal": False}, {"port": port}):
            with pytest.raises(ListenerFailed, match=f"{port} is taken") as caught:
                my.listen(**wanted)
            told = str(caught.value)
            assert f"openqq-nb collect (process {child.pid}) listens there for this account" in told
            assert str(path) in told and "port=0" in told
        with my.listen(journal=named, port=0) as inbox:
            assert inbox.journal.path == named and inbox.address.port != port
        with my.listen(journal=path, port=0) as inbox:
            assert inbox.journal.path == path and inbox.address.port != port


@pytest.fixture
def another() -> Iterator[Simulator]:
    """Run a server on which another account is logged in."""
    world = World.seeded(1, friends=2, groups=1, members=3)
    world.me = SimulatedAccount(world.me.person.__class__(qq=9_900_000_777, nick="另一个"))
    with Simulator(world=world) as server:
        yield server


@pytest.mark.parametrize("protocol", ["openqq1"])
def test_nobody_follows_at_a_port_of_another_account(
    server: Simulator, another: Simulator, path: Path
) -> None:
    with collecting(server, path) as (child, port), connected(another) as my:
        settings.remember("9900000777", settings.Remembered(port, "s"))
        for wanted in ({}, {"port": port}):
            with pytest.raises(
                ListenerFailed, match=rf"process {child.pid}\) listens there for another account"
            ):
                my.listen(**wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize("protocol", ["openqq1"])
def test_a_journal_of_another_account_is_shared_and_its_people_are_not_answered(
    server: Simulator, another: Simulator, path: Path
) -> None:
    with collecting(server, path), connected(another) as my, my.listen(journal=path) as inbox:
        another.post_to(inbox.url)
        inbox.on_message(lambda new: f"{new.content}!")
        say(server, "to the first")
        another.say(another.world.friends[0].person.qq, "to the second")
        assert another.wait_received(1)[0].content == "to the second!"
        until(lambda: len(inbox.df) == 3)
        assert not server.received
        another.post_to(None)


def test_a_port_that_somebody_else_holds_is_an_error(server: Simulator, path: Path) -> None:
    with connected(server) as my:
        port = int(server.url.rpartition(":")[2])
        settings.remember_port(port, settings.AtPort("9900000100", path, "", ""))  # who has long ended
        with pytest.raises(ListenerFailed, match="is taken"):
            my.listen(port=port, journal=False)


@pytest.mark.parametrize("how", ["told", "killed"])
def test_when_the_collector_has_ended_the_same_cell_listens_itself(
    server: Simulator, path: Path, how: str
) -> None:
    with connected(server) as my:
        with collecting(server, path) as (child, _):
            inbox = following(my, journal=path)
            say(server, "one")
            inbox.wait(1, timeout=PATIENCE_S)
            if how == "told":
                assert child.end()[0] == 0
            else:
                child.kill()
        # Whichever look sees it first is told.
        with pytest.warns(oq.InboxWarning, match="has ended"):
            until(lambda: inbox.stats.errors)
            before = inbox.df
        assert "has ended" in repr(inbox)
        again = my.listen(journal=path)
        assert again is not inbox and not inbox.running and again.url
        assert_frame_equal(again.df, before)
        server.post_to(again.url)
        say(server, "two")
        assert again.wait(1, timeout=PATIENCE_S)["content"].tolist() == ["two"]
        assert again.df["content"].tolist() == ["one", "two"]


@pytest.mark.parametrize("protocol", ["openqq1"])
def test_a_second_notebook_follows_the_first_at_its_place_and_listens_beside_it_at_another(
    server: Simulator, path: Path
) -> None:
    with connected(server) as my:
        first = my.listen(journal=path)
        with notebook(server, path, "None") as other:
            assert other.line().startswith("following a notebook (process")
        with notebook(server, path, "0") as other:
            assert other.line().startswith("listening at http://127.0.0.1:")
        assert first.running


NOTEBOOK = """
import sys, warnings, openqq_nb as oq
warnings.simplefilter("ignore")
my = oq.connect(sys.argv[1])
print(my.listen(journal=sys.argv[2], port=eval(sys.argv[3])).state, flush=True)
sys.stdin.read()
my.close()
"""


def notebook(server: Simulator, path: Path, port: str) -> Child:
    home = Path(os.environ["OPENQQ_NB_HOME"])
    return Child(["-c", NOTEBOOK, server.url, str(path), port], 0, home)
