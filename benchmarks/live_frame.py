"""`inbox.df` at 1,000,000 and at 10,000,000 rows when 1,000 new ones have come: what was there must not be copied."""

from itertools import cycle, islice

import pandas as pd
import pyarrow as pa

from benchmarks.common import Result, seconds, show
from openqq_nb.inbox.live import LiveFrame
from openqq_nb.models import Cell
from openqq_nb.records import Entry, entry
from openqq_nb.schema import MESSAGES

OLD_ROWS = 1_000_000
NEW_ROWS = 1_000
LIMIT_S = 0.010
MANY_TIMES, LIMIT_OF_MANY_S = 10, 0.050

_NAMES = ("灰灰", "夜猫", "小灰", "Müller", "阿波罗 🚀", "平平")
_TEXTS = ("早", "今天谁去吃饭？", "[图片]", "PERL 的正则怎么写才好懂，有人知道吗", "👍👍", "哈哈哈哈")


def run() -> list[Result]:
    """Measure a snapshot against building the frame anew in the ways that pandas offers."""
    # Written for the journal already when they are shown.
    new = messages(NEW_ROWS, OLD_ROWS)
    entries = _entries(new)
    old_table = table(OLD_ROWS)
    live = LiveFrame(MESSAGES, old_table)
    live.frame()
    taken = seconds(lambda: _append_and_look(live, entries), rounds=11)
    assert len(live.frame()) == OLD_ROWS + 11 * NEW_ROWS
    name = f"inbox.df at {OLD_ROWS:,} rows with {NEW_ROWS:,} new ones"
    old = MESSAGES.frame(old_table)
    joined = seconds(lambda: pd.concat([old, MESSAGES.frame(MESSAGES.table(new))], ignore_index=True))
    anew = seconds(lambda: MESSAGES.frame(pa.concat_tables([old_table, MESSAGES.table(new)])))
    return [
        Result(name, taken, "s", "pd.concat of the old frame with the new rows", joined, LIMIT_S),
        Result(name, taken, "s", "pyarrow.concat_tables and to_pandas of all", anew, LIMIT_S),
        _one_by_one(live),
        _of_many(old_table, new, entries),
    ]


def _of_many(old: pa.Table, new: list[dict[str, Cell]], entries: list[Entry]) -> Result:
    """Measure the same with many times the rows; the peer shares its old rows as well."""
    table = pa.concat_tables([old] * MANY_TIMES)
    live = LiveFrame(MESSAGES, table)
    live.frame()
    taken = seconds(lambda: _append_and_look(live, entries), rounds=11)
    name = f"inbox.df at {table.num_rows:,} rows with {NEW_ROWS:,} new ones"
    news = MESSAGES.table(new)
    shared = seconds(lambda: pa.concat_tables([table, news]).to_pandas(types_mapper=pd.ArrowDtype))
    return Result(name, taken, "s", "pyarrow.concat_tables, Arrow-backed frame", shared, LIMIT_OF_MANY_S)


def _one_by_one(live: LiveFrame) -> Result:
    """Measure a snapshot after a single message, as a handler or a feed sees it."""
    one, old = messages(1, 0), live.frame()
    entries = _entries(one)
    taken = seconds(lambda: _append_and_look(live, entries), rounds=101)
    joined = seconds(lambda: pd.concat([old, MESSAGES.frame(MESSAGES.table(one))], ignore_index=True))
    return Result(
        "inbox.df with one new row", taken, "s", "pd.concat of the old frame with the row", joined, LIMIT_S
    )


def _append_and_look(live: LiveFrame, rows: list[Entry]) -> None:
    live.append(rows)
    live.frame()


def _entries(rows: list[dict[str, Cell]]) -> list[Entry]:
    return [entry(MESSAGES, row) for row in rows]


def messages(count: int, first: int) -> list[dict[str, Cell]]:
    """Make believable messages, numbered from `first`."""
    people = islice(zip(cycle(_NAMES), cycle(_TEXTS), strict=False), count)
    return [_message(first + place, sender, content) for place, (sender, content) in enumerate(people)]


def _message(number: int, sender: str, content: str) -> dict[str, Cell]:
    when, person = 1_600_000_000.0 + 3 * number, str(100_000 + number % 997)
    return {
        **{"msg_time": when, "received_at": when + 0.5, "type": "group_message", "chat": "PERL学习交流"},
        **{"sender": sender, "content": f"{content} {number}", "kind": "text", "own": number % 50 == 0},
        **{"msg_class": "recv", "sender_qq": person, "gnumber": "552603", "group": "PERL学习交流"},
        **{
            "receiver": "小机",
            "receiver_qq": "9900000100",
            "msg_id": str(number),
            "chat_key": "group:552603",
        },
        **{"login": "1", "sender_id": f"9{person}", "receiver_id": "9900000100", "group_id": "2617047201"},
    }


def table(count: int) -> pa.Table:
    """Make a table of that many messages, in pieces as a journal is read."""
    step = 50_000
    return pa.concat_tables(
        [MESSAGES.table(messages(min(step, count - n), n)) for n in range(0, count, step)]
    )


if __name__ == "__main__":
    show(run())
