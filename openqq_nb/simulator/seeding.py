"""Makes the parts of a believable world from a seed."""

from dataclasses import replace
from datetime import datetime
from random import Random

from openqq_nb.simulator import people
from openqq_nb.simulator.records import CHINA
from openqq_nb.simulator.things import Account, Discuss, Friend, Group, Membership, Person

# Real account numbers have at most ten digits and end far below these.
MY_QQ = 9_900_000_100
FIRST_PERSON = 9_900_001_000
FIRST_GROUP = 9_990_000_200
FIRST_DISCUSS = 9_999_000_001
PEOPLE_RANGE = 80_000_000
GROUPS_RANGE = 8_000_000
# Prime, so that counting in such steps meets every number of a range once.
STEP = 7_368_787
DAY_S = 86_400
DEFAULT_NOW = datetime(2026, 11, 1, 12, tzinfo=CHINA)
SHARED = 0.15
SILENT = 0.25
FEWEST_MEMBERS = 3
FIRST_STANDINGS = ("manage", "attend", "create")
SPREAD = 0.6

FIRST_GROUPS = ("PERL学习交流", "老同学", "相亲相爱一家人", "老同学", "C++ & <模板> 讨论🎉", "周末羽毛球")
GROUP_PATTERNS = (
    "{city}{topic}交流群",
    "{topic}爱好者{n}群",
    "{year}级{n}班",
    "{city}阳光小区{n}期业主群",
    "{topic}学习小组",
    "{city}老乡会",
    "{topic}项目组{n}",
    "{city}周末{topic}",
    "{topic}🎉{n}群",
    "{year}届同学录",
)
TOPICS = people.words(
    """
    摄影 跑步 骑行 Python Linux 前端 数据分析 英语 考研 钓鱼 桌游 烘焙 二手书 足球 古诗词 宠物
    育儿 自驾 登山 吉他 咖啡 篮球 编程
    """
)
MEMOS = (
    "",
    "公告：\n1. 别发广告 <script>\n2. 友善",
    "进群请改名片：城市-姓名",
    "本群禁止刷屏，违者禁言。\n有事找管理员 & 群主",
    "每周六下午三点活动，请提前报名",
)
GROUP_REMARKS = ("高中3班", "羽毛球", "工作", "家")
DISCUSS_NAMES = ("午饭讨论", "", "周末去哪儿", "项目上线", "拼车")


class SeededParts:
    """Makes the parts of one world, each from its own source of chance, so that sizes do not disturb each other.

    Args:
        seed: Any whole number.
        now: The moment to count back from.
    """

    def __init__(self, seed: int, now: datetime | None) -> None:
        self._seed = seed
        self._now_s = int((now or DEFAULT_NOW).timestamp())
        self._made = 0
        self.me = self._account()

    def _rng(self, part: str) -> Random:
        return Random(f"{self._seed}/{part}")  # noqa: S311 - not for secrets

    def _account(self) -> Account:
        person = Person(MY_QQ, "小机", "male", "中国", "北京", "北京", "online", "web")
        return Account(
            person,
            occupation="计算机/互联网/IT",
            personal='这是签名 "引号" & <尖括号>\n第二行',
            signature=" ",
        )

    def _person(self, rng: Random) -> Person:
        self._made += 1
        number = FIRST_PERSON + (self._made * STEP + self._seed * 104_729) % PEOPLE_RANGE
        state = rng.choice(people.STATES)
        client = "unknown" if state == "offline" else rng.choice(people.CLIENTS)
        nick, gender, place = people.nick(rng), rng.choice(people.GENDERS), people.place(rng)
        return Person(number, nick, gender, *place, state, client, rng.random() > 1 / 50)

    # Friends

    def friends(self, count: int) -> list[Friend]:
        """Make friends: two share name and category, some are not in the provider's second list."""
        rng = self._rng("friends")
        made = [self._friend(rng) for _ in range(count)]
        if made:
            made[0] = replace(
                made[0], person=replace(made[0].person, nick="小灰"), markname=None, listed=True
            )
        if count >= len(FIRST_GROUPS):
            made[2] = replace(made[2], markname="")
            made[4], made[5] = (self._namesake(one) for one in made[4:6])
        return made

    def _friend(self, rng: Random) -> Friend:
        flag = rng.choice((0, 0, 1, 1, 2, 3, 4, 5))
        is_vip = rng.random() < 1 / 5
        return Friend(
            self._person(rng),
            people.remark(rng),
            people.CATEGORIES[flag],
            rng.randrange(0, 600, 3),
            flag,
            is_vip,
            rng.randrange(1, 8) if is_vip else 0,
            rng.random() > 1 / 20,
        )

    def _namesake(self, friend: Friend) -> Friend:
        person = replace(friend.person, nick="小陈")
        return replace(friend, person=person, markname=None, category="同学", flag=1)

    # Groups

    def groups(self, count: int, members: int, friends: list[Friend]) -> list[Group]:
        """Make groups that have `count * members` members in all."""
        rng = self._rng("groups")
        names = self._group_names(rng, count)
        sizes = _sizes(rng, count, members)
        pool = [friend.person for friend in friends]
        return [
            self._group(rng, place, name, size, pool)
            for place, (name, size) in enumerate(zip(names, sizes, strict=True))
        ]

    def _group_names(self, rng: Random, count: int) -> list[str]:
        names = list(FIRST_GROUPS[:count])
        taken = set(names)
        while len(names) < count:
            name = rng.choice(GROUP_PATTERNS).format(
                city=rng.choice(people.PLACES)[1],
                topic=rng.choice(TOPICS),
                year=rng.randrange(1998, 2024),
                n=rng.randrange(1, 60),
            )
            name = f"{name}{len(names)}" if name in taken else name
            names.append(name)
            taken.add(name)
        return names

    def _group(self, rng: Random, place: int, name: str, size: int, pool: list[Person]) -> Group:
        role = FIRST_STANDINGS[place] if place < len(FIRST_STANDINGS) else _standing(rng)
        role = "create" if size == 1 else role
        created = self._now_s - rng.randrange(200, 5000) * DAY_S
        members = self._members(rng, role, created, self._crowd(rng, size - 1, pool))
        owner = next(one.person.qq for one in members if one.role == "owner")
        markname = rng.choice(GROUP_REMARKS) if place == 1 or rng.random() < 1 / 6 else None
        return Group(
            FIRST_GROUP + (place * STEP + self._seed * 1_009) % GROUPS_RANGE,
            name,
            markname,
            role,
            owner,
            rng.choice(MEMOS),
            rng.randrange(5),
            created,
            members,
        )

    def _crowd(self, rng: Random, size: int, pool: list[Person]) -> list[Person]:
        """Take people: some who are in other groups already, or friends, and new ones."""
        known = {person.qq: person for person in rng.sample(pool, min(len(pool), int(size * SHARED)))}
        fresh = [self._person(rng) for _ in range(size - len(known))]
        pool.extend(fresh[:: max(1, len(fresh) // 20)])
        crowd = [*known.values(), *fresh]
        rng.shuffle(crowd)
        return crowd

    def _members(self, rng: Random, role: str, created: int, crowd: list[Person]) -> tuple[Membership, ...]:
        mine = {"create": "owner", "manage": "admin"}.get(role, "member")
        roles = ["member"] * len(crowd)
        roles[: 1 + len(crowd) // 15] = ["admin"] * len(roles[: 1 + len(crowd) // 15])
        if mine != "owner":
            roles[0] = "owner"
        members = [self._member(rng, one, role, created) for one, role in zip(crowd, roles, strict=True)]
        myself = replace(self._member(rng, self.me.person, mine, created), card=None, listed=True)
        members.insert(rng.randrange(len(members) + 1) if mine != "owner" else 0, myself)
        return tuple(_with_namesakes(members))

    def _member(self, rng: Random, person: Person, role: str, created: int) -> Membership:
        joined = created + int(rng.random() ** 2 * (self._now_s - created))
        if role == "owner":
            joined = created
        spoke = joined if rng.random() < SILENT else self._last_spoke(rng, joined)
        return Membership(
            person,
            people.card(rng),
            role,
            joined,
            spoke,
            rng.randrange(20),
            rng.choice(people.LEVELS) if spoke > joined else people.LEVELS[0],
            rng.random() < 1 / 200,
            rng.random() > 1 / 30,
        )

    def _last_spoke(self, rng: Random, joined: int) -> int:
        """Most spoke last within weeks, a few long ago."""
        return max(joined + 60, self._now_s - int(rng.expovariate(1 / (40 * DAY_S))) - 60)

    # Discusses

    def discusses(self, count: int, friends: list[Friend]) -> list[Discuss]:
        """Make discusses of friends and others; the second has no name."""
        rng = self._rng("discusses")
        return [self._discuss(rng, place, friends) for place in range(count)]

    def _discuss(self, rng: Random, place: int, friends: list[Friend]) -> Discuss:
        known = [friend.person for friend in rng.sample(friends, min(len(friends), rng.randrange(2, 6)))]
        members = [self.me.person, *known, *(self._person(rng) for _ in range(2))]
        name = DISCUSS_NAMES[place] if place < len(DISCUSS_NAMES) else f"讨论{place}"
        return Discuss(FIRST_DISCUSS + place, name, rng.choice(members).qq, tuple(members))


def _standing(rng: Random) -> str:
    return rng.choice(("attend",) * 6 + ("manage", "create"))


def _sizes(rng: Random, count: int, average: int) -> list[int]:
    """Draw sizes around an average that is met exactly, none under three (or the average, if that is less)."""
    least = min(FEWEST_MEMBERS, average)
    weights = [rng.lognormvariate(0, SPREAD) for _ in range(count)]
    spare = count * (average - least)
    sizes = [least + int(spare * weight / sum(weights)) for weight in weights]
    for place in range(count * average - sum(sizes)):
        sizes[place % count] += 1
    return sizes


def _with_namesakes(members: list[Membership]) -> list[Membership]:
    """Give two members of larger groups the same nick and no card, as happens."""
    if len(members) < 12:  # noqa: PLR2004 - large enough to spare two
        return members
    for place in (-1, -2):
        if members[place].person.nick != "小机":
            members[place] = replace(
                members[place], person=replace(members[place].person, nick="重名"), card=None, role="member"
            )
    return members
