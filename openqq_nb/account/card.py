"""What `my` shows of itself: who, where, what is known so far, what to type next."""

from collections.abc import Mapping

from openqq_nb.columns import Series
from openqq_nb.errors import one_line
from openqq_nb.protocols.base import Dialect

_COUNTED = ("friends", "groups", "members", "discusses")
_ALWAYS = {"friends", "groups"}


def card(
    url: str,
    dialect: Dialect,
    me: Series | None,
    counts: Mapping[str, int],
    listening: str,
    *,
    posted_online: bool | None = None,
) -> str:
    """Write the card of an account; nothing is asked for it.

    Args:
        url: where the server is.
        dialect: how it speaks.
        me: the account, if it was asked for.
        counts: how many rows of each kind were loaded last.
        listening: what the inbox is doing, in a phrase.
        posted_online: whether posts say that the account is online; `None` where they do not tell.

    Returns:
        A few lines of text.
    """
    return "\n".join(
        [
            f"openqq_nb · {_who(me)}{_state(dialect, me, posted_online)}",
            f"  server    {url}, {dialect.name}{_program(me)}",
            f"  loaded    {_counted(counts)}",
            f"  listener  {listening}",
            "  next      my.friends()  my.groups()  my.members()  my.send_friend('你好', qq='…')  my.listen()",
        ]
    )


def _who(me: Series | None) -> str:
    return "account not asked yet: my.me()" if me is None else f"{one_line(str(me['nick']))} (qq {me['qq']})"


def _state(dialect: Dialect, me: Series | None, posted_online: bool | None) -> str:
    """Give the state, loudly where the account is logged out; what was posted since it was asked for counts more."""
    state = _text(me, "state")
    told = state == "offline" if posted_online is None else not posted_online
    if told and dialect.hints.offline is not None:
        # The inbox is loaded when it is used.
        from openqq_nb.inbox.presence import OFFLINE  # noqa: PLC0415

        return f"; {OFFLINE}"
    return f", {state}" if state else ""


def _program(me: Series | None) -> str:
    """Name the program and its version, where the account tells them."""
    words = " ".join(filter(None, [_text(me, "app_name"), _text(me, "app_version")]))
    return f", {words}" if words else ""


def _text(me: Series | None, column: str) -> str:
    cell: object = None if me is None else me.get(column)
    return one_line(cell) if isinstance(cell, str) else ""


def _counted(counts: Mapping[str, int]) -> str:
    # None of these may only mean that they come by another call, or that the protocol has no such thing.
    known = [
        f"{counts[name]} {name}"
        for name in _COUNTED
        if counts.get(name) or (name in counts and name in _ALWAYS)
    ]
    return ", ".join(known) or "nothing yet"
