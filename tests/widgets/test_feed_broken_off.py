"""Whatever is broken off, by the person or by an error: the pages have everything after the next look."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from openqq_nb import widgets
from openqq_nb.errors import InvalidInput
from openqq_nb.widgets.feed.sifting import Sieve
from openqq_nb.widgets.feed.talk import MOST_CHARACTERS
from openqq_nb.widgets.feed.window import Window
from tests.widgets.feeding import Page, Pages, Stage, in_group, message, opened

HERE = Path(widgets.__file__).parent
KEEPING = ("talk", "pulse", "bar", "window", "chats", "notes", "coalescer")
"""The modules that keep something from one look to the next."""


class Stops:
    """Has the person stop a call at each line of some modules, once."""

    def __init__(self, *modules: str) -> None:
        self._files = {str(path) for name in modules for path in HERE.rglob(f"{name}.py")}
        self.seen: set[tuple[str, int]] = set()
        self.over = False

    def stop(self, call: Callable[[], object]) -> None:
        """Call, and stop it at the first line where it was not stopped yet."""
        before = sys.gettrace()
        sys.settrace(self._trace)
        try:
            call()
            self.over = True
        except KeyboardInterrupt:
            self.over = False
        finally:
            sys.settrace(before)

    def __iter__(self) -> Iterator[int]:
        while not self.over:
            yield len(self.seen)

    def _trace(self, frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code.co_filename not in self._files:
            return None
        line = (frame.f_code.co_filename, frame.f_lineno)
        if event == "line" and line not in self.seen:
            self.seen.add(line)
            raise KeyboardInterrupt
        return self._trace


def filled() -> tuple[Stage, Pages, Page]:
    """A feed of which four messages are on a page; much has happened since."""
    stage, pages, page = opened(most=4)
    stage.pulse._coalescer._gap_s = 0
    stage.talk.events(True)
    stage.comes(*[in_group(str(one), one, number="1") for one in range(4)])
    pages.beat()
    stage.comes(in_group("4", 4, number="2"), message("before", -1))
    stage.changes(2, chat_key="group:3", gnumber="3", sender="改名")
    stage.happens("new_friend", 3, displayname="小灰")
    stage.standing = replace(stage.standing, malformed=1)
    return stage, pages, page


def assert_complete(page: Page) -> None:
    assert page.texts == ["1", "2", "3", "4"]
    assert page.lines[2]["sender"] == "改名"
    assert {key: chat["count"] for key, chat in page.chats.items()} == {
        "group:1": 3,
        "group:2": 1,
        "group:3": 1,
        "friend:9900000101": 1,
    }
    assert page.sentences == ["New friend: 小灰."]
    assert (page.state["hits"], page.state["all"]) == (6, 6)
    assert len(page.bar["troubles"]) == 1


def test_a_look_that_is_stopped_at_any_line_loses_nothing() -> None:
    stops = Stops(*KEEPING)
    for _ in stops:
        stage, pages, page = filled()
        stops.stop(stage.pulse._coalescer.poll)
        stage.pulse._coalescer.poll()
        pages.answer()
        assert_complete(page)
        assert stage.pulse._answered == stage.pulse._batch
        stage.close()
    assert len(stops.seen) > 100


def act(stage: Stage) -> None:
    """All that a person does."""
    stage.talk.pause(False)
    stage.talk.filter(text="1")
    stage.talk.events(True)


def test_an_action_that_is_stopped_at_any_line_loses_nothing() -> None:
    stops = Stops("talk")
    for _ in stops:
        stage, pages, page = filled()
        stops.stop(partial(act, stage))
        stage.talk.filter(text="")
        pages.beat()
        assert_complete(page)
        stage.close()


def test_a_page_that_wakes_the_feed_is_told_everything_though_that_is_stopped() -> None:
    stops = Stops("pulse")
    for _ in stops:
        stage, pages, page = filled()
        page.answers = False
        for one in range(5, 8):
            stage.comes(message("old", -one))
            pages.beat()
        assert stage.watchers == 0
        stage.changes(3, sender="neu")
        (batch, *_) = page.batches
        stops.stop(partial(stage.pulse.answer, batch))
        stage.pulse.answer(page.batches[-1])
        assert stage.pulse.awake
        assert stage.watchers == 2
        stage.pulse._coalescer.poll()
        assert page.lines[3]["sender"] == "neu"
        assert page.state["all"] == 9
        stage.close()


def failing(times: int) -> Iterator[bool]:
    yield from [True] * times
    while True:
        yield False


@pytest.mark.parametrize("part", ["_notes", "_chats"])
def test_a_look_that_failed_is_repeated_once_without_any_news(part: str) -> None:
    stage, _, page = filled()
    inner, fails = getattr(stage.talk, part).view, failing(1)

    def view(given: Any) -> Any:
        if next(fails):
            raise ValueError("once")
        return inner(given)

    getattr(stage.talk, part).view = view
    stage.pulse._coalescer.poll()
    assert [problem["detail"] for problem in page.problems] == ["once"]
    stage.pulse._coalescer.poll()
    assert_complete(page)


def test_a_look_that_fails_again_and_again_is_not_repeated_for_ever() -> None:
    stage, _, _ = filled()
    looks = []

    def view(sieve: Sieve) -> Any:
        looks.append(1)
        raise ValueError("always")

    stage.talk._notes.view = view  # type: ignore[method-assign]
    for _ in range(10):
        stage.pulse._coalescer.poll()
    assert len(looks) == 2


@pytest.mark.parametrize("part", ["person", "text", "chat"])
def test_a_filter_that_is_too_long_is_refused_in_words_and_changes_nothing(part: str) -> None:
    stage, pages, page = opened()
    stage.comes(message("早"))
    pages.beat()
    with pytest.raises(InvalidInput, match=str(MOST_CHARACTERS)):
        stage.talk.filter(**{part: "x" * (MOST_CHARACTERS + 1)})
    stage.talk.filter(text="早" * MOST_CHARACTERS)
    assert page.texts == []
    stage.talk.clear()
    assert page.texts == ["早"]


@pytest.mark.parametrize("value", [5, ["x"], {}, True])
def test_a_filter_that_is_no_text_is_refused_and_changes_nothing(value: Any) -> None:
    stage, pages, _ = opened()
    stage.comes(message("早"))
    with pytest.raises(InvalidInput):
        stage.talk.filter(text=value)
    assert pages.opened().texts == ["早"]


def test_a_filter_that_the_search_refuses_leaves_the_earlier_one() -> None:
    stage, _, _ = opened()
    stage.comes(message("早", sender="a"))
    window = Window(stage.source.messages, stage.keep)
    window.look()
    with pytest.raises(Exception, match=r"(?i)pattern"):
        window.sift(Sieve(text="早" * 300_000))
    stage.comes(message("晚", 1))
    window.look()
    assert (window.sieve, window.hits) == (Sieve(), 2)
