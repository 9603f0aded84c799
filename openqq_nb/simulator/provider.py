"""The provider behind the server: takes what is sent, or refuses it, and mutes members."""

from openqq_nb.simulator.faults import Fault, Faults
from openqq_nb.simulator.login import Login
from openqq_nb.simulator.messages import Outcome, Sending
from openqq_nb.simulator.records import History, Kind, Muted, Received, now
from openqq_nb.simulator.things import Group, Membership

# As many results -3 in a row make the server log in anew.
ERRORS_IN_ROW = 5
_ERROR = -3
_SEND_CALLS: dict[Kind, tuple[str, str]] = {
    "friend": ("send_message", "send_friend_message"),
    "group": ("send_group_message", "send_group_message"),
    "discuss": ("send_discuss_message", "send_discuss_message"),
    "session": ("send_sess_message", "send_sess_message"),
}
# What 2.x says about each; 1.x says nothing of the kind.
_INFO = {
    -1: "数据格式错误",
    -2: "",
    -3: "发送异常",
    -4: '响应未知: {"errCode":5}',
    -5: "未识别返回值:100001",
}


class Provider:
    """The provider's side of one server.

    Args:
        history: Where to note what happens.
        faults: What goes wrong.
    """

    def __init__(self, history: History, faults: Faults) -> None:
        self._history = history
        self._faults = faults
        self._errors_in_row = 0

    def attempt(self, login: Login, sending: Sending) -> Outcome:
        """Take a message, unless a fault refuses it."""
        call = send_call(login, sending)
        failing = self._faults.strike("failing_sends", call)
        fault = failing or self._faults.strike("false_failures", call)
        if failing is None:
            self._history.add(_received(login, sending))
        outcome = _refused(fault, login) if fault else Outcome()
        self._errors_in_row = self._errors_in_row + 1 if outcome.code == _ERROR else 0
        return outcome

    def wants_new_login(self) -> bool:
        """Tell whether the errors make the server log in anew; they are counted afresh then."""
        if self._errors_in_row < ERRORS_IN_ROW:
            return False
        self._errors_in_row = 0
        return True

    def mute(self, login: Login, group: Group, member: Membership, seconds: int, via: str) -> None:
        """Mute a member; nobody if the server does not know his number."""
        number = login.learn_member(group, member)
        self._history.add(
            Muted(
                gnumber=str(group.number),
                number=None if number is None else str(number),
                name=member.displayname or member.person.nick,
                seconds=seconds,
                via="reply" if via == "reply" else "api",
                at=now(),
            )
        )


def send_call(login: Login, sending: Sending) -> str:
    """Name the call that sends such a message."""
    first, second = _SEND_CALLS[sending.kind]
    return first if login.is_first else second


def _refused(fault: Fault, login: Login) -> Outcome:
    code = fault.code or 0
    # 2.x fails while it reads this result, and says nothing any more.
    is_silent = code == -2 and not login.is_first  # noqa: PLR2004 - a code of the protocol
    return Outcome(code, "发送失败", _INFO[code], is_silent=is_silent)


def _received(login: Login, sending: Sending) -> Received:
    identity, number, name = _recipient(login, sending)
    content, via, msg_id = sending.content, sending.via, sending.number
    return Received(sending.kind, str(identity), number, name, content, via, msg_id, now())


def _recipient(login: Login, sending: Sending) -> tuple[int, str | None, str]:
    if sending.friend:
        qq = sending.friend.person.qq
        return login.person_id(qq), str(qq), sending.friend.displayname or sending.friend.person.nick
    if sending.kind == "session" and sending.person:
        return login.person_id(sending.person.qq), str(sending.person.qq), sending.person.nick
    if sending.group:
        return login.group_id(sending.group), str(sending.group.number), sending.group.displayname
    if sending.discuss:
        return login.discuss_id(sending.discuss), None, sending.discuss.name
    raise AssertionError(f"a message to nobody: {sending}")
