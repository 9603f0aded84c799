"""Believable talk: hours and weekdays, bursts, quiet people, repeats, questions and answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from random import Random

from openqq_nb.simulator.records import Kind
from openqq_nb.simulator.things import Discuss, Group, Person
from openqq_nb.simulator.world import World

# How lively each hour of the day is; the night is quiet, lunch and evening are not.
HOURS = (4, 2, 1, 1, 1, 1, 3, 6, 10, 14, 14, 15, 18, 12, 11, 12, 12, 14, 16, 20, 24, 26, 20, 10)
WEEKEND = 1.3
GAP_S = 1200.0
QUIET_SHARE = 0.3
# How much livelier than the quietest a room can be.
MOST = 20.0
OPENERS = (
    "早啊",
    "早上好[微笑]",
    "有人吗",
    "在吗？",
    "吃了没",
    "今天好热啊",
    "下雨了，记得带伞",
    "周末有什么安排？",
    "分享一个链接 http://example.com/a?b=1&c=2",
    "刚下班，累",
    "[图片]",
    "大家晚上好",
    "求推荐一本书",
    "哈哈哈哈哈",
    "通知：明天晚上八点开会，收到请回复",
    "又到周五了🎉",
)
CHAT = (
    "哈哈",
    "哈哈哈哈",
    "好的",
    "收到",
    "嗯嗯",
    "我也是",
    "真的假的",
    "[呲牙]",
    "[图片]",
    "[强]",
    "😂😂😂",
    "可以的",
    "不太清楚",
    "等我看看",
    "这个厉害了",
    "没毛病",
    "666",
    "先吃饭去了",
    "同意楼上",
    "改天约",
    "忙死了",
    "谢谢分享",
    "a < b && c > d 这样写对吗",
    "今天加班，你们先聊",
    "刚才没看到消息",
    "晚安[月亮]",
)
QUESTIONS = (
    (
        "请问 {topic} 怎么装？",
        ("看官网文档", "直接用包管理器装", "上周刚有人问过，翻翻记录"),
        "好的，谢谢[玫瑰]",
    ),
    ("有人用过 {topic} 吗？", ("用过，还行", "没用过", "公司在用"), "了解了"),
    ("明天几点集合？", ("八点", "八点半，老地方", "不是说九点吗"), "到底几点[晕]"),
    ("谁有{city}的朋友，求带特产", ("我就在{city}", "路过"), "太好了，私聊"),
    ("周末打球有人去吗？", ("+1", "我去", "要加班，下次"), "那就周六下午三点"),
    ("这道题有人会吗 [图片]", ("第几题？", "选 C", "我算出来也是 C"), "懂了，谢谢大佬"),
)
TOPICS = ("Python", "Perl", "Docker", "Linux", "Excel", "Mojo", "MySQL", "Jupyter")
CITIES = ("成都", "西安", "大连", "杭州", "武汉", "厦门")
REPEATED = ("+1", "生日快乐🎂", "恭喜恭喜", "收到", "哈哈哈哈哈哈", "前方高能", "顶", "[鼓掌]")
PRIVATE = (
    "在忙吗？",
    "晚上一起吃饭？",
    "文件发你了，看一下",
    "好的",
    "嗯",
    "[图片]",
    "明天见",
    "收到请回",
    "谢谢！",
    "你看群里了吗",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of talk.

    Args:
        at: When it is said.
        who: By whom.
        text: What.
        kind: `friend`, `group` or `discuss`.
        group: Where, for `group`.
        discuss: Where, for `discuss`.
    """

    at: datetime
    who: Person
    text: str
    kind: Kind
    group: Group | None = None
    discuss: Discuss | None = None


@dataclass(frozen=True, slots=True)
class _Room:
    kind: Kind
    speakers: list[Person]
    # Running totals, as Random.choices takes them fastest.
    weights: list[float]
    group: Group | None = None
    discuss: Discuss | None = None

    def speaker(self, rng: Random) -> Person:
        return rng.choices(self.speakers, cum_weights=self.weights)[0]

    def other_than(self, person: Person, rng: Random) -> Person:
        """Choose a speaker, preferably somebody else."""
        chosen = self.speaker(rng)
        return self.speaker(rng) if chosen is person else chosen


def conversation(world: World, n: int, start: datetime, rng: Random) -> Iterator[Line]:
    """Let the people of a world talk.

    Args:
        world: Whose people.
        n: How many lines.
        start: When the first may be said.
        rng: The source of chance; the same one gives the same talk.

    Yields:
        Lines in order of time, of everybody but the account itself.
    """
    rooms = _rooms(world, rng)
    if not rooms:
        return
    yield from islice(_talk(rooms, start, rng), n)


def _talk(rooms: tuple[list[_Room], list[float]], start: datetime, rng: Random) -> Iterator[Line]:
    at = start
    while True:
        room = rng.choices(rooms[0], cum_weights=rooms[1])[0]
        for who, text in _burst(room, rng):
            yield Line(at, who, text, room.kind, room.group, room.discuss)
            at += timedelta(seconds=1 + rng.expovariate(1 / 12))
        at += timedelta(seconds=_pause_s(at, rng))


def _pause_s(at: datetime, rng: Random) -> float:
    """Draw the time until somebody speaks again: long at night, short in the evening and on days off."""
    lively = HOURS[at.hour] * (WEEKEND if at.weekday() >= 5 else 1.0)  # noqa: PLR2004 - Saturday
    return 60 + rng.expovariate(lively / 10 / GAP_S)


def _rooms(world: World, rng: Random) -> tuple[list[_Room], list[float]] | None:
    """List where people talk, with running totals of how much; the busiest group talks far more than the last."""
    me = world.me.person.qq
    rooms = [_room("group", [one.person for one in group.members], me, rng, group) for group in world.groups]
    rooms += [_room("discuss", list(one.members), me, rng, discuss=one) for one in world.discusses]
    rooms += [_Room("friend", [one.person], [1.0]) for one in world.friends]
    kept = [room for room in rooms if room.speakers]
    shares = [min(MOST, rng.paretovariate(1.2)) * (1.0 if room.kind == "friend" else 6.0) for room in kept]
    return (kept, _totals(shares)) if kept else None


def _room(
    kind: Kind,
    people: list[Person],
    me: int,
    rng: Random,
    group: Group | None = None,
    discuss: Discuss | None = None,
) -> _Room:
    """Choose who speaks: nearly a third never do, and a few do most of it."""
    others = [one for one in people if one.qq != me]
    speakers = [one for one in others if rng.random() > QUIET_SHARE] or others[:1]
    return _Room(kind, speakers, _totals([rng.paretovariate(1.0) for _ in speakers]), group, discuss)


def _totals(weights: list[float]) -> list[float]:
    total = 0.0
    return [total := total + weight for weight in weights]


def _burst(room: _Room, rng: Random) -> list[tuple[Person, str]]:
    """Make one burst of talk."""
    if room.kind == "friend":
        return [(room.speaker(rng), rng.choice(PRIVATE)) for _ in range(rng.choice((1, 1, 2, 3)))]
    chance = rng.random()
    if chance < 1 / 4:
        return _question(room, rng)
    return _repeats(room, rng) if chance < 2 / 5 else _small_talk(room, rng)


def _question(room: _Room, rng: Random) -> list[tuple[Person, str]]:
    question, answers, thanks = rng.choice(QUESTIONS)
    words = {"topic": rng.choice(TOPICS), "city": rng.choice(CITIES)}
    asker = room.speaker(rng)
    said = [(asker, question.format(**words))]
    chosen = rng.sample(answers, rng.randint(1, len(answers)))
    said += [(room.other_than(asker, rng), answer.format(**words)) for answer in chosen]
    return [*said, (asker, thanks)] if rng.random() < 2 / 3 else said


def _repeats(room: _Room, rng: Random) -> list[tuple[Person, str]]:
    text = rng.choice(REPEATED)
    return [(room.speaker(rng), text) for _ in range(rng.randint(2, 6))]


def _small_talk(room: _Room, rng: Random) -> list[tuple[Person, str]]:
    said = [(room.speaker(rng), rng.choice(OPENERS))]
    return said + [(room.speaker(rng), rng.choice(CHAT)) for _ in range(min(30, int(rng.paretovariate(0.9))))]
