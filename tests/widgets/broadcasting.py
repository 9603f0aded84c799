"""A broadcaster that is open on a page, without a browser, and the job that a person does in it."""

import base64
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import openqq_nb as oq
from openqq_nb.broadcast.broadcasts import Broadcasts
from openqq_nb.broadcast.ledger import Ledger
from openqq_nb.broadcast.links import Links as Ways
from openqq_nb.broadcast.planning import Snapshot
from openqq_nb.demo_account import DemoAccount
from openqq_nb.models import Outgoing, RecipientType
from openqq_nb.roster import Roster
from openqq_nb.widgets.broadcaster import Broadcaster
from openqq_nb.widgets.broadcaster.links import Links
from openqq_nb.widgets.broadcaster.preparing import Preparing
from openqq_nb.widgets.handing import Handing
from openqq_nb.widgets.parts import View
from tests.widgets.linking import KINDS, SENT
from tests.widgets.showing import Page


@contextmanager
def demo(
    protocol: Literal["openqq1", "openqq2", "onebot11"] = "openqq1", seed: int = 5
) -> Iterator[DemoAccount]:
    my = oq.demo(protocol, seed=seed, friends=6, groups=4, members=5)
    try:
        yield my
    finally:
        my.close()


def links_of(my: oq.Account) -> Links:
    """Give the ways to an account, as the account itself makes them."""
    broadcaster = my.broadcaster()
    links = broadcaster._preparing._links
    broadcaster.close()
    return links


def links_to(load: Callable[[], Roster], reaches: Iterable[RecipientType] = KINDS) -> Links:
    """Give ways to nobody: whatever is sent arrives nowhere."""
    ways = Ways(
        reaches=frozenset(reaches),
        outgoing=lambda text: text,
        login=lambda: "1",
        check=lambda kind, row: None,
        send=lambda kind, row, text: SENT,
        messages=lambda: None,
        heard=lambda since: None,
    )
    broadcasts = Broadcasts(Ledger(None), ways)
    return Links(
        load=load,
        snapshot=lambda roster: Snapshot(roster, "1", roster),
        kept=lambda roster: Snapshot(roster, "1", roster),
        broadcasts=lambda: broadcasts,
        outgoing=Outgoing,
        reaches=frozenset(reaches),
        is_demo=True,
        handing=Handing(),
    )


class Open:
    """A broadcaster on a page.

    Args:
        my: the account.
        given: what `my.broadcaster` is given.
    """

    def __init__(self, my: oq.Account, **given: Any) -> None:
        links = links_of(my)
        self.preparing = Preparing(links, links.load(), **given)
        self.page = Page(self.preparing.parts)

    def ready(self) -> View:
        """Wait until the draft is worked out, and give the preview."""
        return self.page.wait("preview", lambda view: view["state"] != "working")

    def pick(self, kind: str, text: str = "", place: str = "") -> View:
        """Add all of a kind that are found by a text at a place."""
        self.page.ask("whom", "look", kind=kind)
        self.page.ask("whom", "place", place=place)
        found = self.page.ask("whom", "find", text=text)
        return self.page.ask("whom", "add_all", kind=kind, version=found["version"])

    def upload(self, name: str, data: bytes) -> View:
        """Upload a file, and wait until it was read."""
        self.page.ask("whom", "upload", name=name, data=base64.b64encode(data).decode())
        return self.page.wait("whom", lambda view: not view["upload"]["busy"])

    def send(self, number: int | str | None = None) -> View:
        """Type a number, that which is asked for without one, press the button, and wait for what comes of it."""
        self.ready()
        confirm = self.page.view("confirm")
        typed = confirm["number"] if number is None else number
        self.page.ask("confirm", "send", number=str(typed), edition=confirm["edition"])
        return self.page.wait("confirm", lambda view: not view["busy"])

    def still(self) -> View:
        """Wait until the broadcast that is shown stands still, and give what is shown of it."""
        run = self.preparing.watch.run
        assert run is not None
        run.wait(20)
        return self.page.wait("watch", lambda view: view["state"] != "sending")

    def close(self) -> None:
        for part in self.preparing.parts.values():
            part.close()


def act(broadcaster: Broadcaster, part: str, do: str, **values: Any) -> None:
    """Have a page ask for something."""
    broadcaster._heard(broadcaster, {"part": part, "do": do, "with": values}, [])


def arrived(my: DemoAccount) -> list[tuple[str, object]]:
    my.simulator.wait_posted()
    return [(one.kind, one.content) for one in my.simulator.received]
