"""Rows of which nothing that people asked for tells the order: it is the same on all engines nevertheless."""

from typing import Any

import pytest

from openqq_nb import analysis
from openqq_nb.analysis.results import REPEATS
from tests.analysis.engines import IN_PROCESS, rows
from tests.analysis.logs import BEGIN_US, table

SAID = (
    ("好", "丙"),
    ("好", "甲"),
    ("哈哈", "乙"),
    ("哈哈", "甲"),
    ("嗯", "甲"),
    ("哈哈", "甲"),
    ("哈哈", "乙"),
)


def said_at_once() -> Any:
    return table(
        {"msg_time": BEGIN_US, "chat_key": "group:1", "sender": sender, "content": content, "place": place}
        for place, (content, sender) in enumerate(SAID)
    )


@pytest.mark.parametrize("engine", IN_PROCESS)
def test_runs_that_begin_in_one_moment_come_by_text_and_by_who_began(engine: str) -> None:
    found = rows(analysis.repeats(IN_PROCESS[engine](said_at_once()), at_least=2))
    names = REPEATS.names
    content, begun_by = names.index("content"), names.index("started_by")
    assert [(row[content], row[begun_by]) for row in found] == [("哈哈", "乙"), ("哈哈", "甲"), ("好", "丙")]
