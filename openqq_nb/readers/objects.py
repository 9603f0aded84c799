"""One JSON object as tools write it into logs: every digit is kept, and why it is none is said in a few words."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from openqq_nb import schema
from openqq_nb.errors import InvalidInput, NotUnderstood
from openqq_nb.protocols.reading import check_depth, digits, mended, posted, text

NO_JSON = "it is no JSON in UTF-8, or nested too deeply"
NO_OBJECT = "it is no JSON object"

_READ = msgspec.json.Decoder(float_hook=str)
_OURS = frozenset(schema.MESSAGES.names)
_LATEST_S = 1e11
_MICROSECONDS = 1_000_000


def decoded(body: bytes) -> dict[str, Any]:
    """Read an object; numbers with a fraction become the text of their digits.

    Raises:
        InvalidInput: it is none; the text says why, in words that follow a name.
    """
    try:
        found = _READ.decode(body)
        check_depth(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, NotUnderstood):
        return _any_object(body)
    if not isinstance(found, dict):
        raise InvalidInput(NO_OBJECT)
    return found


def _any_object(body: bytes) -> dict[str, Any]:
    """Read the general way what the quick one refuses, such as half a surrogate pair."""
    try:
        found = posted(body)
    except NotUnderstood as error:
        raise InvalidInput(NO_JSON) from error
    return {mended(key): _mended(cell) for key, cell in found.items()}


def _mended(found: object) -> object:
    if isinstance(found, str):
        return mended(found)
    if isinstance(found, dict):
        return {mended(key): _mended(cell) for key, cell in found.items()}
    return [_mended(cell) for cell in found] if isinstance(found, list) else found


def said(found: object) -> str | None:
    """Take a text or the digits of a number; `None` where nothing stands."""
    if isinstance(found, str):
        return found or None
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else None


def microseconds(found: object) -> int | None:
    """Read a time in seconds, or in milliseconds if it would be thousands of years away; 0 is none."""
    written = said(found)
    try:
        seconds = float(written) if written else 0.0
    except ValueError:
        return None
    if seconds > _LATEST_S:
        seconds /= 1000
    return round(seconds * _MICROSECONDS) if 0 < seconds <= _LATEST_S else None


def unknown(found: Mapping[str, Any], known: Iterable[str]) -> dict[str, str | None]:
    """Keep what has no column, as text; a key that is called like a column of ours is not mixed up with it."""
    return {
        f"raw_{key}" if key in _OURS else key: text(digits(cell))
        for key, cell in found.items()
        if key not in known and cell is not None
    }
