"""Mending a template: a field that has no value for somebody gets a text in its place."""

from openqq_nb.broadcast.template import Field, parsed
from openqq_nb.errors import InvalidInput
from openqq_nb.languages import Words
from openqq_nb.widgets.broadcaster.words import PREVIEW

_NOT_IN_QUOTES = '"{}'

_words = Words(PREVIEW)


def with_fallback(template: str, field: str, fallback: str) -> str:
    """Add a text to the choices of a field, wherever it stands.

    Args:
        template: the text with fields.
        field: as it is written, braces included.
        fallback: what is sent where it has no value.

    Raises:
        InvalidInput: the fallback cannot stand in a field; nothing is changed.
    """
    if not fallback.strip() or any(sign in fallback for sign in _NOT_IN_QUOTES):
        raise InvalidInput(_words("b_fallback_blank"))
    mended = f'{field[:-1]}|"{fallback}"}}'
    return "".join(
        (mended if part.written == field else part.written)
        if isinstance(part, Field)
        else _escaped(part.text)
        for part in parsed(template).parts
    )


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
