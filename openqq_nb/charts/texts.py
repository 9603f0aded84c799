"""Names and messages as labels: made harmless to a line, and cut by how wide they are on the screen."""

import re
from collections.abc import Iterable
from unicodedata import bidirectional, category, east_asian_width

from openqq_nb.errors import one_line

SIZE = 12
"""The size of nearly all text in a picture, in pixels."""

BEGUN, ENDED = "\u2068", "\u2069"
"""Between these stands what is not to turn the words around it; `clean` takes them away from texts of others."""

_LONGEST = 400
# A word, or a Chinese character, with the signs that may not begin a line.
_PIECES = re.compile(r"\S[a-zA-Z0-9<>&#;,.'’:%()/-]*[，。、；：！？）」』…·]*\s*")
_SPACES = re.compile(r"\s+")
# Of a stack of accents, two are kept: more of them would run into the lines above and below.
_ACCENTS = re.compile("([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{2})"
                      "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")  # fmt: skip
_JOINERS = "\u200d\ufe0f\ufe0e"
_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
_BLANK = "\u2800\u3164\u115f\u1160\uffa0"
_THIN = frozenset("iljtfrI.,:;'`|!()[]{} ·-/\\\"")
_THICK = frozenset("mwMW@%&—…")
_BROAD = frozenset("<>=+~#^")
# One sign each, as long as a sentence.
_HUGE = frozenset("\ufdfd\U0001242b\U00012219\u2e3b\ua9c5")
_FIRST_EMOJI = 0x1F000
_FIRST_BEYOND_LATIN = 0x0250
_FLAGS = {flag: letter for letter, flag in enumerate(range(0x1F1E6, 0x1F200), ord("A"))}
_PARTS = (0x200D, 0xFE0F, 0x20E3, *range(0x1F3FB, 0x1F400))
_SIMPLE = _FLAGS | dict.fromkeys(_PARTS)


def clean(text: object) -> str:
    """Make a label of a text of anybody: one line, no half characters, nothing that turns or floods it."""
    if not isinstance(text, str):
        return ""
    whole = text[:_LONGEST].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    kept = "".join(map(_seen, one_line(whole)))
    if not any(one not in _BLANK and one not in _JOINERS and not one.isspace() for one in kept):
        return ""
    return _ACCENTS.sub(r"\1", _SPACES.sub(" ", kept)).strip()


def _seen(one: str) -> str:
    unseen = one in _HUGE or (category(one) in _UNSEEN and one not in _JOINERS)
    return "" if unseen else one


def apart(label: str) -> str:
    """Keep a label that is written from right to left from turning the words around it; others stay as they are."""
    turns = any(bidirectional(one) in ("R", "AL") for one in label)
    return f"{BEGUN}{label}{ENDED}" if turns else label


def simple(text: str) -> str:
    """Take signs that are put together apart, flags into letters, for what draws boxes in their place."""
    return text.translate(_SIMPLE)


def wide(text: str, size: float = SIZE) -> float:
    """Tell how wide a text is at most, in pixels, in whatever font it is drawn."""
    return sum(map(_share, text)) * size


def _share(one: str) -> float:
    """Give the width of a character as part of the font's size."""
    if one in _JOINERS or category(one) in ("Mn", "Me"):
        return 0.0
    if ord(one) >= _FIRST_EMOJI:
        return 1.35
    if east_asian_width(one) in "WF":
        return 1.0 if category(one) != "So" else 1.35
    if one in _THIN:
        return 0.42
    if one in _THICK or ord(one) >= _FIRST_BEYOND_LATIN:
        return 1.02
    return 0.85 if one in _BROAD else 0.8 if one.isupper() else 0.66


def cut(text: object, most: float, size: float = SIZE) -> str:
    """Make a label that fits into a width.

    Args:
        text: a name or message; anything but a text is nothing.
        most: the width in pixels.
        size: of the font, in pixels.

    Returns:
        The text with `…` for what does not fit.
    """
    label = clean(text)
    if wide(label, size) <= most:
        return label
    room, end = most - wide("…", size), 0
    for end, one in enumerate(label):  # noqa: B007 - the place where it ends is used after the loop
        room -= _share(one) * size
        if room < 0:
            break
    return label[:end].rstrip(_JOINERS + " ") + "…"


def lines(text: str, most: float, size: float = SIZE) -> list[str]:
    """Break a text of ours, which may have names in it, into lines of at most a width."""
    done, line = [], ""
    for piece in _PIECES.findall(text):
        if line and wide((line + piece).rstrip(), size) > most:
            done.append(line.rstrip())
            line = ""
        line += piece
    return [*done, line.rstrip()] if line else done


def widest(labels: Iterable[str], size: float = SIZE) -> float:
    """Tell how wide the widest of some labels is, in pixels."""
    return max((wide(label, size) for label in labels), default=0.0)
