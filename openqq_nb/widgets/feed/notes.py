"""What stands between the messages: events, and the mutes that handlers gave, each as a sentence."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from openqq_nb.languages import Words
from openqq_nb.widgets.feed.lines import clock
from openqq_nb.widgets.feed.sifting import PEOPLE, Sieve, times
from openqq_nb.widgets.feed.source import Mute, Source
from openqq_nb.widgets.feed.words import EVENTS
from openqq_nb.widgets.parts import View

MOST_EVENTS = 200

_LOOKED_THROUGH = 2_000
_NAME_CHARACTERS = 80
# Without `params`, in which a server sends a whole group with each of its members.
_COLUMNS = ("received_at", "event", "subtype", "gnumber", "qq", "displayname")
_IN_A_PLACE = frozenset({"new_group_member", "lose_group_member"})
# Whom an event is about is looked for as who wrote a message.
_PEOPLE = dict(zip(("displayname", "qq"), PEOPLE, strict=True))
_words = Words(EVENTS)


class Notes:
    """The sentences between the messages.

    Args:
        source: gives events and mutes.

    Attributes:
        events: whether events are shown.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.events = False
        # Events never change: each sentence is made once, and they are looked through only when there is a new one.
        self._made: dict[int, View] = {}
        self._found: tuple[int, Sieve, dict[str, View]] = (0, Sieve(), {})

    def view(self, sieve: Sieve) -> dict[str, View]:
        """Give what passes a filter, by keys: `t` (the place in time), `day`, `at`, `text`, `kind`."""
        shown = {f"mute {mute.number}": _of_mute(mute) for mute in self._source.mutes()}
        return (shown if sieve == Sieve() else {}) | (self._events(sieve) if self.events else {})

    def _events(self, sieve: Sieve) -> dict[str, View]:
        stop = len(self._source.events)
        if (stop, sieve) != self._found[:2]:
            self._found = (stop, sieve, self._passing(sieve, stop))
        return self._found[2]

    def _passing(self, sieve: Sieve, stop: int) -> dict[str, View]:
        start = max(0, stop - _LOOKED_THROUGH)
        found = self._source.events.rows(start, stop, _COLUMNS)
        about = np.flatnonzero(Sieve(person=sieve.person).passes(found.rename(columns=_PEOPLE)))
        moments = times(found.assign(msg_time=found["received_at"]))[about].tolist()
        chosen = found.iloc[about][list(_COLUMNS[1:])]
        rows = pa.Table.from_pandas(chosen, preserve_index=False).to_pylist()
        concerned = {
            start + at: {"moment": moment, **row}
            for at, moment, row in zip(about.tolist(), moments, rows, strict=True)
            if _is_in(sieve.chat, row)
        }
        # Only a filter by text has to know all sentences.
        numbers = list(concerned) if sieve.text.strip() else list(concerned)[-MOST_EVENTS:]
        self._make({number: concerned[number] for number in numbers if number not in self._made}, start)
        passing = [number for number in numbers if _has(self._made[number]["text"], sieve.text)]
        return {f"event {number}": self._made[number] for number in passing[-MOST_EVENTS:]}

    def _make(self, rows: Mapping[int, Mapping[str, Any]], start: int) -> None:
        """Make the sentences of events, and forget those of events that are not looked through any more."""
        places = self._places([number for number, row in rows.items() if row["event"] in _IN_A_PLACE])
        made = {
            number: _note(row["moment"], _sentence(row, places.get(number)), "event")
            for number, row in rows.items()
        }
        self._made = {number: note for number, note in (self._made | made).items() if number >= start}

    def _places(self, numbers: Sequence[int]) -> dict[int, str]:
        """Give the names of the groups of some events, as far as the server sent them."""
        if not numbers:
            return {}
        sent = self._source.events.take(numbers, ("params",))["params"]
        named = {number: _place(params) for number, params in zip(numbers, sent, strict=True)}
        return {number: name for number, name in named.items() if name}


def _of_mute(mute: Mute) -> View:
    text = _words(
        "mute", handler=mute.handler, person=_short(mute.person), chat=_short(mute.chat), seconds=mute.seconds
    )
    return _note(int(mute.at_s * 1_000_000), text, "mute")


def _note(moment: int, text: str, kind: str) -> View:
    day, at = clock(moment)
    return {"t": moment, "day": day, "at": at, "text": text, "kind": kind}


def _sentence(row: Mapping[str, Any], place: str | None) -> str:
    """Say an event, which was in some place; one that nobody knows is named as the server names it."""
    event = row["event"] or ""
    values = {
        "event": _short(event),
        "subtype": _state(row["subtype"]) if event == "state_change" else _short(row["subtype"] or ""),
        "who": _short(row["displayname"] or row["qq"] or row["gnumber"] or "?"),
        "where": _short(place or row["gnumber"] or "?"),
    }
    if event.endswith("_property_change"):
        return _words("event_property", **values)
    return _words(f"event_{event}" if f"event_{event}" in EVENTS else "event_other", **values)


def _state(name: str | None) -> str:
    key = f"state_{name}"
    return _words(key) if key in EVENTS else _short(name or "?")


def _place(params: str) -> str | None:
    """Name the group of a member by what the server sent with it."""
    try:
        group = json.loads(params)[1]
        name = group.get("markname") or group.get("name")
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    return name if isinstance(name, str) else None


def _is_in(chat: str, row: Mapping[str, Any]) -> bool:
    """Tell whether an event is about the chat that is filtered by."""
    return not chat.strip() or chat in (f"group:{row['gnumber']}", f"friend:{row['qq']}")


def _has(text: str, words: str) -> bool:
    return all(word in text.casefold() for word in words.casefold().split())


def _short(text: str) -> str:
    return text if len(text) <= _NAME_CHARACTERS else text[:_NAME_CHARACTERS] + "…"
