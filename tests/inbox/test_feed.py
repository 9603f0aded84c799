"""What a running inbox tells its feed."""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import openqq_nb as oq
from openqq_nb.inbox.message import Message
from openqq_nb.inbox.stats import Counters
from openqq_nb.inbox.watched import Watched
from openqq_nb.models import Reply
from openqq_nb.widgets.feed import Feed
from openqq_nb.widgets.feed.pulse import Pulse
from tests.inbox.desk import Desk, group_message, listening, message

PATIENCE_S = 10.0


class Marked:
    """Counts what it is told."""

    def __init__(self) -> None:
        self.marks = 0
        self.positions: list[int] = []
        self.told = threading.Event()
        self.sees: Callable[[], bool] = lambda: True
        self.seen: list[bool] = []

    def mark(self) -> None:
        self.marks += 1
        self.seen.append(self.sees())
        self.told.set()

    def changed(self, position: int, columns: Any) -> None:
        self.positions.append(position)
        self.mark()


class Screen:
    """The only page of a feed: it has what the parts show, and answers each batch."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.lines: dict[int, dict[str, Any]] = {}
        self.bar: dict[str, Any] = {}
        self.notes: dict[str, Any] = {}
        # What goes over the wire to a browser.
        setattr(feed, "send", self._take)  # noqa: B010 - mypy does not let a method be replaced
        feed._heard(feed, {"hello": "screen"}, None)

    def looks(self) -> "Screen":
        pulse = self.feed._parts["pulse"]
        assert isinstance(pulse, Pulse)
        pulse.beat()
        return self

    @property
    def texts(self) -> list[str]:
        return [self.lines[n]["text"] for n in sorted(self.lines)]

    def _take(self, content: dict[str, Any], buffers: object = None) -> None:
        shown = content.get("views") or {content.get("part"): content.get("show", {})}
        talk = shown.get("talk", {})
        self.lines |= {line["n"]: line for line in talk.get("lines", ())}
        self.notes |= talk.get("notes", {})
        self.bar |= shown.get("bar", {})
        batch = shown.get("pulse", {}).get("batch")
        if batch and "part" in content:
            self.feed._heard(self.feed, {"part": "pulse", "do": "answer", "with": {"batch": batch}}, None)


@contextmanager
def fed(**filters: object) -> Iterator[tuple[Desk, Screen]]:
    with listening() as desk:
        feed = desk.inbox.feed(**filters)
        yield desk, Screen(feed)
        feed.close()


def test_a_message_that_is_posted_is_shown_and_so_is_what_becomes_of_a_send() -> None:
    with fed() as (desk, screen):
        desk.post(message("早"))
        assert screen.looks().texts == ["早"]


def test_the_filters_of_a_feed_are_those_of_handlers() -> None:
    with fed(contains="早") as (desk, screen):
        desk.post(message("早"))
        desk.post(message("晚"))
        assert screen.looks().texts == ["早"]
    with listening() as desk, pytest.raises(oq.InvalidInput):
        desk.inbox.feed(nothing="of that name")


def test_numbers_that_are_learnt_are_told() -> None:
    with listening() as desk:
        watcher = Marked()
        desk.inbox._frames.watched.add(watcher)
        desk.account.learns = {"555": "9900000777"}
        desk.post(message(sender_id="555", sender_qq=None))
        desk.account.refreshed.acquire(timeout=PATIENCE_S)
        end = threading.Event()
        while not watcher.positions and not end.wait(0.01):
            pass
        assert watcher.positions[0] == 0


def test_a_failing_handler_is_shown_without_being_told_to_a_cell() -> None:
    with fed() as (desk, screen):

        @desk.inbox.on_message
        def broken(message: Message) -> str:
            raise ValueError("坏了")

        desk.post(message())
        (trouble,) = screen.looks().bar["troubles"]
        assert "broken" in trouble["title"]
        assert "坏了" in trouble["detail"]
        with pytest.warns(oq.HandlerWarning):
            _ = desk.inbox.df


def test_a_mute_of_a_handler_is_shown() -> None:
    with fed() as (desk, screen):

        @desk.inbox.on_message
        def guard(message: Message) -> Reply:
            return Reply("安静", shutup=True, shutup_time=600)

        desk.post(group_message())
        (note,) = screen.looks().notes.values()
        assert "guard" in note["text"]
        assert "600" in note["text"]


def test_refused_posts_are_shown() -> None:
    with fed() as (desk, screen):
        desk.http.post(desk.inbox.url + "x", content=b"{}", headers={"Content-Type": "application/json"})
        desk.post(b"no json")
        assert len(screen.looks().bar["troubles"]) == 2


def test_an_inbox_that_was_stopped_says_so() -> None:
    with fed() as (desk, screen):
        assert screen.bar["live"]
        desk.inbox.stop()
        assert not screen.looks().bar["live"]


def test_who_looks_is_told_once_the_inbox_has_stopped() -> None:
    with listening() as desk:
        receiver = desk.inbox._receiver
        watcher = Marked()
        watcher.sees = lambda: receiver.stopped
        receiver.watched.add(watcher)
        desk.inbox.stop()
        assert watcher.seen[-1:] == [True]


def test_who_looks_is_told_of_an_error_of_a_thread_of_ours_and_sees_it() -> None:
    watcher = Marked()
    counters = Counters(watcher.mark)
    watcher.sees = lambda: bool(counters.shown(0).errors)
    counters.fail("storing", ValueError("full"))
    assert watcher.seen == [True]


def test_who_looks_is_told_that_a_failed_handler_was_replaced_and_sees_it() -> None:
    with listening() as desk:
        receiver = desk.inbox._receiver
        watcher = Marked()
        watcher.sees = lambda: receiver.handlers.failures() == []
        with pytest.warns(oq.HandlerWarning):

            @desk.inbox.on_message
            def broken(message: Message) -> str:
                raise ValueError("坏了")

            desk.post(message())
            _ = desk.inbox.df
        receiver.watched.add(watcher)

        def mended(message: Message) -> None:
            return None

        mended.__name__ = "broken"
        desk.inbox.on_message(mended)
        assert watcher.seen == [True]


def test_a_hundred_feeds_leave_no_watcher_no_tick_and_no_thread() -> None:
    with listening() as desk:
        threads = threading.active_count()
        for _ in range(100):
            feed = desk.inbox.feed()
            Screen(feed)
            feed.close()
        inbox = desk.inbox
        assert len(inbox._frames.watched) == len(inbox._receiver.watched) == 0
        assert inbox.ticks == []
        assert threading.active_count() == threads


def test_a_feed_goes_on_while_a_cell_waits() -> None:
    with fed() as (desk, screen):
        thread = threading.Thread(target=lambda: desk.post(message("早")))
        thread.start()
        desk.inbox.wait(1, timeout=PATIENCE_S)
        thread.join()
        with pytest.raises(oq.TimedOut):
            desk.inbox.wait(1, timeout=0.5)
        assert screen.texts == ["早"]


def test_a_terminal_is_told_what_to_type_instead_and_no_name() -> None:
    with fed() as (desk, screen):
        desk.post(message("早"))
        assert "inbox.df" in repr(screen.looks().feed)
        assert "橙子" not in repr(screen.feed)


def test_nothing_of_a_message_is_in_what_a_notebook_keeps() -> None:
    with fed() as (desk, screen):
        desk.post(message("早"))
        screen.looks()
        assert not any(word in str(screen.feed.get_state()) for word in ("橙子", "早", "9900000101"))


def test_whoever_watches_is_held_weakly_and_told_once() -> None:
    watched, watcher = Watched(), Marked()
    watched.add(watcher)
    watched.add(watcher)
    watched.mark()
    watched.changed(3, {"sender"})
    assert (watcher.marks, watcher.positions, len(watched), watched.changes) == (2, [3], 1, 1)
    del watcher
    gc.collect()
    watched.mark()
    assert len(watched) == 0


def test_whoever_looks_no_more_is_told_nothing() -> None:
    watched, watcher, other = Watched(), Marked(), Marked()
    watched.add(watcher)
    watched.add(other)
    watched.drop(watcher)
    watched.mark()
    assert (watcher.marks, other.marks) == (0, 1)
