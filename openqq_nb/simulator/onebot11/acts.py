"""What the account does: it sends, takes back, mutes, removes, decides."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openqq_nb.simulator.onebot11.envelopes import RefusedError
from openqq_nb.simulator.onebot11.given import NOTHING_LEFT, segments
from openqq_nb.simulator.onebot11.shown import plain
from openqq_nb.simulator.onebot11.store import Chat, Said
from openqq_nb.simulator.records import Decided, Kicked, Muted, Received, Via, now, unix_now
from openqq_nb.simulator.things import Friend, Membership

if TYPE_CHECKING:
    from openqq_nb.simulator.onebot11.engine import Engine

Json = dict[str, Any]
# QQ's own numbers.
NO_FRIEND, NO_MEMBER, MUTED = 16, 110, 120
NOBODY = "无法获取用户信息"
NO_RIGHT = "ERR_NOT_GROUP_ADMIN"
_LATE = {
    "napcat": (
        "Timeout: NTEvent serviceAndMethod:NodeIKernelMsgService/sendMsg "
        "ListenerName:NodeIKernelMsgListener/onMsgInfoListUpdate EventRet:\n"
        '{\n    "result": 0,\n    "errMsg": ""\n}\n'
    ),
    "llbot": "消息发送超时",
    "lagrange": "",
}
_NO_SEQUENCE = 9000


def refused_by_qq(number: int) -> RefusedError:
    """Give the failure of a message that QQ did not take."""
    return RefusedError(f"消息发送失败(result: {number})", number)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes.

    Args:
        chat: The group or person.
        through: The group that a temporary session goes through.
    """

    chat: Chat
    through: int | None = None


class Acts:
    """The deeds of the account of one end.

    Args:
        engine: The end.
    """

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._turn = asyncio.Lock()
        self._next_s = 0.0
        self.requests: dict[str, Json] = {}

    # Messages

    async def send(
        self, call: str, place: Place, message: object, is_literal: bool = False, via: Via = "api"
    ) -> Said:
        """Send a message.

        Args:
            call: The call that asks for it.
            place: Where it goes.
            message: As calls take it.
            is_literal: Whether a text is no CQ code.
            via: Whether it is the answer to a post.

        Raises:
            RefusedError: It was not sent, or that is what the end says.
        """
        parts = self._parts(place, message, is_literal)
        self._engine.history.begin()
        try:
            await self._wait_for_turn()
            return self._sent(call, place, tuple(parts), via)
        finally:
            self._engine.history.end()

    def _parts(self, place: Place, message: object, is_literal: bool) -> list[Json]:
        parts = segments(self._engine.end, message, is_literal)
        if place.chat[0] == "private" and self._engine.end.name == "napcat":
            # It drops mentions there without a word.
            parts = [one for one in parts if one["type"] != "at"]
        known = [one for one in parts if one["type"] != "reply" or self._quoted(one) is not None]
        if not known:
            raise RefusedError(NOTHING_LEFT)
        return known

    def _quoted(self, segment: Json) -> Said | None:
        try:
            return self._engine.find(int(str(segment["data"].get("id", ""))))
        except ValueError:
            return None

    async def _wait_for_turn(self) -> None:
        async with self._turn:
            loop = asyncio.get_running_loop()
            await asyncio.sleep(max(0.0, self._next_s - loop.time()))
            self._next_s = loop.time() + self._engine.pace_s

    def _sent(self, call: str, place: Place, parts: tuple[Json, ...], via: Via) -> Said:
        faults = self._engine.faults
        self._check(place)
        if failing := faults.strike("failing_sends", call):
            raise refused_by_qq(failing.code or MUTED)
        if faults.strike("lost_sends", call) or not self._engine.settings.online:
            raise self._late()
        said = self._keep(place, parts, via)
        if faults.strike("false_failures", call):
            raise self._late()
        return said

    def _late(self) -> RefusedError:
        return RefusedError(_LATE[self._engine.end.name], _NO_SEQUENCE)

    def _check(self, place: Place) -> None:
        """Refuse what QQ refuses."""
        known, (kind, number) = self._engine.known, place.chat
        if kind == "group":
            group, me = known.world.group(number), self._my_membership(number)
            if group is None or me is None:
                raise refused_by_qq(NO_MEMBER)
            if me.muted_until > unix_now() or (group.is_muted and me.role == "member"):
                raise refused_by_qq(MUTED)
        elif place.through is not None:
            if known.world.group(place.through) is None:
                raise refused_by_qq(NO_MEMBER)
        elif known.world.friend(number) is None and number != known.me.qq:
            raise refused_by_qq(NO_FRIEND)

    def _my_membership(self, number: int) -> Membership | None:
        group = self._engine.world.group(number)
        return group.member(self._engine.known.me.qq) if group else None

    def _keep(self, place: Place, parts: tuple[Json, ...], via: Via) -> Said:
        engine = self._engine
        said = engine.keep(Said(place.chat, engine.known.me, parts, unix_now(), True, place.through))
        engine.history.add(self._received(said, via))
        if engine.settings.report_own:
            engine.events.emit(engine.messages.post(said))
        return said

    def _received(self, said: Said, via: Via) -> Received:
        known, number = self._engine.known, said.chat[1]
        group = known.group(number) if said.is_group else None
        friend = known.friend(number)
        name = group.displayname if group else friend.displayname if friend else known.displayname(number)
        quoted = next((self._quoted(one) for one in said.segments if one["type"] == "reply"), None)
        content = plain(said.segments, lambda qq: known.displayname(qq, number if said.is_group else None))
        return Received(
            "group" if said.is_group else "friend" if said.through is None else "session",
            str(number),
            str(number),
            name,
            content,
            via,
            said.message_id,
            now(),
            said.segments,
            quoted.message_id if quoted else None,
        )

    def recall(self, message_id: int) -> None:
        """Take a message back: one's own, or as an admin that of somebody below.

        Raises:
            RefusedError: The end does not know it, or QQ does not let the account.
        """
        said = self._engine.find(message_id)
        may = said is not None and (
            said.is_own or (said.is_group and self._may(said.chat[1], said.sender.qq))
        )
        if said is None or not may or self._engine.store.is_recalled(said):
            raise RefusedError("Recall failed")
        self.take_back(said, self._engine.known.me.qq)

    def take_back(self, said: Said, operator: int) -> None:
        """Let a message be taken back by somebody."""
        self._engine.store.recall(said)
        self._engine.events.emit(self._engine.notices.recall(said, operator))

    # Groups

    def _may(self, number: int, qq: int) -> bool:
        """Tell whether the account stands above a member."""
        group, me = self._engine.world.group(number), self._my_membership(number)
        member = group.member(qq) if group else None
        ranks = {"owner": 2, "admin": 1}
        mine, theirs = ranks.get(me.role if me else "", 0), ranks.get(member.role if member else "", 0)
        return mine > theirs

    def _managed(self, number: int, qq: int) -> Membership:
        group = self._engine.known.group(number)
        if group is None or not self._may(number, qq):
            raise RefusedError(NO_RIGHT)
        member = group.member(qq)
        if member is None:
            raise RefusedError("uid error")
        return member

    def ban(self, number: int, qq: int, seconds: int, via: Via = "api") -> None:
        """Mute a member, or let him speak again.

        Raises:
            RefusedError: He is none, or stands too high.
        """
        member = self._managed(number, qq)
        name = member.displayname or member.person.nick
        self._engine.history.add(Muted(str(number), str(qq), name, seconds, via, now()))
        self.mute(number, qq, seconds, self._engine.known.me.qq)

    def mute(self, number: int, qq: int, seconds: int, operator: int) -> None:
        """Let somebody be muted; everybody is number 0."""
        engine = self._engine
        if qq == 0:
            engine.mute_group(number, seconds != 0)
        else:
            engine.mute_member(number, qq, unix_now() + seconds if seconds else 0)
        engine.events.emit(engine.notices.ban(number, qq, operator, seconds))

    def ban_all(self, number: int, on: bool) -> None:
        """Mute everybody below the admins.

        Raises:
            RefusedError: The account is no admin.
        """
        me = self._my_membership(number)
        if me is None or me.role == "member":
            raise RefusedError(NO_RIGHT)
        self.mute(number, 0, -1 if on else 0, self._engine.known.me.qq)

    def kick(self, number: int, qq: int) -> None:
        """Remove a member.

        Raises:
            RefusedError: He is none, or stands too high.
        """
        member = self._managed(number, qq)
        name = member.displayname or member.person.nick
        self._engine.history.add(Kicked(str(number), str(qq), name, now()))
        self.remove(number, qq, self._engine.known.me.qq)

    def remove(self, number: int, qq: int, operator: int, how: str = "kick") -> None:
        """Let somebody be removed from a group; the account itself, too, or all as it is disbanded."""
        engine, is_me = self._engine, qq == self._engine.known.me.qq
        if is_me:
            engine.world.groups = [one for one in engine.world.groups if one.number != number]
        else:
            engine.world.remove_member(number, qq)
        engine.notice(("groups", number), but=qq)
        how = "kick_me" if is_me and how == "kick" else how
        engine.events.emit(engine.notices.decrease(number, qq, operator, how))

    # Requests

    def decide(self, flag: str, is_approved: bool, reason: str, via: Via = "api") -> None:
        """Grant a request, or refuse it.

        Raises:
            RefusedError: There is none of that flag.
        """
        request = self.requests.pop(flag, None)
        if request is None:
            raise RefusedError(f"未找到请求 {flag}" if self._engine.end.has_texts else "")
        self._engine.history.add(Decided(flag, is_approved, reason, via, now()))
        if is_approved:
            self._grant(request)

    def _grant(self, request: Json) -> None:
        engine, group = self._engine, request.get("group_id")
        person = engine.known.person(request["user_id"])
        if person is None or request.get("sub_type") == "invite":
            return
        if group is None:
            engine.world.friends = [*engine.world.friends, Friend(person)]
            engine.notice(("friends",))
        else:
            engine.world.add_member(group, Membership(person))
            engine.notice((group,))
