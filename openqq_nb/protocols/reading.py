"""JSON as servers write it, in whatever protocol: no digit is lost, and no text is left that cannot be written."""

import json
import re
from typing import Any, cast

from openqq_nb.errors import NotUnderstood, first_bytes
from openqq_nb.models import Cell

# Servers nest five levels. How many Python can read depends on who asks: on the writer's thread more than in a cell, so
# that what was taken could not be read again.
DEEPEST = 100
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_AS_LISTS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
# More digits than these are no time and no code, and more than a journal or a frame can hold.
_WHOLE = re.compile(r"-?[0-9]{1,18}")


def value(body: bytes) -> object:
    """Read any JSON; numbers become the text of their digits, so that none loses a digit.

    Raises:
        NotUnderstood: the body is no JSON in UTF-8, or nested too deeply.
    """
    try:
        return cast(
            object, json.loads(body.decode("utf-8-sig"), parse_int=str, parse_float=str, parse_constant=str)
        )
    except (ValueError, RecursionError) as error:
        raise NotUnderstood(
            f"The server answered with something that is no JSON in UTF-8 ({type(error).__name__}): "
            f"{first_bytes(body)}. Check that the address belongs to the API server of an account."
        ) from error


def posted(body: bytes) -> dict[str, Any]:
    """Read any post, as `value` reads it.

    Raises:
        NotUnderstood: the body is no JSON object in UTF-8, or nested too deeply.
    """
    found = value(body)
    if not isinstance(found, dict):
        raise NotUnderstood(f"A post must be a JSON object; this one begins with {first_bytes(body)}.")
    check_depth(body)
    return found


def check_depth(body: bytes) -> None:
    """Refuse valid JSON that is nested deeper than any of ours; what a later key of the same name hides counts too.

    Raises:
        NotUnderstood: it is.
    """
    # Counting is quick, and tells of nearly every post that it cannot be too deep.
    if body.count(b"{") + body.count(b"[") > DEEPEST and _is_too_deep(body):
        raise NotUnderstood(
            f"A post must not be nested deeper than {DEEPEST} levels; this one begins with {first_bytes(body)}."
        )


def text(found: object) -> str | None:
    """Turn one JSON value into text: `true` and what is nested as JSON writes them, lone surrogates as U+FFFD."""
    if found is None:
        return None
    if isinstance(found, str):
        return found if found.isascii() or encodable(found) else _mended(found)
    # Not 1 for true: where a number belongs, that would be the number of somebody.
    return mended(json.dumps(found, ensure_ascii=False))


def digits(found: object) -> object:
    """Write every number as the text of its digits, however deep it stands, as `value` does."""
    if type(found) is int:
        return str(found)
    if isinstance(found, dict):
        return {key: digits(cell) for key, cell in found.items()}
    if isinstance(found, list):
        return [digits(cell) for cell in found]
    return found


def mended(found: str) -> str:
    """Put U+FFFD in place of halves of surrogate pairs, which no file can hold."""
    return found if found.isascii() or encodable(found) else _mended(found)


def encodable(found: str) -> bool:
    """Tell whether a text can be written as UTF-8."""
    try:
        found.encode()
    except UnicodeEncodeError:
        return False
    return True


def whole(found: Cell) -> int | None:
    """Read a whole number; what is none, or none that a journal can hold, is missing."""
    written = str(found) if found is not None else ""
    return int(written) if _WHOLE.fullmatch(written) else None


def _mended(found: str) -> str:
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _is_too_deep(body: bytes) -> bool:
    brackets = _STRING.sub(b"", body).translate(_AS_LISTS, _NO_BRACKETS)
    for _ in range(DEEPEST):
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)
