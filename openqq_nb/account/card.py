"""What `my` shows of itself: who, where, what is known so far, what to type next."""

from collections.abc import Mapping

from openqq_nb.columns import Series
from openqq_nb.errors import one_line

_COUNTED = ("friends", "groups", "members", "discusses")


def card(url: str, dialect: str, me: Series | None, counts: Mapping[str, int], listening: str) -> str:
    """Write the card of an account; nothing is asked for it.

    Args:
        url: where the server is.
        dialect: the name of the protocol.
        me: the account, if it was asked for.
        counts: how many rows of each kind were loaded last.
        listening: what the inbox is doing, in a phrase.

    Returns:
        A few lines of text.
    """
    who = (
        "account not asked yet: my.me()"
        if me is None
        else f"{one_line(str(me['nick']))} (qq {me['qq']}), {me['state']}"
    )
    return "\n".join(
        [
            f"openqq_nb · {who}",
            f"  server    {url}, {dialect}",
            f"  loaded    {_counted(counts)}",
            f"  listener  {listening}",
            "  next      my.friends()  my.groups()  my.members()  my.send_friend('你好', qq='…')  my.listen()",
        ]
    )


def _counted(counts: Mapping[str, int]) -> str:
    known = [f"{counts[name]} {name}" for name in _COUNTED if name in counts]
    return ", ".join(known) or "nothing yet"
