"""Who is who, for an inbox: the roster in memory, and the ways from an inbox back to its account."""

from collections.abc import Callable, Collection, Sequence

from openqq_nb import messages
from openqq_nb.client import Client
from openqq_nb.errors import Ambiguous, NotFound
from openqq_nb.flows import Flows
from openqq_nb.inbox.links import Links
from openqq_nb.models import Cell, Outcome, Past, Receipt, Recipient, Row
from openqq_nb.roster import Roster, Who, pick_groups, pick_person
from openqq_nb.segments import Content

Resolve = Callable[[Roster, Who], Collection[tuple[str, str]]]
"""From a name to the columns and values of messages that it stands for."""


class People:
    """The roster that gives messages their numbers, and what else an inbox needs of its account.

    Args:
        client: asks the server.
        flows: what to ask.
    """

    def __init__(self, client: Client, flows: Flows) -> None:
        self._client = client
        self._flows = flows
        self._roster: Roster | None = None

    def keep(self, roster: Roster) -> Roster:
        """Take a roster into use."""
        roster.number({})  # its tables are made here, not when the next message waits for its answer
        self._roster = roster
        return roster

    def links(self) -> Links:
        """Give the ways from an inbox to its account."""
        return Links(
            number=self._number,
            knows=lambda row: self._roster is not None and self._roster.knows(row),
            doubts=lambda row: self._roster is not None and self._roster.doubts(row),
            refresh=self._refresh,
            forget=self._forget,
            me=self._me,
            later=self._later,
            mute_later=self._mute_later,
            resolve_group=lambda who: self._found(_groups_of, who),
            resolve_sender=lambda who: self._found(_person_of, who),
            known_group=lambda who: self._if_known(_groups_of, who),
            known_sender=lambda who: self._if_known(_person_of, who),
            outgoing=self._flows.dialect.outgoing,
            chats=self._chats,
            past=self._past,
            told=self._flows.history.told_of_chats,
            reaches=self._flows.dialect.reaches,
        )

    def _refresh(self) -> None:
        self.keep(self._client.run(self._flows.reading.everything(load=False)))

    def _forget(self, told: bool) -> None:
        self._roster = None
        if told:
            self._flows.seen.begin_login()

    def _me(self) -> Row:
        if self._flows.seen.me is None:
            return {}
        me = self._flows.seen.me.dropna()
        named = {"sender": "nick", "sender_qq": "qq", "sender_id": "id"}
        return {name: me[key] for name, key in named.items() if key in me}

    def _number(self, row: Row) -> dict[str, Cell]:
        return self._roster.number(row) if self._roster else dict(row)

    def _later(self, row: Row) -> Callable[[Content], Receipt]:
        recipient, logins = messages.reply_address(row), self._flows.seen.logins
        return lambda content: self._client.run(
            self._flows.sending.send_in_login(recipient, row, content, logins)
        )

    def _mute_later(self, row: Row, seconds: int) -> Outcome:
        gnumber, qq = (None if row.get(key) is None else str(row[key]) for key in ("gnumber", "sender_qq"))
        return self._client.run(self._flows.managing.mute(seconds, gnumber, qq, None))

    async def _chats(
        self, groups: Who | None, friends: Who | None, known: Collection[str] | None
    ) -> Sequence[tuple[Recipient, str]]:
        return await self._client.run_async(self._flows.history.chats(groups, friends, known))

    async def _past(self, chat: Recipient, since_s: float) -> Past:
        return await self._client.run_async(self._flows.history.since(chat, since_s))

    def _found(self, resolve: Resolve, who: Who) -> Collection[tuple[str, str]]:
        """Look somebody up in the roster in memory, or, if that does not tell, in one that is fetched now."""
        known = self._if_known(resolve, who)
        return known or resolve(self.keep(self._client.run(self._flows.reading.everything(load=False))), who)

    def _if_known(self, resolve: Resolve, who: Who) -> Collection[tuple[str, str]]:
        try:
            return resolve(self._roster, who) if self._roster is not None else ()
        except (NotFound, Ambiguous):
            return ()  # there is no one of that name, or more than one: nobody is meant for sure


def _groups_of(roster: Roster, who: Who) -> Collection[tuple[str, str]]:
    rows = pick_groups(roster.groups, who)
    return [("gnumber", one) for one in rows["gnumber"].dropna()] + [
        ("group_id", one) for one in rows["gid"].dropna()
    ]


def _person_of(roster: Roster, who: Who) -> Collection[tuple[str, str]]:
    person = pick_person(roster.people, who)
    pairs = (("sender_qq", person["qq"]), ("sender_id", person["id"]))
    return [(column, number) for column, number in pairs if isinstance(number, str)]
