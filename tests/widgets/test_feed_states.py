"""Whatever happens in whatever order, the pages have the last messages that pass, in order, once all is told."""

from collections import Counter
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from openqq_nb.models import Cell, Row
from openqq_nb.widgets.feed.talk import RECOUNT_S
from openqq_nb.widgets.parts import View
from tests.widgets.feeding import NOON_S, Pages, Stage, message

MOST = 4
COLUMNS = ("sender", "sender_qq", "gnumber", "chat_key", "content", "delivery")

TEXTS = st.sampled_from(["早", "Early", "晚安", "early bird", "", None])
TIMES = st.one_of(st.integers(0, 5), st.none())
INITIALS = {"小灰": "xh", "小明": "xm", "Alice": ""}
PEOPLE = st.sampled_from(sorted(INITIALS))
GROUPS = st.sampled_from(["1", "2", None])
SIEVES: dict[str, st.SearchStrategy[str]] = {
    "chat": st.sampled_from(["", "group:1", "friend:9900000101"]),
    "person": st.sampled_from(["", "小", "AL", "小 灰", "XH", "m", "0101"]),
    "text": st.sampled_from(["", "early", "EARLY bird", "安"]),
}


@st.composite
def messages(draw: st.DrawFn) -> Row:
    group, at = draw(GROUPS), draw(TIMES)
    cells: dict[str, Cell] = {"sender": draw(PEOPLE), "msg_time": None if at is None else NOON_S + at}
    if group is not None:
        cells |= {"type": "group_message", "gnumber": group, "group_id": f"id{group}"}
    return message(draw(TEXTS), draw(st.integers(0, 5)), **cells)


def amendments() -> st.SearchStrategy[dict[str, Cell]]:
    regrouped = GROUPS.map(lambda group: {"gnumber": group, "chat_key": f"group:{group or 'id=1'}"})
    outcomes = st.sampled_from(["sent", "failed"]).map(lambda one: {"delivery": one, "own": True})
    return st.one_of(PEOPLE.map(lambda name: {"sender": name}), regrouped, outcomes)


class Feeds(RuleBasedStateMachine):
    """A feed of few messages, with any number of pages, some of which do not answer for a while."""

    @initialize(fixed=st.sampled_from([{}, {"gnumber": "1"}]), there=st.lists(messages(), max_size=6))
    def begin(self, fixed: dict[str, Any], there: list[Row]) -> None:
        self.stage = Stage(MOST, **fixed)
        self.group = fixed.get("gnumber")
        self.pages = Pages(self.stage)
        self.pages.opened()
        self.sieve = dict.fromkeys(SIEVES, "")
        self.upto: int | None = None
        self.stage.comes(*there)

    @rule(rows=st.lists(messages(), min_size=1, max_size=5))
    def messages_come(self, rows: list[Row]) -> None:
        self.stage.comes(*rows)

    @precondition(lambda self: self.stage.lines)
    @rule(data=st.data(), cells=amendments())
    def a_message_changes(self, data: st.DataObject, cells: dict[str, Cell]) -> None:
        self.stage.changes(data.draw(st.integers(0, len(self.stage.lines) - 1)), **cells)

    @rule(data=st.data(), part=st.sampled_from(sorted(SIEVES)))
    def a_person_filters(self, data: st.DataObject, part: str) -> None:
        self.sieve[part] = data.draw(SIEVES[part])
        self.stage.talk.filter(**{part: self.sieve[part]})

    @rule(on=st.booleans())
    def a_person_pauses_or_resumes(self, on: bool) -> None:
        self.stage.talk.pause(on)
        self.upto = len(self.stage.lines) if on else None

    @rule(answers=st.booleans())
    def a_page_is_opened(self, answers: bool) -> None:
        self.pages.opened(answers)

    @precondition(lambda self: self.pages.open)
    @rule(data=st.data(), answers=st.booleans())
    def a_page_stops_or_begins_to_answer(self, data: st.DataObject, answers: bool) -> None:
        data.draw(st.sampled_from(self.pages.open)).answers = answers

    @precondition(lambda self: self.pages.open)
    @rule(data=st.data())
    def a_page_is_closed(self, data: st.DataObject) -> None:
        self.pages.open.remove(data.draw(st.sampled_from(self.pages.open)))

    @rule(answered=st.booleans())
    def time_goes_by(self, answered: bool) -> None:
        self.stage.pulse.beat()
        if answered:
            self.pages.answer()

    @precondition(lambda self: any(page.answers for page in self.pages.open))
    @rule()
    def once_all_is_told_the_pages_have_what_the_frame_has(self) -> None:
        self.pages.answer()
        self.pages.beat()
        self.stage.now_s += RECOUNT_S
        self.pages.beat()
        rows = self._belonging()
        until = len(self.stage.lines) if self.upto is None else self.upto
        passing = [row for row in rows if self._passes(row)]
        shown = [row for row in passing if row["n"] < until]
        last = sorted(shown, key=lambda row: (row["t"], row["n"]))[-MOST:]
        for page in self.pages.open:
            assert [_shown(page.lines[n]) for n in page.order] == [_wanted(row) for row in last]
            counted = {key: chat["count"] for key, chat in page.chats.items() if chat["count"]}
            assert counted == Counter(row["chat_key"] for row in rows)
            assert page.state["hits"] == len(shown)
            assert page.state["held"] == len(passing) - len(shown)
            assert page.state["held_all"] == sum(row["n"] >= until for row in rows)

    def teardown(self) -> None:
        if hasattr(self, "stage"):
            for page in self.pages.open:
                page.answers = True
            self.pages.opened()
            self.once_all_is_told_the_pages_have_what_the_frame_has()
            self.stage.close()
            assert self.stage.watchers == 0
            assert self.stage.ticks == []

    def _belonging(self) -> list[dict[str, Any]]:
        frame = self.stage.df()
        moments = frame["msg_time"].fillna(frame["received_at"])
        rows = (
            frame[list(COLUMNS)].astype(object).where(frame[list(COLUMNS)].notna(), None).to_dict("records")
        )
        numbered = [
            {
                **{str(name): cell for name, cell in row.items()},
                "n": n,
                "t": int(moment.timestamp() * 1_000_000),
            }
            for n, (row, moment) in enumerate(zip(rows, moments, strict=True))
        ]
        return [row for row in numbered if self.group is None or row["gnumber"] == self.group]

    def _passes(self, row: dict[str, Any]) -> bool:
        named = [
            any(
                word in part for part in (row["sender"].casefold(), row["sender_qq"], INITIALS[row["sender"]])
            )
            for word in self.sieve["person"].casefold().split()
        ]
        content = (row["content"] or "").casefold()
        said = [word in content for word in self.sieve["text"].casefold().split()]
        return self.sieve["chat"] in ("", row["chat_key"]) and all(named) and all(said)


def _shown(line: View) -> tuple[object, ...]:
    return line["n"], line["sender"], line["text"], line.get("delivery")


def _wanted(row: dict[str, Any]) -> tuple[object, ...]:
    return row["n"], row["sender"], row["content"] or "", row["delivery"]


Feeds.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestFeeds = Feeds.TestCase
