"""The eight questions on 10,000,000 messages in Parquet, beside queries written by hand and plain pandas.

The queries give the same answers as the questions, cell by cell, which is checked before anything is measured; of
plain pandas the number of rows is.
"""

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from benchmarks import by_hand, plain_pandas
from benchmarks.common import Result, seconds, show
from benchmarks.many import members, parts
from openqq_nb import analysis, archive
from openqq_nb.logs import open_log

ROWS = 10_000_000
MOST_OF_HAND, LEAST_OF_PANDAS = 1.3, 5.0
ROUNDS = 3

Ask = Callable[[Any], Any]


def run(rows: int = ROWS) -> list[Result]:
    """Write an archive, check that all three ways agree, and measure them."""
    with tempfile.TemporaryDirectory() as folder:
        path = archive.write(parts(rows), str(Path(folder) / "archive"))
        people = members(path)
        questions = asked(people)
        log = open_log(path, engine="duckdb")
        duckdb.sql("SET TimeZone = 'UTC'")
        table = duckdb.read_parquet(f"{path}/month=*/*.parquet")
        duckdb.register("members", people)
        results = []
        for name, ask in questions.items():
            results += measured(name, ask, log, table, path)
        return results


def asked(people: pd.DataFrame) -> Mapping[str, Ask]:
    """Give the eight questions."""
    return {
        "ranking": analysis.ranking,
        "activity": analysis.activity,
        "calendar": analysis.calendar,
        "lurkers": lambda log: analysis.lurkers(people, log),
        "turnover": analysis.turnover,
        "replies": analysis.replies,
        "repeats": analysis.repeats,
        "conversations": analysis.conversations,
    }


def measured(name: str, ask: Ask, log: Any, table: Any, path: str) -> list[Result]:
    """Measure one question against both peers."""

    def ours() -> Any:
        return taken(ask(log))

    def hand() -> Any:
        return taken(table.query("messages", by_hand.QUERIES[name]))

    def pandas() -> Any:
        return plain_pandas.QUESTIONS[name](path)

    answer = ours()
    assert plain(answer) == plain(hand()[list(answer.columns)]), (
        f"{name}: the query by hand gives another answer"
    )
    assert len(answer) == len(pandas()), f"{name}: plain pandas gives another number of rows"
    own = seconds(ours, ROUNDS)
    by_query = seconds(hand, ROUNDS)
    by_pandas = seconds(pandas, 1)
    return [
        Result(f"{name} on DuckDB", own, "s", "SQL by hand", by_query, limit=MOST_OF_HAND * by_query),
        Result(f"{name} on DuckDB", own, "s", "plain pandas", by_pandas, least_ratio=LEAST_OF_PANDAS),
    ]


def plain(answer: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Bring an answer to rows that can be compared: times as seconds, numbers rounded, in one order."""
    columns = []
    for name in answer:
        column = answer[name]
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            column = (column - pd.Timestamp(0, tz="UTC")).dt.total_seconds()
        if pd.api.types.is_numeric_dtype(column):
            column = column.astype("float64").round(6)
        columns.append(column.astype("str").fillna("nan").tolist())
    return sorted(zip(*columns, strict=True))


def taken(result: Any) -> pd.DataFrame:
    """Fetch a result, which is small."""
    return result if isinstance(result, pd.DataFrame) else result.df()


if __name__ == "__main__":
    show(run(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
