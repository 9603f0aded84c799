"""OneBot 11 as a set of calls, the same for all ends; each call is described once, as a generator.

Source:
    OneBot 11, public API; recorded calls of NapCat, LLBot and onebots; the sources of SnowLuma, Lagrange.OneBot and
    go-cqhttp.
"""

from dataclasses import dataclass, field

import pyarrow as pa

from openqq_nb import schema
from openqq_nb.errors import NoAnswer, NotLoaded, NotSupported, NotUnderstood
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
    Row,
)
from openqq_nb.protocols.base import Listing
from openqq_nb.protocols.hints import Hints
from openqq_nb.protocols.onebot11 import addressing, arrivals, decode, history, judging
from openqq_nb.protocols.onebot11.addressing import Params
from openqq_nb.protocols.onebot11.ends import End, end_of
from openqq_nb.protocols.onebot11.envelope import Told, asked_for, told, told_or_none
from openqq_nb.protocols.onebot11.hints import HINTS
from openqq_nb.protocols.onebot11.managing import duration_s
from openqq_nb.protocols.onebot11.outgoing import outgoing, segments
from openqq_nb.protocols.onebot11.setting_up import setup
from openqq_nb.segments import Content

NAME = "onebot11"
VERSION_CALL = "get_version_info"
LOGIN_CALL = "get_login_info"
SENDING_PATIENCE = 2.0
"""Ends wait for QQ themselves, NapCat 10 s and longer for files."""


@dataclass(frozen=True, slots=True)
class Onebot11:
    """Calls, arrivals and answers of an end of OneBot 11.

    Attributes:
        token: what authorises its calls, if anything.
        end: the `app_name` of the program; `None` where it has not been asked for.
    """

    token: str | None = field(default=None, repr=False)
    end: str | None = None

    @property
    def name(self) -> str:
        """The name of the dialect."""
        return NAME

    @property
    def hints(self) -> Hints:
        """What people are told of a set-up with it."""
        return HINTS

    @property
    def posts_own(self) -> bool:
        """Whether the end posts back what the account sends, which it does if it is told to."""
        return True

    @property
    def answers(self) -> bool:
        """Whether it obeys what is written back to a push: each end differently, so none is asked to."""
        return False

    @property
    def signs(self) -> bool:
        """Whether it signs what it posts."""
        return True

    @property
    def remembers(self) -> bool:
        """Whether it can be asked for what was written in a chat."""
        return True

    @property
    def composes(self) -> bool:
        """Whether more than text can be sent."""
        return True

    @property
    def keeps_members(self) -> bool:
        """Whether `groups` brings members."""
        return False

    @property
    def loads_members(self) -> bool:
        """Whether `load_members` works."""
        return True

    @property
    def reaches(self) -> frozenset[RecipientType]:
        """What kinds of recipients can be sent to."""
        reached: frozenset[RecipientType] = frozenset({"friend", "group"})
        return reached | {"session"} if self._known.sessions else reached

    @property
    def polls(self) -> bool:
        """Whether `poll` works."""
        return False

    @property
    def _known(self) -> End:
        return end_of(self.end)

    def server(self) -> Flow[pa.Table]:
        """Ask how the end is (`get_version_info`, `get_status`)."""
        program = yield from self._if_told(VERSION_CALL)
        return decode.server(NAME, (yield from self._if_told("get_status")), program)

    def me(self) -> Flow[pa.Table]:
        """Ask who the account is (`get_login_info`), and how (`get_status`, `get_version_info`)."""
        account = yield from self._get(LOGIN_CALL)
        status = yield from self._if_told("get_status")
        return decode.me(account, status, (yield from self._if_told(VERSION_CALL)))

    def friends(self) -> Flow[pa.Table]:
        """Ask for the friends, by category where the end can tell (`get_friends_with_category`, `get_friend_list`)."""
        if self.end is None or self._known.categories:
            body = yield from self._if_told("get_friends_with_category")
            found = None if body is None else decode.friends_by_category(body)
            if found is not None:
                return found
        return decode.friends((yield from self._get("get_friend_list")))

    def groups(self) -> Flow[Listing]:
        """Ask for the groups (`get_group_list`), which come without members."""
        return decode.groups((yield from self._get("get_group_list")))

    def discusses(self) -> Flow[Listing]:
        """Give no discusses: OneBot has none, so nothing is asked."""
        yield from ()
        return Listing(schema.DISCUSSES.table([]), schema.DISCUSS_MEMBERS.table([]))

    def load_members(self, group: Row) -> Flow[Listing]:
        """Ask for the members of one group (`get_group_member_list`).

        Raises:
            NotLoaded: the group has no number, or the end could not tell.
        """
        gnumber = group.get("gnumber")
        if not gnumber:
            raise NotLoaded("the server gives no gnumber, by which its members could be asked for")
        body = yield from self._get("get_group_member_list", {"group_id": addressing.number(str(gnumber))})
        return decode.members(body, group)

    def recent(self) -> Flow[pa.Table]:
        """Refuse: OneBot has no such call.

        Raises:
            NotSupported: always.
        """
        yield from ()
        raise NotSupported(
            "OneBot does not tell whom the account wrote with lately. A running inbox knows: "
            "inbox.df['chat'].unique()."
        )

    def send(self, recipient: Recipient, content: Content, *, wait: bool = True) -> Flow[Receipt]:
        """Send one message, as segments, so that no text can become anything else.

        Raises:
            NotSupported: a discuss, a session where the end has none, or `wait=False`.
            InvalidInput: the message is empty, or nobody is addressed.
        """
        kind = recipient.recipient_type
        params = addressing.of_recipient(recipient) | {"message": segments(content, kind)}
        if not wait:
            raise NotSupported(
                "wait=False works with servers of Openqq 2.x only; ends of OneBot answer when the message is out. "
                "Nothing was sent; leave wait=False away."
            )
        if kind == "session":
            yield from self._check_sessions()
        action = "send_group_msg" if kind == "group" else "send_private_msg"
        return judging.receipt((yield from self._do(action, params, SENDING_PATIENCE)), self._known)

    def outgoing(self, content: Content) -> Outgoing:
        """Say what arrives of a message: all of it, as it was written.

        Raises:
            InvalidInput: `send` would refuse it.
        """
        return outgoing(content)

    def mute(self, gnumber: str, qq: str, seconds: float) -> Flow[Outcome]:
        """Mute a member, in whole minutes rounded up, or lift a mute with 0 (`set_group_ban`).

        Raises:
            InvalidInput: a number is none, or the time is below 0.
        """
        member = addressing.of_member(gnumber, qq)
        # Left out, it would be half an hour with some ends, and with NapCat lift a mute.
        found = yield from self._do("set_group_ban", member | {"duration": duration_s(seconds)})
        return judging.outcome(found, self._known)

    def kick(self, gnumber: str, qq: str) -> Flow[Outcome]:
        """Remove a member, who may ask to join again (`set_group_kick`).

        Raises:
            InvalidInput: a number is none.
        """
        member = addressing.of_member(gnumber, qq)
        found = yield from self._do("set_group_kick", member | {"reject_add_request": False})
        return judging.outcome(found, self._known)

    def recall(self, msg_id: str) -> Flow[Outcome]:
        """Take back a message (`delete_msg`)."""
        found = yield from self._do("delete_msg", {"message_id": addressing.number(msg_id)})
        return judging.outcome(found, self._known)

    def page(self, chat: Recipient, before: Row | None, count: int) -> Flow[Page]:
        """Ask for a piece of the history (`get_group_msg_history`, `get_friend_msg_history`).

        Raises:
            NotSupported: the chat is neither that of a friend nor of a group.
            NotLoaded: the end could not tell.
        """
        end = self._known if self.end is not None else (yield from self._asked_end())
        return (yield from history.page(end, self._reading, chat, before, count))

    def relogin(self) -> Flow[Outcome]:
        """Refuse: OneBot has no such call.

        Raises:
            NotSupported: always.
        """
        yield from ()
        raise NotSupported(
            "An end of OneBot does not log in anew when asked. Nothing was done; restart it in its panel or on its "
            "machine, and scan its login code if it shows one."
        )

    def poll(self) -> Flow[Polled]:
        """Refuse: an end posts, or tells over a WebSocket.

        Raises:
            NotSupported: always.
        """
        yield from ()
        raise NotSupported(
            "An end of OneBot cannot be asked for its messages. Let it post to the listener (my.listen()), or connect "
            "to its WebSocket, as in oq.connect('ws://127.0.0.1:3001')."
        )

    def arrival(self, body: bytes) -> Arrival:
        """Read what the end posted, or sent over a WebSocket."""
        return arrivals.read(body)

    def answer(self, arrival: Arrival, reply: Reply | None) -> Answer:
        """Say what to write back to a push: nothing."""
        return arrivals.answer(arrival, reply)

    def setup(self, url: str, secret: str) -> str:
        """Tell what to enter in the panels of the ends."""
        return setup(url, secret)

    def _reading(self, action: str, params: Params) -> Request:
        return reading(action, params, self.token)

    def _get(self, action: str, params: Params | None = None) -> Flow[bytes]:
        response = yield self._reading(action, params or {})
        return asked_for(response, action)

    def _if_told(self, action: str) -> Flow[bytes | None]:
        """Ask for what the end need not know."""
        response = yield self._reading(action, {})
        return told_or_none(response, action)

    def _do(self, action: str, params: Params, patience: float = 1.0) -> Flow[Told]:
        response = yield Request(
            "POST", action, content=params, bearer=self.token, repeatable=False, patience=patience
        )
        return told(response, action)

    def _asked_end(self) -> Flow[End]:
        """Find out which end it is, where nobody has asked yet; one that does not tell is taken for a usual one."""
        return end_of(decode.app_name((yield from self._if_told(VERSION_CALL))))

    def _check_sessions(self) -> Flow[None]:
        try:
            end = self._known if self.end is not None else (yield from self._asked_end())
        except (NoAnswer, NotUnderstood) as error:
            # As it is, it would leave it open whether the message went out.
            raise NotLoaded(
                f"Nothing was sent: whether this server can send temporary messages could not be found out. {error}"
            ) from error
        if not end.sessions:
            raise NotSupported(
                f"{end.name} cannot send temporary messages: it would write to the person as a friend. Nothing was "
                "sent. Write to the person as a friend, or in the group."
            )


def reading(action: str, params: Params, token: str | None) -> Request:
    """Describe a call that changes nothing."""
    return Request("POST", action, content=params, bearer=token)
