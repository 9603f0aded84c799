"""Asking who is there, as flows that end in frames."""

from collections.abc import Callable
from typing import TypeVar

import pandas as pd

from openqq_nb import schema
from openqq_nb.columns import ZONE, Series
from openqq_nb.errors import NotLoaded, NotLoadedWarning, listed, warn_outside
from openqq_nb.flows.seen import Kind, Seen
from openqq_nb.models import Flow
from openqq_nb.protocols.base import Dialect, Listing
from openqq_nb.roster import Roster, Who, pick_discuss, pick_groups
from openqq_nb.searching import search_friends, search_groups

T = TypeVar("T")

_TRIES = 3


class Reading:
    """Asks over one dialect.

    Args:
        dialect: how the server speaks.
        seen: is told of each frame.
    """

    def __init__(self, dialect: Dialect, seen: Seen) -> None:
        self._dialect = dialect
        self._seen = seen

    def server(self) -> Flow[Series]:
        """Ask how the server is."""
        table = yield from self._dialect.server()
        return schema.SERVER.frame(table).iloc[0].rename("server")

    def me(self) -> Flow[Series]:
        """Ask who the account is."""
        table = yield from self._dialect.me()
        self._seen.me = schema.ME.frame(table).iloc[0].rename("me")
        return self._seen.me

    def friends(self) -> Flow[pd.DataFrame]:
        """Ask for the friends."""
        table = yield from self._dialect.friends()
        friends = schema.FRIENDS.frame(table)
        self._seen.saw(friends=friends)
        return friends

    def search_friends(self, text: object) -> Flow[pd.DataFrame]:
        """Ask for the friends, and keep those whose name or number has a text in it."""
        return search_friends((yield from self.friends()), text)

    def groups(self) -> Flow[pd.DataFrame]:
        """Ask for the groups."""
        groups, _ = self._places((yield from self._dialect.groups()))
        return groups

    def search_groups(self, text: object) -> Flow[pd.DataFrame]:
        """Ask for the groups, and keep those whose name or number has a text in it."""
        return search_groups((yield from self.groups()), text)

    def members(self, who: Who | None = None) -> Flow[pd.DataFrame]:
        """Ask for the members of all groups, or of those that are named; has the server load what it can."""
        groups, members, chosen = yield from self._in_one_login(lambda: self._chosen(who))
        if who is None:
            _warn_of_unloaded(groups)
            return members
        _check_loaded(chosen, loads=self._dialect.loads_members)
        return members[members["gid"].isin(chosen["gid"].dropna())].reset_index(drop=True)

    def _chosen(self, who: Who | None) -> Flow[tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]]:
        """Ask for groups and members, loaded as far as can be; gives the groups that are meant as well."""
        groups, members = self._places((yield from self._dialect.groups()))
        chosen = groups if who is None else pick_groups(groups, who)
        if self._dialect.loads_members and not chosen["members_loaded"].all():
            wanted = chosen["gid"].dropna()
            groups, members = yield from self._loaded(chosen)
            # Their ids count: another group may go by the name by now.
            chosen = groups[groups["gid"].isin(wanted)]
        return groups, members, chosen

    def discusses(self) -> Flow[pd.DataFrame]:
        """Ask for the discusses."""
        discusses, _ = self._talks((yield from self._dialect.discusses()))
        return discusses

    def discuss_members(self, who: Who | None = None) -> Flow[pd.DataFrame]:
        """Ask for the members of all discusses, or of those that are named."""
        discusses, members = self._talks((yield from self._dialect.discusses()))
        if who is None:
            return members
        chosen = pick_discuss(discusses, who)
        return members[members["did"].isin(chosen["did"])].reset_index(drop=True)

    def recent(self) -> Flow[pd.DataFrame]:
        """Ask whom the account wrote with since the login."""
        table = yield from self._dialect.recent()
        return schema.RECENT.frame(table)

    def roster(self) -> Flow[Roster]:
        """Ask for everything, once, have all members loaded, and warn of those that cannot be."""
        roster = yield from self.everything(load=True)
        _warn_of_unloaded(roster.groups)
        return roster

    def everything(self, *, load: bool) -> Flow[Roster]:
        """Ask for everything, once; anew if the server logs in meanwhile, so that all ids are of one login.

        Args:
            load: whether the server is to load the members that it has not loaded, which may keep it busy long.
        """
        return self._in_one_login(lambda: self._whole(load=load))

    def _in_one_login(self, ask: Callable[[], Flow[T]]) -> Flow[T]:
        """Ask several questions, and once more if a new login came in between: their ids must fit each other."""
        for _ in range(_TRIES):
            logins = self._seen.logins
            found = yield from ask()
            if self._seen.logins == logins:
                return found
        raise NotLoaded(
            f"The server logged in anew each of the {_TRIES} times while it was asked, so that the answers do not "
            "belong together. Ask again once it stays logged in; my.doctor() tells how it is."
        )

    def _whole(self, *, load: bool) -> Flow[Roster]:
        me = yield from self.me()
        friends = yield from self.friends()
        groups, members = self._places((yield from self._dialect.groups()))
        if load and self._dialect.loads_members and not groups["members_loaded"].all():
            groups, members = yield from self._loaded(groups)
        discusses, discuss_members = self._talks((yield from self._dialect.discusses()))
        # Asked once more, they show a login in between also to the first roster of a session.
        yield from self.friends() if len(friends) else self.groups()
        fetched_at = pd.Timestamp.now(ZONE).as_unit("us")
        return Roster(me, friends, groups, members, discusses, discuss_members, fetched_at=fetched_at)

    def of_kind(self, kind: Kind) -> Flow[pd.DataFrame]:
        """Ask for one kind of frame, as far as the server has it."""
        ask: dict[Kind, Callable[[], Flow[pd.DataFrame]]] = {
            "friends": self.friends,
            "groups": self.groups,
            "members": self._known_members,
            "discusses": self.discusses,
            "discuss_members": self.discuss_members,
        }
        return (yield from ask[kind]())

    def _known_members(self) -> Flow[pd.DataFrame]:
        _, members = self._places((yield from self._dialect.groups()))
        return members

    def _loaded(self, groups: pd.DataFrame) -> Flow[tuple[pd.DataFrame, pd.DataFrame]]:
        """Have the members of groups loaded one by one, and ask for all again, which keeps the server's order."""
        for gid in groups.loc[~groups["members_loaded"], "gid"].dropna():
            yield from self._dialect.load_members(gid)
        return self._places((yield from self._dialect.groups()))

    def _places(self, listing: Listing) -> tuple[pd.DataFrame, pd.DataFrame]:
        groups, members = schema.GROUPS.frame(listing.places), schema.MEMBERS.frame(listing.members)
        self._seen.saw(groups=groups, members=members)
        return groups, members

    def _talks(self, listing: Listing) -> tuple[pd.DataFrame, pd.DataFrame]:
        discusses = schema.DISCUSSES.frame(listing.places)
        members = schema.DISCUSS_MEMBERS.frame(listing.members)
        self._seen.saw(discuss_members=members, discusses=discusses)
        return discusses, members


def _unloaded(groups: pd.DataFrame) -> list[str]:
    return [str(name) for name in groups.loc[~groups["members_loaded"], "displayname"]]


def _warn_of_unloaded(groups: pd.DataFrame) -> None:
    missing = _unloaded(groups)
    if missing:
        warn_outside(
            f"The server has not loaded the members of {len(missing)} of {len(groups)} groups, which are left out:"
            f"{listed(missing)}\nIt loads a group when a message comes in there, and all of them every ten minutes.",
            NotLoadedWarning,
        )


def _check_loaded(chosen: pd.DataFrame, *, loads: bool) -> None:
    missing = _unloaded(chosen)
    if not missing:
        return
    found = (
        "It was asked to load them and told none, as it does when the provider gives none."
        if loads
        else "It cannot be asked to."
    )
    raise NotLoaded(
        f"The server has not loaded the members of:{listed(missing)}\n{found} It loads a group when a message comes in "
        "there, and all of them every ten minutes; ask again then."
    )
