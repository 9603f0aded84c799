"""How seldom events are read, which may be long and many."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from openqq_nb.widgets.feed.notes import MOST_EVENTS, Notes
from openqq_nb.widgets.feed.sifting import Sieve
from openqq_nb.widgets.feed.source import Rows
from tests.widgets.feeding import Stage


class Read:
    """Rows that keep what is read of them: how many, and whether with what the server sent."""

    def __init__(self, inner: Rows) -> None:
        self.inner = inner
        self.read: list[tuple[int, bool]] = []

    def __len__(self) -> int:
        return len(self.inner)

    def rows(self, start: int = 0, stop: int | None = None, columns: Sequence[str] = ()) -> pd.DataFrame:
        return self._kept(self.inner.rows(start, stop, columns))

    def take(self, positions: Sequence[int], columns: Sequence[str] = ()) -> pd.DataFrame:
        return self._kept(self.inner.take(positions, columns))

    def _kept(self, frame: pd.DataFrame) -> pd.DataFrame:
        self.read.append((len(frame), "params" in frame))
        return frame


def test_events_are_read_once_and_what_the_server_sent_of_a_group_only_where_a_sentence_needs_it() -> None:
    stage = Stage()
    params = json.dumps([{}, {"name": "群一"}])
    for number in range(MOST_EVENTS):
        stage.happens("new_friend", number, displayname="a", params=params)
        stage.happens("new_group_member", number, displayname="小明", gnumber="1", params=params)
    events = Read(stage.source.events)
    notes = Notes(replace(stage.source, events=events))
    notes.events = True
    assert len(notes.view(Sieve())) == MOST_EVENTS
    assert events.read == [(2 * MOST_EVENTS, False), (MOST_EVENTS // 2, True)]
    for _ in range(3):
        notes.view(Sieve())
    assert len(events.read) == 2
    stage.happens("new_group_member", 999, displayname="新", gnumber="1", params=params)
    found = notes.view(Sieve())
    assert events.read[2:] == [(2 * MOST_EVENTS + 1, False), (1, True)]
    assert [*found.values()][-1]["text"] == "新 joined 群一."
    assert len(found) == MOST_EVENTS
    assert len(notes.view(Sieve(text="JOINED"))) == MOST_EVENTS
    assert len(notes.view(Sieve(person="a"))) == MOST_EVENTS
