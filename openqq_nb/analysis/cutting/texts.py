"""The text of messages: who wrote it, without what is no talk, and results as the kind of frame it came from."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, cast

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.analysis.cutting.tokens import Numbers, Tokens, cut
from openqq_nb.analysis.engines import collected, is_dask, is_spark, of_values
from openqq_nb.analysis.frames import AT, PERSON, AnyFrame, messages
from openqq_nb.analysis.persons import last_names, shown
from openqq_nb.columns import Schema, to_pandas
from openqq_nb.errors import NotSupported

# What ends a phrase stands where something was left out.
_GONE = "，"
_ADDRESS = r"(?i)(?:\b[a-z][a-z0-9+.-]{1,15}://|\bwww\.)[!-~]+|\b[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+"
_PLACEHOLDERS = (
    "图片|动画表情|表情|语音|视频|文件|合并转发|聊天记录|卡片|骰子|猜拳|窗口抖动|戳一戳|推荐|位置|音乐|红包|转账|闪照|链接|"
    "分享|小程序|回复|礼物|markdown"
)
_PLACEHOLDER = rf"\[(?:QQ)?(?:{_PLACEHOLDERS})(?:[:：][^\]\r\n]*)?\]"
_LINE_BREAKS = "[\\r\\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+"
_MENTION = re.compile(r"@(?=[^\s@])")
_MENTIONED = re.compile(r"[^\s@]+")


@dataclass(frozen=True, slots=True)
class Told:
    """Messages of text.

    Attributes:
        columns: of each message, beside its text.
        text: the place of its text among those that were cut; equal texts are one.
        tokens: what the texts are made of.
        origin: the frame that they came from.
    """

    columns: pa.Table
    text: Numbers
    tokens: Tokens
    origin: AnyFrame

    def back(self, result: pd.DataFrame, schema: Schema) -> Any:  # noqa: ANN401 - a frame of any engine
        """Give a result as the kind of frame that the messages came in, with the columns of a schema."""
        arrays = [
            pa.array(result[column.name], from_pandas=True).cast(column.arrow_type)
            for column in schema.columns
        ]
        made = pa.table(arrays, schema.names)
        engine: nw.Implementation = self.origin.implementation
        if engine == nw.Implementation.PANDAS:
            return to_pandas(made)
        if engine == nw.Implementation.DUCKDB:
            return of_values(made, self.origin.to_native())
        frame = nw.from_arrow(made, backend=cast(Any, engine))
        return (frame.lazy() if isinstance(self.origin, nw.LazyFrame) else frame).to_native()


def told(log: object, needed: Sequence[str] = ()) -> Told:
    """Read and cut the text of messages: of kind `text` and `reply`, and where the kind is not known.

    A question takes what this gives in place of the log, so several can be asked of text that is cut once.

    Args:
        log: a log, an inbox, or a frame of messages of pandas, polars or DuckDB; what this gave before comes back as it
            is, with the columns that were needed then.
        needed: more columns of the messages.

    Raises:
        InvalidInput: it is no frame of messages.
        NotSupported: it is a frame of Dask or PySpark.
        NotSupported: nothing is installed that cuts Chinese text.
    """
    if isinstance(log, Told):
        return log
    frame = messages(log, ("content", *needed))
    _refuse(frame)
    spoken = nw.col("kind").is_in(["text", "reply"]) | nw.col("kind").is_null()
    names = list(dict.fromkeys(("content", PERSON, "sender", "sender_qq", AT, *needed)))
    chosen = frame.filter(spoken & ~nw.col("content").is_null()).select(names)
    table = (chosen.collect("pyarrow") if isinstance(chosen, nw.LazyFrame) else chosen).to_arrow()
    content = _encoded(table["content"])
    names_known = {name for name in pc.unique(table["sender"]).to_pylist() if name}
    tokens = cut(cleaned(content.dictionary, names_known))
    text = content.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return Told(table.drop_columns(["content"]), text, tokens, frame)


def _refuse(frame: AnyFrame) -> None:
    if is_dask(frame) or is_spark(frame):
        raise NotSupported(
            "Words are cut on this machine, from messages of pandas, polars or DuckDB.\n"
            f"These are of {frame.implementation.value}.\n"
            'Open the log with engine="duckdb" or "polars", or take what you need of it with '
            f"`{'.compute()' if is_dask(frame) else '.toPandas()'}`."
        )


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    whole = column.cast(pa.large_string()).combine_chunks().dictionary_encode()
    return whole.combine_chunks() if isinstance(whole, pa.ChunkedArray) else whole


def cleaned(texts: pa.Array, names: AbstractSet[str] = frozenset()) -> pa.Array:
    """Leave out addresses, placeholders and mentions; what is left is one line.

    Args:
        texts: without missing values.
        names: those that people go by; a mention of them ends where the name does, even if it has blanks in it. Any
            other ends at the next blank.

    Example:
        >>> cleaned(pa.array(["@小灰 看 https://example.org/a 这个[图片]"])).to_pylist()
        ['， 看 ， 这个，']
    """
    texts = texts.cast(pa.large_string())
    for pattern in (_ADDRESS, _PLACEHOLDER, _LINE_BREAKS):
        texts = pc.replace_substring_regex(texts, pattern, _GONE)
    having = pc.match_substring(texts, "@")
    if not pc.any(having).as_py():
        return texts
    lengths = sorted({len(name) for name in names if len(name) > 1}, reverse=True)
    without = [_without_mentions(text, names, lengths) for text in texts.filter(having).to_pylist()]
    return pc.replace_with_mask(texts, having, pa.array(without, pa.large_string()))


def _without_mentions(text: str, names: AbstractSet[str], lengths: Sequence[int]) -> str:
    kept, place = [], 0
    for sign in _MENTION.finditer(text):
        if sign.start() >= place:
            kept.append(text[place : sign.start()])
            place = _end_of_name(text, sign.end(), names, lengths)
    return _GONE.join([*kept, text[place:]])


def _end_of_name(text: str, start: int, names: AbstractSet[str], lengths: Sequence[int]) -> int:
    for length in lengths:
        if text[start : start + length] in names:
            return min(start + length, len(text))
    found = _MENTIONED.match(text, start)
    return found.end() if found else start


def coded(column: pa.ChunkedArray) -> Numbers:
    """Number the values of a column in the order in which they come."""
    codes: Numbers = pd.factorize(column.to_pandas(), use_na_sentinel=False)[0].astype(np.int64)
    return codes


def people(columns: pa.Table) -> pd.DataFrame:
    """Tell who wrote: the number and the name that each had last.

    Args:
        columns: of messages: `sender_qq`, `sender`, `at_us`.

    Returns:
        One row a person: `person`, `qq`, `displayname`.
    """
    names = columns.group_by(["sender_qq", "sender"]).aggregate([(AT, "max")])
    frame = nw.from_native(names.rename_columns(["sender_qq", "sender", "last"]), eager_only=True)
    return collected(shown(last_names(frame), None))
