"""What stands between the messages: events, and the mutes that handlers gave, each as a sentence."""

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from openqq_nb.languages import Words
from openqq_nb.widgets.feed.lines import clock
from openqq_nb.widgets.feed.sifting import Sieve, times
from openqq_nb.widgets.feed.source import Mute, Source
from openqq_nb.widgets.feed.words import EVENTS
from openqq_nb.widgets.parts import View

MOST_EVENTS = 200

_LOOKED_THROUGH = 2_000
_NAME_CHARACTERS = 80
_COLUMNS = ("received_at", "event", "subtype", "gnumber", "qq", "displayname", "params")
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

    def view(self, sieve: Sieve) -> dict[str, View]:
        """Give what passes a filter, by keys: `t` (the place in time), `day`, `at`, `text`, `kind`."""
        shown = {f"mute {mute.number}": _of_mute(mute) for mute in self._source.mutes()}
        return (shown if sieve == Sieve() else {}) | (self._events(sieve) if self.events else {})

    def _events(self, sieve: Sieve) -> dict[str, View]:
        frame = self._source.events
        stop = len(frame)
        start = max(0, stop - _LOOKED_THROUGH)
        found = frame.rows(start, stop, _COLUMNS)
        moments = times(found.assign(msg_time=found["received_at"])).tolist()
        rows = pa.Table.from_pandas(found[list(_COLUMNS[1:])], preserve_index=False).to_pylist()
        made = [
            (number, _note(moment, _sentence(row), "event"))
            for number, (moment, row) in enumerate(zip(moments, rows, strict=True), start)
            if _concerns(row, sieve)
        ]
        passing = [(number, note) for number, note in made if _has(note["text"], sieve.text)]
        return {f"event {number}": note for number, note in passing[-MOST_EVENTS:]}


def _of_mute(mute: Mute) -> View:
    text = _words(
        "mute", handler=mute.handler, person=_short(mute.person), chat=_short(mute.chat), seconds=mute.seconds
    )
    return _note(int(mute.at_s * 1_000_000), text, "mute")


def _note(moment: int, text: str, kind: str) -> View:
    day, at = clock(moment)
    return {"t": moment, "day": day, "at": at, "text": text, "kind": kind}


def _sentence(row: Mapping[str, Any]) -> str:
    """Say an event; one that nobody knows is named as the server names it."""
    event = row["event"] or ""
    values = {
        "event": _short(event),
        "subtype": _state(row["subtype"]) if event == "state_change" else _short(row["subtype"] or ""),
        "who": _short(row["displayname"] or row["qq"] or row["gnumber"] or "?"),
        "where": _short(_place(row)),
    }
    if event.endswith("_property_change"):
        return _words("event_property", **values)
    return _words(f"event_{event}" if f"event_{event}" in EVENTS else "event_other", **values)


def _state(name: str | None) -> str:
    key = f"state_{name}"
    return _words(key) if key in EVENTS else _short(name or "?")


def _place(row: Mapping[str, Any]) -> str:
    """Name the group of a member by what the server sent with it, else by its number."""
    try:
        group = json.loads(row["params"])[1]
        name = group.get("markname") or group.get("name")
    except (ValueError, LookupError, TypeError, AttributeError):
        name = None
    return name if isinstance(name, str) and name else row["gnumber"] or "?"


def _concerns(row: Mapping[str, Any], sieve: Sieve) -> bool:
    """Tell whether an event is about the chat and the person that are filtered by."""
    if sieve.chat.strip() and sieve.chat not in (f"group:{row['gnumber']}", f"friend:{row['qq']}"):
        return False
    return _has(" ".join(row[name] or "" for name in ("displayname", "qq")), sieve.person)


def _has(text: str, words: str) -> bool:
    return all(word in text.casefold() for word in words.casefold().split())


def _short(text: str) -> str:
    return text if len(text) <= _NAME_CHARACTERS else text[:_NAME_CHARACTERS] + "…"
