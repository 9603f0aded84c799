"""The `my` object: one QQ account behind one server, with its awaitable twin under `aio`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from openqq_nb.account.aio import AsyncAccount
from openqq_nb.account.broadcasting import Broadcasting
from openqq_nb.account.card import card
from openqq_nb.account.history import History
from openqq_nb.account.keeping import Keeping
from openqq_nb.account.managing import Managing
from openqq_nb.account.reading import Reading
from openqq_nb.account.sending import Sending
from openqq_nb.account.showing import Showing
from openqq_nb.client import Client
from openqq_nb.doctor import Report, examine, this_machine
from openqq_nb.flows import Flows, Pages
from openqq_nb.listening import Listening, PostTo, Via, Wanted
from openqq_nb.loading_bar import LoadingBar
from openqq_nb.models import Flow, Receipt, Recipient
from openqq_nb.protocols.base import Dialect
from openqq_nb.recipients import RowLike
from openqq_nb.roster import Roster
from openqq_nb.segments import Content
from openqq_nb.sends import Sends

if TYPE_CHECKING:
    from openqq_nb.broadcast.audience import To
    from openqq_nb.broadcast.exclusions import Exclusions
    from openqq_nb.broadcast.pace import Pace
    from openqq_nb.broadcast.plan import Plan
    from openqq_nb.inbox import Inbox
    from openqq_nb.widgets.broadcaster import Broadcaster
    from openqq_nb.widgets.composer import Composer
    from openqq_nb.widgets.explorer import Explorer


class Account(Reading, History, Sending, Managing):
    """One QQ account behind one server; made by `connect` or `demo`.

    Every call that asks the server has an awaitable twin of the same name under `aio`. All raise
    `Unreachable`, `NoAnswer`, `Refused` or `NotUnderstood` when the server cannot be asked.
    """

    def __init__(
        self, client: Client, dialect: Dialect, post_to: PostTo | None = None, pages: Pages | None = None
    ) -> None:
        flows = Flows(
            dialect,
            self._on_sent,
            self._on_login,
            LoadingBar("members", "group"),
            # A simulated server has nobody behind it who could be asked too often.
            pages=pages or (Pages(every_s=0.0) if post_to is not None else None),
            told_of_history=LoadingBar("history", "message"),
            told_of_chats=LoadingBar("backfill", "chat"),
        )
        super().__init__(client, flows)
        self._listening = Listening(client, self._flows, post_to)
        # A simulated server is gone with this process, and so are the rosters of it.
        self._keeping = Keeping(in_memory=post_to is not None)
        self._broadcasting = Broadcasting(client, self._flows, self._listening, in_memory=post_to is not None)
        self._sends = Sends()
        self._showing = Showing(
            client, self._flows, self._sends, self._broadcasting, is_demo=post_to is not None
        )
        self.aio = AsyncAccount(
            client,
            self._flows,
            self._listening,
            self._keeping,
            self._broadcasting,
            self._showing,
            self._examination,
        )

    def __repr__(self) -> str:
        """Show the card: who, which server, what was loaded, what to type next."""
        seen = self._flows.seen
        return card(
            self._client.url,
            self._flows.dialect,
            seen.me,
            seen.counts(),
            self._listening.in_words(),
            posted_online=self._listening.posted_online(),
        )

    def roster(self, at: object = None) -> Roster:
        """Load everything once, freeze it and keep it; or give an earlier one back.

        Args:
            at: a moment: a date or time, as text or object; a time without a zone is Asia/Shanghai, a date alone
                means its end. Then the last roster that was kept until that moment is given back, with the numbers
                that became known later in the same login of the server.

        Returns:
            A `Roster` with the frames `me`, `friends`, `groups`, `members`, `discusses`, `discuss_members`. Numbers
            that any roster of the same login has for an id are in all of them. It is kept in the user's data folder,
            one file per account; on a demo in memory.

        Raises:
            NotLoaded: the server kept logging in anew, so that the answers do not belong together.
            NotFound: no roster was kept until then; the error lists those that were.
            InvalidInput: `at` is no moment.
            JournalFailed: the file of kept rosters cannot be read or written.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> roster = my.roster()
            >>> bool(roster.groups["member_count"].sum() == len(roster.members))
            True
            >>> my.roster(at=roster.fetched_at).members.equals(roster.members)
            True
        """
        if at is None:
            return self._keeping.keep(self._run(self._flows.reading.roster()))
        return self._keeping.at(at, self._flows.seen.me if self._flows.seen.me is not None else self.me())

    def listen(
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
        """Start to take what the server posts, or give the inbox that already does.

        Of an account at a `ws://` address events come over its own WebSocket, and nothing listens, unless a part of an
        address is given. What was missed while that was broken is filled in from the history.

        Args:
            port: where to listen; without it a port that is remembered per account, 0 picks a free one.
            journal: a file to keep messages in; without it one per account in the user's data folder, or, on a
                demo, memory only. `False` keeps them in memory only, too.
            path: the path of the address; without it one with a secret that is remembered per account.
            secret: the secret in the path, in place of the remembered one. If it is given here, an end of OneBot has to
                prove that it knows it, by a signature or a token.
            host: the address to listen at; any but a loopback address is open to other machines.
            public_url: how the server reaches this listener, where that differs from `host` and `port`.
            via: `push` lets the server post to this listener, or send over the WebSocket of `oq.connect("ws://…")`;
                `poll` asks a 2.x server again and again, where it cannot reach this machine.

        Returns:
            The running `Inbox`. Called again while it runs, the same one. Where another program fills the same
            journal, `openqq-nb collect` or another notebook, an inbox that follows it.

        Raises:
            ListenerFailed: the port is taken, or the address cannot be listened at.
            JournalFailed: the journal cannot be opened.
            InvalidInput: an inbox runs with other settings, or an argument cannot be meant.
            NotSupported: a 1.x server cannot be polled.

        Warns:
            FollowingWarning: another program receives already.

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
        return self._listening.start(Wanted(port, journal, path, secret, host, public_url, via))

    def broadcast(
        self,
        template: str | None = None,
        *,
        to: "To | None" = None,
        key: str,
        pace: "Pace | None" = None,
        unless: str | Sequence[str] | None = None,
    ) -> "Plan":
        """Plan one message to many, or open a broadcast that was planned before; nothing is sent.

        A recipient gets at most one message under one key, however often he stands in `to` and however often this is
        called, also after a crash; the text of each is fixed when he is first planned.

        Args:
            template: the text. `{nick}` is filled in from the column of that name, `{markname|nick|"朋友"}` takes the
                first that is not blank; `{{` is a brace. `{displayname}` is always there. Without it, the text that
                the key has.
            to: rows of `friends()`, `groups()`, `members()` or `discusses()`, a report, a frame with a column `qq`,
                `gnumber` or `did`, or a list of these. Any selection of them will do:
                `members[members["last_speak_time"] < "2026-06-01"]` are those who are quiet. Members who are no
                friends get a temporary message through their group, where the dialect can. Without it, the broadcast
                of that key is opened.
            key: a name for the broadcast that you choose. With other recipients it adds them.
            pace: how fast it goes; without it `oq.Pace()`, or what it was planned with.
            unless: key or keys of other broadcasts: whoever was reached by one of them, or may have been, is left out:
                `unless="dinner"` writes only to those who did not get that one. It needs `to`.

        Returns:
            A `Plan`: its display says how many, how long, what is left out and why; `preview()`, `send()`, `report()`.

        Raises:
            InvalidInput: the key has another text, a field names no column, or `to` names nobody.
            NotFound: no broadcast has the key that is to be opened.
            JournalFailed: the ledger cannot be read or written.

        Source:
            API document §5 to §9.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> plan = my.broadcast("{displayname}，周五聚餐！", to=my.friends().head(3), key="dinner")
            >>> plan.preview()["text"].iloc[0]
            '小灰，周五聚餐！'
            >>> run = my.broadcast(key="dinner", pace=oq.Pace.instant()).send()
            >>> run.wait(10).sent
            3
        """
        from openqq_nb.broadcast.broadcasts import Order  # noqa: PLC0415 - loaded when it is used

        order = Order.of(template, to, key, pace, unless)
        if order.audience is None:
            return self._broadcasting.of(self._run(self._broadcasting.account())).open(order)
        return self._broadcasting.plan(order, self._run(self._broadcasting.people()))

    def broadcasts(self) -> pd.DataFrame:
        """List all broadcasts of the account.

        Returns:
            One row a broadcast, the oldest first, columns and dtypes of `schema.BROADCASTS`.

        Raises:
            JournalFailed: the ledger cannot be read.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> plan = my.broadcast("早", to=my.friends().head(3), key="listed")
            >>> my.broadcasts().set_index("key").loc["listed", ["recipients", "pending"]].tolist()
            [3, 3]
        """
        return self._broadcasting.of(self._run(self._broadcasting.account())).df()

    @property
    def exclusions(self) -> "Exclusions":
        """Those whom no broadcast goes to, until they are removed.

        Returns:
            `Exclusions`: `add(to, why=)`, `remove(to)`, `df`. They are kept with the broadcasts of the account.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> my.exclusions.add(my.groups().head(1), why="read by hand")
            >>> my.exclusions.df["displayname"].tolist()
            ['PERL学习交流']
            >>> my.exclusions.remove(my.groups().head(1))
        """
        from openqq_nb.broadcast.exclusions import Exclusions  # noqa: PLC0415 - SQLite is loaded when it is used

        return Exclusions(lambda: self._broadcasting.of(self._run(self._broadcasting.account())).ledger)

    def composer(self, *, to: RowLike | None = None) -> "Composer":
        """Make a widget to write one message: choose whom, write, see what goes out, send.

        Nothing is sent but by its button, or by Ctrl-Enter or ⌘-Enter in it.

        Args:
            to: whom it opens on: exactly one row of `friends()`, `groups()`, `members()` or `discusses()`. A row with
                `recipient_type` says itself what it is; a person is a friend, else is written to through the group.

        Returns:
            A `Composer`, shown as the last line of a cell in JupyterLab, Notebook 7, VS Code or Colab.

        Raises:
            NotSupported: ipywidgets or anywidget is not installed.
            InvalidInput: `to` is not one row that one can write to.

        Source:
            API document §5 to §9.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> composer = my.composer(to=my.friends().iloc[0])
            >>> composer.close()
        """
        return self._showing.composer(self._run(self._showing.recipients()), to)

    def explorer(self) -> "Explorer":
        """Make a widget to look at friends, groups and members: search, filter, compare, select.

        Everything is loaded once, as by `roster()`, but not kept; a button in the widget loads it again.

        Returns:
            An `Explorer`, shown as the last line of a cell; the rows selected in it are in its `selection`.

        Raises:
            NotSupported: ipywidgets or anywidget is not installed.

        Source:
            API document §1 to §4.

        Example:
            >>> import openqq_nb as oq
            >>> explorer = oq.demo().explorer()
            >>> len(explorer.selection)
            0
            >>> explorer.close()
        """
        return self._showing.explorer(self._run(self._showing.people()))

    def broadcaster(
        self, to: "To | None" = None, *, template: str | None = None, key: str | None = None
    ) -> "Broadcaster":
        """Make a widget to send one message to many: choose, write with fields, look, confirm, watch.

        Nothing is sent, and nothing is kept, before the number of messages is typed in it and its button pressed.
        Closing it does not stop what is being sent. Everybody is loaded once, as by `roster()`, but not kept.

        Args:
            to: who is chosen from the start: a row, a frame, a report, or a list of these, as for `broadcast`. More
                can be chosen in the widget: from the roster, from the selection of an explorer, from an uploaded list.
            template: the text to begin with, with fields such as `{displayname}`.
            key: name of the broadcast; without it one is proposed. With neither `to` nor `template` the broadcast of
                that key is shown, whether it is being sent, paused or finished.

        Returns:
            A `Broadcaster`, shown as the last line of a cell in JupyterLab, Notebook 7, VS Code or Colab.

        Raises:
            NotSupported: ipywidgets or anywidget is not installed.
            InvalidInput: `to` names nobody, or `template` or `key` is no text.
            JournalFailed: the ledger cannot be read.

        Source:
            API document §1 to §9.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> broadcaster = my.broadcaster(to=my.friends().head(3), template="{displayname}，周五聚餐！")
            >>> broadcaster.close()
        """
        return self._showing.broadcaster(self._run(self._showing.people()), to, template, key)

    def doctor(self, wait: float = 0) -> Report:
        """Find out what is wrong with the set-up: server, login, numbers, lists, listener, machine.

        It asks what changes nothing, and sends nothing. The report has neither a name nor a secret in it, so that it
        can be pasted into a bug report.

        Args:
            wait: how many seconds to wait for a message on the running inbox, while somebody writes to the account;
                later waits still return that message.

        Returns:
            A `Report`: shown as lines of text, as a DataFrame in `df`, falsy when something is wrong.

        Raises:
            InvalidInput: `wait` is no number of seconds, or no inbox runs that could be waited on.

        Example:
            >>> import openqq_nb as oq
            >>> report = oq.demo().doctor()
            >>> bool(report), report.df.columns.tolist()
            (True, ['check', 'verdict', 'found', 'advice'])
        """
        self._listening.hears(wait)
        return self._run(self._examination(wait))

    def _examination(self, wait: float) -> Flow[Report]:
        dialect, heard = self._flows.dialect, self._listening.heard(wait)
        seen = self._flows.seen
        return examine(self._client.url, dialect.token, dialect.name, seen, this_machine(), heard)

    def close(self) -> None:
        """Stop listening and sending, and let go of the connections."""
        self._broadcasting.close()
        self._listening.stop()
        self._client.close()
        self._keeping.close()

    def _on_sent(self, recipient: Recipient, content: Content, receipt: Receipt | None) -> None:
        self._listening.record(recipient, content, receipt)
        self._sends.add(recipient, content, receipt)

    def _on_login(self) -> None:
        self._listening.begin_login()
