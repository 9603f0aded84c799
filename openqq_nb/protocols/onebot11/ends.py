"""In what the programs that speak OneBot 11 differ, as data.

Source:
    Recorded calls of NapCat, LLBot and onebots; the sources of SnowLuma, Lagrange.OneBot and go-cqhttp.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Start = Literal["message_id", "message_seq"]


@dataclass(frozen=True, slots=True)
class End:
    """One program that speaks OneBot 11 for an account.

    Attributes:
        name: what its users call it.
        sessions: whether a group along with a private message makes it a temporary session.
        categories: whether it tells friends by category.
        starts: by which parameter a page of the history names the message where it ends.
        start: which number of that message it takes there.
        counts: whether it can be told how many messages a page is to have.
        turns: whether the side on which the page lies has to be named, and may be the other one.
        fails_if_empty: whether it fails, and gives no reason, where nothing was ever written in a chat.
        codes: what a failure without words means, by its number.
    """

    name: str
    sessions: bool = True
    categories: bool = False
    starts: Start = "message_id"
    start: Start = "message_id"
    counts: bool = True
    turns: bool = False
    fails_if_empty: bool = False
    codes: Mapping[int, str] = field(default_factory=dict)


CODES_OF_QQ: Mapping[int, str] = {
    120: "the account is muted in that group, or everybody is",
    9000: "QQ took it and gave no number for it",
}

_ENDS: Mapping[str, End] = {
    "NapCat.Onebot": End("NapCat", categories=True, starts="message_seq", turns=True),
    "LLOneBot": End("LLBot", categories=True, starts="message_seq", start="message_seq"),
    "SnowLuma": End("SnowLuma"),
    # It would write to the person as a friend.
    "Lagrange.OneBot": End("Lagrange", sessions=False, fails_if_empty=True, codes=CODES_OF_QQ),
    "go-cqhttp": End("go-cqhttp", starts="message_seq", start="message_seq", counts=False),
    "onebots": End("onebots"),
}

NAMES: Mapping[str, str] = {app_name: end.name for app_name, end in _ENDS.items()}
"""What users call the programs that are known, by the `app_name` that they tell."""


def end_of(app_name: str | None) -> End:
    """Give what is known of a program, by the `app_name` that it tells; an unknown one is taken for a usual one."""
    return _ENDS.get(app_name or "") or End(app_name or "the server")
