"""The awaitable face of an account: `my.aio`, the twin of every call that asks the server."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from openqq_nb.account.broadcasting import Broadcasting
from openqq_nb.account.keeping import Keeping
from openqq_nb.account.managing import MessageLike
from openqq_nb.account.showing import Showing
from openqq_nb.client import Client
from openqq_nb.columns import Series
from openqq_nb.doctor import Report
from openqq_nb.flows import Flows
from openqq_nb.listening import Listening, Via, Wanted
from openqq_nb.models import Flow, Outcome, Receipt, RecipientType
from openqq_nb.recipients import Number, RowLike
from openqq_nb.roster import Roster, Who
from openqq_nb.segments import Content

if TYPE_CHECKING:
    from openqq_nb.broadcast.audience import To
    from openqq_nb.broadcast.pace import Pace
    from openqq_nb.broadcast.plan import Plan
    from openqq_nb.inbox import Inbox
    from openqq_nb.widgets.broadcaster import Broadcaster
    from openqq_nb.widgets.composer import Composer
    from openqq_nb.widgets.explorer import Explorer

T = TypeVar("T")


class AsyncAccount:
    """The awaitable twins of `Account`'s calls: same arguments, same results, same errors."""

    def __init__(
        self,
        client: Client,
        flows: Flows,
        listening: Listening,
        keeping: Keeping,
        broadcasting: Broadcasting,
        showing: Showing,
        examination: Callable[[float], Flow[Report]],
    ) -> None:
        self._client = client
        self._flows = flows
        self._listening = listening
        self._keeping = keeping
        self._broadcasting = broadcasting
        self._showing = showing
        self._examination = examination

    def __repr__(self) -> str:
        """Say how to use it."""
        return "<aio: await my.aio.friends(), and so on for every call of my>"

    async def me(self) -> Series:
        """Tell who the account is; see `Account.me`."""
        return await self._run(self._flows.reading.me())

    async def friends(self) -> pd.DataFrame:
        """Load the friends; see `Account.friends`."""
        return await self._run(self._flows.reading.friends())

    async def groups(self) -> pd.DataFrame:
        """Load the groups; see `Account.groups`."""
        return await self._run(self._flows.reading.groups())

    async def members(self, who: Who | None = None) -> pd.DataFrame:
        """Load the members of all groups, or of some; see `Account.members`."""
        return await self._run(self._flows.reading.members(who))

    async def discusses(self) -> pd.DataFrame:
        """Load the discusses; see `Account.discusses`."""
        return await self._run(self._flows.reading.discusses())

    async def discuss_members(self, who: Who | None = None) -> pd.DataFrame:
        """Load the members of all discusses, or of some; see `Account.discuss_members`."""
        return await self._run(self._flows.reading.discuss_members(who))

    async def recent(self) -> pd.DataFrame:
        """Load whom the account wrote with since the login; see `Account.recent`."""
        return await self._run(self._flows.reading.recent())

    async def search_friends(self, text: str) -> pd.DataFrame:
        """Find friends by a part of a name or number; see `Account.search_friends`."""
        return await self._run(self._flows.reading.search_friends(text))

    async def search_groups(self, text: str) -> pd.DataFrame:
        """Find groups by a part of a name or number; see `Account.search_groups`."""
        return await self._run(self._flows.reading.search_groups(text))

    async def server(self) -> Series:
        """Ask which dialect, version and state the server has; see `Account.server`."""
        return await self._run(self._flows.reading.server())

    async def roster(self, at: object = None) -> Roster:
        """Load everything once and keep it, or give an earlier one back; see `Account.roster`."""
        if at is None:
            roster = await self._run(self._flows.reading.roster())
            return await asyncio.to_thread(self._keeping.keep, roster)
        me = self._flows.seen.me if self._flows.seen.me is not None else await self.me()
        return await asyncio.to_thread(self._keeping.at, at, me)

    async def history(
        self,
        *,
        gnumber: Number = None,
        qq: Number = None,
        to: RowLike | None = None,
        since: object = None,
        until: object = None,
        limit: int | None = None,
        **filters: object,
    ) -> pd.DataFrame:
        """Load what was written in one chat; see `Account.history`."""
        return await self._run(
            self._flows.history.messages((gnumber, qq, to), (since, until, limit), filters)
        )

    async def recall(self, message: MessageLike) -> Outcome:
        """Take back one message; see `Account.recall`."""
        return await self._run(self._flows.managing.recall(message))

    async def mute(
        self, *, gnumber: Number = None, qq: Number = None, to: RowLike | None = None, seconds: float
    ) -> Outcome:
        """Keep a member from writing in a group; see `Account.mute`."""
        return await self._run(self._flows.managing.mute(seconds, gnumber, qq, to))

    async def kick(self, *, gnumber: Number = None, qq: Number = None, to: RowLike | None = None) -> Outcome:
        """Remove a member from a group; see `Account.kick`."""
        return await self._run(self._flows.managing.kick(gnumber, qq, to))

    async def relogin(self) -> Outcome:
        """Have the server log in anew; see `Account.relogin`."""
        return await self._run(self._flows.managing.relogin())

    async def send_friend(
        self,
        content: Content,
        *,
        qq: Number = None,
        id: Number = None,
        to: RowLike | None = None,
        wait: bool = True,
    ) -> Receipt:
        """Send one message to a friend; see `Account.send_friend`."""
        return await self._send("friend", content, to, wait, qq=qq, id=id)

    async def send_group(
        self,
        content: Content,
        *,
        gnumber: Number = None,
        gid: Number = None,
        to: RowLike | None = None,
        wait: bool = True,
    ) -> Receipt:
        """Send one message to a group; see `Account.send_group`."""
        return await self._send("group", content, to, wait, gnumber=gnumber, gid=gid)

    async def send_discuss(
        self, content: Content, *, did: Number = None, to: RowLike | None = None
    ) -> Receipt:
        """Send one message to a discuss; see `Account.send_discuss`."""
        return await self._send("discuss", content, to, True, did=did)

    async def send_session(
        self,
        content: Content,
        *,
        gnumber: Number = None,
        gid: Number = None,
        did: Number = None,
        qq: Number = None,
        id: Number = None,
        to: RowLike | None = None,
    ) -> Receipt:
        """Send one temporary message through a group or discuss; see `Account.send_session`."""
        return await self._send("session", content, to, True, gnumber=gnumber, gid=gid, did=did, qq=qq, id=id)

    async def listen(
        self,
        *,
        port: int | None = None,
        journal: str | Path | bool | None = None,
        path: str | None = None,
        secret: str | None = None,
        host: str = "127.0.0.1",
        public_url: str | None = None,
        via: Via = "push",
    ) -> "Inbox":
        """Start to take what the server posts; see `Account.listen`."""
        return await self._listening.start_async(Wanted(port, journal, path, secret, host, public_url, via))

    async def broadcast(
        self,
        template: str | None = None,
        *,
        to: "To | None" = None,
        key: str,
        pace: "Pace | None" = None,
        unless: str | Sequence[str] | None = None,
    ) -> "Plan":
        """Plan one message to many, or open a broadcast; see `Account.broadcast`."""
        from openqq_nb.broadcast.broadcasts import Order  # noqa: PLC0415 - loaded when it is used

        order = Order.of(template, to, key, pace, unless)
        if order.audience is None:
            broadcasts = self._broadcasting.of(await self._run(self._broadcasting.account()))
            return await asyncio.to_thread(broadcasts.open, order)
        roster = await self._run(self._broadcasting.people())
        return await asyncio.to_thread(self._broadcasting.plan, order, roster)

    async def broadcasts(self) -> pd.DataFrame:
        """List all broadcasts of the account; see `Account.broadcasts`."""
        broadcasts = self._broadcasting.of(await self._run(self._broadcasting.account()))
        return await asyncio.to_thread(broadcasts.df)

    async def composer(self, *, to: RowLike | None = None) -> "Composer":
        """Make a widget to write one message; see `Account.composer`."""
        return self._showing.composer(await self._run(self._showing.recipients()), to)

    async def explorer(self) -> "Explorer":
        """Make a widget to look at friends, groups and members; see `Account.explorer`."""
        return self._showing.explorer(await self._run(self._showing.people()))

    async def broadcaster(
        self, to: "To | None" = None, *, template: str | None = None, key: str | None = None
    ) -> "Broadcaster":
        """Make a widget to send one message to many; see `Account.broadcaster`."""
        return self._showing.broadcaster(await self._run(self._showing.people()), to, template, key)

    async def doctor(self, wait: float = 0) -> Report:
        """Find out what is wrong with the set-up; see `Account.doctor`."""
        await self._listening.hears_async(wait)
        return await self._run(self._examination(wait))

    async def _send(
        self, recipient_type: RecipientType, content: Content, to: RowLike | None, wait: bool, **keys: Number
    ) -> Receipt:
        return await self._run(self._flows.sending.send(recipient_type, content, to, keys, wait=wait))

    async def _run(self, flow: Flow[T]) -> T:
        return await self._client.run_async(flow)
