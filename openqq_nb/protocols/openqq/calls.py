"""The two dialects as sets of calls; each call is described once, as a generator.

Source:
    API document §1 to §9; PATHS and addressing as the real servers want them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from openqq_nb.errors import InvalidInput, NotSupported, NotUnderstood, Refused, first_bytes
from openqq_nb.models import (
    Answer,
    Arrival,
    Flow,
    Receipt,
    Recipient,
    RecipientType,
    Reply,
    Request,
    Response,
)
from openqq_nb.protocols.base import Listing
from openqq_nb.protocols.openqq import arrivals, decode
from openqq_nb.protocols.openqq.fields import TABLES, Name, Tables
from openqq_nb.protocols.openqq.rows import value

HTTP_OK = 200
HTTP_FORBIDDEN = 403
AUTH_FAILURE_2 = "-6"


@dataclass(frozen=True, slots=True)
class Release:
    """In what the two releases differ, as data.

    Attributes:
        name: what users call the dialect.
        tables: what it calls things.
        escaped: whether names of people and groups come HTML-escaped.
        posts_own: whether it posts back what the account sends.
        msg_id: the key of a message's number in the answer of a send.
        sends: per kind of recipient the call, and which attribute of `Recipient` goes under which key.
        read: how its posts are read.
    """

    name: Name
    tables: Tables
    escaped: bool
    posts_own: bool
    msg_id: str
    sends: Mapping[RecipientType, tuple[str, Mapping[str, str]]]
    read: Callable[[bytes], Arrival]


_PERSON_1 = {"id": "id", "qq": "qq"}
# The document's example addresses a group by `id`; the server knows only these two.
_GROUP_1 = {"gid": "gid", "gnumber": "gnumber"}
_DISCUSS_1 = {"did": "did"}

RELEASE_1 = Release(
    name="openqq1",
    tables=TABLES["openqq1"],
    escaped=True,
    posts_own=False,
    msg_id="msg_id",
    sends={
        "friend": ("send_message", _PERSON_1),
        "group": ("send_group_message", _GROUP_1),
        "discuss": ("send_discuss_message", _DISCUSS_1),
        "session": ("send_sess_message", _GROUP_1 | _DISCUSS_1 | _PERSON_1),
    },
    read=arrivals.read_openqq1,
)
# A 2.x server never sends a temporary message, and never answers the call.
RELEASE_2 = Release(
    name="openqq2",
    tables=TABLES["openqq2"],
    escaped=False,
    posts_own=True,
    msg_id="id",
    sends={
        "friend": ("send_friend_message", {"id": "id", "uid": "qq"}),
        "group": ("send_group_message", {"id": "gid", "uid": "gnumber"}),
        "discuss": ("send_discuss_message", {"id": "did"}),
    },
    read=arrivals.read_openqq2,
)


@dataclass(frozen=True, slots=True)
class Openqq:
    """Calls, arrivals and answers of one release."""

    release: Release
    token: str | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The name of the dialect."""
        return self.release.name

    @property
    def posts_own(self) -> bool:
        """Whether the server posts back what the account sends."""
        return self.release.posts_own

    def me(self) -> Flow[pa.Table]:
        """Ask who the account is (`get_user_info`); its names come unescaped in both releases."""
        body = yield from self._get("get_user_info")
        return decode.me(body, self.release.tables)

    def friends(self) -> Flow[pa.Table]:
        """Ask for the friends (`get_friend_info`)."""
        body = yield from self._get("get_friend_info")
        return decode.friends(body, self.release.tables, escaped=self.release.escaped)

    def groups(self) -> Flow[Listing]:
        """Ask for groups and loaded members (`get_group_info`)."""
        body = yield from self._get("get_group_info")
        return decode.groups(body, self.release.tables, escaped=self.release.escaped)

    def discusses(self) -> Flow[Listing]:
        """Ask for discusses and their members (`get_discuss_info`)."""
        body = yield from self._get("get_discuss_info")
        return decode.discusses(body, self.release.tables)

    def send(self, recipient: Recipient, content: str) -> Flow[Receipt]:
        """Send one message, as a form by POST, since a GET beyond 8 KiB is refused.

        Raises:
            NotSupported: this release cannot send to such a recipient.
            InvalidInput: the text is empty, or nobody is addressed.
        """
        if recipient.recipient_type not in self.release.sends:
            raise NotSupported(
                "A 2.x server never sends a temporary message and never answers the call; nothing was sent. "
                "Write to the person as a friend, or in the group."
            )
        check_content(content)
        path, keys = self.release.sends[recipient.recipient_type]
        params = (*_address(recipient, keys), ("content", content), *_token(self.token))
        response = yield Request("POST", f"openqq/{path}", params, repeatable=False)
        return decode.receipt(checked(response, path), self.release.msg_id)

    def arrival(self, body: bytes) -> Arrival:
        """Read what the server posted."""
        return self.release.read(body)

    def answer(self, arrival: Arrival, reply: Reply | None) -> Answer:
        """Say what to write back to a push."""
        return arrivals.answer(arrival, reply, sessions="session" in self.release.sends)

    def setup(self, url: str) -> str:
        """Tell what to put into the server's start script."""
        return (
            "Put this into the script that starts the server, and start it again:\n\n"
            '$client->load("Openqq", data => {\n'
            '    listen   => [{ host => "127.0.0.1", port => 5000 }],\n'
            f"    post_api => '{url}',\n"
            "});\n"
        )

    def _get(self, path: str) -> Flow[bytes]:
        response = yield get_request(path, self.token)
        return checked(response, path)


def openqq1(token: str | None) -> Openqq:
    """Make the dialect of release 1.x, which the API document describes."""
    return Openqq(RELEASE_1, token)


def openqq2(token: str | None) -> Openqq:
    """Make the dialect of release 2.x."""
    return Openqq(RELEASE_2, token)


def get_request(path: str, token: str | None) -> Request:
    """Describe an info call; both dialects answer them to GET only."""
    return Request("GET", f"openqq/{path}", _token(token))


def check_content(content: str) -> None:
    """Refuse text that the servers would never answer for.

    Raises:
        InvalidInput: the text is empty, or cannot be written as UTF-8.
    """
    if not content:
        raise InvalidInput("The text is empty. The server would never answer such a call; nothing was sent.")
    try:
        content.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(
            f"The text has half of a surrogate pair at position {error.start}, which cannot be sent; "
            "nothing was sent. Remove it, for instance with text.encode(errors='ignore').decode()."
        ) from error


def checked(response: Response, path: str) -> bytes:
    """Take the body of an answer, after the two ways of refusing a token and what is no API answer.

    Raises:
        Refused: the token is missing or wrong.
        NotUnderstood: the answer is no answer of this call.
    """
    refuse_refusal(response)
    if response.http_status != HTTP_OK:
        raise NotUnderstood(
            f"The server answered {path} with HTTP status {response.http_status} and "
            f"{first_bytes(response.body)}. Its log may tell why."
        )
    return response.body


def refuse_refusal(response: Response) -> None:
    """Raise if the owner's check of the token said no.

    Raises:
        Refused: the token is missing or wrong.
    """
    if _is_refusal(response):
        raise Refused(
            "The server asks for a token, and the one given is missing or wrong. "
            "Give it as connect(…, token=…) or in OPENQQ_NB_TOKEN."
        )


def _is_refusal(response: Response) -> bool:
    """Tell an auth refusal: 403 and text (1.x), or 200 and code -6 (2.x)."""
    if response.http_status == HTTP_FORBIDDEN:
        return response.body.strip() == b"auth failure"
    if response.http_status != HTTP_OK or not response.body.startswith(b"{") or b"-6" not in response.body:
        return False
    found = value(response.body)
    return isinstance(found, dict) and found.get("code") == AUTH_FAILURE_2 and "id" not in found


def _address(recipient: Recipient, keys: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Give the keys that are stated; an empty one would match nobody."""
    stated = [(key, getattr(recipient, attribute)) for key, attribute in keys.items()]
    address = tuple((key, number) for key, number in stated if number is not None)
    if not address or any(number == "" for _, number in address):
        raise InvalidInput(
            f"No {recipient.recipient_type} is named: give one of {', '.join(keys.values())}, and none of them empty. "
            "Nothing was sent."
        )
    return address


def _token(token: str | None) -> tuple[tuple[str, str], ...]:
    """Name the parameter that carries the token: the owner of the server chose the name."""
    if token is None:
        return ()
    named = re.fullmatch(r"([A-Za-z_][A-Za-z0-9_]*)=(.*[^=].*)", token, re.DOTALL)
    return ((named[1], named[2]),) if named else (("token", token),)
