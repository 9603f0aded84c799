"""What `my` shows of itself: who, where, what is known so far, what to type next."""

from collections.abc import Mapping
from typing import Any

from openqq_nb.errors import one_line

_COUNTED = ("friends", "groups", "members", "discusses")


def card(url: str, dialect: str, latest: Mapping[str, Any], listening: str) -> str:
    """Write the card of an account; nothing is asked for it.

    Args:
        url: where the server is.
        dialect: the name of the protocol.
        latest: what was loaded last, by name.
        listening: what the inbox is doing, in a phrase.

    Returns:
        A few lines of text.
    """
    me = latest.get("me")
    who = (
        "account not asked yet: my.me()"
        if me is None
        else f"{one_line(str(me['nick']))} (qq {me['qq']}), {me['state']}"
    )
    return "\n".join(
        [
            f"openqq_nb · {who}",
            f"  server    {url}, {dialect}",
            f"  loaded    {_counts(latest)}",
            f"  listener  {listening}",
            "  next      my.friends()  my.groups()  my.members()  my.send_friend('你好', qq='…')  my.listen()",
        ]
    )


def _counts(latest: Mapping[str, Any]) -> str:
    known = [f"{len(latest[name])} {name}" for name in _COUNTED if name in latest]
    return ", ".join(known) or "nothing yet"
