"""Findings about the account and who it knows: shares and counts only, never a name or a number."""

from collections.abc import Iterator

import pandas as pd

from openqq_nb.doctor.asking import Looked
from openqq_nb.doctor.report import Finding

# What else a server gives out as its state may be anything, and is not shown.
_STATES = frozenset({"online", "offline", "away", "hidden", "busy", "callme", "silent"})
_FEW = 0.1
_MANY = 0.9


def people(looked: Looked) -> Iterator[Finding]:
    """Look at account, numbers, loaded lists and logins."""
    if looked.me is not None:
        state = looked.me["state"]
        told = f"is {state}" if state in _STATES else "has a state that is not told"
        yield Finding("login", "ok", f"the server is logged in; the account {told}")
    yield from _new_login(looked)
    shares = {
        name: _share(frame, number)
        for name, frame, number in (
            ("friends", looked.friends, "qq"),
            ("groups", looked.groups, "gnumber"),
            ("members", looked.members, "qq"),
        )
        if frame is not None and len(frame)
    }
    if shares:
        yield _numbers(shares)
    yield from _shuffled(looked.discuss_members, looked.discuss_members_again)
    if looked.groups is not None:
        yield from _equal_names(looked.groups)
        yield from _lists(looked.groups)


def _new_login(looked: Looked) -> Iterator[Finding]:
    if looked.logins:
        yield Finding(
            "new login",
            "note",
            "the server has logged in anew (or was restarted) since this account last looked, or while we looked: all "
            "temporary ids changed",
            "Load frames again; rows of earlier ones that have no qq or gnumber are void.",
        )


def _share(frame: pd.DataFrame, number: str) -> float:
    return float(frame[number].notna().mean())


def _numbers(shares: dict[str, float]) -> Finding:
    told = ", ".join(f"{share:.0%} of the {name}" for name, share in shares.items())
    found = f"permanent numbers are known of {told}"
    if all(share <= _FEW for share in shares.values()):
        return Finding(
            "numbers",
            "problem",
            f"{found}: the server has no extended information",
            "Nobody can be addressed by qq or gnumber, and nobody is recognised after a login. Install the optional "
            "password module of the server (Webqq::Encryption) and start it again.",
        )
    if all(share >= _MANY for share in shares.values()):
        return Finding("numbers", "ok", found)
    return Finding(
        "numbers",
        "note",
        found,
        "Where they are missing the server does not know them: equal names, and in 1.x names with < > & or quotes.",
    )


def _equal_names(groups: pd.DataFrame) -> Iterator[Finding]:
    equal = int(groups["gname"].duplicated(keep=False).sum())
    if equal:
        yield Finding(
            "equal names",
            "note",
            f"{equal} groups have a name that another group has too: the server knows no number of these",
            "Rename them, or address them by a row of my.groups(), which holds until the next login.",
        )


def _shuffled(first: pd.DataFrame | None, again: pd.DataFrame | None) -> Iterator[Finding]:
    if first is None or again is None or first["id"].equals(again["id"]):
        return
    if set(first["id"].dropna()) == set(again["id"].dropna()):
        yield Finding(
            "order",
            "note",
            "the members of discusses come in another order each time, as the provider gives them",
            "Sort them where the order counts: my.discuss_members().sort_values(['did', 'qq']).",
        )


def _lists(groups: pd.DataFrame) -> Iterator[Finding]:
    unloaded = int((~groups["members_loaded"]).sum())
    if not unloaded:
        yield Finding("member lists", "ok", f"the members of all {len(groups)} groups are loaded")
        return
    yield Finding(
        "member lists",
        "note",
        f"the members of {unloaded} of {len(groups)} groups are not loaded by the server",
        "It loads a group when a message comes in there, and all of them every ten minutes; on 2.x my.members() asks "
        "for them.",
    )
