"""A log that can be shown to others: people, groups and numbers under invented names."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, overload

import pandas as pd

from openqq_nb.errors import InvalidInput, listed
from openqq_nb.logs import Log
from openqq_nb.schema import MESSAGES

_PERSON, _GROUP, _DISCUSS, _MESSAGE, _LOGIN = "person", "group", "discuss", "message", "login"
_NUMBERS: Final[Mapping[str, str]] = {
    "sender_qq": _PERSON, "receiver_qq": _PERSON, "gnumber": _GROUP,
    "sender_id": "sender_id", "receiver_id": "sender_id", "group_id": "group_id", "discuss_id": _DISCUSS,
    "msg_id": _MESSAGE, "reply_to": _MESSAGE, "login": _LOGIN,
}  # fmt: skip
_TOLD_BY_NUMBER: Final[Sequence[tuple[str, str, str]]] = (
    ("sender", "sender_qq", _PERSON), ("receiver", "receiver_qq", _PERSON), ("group", "gnumber", _GROUP),
)  # fmt: skip
_WORDS: Final[Mapping[str, str]] = {_PERSON: "成员", _GROUP: "群", _DISCUSS: "讨论组"}
_PLACES: Final[Mapping[str, str]] = {
    "group": _GROUP,
    "discuss": _DISCUSS,
    "friend": _PERSON,
    "session": _GROUP,
}
# What a shared log has no use for, or what may hold anything: the parts of a message, the words of servers.
_LEFT_OUT = frozenset({"segments", "status", "info"})
_SHORTEST_NAME = 2
_ADDRESSES = re.compile(r"(?:https?://|www\.)[^\s<>\"']+", re.IGNORECASE | re.ASCII)
_MAILS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_DIGITS = re.compile(r"(?<![0-9])[0-9]{5,}(?![0-9])", re.ASCII)


@overload
def pseudonymise(log: Log[Any], key: str | None = None, *, text: bool = True) -> Log[pd.DataFrame]: ...
@overload
def pseudonymise(log: pd.DataFrame, key: str | None = None, *, text: bool = True) -> pd.DataFrame: ...
def pseudonymise(
    log: Log[Any] | pd.DataFrame, key: str | None = None, *, text: bool = True
) -> Log[pd.DataFrame] | pd.DataFrame:
    """Make a log that can be shared: whoever is in it appears under an invented name and number.

    The same person, group or message gets the same pseudonym everywhere in the result, so that every question can be
    asked of it: numbers, ids, names, quotes and `chat_key`. In texts, names that occur in the log, runs of five and
    more digits, addresses of pages and of mail are replaced. Columns that may hold anything (`segments`, what a server
    said, columns of other tools) are left out. Times stay as they are.

    It is no anonymity: who was there recognises what was said, and a name that never wrote and was never written to is
    not known to be one. Where that matters, give `text=False`.

    Args:
        log: a log, or a frame of messages of pandas.
        key: any text of your own that you keep to yourself: the same key gives the same pseudonyms in another log.
            Without one they are new at each call, and nobody can find them out by trying numbers.
        text: whether texts are kept; else `content` tells only how long each was, as in `[文字:12]`.

    Returns:
        The same messages in the same order and the declared columns, as a log or a frame, like the one given.

    Raises:
        InvalidInput: it is neither a log nor a frame of messages.

    Example:
        >>> import pandas as pd
        >>> import openqq_nb as oq
        >>> said = pd.DataFrame({"sender": ["小灰", "小白"], "content": ["@小白 在吗？", "在"]})
        >>> shared = oq.pseudonymise(said, key="secret of mine")
        >>> "小白" in shared.to_string(), shared["content"][0] == f"@{shared['sender'][1]} 在吗？"
        (False, True)
    """
    if isinstance(log, Log):
        return Log.of(_shared(log.read(), key, text=text), "pseudonyms")
    return _shared(_messages(log), key, text=text)


def _messages(given: object) -> pd.DataFrame:
    if isinstance(given, pd.DataFrame) and {"content", "sender"} <= set(given.columns):
        return given
    found = listed([", ".join(map(str, given.columns))]) if isinstance(given, pd.DataFrame) else repr(given)
    raise InvalidInput(
        f"A log or a frame of messages of pandas, with sender and content, is made sharable.\nFound: {found}\n"
        "Give `oq.open_log(path)`, or `log.df`."
    )


def _shared(messages: pd.DataFrame, key: str | None, *, text: bool) -> pd.DataFrame:
    invented = _Invented(secrets.token_bytes(32) if key is None else key.encode())
    kept = [name for name in messages.columns if name in MESSAGES.names and name not in _LEFT_OUT]
    shared = messages[kept].copy()
    names = _names(messages, invented)
    for column, kind in _NUMBERS.items():
        _replace(shared, column, partial(invented.number, kind))
    for column in ("sender", "receiver", "group", "discuss", "chat"):
        if column in shared:
            shared[column] = names.column(messages, column).astype(shared[column].dtype)
    _replace(shared, "chat_key", lambda one: _key(one, invented))
    _replace(shared, "content", _Texts(names.by_name, invented).shared if text else _length)
    return shared


def _replace(frame: pd.DataFrame, column: str, how: Callable[[str], str]) -> None:
    """Replace each text of a column; equal ones are worked on once."""
    if column in frame:
        texts = frame[column]
        mapped = {one: how(one) for one in texts.dropna().unique()}
        frame[column] = texts.map(mapped).astype(texts.dtype)


class _Invented:
    """Makes pseudonyms that follow from what they stand for and a key, and from which nothing follows."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def number(self, kind: str, real: str) -> str:
        """Invent a number: 12 digits, one more than any real one of a person or group has."""
        return str(10**11 + self._hash(kind, real) % (9 * 10**11))

    def name(self, kind: str, real: str) -> str:
        """Invent a name, such as 成员K3F9X2AB."""
        rest, code = self._hash(kind, real), ""
        for _ in range(8):
            rest, letter = divmod(rest, 32)
            code += "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[letter]
        return f"{_WORDS[kind]}{code}"

    def _hash(self, kind: str, real: str) -> int:
        told = f"{kind}\0{real}".encode("utf-8", "surrogatepass")
        return int.from_bytes(hmac.digest(self._key, told, hashlib.sha256)[:8], "big")


@dataclass(frozen=True, slots=True)
class _Names:
    """The invented names of all who are named."""

    by_name: Mapping[str, str]
    invented: _Invented

    def column(self, messages: pd.DataFrame, column: str) -> "pd.Series[str]":
        """Give the invented names of a column, of each row by its number, else by its name."""
        number, kind = {one: (number, kind) for one, number, kind in _TOLD_BY_NUMBER}.get(column, ("", ""))
        named = messages[column].map(self.by_name)
        if number not in messages:
            return named
        told = messages[number].map(lambda one: self.invented.name(kind, one), na_action="ignore")
        return told.where(messages[column].notna() & messages[number].notna(), named)


def _names(messages: pd.DataFrame, invented: _Invented) -> _Names:
    """Invent a name for each name that occurs: that of the number it belongs to, if it is one only."""
    found: dict[str, str] = {}
    for column, number, kind in (*_TOLD_BY_NUMBER, ("discuss", "discuss_id", _DISCUSS), ("chat", "", _GROUP)):
        if column not in messages:
            continue
        pairs = messages[[column]].assign(number=messages.get(number))
        for name, numbers in pairs.dropna(subset=column).drop_duplicates().groupby(column)["number"]:
            known = numbers.dropna().unique()
            real = known[0] if len(known) == 1 else str(name)
            found.setdefault(str(name), invented.name(kind, str(real)))
    return _Names(found, invented)


def _key(chat_key: str, invented: _Invented) -> str:
    place, _, rest = chat_key.partition(":")
    kind = _PLACES.get(place, _GROUP)
    where, _, who = rest.partition(":")
    parts = [place, invented.number(kind, where)]
    return ":".join([*parts, invented.number(_PERSON, who)] if who else parts)


class _Texts:
    """Replaces in texts what tells who somebody is."""

    def __init__(self, names: Mapping[str, str], invented: _Invented) -> None:
        self._names = {name: other for name, other in names.items() if len(name) >= _SHORTEST_NAME}
        self._pattern = _any_of(self._names)
        self._invented = invented

    def shared(self, text: str) -> str:
        """Replace names, then addresses and numbers, in what is left of the text."""
        if self._pattern is None:
            return self._plain(text)
        parts: list[str] = []
        end = 0
        for found in self._pattern.finditer(text):
            parts += [self._plain(text[end : found.start()]), self._names[found[0]]]
            end = found.end()
        return "".join([*parts, self._plain(text[end:])])

    def _plain(self, text: str) -> str:
        without = _MAILS.sub("[邮箱]", _ADDRESSES.sub("[链接]", text))
        return _DIGITS.sub(lambda found: self._invented.number(_PERSON, found[0]), without)


def _any_of(names: Iterable[str]) -> re.Pattern[str] | None:
    """Find any of some names, the longest first; those that begin alike are looked at together."""
    begun: dict[str, list[str]] = {}
    for name in sorted(names, key=len, reverse=True):
        begun.setdefault(name[0], []).append(re.escape(name[1:]))
    branches = [f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in begun.items()]
    return re.compile("|".join(branches)) if branches else None


def _length(text: str) -> str:
    return f"[文字:{len(text)}]"
