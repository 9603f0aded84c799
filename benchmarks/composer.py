"""The composer's search among 10,000 friends and 10,000 members: what the kernel does for a key that is pressed."""

import threading
from functools import partial

import pandas as pd

from benchmarks.common import Result, seconds, show
from benchmarks.explorer import roster
from openqq_nb import schema
from openqq_nb.models import Outgoing
from openqq_nb.roster import Roster
from openqq_nb.sends import Sends
from openqq_nb.widgets.composer.chooser import Chooser
from openqq_nb.widgets.links import Links
from openqq_nb.widgets.parts import View

RECIPIENTS = 10_000
KEY_S = 0.05
_KINDS = frozenset({"friend", "group", "discuss", "session"})


def run() -> list[Result]:
    """Measure one key press against pandas looking through the same columns."""
    chooser = Chooser(_links(people := _people()), people, lambda _: None)
    shown: list[View] = []
    chooser.attach(shown.append, threading.RLock())
    shelf = chooser.directory.shelves["friend"]
    shelf.prepare()
    peer = "pandas str.contains over the same columns"
    found = []
    for what, text in (
        ("a sign", "灰"),
        ("two signs", "灰猫"),
        ("initials", "hm"),
        ("a part of a number", "1000"),
    ):
        plain = seconds(partial(_plainly, people.friends, text), 5)
        key = seconds(partial(chooser.find, text), 9)
        assert shown[-1]["rows"]
        found.append(Result(f"composer, {RECIPIENTS:,} friends: {what} typed", key, "s", peer, plain, KEY_S))
    return found


def _people() -> Roster:
    some = roster(groups=100, members=RECIPIENTS)
    members = some.members
    friends = pd.DataFrame({name: members[name] for name in ("displayname", "nick")})
    friends["markname"] = members["card"]
    # Each is another person.
    friends["qq"] = [str(10_000_000 + number) for number in range(RECIPIENTS)]
    friends["id"] = [str(number + 1) for number in range(RECIPIENTS)]
    frame = friends.reindex(columns=schema.FRIENDS.names).astype(
        schema.FRIENDS.frame(schema.FRIENDS.table([])).dtypes
    )
    return Roster(
        some.me, frame, some.groups, members, some.discusses, some.discuss_members, fetched_at=some.fetched_at
    )


def _links(people: Roster) -> Links:
    def nobody(*_: object) -> None:
        raise AssertionError("nothing is sent here")

    return Links(lambda: people, nobody, lambda text: Outgoing(text, (), ()), _KINDS, Sends())  # type: ignore[arg-type]


def _plainly(friends: pd.DataFrame, text: str) -> pd.DataFrame:
    hits = pd.Series(False, index=friends.index)
    for name in ("displayname", "nick", "markname", "qq"):
        hits |= friends[name].str.contains(text, regex=False, case=False).fillna(False)
    return friends[hits]


if __name__ == "__main__":
    show(run())
