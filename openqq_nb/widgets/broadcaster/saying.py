"""Numbers, lengths of time and kinds, as sentences of the broadcaster have them."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from openqq_nb.broadcast.card import span
from openqq_nb.columns import ZONE
from openqq_nb.languages import Words
from openqq_nb.models import RecipientType
from openqq_nb.recipients import is_missing
from openqq_nb.widgets.broadcaster.words import SAYING
from openqq_nb.widgets.composer.addressee import kind_word, number_words, shortened
from openqq_nb.widgets.parts import View, whole

LONGEST = 300
"""So many characters of a text stand in a row of a table."""

_NUMBERS: Mapping[RecipientType, str] = {
    "friend": "qq",
    "group": "gnumber",
    "discuss": "did",
    "session": "qq",
}

_words = Words(SAYING)


def lasting(seconds: float) -> str:
    """Say how long something takes."""
    unit, count = span(seconds)
    return _words("b_a_moment") if unit == "moment" else _words(f"b_{unit}", count=f"{count:.0f}")


def kinds(frame: pd.DataFrame) -> str:
    """Count recipients by their kind."""
    counts = frame["recipient_type"].value_counts()
    return joined(_words(f"b_kinds_{kind}", count=count) for kind, count in counts.items())


def joined(sentences: Iterable[str]) -> str:
    """Put pieces of a sentence beside one another."""
    return _words("b_between_words").join(sentences)


def moment(value: object) -> str:
    """Write a time; nothing where there is none."""
    if not isinstance(value, pd.Timestamp) or is_missing(value):
        return ""
    return f"{value.tz_convert(ZONE):%m-%d %H:%M:%S}"


def recipient(row: Mapping[Any, Any]) -> View:
    """Tell who a row of a preview or a report is: `name`, `kind` and `number`."""
    kind: RecipientType = row["recipient_type"]
    number = row[_NUMBERS[kind]]
    return {
        "name": whole(shortened(str(row["displayname"]))),
        "kind": kind_word(kind),
        "number": number_words(kind, "" if is_missing(number) else str(number)),
    }


def text_of(row: Mapping[Any, Any], key: str) -> str:
    """Give a text of a row, empty where it is missing, cut where it is longer than a table shows."""
    return "" if is_missing(row[key]) else whole(shortened(str(row[key]), LONGEST))
