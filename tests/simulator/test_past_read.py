"""A past that was written is read as what was said: two witnesses that share no code."""

from pathlib import Path

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb.simulator import Said
from tests.simulator.past import large, simulator


@pytest.fixture(scope="module")
def frame(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    path: Path = large().write(tmp_path_factory.mktemp("read") / "group.json")
    read: pd.DataFrame = oq.open_log(path).df
    return read


def _texts(column: pd.Series) -> list[str]:
    return ["" if pd.isna(one) else str(one) for one in column]


@pytest.mark.parametrize(
    ("column", "of"),
    [
        ("content", lambda said: said.text),
        ("kind", lambda said: said.kind),
        ("msg_id", lambda said: said.msg_id),
        ("reply_to", lambda said: said.reply_to or ""),
        ("sender_qq", lambda said: said.qq),
        ("sender", lambda said: said.name),
    ],
)
def test_a_column_says_what_the_past_says(frame: pd.DataFrame, column: str, of: object) -> None:
    assert callable(of)
    assert _texts(frame[column]) == [of(said) for said in large().messages]


def test_the_times_are_those_of_the_past(frame: pd.DataFrame) -> None:
    assert [int(one.timestamp()) for one in frame["msg_time"]] == [said.at for said in large().messages]


def test_what_the_account_said_is_its_own(frame: pd.DataFrame) -> None:
    me = str(simulator().truth.me.person.qq)

    def is_own(said: Said) -> bool:
        return said.qq == me

    assert frame["own"].astype(bool).tolist() == [is_own(said) for said in large().messages]
    assert set(frame["gnumber"]) == {str(large().group.number)}
