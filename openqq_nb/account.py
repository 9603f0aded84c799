"""The `my` object: one QQ account behind one server, with its awaitable twin under `aio`."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from openqq_nb.aio import AsyncAccount
from openqq_nb.card import card
from openqq_nb.client import Client
from openqq_nb.flows import Flows
from openqq_nb.listening import Listening, PostTo, Wanted
from openqq_nb.models import Receipt, Recipient
from openqq_nb.protocols.base import Dialect
from openqq_nb.recipients import Number, RowLike
from openqq_nb.roster import Roster, Who
from openqq_nb.schema import Series

if TYPE_CHECKING:
    from openqq_nb.inbox import Inbox


class Account:
    """One QQ account behind one server; made by `connect` or `demo`.

    Every call that asks the server has an awaitable twin of the same name under `aio`. All raise
    `Unreachable`, `NoAnswer`, `Refused` or `NotUnderstood` when the server cannot be asked.
    """

    def __init__(self, client: Client, dialect: Dialect, post_to: PostTo | None = None) -> None:
        self._client = client
        self._flows = Flows(dialect, self._on_sent)
        self._listening = Listening(client, self._flows, post_to)
        self.aio = AsyncAccount(client, self._flows, self._listening)

    def __repr__(self) -> str:
        """Show the card: who, which server, what was loaded, what to type next."""
        return card(
            self._client.url, self._flows.dialect.name, self._flows.latest, self._listening.in_words()
        )

    def me(self) -> Series:
        """Tell who the account is.

        Returns:
            A Series named by `schema.ME`.

        Source:
            API document §1.

        Example:
            >>> import openqq_nb as oq
            >>> oq.demo().me()["qq"]
            '9900000100'
        """
        return self._client.run(self._flows.me())

    def friends(self) -> pd.DataFrame:
        """Load the friends.

        Returns:
            One row a friend, in the server's order, columns and dtypes of `schema.FRIENDS`.

        Source:
            API document §2.

        Example:
            >>> import openqq_nb as oq
            >>> oq.demo().friends().columns[:5].tolist()
            ['displayname', 'nick', 'markname', 'category', 'qq']
        """
        return self._client.run(self._flows.friends())

    def groups(self) -> pd.DataFrame:
        """Load the groups.

        Returns:
            One row a group, in the server's order, columns and dtypes of `schema.GROUPS`. `member_count` is
            missing, not 0, where the server has not loaded the members.

        Source:
            API document §3.

        Example:
            >>> import openqq_nb as oq
            >>> oq.demo().groups()["member_count"].dtype
            Int64Dtype()
        """
        return self._client.run(self._flows.groups())

    def members(self, who: Who | None = None) -> pd.DataFrame:
        """Load the members of all groups, or of some.

        Args:
            who: a group by `gname`, `gmarkname`, `gnumber` or `gid`, rows of `groups()`, or a list of these.

        Returns:
            One row per (group, member), columns and dtypes of `schema.MEMBERS`. Without `who`, groups whose
            members the server has not loaded are left out, with a `NotLoadedWarning` that names them.

        Raises:
            NotFound: no group goes by that name or number.
            Ambiguous: several do; the error lists them.
            NotLoaded: the server has not loaded the members of a group that was named.

        Source:
            API document §3.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> one = my.groups().iloc[0]
            >>> my.members(one)["gname"].unique().tolist() == [one["gname"]]
            True
        """
        return self._client.run(self._flows.members(who))

    def discusses(self) -> pd.DataFrame:
        """Load the discusses.

        Returns:
            One row a discuss, columns and dtypes of `schema.DISCUSSES`.

        Source:
            API document §4.

        Example:
            >>> import openqq_nb as oq
            >>> oq.demo().discusses()["did"].is_unique
            True
        """
        return self._client.run(self._flows.discusses())

    def discuss_members(self, who: Who | None = None) -> pd.DataFrame:
        """Load the members of all discusses, or of some.

        Args:
            who: a discuss by name or `did`, rows of `discusses()`, or a list of these.

        Returns:
            One row per (discuss, member), columns and dtypes of `schema.DISCUSS_MEMBERS`.

        Raises:
            NotFound: no discuss goes by that name or id.
            Ambiguous: several do; the error lists them.

        Source:
            API document §4.

        Example:
            >>> import openqq_nb as oq
            >>> oq.demo().discuss_members()["qq"].dtype
            <StringDtype(na_value=nan)>
        """
        return self._client.run(self._flows.discuss_members(who))

    def roster(self) -> Roster:
        """Load everything once and freeze it.

        Returns:
            A `Roster` with the frames `me`, `friends`, `groups`, `members`, `discusses`, `discuss_members`.

        Example:
            >>> import openqq_nb as oq
            >>> roster = oq.demo().roster()
            >>> bool(roster.groups["member_count"].sum() == len(roster.members))
            True
        """
        return self._client.run(self._flows.roster())

    def send_friend(
        self, content: str, *, qq: Number = None, id: Number = None, to: RowLike | None = None
    ) -> Receipt:
        """Send one message to a friend.

        Args:
            content: the text; it may have several lines. Sent by POST, so that its length is not limited here.
            qq: number of the friend, sent exactly as given.
            id: id of the friend, good within one login of the server, sent exactly as given.
            to: exactly one row of `friends()`, in place of a number.

        Returns:
            A `Receipt`, falsy when the server did not take the message; its `repr` says why.

        Raises:
            InvalidInput: the text is empty, or it is not said to whom it goes. Nothing was sent.
            NotFound: the row has an id only, and that belongs to somebody else by now. Nothing was sent.
            NoAnswer: no answer came; the message may have gone out.

        Source:
            API document §5.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> bool(my.send_friend("你好", to=my.friends().iloc[0]))
            True
        """
        return self._client.run(self._flows.send("friend", content, to, {"qq": qq, "id": id}))

    def send_group(
        self, content: str, *, gnumber: Number = None, gid: Number = None, to: RowLike | None = None
    ) -> Receipt:
        """Send one message to a group.

        Args:
            content: the text.
            gnumber: number of the group, sent exactly as given.
            gid: id of the group, good within one login of the server, sent exactly as given.
            to: exactly one row of `groups()` or `members()`, in place of a number.

        Returns:
            A `Receipt`; see `send_friend`.

        Raises:
            InvalidInput: the text is empty, or it is not said to whom it goes. Nothing was sent.
            NotFound: the row has an id only, and that belongs to another group by now. Nothing was sent.
            NoAnswer: no answer came; the message may have gone out.

        Source:
            API document §6; the server wants `gid`, where the document's example says `id`.

        Example:
            >>> import openqq_nb as oq
            >>> oq.demo().send_group("大家好", gnumber="1").meaning
            'no such group; nothing was sent'
        """
        return self._client.run(self._flows.send("group", content, to, {"gnumber": gnumber, "gid": gid}))

    def send_discuss(self, content: str, *, did: Number = None, to: RowLike | None = None) -> Receipt:
        """Send one message to a discuss.

        Args:
            content: the text.
            did: id of the discuss, good within one login of the server, sent exactly as given.
            to: exactly one row of `discusses()`, in place of the id.

        Returns:
            A `Receipt`; see `send_friend`.

        Raises:
            InvalidInput: the text is empty, or it is not said to whom it goes. Nothing was sent.
            NotFound: the id of the row belongs to another discuss by now. Nothing was sent.
            NoAnswer: no answer came; the message may have gone out.

        Source:
            API document §7.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> my.send_discuss("hi", to=my.discusses().iloc[0]).code
            0
        """
        return self._client.run(self._flows.send("discuss", content, to, {"did": did}))

    def send_session(
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
        """Send one temporary message to a person through a group or discuss that both are in.

        The API document says of these: blocked by Tencent (已被腾讯屏蔽). A 2.x server cannot send them at all.

        Args:
            content: the text.
            gnumber: number of the group.
            gid: id of the group, good within one login of the server.
            did: id of the discuss, in place of a group.
            qq: number of the person.
            id: id of the person, good within one login of the server.
            to: exactly one row of `members()` or `discuss_members()`, in place of all numbers.

        Returns:
            A `Receipt`; see `send_friend`.

        Raises:
            NotSupported: the dialect cannot (2.x). Nothing was sent.
            InvalidInput: the text is empty, or it is not said to whom it goes. Nothing was sent.
            NoAnswer: no answer came; the message may have gone out.

        Source:
            API document §8 and §9.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> stranger = my.members().dropna(subset=["qq", "gnumber"]).iloc[-1]
            >>> my.send_session("hi", to=stranger).status
            '发送成功'
        """
        keys = {"gnumber": gnumber, "gid": gid, "did": did, "qq": qq, "id": id}
        return self._client.run(self._flows.send("session", content, to, keys))

    def listen(
        self,
        *,
        port: int | None = None,
        journal: str | Path | bool | None = None,
        path: str | None = None,
        secret: str | None = None,
        host: str = "127.0.0.1",
        public_url: str | None = None,
    ) -> "Inbox":
        """Start to take what the server posts, or give the inbox that already does.

        Args:
            port: where to listen; without it a port that is remembered per account, 0 picks a free one.
            journal: a file to keep messages in; without it one per account in the user's data folder, or, on a
                demo, memory only. `False` keeps them in memory only, too.
            path: the path of the address; without it one with a secret that is remembered per account.
            secret: the secret in the path, in place of the remembered one.
            host: the address to listen at; any but a loopback address is open to other machines.
            public_url: how the server reaches this listener, where that differs from `host` and `port`.

        Returns:
            The running `Inbox`. Called again while it runs, the same one.

        Raises:
            ListenerFailed: the port is taken, or the address cannot be listened at.
            JournalFailed: the journal cannot be opened.
            InvalidInput: an inbox runs with other settings.

        Source:
            API document §10.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> with my.listen() as inbox:
            ...     message = my.simulator.say(my.friends().iloc[0]["qq"], "在吗？")
            ...     inbox.wait(1, timeout=10)["content"].tolist()
            ['在吗？']
        """
        return self._listening.start(Wanted(port, journal, path, secret, host, public_url))

    def close(self) -> None:
        """Stop listening and let go of the connections."""
        self._listening.stop()
        self._client.close()

    def _on_sent(self, recipient: Recipient, content: str, receipt: Receipt | None) -> None:
        self._listening.record(recipient, content, receipt)
