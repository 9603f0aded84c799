"""How 2.x writes what it knows: numbers are JSON numbers, names are unescaped."""

from openqq_nb.simulator.login import Login, Number, Unasked
from openqq_nb.simulator.perl import cut_card, escape
from openqq_nb.simulator.things import Discuss, Friend, Group, Membership, Person

Thing = dict[str, object]


def _put(thing: Thing, key: str, number: Number) -> None:
    if not isinstance(number, Unasked):
        thing[key] = number


def _cut_or_none(card: str | None) -> str | None:
    return None if card is None else cut_card(card)


class Openqq2:
    """Writes people, groups and messages of one login in the words of 2.x."""

    def __init__(self, login: Login) -> None:
        self.login = login

    def me(self) -> Thing:
        """The account itself."""
        me = self.login.world.me
        person = me.person
        return {
            "account": person.qq,
            "allow": me.allow,
            "birthday": me.birthday,
            "blood": me.blood,
            "city": person.city,
            "client_type": "web",
            "college": me.college,
            "constel": me.constel,
            "country": person.country,
            "email": me.email,
            "face": me.face,
            "homepage": me.homepage,
            "id": person.qq,
            "mobile": me.mobile,
            "name": person.nick,
            "occupation": me.occupation,
            "personal": me.personal,
            "phone": me.phone,
            "province": person.province,
            "sex": person.gender,
            "shengxiao": me.shengxiao,
            "signature": me.signature,
            "stat": me.stat,
            "state": person.state,
            "token": me.token,
            "uid": person.qq,
        }

    def friend(self, friend: Friend) -> Thing:
        """A friend."""
        thing: Thing = {
            "category": friend.category,
            "client_type": friend.person.client_type,
            "face": friend.face,
            "flag": friend.flag,
            "id": self.login.person_id(friend.person.qq),
            "is_vip": int(friend.is_vip),
            "markname": friend.markname,
            "name": friend.person.nick,
            "state": friend.person.state,
            "vip_level": friend.vip_level,
        }
        _put(thing, "uid", self.login.friend_number(friend))
        return thing

    def group_basic(self, group: Group) -> Thing:
        """A group without its members."""
        thing: Thing = {
            "code": self.login.group_code(group),
            "id": self.login.group_id(group),
            "markname": group.markname,
            "name": group.name,
        }
        known = self.login.group_number(group) is not None
        if known:
            thing |= {"owner_uid": group.owner, "role": group.role, "uid": group.number}
        if self.login.members.get(group.number):
            thing |= {
                "createtime": group.created,
                "level": group.level,
                "memo": escape(group.memo),
                "owner_id": self.login.person_id(group.owner),
            }
            thing |= {"max_admin": None, "max_member": None} if known else {}
        return thing

    def group(self, group: Group) -> Thing:
        """A group with its members, as far as loaded."""
        thing = self.group_basic(group)
        members = self.login.members.get(group.number)
        if members is not None:
            thing["member"] = [self.member(group, one) for one in members]
        return thing

    def member(self, group: Group, member: Membership) -> Thing:
        """One member."""
        person = member.person
        thing: Thing = {
            "card": _cut_or_none(member.card),
            "city": person.city,
            "client_type": person.client_type,
            "country": person.country,
            "id": self.login.person_id(person.qq),
            "name": person.nick,
            "province": person.province,
            "sex": person.gender,
            "state": person.state,
        }
        _put(thing, "uid", self.login.member_number(group, member))
        if person.qq in self.login.extended(group):
            thing["join_time"] = member.join_time
            thing["last_speak_time"] = member.last_speak_time
            thing["role"] = member.role
        return thing

    def discuss(self, discuss: Discuss) -> Thing:
        """A discuss with its members, as far as loaded."""
        thing: Thing = {"id": self.login.discuss_id(discuss), "name": discuss.name}
        if discuss.number in self.login.loaded_discusses:
            thing["owner_id"] = self.login.person_id(discuss.owner)
            thing["member"] = [self._discuss_member(one) for one in discuss.members]
        return thing

    def _discuss_member(self, person: Person) -> Thing:
        # The only names that 2.x leaves escaped, and the only ids that it gives as strings.
        return {
            "client_type": person.client_type,
            "id": str(self.login.person_id(person.qq)),
            "name": escape(person.nick),
            "state": person.state,
            "uid": person.qq,
        }
