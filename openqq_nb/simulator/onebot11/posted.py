"""How each end writes a message: as it posts it, and as the history shows it."""

from typing import Any

from openqq_nb.simulator.onebot11 import cq
from openqq_nb.simulator.onebot11.known import Known
from openqq_nb.simulator.onebot11.settings import Settings
from openqq_nb.simulator.onebot11.shown import shown
from openqq_nb.simulator.onebot11.store import Said
from openqq_nb.simulator.things import Membership

Json = dict[str, Any]


class Messages:
    """Writes messages of one end.

    Args:
        known: Whom the end knows.
        settings: How it is set up.
    """

    def __init__(self, known: Known, settings: Settings) -> None:
        self._known = known
        self._settings = settings
        self._end = settings.end
        self._write = {"napcat": self._napcat, "llbot": self._llbot, "lagrange": self._lagrange}[
            self._end.name
        ]

    def post(self, said: Said, is_pushed: bool = True) -> Json:
        """Write a message.

        Args:
            said: The message.
            is_pushed: Whether it is posted; one's own then tells whom it went to.
        """
        return self._write(said, is_pushed)

    def one(self, said: Said, is_recalled: bool) -> Json:
        """Write a message as `get_msg` gives it."""
        if self._end.name == "napcat":
            return self.post(said, False) | {"emoji_likes_list": []}
        if self._end.name == "llbot":
            return self.post(said, False) | {
                "real_id": said.seq,
                "status": "deleted" if is_recalled else "normal",
            }
        keys = ("time", "message_type", "message_id", "sender", "message")
        whole = self.post(said, False) | {"real_id": said.message_id}
        return {key: whole[key] for key in (*keys[:3], "real_id", *keys[3:])}

    def _napcat(self, said: Said, is_pushed: bool) -> Json:
        thing = self._who(said) | {
            "message_id": said.message_id,
            "message_seq": said.message_id,
            "real_id": said.message_id,
            "real_seq": str(said.seq),
            "message_type": said.chat[0],
            "sender": self._sender(said, ("role",), {} if said.is_group else {"card": ""}),
            **self._content(said, 14),
            "post_type": self._post_type(said),
        }
        if said.is_own:
            thing["message_sent_type"] = "self"
        thing |= self._group(said) if said.is_group else {}
        if said.through is not None:
            thing |= {"group_id": said.through, "temp_source": 0}
        if said.is_own and is_pushed:
            thing["target_id"] = said.chat[1]
        return thing

    def _llbot(self, said: Said, is_pushed: bool) -> Json:
        through = {} if said.through is None else {"group_id": said.through}
        thing = self._who(said) | {
            "message_id": said.message_id,
            "message_seq": said.seq,
            "message_type": said.chat[0],
            "sender": self._sender(said, ("role", "level", "title"), through),
            **self._content(said, 14),
            "post_type": self._post_type(said),
        }
        thing |= self._group(said) if said.is_group else {}
        if through:
            thing["temp_source"] = 0
        if said.is_own and not said.is_group:
            thing["target_id"] = said.chat[1]
        return thing

    def _lagrange(self, said: Said, _is_pushed: bool) -> Json:
        content = self._content(said, 0)
        kept = {"message": content["message"], "raw_message": content["raw_message"], "font": 0}
        head: Json = {
            "message_type": said.chat[0],
            "sub_type": content["sub_type"],
            "message_id": said.message_id,
        }
        about = {"sex": "unknown", "age": 0}
        place: Json = {"user_id": said.sender.qq}
        if said.is_group:
            place = {"group_id": said.chat[1], **place, "anonymous": None}
            sender = self._sender(said, ("level", "role", "title"), about | {"area": ""})
            tail: Json = {"message_style": None}
        else:
            sender = self._sender(said, (), about)
            tail = {"target_id": said.chat[1] if said.is_own else self._known.me.qq}
        end = {"time": said.at, "self_id": self._known.me.qq, "post_type": self._post_type(said)}
        return head | place | kept | {"sender": sender} | tail | end

    def _who(self, said: Said) -> Json:
        return {"self_id": self._known.me.qq, "user_id": said.sender.qq, "time": said.at}

    def _post_type(self, said: Said) -> str:
        return self._end.own_type if said.is_own else "message"

    def _group(self, said: Said) -> Json:
        group = self._known.group(said.chat[1])
        return {"group_id": said.chat[1], "group_name": group.name if group else ""}

    def _sender(self, said: Said, fields: tuple[str, ...], more: Json) -> Json:
        """Write who said it: with a card in a group, and with other fields that the end knows of members."""
        thing: Json = {"user_id": said.sender.qq, "nickname": said.sender.nick}
        if not said.is_group:
            return thing | more
        member = self._known.member(said.chat[1], said.sender.qq) or Membership(said.sender)
        values: Json = {"role": member.role, "level": str(member.grade), "title": member.title}
        return thing | {"card": member.card or ""} | more | {key: values[key] for key in fields}

    def _content(self, said: Said, font: int) -> Json:
        place = said.chat[1] if said.is_group else None
        segments = [
            shown(one, self._end.name, lambda qq: self._known.displayname(qq, place)) for one in said.segments
        ]
        raw = cq.write(segments, self._end)
        is_text = self._settings.message_format == "string"
        return {
            # The one that was sent may differ: this one loses blanks at its ends.
            "raw_message": raw.strip(),
            "font": font,
            "sub_type": self._sub_type(said),
            "message": raw if is_text else segments,
            "message_format": "string" if is_text else "array",
        }

    def _sub_type(self, said: Said) -> str:
        if said.is_group:
            return "normal"
        if said.through is not None:
            return "group"
        return "friend" if said.is_own or self._known.friend(said.sender.qq) else "other"


def poorer(post: Json) -> Json:
    """Leave out of a post what an end does not know for a moment after its login."""
    sender = {
        key: value for key, value in post.get("sender", {}).items() if key not in ("card", "role", "title")
    }
    return {key: value for key, value in (post | {"sender": sender}).items() if key != "group_name"}
