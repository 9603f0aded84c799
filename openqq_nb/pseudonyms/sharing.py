"""A log or frame of messages of which every column is replaced or known to tell nobody."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, overload

import pandas as pd

from openqq_nb.errors import InvalidInput, listed
from openqq_nb.logs import Log
from openqq_nb.pseudonyms.invented import DISCUSS, GROUP, PERSON, Invented
from openqq_nb.pseudonyms.names import ALSO_NAMED, NAMED, Names
from openqq_nb.pseudonyms.texts import SHORTEST_NUMBER, Texts
from openqq_nb.schema import MESSAGES

_MESSAGE: Final = "message"
_NUMBERS: Final[Mapping[str, str]] = {
    "sender_qq": PERSON, "receiver_qq": PERSON, "gnumber": GROUP, "discuss_id": DISCUSS,
    "sender_id": "sender_id", "receiver_id": "sender_id", "group_id": "group_id",
    "msg_id": _MESSAGE, "reply_to": _MESSAGE, "login": "login",
}  # fmt: skip
_NUMBERS_IN_TEXTS: Final = (
    "sender_qq", "receiver_qq", "gnumber", "discuss_id", "sender_id", "receiver_id", "group_id",
)  # fmt: skip
_PLACES: Final[Mapping[str, str]] = {"group": GROUP, "discuss": DISCUSS, "friend": PERSON, "session": GROUP}
_KNOWN_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "type": frozenset({"message", "group_message", "discuss_message", "sess_message"}),
    "kind": frozenset({
        "text", "image", "face", "file", "voice", "video", "reply", "forward", "share", "system", "recall", "other",
    }),
    "via": frozenset({"group", "discuss"}),
    "msg_class": frozenset({"recv", "send"}),
    "delivery": frozenset({"sent", "accepted", "failed", "unknown"}),
}  # fmt: skip
# What a shared log has no use for, or what may hold anything: the parts of a message, the words of servers.
_LEFT_OUT: Final = frozenset({"segments", "status", "info"})
_MEASURES: Final = frozenset(column.name for column in MESSAGES.columns if column.kind != "text")
_A_MEASURE: Final = re.compile(
    r"[0-9.+-]{1,20}|[0-9-]{8,10}[ T][0-9:.+Z-]{4,24}|[0-9-]{8,10}|true|false", re.IGNORECASE
)
_LARGEST_WHOLE: Final = 2**53
_HALF_PAIRS: Final = re.compile("[\ud800-\udfff]")


@overload
def pseudonymise(log: Log[Any], key: str | None = None, *, text: bool = True) -> Log[pd.DataFrame]: ...
@overload
def pseudonymise(log: pd.DataFrame, key: str | None = None, *, text: bool = True) -> pd.DataFrame: ...
def pseudonymise(
    log: Log[Any] | pd.DataFrame, key: str | None = None, *, text: bool = True
) -> Log[pd.DataFrame] | pd.DataFrame:
    """Make a log that can be shared: whoever is in it appears under an invented name and number.

    The same person, group or message gets the same pseudonym everywhere in the result, so that every question can be
    asked of it: numbers, ids, names, quotes and `chat_key`. Columns that may hold anything (`segments`, what a server
    said, columns of other tools) are left out; so are words that are not known in `type`, `kind`, `via`, `msg_class`
    and `delivery`. Times stay as they are, and what is empty stays empty. A writer without a number is shown as the
    one person whose name it is in the log; two names of one person, both without a number, become one so.

    In texts these are replaced: addresses that begin with `http` or `www`; mail addresses; digits of any width, five
    and more in a row or with single blanks or hyphens between, by the pseudonym of the person, group or discuss if it
    is in the log; names that occur in the log, nicks and cards in other columns among them, in capitals or not. A name
    of one character is replaced after `@` only, and `@全体成员`, which is everybody, stays.

    It is no anonymity: who was there recognises what was said. In texts stay names that are in no column of the log or
    spelled otherwise, parts of names, names of one character without `@`, fewer than five digits, numbers in words,
    addresses that begin otherwise, and what people tell of themselves. Where that matters, give `text=False`.

    Args:
        log: a log of any engine, or a frame of messages of pandas.
        key: a text of twelve and more characters that you keep to yourself: the same key gives the same pseudonyms in
            another log. Without one they are new at each call, and nobody can find them out by trying numbers.
        text: whether texts are kept; else `content` tells only how long each was, as in `[文字:12]`.

    Returns:
        The same messages in the same order and the declared columns, as a log or a frame of pandas with a RangeIndex,
        like the one given.

    Raises:
        InvalidInput: it is neither a log nor a frame of messages of pandas, numbers are kept as fractions or mixed
            with them, or the key is no text or too short.

    Example:
        >>> import pandas as pd
        >>> import openqq_nb as oq
        >>> said = pd.DataFrame({"sender": ["小灰", "小白"], "content": ["@小白 在吗？", "在"]})
        >>> shared = oq.pseudonymise(said, key="secret of mine")
        >>> "小白" in shared.to_string(), shared["content"][0] == f"@{shared['sender'][1]} 在吗？"
        (False, True)
    """
    invented = Invented(key)
    if isinstance(log, Log):
        return Log.of(_shared(log.read(), invented, text=text), "pseudonyms")
    return _shared(_messages(log), invented, text=text)


def _messages(given: object) -> pd.DataFrame:
    if isinstance(given, pd.DataFrame):
        if given.columns.is_unique and {"content", "sender"} <= set(given.columns):
            return given
        found = f"a frame with the columns{listed([', '.join(map(str, given.columns)) or 'none'])}"
    else:
        found = f"one of type {type(given).__name__} of {type(given).__module__.partition('.')[0]}"
    raise InvalidInput(
        "A log or a frame of messages of pandas, with sender and content, each column once, is made sharable.\n"
        f"Found: {found}\nGive `oq.open_log(path)`, whatever its engine, or a frame of pandas: `log.read()`."
    )


def _shared(messages: pd.DataFrame, invented: Invented, *, text: bool) -> pd.DataFrame:
    # An index may be of numbers or names.
    messages = messages.reset_index(drop=True)
    written = _as_texts(messages)
    # In a csv what is missing is empty: nobody's number or name.
    empty = written.isin([""])
    told = written.mask(empty)
    names = Names.of(told, invented)
    columns = {}
    for name in [one for one in messages.columns if one in MESSAGES.names and one not in _LEFT_OUT]:
        if name in _MEASURES:
            columns[name] = _measures(messages[name])
        elif name in NAMED:
            columns[name] = names.column(told, name).astype(told[name].dtype).mask(empty[name], "")
        else:
            how = _way(name, told, names, invented, text=text)
            columns[name] = _each(told[name], how).mask(empty[name], "")
    return pd.DataFrame(columns, index=messages.index)


def _way(
    column: str, told: pd.DataFrame, names: Names, invented: Invented, *, text: bool
) -> Callable[[str], str | None]:
    """Give what is done with each text of a column."""
    if column in _NUMBERS:
        return partial(invented.number, _NUMBERS[column])
    if column == "chat_key":
        return partial(_key, invented)
    if column == "content":
        return Texts(names.by_name, _numbers(told, invented), invented).shared if text else _length
    return partial(_known, _KNOWN_WORDS.get(column, frozenset()))


def _as_texts(messages: pd.DataFrame) -> pd.DataFrame:
    """Give the columns that are looked at as texts, whatever they were: numbers, categories, mixtures."""
    wanted = [*(name for name in MESSAGES.names if name not in _MEASURES), *ALSO_NAMED]
    return pd.DataFrame(
        {name: _texts(messages[name]) for name in wanted if name in messages}, index=messages.index
    )


def _texts(column: "pd.Series[Any]") -> "pd.Series[Any]":
    if isinstance(column.dtype, pd.StringDtype):
        return column
    if column.name in _NUMBERS:
        _check_fractions(column)
    if pd.api.types.is_float_dtype(column.dtype) and (column.dropna() % 1 == 0).all():
        # A missing number makes floats of all others of its column.
        column = column.astype("Int64")
    return column.astype(object).map(_text, na_action="ignore").astype("str")


def _check_fractions(column: "pd.Series[Any]") -> None:
    """Refuse numbers kept as fractions: beside texts they are others, and long ones are no longer what they were."""
    kept = column.dropna()
    if pd.api.types.is_float_dtype(column.dtype):
        damaged, found = not ((kept % 1 == 0) & (kept.abs() < _LARGEST_WHOLE)).all(), f"{column.dtype},"
    else:
        damaged = any(map(pd.api.types.is_float, kept.array))
        found = f"{column.dtype}, with fractions in it,"
    if damaged:
        raise InvalidInput(
            f"The column `{column.name}` of the messages must be text.\n"
            f"It is {found} which damages long numbers.\nRead it as text from the start, also in each frame that is "
            "put to another; whole numbers: `.astype('Int64').astype('str')`."
        )


def _text(cell: object) -> str:
    """Write a cell; half a surrogate pair, which no UTF-8 holds, becomes U+FFFD."""
    return _HALF_PAIRS.sub("\ufffd", str(cell))


def _measures(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Keep times, counts and flags; where they are texts, only those that can be one."""
    if pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column
    is_one = column.astype(object).map(lambda one: _A_MEASURE.fullmatch(str(one)) is not None)
    return column.astype(object).where(is_one)


def _each(texts: "pd.Series[Any]", how: Callable[[str], str | None]) -> "pd.Series[Any]":
    """Replace each text of a column; equal ones are worked on once."""
    return texts.map({one: how(one) for one in texts.dropna().unique()}).astype(texts.dtype)


def _numbers(told: pd.DataFrame, invented: Invented) -> Mapping[str, str]:
    """Give the pseudonym of each number that the columns know, those of people first."""
    found: dict[str, str] = {}
    for column in [one for one in _NUMBERS_IN_TEXTS if one in told]:
        for one in told[column].dropna().unique():
            if len(one) >= SHORTEST_NUMBER:
                found.setdefault(one, invented.number(_NUMBERS[column], one))
    return found


def _key(invented: Invented, chat_key: str) -> str:
    """Replace what identifies a chat; of keys that are not ours nothing is kept."""
    place, colon, where = chat_key.partition(":")
    if not colon or place not in _PLACES:
        return invented.number(GROUP, chat_key)
    if place != "session":
        return f"{place}:{invented.number(_PLACES[place], where)}"
    where, _, who = where.partition(":")
    return f"{place}:{invented.number(GROUP, where)}:{invented.number(PERSON, who)}"


def _known(words: frozenset[str], word: str) -> str | None:
    return word if word in words else None


def _length(text: str) -> str:
    return f"[文字:{len(text)}]"
