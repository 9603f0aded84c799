"""Arrivals for the tests of everything that stores or shows them."""

import json
from typing import Any

from hypothesis import strategies as st

from openqq_nb.models import Arrival, Cell
from openqq_nb.schema import EVENTS, MESSAGES

ROW: dict[str, Cell] = {
    "msg_time": 1448010857.0,
    "type": "group_message",
    "chat": "PERL学习交流",
    "sender": "灰灰",
    "content": "你好，世界",
    "kind": "text",
    "own": False,
    "msg_class": "recv",
    "gnumber": "552603",
    "group": "PERL学习交流",
    "msg_id": "10857",
    "received_at": 1448010857.25,
    "chat_key": "group:552603",
    "login": "1",
    "sender_id": "12345678901234567",
    "receiver_id": "9900000100",
    "group_id": "2617047201",
}


def message(fingerprint: str = "m1", extra: dict[str, Cell] | None = None, **columns: Cell) -> Arrival:
    row = {**ROW, **columns}
    return Arrival("message", row, fingerprint, json.dumps(row).encode(), extra or {})


def event(fingerprint: str = "e1", **columns: Cell) -> Arrival:
    row: dict[str, Cell] = {"received_at": 1448010800.5, "event": "login", "params": "[1]", **columns}
    return Arrival("event", row, fingerprint, json.dumps(row).encode())


texts = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "a\x00b",
        "<script>alert(1)</script>",
        "\u202eabc",
        "🐱‍👤",
        "'; DROP TABLE messages; --",
        "NULL",
        "nan",
    ]
)
seconds = st.floats(-1e10, 1e10) | st.integers(-(10**12), 10**12)
cells = st.none() | st.booleans() | st.integers(-(10**19), 10**19) | seconds | texts | st.floats()
likely: dict[str, Any] = {
    "text": texts,
    "time": seconds,
    "count": st.integers(-(10**17), 10**17),
    "flag": st.booleans(),
}


def rows(schema: Any = MESSAGES) -> st.SearchStrategy[dict[str, Cell]]:
    """Rows in which any column may be missing or hold anything, and unknown columns may stand."""
    declared = {column.name: st.none() | likely[column.kind] | cells for column in schema.columns}
    unknown = st.dictionaries(texts.filter(lambda name: name not in schema.names), cells, max_size=2)
    known = st.fixed_dictionaries({}, optional=declared)
    return st.builds(lambda one, other: {**one, **other}, known, unknown)


event_rows = rows(EVENTS)
