"""A log: one or several journals as frames, in order of time and without doubles."""

import os
from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from openqq_nb import filtering, records
from openqq_nb.columns import Frame, to_pandas
from openqq_nb.database import open_readonly
from openqq_nb.errors import InvalidInput, listed
from openqq_nb.filtering import Condition
from openqq_nb.logs import reading
from openqq_nb.logs.people import GROUP, SENDER, Kind, directory
from openqq_nb.logs.reading import Wanted
from openqq_nb.models import Row
from openqq_nb.scanning import PATIENCE_S
from openqq_nb.schema import EVENTS, MESSAGES, PROBLEMS

if TYPE_CHECKING:
    from openqq_nb.inbox import Inbox


def open_log(*paths: str | os.PathLike[str]) -> "Log":
    """Open journals for reading; nothing is ever written to them.

    Args:
        paths: one or more journals; a message that several of them hold is there once.

    Returns:
        A `Log`: messages in `df`, events in `events`, what could not be read in `problems`.

    Raises:
        JournalFailed: a file is not there, or is no journal; the error tells what it begins with.
        InvalidInput: no path was given.

    Example:
        >>> import tempfile
        >>> import openqq_nb as oq
        >>> my = oq.demo()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with my.listen(journal=f"{folder}/messages.db") as inbox:
        ...         message = my.simulator.say("小灰", "在吗？")
        ...         received = inbox.wait(1, timeout=10)
        ...     oq.open_log(f"{folder}/messages.db").df["content"].tolist()
        ['在吗？']
    """
    if not paths:
        raise InvalidInput(
            'No log can be opened.\nNo path was given.\nName a journal: `oq.open_log("messages.db")`.'
        )
    log = Log([_checked(path) for path in paths])
    for path in log.paths:
        with open_readonly(path, scan_timeout_s=PATIENCE_S):
            pass
    return log


def _checked(path: object) -> Path:
    if isinstance(path, str | os.PathLike) and str(path):
        return Path(path).expanduser()
    raise InvalidInput(
        f'No log can be opened.\n{path!r} is no path of a file.\nName a journal: `oq.open_log("messages.db")`.'
    )


class Log:
    """A read-only view of journals as they were when they were first looked at.

    Args:
        paths: files that hold journals.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = tuple(paths)

    def __len__(self) -> int:
        return len(self._messages)

    def __repr__(self) -> str:
        where = self.paths[0].name if len(self.paths) == 1 else f"{len(self.paths)} journals"
        many = "" if len(self) == 1 else "s"
        return f"<Log of {len(self):,} message{many}{_span(self._messages)} from {where}>"

    @property
    def df(self) -> Frame:
        """The messages in order of `msg_time`, then of arrival.

        Returns:
            `schema.MESSAGES`, then unknown keys; a RangeIndex, one row a message. A new frame at each access.
        """
        return self._messages.copy(deep=False)

    @property
    def events(self) -> Frame:
        """The events in order of arrival: `schema.EVENTS`, then unknown keys; one row an event."""
        return self._events.copy(deep=False)

    @property
    def problems(self) -> Frame:
        """The posts that could not be read, in order of arrival: `received_at`, `why`, `body`."""
        posts = [post for path in self.paths for post in _problems(path)]
        posts.sort(key=lambda post: post.received_at)
        rows: list[Row] = [
            {
                "received_at": post.received_at,
                "why": post.why,
                "body": post.body.decode("utf-8", "backslashreplace"),
            }
            for post in posts
        ]
        return PROBLEMS.frame(PROBLEMS.table(rows))

    def read(
        self,
        columns: Sequence[str] | None = None,
        since: object = None,
        until: object = None,
        **filters: object,
    ) -> Frame:
        """Read only some messages, or some of their columns: faster than `df`, and in less memory.

        Args:
            columns: which columns, in this order, unknown keys of `df` among them; None means all of them.
            since: that moment or later, by `msg_time`: a datetime, or a text such as `2026-11-17 09:30`, of
                Asia/Shanghai unless it says otherwise.
            until: before that moment.
            filters: as for `inbox.on_message`: `contains` (a text, or a list of which one is in the content), `matches`
                (regular expressions), `group` and `sender` (a name, number or row, or a list; looked up among those
                that the messages of this log name), or any column with a value or a list of values.

        Returns:
            What the same filters would leave of `df`, as the files are now: one row a message in order of `msg_time`,
            then of arrival; a RangeIndex.

        Raises:
            InvalidInput: a column that does not exist, or a value that it cannot have.
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
        keep = filtering.compiled({**bounds, **filters}, {"group": self._group, "sender": self._sender})
        return to_pandas(
            reading.read(self.paths, Wanted(MESSAGES, self._chosen(columns), keep.clause, keep.rest))
        )

    def follow(self) -> "Inbox":
        """Open a live inbox over the journal, which another program fills, such as `openqq-nb collect`.

        Returns:
            An `Inbox` that shows what the journal holds and what comes. Its handlers are called with new messages,
            but there is no account that could answer. Stop it with `stop()`, or use it as a context manager.

        Raises:
            InvalidInput: the log is made of several files.
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
        if len(self.paths) > 1:
            raise InvalidInput(
                f"Only one journal can be followed; this log is made of {len(self.paths)} files. Open one of them: "
                f"`oq.open_log({str(self.paths[0])!r}).follow()`."
            )
        # The receiver is loaded when it is used.
        from openqq_nb.logs.following import follow  # noqa: PLC0415

        def numbers(kind: Kind) -> Callable[[object], Collection[tuple[str, str]]]:
            return lambda who: directory(self.paths, kind).numbers(who)

        return follow(self.paths[0], numbers(GROUP), numbers(SENDER))

    def _group(self, who: object) -> Condition:
        return self._named(GROUP, who)

    def _sender(self, who: object) -> Condition:
        return self._named(SENDER, who)

    def _named(self, kind: Kind, who: object) -> Condition:
        return directory(self.paths, kind).condition(who)

    def _chosen(self, columns: Sequence[str] | None) -> tuple[str, ...] | None:
        if columns is None:
            return None
        chosen = (columns,) if isinstance(columns, str) else tuple(columns)
        if len(set(chosen)) < len(chosen):
            raise InvalidInput(f"columns={list(chosen)!r} has a column twice. Name each once.")
        unknown = [name for name in chosen if name not in MESSAGES.names]
        if unknown and (missing := set(unknown) - set(known := reading.unknown_keys(self.paths, MESSAGES))):
            raise InvalidInput(
                f"The messages of this log have no column {', '.join(map(repr, sorted(missing, key=str)))}. There are:"
                + listed([", ".join((*MESSAGES.names, *known))])
            )
        return chosen

    @cached_property
    def _messages(self) -> Frame:
        return to_pandas(reading.read(self.paths, Wanted(MESSAGES)))

    @cached_property
    def _events(self) -> Frame:
        return to_pandas(reading.read(self.paths, Wanted(EVENTS)))


def _span(messages: Frame) -> str:
    times = messages["msg_time"].dropna()
    return f", {times.min():%Y-%m-%d} to {times.max():%Y-%m-%d}," if len(times) else ""


def _problems(path: Path) -> list[records.Aside]:
    with open_readonly(path, scan_timeout_s=PATIENCE_S) as connection:
        return records.aside(connection)
