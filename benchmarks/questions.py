"""The eight questions on 10,000,000 messages in Parquet, beside queries written by hand and plain pandas.

DuckDB and polars are beneath; the queries by hand are DuckDB's. They give the same answers as the questions, cell by
cell, which is checked before anything is measured; of polars and plain pandas the number of rows is.
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
        log, of_polars = (open_log(path, engine=engine) for engine in ("duckdb", "polars"))
        duckdb.sql("SET TimeZone = 'UTC'")
        table = duckdb.read_parquet(f"{path}/month=*/*.parquet")
        duckdb.register("members", people)
        results = []
        for name, ask in questions.items():
            results += measured(name, ask, log, of_polars, table, path)
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


def measured(name: str, ask: Ask, log: Any, of_polars: Any, table: Any, path: str) -> list[Result]:
    """Measure one question against both peers."""

    def ours() -> Any:
        return taken(ask(log))

    def polars() -> Any:
        return taken(ask(of_polars))

    def hand() -> Any:
        return taken(table.query("messages", by_hand.QUERIES[name]))

    def pandas() -> Any:
        return plain_pandas.QUESTIONS[name](path)

    answer = ours()
    assert plain(answer) == plain(hand()[list(answer.columns)]), (
        f"{name}: the query by hand gives another answer"
    )
    assert len(answer) == len(polars()) == len(pandas()), f"{name}: not all give as many rows"
    own = seconds(ours, ROUNDS)
    by_query = seconds(hand, ROUNDS)
    by_pandas = seconds(pandas, 1)
    return [
        Result(f"{name} on DuckDB", own, "s", "SQL by hand", by_query, limit=MOST_OF_HAND * by_query),
        Result(f"{name} on DuckDB", own, "s", "plain pandas", by_pandas, least_ratio=LEAST_OF_PANDAS),
        Result(
            f"{name} on polars",
            seconds(polars, ROUNDS),
            "s",
            "plain pandas",
            by_pandas,
            least_ratio=LEAST_OF_PANDAS,
        ),
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


def taken(result: Any) -> Any:
    """Fetch a result, which is small: DuckDB's as a frame of pandas, others as what they are."""
    for fetch in ("df", "collect"):
        if hasattr(result, fetch):
            return getattr(result, fetch)()
    return result


if __name__ == "__main__":
    show(run(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
