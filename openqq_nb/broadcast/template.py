"""The text of a broadcast with its fields: `{nick}`, `{markname|nick|"朋友"}`, and `{{` for a brace.

A field names a column and nothing else. What is filled in is never read as a template again, so that no name of a
person can change what is sent.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.broadcast.arrays import whole
from openqq_nb.columns import Series, plain_text
from openqq_nb.errors import InvalidInput, listed
from openqq_nb.recipients import is_missing

_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’"}
_QUOTED = "|".join(f"{opened}[^{closed}]*{closed}" for opened, closed in _QUOTES.items())
# With `*+` nothing that was read is tried in another way: a quote could be one mark or the begin of a text, and a text
# with many of them would take hours.
_FIELD = re.compile(rf"\{{((?:{_QUOTED}|[^{{}}])*+)\}}")
_CHOICE = re.compile(rf"\s*+(?:(?P<quoted>{_QUOTED})\s*+|(?P<name>[^|\"'“”‘’]*+))(?:\||$)")
_NO_NAME = re.compile(r"[.\[\]()!:]")
# Marks that turn the direction of all that follows, and what no screen shows; line breaks and tabs are text.
_DISTURBING = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
_ADVICE = 'A field is {column} or {column|other column|"text"}; a brace that is meant as such is {{ or }}.'
_MIDNIGHT = "%Y-%m-%d"
_MINUTE = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Column:
    """A choice of a field: the value of a column."""

    name: str


@dataclass(frozen=True, slots=True)
class Words:
    """A choice of a field, or a part of a template: a text as it stands."""

    text: str


Choice: TypeAlias = Column | Words


@dataclass(frozen=True, slots=True)
class Field:
    """Something to fill in: the first of its choices that is not blank.

    Attributes:
        written: as it stands in the template, braces included.
        choices: at least one.
    """

    written: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A text with fields; made by `parsed`.

    Attributes:
        text: as it was written.
        parts: what it consists of, in order.
    """

    text: str
    parts: tuple[Words | Field, ...] = field(repr=False)

    @property
    def fields(self) -> tuple[Field, ...]:
        """What is to be filled in, in order."""
        return tuple(part for part in self.parts if isinstance(part, Field))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are named, each once."""
        names = [one.name for part in self.fields for one in part.choices if isinstance(one, Column)]
        return tuple(dict.fromkeys(names))

    def check(self, columns: Sequence[str]) -> None:
        """See that there is a column for each name.

        Raises:
            InvalidInput: there is not; the error lists those that are there.
        """
        for part in self.fields:
            for one in part.choices:
                if isinstance(one, Column) and one.name not in columns:
                    raise InvalidInput(
                        f"{part.written} names no column of the recipients: there is no {one.name!r}. Nothing was "
                        f"planned. The columns are:{listed(columns)}"
                    )


def parsed(text: object) -> Template:
    """Read a template.

    Args:
        text: as it was written.

    Raises:
        InvalidInput: it is no text that can be sent, is blank, or has a field that is more than names of columns and
            quoted texts.
    """
    if not isinstance(text, str):
        raise InvalidInput(
            f"The text of a broadcast must be a str, not {type(text).__name__}; nothing was planned. Mentions, "
            "pictures and faces go out with my.send_group and my.send_friend."
        )
    if not text.strip():
        raise InvalidInput("The text of a broadcast is empty; nothing was planned. Write what is to be sent.")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise InvalidInput(
            "The text of a broadcast has half of a surrogate pair, which cannot be sent; nothing was planned. Remove "
            "it, for instance with text.encode(errors='ignore').decode()."
        )
    return Template(text, tuple(_joined(_parts(text))))


def _parts(text: str) -> Iterator[Words | Field]:
    place = 0
    while place < len(text):
        if text.startswith(("{{", "}}"), place):
            yield Words(text[place])
            place += 2
        elif text[place] == "{":
            found = _FIELD.match(text, place)
            if found is None:
                raise _misread(text, place, "a field begins that does not end")
            yield _field(text, found)
            place = found.end()
        elif text[place] == "}":
            raise _misread(text, place, "a field ends that did not begin")
        else:
            end = min((at for mark in "{}" if (at := text.find(mark, place)) >= 0), default=len(text))
            yield Words(text[place:end])
            place = end


def _joined(parts: Iterator[Words | Field]) -> Iterator[Words | Field]:
    """Join texts that stand beside each other."""
    held = ""
    for part in parts:
        if isinstance(part, Words):
            held += part.text
            continue
        if held:
            yield Words(held)
        held = ""
        yield part
    if held:
        yield Words(held)


def _field(text: str, found: re.Match[str]) -> Field:
    inside, place, choices = found[1], 0, list[Choice]()
    while place < len(inside) or not choices or inside[place - 1] == "|":
        choice = _CHOICE.match(inside, place)
        if choice is None:
            raise _misread(text, found.start(), f"{found[0]} cannot be read")
        if choice["quoted"] is not None:
            choices.append(Words(choice["quoted"][1:-1]))
        else:
            choices.append(_column(text, found, choice["name"].rstrip()))
        place = choice.end()
        if not choice[0].endswith("|"):
            break
    return Field(found[0], tuple(choices))


def _column(text: str, found: re.Match[str], name: str) -> Column:
    if not name:
        raise _misread(text, found.start(), f"{found[0]} names nothing")
    if _NO_NAME.search(name):
        raise _misread(
            text,
            found.start(),
            f"{found[0]} is more than the name of a column: attributes, positions, formats and calls are not read",
        )
    return Column(name)


def _misread(text: str, place: int, what: str) -> InvalidInput:
    return InvalidInput(
        f"The template cannot be read: {what}, at position {place} of {text!r}. Nothing was planned. {_ADVICE}"
    )


@dataclass(frozen=True, slots=True)
class Filled:
    """A template filled in for each recipient.

    Attributes:
        texts: one a recipient; null where something is missing.
        problems: in words, null where nothing is missing.
    """

    texts: pa.Array
    problems: pa.Array


def filled(template: Template, frame: pd.DataFrame) -> Filled:
    """Fill a template in for each row of a frame.

    Args:
        template: whose columns are all in the frame.
        frame: one row a recipient.
    """
    values = {name: _values(frame[name]) for name in template.columns}
    pieces, problem = [], pa.nulls(len(frame), pa.string())
    for part in template.parts:
        if isinstance(part, Words):
            pieces.append(pa.scalar(part.text))
            continue
        piece = _first(part, values, len(frame))
        missing = pc.if_else(
            pc.is_null(piece), f"there is no value for {part.written}", pa.scalar(None, pa.string())
        )
        problem = pc.coalesce(problem, missing)
        pieces.append(piece)
    texts = pc.binary_join_element_wise(*pieces, "") if template.fields else _alike(template, len(frame))
    return Filled(whole(texts), whole(problem))


def _alike(template: Template, rows: int) -> pa.Array:
    text = "".join(part.text for part in template.parts if isinstance(part, Words))
    return pa.array([text] * rows, pa.string())


def _first(part: Field, values: dict[str, pa.Array], rows: int) -> pa.Array:
    """Take the first choice that is not blank; a quoted text always counts."""
    found = pa.nulls(rows, pa.string())
    for one in part.choices:
        found = pc.coalesce(found, values[one.name] if isinstance(one, Column) else pa.scalar(one.text))
    return found


def _values(column: Series) -> pa.Array:
    """Write the values of a column as text; what is blank is missing."""
    text = whole(pa.array(_texts(column), pa.string(), from_pandas=True))
    plain = pc.replace_substring_regex(text, _DISTURBING, "")
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(plain), ""), pa.scalar(None, pa.string()), plain)


def _texts(column: Series) -> object:
    if isinstance(column.dtype, pd.StringDtype) and column.dtype.storage == "pyarrow":
        return column.array
    if isinstance(column.dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_dtype(column.dtype):
        clock = column.dropna()
        dated = bool((clock == clock.dt.normalize()).all())
        return column.dt.strftime(_MIDNIGHT if dated else _MINUTE)
    return [None if is_missing(value) else plain_text(_counted(value)) for value in column]


def _counted(value: object) -> object:
    """Show a float that is a whole number as one: a count with gaps is a column of floats."""
    if not isinstance(value, float):
        return value
    return int(value) if value.is_integer() else str(value)
