"""When a feed looks, and when it rests: at most five times a second, and never for pages that do not answer."""

import weakref
from collections.abc import Callable, Collection, Mapping

from openqq_nb.widgets.coalescer import Coalescer
from openqq_nb.widgets.feed.bar import Bar
from openqq_nb.widgets.feed.source import Source
from openqq_nb.widgets.feed.talk import Talk
from openqq_nb.widgets.parts import Action, Part, View
from openqq_nb.widgets.problems import described

MOST_UNANSWERED = 2


class Pulse(Part):
    """Hears of news, and has the other parts look.

    What was told ends with the number of the batch, which pages send back when they have drawn it. After two batches
    that no page has answered it hears of nothing any more, until one answers after all, or a new one says hello.

    Args:
        source: tells of news.
        talk: the messages.
        bar: how the inbox is doing.
    """

    def __init__(self, source: Source, talk: Talk, bar: Bar) -> None:
        super().__init__()
        self._source = source
        self._looks: tuple[Callable[[], bool], ...] = (talk.look, bar.look)
        self._talk = talk
        self._coalescer = Coalescer(self.beat)
        self._batch = self._answered = 0
        self._awake = self._closed = self._failed = False
        self._changes = source.changes()
        source.ticks.append(self._coalescer.poll)
        # Also when nobody closes it and it is only forgotten.
        self._tick_no_more = weakref.finalize(self, source.ticks.remove, self._coalescer.poll)
        self._tick_no_more.atexit = False

    @property
    def actions(self) -> Mapping[str, Action]:
        """What a page may ask for."""
        return {"answer": self.answer}

    @property
    def awake(self) -> bool:
        """Whether it hears of news."""
        return self._awake

    def view(self) -> View:
        """Begin anew, for a page that has just been opened."""
        with self.lock:
            self._answered = self._batch
            self._wake()
            return {"batch": self._batch}

    def answer(self, batch: int) -> None:
        """Take note that a page has drawn a batch."""
        with self.lock:
            self._answered = max(self._answered, min(batch, self._batch))
            self._wake()

    def mark(self) -> None:
        """Take note that there is something new; called on any thread."""
        self._coalescer.mark()

    def changed(self, position: int, columns: Collection[str]) -> None:
        """Take note that a message has changed; called on any thread."""
        self._talk.changed(position, columns)
        self._coalescer.mark()

    def beat(self) -> None:
        """Tell the pages what is new, unless nobody answers."""
        with self.lock:
            if not self._awake:
                return
            if self._batch - self._answered >= MOST_UNANSWERED:
                self._rest()
                return
            if self._look():
                # Counted only once it is told: pages could never answer one that they do not know of.
                self.publish({"batch": self._batch + 1})
                self._batch += 1
            if self._talk.owes:
                self._coalescer.mark()

    def close(self) -> None:
        """Hear of nothing any more."""
        with self.lock:
            if self._awake:
                self._rest()
            self._closed = True
            self._tick_no_more()
        super().close()

    def _look(self) -> bool:
        """Have the parts look; gives whether one told something."""
        told = False
        try:
            for look in self._looks:
                told = look() or told
        except Exception as error:  # noqa: BLE001 - nobody else could show it: no action of a person led here
            self.publish({"problem": described(error)})
            # Once more, as news may not come for long; not for ever, as it may fail each time.
            if not self._failed:
                self._coalescer.mark()
            self._failed = True
        else:
            self._failed = False
        return told

    def _rest(self) -> None:
        # Before it hears of nothing: better one change met twice than one never.
        self._changes = self._source.changes()
        self._awake = False
        self._source.unwatch(self)

    def _wake(self) -> None:
        if self._awake or self._closed:
            return
        # Awake only once all of this is done: where it was broken off, the next answer does it again.
        self._source.watch(self)
        if self._source.changes() != self._changes:
            self._talk.missed()
        self._coalescer.mark()
        self._awake = True
