"""How 1.x writes what it knows: every value of people and groups is a string or null, names are HTML-escaped."""

from openqq_nb.simulator.login import Login, Number, Recent, Unasked
from openqq_nb.simulator.perl import escape
from openqq_nb.simulator.things import Discuss, Friend, Group, Membership, Person

Thing = dict[str, object]
STRANGER = "昵称未知"


def _put(thing: Thing, key: str, number: Number) -> None:
    if not isinstance(number, Unasked):
        thing[key] = None if number is None else str(number)


def _escape_or_none(text: str | None) -> str | None:
    return None if text is None else escape(text)


class Openqq1:
    """Writes people, groups and messages of one login in the words of 1.x."""

    def __init__(self, login: Login) -> None:
        self.login = login

    def me(self) -> Thing:
        """The account itself; only here the texts are not escaped."""
        me = self.login.world.me
        person = me.person
        return {
            "account": str(person.qq),
            "allow": str(me.allow),
            "birthday": me.birthday,
            "blood": str(me.blood),
            "city": person.city,
            "client_type": "web",
            "college": me.college,
            "constel": str(me.constel),
            "country": person.country,
            "email": me.email,
            "face": str(me.face),
            "gender": person.gender,
            "homepage": me.homepage,
            "id": str(person.qq),
            "mobile": me.mobile,
            "nick": person.nick,
            "occupation": me.occupation,
            "personal": me.personal,
            "phone": me.phone,
            "province": person.province,
            "qq": str(person.qq),
            "shengxiao": str(me.shengxiao),
            "signature": me.signature,
            "stat": str(me.stat),
            "state": person.state,
            "token": me.token,
        }

    def friend(self, friend: Friend) -> Thing:
        """A friend."""
        thing: Thing = {
            "category": escape(friend.category),
            "client_type": friend.person.client_type,
            "face": str(friend.face),
            "flag": str(friend.flag),
            "id": str(self.login.person_id(friend.person.qq)),
            "is_vip": str(int(friend.is_vip)),
            "markname": _escape_or_none(friend.markname),
            "nick": escape(friend.person.nick),
            "state": friend.person.state,
            "vip_level": str(friend.vip_level),
        }
        _put(thing, "qq", self.login.friend_number(friend))
        return thing

    def stranger(self, person: Person) -> Thing:
        """Somebody unknown who wrote; he stays in the friend list until the next reload."""
        thing: Thing = {"category": "陌生人", "id": str(self.login.person_id(person.qq)), "nick": STRANGER}
        _put(thing, "qq", self.login.stranger_number(person))
        return thing

    def group(self, group: Group) -> Thing:
        """A group with its members, as far as loaded."""
        thing = self._group_head(group)
        members = self.login.members.get(group.number)
        if members:
            thing.update(self._group_details(group))
            copies = {key: value for key, value in thing.items() if key not in ("gmemo", "markname")}
            plain = {key: value for key, value in copies.items() if key not in ("gnumber", "gtype")}
            extended = self.login.extended(group)
            thing["member"] = [
                self._member(group, one, copies if one.person.qq in extended else plain) for one in members
            ]
        return thing

    def member(self, group: Group, member: Membership) -> Thing:
        """One member, with copies of what is known of his group."""
        copies = self._group_head(group) | self._group_details(group)
        dropped = (
            {"gmemo", "markname"}
            if self._is_extended(group, member)
            else {
                "gmemo",
                "markname",
                "gnumber",
                "gtype",
            }
        )
        return self._member(
            group, member, {key: value for key, value in copies.items() if key not in dropped}
        )

    def discuss(self, discuss: Discuss) -> Thing:
        """A discuss with its members, as far as loaded."""
        thing: Thing = {"did": str(self.login.discuss_id(discuss)), "dname": escape(discuss.name)}
        if discuss.number in self.login.loaded_discusses:
            thing["downer"] = str(self.login.person_id(discuss.owner))
            thing["member"] = [self._discuss_member(discuss, one, dict(thing)) for one in discuss.members]
        return thing

    def recent(self, who: Recent) -> Thing:
        """Somebody the account wrote with since the login."""
        if isinstance(who, Friend):
            return self.friend(who)
        return self.stranger(who) if isinstance(who, Person) else self.member(*who)

    def _is_extended(self, group: Group, member: Membership) -> bool:
        return member.person.qq in self.login.extended(group)

    def _group_head(self, group: Group) -> Thing:
        thing: Thing = {
            "gcode": str(self.login.group_code(group)),
            "gid": str(self.login.group_id(group)),
            "gmarkname": _escape_or_none(group.markname),
            "gname": escape(group.name),
        }
        if group.markname is not None:
            thing["markname"] = escape(group.markname)
        if self.login.group_number(group) is not None:
            thing |= {"gnumber": str(group.number), "gowner": str(group.owner), "gtype": group.role}
        return thing

    def _group_details(self, group: Group) -> Thing:
        # Before the members are loaded gowner is an account number, afterwards a session id.
        return {
            "gcreatetime": str(group.created),
            "glevel": str(group.level),
            "gmemo": escape(group.memo),
            "gowner": str(self.login.person_id(group.owner)),
        }

    def _member(self, group: Group, member: Membership, copies: Thing) -> Thing:
        person = member.person
        thing = copies | {
            "city": person.city,
            "client_type": person.client_type,
            "country": person.country,
            "gender": person.gender,
            "id": str(self.login.person_id(person.qq)),
            "nick": escape(person.nick),
            "province": person.province,
            "state": person.state,
        }
        if member.card is not None:
            thing["card"] = escape(member.card)
        _put(thing, "qq", self.login.member_number(group, member))
        return thing | self._extended(member) if self._is_extended(group, member) else thing

    def _extended(self, member: Membership) -> Thing:
        gender = member.person.gender
        return {
            "bad_record": str(int(member.bad_record)),
            "gender": "male" if gender == "unknown" else gender,
            "join_time": str(member.join_time),
            "last_speak_time": str(member.last_speak_time),
            "level": member.level,
            "qage": str(member.qage),
            "role": member.role,
        }

    def _discuss_member(self, discuss: Discuss, person: Person, copies: Thing) -> Thing:
        thing = copies | {
            "client_type": person.client_type,
            "id": str(self.login.person_id(person.qq)),
            "nick": escape(person.nick),
            "ruin": str(person.qq),
            "state": person.state,
        }
        _put(thing, "qq", self.login.discuss_member_number(discuss, person))
        return thing
