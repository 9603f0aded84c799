"""What a world is made of: people, friendships, groups, memberships, discusses."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody. `qq` tells who; the rest is how one list of the provider shows him.

    Args:
        qq: The permanent number.
        nick: His own name for himself; may be blanks, need not be unique.
        gender: `male`, `female` or `unknown`.
        country: Often empty.
        province: Often empty.
        city: Often empty.
        state: `online`, `offline`, `away`, `hidden`, `busy`, `callme` or `silent`.
        client_type: `pc`, `mobile`, `iphone`, `web` or `unknown`.
        findable: Whether the provider tells his number when it is asked for him alone (1.x asks).
        age: Years; 0 if he does not tell (OneBot shows it, as the next ones).
        born: Year, month and day; zeros if he does not tell.
        qid: A name that is unique.
        long_nick: What he writes about himself.
    """

    qq: int
    nick: str
    gender: str = "unknown"
    country: str = ""
    province: str = ""
    city: str = ""
    state: str = "offline"
    client_type: str = "unknown"
    findable: bool = True
    age: int = 0
    born: tuple[int, int, int] = (0, 0, 0)
    qid: str = ""
    long_nick: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """The account itself, with what only its own record holds. `blood`, `constel` ... are the provider's codes."""

    person: Person
    allow: int = 1
    birthday: str = "1990-1-9"
    blood: int = 3
    college: str = ""
    constel: int = 1
    email: str = ""
    face: int = 603
    homepage: str = ""
    mobile: str = ""
    occupation: str = ""
    personal: str = ""
    phone: str = ""
    shengxiao: int = 4
    signature: str = ""
    stat: int = 10
    token: str = "t0k3n"  # noqa: S105 - the server shows it to everybody who asks


@dataclass(frozen=True, slots=True)
class Friend:
    """A friend of the account.

    Args:
        person: Who.
        markname: The account's remark for him; `None` if there is none, `""` if it exists and is empty.
        category: The list he is kept in.
        face: Number of the portrait.
        flag: The provider's number for the category.
        is_vip: Whether he pays.
        vip_level: How long he has been paying.
        listed: Whether the provider's second list, the one with numbers, has him.
        phone: His telephone number.
    """

    person: Person
    markname: str | None = None
    category: str = "我的好友"
    face: int = 153
    flag: int = 0
    is_vip: bool = False
    vip_level: int = 0
    listed: bool = True
    phone: str = ""

    @property
    def displayname(self) -> str:
        """The remark if there is one, even an empty one, else the nick."""
        return self.person.nick if self.markname is None else self.markname


@dataclass(frozen=True, slots=True)
class Membership:
    """Somebody in a group.

    Args:
        person: Who.
        card: His name in this group; `None` if he has none, `""` if it exists and is empty.
        role: `owner`, `admin` or `member`.
        join_time: Seconds since 1970.
        last_speak_time: Seconds since 1970.
        qage: Years since the number was registered.
        level: The word for his activity.
        bad_record: Whether he was reported.
        listed: Whether the provider's second list, the one with numbers and roles, has him under the same names.
        title: What the owner calls him; few have one (OneBot shows it, as the next ones).
        grade: The number for his activity.
        muted_until: Seconds since 1970; in the past if he may speak.
    """

    person: Person
    card: str | None = None
    role: str = "member"
    join_time: int = 0
    last_speak_time: int = 0
    qage: int = 6
    level: str = "潜水"
    bad_record: bool = False
    listed: bool = True
    title: str = ""
    grade: int = 1
    muted_until: int = 0

    @property
    def displayname(self) -> str:
        """The card if there is one, even an empty one, else the nick."""
        return self.person.nick if self.card is None else self.card


@dataclass(frozen=True, slots=True)
class Group:
    """A group.

    Args:
        number: The permanent number.
        name: Need not be unique; groups that share a name get no number from the server.
        markname: The account's remark for the group.
        role: The account's standing: `attend`, `manage` or `create`.
        owner: Number of the owner.
        memo: The notice.
        level: The provider's code.
        created: Seconds since 1970.
        members: In the provider's order; empty if the provider does not tell.
        is_muted: Whether nobody but owner and admins may speak.
        max_members: How many it may have.
        is_top: Whether the account keeps it at the top of its list.
    """

    number: int
    name: str
    markname: str | None = None
    role: str = "attend"
    owner: int = 0
    memo: str = ""
    level: int = 0
    created: int = 1_290_000_000
    members: tuple[Membership, ...] = ()
    is_muted: bool = False
    max_members: int = 200
    is_top: bool = False

    @property
    def displayname(self) -> str:
        """The remark if there is one, else the name."""
        return self.name if self.markname is None else self.markname

    def member(self, qq: int) -> Membership | None:
        """Find a member by number."""
        return next((member for member in self.members if member.person.qq == qq), None)


@dataclass(frozen=True, slots=True)
class Discuss:
    """A discuss. Its `number` never reaches a client: discusses have temporary ids only."""

    number: int
    name: str
    owner: int
    members: tuple[Person, ...] = ()

    def member(self, qq: int) -> Person | None:
        """Find a member by number."""
        return next((person for person in self.members if person.qq == qq), None)
