"""Messages as a page shows them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa

from openqq_nb.columns import ZONE
from openqq_nb.widgets.feed.sifting import NO_TIME, times
from openqq_nb.widgets.feed.source import Rows
from openqq_nb.widgets.parts import View

SHOWN_CHARACTERS = 1_500
"""Longer texts are cut; the whole of one is given on request."""

_QUOTED_CHARACTERS = 120
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_HERE = ZoneInfo(ZONE)
_COLUMNS = (
    "msg_time", "received_at", "type", "chat", "sender", "content", "kind", "own", "reply_to", "chat_key", "code",
    "status", "info", "delivery", "recalled_at",
)  # fmt: skip
_OUTCOME = ("delivery", "code", "status", "info")
_QUOTED = ("msg_id", "chat_key", "sender", "content")


def lines(messages: Rows, positions: Sequence[int], window: Sequence[int]) -> dict[int, View]:
    """Make the lines of some messages.

    Args:
        messages: all messages.
        positions: which ones.
        window: what is on the page, in order; a quoted message is looked for among these.

    Returns:
        For each position a line: `n` (the position), `t` (its place in time), `day`, `at`, `type`, `chat`, `sender`,
        `text`, `kind`; and where there is something to tell, `own`, the outcome of a send, `cut` (the length of
        a text that is too long), `quote` and `recalled` (at what time of the day it was taken back).
    """
    if not positions:
        return {}
    frame = messages.take(positions, _COLUMNS)
    moments = times(frame)
    rows = _plain(frame[[name for name in _COLUMNS if name not in ("msg_time", "received_at")]])
    made = {
        position: _line(position, moment, row)
        for position, moment, row in zip(positions, moments.tolist(), rows, strict=True)
    }
    for position, row in zip(positions, rows, strict=True):
        if row["recalled_at"] is not None:
            made[position]["recalled"] = f"{row['recalled_at'].astimezone(_HERE):%H:%M:%S}"
    quoting = {position: row for position, row in zip(positions, rows, strict=True) if row["reply_to"]}
    for position, quoted in _quotes(messages, quoting, window).items():
        made[position]["quote"] = quoted
    return made


def whole_text(messages: Rows, position: int) -> str:
    """Give the whole text of a message."""
    return _plain(messages.take([position], ("content",)))[0]["content"] or ""


def clock(micros: int) -> tuple[str, str]:
    """Say a moment as a day and a time of the day; both empty where none is told."""
    return ("", "") if micros == NO_TIME else _clock(micros // 1_000_000)


@lru_cache(4096)
def _clock(seconds: int) -> tuple[str, str]:
    moment = (_BEGIN + timedelta(seconds=seconds)).astimezone(_HERE)
    return moment.date().isoformat(), f"{moment:%H:%M:%S}"


def _line(position: int, moment: int, row: Mapping[str, Any]) -> View:
    day, at = clock(moment)
    text = row["content"] or ""
    line: View = {
        "n": position,
        "t": moment,
        "day": day,
        "at": at,
        "type": row["type"],
        "chat": row["chat"],
        "sender": row["sender"],
        "text": text[:SHOWN_CHARACTERS],
        "kind": row["kind"],
    }
    if len(text) > SHOWN_CHARACTERS:
        line["cut"] = len(text)
    if row["own"]:
        line |= {"own": True} | {name: row[name] for name in _OUTCOME if row[name] is not None}
    return line


def _quotes(
    messages: Rows, quoting: Mapping[int, Mapping[str, Any]], window: Sequence[int]
) -> dict[int, View]:
    if not quoting:
        return {}
    place = {position: number for number, position in enumerate(window)}
    known: dict[tuple[str, str], list[int]] = {}
    rows = _plain(messages.take(window, _QUOTED)) if window else []
    for number, row in enumerate(rows):
        known.setdefault((row["chat_key"], row["msg_id"]), []).append(number)
    found = {}
    for position, quoter in quoting.items():
        # Numbers come again after a restart of the server: the last one before is meant.
        before = place.get(position, len(window))
        meant = [one for one in known.get((quoter["chat_key"], quoter["reply_to"]), []) if one < before]
        if meant:
            found[position] = _quote(window[meant[-1]], rows[meant[-1]])
    return found


def _quote(position: int, row: Mapping[str, Any]) -> View:
    text = row["content"] or ""
    shown = text if len(text) <= _QUOTED_CHARACTERS else text[:_QUOTED_CHARACTERS] + "…"
    return {"n": position, "sender": row["sender"], "text": shown}


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pa.Table.from_pandas(frame, preserve_index=False).to_pylist()
    return rows
