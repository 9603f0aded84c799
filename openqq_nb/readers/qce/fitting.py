"""What the quick decoder refuses, made to fit: other types than expected, other bytes than UTF-8."""

import json
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar, cast, get_args, get_origin

import msgspec

from openqq_nb.readers.recoding import is_gb18030
from openqq_nb.readers.splitting import BROKEN, Decoding, Mended

S = TypeVar("S", bound=msgspec.Struct)

_SHOWN = 60
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_PLAIN = (str, int, float, bool, type(None))


@dataclass(frozen=True, slots=True)
class Fitting(Generic[S]):
    """Makes messages out of any JSON objects.

    Attributes:
        kind: the type of a message.
        known: names of which a message has at least one.
    """

    kind: type[S]
    known: frozenset[str]

    def decoding(self) -> Decoding[S]:
        """Tell how messages are decoded."""
        kind: Any = self.kind
        return Decoding(msgspec.json.Decoder(list[kind]).decode, self.mended)

    def mended(self, piece: bytes) -> Mended[S]:
        """Make what can be made of one element.

        Raises:
            ValueError: it is no JSON, or no message.
        """
        text, why = _text(piece)
        values = json.loads(f"[{text}]", strict=False)
        odd: list[str] = []
        for value in values:
            if not isinstance(value, dict) or not self.known & value.keys():
                raise ValueError(f"a message is an object with {' or '.join(sorted(self.known))}")
        fitted = [_fitted(value, self.kind, odd) for value in values]
        return Mended(fitted, f"{why} {_odd(odd)}".lstrip() if odd else why)


class Later(Generic[S]):
    """Decodes objects that were passed over at first, of which most are not wanted or not new."""

    def __init__(self, kind: type[S]) -> None:
        self._kind = kind
        any_kind: Any = kind
        self._object = msgspec.json.Decoder(any_kind | None)
        self._list = msgspec.json.Decoder(list[any_kind] | None)

    def one(self, written: bytes) -> tuple[S | None, str]:
        """Decode one object; gives it, and what is odd about it."""
        if not written:
            return None, ""
        try:
            return self._object.decode(written), ""
        except BROKEN:
            found, why = self._mended(written)
            return (found[0] if found else None), why

    def objects(self, written: bytes) -> tuple[list[S], str]:
        """Decode a list of objects; gives them, and what is odd about them."""
        if not written:
            return [], ""
        try:
            return self._list.decode(written) or [], ""
        except BROKEN:
            return self._mended(written)

    def _mended(self, written: bytes) -> tuple[list[S], str]:
        text, why = _text(written)
        try:
            found = json.loads(text, strict=False)
        except BROKEN as error:
            return [], f"{why} {type(error).__name__}: {text[:_SHOWN]}".lstrip()
        odd: list[str] = []
        values = found if isinstance(found, list) else [found]
        fitted = [_fitted(one, self._kind, odd) for one in values if isinstance(one, Mapping)]
        odd += [str(one)[:_SHOWN] for one in values if not isinstance(one, Mapping)]
        return fitted, f"{why} {_odd(odd)}".lstrip() if odd else why


def _odd(found: list[str]) -> str:
    return f"Not of the usual type: {', '.join(found)}."


def _text(piece: bytes) -> tuple[str, str]:
    try:
        return piece.decode(), ""
    except UnicodeDecodeError:
        # String by string, since only some may be in another encoding.
        mended = _STRING.sub(lambda found: _as_utf8(found[0]), piece)
    if mended != piece and b"\xef\xbf\xbd" not in mended:
        return mended.decode("utf-8", "replace"), "Some of it is no UTF-8; it was read as GB18030."
    return mended.decode("utf-8", "replace"), "Some of its bytes are no UTF-8; \ufffd stands in their place."


def _as_utf8(written: bytes) -> bytes:
    encoding = "gb18030" if is_gb18030(written) else "utf-8"
    return written.decode(encoding, "replace").encode(errors="replace")


def _fitted(found: Mapping[str, Any], kind: type[Any], odd: list[str]) -> Any:  # noqa: ANN401 - any struct
    names = zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True)
    cells = {name: _cell(found[key], key, kind, odd) for name, key in names if key in found}
    return kind(**{name: cell for name, cell in cells.items() if cell is not None})


def _cell(found: object, key: str, kind: type[Any], odd: list[str]) -> Any:  # noqa: ANN401 - any field
    if found is None:
        return None
    inner, is_list = _inner(cast(Hashable, kind)).get(key, (None, False))
    if inner is msgspec.Raw:
        return msgspec.Raw(json.dumps(found).encode())
    if inner is None:
        return found if isinstance(found, _PLAIN) else json.dumps(found, ensure_ascii=False)
    if is_list and isinstance(found, list):
        odd += [f"{key} ({str(one)[:_SHOWN]})" for one in found if not isinstance(one, Mapping)]
        return [_fitted(one, inner, odd) for one in found if isinstance(one, Mapping)]
    if not is_list and isinstance(found, Mapping):
        return _fitted(found, inner, odd)
    odd.append(f"{key} ({str(found)[:_SHOWN]})")
    return None


@cache
def _inner(kind: Any) -> Mapping[str, tuple[type[Any], bool]]:  # noqa: ANN401 - any struct
    """Tell which fields hold objects, which lists of them, and which are decoded later."""
    found: dict[str, tuple[type[Any], bool]] = {}
    for field in msgspec.structs.fields(kind):
        for option in (field.type, *get_args(field.type)):
            if get_origin(option) is list:
                found[field.encode_name] = (get_args(option)[0], True)
            elif isinstance(option, type) and issubclass(option, (msgspec.Struct, msgspec.Raw)):
                found[field.encode_name] = (option, False)
    return found
