"""The messages of a feed, with what a person does to see other ones: filter, pause, events."""

from collections.abc import Collection, Mapping

from openqq_nb.errors import InvalidInput
from openqq_nb.widgets.feed.changes import changes
from openqq_nb.widgets.feed.chats import NAMED_BY, Chats
from openqq_nb.widgets.feed.lines import lines, whole_text
from openqq_nb.widgets.feed.notes import Notes
from openqq_nb.widgets.feed.sifting import Sieve
from openqq_nb.widgets.feed.source import Source
from openqq_nb.widgets.feed.window import MOST, Window
from openqq_nb.widgets.parts import Action, Part, View


class Talk(Part):
    """The last messages that pass, the sentences between them, and what is counted.

    It knows what the pages have, and tells them what is different now, whenever it looks. All pages have the same.

    Args:
        source: what is shown.
        most: how many messages at most.
    """

    def __init__(self, source: Source, most: int = MOST) -> None:
        super().__init__()
        self._source = source
        self._window = Window(source.messages, source.keep, most)
        self._chats = Chats(source.messages)
        self._notes = Notes(source)
        # Set before the change itself is noted, so that nothing is left uncounted.
        self._renamed = False
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
    def positions(self) -> list[int]:
        """The messages that pages have, in order."""
        return list(self._lines)

    def view(self) -> View:
        """Give all that a page needs which has just been opened."""
        self.look()
        return {**self._state, "lines": list(self._lines.values()), **self._told}

    def changed(self, position: int, columns: Collection[str]) -> None:
        """Take note that a message has changed; called on any thread."""
        if self._source.keep.tests or not NAMED_BY.isdisjoint(columns):
            self._renamed = True
        self._window.note_change(position)

    def start_over(self) -> None:
        """Take in everything again, after changes that nobody told of."""
        with self.lock:
            self._window.start_over()
            self._tell(self._window.positions.tolist(), recount=True)

    def look(self) -> bool:
        """Take in what is new, and tell the pages; gives whether there was something to tell."""
        with self.lock:
            recount, self._renamed = self._renamed, False
            return self._tell(self._window.look(), recount=recount)

    def filter(self, chat: str | None = None, person: str | None = None, text: str | None = None) -> None:
        """Show other messages.

        Args:
            chat: only those of one chat, by its `chat_key`; empty for all.
            person: only those of writers whose name or number has all these words in it.
            text: only those that have all these words in them.
        """
        with self.lock:
            self.look()
            was = self._window.sieve
            self._window.sift(
                Sieve(_chosen(chat, was.chat), _chosen(person, was.person), _chosen(text, was.text))
            )
            self._version += 1
            self._tell()

    def clear(self) -> None:
        """Show all messages again."""
        self.filter("", "", "")

    def pause(self, on: bool) -> None:
        """Hold what comes, and count it; or show it."""
        with self.lock:
            self.look()
            self._window.hold(on)
            self._tell()

    def events(self, on: bool) -> None:
        """Show events between the messages, or not."""
        with self.lock:
            self._notes.events = on
            self._tell()

    def whole(self, n: int) -> View:
        """Give the whole text of a message that is too long to be shown at once."""
        with self.lock:
            if n not in self._lines:
                raise InvalidInput(f"There is no message {n} on the page. Filter for it first.")
            return {"whole": {"n": n, "text": whole_text(self._source.messages, n)}}

    def _tell(self, changed: Collection[int] = (), *, recount: bool = False) -> bool:
        """Hand the pages what is different from what they have; gives whether anything is."""
        self._chats.look(self._window.belongs, recount=recount)
        news = self._new_lines(changed)
        for name, wanted in self._beside().items():
            put, drop = changes(self._told[name], wanted)
            self._told[name] = wanted
            news |= ({name: put} if put else {}) | ({f"{name}_drop": drop} if drop else {})
        state = self._counted()
        news |= {key: value for key, value in state.items() if self._state.get(key) != value}
        self._state = state
        if news:
            self.publish(news)
        return bool(news)

    def _new_lines(self, changed: Collection[int]) -> View:
        """Make the lines that the pages do not have; what is before the first one they drop by themselves."""
        window = self._window.positions.tolist()
        again = set(changed)
        there = self._lines
        made = lines(self._source.messages, [n for n in window if n not in there or n in again], window)
        self._lines = {n: made[n] if n in made else there[n] for n in window}
        put, drop = changes(there, self._lines)
        first = _order(self._lines[window[0]]) if window else None
        drop = [n for n in drop if first is None or _order(there[n]) > first]
        return ({"lines": list(put.values())} if put else {}) | ({"drop": drop} if drop else {})

    def _beside(self) -> dict[str, dict[str, View]]:
        sieve = self._window.sieve
        return {"chats": self._chats.view(sieve.chat), "notes": self._notes.view(sieve)}

    def _counted(self) -> View:
        window, sieve = self._window, self._window.sieve
        first = next(iter(self._lines.values()), None)
        return {
            "from": _order(first) if first else None,
            "hits": window.hits,
            "all": window.all,
            "held": window.held,
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
    return was if text is None else text.encode("utf-8", "ignore").decode()
