"""A live inbox over a journal that another program fills; no account is needed, so nothing can be sent."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from openqq_nb.errors import NotFound, NotSupported, NotUnderstood
from openqq_nb.inbox import Inbox, Links
from openqq_nb.inbox.links import Meant
from openqq_nb.inbox.ways import Followed
from openqq_nb.journal import Journal
from openqq_nb.models import Answer, Arrival, Reply

Resolve = Callable[[Any], Collection[Meant]]


class Onlooker:
    """How one speaks who only looks on: not at all."""

    posts_own = False
    answers = False
    signs = False

    def arrival(self, body: bytes) -> Arrival:
        """Read nothing: nothing is posted here."""
        raise NotUnderstood(f"Nothing is posted to an inbox over a log; found {len(body)} bytes.")

    def answer(self, arrival: Arrival, reply: Reply | None) -> Answer:
        """Write nothing back: there is nobody to write to, and the way to send says so."""
        return Answer(204)

    def setup(self, url: str, secret: str) -> str:
        """Refuse: no server can post here."""
        raise NotSupported(
            f"{url} is not listened at by an inbox over a log. Whoever fills the journal listens."
        )


def follow(path: Path, group: Resolve, sender: Resolve) -> Inbox:
    """Open a live inbox over a journal.

    Args:
        path: the journal.
        group: finds the groups of a name among what the journal holds.
        sender: the same for people.

    Raises:
        JournalFailed: there is no such journal, or it cannot be written beside.
    """
    links = Links(
        resolve_group=group,
        resolve_sender=sender,
        known_group=lambda who: _if_known(group, who),
        known_sender=lambda who: _if_known(sender, who),
    )
    return Inbox(
        Onlooker(), Journal.open(path), links, Followed(f"whoever fills {path.name}", lambda: False)
    ).start()


def _if_known(resolve: Resolve, who: object) -> Collection[Meant]:
    try:
        return resolve(who)
    except NotFound:
        return ()
