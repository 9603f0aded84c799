"""Any order of logins, renames, comings and goings: comparing rosters and sending to their rows, against the truth."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar
from warnings import catch_warnings, simplefilter

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from openqq_nb.account import Account
from openqq_nb.client import Client
from openqq_nb.columns import Series
from openqq_nb.diff import diff
from openqq_nb.errors import NotLoadedWarning, OpenqqError
from openqq_nb.logins import same_login
from openqq_nb.protocols.registry import dialect
from openqq_nb.simulator import Discuss, Friend, Group, Membership, Person, Received, Simulator, World
from openqq_nb.simulator.faults import Fault
from openqq_nb.simulator.things import Account as Me
from openqq_nb.simulator.world import session_id
from tests.roster.truth import Change, Moment, changes

pytestmark = pytest.mark.slow

Draw = Callable[[st.SearchStrategy[Any]], Any]

# Few, so that many are equal; 1.x never learns the number of one with markup from its lists.
NICKS = st.sampled_from(["甲", "<乙>"])
CARDS = st.sampled_from([None, "", "班长", "一张非常非常长的群名片"])
MARKNAMES = st.sampled_from([None, None, "", "甲"])
GROUP_NAMES = st.sampled_from(["群一", "群二", "<群>"])
ROLES = st.sampled_from(["admin", "member", "owner"])
MY_QQ = 9_900_000_100
FIRST_QQ, FIRST_GROUP = 9_900_001_000, 9_990_000_200
FIRST_DISCUSS = 9_999_000_001
PEOPLE, MOST_GROUPS = 8, 4
# A call during which the server logs in anew, mostly none.
BETWEEN = st.sampled_from(
    [None, None, None, "get_user_info", "get_friend_info", "get_group_info", "get_discuss_info"]
)
OF_GROUPS = ("membership", "card", "role", "group_name", "message")
HAPPENINGS = ("rename", "friends", "groups", "relogin", "extended", *OF_GROUPS)
RECIPIENTS: dict[str, tuple[str, ...]] = {
    "friend": ("friends", "members", "discuss_members"),
    "session": ("members", "discuss_members"),
    "group": ("groups", "members"),
    "discuss": ("discusses", "discuss_members"),
}


class RosterMachine(RuleBasedStateMachine):
    protocol: ClassVar[Any]

    @initialize(
        nicks=st.lists(NICKS, min_size=PEOPLE, max_size=PEOPLE),
        names=st.lists(GROUP_NAMES, min_size=2, max_size=2),
        talks=st.lists(st.sampled_from(["午饭", "", "周末"]), max_size=2),
        plain=st.booleans(),
    )
    def begin(self, nicks: list[str], names: list[str], talks: list[str], plain: bool) -> None:
        # Where all have names of their own, the server knows all numbers.
        self.plain, self.named = plain, 0
        nicks, names = [self.own(nick) for nick in nicks], [self.own(name) for name in names]
        self.people = [Person(FIRST_QQ + place, nick) for place, nick in enumerate(nicks)]
        me = Person(MY_QQ, "小机")
        places = enumerate(names)
        self.world = World(
            Me(me),
            [friend_of(one, listed=plain) for one in self.people[:3]],
            [
                group_of(FIRST_GROUP + place, name, [me, *self.people[place : place + 3]])
                for place, name in places
            ],
            [
                Discuss(FIRST_DISCUSS + place, talk, MY_QQ, (me, *self.people[:2]))
                for place, talk in enumerate(talks)
            ],
        )
        if plain:
            self.world.session_id = neighbours_id
        self.made_groups = len(names)
        self.simulator = Simulator(self.protocol, world=self.world).start()
        # As a demo: what it keeps is in memory.
        self.my = Account(Client(self.simulator.url), dialect(self.protocol, None), self.simulator.post_to)
        self.nth = 0
        self.sent = 0
        self.fault: Fault | None = None
        self.kept: list[Moment] = []
        self.keep(None)

    def teardown(self) -> None:
        if hasattr(self, "my"):
            self.my.close()
            self.simulator.stop()
            assert self.simulator.errors == []

    # What happens

    @rule(
        data=st.data(), names=st.lists(st.sampled_from(HAPPENINGS), min_size=1, max_size=6), between=BETWEEN
    )
    def go_on(self, data: st.DataObject, names: list[str], between: str | None) -> None:
        """Some things happen, and the roster is compared with the last one and an earlier one, either way round."""
        for name in names:
            if self.world.groups or name not in OF_GROUPS:
                getattr(self, name)(data.draw)
        # Where ids are used again, those of a roster of two logins could not be told apart here.
        self.keep(None if self.plain else between)
        check(*self.kept[-2:])
        check(self.kept[-1], data.draw(st.sampled_from(self.kept)))
        self.send(data.draw)

    def relogin(self, draw: Draw) -> None:
        self.simulator.relogin(keep_lists=draw(st.booleans()))
        self.nth += 1

    def extended(self, _: Draw) -> None:
        if self.protocol == "openqq1":
            return
        if self.fault is None:
            self.fault = self.simulator.fault("no_extended")
        else:
            self.fault.end()
            self.fault = None

    def own(self, name: str) -> str:
        """Give a name that nobody else has, if all are to have their own."""
        self.named += 1
        return f"新{self.named}" if self.plain else name

    def rename(self, draw: Draw) -> None:
        place, nick = draw(st.integers(-1, PEOPLE - 1)), self.own(draw(NICKS))
        if place < 0:
            self.simulator.rename(self.world.me.person, nick)
            return
        self.people[place] = replace(self.people[place], nick=nick)
        self.simulator.rename(self.people[place], nick)

    def membership(self, draw: Draw) -> None:
        group, person = draw(st.sampled_from(self.world.groups)), draw(st.sampled_from(self.people))
        if group.member(person.qq):
            self.simulator.leave(group, person)
        else:
            self.simulator.join(
                group, Membership(person, draw(CARDS), listed=self.plain or draw(st.booleans()))
            )

    def card(self, draw: Draw) -> None:
        group = draw(st.sampled_from(self.world.groups))
        self.simulator.set_card(group, draw(st.sampled_from(group.members)), draw(CARDS))

    def role(self, draw: Draw) -> None:
        group = draw(st.sampled_from(self.world.groups))
        member, role = draw(st.sampled_from(group.members)), draw(ROLES)
        # An owner can only be replaced.
        self.simulator.set_role(group, member, "owner" if member.person.qq == group.owner else role)

    def friends(self, draw: Draw) -> None:
        person = draw(st.sampled_from(self.people))
        if not self.world.friend(person.qq):
            listed = self.plain or draw(st.booleans())
            self.simulator.add_friend(friend_of(person, draw(MARKNAMES), listed=listed))
        elif draw(st.booleans()):
            self.simulator.remove_friend(person)
        else:
            self.simulator.set_markname(person, draw(MARKNAMES))

    def groups(self, draw: Draw) -> None:
        name = self.own(draw(GROUP_NAMES))
        if len(self.world.groups) < MOST_GROUPS:
            people = [self.world.me.person, *self.people[: draw(st.integers(0, 3))]]
            self.simulator.add_group(group_of(FIRST_GROUP + self.made_groups, name, people))
            self.made_groups += 1
        else:
            self.simulator.leave_group(draw(st.sampled_from(self.world.groups)))

    def group_name(self, draw: Draw) -> None:
        self.simulator.rename_group(draw(st.sampled_from(self.world.groups)), self.own(draw(GROUP_NAMES)))

    def message(self, draw: Draw) -> None:
        """A message has 1.x look for the number of its writer, and load his group."""
        group = draw(st.sampled_from(self.world.groups))
        self.simulator.say(draw(st.sampled_from(group.members)), "hi", group)

    # What is looked at

    def keep(self, between: str | None) -> None:
        first = self.nth
        with self.new_login(between), catch_warnings():
            simplefilter("ignore", NotLoadedWarning)
            roster = self.my.roster()
        cuts = self.protocol == "openqq2"
        self.kept.append(Moment.now(roster, self.world, range(first, self.nth + 1), cuts=cuts))

    @rule(data=st.data())
    def send_to_several(self, data: st.DataObject) -> None:
        for _ in range(4):
            self.send(data.draw)

    def send(self, draw: Draw) -> None:
        """Send to a row of any kept roster; the server may log in anew meanwhile."""
        how, between = draw(st.sampled_from(list(RECIPIENTS))), draw(BETWEEN | st.just("send"))
        if self.plain and between == "send":
            # Nothing helps against a login after the last look whose ids are at once those of somebody else.
            between = None
        moment = draw(st.sampled_from(self.kept))
        frame = getattr(moment.roster, draw(st.sampled_from(RECIPIENTS[how])))
        if frame.empty:
            return
        row = frame.iloc[draw(st.integers(0, len(frame) - 1))]
        if how == "group":
            meant = moment.gnumbers[row["gid"]]
        else:
            meant = moment.dnumbers[row["did"]] if how == "discuss" else moment.qqs[row["id"]]
        call = self.send_call(how) if between == "send" else between
        with self.new_login(call):
            self.check_send(how, row, meant)

    def check_send(self, how: str, row: Series, meant: str) -> None:
        """What arrived came to who was meant; nothing arrived if an error says so."""
        self.sent += 1
        text, before = f"text {self.sent}", len(self.simulator.received)
        send: Any = getattr(self.my, f"send_{how}")
        try:
            receipt = send(text, to=row)
        except OpenqqError as error:
            assert "othing was sent" in str(error)
            assert len(self.simulator.received) == before
            return
        arrived = self.simulator.received[before:]
        assert [(self.who_got(one), one.content) for one in arrived] == [(meant, text)] * receipt.ok

    def who_got(self, arrived: Received) -> str | None:
        if arrived.kind != "discuss":
            return arrived.number
        ids = [(one.number, nth) for one in self.world.discusses for nth in range(self.nth + 2)]
        return next(
            str(one) for one, nth in ids if str(self.world.session_id("discuss", one, nth)) == arrived.id
        )

    def send_call(self, how: str) -> str:
        if how == "session":
            return "send_sess_message"
        return "send_message" if how == "friend" and self.protocol == "openqq1" else f"send_{how}_message"

    @contextmanager
    def new_login(self, call: str | None) -> Iterator[None]:
        """Have the server log in anew while it takes a call."""
        if call is None:
            yield
            return
        with self.simulator.fault("new_login", calls=call, times=1) as fault:
            yield
        self.nth += fault.hits


def neighbours_id(kind: str, number: int, nth: int) -> int:
    """Give an id that another one had in the login before, as may happen by chance."""
    if kind == "discuss":  # only its id tells which one got a message
        return session_id(kind, number, nth)
    return 1_000_000_000 * (1 + ("person", "group", "code").index(kind)) + (number + nth) % 101


def group_of(number: int, name: str, people: list[Person]) -> Group:
    """Make a group; its notice tells it from any other, so that two that are taken for one are seen to differ."""
    return Group(number, name, memo=f"公告{number}", members=tuple(map(Membership, people)))


def friend_of(person: Person, markname: str | None = None, *, listed: bool) -> Friend:
    """Make a friend; his category tells him from any other."""
    return Friend(person, markname, f"分组{person.qq}", listed=listed)


def check(older: Moment, newer: Moment) -> None:
    """Compare what is told with the truth."""
    told = diff(older.roster, newer.roster)
    rows = [change(row) for row in told.to_dict("records")]
    truth = changes(older, newer)
    certain = [row for row, is_certain in zip(rows, told["certain"], strict=True) if is_certain]
    assert not_true(certain, truth) == []
    if older.knows_all_numbers and newer.knows_all_numbers:
        assert Counter(rows) == Counter(truth)
        assert told["certain"].all()
    elif ids_tell(older, newer):
        assert told["certain"].all()
        assert len(rows) == len(truth)
    check_balance(told, older, newer)


def change(row: dict[Any, Any]) -> Change:
    keys = ("what", "gnumber", "qq", "before", "after")
    what, *rest = (None if pd.isna(row[key]) else str(row[key]) for key in keys)
    return (str(what), *rest)  # type: ignore[return-value]


def not_true(rows: list[Change], truth: list[Change]) -> list[Change]:
    """Give the rows that tell of nothing that happened; each happening is told once, numbers may be missing."""
    left = list(truth)
    wrong = []
    # Those with more numbers fit fewer happenings.
    for row in sorted(rows, key=lambda one: one.count(None)):
        found = next((one for one in left if fits(row, one)), None)
        if found is None:
            wrong.append(row)
        else:
            left.remove(found)
    return wrong


def fits(row: Change, happened: Change) -> bool:
    numbers = all(told in (None, true) for told, true in zip(row[1:3], happened[1:3], strict=True))
    # The kind shows by which number there may be: without a number of the group it may be a friend or a member.
    return numbers and (row[0], *row[3:]) == (happened[0], *happened[3:])


def ids_tell(older: Moment, newer: Moment) -> bool:
    """Whether both are of one login, and that can be seen in every kind of row."""
    kinds = (("friends", "id"), ("groups", "gid"), ("members", "id"))
    return (
        older.logins == newer.logins
        and len(newer.logins) == 1
        and same_login(older.roster, newer.roster)
        and all(
            set(getattr(older.roster, kind)[key]) & set(getattr(newer.roster, kind)[key])
            for kind, key in kinds
        )
    )


def check_balance(told: pd.DataFrame, older: Moment, newer: Moment) -> None:
    """Also where it is uncertain who it was: as many came and went as the counts say."""
    counts = told["what"].value_counts()
    came = len(newer.friends) + len(newer.groups) - len(older.friends) - len(older.groups)
    assert counts.get("added", 0) - counts.get("removed", 0) == came
    for number in older.loaded & newer.loaded:
        inside = told.loc[told["gnumber"] == number, "what"].value_counts()
        known = [set(one.roster.groups["gnumber"]) for one in (older, newer)]
        if number in known[0] & known[1]:
            joined = len(newer.groups[number].members) - len(older.groups[number].members)
            assert inside.get("joined", 0) - inside.get("left", 0) == joined


def of(name: Any, examples: int, steps: int) -> Any:
    machine: Any = type(f"RosterMachine_{name}", (RosterMachine,), {"protocol": name})
    case = machine.TestCase
    case.settings = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    return case


# A failure takes minutes to be made small.
PATIENTLY = pytest.mark.timeout(900)
TestOpenqq1 = PATIENTLY(of("openqq1", 6, 14))
TestOpenqq2 = PATIENTLY(of("openqq2", 6, 14))
