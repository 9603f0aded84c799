import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openqq_nb.chatlab import write_chatlab
from openqq_nb.columns import to_pandas
from openqq_nb.errors import InvalidInput
from openqq_nb.readers.chatlab_words import TYPES
from openqq_nb.readers.files import of_file
from tests.readers.sources import EXAMPLES, found, problems, read

SCHEMA = json.loads((Path(__file__).parent / "chatlab.schema.json").read_text(encoding="utf-8"))
BOTH = pytest.mark.parametrize("end", [".json", ".jsonl"])
SAME = ["msg_time", "sender", "sender_qq", "content", "kind", "reply_to", "msg_id"]
TIME = pd.Timestamp("2026-11-17 20:15", tz="Asia/Shanghai")


def frame_of(path: Path) -> pd.DataFrame:
    parts = read(of_file(path))
    assert not problems(parts)
    return to_pandas(pa.concat_tables([part.messages for part in parts], promote_options="default"))


def example(name: str) -> Iterator[pd.DataFrame]:
    parts = [part for source in found(EXAMPLES / name) for part in read(source)]
    frame = to_pandas(pa.concat_tables([part.messages for part in parts], promote_options="default"))
    return (rows for _, rows in frame.groupby("chat_key"))


def said(**columns: Any) -> pd.DataFrame:
    given_ = {"msg_time": [TIME], "sender": ["小灰"], "sender_qq": ["7"], "content": ["好"], "kind": ["text"]}
    return pd.DataFrame(given_ | {"chat_key": ["group:42"], "chat": ["饭友"], "gnumber": ["42"]} | columns)


def check(path: Path) -> None:
    """Validate a file by the published rules."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        jsonschema.validate(json.loads(text), SCHEMA)
        return
    line_schema = {"$ref": "#/$defs/line", "$defs": SCHEMA["$defs"]}
    lines = [json.loads(line) for line in text.split("\n")[:-1]]
    assert [line["_type"] for line in lines] == sorted(
        (line["_type"] for line in lines), key=["header", "member", "message"].index
    )
    for line in lines:
        jsonschema.validate(line, line_schema)


def cells(frame: pd.DataFrame) -> list[dict[str, Any]]:
    whole = frame.assign(msg_time=frame["msg_time"].dt.floor("s")).reindex(columns=SAME)
    rows = whole.astype(object).where(whole.notna(), None).to_dict("records")
    return [{str(name): cell for name, cell in row.items()} for row in rows]


def test_examples_obey_the_rules_too() -> None:
    check(EXAMPLES / "chatlab" / "group.json")


@BOTH
@pytest.mark.parametrize(
    "name",
    [
        "chatlab/group.json",
        "onebot/events.jsonl",
        "gocqhttp/msg.db",
        "qce/v6.json",
        "pcqq/all-chats.txt",
        "pcqq/group-utf8bom.txt",
    ],
)
def test_log_that_was_written_is_read_back_equal(name: str, end: str, tmp_path: Path) -> None:
    for number, chat in enumerate(example(name)):
        path = write_chatlab(chat, tmp_path / f"{number}{end}")
        check(path)
        back = frame_of(path)
        assert cells(back) == cells(chat)
        assert back["chat"].unique().tolist() == [chat["chat"].iloc[-1]]


@BOTH
def test_own_messages_stay_own(end: str, tmp_path: Path) -> None:
    for chat in example("onebot/events.jsonl"):
        back = frame_of(write_chatlab(chat, tmp_path / f"own{end}"))
        if chat["own"].any() or chat["type"].iloc[0] == "message":
            assert back["own"].tolist() == chat["own"].tolist()


@BOTH
def test_people_without_a_number_stay_without_one(end: str, tmp_path: Path) -> None:
    names = ["小灰", "12345", "system", "0", "unknown", "系统消息", None, None]
    kinds = ["text"] * 6 + ["system", "recall"]
    frame = said(
        msg_time=[TIME] * 8, sender=names, sender_qq=[None] * 8, content=list("abcdefgh"), kind=kinds,
        chat_key=["group:42"] * 8, chat=["饭友"] * 8, gnumber=["42"] * 8,
    )  # fmt: skip
    path = write_chatlab(frame, tmp_path / f"x{end}")
    check(path)
    assert cells(frame_of(path)) == cells(frame)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8) | st.sampled_from(
    ["=1+1", "<b>", "a\0b", "\u202e", "\u2028\x85", "10001", '"},{"', "\n", "\ufeff"]
)
KINDS = [*TYPES, "other"]
NUMBER = st.none() | st.integers(10_000, 10**17).map(str)
ROW = st.fixed_dictionaries(
    {
        "msg_time": st.none() | st.datetimes(pd.Timestamp("2005-01-01"), pd.Timestamp("2100-01-01")),
        "sender_qq": NUMBER,
        "sender": TEXT,
        "content": TEXT,
        "kind": st.sampled_from(KINDS),
        "reply_to": NUMBER,
        "msg_id": NUMBER,
    }
)


@pytest.mark.slow
@given(rows=st.lists(ROW, min_size=1, max_size=6), end=st.sampled_from([".json", ".jsonl"]))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_survives(
    rows: list[dict[str, Any]], end: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    frame = pd.DataFrame(rows)
    times = pd.to_datetime(frame["msg_time"]).astype("datetime64[us]").dt.tz_localize("Asia/Shanghai")
    frame = frame.assign(msg_time=times, chat_key="group:42", chat="饭友")
    path = write_chatlab(frame, tmp_path_factory.mktemp("c") / f"x{end}")
    check(path)
    parts = read(of_file(path))
    assert [one.why for one in problems(parts)] == ["Its time was not understood: 0"] * int(
        times.isna().sum()
    )
    back = to_pandas(pa.concat_tables([part.messages for part in parts], promote_options="default"))
    assert cells(back) == cells(frame)


def test_half_a_surrogate_pair_becomes_a_replacement_character(tmp_path: Path) -> None:
    frame = said(content=pd.Series(["a\ud800b"], dtype=object), sender=pd.Series(["\udfff"], dtype=object))
    back = frame_of(write_chatlab(frame, tmp_path / "x.json"))
    assert back[["content", "sender"]].values.tolist() == [["a\ufffdb", "\ufffd"]]


def test_frame_of_several_chats_is_refused_with_the_choices(tmp_path: Path) -> None:
    frame = pd.concat([said(), said(), said(chat_key=["friend:9"], chat=["阿澈"])])
    with pytest.raises(InvalidInput) as refused:
        write_chatlab(frame, tmp_path / "x.json")
    assert "group:42  饭友 (2 messages)" in str(refused.value)
    assert "friend:9  阿澈 (1 messages)" in str(refused.value)
    assert "chat_key='group:42'" in str(refused.value)
    assert not list(tmp_path.glob("x*"))


@pytest.mark.parametrize(
    ("frame", "path", "words"),
    [
        (said(), "x.txt", "ends in neither"),
        (said(), "", "ends in neither"),
        (said(), "none/x.json", "The folder of"),
        ("text", "x.json", "Found one of type str"),
        (said().drop(columns="content"), "x.json", "has a column content"),
        (said(msg_time=[pd.Timestamp("2026-11-17")]), "x.json", "times with a zone"),
    ],
)
def test_what_cannot_be_written_is_refused(frame: Any, path: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=words):
        write_chatlab(frame, tmp_path / path if path else "")


def test_file_that_is_there_stays_as_it_was_after_an_error(tmp_path: Path) -> None:
    path = write_chatlab(said(), tmp_path / "x.json")
    before = path.read_bytes()
    with pytest.raises(InvalidInput):
        write_chatlab(pd.concat([said(), said(chat_key=["friend:9"])]), path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["x.json"]


@BOTH
def test_empty_frame_makes_a_file_without_messages(end: str, tmp_path: Path) -> None:
    path = write_chatlab(said().iloc[:0], tmp_path / f"x{end}", name="饭友")
    check(path)
    assert len(frame_of(path)) == 0


def test_name_may_be_given(tmp_path: Path) -> None:
    assert frame_of(write_chatlab(said(), tmp_path / "x.json", name="新名字"))["chat"].tolist() == ["新名字"]


def test_anything_with_messages_in_df_is_written(tmp_path: Path) -> None:
    class Log:
        df = said()

    assert len(frame_of(write_chatlab(Log(), tmp_path / "x.JSONL"))) == 1


@BOTH
def test_friend_stays_the_friend_where_the_account_said_nothing(end: str, tmp_path: Path) -> None:
    frame = said(chat_key=["friend:7"], type=["message"], own=[False], receiver_qq=["1"], chat=["老灰"])
    back = frame_of(write_chatlab(frame.drop(columns="gnumber"), tmp_path / f"x{end}"))
    assert back[["chat_key", "own", "receiver_qq", "chat"]].values.tolist() == [
        ["friend:7", False, "1", "老灰"]
    ]
