"""What `contains=` asks for as an expression of Arrow, which looks through millions of texts at once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.filtering import Condition, Filter, Test, conditions, values
from openqq_nb.filtering.clauses import is_storable
from openqq_nb.models import Row

# A pattern of more texts, or of longer ones, has too many states to be quick.
_TEXTS, _CHARACTERS = 100, 50


@dataclass(frozen=True, slots=True)
class Containing:
    """The test of `contains=`, for a row that is called with, or for many rows of Arrow.

    Attributes:
        test: tests one row.
        texts: what is looked for; one of them is in the content.
    """

    test: Test
    texts: tuple[str, ...]

    def __call__(self, row: Row) -> bool:
        """Tell whether a row passes."""
        return self.test(row)

    @property
    def expression(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        """The same of a column `content` of text; where that is missing, a row does not pass."""
        return reduce(or_, _found(pc.field("content"), list(filter(is_storable, self.texts))))


def contains(value: object) -> Condition:
    """Pass rows whose content has a text, or any of several, in it: as inboxes do, and for tables as well."""
    condition = conditions.contains(value)
    return replace(condition, test=Containing(condition.test, tuple(values.items(value))))


def expression(keep: Filter) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Give what of a filter is about texts in `content`; `None` if nothing is."""
    return next((test.expression for test in keep.tests if isinstance(test, Containing)), None)


def passing(rows: pa.Table, keep: Filter) -> tuple[pa.Table, Filter]:
    """Leave the rows that have the texts, and of a filter what is left to be tested."""
    found = expression(keep)
    if found is None or "content" not in rows.column_names or not is_text(rows.schema.field("content").type):
        return rows, keep
    rest = tuple(test for test in keep.tests if not isinstance(test, Containing))
    return rows.filter(found), replace(keep, tests=rest)


def is_text(kind: pa.DataType) -> bool:
    """Tell whether a column can be looked through."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _found(content: Any, texts: list[str]) -> Iterator[Any]:  # noqa: ANN401 - pyarrow has no types
    yield pc.scalar(False)
    short = [text for text in texts if len(text) <= _CHARACTERS]
    for begin in range(0, len(short), _TEXTS):
        pattern = "|".join(map(re.escape, short[begin : begin + _TEXTS]))
        yield pc.match_substring_regex(content, pattern)
    for text in texts:
        if len(text) > _CHARACTERS:
            yield pc.match_substring(content, text)
