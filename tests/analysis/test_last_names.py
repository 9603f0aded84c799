"""The name that somebody had last, whenever that was."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import narwhals as nw
import pyarrow as pa
import pytest

from openqq_nb import analysis
from openqq_nb.columns import ZONE
from tests.analysis.further import ENGINES, rows

pytestmark = pytest.mark.filterwarnings("ignore:Dask support is moving:FutureWarning")

YEARS = (-1000, 1, 1582, 1678, 1899, 1905, 1906, 1970, 2026, 2191, 2192, 2262, 5000, 9999, 20_000)
YEAR_US = 31_556_952_000_000
QUESTIONS: Mapping[str, Callable[[Any], Any]] = {
    "ranking": analysis.ranking,
    "night_owls": lambda log: analysis.night_owls(log, "00:00", "24:00"),
}


def said() -> pa.Table:
    """Of one person for each two years, under a name in each; the earlier name is the greater text."""
    at = [(year - 1970) * YEAR_US for two in pairwise(YEARS) for year in two]
    who = [str(one) for one in range(len(YEARS) - 1) for _ in "ab"]
    names = [f"{'旧新'[place % 2]}名{one}" for place, one in enumerate(who)]
    return pa.table({"msg_time": pa.array(at, pa.timestamp("us", ZONE)), "sender": names, "sender_qq": who})


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("engine", ENGINES)
def test_the_later_of_two_names_is_shown_in_any_two_years(engine: str, question: str) -> None:
    found = QUESTIONS[question](ENGINES[engine](said()))
    names = nw.from_native(found).select("displayname").to_native()
    assert {row["displayname"] for row in rows(names)} == {f"新名{one}" for one in range(len(YEARS) - 1)}
