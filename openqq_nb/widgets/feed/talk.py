"""The messages of a feed, with what a person does to see other ones: filter, pause, events."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from openqq_nb.errors import InvalidInput
from openqq_nb.languages import Words
from openqq_nb.widgets.feed.changes import changes
from openqq_nb.widgets.feed.chats import NAMED_BY, Chats
from openqq_nb.widgets.feed.lines import lines, whole_text
from openqq_nb.widgets.feed.notes import Notes
from openqq_nb.widgets.feed.sifting import Sieve
from openqq_nb.widgets.feed.source import Source
from openqq_nb.widgets.feed.window import MOST, Window
from openqq_nb.widgets.feed.words import FILTER
from openqq_nb.widgets.parts import Action, Part, View

MOST_CHARACTERS = 1_000
"""A text to filter by may be so long; the search itself refuses some that are much longer."""

RECOUNT_S = 5.0
"""All messages are counted anew by their chats not more often than this, since that takes long with very many."""

_words = Words(FILTER)


class Talk(Part):
    """The last messages that pass, the sentences between them, and what is counted.

    It knows what the pages have, and tells them what is different now, whenever it looks. All pages have the same.
    Where that was broken off, by an error or by the person, it is not certain what they have, so all is told anew.

    Args:
        source: what is shown.
        most: how many messages at most.
        clock: counts seconds.
    """

    def __init__(self, source: Source, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._source = source
        self._clock = clock
        self._window = Window(source.messages, source.keep, most)
        self._chats = Chats(source.messages)
        self._notes = Notes(source)
        # Set before the change itself is noted, so that nothing is left uncounted.
        self._renamed = False
        self._counted_s = float("-inf")
        self._missed = False
        self._certain = True
        self._version = 0
        # What the pages have.
        self._lines: dict[int, View] = {}
        self._state: View = {}
        self._told: dict[str, dict[str, View]] = {"chats": {}, "notes": {}}

    @property
    def actions(self) -> Mapping[str, Action]:
        """What a page may ask for."""
        return {
            "filter": self.filter,
            "clear": self.clear,
            "pause": self.pause,
            "events": self.events,
            "whole": self.whole,
        }

    @property
    def owes(self) -> bool:
        """Whether it has to look again although nothing more happens."""
        return self._renamed

    def view(self) -> View:
        """Give all that a page needs which has just been opened."""
        self.look()
        return {**self._state, "lines": list(self._lines.values()), **self._told}

    def changed(self, position: int, columns: Collection[str]) -> None:
        """Take note that a message has changed; called on any thread."""
        if self._source.keep.tests or not NAMED_BY.isdisjoint(columns):
            self._renamed = True
        self._window.note_change(position)

    def missed(self) -> None:
        """Take note that there were changes that nobody told of."""
        self._missed = True

    def look(self) -> bool:
        """Take in what is new, and tell the pages; gives whether there was something to tell."""
        with self.lock:
            if not self._certain:
                self._lines, self._state, self._told = {}, {}, {"chats": {}, "notes": {}}
                self._missed = True
            with self._whole():
                again, self._missed = self._missed, False
                recount = self._is_due(at_once=again)
                return self._tell(self._looked(again=again), recount=recount)

    def filter(self, chat: str | None = None, person: str | None = None, text: str | None = None) -> None:
        """Show other messages.

        Args:
            chat: only those of one chat, by its `chat_key`; empty for all.
            person: only those of writers whose name or number has all these words in it; also pinyin initials.
            text: only those that have all these words in them.
        """
        with self.lock:
            self.look()
            was = self._window.sieve
            sieve = Sieve(_chosen(chat, was.chat), _chosen(person, was.person), _chosen(text, was.text))
            with self._whole():
                self._window.sift(sieve)
                self._version += 1
                self._tell()

    def clear(self) -> None:
        """Show all messages again."""
        self.filter("", "", "")

    def pause(self, on: bool) -> None:
        """Hold what comes, and count it; or show it."""
        with self.lock:
            self.look()
            with self._whole():
                self._window.hold(on)
                self._tell()

    def events(self, on: bool) -> None:
        """Show events between the messages, or not."""
        with self.lock:
            self.look()
            with self._whole():
                self._notes.events = on
                self._tell()

    def whole(self, n: int) -> View:
        """Give the whole text of a message that is too long to be shown at once."""
        with self.lock:
            if n not in self._lines:
                raise InvalidInput(f"There is no message {n} on the page. Filter for it first.")
            return {"whole": {"n": n, "text": whole_text(self._source.messages, n)}}

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Do something that is told to its end, or all is told anew at the next look."""
        self._certain = False
        yield
        self._certain = True

    def _looked(self, *, again: bool) -> Collection[int]:
        """Take in what is new, or everything again; gives the messages that may be other ones than before."""
        if not again:
            return self._window.look()
        self._window.start_over()
        again_all: list[int] = self._window.positions.tolist()
        return again_all

    def _is_due(self, *, at_once: bool) -> bool:
        """Tell whether all is to be counted anew now."""
        now_s = self._clock()
        if not at_once and not (self._renamed and now_s - self._counted_s >= RECOUNT_S):
            return False
        # Before it is counted: who is renamed meanwhile is counted once more.
        self._renamed, self._counted_s = False, now_s
        return True

    def _tell(self, changed: Collection[int] = (), *, recount: bool = False) -> bool:
        """Hand the pages what is different from what they have; gives whether anything is."""
        self._chats.look(self._window.belongs, recount=recount)
        lines_now, beside = self._lines_now(changed), self._beside()
        state = self._counted(lines_now)
        news = self._new_lines(lines_now)
        for name, wanted in beside.items():
            put, drop = changes(self._told[name], wanted)
            news |= ({name: put} if put else {}) | ({f"{name}_drop": drop} if drop else {})
        news |= {key: value for key, value in state.items() if self._state.get(key) != value}
        if news:
            self.publish(news if self._state else {"anew": True, **news})
        self._lines, self._told, self._state = lines_now, beside, state
        return bool(news)

    def _lines_now(self, changed: Collection[int]) -> dict[int, View]:
        """Give the lines that the pages are to have, in order; those of messages that changed are made anew."""
        window = self._window.positions.tolist()
        again = set(changed)
        there = self._lines
        made = lines(self._source.messages, [n for n in window if n not in there or n in again], window)
        return {n: made[n] if n in made else there[n] for n in window}

    def _new_lines(self, lines_now: Mapping[int, View]) -> View:
        """Tell which lines the pages do not have; what is before the first one they drop by themselves."""
        there = self._lines
        put, drop = changes(there, lines_now)
        first = next((_order(line) for line in lines_now.values()), None)
        drop = [n for n in drop if first is None or _order(there[n]) > first]
        return ({"lines": list(put.values())} if put else {}) | ({"drop": drop} if drop else {})

    def _beside(self) -> dict[str, dict[str, View]]:
        sieve = self._window.sieve
        return {"chats": self._chats.view(sieve.chat), "notes": self._notes.view(sieve)}

    def _counted(self, lines_now: Mapping[int, View]) -> View:
        window, sieve = self._window, self._window.sieve
        first = next(iter(lines_now.values()), None)
        return {
            "from": _order(first) if first else None,
            "hits": window.hits,
            "all": window.all,
            "held": window.held,
            "held_all": window.held_all,
            "paused": window.paused,
            "events": self._notes.events,
            "filter": {"chat": sieve.chat, "person": sieve.person, "text": sieve.text},
            "version": self._version,
            "more_chats": self._chats.left_out,
        }


def _order(line: View) -> list[int]:
    return [line["t"], line["n"]]


def _chosen(text: str | None, was: str) -> str:
    """Take what was typed; half of a surrogate pair is in no message."""
    if text is None:
        return was
    if not isinstance(text, str):
        raise InvalidInput(_words("filter_no_text", kind=type(text).__name__))
    if len(text) > MOST_CHARACTERS:
        raise InvalidInput(_words("filter_too_long", count=len(text), most=MOST_CHARACTERS))
    return text.encode("utf-8", "ignore").decode()
