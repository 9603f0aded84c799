"""People of a log: what each was called last, and what a roster calls them."""

from typing import Any, Protocol, cast

import narwhals as nw
import pandas as pd
import pyarrow as pa

from openqq_nb.analysis.engines import AnyFrame, brought, collected, joined
from openqq_nb.analysis.frames import PERSON, grouped, identity
from openqq_nb.analysis.opening import PEOPLE, opened, texts

_NAMED = "named"
# Moments are written with as many digits as any other, so that they are ordered as text too; the sum is a whole number
# of 64 bits. What is further from 1970 than 120,000 years is as far as that.
_SHIFT = 5_000_000_000_000_000_000
_MOST = 4_000_000_000_000_000_000
_DIGITS = 19


class HoldsPeople(Protocol):
    """A roster, which has friends and members in one frame."""

    @property
    def people(self) -> pd.DataFrame:
        """Friends first, then members."""


def dated_name(last: str) -> nw.Expr:
    """A text of when a name was borne last and the name; the greatest of a person holds the last name."""
    moment = (nw.col(last).clip(-_MOST, _MOST) + _SHIFT).cast(nw.String)
    return nw.concat_str(moment, nw.when(nw.col("sender") != "").then(nw.col("sender")))


def name_of(dated: str) -> nw.Expr:
    """The name in such a text."""
    return nw.col(dated).str.slice(_DIGITS)


def shown(frame: AnyFrame, roster: object | None, qq: str = "qq", name: str = "displayname") -> AnyFrame:
    """Show people by what a roster calls them, and who has no name at all by the number.

    Args:
        frame: with columns of numbers and names.
        roster: a roster, or a frame of friends or members; None leaves the names of the log.
        qq: the column of numbers.
        name: the column of names, which is filled.

    Raises:
        InvalidInput: the roster is none, or has no `qq` or `displayname`.
    """
    if roster is not None:
        known = brought(_names(roster), frame).rename({"qq": qq, _NAMED: f"{_NAMED}_{name}"})
        named = nw.coalesce(nw.col(f"{_NAMED}_{name}"), nw.col(name)).alias(name)
        frame = joined(frame, known, qq, "left").with_columns(named).drop(f"{_NAMED}_{name}")
    return frame.with_columns(
        nw.coalesce(nw.when(nw.col(name) != "").then(nw.col(name)), nw.col(qq)).alias(name)
    )


def holds_people(given: object) -> bool:
    """Tell whether it is a roster rather than a frame, which may have a column `people`."""
    return hasattr(type(given), "people")


def _names(roster: object) -> pa.Table:
    """Take one name for each number: the first, since a remark of a friend says more than a card in a group."""
    people: Any = cast(HoldsPeople, roster).people if holds_people(roster) else roster
    frame = opened(people, ("qq", "displayname"), PEOPLE, ["qq", "displayname"])
    known = collected(texts(frame, ("qq", "displayname"), PEOPLE)).dropna()
    known = known[known["qq"].ne("") & known["displayname"].ne("")].drop_duplicates("qq")
    columns = {"qq": known["qq"], _NAMED: known["displayname"]}
    return pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})


def last_names(names: AnyFrame) -> AnyFrame:
    """Tell number and last name of each person.

    Args:
        names: `sender_qq`, `sender` and `last`, when the name was borne last; few rows a person.

    Returns:
        `person`, `qq` and `displayname`, one row a person.
    """
    told = names.with_columns(identity().alias(PERSON), dated_name("last").alias("dated"))
    people = grouped(told, [PERSON], qq=nw.col("sender_qq").max(), dated=nw.col("dated").max())
    return people.with_columns(name_of("dated").alias("displayname")).select(PERSON, "qq", "displayname")
