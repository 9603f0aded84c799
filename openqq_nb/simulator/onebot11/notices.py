"""How each end writes what happens besides messages: notices, requests, meta events."""

from typing import Any

from openqq_nb.simulator.onebot11.known import Change, Known
from openqq_nb.simulator.onebot11.settings import Settings
from openqq_nb.simulator.onebot11.store import Said
from openqq_nb.simulator.records import unix_now

Json = dict[str, Any]
_NAMES = ("meta_event_type", "notice_type", "request_type")


class Notices:
    """Writes the notices of one end.

    Args:
        known: Whom the end knows.
        settings: How it is set up.
    """

    def __init__(self, known: Known, settings: Settings) -> None:
        self._known = known
        self._settings = settings
        self._end = settings.end

    def _event(self, kind: str, body: Json) -> Json:
        """Write an event; Lagrange puts at the end what the others put in front, and what it is before that."""
        head = {"time": unix_now(), "self_id": self._known.me.qq, "post_type": kind}
        if self._end.name != "lagrange":
            return head | body
        named = {key: body[key] for key in _NAMES if key in body}
        return {key: value for key, value in body.items() if key not in named} | named | head

    def _group(self, notice: str, group: int, qq: int, more: Json) -> Json:
        return self._event("notice", {"group_id": group, "user_id": qq, "notice_type": notice, **more})

    # Meta events

    def lifecycle(self) -> Json:
        """The first frame of a WebSocket."""
        return self._event("meta_event", {"meta_event_type": "lifecycle", "sub_type": "connect"})

    def heartbeat(self, interval_s: float) -> Json:
        """A sign of life."""
        status = {**self._end.status, **self.online()}
        body = {"meta_event_type": "heartbeat", "status": status, "interval": int(interval_s * 1000)}
        return self._event("meta_event", body)

    def online(self) -> Json:
        """Tell whether the account is logged in, as heartbeats and `get_status` do."""
        return {"online": self._settings.online, "good": self._settings.online}

    def bot_offline(self) -> Json | None:
        """QQ has thrown the account out; only NapCat tells."""
        if self._end.name != "napcat":
            return None
        words = {"tag": "登录已失效", "message": "请重新登录"}
        body = {"notice_type": "bot_offline", "user_id": self._known.me.qq, **words}
        return self._event("notice", body)

    # Groups

    def changed(self, change: Change) -> Json | None:
        """Write a change of the lists, if the end tells of it."""
        number = change.group.number if change.group else 0
        qq = change.who.qq
        match change.what:
            case "befriended":
                return self._event("notice", {"notice_type": "friend_add", "user_id": qq})
            case "joined":
                more = {"operator_id": change.group.owner if change.group else 0, "sub_type": "approve"}
                return self._group("group_increase", number, qq, more)
            case "admin":
                is_set = change.now is not None and change.now.role == "admin"
                return self._group("group_admin", number, qq, {"sub_type": "set" if is_set else "unset"})
            case "card":
                return self._card(change, number)
            case _:
                return self.decrease(number, qq, qq, "leave")

    def _card(self, change: Change, number: int) -> Json | None:
        if self._end.name == "lagrange":
            return None
        before, now = change.before, change.now
        cards = {"card_new": (now and now.card) or "", "card_old": (before and before.card) or ""}
        return self._group("group_card", number, change.who.qq, cards)

    def decrease(self, group: int, qq: int, operator: int, how: str) -> Json:
        """Somebody left a group or was removed from it."""
        return self._group("group_decrease", group, qq, {"sub_type": how, "operator_id": operator})

    def ban(self, group: int, qq: int, operator: int, seconds: int) -> Json:
        """Somebody was muted; everybody is number 0, and -1 is until it is lifted."""
        how = "ban" if seconds else "lift_ban"
        more = {"operator_id": operator, "duration": seconds, "sub_type": how}
        return self._group("group_ban", group, qq, more)

    def upload(self, group: int, qq: int, file: Json) -> Json:
        """Somebody put a file into a group."""
        return self._group("group_upload", group, qq, {"file": file})

    # Messages

    def recall(self, said: Said, operator: int) -> Json:
        """A message was taken back."""
        number, qq = said.chat[1], said.sender.qq
        about: Json = {"message_id": said.message_id}
        if self._end.name == "lagrange":
            about["tip"] = ""
        if said.is_group:
            return self._group("group_recall", number, qq, {"operator_id": operator, **about})
        return self._event("notice", {"notice_type": "friend_recall", "user_id": qq, **about})

    def poke(self, qq: int, target: int, group: int | None) -> Json:
        """Somebody poked somebody."""
        body: Json = {"notice_type": "notify", "sub_type": "poke", "target_id": target, "user_id": qq}
        body |= {} if group is None else {"group_id": group}
        if self._end.name == "napcat":
            pieces = [{"type": "qq", "uid": f"u_{qq}"}, {"type": "nor", "txt": "戳了戳"}]
            body["raw_info"] = [*pieces, {"type": "qq", "uid": f"u_{target}"}]
        return self._event("notice", body)

    def typing(self, qq: int) -> Json:
        """Somebody is typing to the account; at each key stroke."""
        words = {"status_text": "对方正在输入...", "event_type": 1}
        body = {"notice_type": "notify", "sub_type": "input_status", **words, "user_id": qq, "group_id": 0}
        return self._event("notice", body)

    # Requests

    def request(self, qq: int, comment: str, flag: str, group: int | None, sub_type: str) -> Json:
        """Somebody asks to be a friend, or to be let into a group, or invites the account."""
        if group is None:
            body: Json = {"request_type": "friend", "user_id": qq, "comment": comment, "flag": flag}
            return self._event("request", body)
        body = {"request_type": "group", "group_id": group, "user_id": qq, "comment": comment, "flag": flag}
        return self._event("request", body | {"sub_type": sub_type})
