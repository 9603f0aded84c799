"""The awaitable face of an account: `my.aio`, the twin of every call that asks the server."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from openqq_nb.client import Client
from openqq_nb.flows import Flows
from openqq_nb.listening import Listening, Wanted
from openqq_nb.models import Receipt, RecipientType
from openqq_nb.recipients import Number, RowLike
from openqq_nb.roster import Roster, Who
from openqq_nb.schema import Series

if TYPE_CHECKING:
    from openqq_nb.inbox import Inbox


class AsyncAccount:
    """The awaitable twins of `Account`'s calls: same arguments, same results, same errors."""

    def __init__(self, client: Client, flows: Flows, listening: Listening) -> None:
        self._client = client
        self._flows = flows
        self._listening = listening

    def __repr__(self) -> str:
        """Say how to use it."""
        return "<aio: await my.aio.friends(), and so on for every call of my>"

    async def me(self) -> Series:
        """Tell who the account is; see `Account.me`."""
        return await self._client.run_async(self._flows.me())

    async def friends(self) -> pd.DataFrame:
        """Load the friends; see `Account.friends`."""
        return await self._client.run_async(self._flows.friends())

    async def groups(self) -> pd.DataFrame:
        """Load the groups; see `Account.groups`."""
        return await self._client.run_async(self._flows.groups())

    async def members(self, who: Who | None = None) -> pd.DataFrame:
        """Load the members of all groups, or of some; see `Account.members`."""
        return await self._client.run_async(self._flows.members(who))

    async def discusses(self) -> pd.DataFrame:
        """Load the discusses; see `Account.discusses`."""
        return await self._client.run_async(self._flows.discusses())

    async def discuss_members(self, who: Who | None = None) -> pd.DataFrame:
        """Load the members of all discusses, or of some; see `Account.discuss_members`."""
        return await self._client.run_async(self._flows.discuss_members(who))

    async def roster(self) -> Roster:
        """Load everything once and freeze it; see `Account.roster`."""
        return await self._client.run_async(self._flows.roster())

    async def send_friend(
        self, content: str, *, qq: Number = None, id: Number = None, to: RowLike | None = None
    ) -> Receipt:
        """Send one message to a friend; see `Account.send_friend`."""
        return await self._send("friend", content, to, qq=qq, id=id)

    async def send_group(
        self, content: str, *, gnumber: Number = None, gid: Number = None, to: RowLike | None = None
    ) -> Receipt:
        """Send one message to a group; see `Account.send_group`."""
        return await self._send("group", content, to, gnumber=gnumber, gid=gid)

    async def send_discuss(self, content: str, *, did: Number = None, to: RowLike | None = None) -> Receipt:
        """Send one message to a discuss; see `Account.send_discuss`."""
        return await self._send("discuss", content, to, did=did)

    async def send_session(
        self,
        content: str,
        *,
        gnumber: Number = None,
        gid: Number = None,
        did: Number = None,
        qq: Number = None,
        id: Number = None,
        to: RowLike | None = None,
    ) -> Receipt:
        """Send one temporary message through a group or discuss; see `Account.send_session`."""
        return await self._send("session", content, to, gnumber=gnumber, gid=gid, did=did, qq=qq, id=id)

    async def listen(
        self,
        *,
        port: int | None = None,
        journal: str | Path | bool | None = None,
        path: str | None = None,
        secret: str | None = None,
        host: str = "127.0.0.1",
        public_url: str | None = None,
    ) -> "Inbox":
        """Start to take what the server posts; see `Account.listen`."""
        return await self._listening.start_async(Wanted(port, journal, path, secret, host, public_url))

    async def _send(
        self, recipient_type: RecipientType, content: str, to: RowLike | None, **keys: Number
    ) -> Receipt:
        return await self._client.run_async(self._flows.send(recipient_type, content, to, keys))
