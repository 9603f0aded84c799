"""Asking for the members of groups one by one, where the list of groups does not bring them."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from openqq_nb import schema
from openqq_nb.errors import NotLoaded, NotLoadedWarning, listed, warn_outside
from openqq_nb.models import Flow, Row
from openqq_nb.protocols.base import Dialect, Listing

Told = Callable[[int, int, str], None]
"""Told how far it is: how many groups are done, of how many, and which one is asked for now."""

_OF_PARTS = ("member_count", "members_loaded", "gowner_qq")


@dataclass(frozen=True)
class Loaded:
    """Groups, and their members as far as they could be had.

    Attributes:
        groups: `schema.GROUPS`.
        members: `schema.MEMBERS`.
        reasons: why the members of a group could not be had, by the name of the group, where the server said so.
    """

    groups: pd.DataFrame
    members: pd.DataFrame
    reasons: Mapping[str, str] = field(default_factory=dict)


def load(dialect: Dialect, listing: Listing, chosen: pd.DataFrame, told: Told) -> Flow[Loaded]:
    """Ask for the members of the chosen groups that are not loaded.

    Args:
        dialect: how the server speaks.
        listing: all groups.
        chosen: some of them.
        told: how far it is.
    """
    wanted = [_row(one) for one in chosen[~chosen["members_loaded"]].to_dict("records")]
    parts: list[Listing] = []
    reasons: dict[str, str] = {}
    for place, group in enumerate(wanted):
        name = str(group["displayname"])
        told(place, len(wanted), name)
        try:
            parts.append((yield from dialect.load_members(group)))
        except NotLoaded as error:
            reasons[name] = str(error)
    told(len(wanted), len(wanted), "")
    if dialect.keeps_members:
        # Asked for once more, all stand in the server's order.
        listing, parts = (yield from dialect.groups()), []
    return _joined(listing, parts, reasons)


def warn_of_unloaded(loaded: Loaded, again: str) -> None:
    """Warn of groups whose members could not be had.

    Args:
        loaded: what was loaded.
        again: when to ask again, where the server gave no reason.
    """
    missing = _unloaded(loaded.groups, loaded.reasons)
    if missing:
        warn_outside(
            f"The server has not loaded the members of {len(missing)} of {len(loaded.groups)} groups, which are left "
            f"out:{listed(missing)}{_advice(loaded.reasons, again)}",
            NotLoadedWarning,
        )


def check_loaded(chosen: pd.DataFrame, reasons: Mapping[str, str], again: str, *, loads: bool) -> None:
    """Refuse groups whose members could not be had.

    Args:
        chosen: the groups that are meant.
        reasons: why, by the name of the group, where the server gave a reason.
        again: when to ask again, where it gave none.
        loads: whether it was asked to load them.

    Raises:
        NotLoaded: there is one.
    """
    missing = _unloaded(chosen, reasons)
    if not missing:
        return
    found = (
        "It was asked to load them and told none, as it does when the provider gives none."
        if loads
        else "It cannot be asked to."
    )
    raise NotLoaded(
        f"The server has not loaded the members of:{listed(missing)}{_advice(reasons, again, found)}"
    )


def _advice(reasons: Mapping[str, str], again: str, found: str = "") -> str:
    if reasons:
        return "\nAsk again later; the log of the server may tell more."
    return f"\n{found}{' ' if found else ''}{again}"


def _unloaded(groups: pd.DataFrame, reasons: Mapping[str, str]) -> list[str]:
    names = [str(name) for name in groups.loc[~groups["members_loaded"], "displayname"]]
    return [f"{name}: {reasons[name]}" if name in reasons else name for name in names]


def _row(record: Mapping[Hashable, Any]) -> Row:
    return {str(name): None if pd.isna(cell) else str(cell) for name, cell in record.items()}


def _joined(listing: Listing, parts: list[Listing], reasons: Mapping[str, str]) -> Loaded:
    """Fill the list of groups with what their members tell of them."""
    groups = schema.GROUPS.frame(listing.places)
    if not parts:
        return Loaded(groups, schema.MEMBERS.frame(listing.members), reasons)
    members = pd.concat([schema.MEMBERS.frame(one.members) for one in (listing, *parts)], ignore_index=True)
    places = pd.concat([schema.GROUPS.frame(one.places) for one in parts]).dropna(subset="gnumber")
    told = places.drop_duplicates("gnumber", keep="last").set_index("gnumber")
    rows = groups["gnumber"].isin(told.index)
    for column in _OF_PARTS:
        groups.loc[rows, column] = groups.loc[rows, "gnumber"].map(told[column])
    return Loaded(groups, members, reasons)
