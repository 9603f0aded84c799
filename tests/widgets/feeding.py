"""A feed without a browser: an inbox's frames that a test fills, and a page that takes what the kernel tells."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pandas as pd

from openqq_nb.filtering import Filter, compiled
from openqq_nb.inbox.frames import Frames, Line
from openqq_nb.inbox.watched import Watched
from openqq_nb.journal import Journal
from openqq_nb.messages import complete
from openqq_nb.models import Arrival, Cell, Delivery, Outgoing, Receipt, RecipientType, Row
from openqq_nb.segments import Content, plain
from openqq_nb.widgets.composer.draft import Draft
from openqq_nb.widgets.feed.bar import Bar
from openqq_nb.widgets.feed.pulse import Pulse
from openqq_nb.widgets.feed.reply import Reply
from openqq_nb.widgets.feed.source import Mute, Source, Standing, Watcher, Ways
from openqq_nb.widgets.feed.talk import Talk
from openqq_nb.widgets.parts import View

NOON_S = 1_780_000_000.0
LOGIN = "login-now"
EVERYBODY: frozenset[RecipientType] = frozenset({"friend", "group", "discuss", "session"})

_prints = count()


def message(content: str | None = "你好", at: float = 0.0, **cells: Any) -> Row:
    """A friend's message, so many seconds after some noon."""
    friend: Row = {
        "type": "message",
        "msg_class": "recv",
        "sender": "橙子",
        "sender_qq": "9900000101",
        "sender_id": "2457053901",
        "receiver_qq": "9900000100",
        "msg_id": "1",
        "login": LOGIN,
    }
    when = {"msg_time": NOON_S + at, "received_at": NOON_S + at}
    return complete({**friend, **when, "content": content, **cells})


def in_group(content: str = "你好", at: float = 0.0, number: str = "1", **cells: Any) -> Row:
    place: dict[str, Cell] = {"group": f"群{number}", "gnumber": number, "group_id": f"id{number}"}
    return message(content, at, **{"type": "group_message", **place, **cells})


def own(content: str = "好的", at: float = 0.0, **cells: Any) -> Row:
    us: dict[str, Cell] = {"sender": "小机", "sender_qq": "9900000100", "sender_id": "77"}
    friend: dict[str, Cell] = {"receiver": "橙子", "receiver_qq": "9900000101"}
    return message(content, at, **{"msg_class": "send", "delivery": "accepted", **us, **friend, **cells})


@dataclass
class Account:
    """Who answers; keeps what was sent."""

    reaches: frozenset[RecipientType]
    sent: list[tuple[Row, Content]] = field(default_factory=list)

    def later(self, row: Row) -> Callable[[Content], Receipt]:
        def send(content: Content) -> Receipt:
            self.sent.append((row, content))
            return Receipt(True, 0, "发送成功", "1", None, Delivery.SENT, "sent")

        return send

    def ways(self) -> Ways:
        return Ways(self.later, lambda content: Outgoing(plain(content), (), ()), self.reaches, lambda: LOGIN)


class Stage:
    """A source with what stands behind it."""

    def __init__(
        self,
        most: int = 1000,
        answers: bool = True,
        reaches: frozenset[RecipientType] = EVERYBODY,
        **filters: object,
    ) -> None:
        self.frames = Frames(Journal.open(None))
        self.others = Watched()
        self.account = Account(reaches)
        self.standing = Standing("listening", "http://127.0.0.1:5011/…")
        self.mutes: list[Mute] = []
        self.login_code = False
        self.ticks: list[Callable[[], None]] = []
        self.now_s = 0.0
        self.lines: list[Line] = []
        self.keep: Filter = compiled(filters, {})
        self.source = Source(
            messages=self.frames.messages,
            events=self.frames.events,
            keep=self.keep,
            watch=self._watch,
            unwatch=self._unwatch,
            changes=lambda: self.frames.watched.changes,
            standing=lambda: self.standing,
            mutes=lambda: self.mutes,
            login_code=lambda: self.login_code,
            ticks=self.ticks,
            ways=self.account.ways() if answers else None,
        )
        self.talk = Talk(self.source, most, lambda: self.now_s)
        self.bar = Bar(self.source)
        self.draft = Draft()
        self.reply = Reply(self.source, self.draft)
        self.pulse = Pulse(self.source, self.talk, self.bar)

    @property
    def watchers(self) -> int:
        return len(self.frames.watched) + len(self.others)

    def comes(self, *rows: Row) -> None:
        for row in rows:
            line = Line.of(Arrival("message", row, f"print {next(_prints)}"))
            self.frames.show(line)
            self.lines.append(line)

    def happens(self, event: str, at: float = 0.0, **cells: Cell) -> None:
        row = {"event": event, "received_at": NOON_S + at, "params": "[]", **cells}
        self.frames.show(Line.of(Arrival("event", row, f"print {next(_prints)}")))

    def changes(self, position: int, **cells: Cell) -> None:
        self.frames.change(self.lines[position], cells)

    def df(self) -> pd.DataFrame:
        return self.frames.messages.frame()

    def close(self) -> None:
        for part in (self.pulse, self.talk, self.bar, self.reply, self.draft):
            part.close()

    def _watch(self, watcher: Watcher) -> None:
        self.frames.watched.add(watcher)
        self.others.add(watcher)

    def _unwatch(self, watcher: Watcher) -> None:
        self.frames.watched.drop(watcher)
        self.others.drop(watcher)


class Page:
    """What a browser has: it says hello, takes what is told, and answers batches, or does not."""

    def __init__(self, answers: bool = True) -> None:
        self.answers = answers
        self.lines: dict[int, View] = {}
        self.chats: dict[str, View] = {}
        self.notes: dict[str, View] = {}
        self.state: View = {}
        self.bar: View = {}
        self.told = 0
        self.batches: list[int] = []
        self.problems: list[View] = []

    def says_hello(self, stage: Stage) -> "Page":
        stage.pulse.view()
        self._take_talk(stage.talk.view())
        self.bar = stage.bar.view()
        return self

    def take(self, part: str, view: Mapping[str, Any]) -> None:
        self.told += 1
        if part == "talk":
            self._take_talk(view)
        elif part == "bar":
            self.bar = dict(view)
        elif "batch" in view:
            self.batches.append(view["batch"])
        else:
            self.problems.append(view["problem"])

    def answered(self) -> list[int]:
        """The batches that it answers now; one that does not answer may do so later."""
        if not self.answers:
            return []
        batches, self.batches = self.batches, []
        return batches

    @property
    def order(self) -> list[int]:
        return sorted(self.lines, key=lambda n: (self.lines[n]["t"], n))

    @property
    def texts(self) -> list[str]:
        return [self.lines[n]["text"] for n in self.order]

    @property
    def sentences(self) -> list[str]:
        return [note["text"] for note in sorted(self.notes.values(), key=lambda note: note["t"])]

    def _take_talk(self, view: Mapping[str, Any]) -> None:
        if view.get("anew"):
            self.lines, self.chats, self.notes, self.state = {}, {}, {}, {}
        for n in view.get("drop", ()):
            del self.lines[n]
        self.lines |= {line["n"]: line for line in view.get("lines", ())}
        if "from" in view:
            first = view["from"]
            keep = [n for n in self.lines if first and [self.lines[n]["t"], n] >= first]
            self.lines = {n: self.lines[n] for n in keep}
        for name in ("chats", "notes"):
            there: dict[str, View] = getattr(self, name)
            for key in view.get(f"{name}_drop", ()):
                del there[key]
            there |= view.get(name, {})
        known = {"anew", "drop", "lines", "chats", "chats_drop", "notes", "notes_drop"}
        self.state |= {key: value for key, value in view.items() if key not in known}


class Pages:
    """All open pages of a feed; what is told reaches each of them."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.open: list[Page] = []
        for name, part in (("pulse", stage.pulse), ("talk", stage.talk), ("bar", stage.bar)):
            part.attach(self._teller(name), part.lock)

    def opened(self, answers: bool = True) -> Page:
        page = Page(answers).says_hello(self.stage)
        self.open.append(page)
        return page

    def beat(self) -> None:
        """What the coalescer does when there is something new, and the answers of the pages."""
        self.stage.pulse.beat()
        self.answer()

    def answer(self) -> None:
        for page in self.open:
            for batch in page.answered():
                self.stage.pulse.answer(batch)

    def _teller(self, name: str) -> Callable[[View], None]:
        def tell(view: View) -> None:
            for page in self.open:
                page.take(name, view)

        return tell


def opened(most: int = 1000, answers: bool = True, **filters: object) -> tuple[Stage, Pages, Page]:
    """A feed with one open page."""
    stage = Stage(most, answers, EVERYBODY, **filters)
    pages = Pages(stage)
    return stage, pages, pages.opened()
