"""Nothing of what told who somebody is stays in a log that is shared, and everything else does."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import openqq_nb as oq
from openqq_nb.columns import to_pandas
from openqq_nb.errors import InvalidInput
from openqq_nb.logs import Log
from openqq_nb.pseudonyms import pseudonymise
from openqq_nb.readers.tables import table
from openqq_nb.schema import MESSAGES


def said(contents: list[str | None]) -> pd.DataFrame:
    count = len(contents)
    names = [("小灰", "12345678"), ("<b>坏</b>", "87654321"), ("无号", None)]
    columns: dict[str, list[Any]] = {
        "msg_time": [1_700_000_000_000_000 + row for row in range(count)],
        "type": ["group_message"] * count,
        "chat": ["秘密基地"] * count,
        "chat_key": ["group:552603"] * count,
        "gnumber": ["552603"] * count,
        "group": ["秘密基地"] * count,
        "sender": [names[row % 3][0] for row in range(count)],
        "sender_qq": [names[row % 3][1] for row in range(count)],
        "content": contents,
        "msg_id": [str(900_000 + row) for row in range(count)],
        "reply_to": [None, *(str(900_000 + row) for row in range(count - 1))],
        "segments": ['[{"type":"at","data":{"qq":"12345678"}}]'] * count,
        "account": ["33333333"] * count,
    }
    return to_pandas(table(columns))


CONTENTS = [
    "@小灰 明天吗",
    "问12345678，或 a.b@qq.com，见 https://example.com/12345678",
    None,
    "号码 13800138000",
    "无号",
]


def test_no_name_number_or_address_stays_anywhere() -> None:
    shared = pseudonymise(said(CONTENTS))
    text = shared.to_csv()
    for secret in (
        "小灰",
        "坏",
        "无号",
        "秘密基地",
        "12345678",
        "87654321",
        "552603",
        "33333333",
        "qq.com",
        "example",
        "138001",
    ):
        assert secret not in text
    assert {"segments", "account"}.isdisjoint(shared)


def test_who_is_the_same_stays_the_same_and_quotes_still_fit() -> None:
    before, shared = said(CONTENTS), pseudonymise(said(CONTENTS))
    for column in ("sender", "sender_qq", "gnumber", "chat"):
        assert (pd.factorize(shared[column])[0] == pd.factorize(before[column])[0]).all()
    assert shared["reply_to"].iloc[1:].tolist() == shared["msg_id"].iloc[:-1].tolist()
    assert shared["chat_key"].tolist() == ("group:" + shared["gnumber"]).tolist()
    assert shared["content"][0] == f"@{shared['sender'][0]} 明天吗"
    assert shared["content"][1].startswith(f"问{shared['sender_qq'][0]}，")
    assert (shared["msg_time"] == before["msg_time"]).all()
    assert shared.dtypes.equals(before.dtypes[shared.columns])


def test_pseudonyms_are_new_at_each_call_unless_a_key_is_given() -> None:
    frame = said(CONTENTS)
    assert pseudonymise(frame)["sender"][0] != pseudonymise(frame)["sender"][0]
    assert pseudonymise(frame, "k").equals(pseudonymise(frame, "k"))
    assert pseudonymise(frame, "k")["sender"][0] != pseudonymise(frame, "l")["sender"][0]


def test_without_text_only_its_length_is_told() -> None:
    assert pseudonymise(said(CONTENTS), text=False)["content"].tolist()[3] == "[文字:14]"


def test_a_log_gives_a_log_of_the_declared_columns() -> None:
    log = pseudonymise(Log.of(said(CONTENTS), "mine"))
    assert len(log) == len(CONTENTS)
    assert tuple(log.df) == MESSAGES.names
    assert "小灰" not in log.df.to_csv()


@pytest.mark.parametrize("nothing", [3, pd.DataFrame({"x": [1]})])
def test_what_is_no_log_is_refused(nothing: object) -> None:
    with pytest.raises(InvalidInput, match="made sharable"):
        oq.pseudonymise(nothing)  # type: ignore[call-overload]


@settings(deadline=None)
@given(st.lists(st.text(), min_size=3, max_size=6))
def test_any_text_keeps_its_row_and_loses_every_name(contents: list[str]) -> None:
    shared = pseudonymise(said([*contents, "x小灰x12345678x"]))
    assert len(shared) == len(contents) + 1
    assert "小灰" not in "".join(shared["content"].dropna())
    assert "12345678" not in "".join(shared["content"].dropna())
