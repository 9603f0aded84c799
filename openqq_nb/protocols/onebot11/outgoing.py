"""What is made of a text or of parts before it leaves: segments, never a string.

Ends read a string as CQ code: what a nickname has in it could ring a whole group. In a segment of text nothing can.

Source:
    OneBot 11, message segments; recorded sends of NapCat and LLBot.
"""

from collections.abc import Sequence
from typing import Any

from openqq_nb.errors import InvalidInput
from openqq_nb.models import Outgoing, RecipientType
from openqq_nb.plaintext import stated, word
from openqq_nb.protocols.sendable import check_encodable
from openqq_nb.segments import Content, Parts, Segment, parts

LONGEST_TEXT = 4500
"""Beyond about as many characters QQ refuses a message or cuts it, by common report."""

_SAYS_NOTHING_ALONE = frozenset({"at", "reply"})


def segments(content: Content, recipient_type: RecipientType) -> list[dict[str, Any]]:
    """Give the segments of a message to such a recipient.

    Raises:
        InvalidInput: there is nothing in it, or nothing that arrives there, or it cannot be written as UTF-8.
    """
    found = _checked(content)
    if recipient_type != "group" and _is_lost(found.segments):
        raise InvalidInput(
            "Outside groups a mention is dropped without a word, and nothing else is in this message; nothing was "
            "sent. Write some text."
        )
    return found.array()


def outgoing(content: Content) -> Outgoing:
    """Say what arrives of a message.

    Raises:
        InvalidInput: it would be refused, whoever it is for.
    """
    found = _checked(content)
    shown = content if isinstance(content, str) else found.text
    faces = [word(one.type, one.data) for one in found.segments if one.type == "face"]
    names = tuple(face.removeprefix("[").removesuffix("]") for face in faces)
    return Outgoing(shown, faces=names, longest=LONGEST_TEXT)


def _checked(content: Content) -> Parts:
    found = parts(content)
    _check_encodable(found.segments)
    if not any(_says_something(one) for one in found.segments):
        raise InvalidInput(
            "The text is empty. The server would refuse it; nothing was sent."
            if not found
            else "The message is empty but for a quote; nothing was sent. Write some text."
        )
    return found


def _check_encodable(found: Sequence[Segment]) -> None:
    """Refuse segments that cannot be written as UTF-8.

    Raises:
        InvalidInput: half of a surrogate pair is in one.
    """
    for one in found:
        for cell in one.data.values():
            if isinstance(cell, str):
                check_encodable(cell)


def _says_something(one: Segment) -> bool:
    return one.type != "reply" and not (one.type == "text" and not stated(one.data, "text"))


def _is_lost(found: Sequence[Segment]) -> bool:
    """Tell mentions with nothing that would arrive without them."""
    rest = [one for one in found if one.type not in _SAYS_NOTHING_ALONE]
    blank = all(one.type == "text" and not stated(one.data, "text").strip() for one in rest)
    return blank and any(one.type == "at" for one in found)
