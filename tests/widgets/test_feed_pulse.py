"""When a feed tells its pages something, and when it rests."""

import asyncio
import gc
import threading
import weakref
from dataclasses import replace
from itertools import pairwise

from openqq_nb.widgets.coalescer import GAP_S
from openqq_nb.widgets.feed.pulse import MOST_UNANSWERED
from openqq_nb.widgets.feed.sifting import Flags
from openqq_nb.widgets.feed.talk import RECOUNT_S
from tests.widgets.feeding import Pages, Stage, in_group, message, opened

PATIENCE_S = 10.0


def test_nothing_is_heard_of_before_a_page_says_hello() -> None:
    stage = Stage()
    Pages(stage)
    assert stage.watchers == 0
    assert not stage.pulse.awake


def test_a_beat_without_news_tells_nothing() -> None:
    _, pages, page = opened()
    pages.beat()
    told = page.told
    pages.beat()
    assert page.told == told


def test_after_two_batches_that_nobody_answers_it_tells_and_hears_nothing() -> None:
    stage, pages, page = opened()
    page.answers = False
    for number in range(10):
        stage.comes(message(str(number), number))
        pages.beat()
    assert page.batches == [*range(1, MOST_UNANSWERED + 1)]
    assert page.texts == ["0", "1"]
    assert stage.watchers == 0


def test_a_late_answer_wakes_it_and_nothing_was_lost() -> None:
    stage, pages, page = opened()
    stage.comes(message("先"))
    page.answers = False
    for number in range(5):
        stage.comes(message(str(number), number))
        pages.beat()
    stage.changes(0, sender="改名")
    page.answers = True
    pages.answer()
    pages.beat()
    assert page.texts == ["先", "0", "1", "2", "3", "4"]
    assert page.lines[0]["sender"] == "改名"


def test_after_a_reload_the_new_page_has_everything() -> None:
    stage, pages, page = opened()
    page.answers = False
    for number in range(5):
        stage.comes(message(str(number), number))
        pages.beat()
    pages.open.remove(page)
    new = pages.opened()
    assert new.texts == ["0", "1", "2", "3", "4"]
    stage.comes(message("新", 9))
    pages.beat()
    assert new.texts[-1] == "新"


def test_one_page_that_answers_is_enough_and_all_see_everything() -> None:
    stage, pages, page = opened()
    silent = pages.opened(answers=False)
    for number in range(5):
        stage.comes(message(str(number), number))
        pages.beat()
    assert page.texts == silent.texts == ["0", "1", "2", "3", "4"]


def test_a_second_page_tells_the_first_one_nothing_that_it_has() -> None:
    stage, pages, page = opened()
    stage.comes(message("一"))
    pages.beat()
    told = page.told
    pages.opened()
    assert page.told == told


def test_an_answer_to_what_was_never_told_changes_nothing() -> None:
    stage, pages, page = opened()
    page.answers = False
    stage.pulse.answer(10**9)
    for number in range(5):
        stage.comes(message(str(number), number))
        pages.beat()
    assert len(page.batches) == MOST_UNANSWERED


class Unprintable(int):
    """A number that nobody can write."""

    def __format__(self, form: str) -> str:
        raise ValueError("this cannot be written")


def test_a_failure_inside_a_beat_is_on_the_page_and_reaches_no_cell() -> None:
    stage, pages, page = opened()
    stage.standing = replace(stage.standing, refused={"path": Unprintable()})
    pages.beat()
    (problem,) = page.problems
    assert problem["title"]


def test_many_marks_are_one_call_and_not_more_than_five_a_second() -> None:
    async def beats() -> list[float]:
        stage = Stage()
        pages = Pages(stage)
        page = pages.opened()
        times: list[float] = []
        loop = asyncio.get_running_loop()
        inner = stage.talk.look

        def look() -> bool:
            times.append(loop.time())
            return inner()

        stage.pulse._looks = (look,)
        end = loop.time() + 1.0
        done = threading.Event()

        def fill() -> None:
            number = 0
            while loop.time() < end:
                stage.comes(message(str(number), number))
                number += 1
            done.set()

        thread = threading.Thread(target=fill)
        thread.start()
        while not done.is_set() or page.texts[-1:] != [str(len(stage.lines) - 1)]:
            pages.answer()
            await asyncio.sleep(0.01)
        thread.join()
        stage.close()
        return times

    times = asyncio.run(asyncio.wait_for(beats(), PATIENCE_S))
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert len(times) >= 2  # of thousands of marks; five on a machine that has nothing else to do
    assert min(gaps) > GAP_S * 0.9


def test_a_closed_feed_leaves_no_watcher_and_no_tick() -> None:
    stage, pages, page = opened()
    stage.close()
    told = page.told
    stage.comes(message())
    pages.beat()
    stage.pulse.answer(1)
    assert (stage.watchers, stage.ticks, page.told) == (0, [], told)


def test_a_feed_that_nobody_keeps_is_forgotten_by_what_it_watches() -> None:
    stage, _, _ = opened()
    frames, others, pulse = stage.frames, stage.others, weakref.ref(stage.pulse)
    del stage, _
    gc.collect()
    assert pulse() is None
    assert len(frames.watched) + len(others) == 0


def test_a_feed_that_nobody_closed_leaves_no_tick_when_it_is_forgotten() -> None:
    stage, _, _ = opened()
    ticks = stage.ticks
    assert len(ticks) == 1
    del stage, _
    gc.collect()
    assert ticks == []


def test_chats_are_counted_anew_at_most_every_few_seconds_and_the_last_change_is_counted() -> None:
    stage, pages, page = opened()
    stage.pulse._coalescer._gap_s = 0
    stage.comes(*[in_group(str(one), one) for one in range(5)])
    pages.beat()
    recounts = []
    inner = stage.talk._chats.look

    def look(belongs: Flags, *, recount: bool) -> None:
        recounts.append(recount)
        inner(belongs, recount=recount)

    stage.talk._chats.look = look  # type: ignore[method-assign]
    for one in range(5):
        stage.changes(one, chat_key="group:2", gnumber="2")
        stage.pulse._coalescer.poll()
        pages.answer()
    assert recounts.count(True) == 1
    stage.now_s += RECOUNT_S
    # Nothing happens any more: it looks by itself.
    stage.pulse._coalescer.poll()
    stage.pulse._coalescer.poll()
    assert {key: chat["count"] for key, chat in page.chats.items()} == {"group:2": 5}
    assert recounts.count(True) == 2
