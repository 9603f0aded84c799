"""How the real program, written in Perl, puts JSON, markup and references into text."""

import html
import json
import re
import zlib

MAX_CARD_BYTES = 21
_MARKUP = re.compile("[<>&\"']")


def dumps(value: object) -> str:
    """Write JSON as the server does: keys sorted, no blanks, slashes escaped, Chinese as it is."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    # A slash and these two line ends can stand inside strings only, so a plain replacement is safe.
    return text.replace("/", "\\/").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def escape(text: str) -> str:
    """Escape markup as the provider does in its lists of names."""
    return html.escape(text).replace("&#x27;", "&#39;")


def is_plain(text: str) -> bool:
    """Tell whether a name looks the same escaped and unescaped."""
    return _MARKUP.search(text) is None


def cut_card(card: str) -> str:
    """Cut a group card to 21 bytes at a character boundary, as 2.x does."""
    return card.encode()[:MAX_CARD_BYTES].decode(errors="ignore")


def widen(text: str) -> str:
    """Replace `<` and `>` by their full-width signs, as 2.x does before sending."""
    return text.replace("<", "\uff1c").replace(">", "\uff1e")


def stringify(value: object) -> str:
    """Turn a JSON value into the text that Perl makes of it; a list becomes its address."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (list, dict)):
        kind = "ARRAY" if isinstance(value, list) else "HASH"
        # The address is invented, yet the same for the same value, so that runs can be compared.
        return f"{kind}(0x55d6{zlib.crc32(dumps(value).encode()):08x})"
    return str(value)


def is_true(text: str | list[str]) -> bool:
    """Tell whether Perl takes a parameter for true."""
    return bool(text) and text != "0"
