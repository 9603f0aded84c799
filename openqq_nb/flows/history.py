"""What was written in a chat, as flows: one chat as a frame, and the chats that a gap is filled of."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from openqq_nb import messages, schema
from openqq_nb.errors import InvalidInput, NotFound, NotLoadedWarning, NotSupported, listed, warn_outside
from openqq_nb.filtering import Condition, Filter, compiled
from openqq_nb.filtering.values import micros_of
from openqq_nb.flows.chats import chat_of, friend_chats, group_chats
from openqq_nb.flows.paging import Bounds, Pace, Pages, Steps
from openqq_nb.flows.reading import Reading
from openqq_nb.models import OLDER_NOT_ASKED, Arrival, Flow, Past, Recipient
from openqq_nb.protocols.base import Dialect
from openqq_nb.recipients import Number, RowLike
from openqq_nb.roster import Roster, Who, pick_groups, pick_person

LIMIT: Final = 1000
"""How many messages are asked for where neither a time nor a number was named."""

Told = Callable[[int, int | None, str], None]
"""Told how far it is: how many have come, of how many (None where that is not known), and of what time or chat."""


class History:
    """Asks for the history of chats over one dialect.

    Args:
        dialect: how the server speaks.
        reading: asks who is there.
        pages: in which pieces to ask, and how fast.
        told: told how far it is in one chat.
        told_of_chats: told how many of several chats are done; for whoever asks for them one after the other.
    """

    def __init__(
        self,
        dialect: Dialect,
        reading: Reading,
        pages: Pages | None = None,
        told: Told = lambda *_: None,
        told_of_chats: Told = lambda *_: None,
    ) -> None:
        self._dialect = dialect
        self._reading = reading
        self._pages = pages or Pages()
        self._pace = Pace(self._pages)
        self._told = told
        self.told_of_chats = told_of_chats

    def messages(
        self,
        chat: tuple[Number, Number, RowLike | None],
        span: tuple[object, object, int | None],
        filters: Mapping[str, object],
    ) -> Flow[pd.DataFrame]:
        """Ask for the messages of one chat, as a frame.

        Args:
            chat: number of a group, number of a friend, or a row of either; exactly one of them.
            span: since when, until when, and how many at most.
            filters: which of these are kept.
        """
        self.check()
        recipient, bounds = chat_of(*chat), _bounds(*span)
        times = {
            name: value for name, value in zip(("since", "until"), span, strict=False) if value is not None
        }
        roster = yield from self._reading.everything(load=False)
        members = yield from self._members(recipient, filters)
        keep = compiled({**times, **filters}, _named(roster, members))
        past = yield from self.walk(recipient, bounds, self._told)
        warn_of_unread(past)
        return _frame(past.messages, roster, keep)

    def chats(
        self, groups: Who | None, friends: Who | None, known: Collection[str] | None
    ) -> Flow[list[tuple[Recipient, str]]]:
        """Tell which chats are meant, with their names.

        Args:
            groups: the groups that are named; None for all, unless friends are named.
            friends: the friends that are named; None for those in `known`, unless groups are named.
            known: numbers of friends; None for all friends.

        Raises:
            NotFound, Ambiguous: a name does not mean exactly one.
            NotSupported: the server keeps no history.
        """
        self.check()
        found: list[tuple[Recipient, str]] = []
        if groups is not None or friends is None:
            found += group_chats((yield from self._reading.groups()), groups)
        if friends is not None or groups is None:
            found += friend_chats((yield from self._reading.friends()), friends, known)
        return found

    def since(self, chat: Recipient, since_s: float) -> Flow[Past]:
        """Go back in one chat to a moment, in which perhaps nothing has happened since."""
        return (yield from self.walk(chat, Bounds(since_s, first=self._pages.first)))

    def walk(self, chat: Recipient, bounds: Bounds, told: Told = lambda *_: None) -> Flow[Past]:
        """Go back in one chat, a page at a time, until it has no more, or no more that is wanted."""
        steps = Steps(self._dialect, bounds)
        told(0, bounds.limit, "")
        while not steps.ended:
            count = bounds.count(self._pages, steps.pages)
            page = yield from self._pace.kept(self._dialect.page(chat, steps.before, count))
            steps.take(page.bodies, page.oldest)
            told(len(steps.wanted), bounds.limit, steps.moment)
        told(len(steps.wanted), len(steps.wanted), "")
        return steps.past

    def check(self) -> None:
        """Refuse where there is no history.

        Raises:
            NotSupported: the server keeps none.
        """
        if not self._dialect.remembers:
            raise NotSupported(
                f"A server of the dialect {self._dialect.name} keeps no history that could be asked for; nothing was "
                "asked. What was received is in inbox.df, and in the journals: oq.journals(), oq.open_log(path)."
            )

    def _members(self, chat: Recipient, filters: Mapping[str, object]) -> Flow[pd.DataFrame | None]:
        """Ask who is in a group, where writers are named: friends are known anyway."""
        if chat.gnumber is None or "sender" not in filters:
            return None
        try:
            return (yield from self._reading.members(chat.gnumber))
        except NotFound:
            return None  # a group that the account has left: its history may still be there


def _bounds(since: object, until: object, limit: object) -> Bounds:
    """Read what was asked for.

    Raises:
        InvalidInput: a time is none, or the number is none.
    """
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise InvalidInput(
            f"limit must be a whole number of messages from 1, or None; found {limit!r}. Nothing was asked."
        )
    since_s = None if since is None else micros_of("since", since) / 1_000_000
    until_s = None if until is None else micros_of("until", until) / 1_000_000
    return Bounds(since_s, until_s, LIMIT if limit is None and since is None else limit)


def _named(roster: Roster, members: pd.DataFrame | None) -> Mapping[str, Callable[[object], Condition]]:
    """Make conditions of `group` and `sender`, as far as the account knows who is there."""
    people = roster.people if members is None else pd.concat([roster.people, members], ignore_index=True)

    def numbers_of_groups(who: Any) -> Collection[str]:  # noqa: ANN401 - whatever a user names a group by
        return pick_groups(roster.groups, who)["gnumber"].dropna().tolist()

    def number_of_person(who: Any) -> Collection[str]:  # noqa: ANN401 - as above
        found = pick_person(people, who)["qq"]
        return [found] if isinstance(found, str) else []

    return {
        "group": lambda value: _one_of("gnumber", value, numbers_of_groups),
        "sender": lambda value: _one_of("sender_qq", value, number_of_person),
    }


def _one_of(column: str, value: object, resolve: Callable[[object], Collection[str]]) -> Condition:
    # A frame or a row is one thing to resolve; only plain lists are taken apart.
    names = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
    numbers = frozenset(number for name in names for number in resolve(name))
    return Condition((column,), lambda row: row.get(column) in numbers, None, (column, sorted(numbers)))


def warn_of_unread(past: Past) -> None:
    """Warn of what could not be read, and of what was not asked for because of that."""
    if past.unread:
        reasons = list(dict.fromkeys(why for _, why in past.unread))
        warn_outside(
            f"{len(past.unread)} of the messages that the server gave could not be read and are left out:"
            f"{listed(reasons)}",
            NotLoadedWarning,
        )
    if past.cut:
        warn_outside(OLDER_NOT_ASKED, NotLoadedWarning)


def _frame(found: Sequence[Arrival], roster: Roster, keep: Filter) -> pd.DataFrame:
    """Make rows as an inbox makes them, and keep those that pass."""
    rows = [{**one.extra, **messages.complete(roster.number(one.row))} for one in found]
    return schema.MESSAGES.frame(schema.MESSAGES.table([row for row in rows if keep.keeps(row)]))
