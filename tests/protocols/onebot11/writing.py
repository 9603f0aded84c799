"""What an end writes, spelled out on its own: CQ strings, and JSON of any shape."""

from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import strategies as st

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["", "0", "all", "message", "{}", "[]", '{"prompt":"卡片"}', "[CQ:at,qq=1]"]),
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def cq_string(segments: Iterable[Mapping[str, Any]]) -> str:
    return "".join(_code(one["type"], one["data"]) for one in segments)


def _code(kind: str, data: Mapping[str, str]) -> str:
    if kind == "text":
        return _escaped(data["text"])
    pairs = "".join(f",{key}={_escaped(value).replace(',', '&#44;')}" for key, value in data.items())
    return f"[CQ:{kind}{pairs}]"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("[", "&#91;").replace("]", "&#93;")
