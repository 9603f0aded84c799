"""How many messages each chat has, over all messages and not only those that are on a page."""

from collections.abc import Iterable, Mapping
from heapq import nlargest

import numpy as np
import pyarrow as pa

from openqq_nb.widgets.feed.sifting import Flags
from openqq_nb.widgets.feed.source import Rows
from openqq_nb.widgets.parts import View

MOST_CHATS = 500
NAMED_BY = frozenset({"chat", "chat_key", "type"})
"""The columns that tell which chat a message is of."""

_NAME_CHARACTERS = 80


class Chats:
    """Counts messages by their chats.

    Args:
        messages: all messages.
    """

    def __init__(self, messages: Rows) -> None:
        self._messages = messages
        self._counts: dict[str, int] = {}
        self._names: dict[str, tuple[str, str]] = {}
        self._seen = 0

    def look(self, belongs: Flags, *, recount: bool) -> None:
        """Count what has come since the last look.

        Args:
            belongs: of each message whether it is counted.
            recount: whether all are counted again, because some may be of another chat now.
        """
        if recount:
            self._counts, self._names, self._seen = {}, {}, 0
        if self._seen < len(belongs):
            self._count(self._seen, belongs[self._seen :])
            self._seen = len(belongs)

    def view(self, chosen: str) -> dict[str, View]:
        """Give the chats with most messages, by their keys, and the chosen one whatever it has."""
        keys: Iterable[str] = self._counts
        if len(self._counts) > MOST_CHATS:
            keys = nlargest(MOST_CHATS, self._counts, self._counts.__getitem__)
        shown = {key: self._chat(key) for key in keys}
        return shown | ({chosen: self._chat(chosen)} if chosen and chosen not in shown else {})

    @property
    def left_out(self) -> int:
        """How many chats there are beyond those that are shown."""
        return max(0, len(self._counts) - MOST_CHATS)

    def _chat(self, key: str) -> View:
        name, kind = self._names.get(key, (key, ""))
        return {"name": name[:_NAME_CHARACTERS], "type": kind, "count": self._counts.get(key, 0)}

    def _count(self, start: int, belongs: Flags) -> None:
        frame = self._messages.rows(start, start + len(belongs), ("chat_key", "chat", "type"))
        table = pa.Table.from_pandas(frame, preserve_index=False)
        if not belongs.all():
            table = table.take(pa.array(np.flatnonzero(belongs)))
        # On one thread, because "last" means the order of arrival.
        found = table.group_by("chat_key", use_threads=False).aggregate(
            [("chat_key", "count"), ("chat", "last"), ("type", "last")]
        )
        for row in found.to_pylist():
            self._add(row)

    def _add(self, row: Mapping[str, str | int | None]) -> None:
        key, count = str(row["chat_key"] or ""), row["chat_key_count"]
        self._counts[key] = self._counts.get(key, 0) + int(count or 0)
        self._names[key] = (str(row["chat_last"] or key), str(row["type_last"] or ""))
