"""Names and numbers that follow from what they stand for and a key, and from which nothing follows."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Final

from openqq_nb.errors import InvalidInput

PERSON: Final = "person"
GROUP: Final = "group"
DISCUSS: Final = "discuss"
_WORDS: Final[Mapping[str, str]] = {PERSON: "成员", GROUP: "群", DISCUSS: "讨论组"}
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_SHORTEST_KEY = 12


class Invented:
    """Makes pseudonyms.

    Args:
        key: what they follow from; without one they are new for each object.

    Raises:
        InvalidInput: the key is no text, or too short to be kept from who tries keys.
    """

    def __init__(self, key: str | None) -> None:
        self._key = secrets.token_bytes(32) if key is None else _checked(key)

    def number(self, kind: str, real: str) -> str:
        """Invent a number: 12 digits, one more than any real one of a person or group has."""
        return str(10**11 + self._hash(kind, real) % (9 * 10**11))

    def name(self, kind: str, real: str) -> str:
        """Invent a name, such as 成员K3F9X2AB."""
        rest, code = self._hash(kind, real), ""
        for _ in range(8):
            rest, letter = divmod(rest, len(_LETTERS))
            code += _LETTERS[letter]
        return f"{_WORDS[kind]}{code}"

    def _hash(self, kind: str, real: str) -> int:
        told = f"{kind}\0{real}".encode("utf-8", "surrogatepass")
        return int.from_bytes(hmac.digest(self._key, told, hashlib.sha256)[:8], "big")


def _checked(key: object) -> bytes:
    """Give the bytes of a key; the errors do not repeat it, since it is a secret."""
    wanted = (
        f"Give a text of {_SHORTEST_KEY} and more characters that nobody guesses, such as "
        "`secrets.token_urlsafe()` of Python makes, or no key: then the pseudonyms are new at each call."
    )
    if not isinstance(key, str):
        raise InvalidInput(f"The key must be a text.\nFound: one of type {type(key).__name__}.\n{wanted}")
    if len(key.strip()) < _SHORTEST_KEY:
        raise InvalidInput(
            "With this key people could be found out by trying keys and numbers.\n"
            f"Found: {len(key.strip())} characters.\n{wanted}"
        )
    try:
        return key.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(
            f"The key cannot be written as UTF-8.\nFound: half a surrogate pair at place {error.start}.\n{wanted}"
        ) from None
