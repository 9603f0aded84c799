"""Findings about the account and who it knows: shares and counts only, never a name or a number."""

from collections.abc import Iterator

import pandas as pd

from openqq_nb.doctor.asking import Looked
from openqq_nb.doctor.report import Finding
from openqq_nb.protocols.hints import Hints

# What else a server gives out as its state may be anything, and is not shown.
_STATES = frozenset({"online", "offline", "away", "hidden", "busy", "callme", "silent"})
_FEW = 0.1
_MANY = 0.9


def people(looked: Looked, *, seen_online: bool | None = None) -> Iterator[Finding]:
    """Look at account, numbers, loaded lists and logins.

    Args:
        looked: what was seen of the server.
        seen_online: whether posts say that the account is online; `None` where they do not tell.
    """
    yield from _login(looked, seen_online)
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
        yield _numbers(shares, looked.hints)
    yield from _shuffled(looked.discuss_members, looked.discuss_members_again)
    if looked.groups is not None:
        yield from _equal_names(looked.groups, looked.hints)
        yield from _lists(looked.groups, looked.hints)


def _login(looked: Looked, seen_online: bool | None) -> Iterator[Finding]:
    state = _state(looked)
    gone = state == "offline" or (state is None and seen_online is False)
    if gone and looked.hints.offline is not None:
        yield Finding("login", "problem", *looked.hints.offline)
    elif looked.me is not None:
        told = f"is {state}" if state else "has a state that is not told"
        yield Finding("login", "ok", f"the server is logged in; the account {told}")


def _state(looked: Looked) -> str | None:
    """Give the state that the server tells, if it is one that may be shown."""
    told = [one.get("state") for one in (looked.me, looked.server) if one is not None]
    return next((state for state in told if isinstance(state, str) and state in _STATES), None)


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


def _numbers(shares: dict[str, float], hints: Hints) -> Finding:
    told = ", ".join(f"{share:.0%} of the {name}" for name, share in shares.items())
    found = f"permanent numbers are known of {told}"
    if all(share <= _FEW for share in shares.values()):
        return Finding(
            "numbers",
            "problem",
            f"{found}: {hints.numberless.found}",
            hints.numberless.advice,
        )
    if all(share >= _MANY for share in shares.values()):
        return Finding("numbers", "ok", found)
    return Finding("numbers", "note", found, hints.some_numberless)


def _equal_names(groups: pd.DataFrame, hints: Hints) -> Iterator[Finding]:
    equal = int(groups["gname"].duplicated(keep=False).sum())
    if equal and hints.equal_names is not None:
        yield Finding(
            "equal names",
            "note",
            f"{equal} groups have a name that another group has too: {hints.equal_names.found}",
            hints.equal_names.advice,
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


def _lists(groups: pd.DataFrame, hints: Hints) -> Iterator[Finding]:
    if hints.unloaded is None:
        return
    unloaded = int((~groups["members_loaded"]).sum())
    if not unloaded:
        yield Finding("member lists", "ok", f"the members of all {len(groups)} groups are loaded")
        return
    yield Finding(
        "member lists",
        "note",
        f"the members of {unloaded} of {len(groups)} groups are not loaded by the server",
        hints.unloaded,
    )
