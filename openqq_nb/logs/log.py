"""A log: journals, exports of other tools and archives as frames, in order of time and without doubles."""

import os
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import pandas as pd
import pyarrow as pa

from openqq_nb import archive, filtering
from openqq_nb.archive.pieces import completed
from openqq_nb.chatlab import write_chatlab
from openqq_nb.columns import Frame, to_pandas
from openqq_nb.errors import InvalidInput, NotFound, listed, one_line
from openqq_nb.filtering import Condition, Filter
from openqq_nb.logs.containing import contains
from openqq_nb.logs.gathered import Gathered
from openqq_nb.logs.gathering import ordered
from openqq_nb.logs.holdings import Holdings
from openqq_nb.logs.origins import Piece, Table
from openqq_nb.logs.others import by_others
from openqq_nb.logs.people import GROUP, SENDER, Directory, Kind, discuss_hint
from openqq_nb.schema import EVENTS, MESSAGES, PROBLEMS

if TYPE_CHECKING:
    from openqq_nb.inbox import Inbox

FrameT = TypeVar("FrameT")
"""The frames of the engine that a log was opened with."""


class Log(Generic[FrameT]):
    """A read-only view of messages as they were when they were first looked at; `oq.open_log` makes one.

    Args:
        holdings: what the log is made of.
    """

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings

    @staticmethod
    def of(messages: Frame, name: str) -> "Log[Frame]":
        """Make a log of messages that are at hand.

        Args:
            messages: a frame with columns of `schema.MESSAGES`.
            name: what the log is called.
        """
        rows = pa.Table.from_pandas(messages, preserve_index=False).replace_schema_metadata()
        return Log(Gathered(name, [Table(Piece(rows))], (), "pandas"))

    def __len__(self) -> int:
        return self._holdings.count()

    def __repr__(self) -> str:
        unread = self._holdings.unread()
        if unread is not None:
            return f"<Log of {unread}, not read yet>"
        many = "" if len(self) == 1 else "s"
        return f"<Log of {len(self):,} message{many}{self._span()} from {self._holdings.name}>"

    @property
    def df(self) -> FrameT:
        """The messages in order of `msg_time`, then of arrival.

        Returns:
            `schema.MESSAGES`, then other columns; a RangeIndex, one row a message. A new frame at each access. With
            another engine than pandas: its own frame, lazily and in no order; `place` orders messages of one moment.
        """
        frame: FrameT = self._holdings.frame()
        return frame

    @property
    def events(self) -> Frame:
        """The events in order of arrival: `schema.EVENTS`, then unknown keys; one row an event."""
        return self._events.copy(deep=False)

    @property
    def problems(self) -> Frame:
        """What was not understood: `source`, `line`, `why`, `body`, `received_at`; one row a piece of a file."""
        return PROBLEMS.frame(self._holdings.problems())

    def read(
        self,
        columns: Sequence[str] | None = None,
        since: object = None,
        until: object = None,
        **filters: object,
    ) -> Frame:
        """Read only some messages, or some of their columns: faster than `df`, and in less memory.

        Args:
            columns: which columns, in this order, other ones of `df` among them; None means all of them.
            since: that moment or later, by `msg_time`: a datetime, or a text such as `2026-11-17 09:30`, of
                Asia/Shanghai unless it says otherwise.
            until: before that moment.
            filters: as for `inbox.on_message`: `contains` (a text, or a list of which one is in the content), `matches`
                (regular expressions), `group` and `sender` (a name, number or row, or a list; looked up among those
                that the messages of this log name), or any column of `df` with a value or a list of values, such as
                `discuss` for a discuss, which is no group.

        Returns:
            What the same filters would leave of `df`: one row a message in order of `msg_time`, then of arrival; a
            RangeIndex. A frame of pandas, whatever the engine; of journals as the files are now.

        Raises:
            InvalidInput: a column that does not exist, a value that it cannot have, or an end before the beginning.
            NotFound, Ambiguous: `group` or `sender` does not name exactly one.
            JournalFailed: a file can no longer be read.

        Example:
            >>> import tempfile
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     with my.listen(journal=f"{folder}/messages.db") as inbox:
            ...         said = [my.simulator.say("小灰", text) for text in ("在吗？", "周五聚餐！")]
            ...         received = inbox.wait(2, timeout=10)
            ...     log = oq.open_log(f"{folder}/messages.db")
            ...     log.read(["sender", "content"], sender="小灰", contains="聚餐").values.tolist()
            [['小灰', '周五聚餐！']]
        """
        bounds = {name: value for name, value in (("since", since), ("until", until)) if value is not None}
        special = {
            "contains": contains,
            "group": self._group,
            "sender": self._sender,
            **by_others(filters, self._holdings.others),
        }
        keep = filtering.compiled({**bounds, **filters}, special)
        least, end = keep.bounds
        if least is not None and end is not None and least > end:
            raise InvalidInput(
                f"No message is written both at or after since={since!r} and before until={until!r}, which comes "
                "first.\nGive the earlier moment as since=, and the later one as until=."
            )
        return to_pandas(self._holdings.read(self._chosen(columns), keep))

    def scan(self, columns: Sequence[str]) -> FrameT:
        """Give some columns of the messages as a frame of the engine; this is what the questions look at.

        Args:
            columns: which; those that the log does not have are left out.
        """
        frame: FrameT = self._holdings.scan(columns)
        return frame

    def to_parquet(self, folder: str | os.PathLike[str]) -> str:
        """Write the log as an archive of Parquet files, one folder a month, which `oq.open_log` opens lazily.

        Args:
            folder: a new or empty folder, or an address such as `s3://bucket/archive` (the environment says how to get
                there: `AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID` …). Files are read and written in pieces, so that a log
                need not fit into memory.

        Returns:
            Where it was written.

        Raises:
            InvalidInput: the folder holds something already, or cannot be written to; then nothing of it is left.

        Example:
            >>> import tempfile
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     past = my.simulator.past("PERL学习交流", messages=500)
            ...     log = oq.open_log(past.write(f"{folder}/group.json"))
            ...     archive = oq.open_log(log.to_parquet(f"{folder}/archive"))
            ...     len(archive) == len(log)
            True
        """
        events: list[pa.Table] = []
        problems: list[pa.Table] = [PROBLEMS.table([])]

        def messages() -> Generator[pa.Table]:
            for piece in self._holdings.stream():
                events.extend([] if piece.events is None else [piece.events])
                problems.extend([] if piece.problems is None else [piece.problems])
                if piece.messages is not None:
                    yield completed(piece.messages, MESSAGES)

        # While a journal is being read nobody else in this process can open it.
        with closing(messages()) as parts:
            return archive.write(
                parts,
                os.fspath(folder),
                events=lambda: ordered(events, EVENTS),
                problems=lambda: pa.concat_tables(problems, promote_options="permissive"),
            )

    def to_chatlab(
        self,
        path: str | os.PathLike[str],
        name: str | None = None,
        **filters: Any,  # noqa: ANN401 - as `read` takes them
    ) -> Path:
        """Write one chat of the log in the exchange format of ChatLab.

        Args:
            path: where to write, `.json` or `.jsonl`; a file that is there is replaced when the new one is whole.
            name: what the chat is called there; its own name if none is given.
            filters: as for `read`, such as `group=` or `chat_key=` for one chat of several.

        Returns:
            The path that was written.

        Raises:
            InvalidInput: these are several chats, which the error lists, no message passes the filters, or the file
                cannot be written.

        Source:
            ChatLab, standard format 0.0.2.

        Example:
            >>> import tempfile
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     past = my.simulator.past("PERL学习交流", messages=500)
            ...     log = oq.open_log(past.write(f"{folder}/group.json"))
            ...     again = oq.open_log(log.to_chatlab(f"{folder}/chatlab.jsonl"))
            ...     len(again) == len(log)
            True
        """
        messages = self.read(**filters)
        if filters and messages.empty:
            shown = ", ".join(f"{key}={value!r}" for key, value in filters.items())
            raise InvalidInput(
                f"No message passes, and nothing was written.\nFound none with {one_line(shown)}.\n"
                "Look at what `log.read(…)` gives with other filters."
            )
        return write_chatlab(messages, path, name)

    def report(self, path: str | os.PathLike[str], roster: object = None, title: str | None = None) -> Path:
        """Write one page with the answers and pictures, which opens in any browser, without a connection.

        Args:
            path: where to write, `.html`; a file that is there is replaced when the new one is whole.
            roster: an `oq.Roster`, or a frame of members or friends: people are shown by their names there.
            title: what stands at the head; the name of the chat if none is given.

        Returns:
            The path that was written.

        Raises:
            InvalidInput: the roster is none, or the file cannot be written.
            NotSupported: the libraries for charts are not installed; the error tells how to install them.

        Example:
            >>> import tempfile
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     past = my.simulator.past("PERL学习交流", messages=300)
            ...     log = oq.open_log(past.write(f"{folder}/group.json"))
            ...     "<script" in log.report(f"{folder}/group.html").read_text("utf-8")
            False
        """
        # The libraries for pictures are loaded when they are used.
        from openqq_nb.reporting import write_report  # noqa: PLC0415

        return write_report(self, path, roster=roster, title=title)

    def follow(self) -> "Inbox":
        """Open a live inbox over the journal, which another program fills, such as `openqq-nb collect`.

        Returns:
            An `Inbox` that shows what the journal holds and what comes. Its handlers are called with new messages,
            but there is no account that could answer. Stop it with `stop()`, or use it as a context manager.

        Raises:
            InvalidInput: the log is made of several files, or is no journal.
            JournalFailed: the journal cannot be opened.

        Example:
            >>> import tempfile
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     with my.listen(journal=f"{folder}/messages.db"):
            ...         with oq.open_log(f"{folder}/messages.db").follow() as live:
            ...             message = my.simulator.say("小灰", "在吗？")
            ...             live.wait(1, timeout=10)["content"].tolist()
            ['在吗？']
        """
        path = self._holdings.journal()
        # The receiver is loaded when it is used.
        from openqq_nb.logs.following import follow  # noqa: PLC0415

        def numbers(kind: Kind) -> Callable[[object], Collection[tuple[str, str]]]:
            return lambda who: self._holdings.directory(kind).numbers(who)

        return follow(path, numbers(GROUP), numbers(SENDER))

    def _group(self, who: object) -> Condition:
        try:
            return self._directory(GROUP).condition(who)
        except NotFound as error:
            discusses = self._holdings.read(("discuss", "discuss_id"), Filter(""))
            raise NotFound(f"{error}{discuss_hint(who, discusses)}") from error

    def _sender(self, who: object) -> Condition:
        return self._directory(SENDER).condition(who)

    def _directory(self, kind: Kind) -> Directory:
        return self._holdings.directory(kind)

    def _chosen(self, columns: Sequence[str] | None) -> tuple[str, ...] | None:
        if columns is None:
            return None
        chosen = (columns,) if isinstance(columns, str) else tuple(columns)
        if len(set(chosen)) < len(chosen):
            raise InvalidInput(f"columns={list(chosen)!r} has a column twice. Name each once.")
        unknown = [name for name in chosen if name not in MESSAGES.names]
        if unknown and (missing := set(unknown) - set(known := self._holdings.others())):
            raise InvalidInput(
                f"The messages of this log have no column {', '.join(map(repr, sorted(missing, key=str)))}. There are:"
                + listed([", ".join((*MESSAGES.names, *known))])
            )
        return chosen

    def _span(self) -> str:
        first, last = self._holdings.span()
        if first is None or last is None or pd.isna(first):
            return ""
        return f", {first:%Y-%m-%d} to {last:%Y-%m-%d},"

    @cached_property
    def _events(self) -> Frame:
        return to_pandas(self._holdings.events())
