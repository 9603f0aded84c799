"""The two dialects as sets of calls; each call is described once, as a generator.

Source:
    API document §1 to §9; PATHS and addressing as the real servers want them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from openqq_nb.errors import InvalidInput, NotLoaded, NotSupported, NotUnderstood, Refused, first_bytes
from openqq_nb.models import (
    Answer,
    Arrival,
    Flow,
    Outcome,
    Outgoing,
    Page,
    Polled,
    Receipt,
    Recipient,
    RecipientType,
    Reply,
    Request,
    Response,
    Row,
)
from openqq_nb.protocols.base import Listing
from openqq_nb.protocols.hints import Hints
from openqq_nb.protocols.openqq import arrivals, decode, manage
from openqq_nb.protocols.openqq.outgoing import check_content, outgoing
from openqq_nb.protocols.openqq.polling import HELD_S, POLL_CALL, polled
from openqq_nb.protocols.openqq.releases import RELEASE_1, RELEASE_2, Release
from openqq_nb.protocols.reading import value
from openqq_nb.segments import Content

HTTP_OK = 200
HTTP_FORBIDDEN = 403
HTTP_MISTAKE = 500
NOTHING_FOUND_2 = 100
AUTH_FAILURE_2 = "-6"


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
    def hints(self) -> Hints:
        """What people are told of a set-up with it."""
        return self.release.hints

    @property
    def posts_own(self) -> bool:
        """Whether the server posts back what the account sends."""
        return self.release.posts_own

    @property
    def answers(self) -> bool:
        """Whether it obeys what is written back to a push."""
        return True

    @property
    def signs(self) -> bool:
        """Whether it signs what it posts."""
        return False

    @property
    def remembers(self) -> bool:
        """Whether it can be asked for what was written in a chat."""
        return False

    @property
    def composes(self) -> bool:
        """Whether more than text can be sent."""
        return False

    @property
    def keeps_members(self) -> bool:
        """Whether `groups` brings the members that were loaded."""
        return True

    @property
    def loads_members(self) -> bool:
        """Whether `load_members` works: the search of 2.x takes a token for one more thing to search by."""
        return self.release.manages and self.token is None

    @property
    def reaches(self) -> frozenset[RecipientType]:
        """What kinds of recipients can be sent to."""
        return frozenset(self.release.sends)

    @property
    def polls(self) -> bool:
        """Whether `poll` works."""
        return self.release.manages

    def server(self) -> Flow[pa.Table]:
        """Ask how the server is (`get_user_info`, and `get_client_info` of 2.x)."""
        account = yield from self._get("get_user_info")
        program = (yield from self._get("get_client_info")) if self.release.manages else None
        return decode.server(self.name, account, program, self.release.tables)

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

    def load_members(self, group: Row) -> Flow[Listing]:
        """Have the members of one group loaded (`search_group`, which does that by the way); no rows if it is gone.

        Raises:
            NotSupported: this release has no such call, or a token is in the way.
            NotLoaded: the group has no id.
        """
        if not self.loads_members:
            raise NotSupported(
                "A server of 2.x without a token loads the members of a group on demand; this one does not. It loads a "
                "group when a message comes in there, and all of them every ten minutes."
            )
        gid = group.get("gid")
        if gid is None:
            raise NotLoaded("the server gives no gid, by which its members could be asked for")
        response = yield Request("GET", "openqq/search_group", (("id", str(gid)),))
        body = checked(response, "search_group")
        found = b"[]" if decode.stated_code(value(body)) == NOTHING_FOUND_2 else body
        return decode.groups(found, self.release.tables, escaped=self.release.escaped)

    def recent(self) -> Flow[pa.Table]:
        """Ask whom the account wrote with since the login (`get_recent_info`).

        Raises:
            NotSupported: 2.x has no such call.
        """
        if self.release.manages:
            raise NotSupported(
                "A 2.x server does not tell whom the account wrote with lately. A running inbox knows: "
                "inbox.df['chat'].unique()."
            )
        body = yield from self._get("get_recent_info")
        return decode.recent(body, self.release.tables.recent)

    def send(self, recipient: Recipient, content: Content, *, wait: bool = True) -> Flow[Receipt]:
        """Send one message, as a form by POST, since a GET beyond 8 KiB is refused.

        Raises:
            NotSupported: this release cannot send to such a recipient, or more than text is to be sent.
            InvalidInput: the text is empty, or nobody is addressed.
        """
        if recipient.recipient_type not in self.release.sends:
            raise NotSupported(
                "A 2.x server never sends a temporary message and never answers the call; nothing was sent. "
                "Write to the person as a friend, or in the group."
            )
        text = check_content(content)
        queued = () if wait else self._queued(recipient)
        path, keys = self.release.sends[recipient.recipient_type]
        params = (*_address(recipient, keys), ("content", text), *queued)
        body = yield from self._do(path, params)
        return decode.receipt(body, self.release.msg_id, waited=wait)

    def outgoing(self, content: Content) -> Outgoing:
        """Say what arrives of a text: 2.x replaces two signs, and both know faces by name.

        Raises:
            InvalidInput: `send` would refuse it.
            NotSupported: it is more than text.
        """
        return outgoing(content, self.release.replaces)

    def mute(self, gnumber: str, qq: str, seconds: float) -> Flow[Outcome]:
        """Mute a member, in whole minutes rounded up (`shutup_group_member`).

        Raises:
            NotSupported: 1.x has no such call.
            InvalidInput: a number is none, or the time is not above 0.
        """
        self._check_manages(
            "mute, except in a reply to a message of that member: return oq.Reply('…', shutup=True, shutup_time=600) "
            "from a handler of inbox.on_message"
        )
        params = (*manage.addressed(gnumber, qq), ("time", str(manage.minutes(seconds))))
        body = yield from self._do(manage.MUTE_CALL, params)
        return _outcome(body, manage.MUTE_CALL)

    def kick(self, gnumber: str, qq: str) -> Flow[Outcome]:
        """Remove a member (`kick_group_member`); after its page of status 500, look who is there.

        Raises:
            NotSupported: 1.x has no such call.
            InvalidInput: a number is none.
        """
        self._check_manages("remove anybody from a group; do it with a QQ client")
        params = (*manage.addressed(gnumber, qq), *_token(self.token))
        path = f"openqq/{manage.KICK_CALL}"
        response = yield Request("POST", path, params, repeatable=False)
        if response.http_status == HTTP_MISTAKE:
            return manage.after_kick(gone=(yield from self._has_left(gnumber, qq)))
        return _outcome(checked(response, manage.KICK_CALL), manage.KICK_CALL)

    def recall(self, msg_id: str) -> Flow[Outcome]:
        """Refuse: neither release has such a call.

        Raises:
            NotSupported: always.
        """
        raise NotSupported(
            f"An Openqq server cannot take back a message, so {msg_id} stays. Take it back in a QQ client, within two "
            "minutes. Nothing was done."
        )

    def page(self, chat: Recipient, before: Row | None, count: int) -> Flow[Page]:
        """Refuse: neither release keeps what was written.

        Raises:
            NotSupported: always.
        """
        raise NotSupported(
            "An Openqq server keeps no history. What a listener has heard is in its journal: "
            "oq.journals(), oq.open_log(path)."
        )

    def relogin(self) -> Flow[Outcome]:
        """Have the server log in anew, three seconds later (`relogin`).

        Raises:
            NotSupported: 1.x has no such call.
        """
        self._check_manages("log in anew when asked; stop the server and start it again")
        response = yield Request("GET", f"openqq/{manage.RELOGIN_CALL}", _token(self.token), repeatable=False)
        return _outcome(checked(response, manage.RELOGIN_CALL), manage.RELOGIN_CALL)

    def poll(self) -> Flow[Polled]:
        """Take what nobody has taken yet, or wait up to 30 s for the next thing (`check_event`).

        Raises:
            NotSupported: 1.x has no such call.
            Refused: the token is missing or wrong.
            NotUnderstood: the answer is no answer of this call.
        """
        if not self.polls:
            raise NotSupported(
                "A 1.x server cannot be asked for its messages, it only posts them. Let it post, and see "
                "that the server reaches the listener: host= and public_url= of my.listen() are for that."
            )
        path = f"openqq/{POLL_CALL}"
        response = yield Request("GET", path, _token(self.token), repeatable=False, held_s=HELD_S)
        return polled(checked(response, POLL_CALL))

    def arrival(self, body: bytes) -> Arrival:
        """Read what the server posted or a poll brought."""
        return self.release.read(body)

    def answer(self, arrival: Arrival, reply: Reply | None) -> Answer:
        """Say what to write back to a push."""
        return arrivals.answer(arrival, reply, sessions="session" in self.release.sends)

    def setup(self, url: str, secret: str) -> str:
        """Tell what to put into the server's start script; the secret stands in the address."""
        return (
            "Put the post_api line into the script that starts the server, and start it again:\n\n"
            '$client->load("Openqq", data => {\n'
            "    # what stands here already (listen, auth) stays as it is\n"
            f"    post_api => '{url}',\n"
            "});\n"
        )

    def _get(self, path: str) -> Flow[bytes]:
        response = yield get_request(path, self.token)
        return checked(response, path)

    def _do(self, path: str, params: tuple[tuple[str, str], ...]) -> Flow[bytes]:
        response = yield Request("POST", f"openqq/{path}", (*params, *_token(self.token)), repeatable=False)
        return checked(response, path)

    def _has_left(self, gnumber: str, qq: str) -> Flow[bool | None]:
        """Look whether a member is gone, having the members loaded if the lists do not show it."""
        try:
            there = yield from self.groups()
            gone, gid = manage.has_left(there, gnumber, qq), manage.gid_of(there, gnumber)
            if gone is None and gid is not None and self.loads_members:
                gone = manage.has_left((yield from self.load_members({"gid": gid})), gnumber, qq)
        except BaseException as error:
            error.add_note(manage.UNSEEN_KICK)
            raise
        return gone

    def _queued(self, recipient: Recipient) -> tuple[tuple[str, str], ...]:
        """Say that the server is not to wait; with a discuss 2.x fails then."""
        if self.release.manages and recipient.recipient_type != "discuss":
            return (("async", "1"),)
        raise NotSupported(
            "wait=False works with 2.x servers, to friends and groups; this would not. Nothing was sent; "
            "leave wait=False away."
        )

    def _check_manages(self, what: str) -> None:
        if not self.release.manages:
            raise NotSupported(f"A 1.x server cannot {what}. Nothing was done.")


def openqq1(token: str | None) -> Openqq:
    """Make the dialect of release 1.x, which the API document describes."""
    return Openqq(RELEASE_1, token)


def openqq2(token: str | None) -> Openqq:
    """Make the dialect of release 2.x."""
    return Openqq(RELEASE_2, token)


def get_request(path: str, token: str | None) -> Request:
    """Describe an info call; both dialects answer them to GET only."""
    return Request("GET", f"openqq/{path}", _token(token))


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


def _outcome(body: bytes, path: str) -> Outcome:
    found = manage.outcome(body)
    if found is None:
        raise NotUnderstood(
            f"The server answered {path} with no code: {first_bytes(body)}. Whether it was done is not known; look "
            "before you ask again."
        )
    return found


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
