"""In what the two releases of the server differ, as data.

Source:
    API document §5 to §9 for 1.x; recorded calls for 2.x.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from openqq_nb.models import Arrival, RecipientType
from openqq_nb.protocols.hints import Hints
from openqq_nb.protocols.openqq import arrivals
from openqq_nb.protocols.openqq.fields import TABLES, Name, Tables
from openqq_nb.protocols.openqq.hints import HINTS_1, HINTS_2


@dataclass(frozen=True, slots=True)
class Release:
    """In what the two releases differ, as data.

    Attributes:
        name: what users call the dialect.
        tables: what it calls things.
        escaped: whether names of people and groups come HTML-escaped.
        posts_own: whether it posts back what the account sends.
        manages: whether it mutes, kicks, searches, logs in anew, is polled and tells about itself by calls.
        msg_id: the key of a message's number in the answer of a send.
        sends: per kind of recipient the call, and which attribute of `Recipient` goes under which key.
        replaces: which signs of a text it replaces before it sends it, and by what.
        read: how its posts are read.
        hints: what people are told of a set-up with it.
    """

    name: Name
    tables: Tables
    escaped: bool
    posts_own: bool
    manages: bool
    msg_id: str
    sends: Mapping[RecipientType, tuple[str, Mapping[str, str]]]
    replaces: Mapping[str, str]
    read: Callable[[bytes], Arrival]
    hints: Hints


_PERSON_1 = {"id": "id", "qq": "qq"}
# The document's example addresses a group by `id`; the server knows only these two.
_GROUP_1 = {"gid": "gid", "gnumber": "gnumber"}
_DISCUSS_1 = {"did": "did"}

RELEASE_1 = Release(
    name="openqq1",
    tables=TABLES["openqq1"],
    escaped=True,
    posts_own=False,
    manages=False,
    msg_id="msg_id",
    sends={
        "friend": ("send_message", _PERSON_1),
        "group": ("send_group_message", _GROUP_1),
        "discuss": ("send_discuss_message", _DISCUSS_1),
        "session": ("send_sess_message", _GROUP_1 | _DISCUSS_1 | _PERSON_1),
    },
    replaces={},
    read=arrivals.read_openqq1,
    hints=HINTS_1,
)
# A 2.x server never sends a temporary message, and never answers the call.
RELEASE_2 = Release(
    name="openqq2",
    tables=TABLES["openqq2"],
    escaped=False,
    posts_own=True,
    manages=True,
    msg_id="id",
    sends={
        "friend": ("send_friend_message", {"id": "id", "uid": "qq"}),
        "group": ("send_group_message", {"id": "gid", "uid": "gnumber"}),
        "discuss": ("send_discuss_message", {"id": "did"}),
    },
    replaces={"<": "＜", ">": "＞"},
    read=arrivals.read_openqq2,
    hints=HINTS_2,
)
