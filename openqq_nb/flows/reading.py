"""Asking who is there, as flows that end in frames."""

import time
from collections.abc import Callable
from typing import TypeVar

import pandas as pd

from openqq_nb import schema
from openqq_nb.columns import ZONE, Series
from openqq_nb.errors import NotLoaded
from openqq_nb.flows.loading import Loaded, Told, check_loaded, load, warn_of_unloaded
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
        told: told how far it is while groups are loaded one by one.
    """

    def __init__(self, dialect: Dialect, seen: Seen, told: Told = lambda *_: None) -> None:
        self._dialect = dialect
        self._seen = seen
        self._told = told

    def server(self) -> Flow[Series]:
        """Ask how the server is."""
        table = yield from self._dialect.server()
        return schema.SERVER.frame(table).iloc[0].rename("server")

    def me(self) -> Flow[Series]:
        """Ask who the account is."""
        table = yield from self._dialect.me()
        self._seen.me, self._seen.me_at_s = schema.ME.frame(table).iloc[0].rename("me"), time.time()
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
        loaded, chosen = yield from self._in_one_login(lambda: self._chosen(who))
        if who is None:
            warn_of_unloaded(loaded, self._dialect.hints.ask_again)
            return loaded.members
        check_loaded(chosen, loaded.reasons, self._dialect.hints.ask_again, loads=self._dialect.loads_members)
        return _of_groups(loaded.members, chosen).reset_index(drop=True)

    def _chosen(self, who: Who | None) -> Flow[tuple[Loaded, pd.DataFrame]]:
        """Ask for groups and members, loaded as far as can be; gives the groups that are meant as well."""
        listing = yield from self._dialect.groups()
        groups, members = self._places(listing)
        chosen = groups if who is None else pick_groups(groups, who)
        loaded = yield from self._loaded(listing, Loaded(groups, members), chosen)
        # Their numbers and ids count: another group may go by the name by now.
        return loaded, _of_groups(loaded.groups, chosen)

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
        loaded, roster = yield from self._in_one_login(lambda: self._whole(load=True))
        warn_of_unloaded(loaded, self._dialect.hints.ask_again)
        return roster

    def everything(self, *, load: bool) -> Flow[Roster]:
        """Ask for everything, once; anew if the server logs in meanwhile, so that all ids are of one login.

        Args:
            load: whether the server is to load the members that it has not loaded, which may keep it busy long.
        """
        _, roster = yield from self._in_one_login(lambda: self._whole(load=load))
        return roster

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

    def _whole(self, *, load: bool) -> Flow[tuple[Loaded, Roster]]:
        me = yield from self.me()
        friends = yield from self.friends()
        listing = yield from self._dialect.groups()
        loaded = Loaded(*self._places(listing))
        if load:
            loaded = yield from self._loaded(listing, loaded, loaded.groups)
        discusses, discuss_members = self._talks((yield from self._dialect.discusses()))
        # Asked once more, they show a login in between also to the first roster of a session.
        yield from self.friends() if len(friends) else self.groups()
        fetched_at = pd.Timestamp.now(ZONE).as_unit("us")
        roster = Roster(
            me, friends, loaded.groups, loaded.members, discusses, discuss_members, fetched_at=fetched_at
        )
        return loaded, roster

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

    def _loaded(self, listing: Listing, known: Loaded, chosen: pd.DataFrame) -> Flow[Loaded]:
        """Have the members of the chosen groups loaded, as far as the server can."""
        if not self._dialect.loads_members or chosen["members_loaded"].all():
            return known
        loaded = yield from load(self._dialect, listing, chosen, self._told)
        self._seen.saw(groups=loaded.groups, members=loaded.members)
        return loaded

    def _places(self, listing: Listing) -> tuple[pd.DataFrame, pd.DataFrame]:
        groups, members = schema.GROUPS.frame(listing.places), schema.MEMBERS.frame(listing.members)
        self._seen.saw(groups=groups, members=members)
        return groups, members

    def _talks(self, listing: Listing) -> tuple[pd.DataFrame, pd.DataFrame]:
        discusses = schema.DISCUSSES.frame(listing.places)
        members = schema.DISCUSS_MEMBERS.frame(listing.members)
        self._seen.saw(discuss_members=members, discusses=discusses)
        return discusses, members


def _of_groups(frame: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Give the rows that belong to some groups: by id, and by number where there are no ids."""
    by_id = frame["gid"].isin(groups["gid"].dropna())
    numbers = groups.loc[groups["gid"].isna(), "gnumber"].dropna()
    return frame[by_id | (frame["gid"].isna() & frame["gnumber"].isin(numbers))]
