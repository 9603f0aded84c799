"""A new login of a server that tells nobody: its messages, its filters, its late replies."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import openqq_nb as oq
from openqq_nb.account import Account
from openqq_nb.inbox import Inbox
from openqq_nb.inbox.message import Message
from openqq_nb.simulator import Simulator
from openqq_nb.simulator.things import Friend, Person
from openqq_nb.simulator.world import World

PATIENCE_S = 10.0


@contextmanager
def listening(
    protocol: Any = "openqq1", world: World | None = None
) -> Iterator[tuple[Simulator, Account, Inbox]]:
    with Simulator(protocol, friends=8, groups=4, members=6, world=world) as simulator:
        my = oq.connect(simulator.url)
        with my.listen(journal=False) as inbox:
            simulator.post_to(inbox.url)
            yield simulator, my, inbox
        my.close()


def known_friend(my: Account) -> Any:
    return my.friends().dropna(subset="qq").iloc[0]


def nameless_friend(my: Account) -> Any:
    friends = my.friends()
    return friends[friends["qq"].isna() & ~friends["nick"].duplicated(keep=False)].iloc[0]


def logins(inbox: Inbox) -> list[Any]:
    return inbox.df["login"].tolist()


def seen_login(inbox: Inbox, row: int) -> Any:
    """Wait until the writer has done what it was told."""
    done = threading.Event()
    inbox._receiver._writer.call(done.set)
    assert done.wait(PATIENCE_S)
    return inbox.df.iloc[row]


def test_a_login_that_any_question_shows_begins_a_new_label() -> None:
    with listening() as (simulator, my, inbox):
        friend = known_friend(my)
        simulator.say(friend["qq"], "before")
        inbox.wait(1)
        simulator.relogin()
        my.friends()
        simulator.say(friend["qq"], "after")
        inbox.wait(1)
        assert len(set(logins(inbox))) == 2
        assert inbox.df["sender_qq"].tolist() == [friend["qq"]] * 2
        assert inbox.df["sender_id"].nunique() == 2


def test_a_message_with_another_id_for_a_known_number_has_the_login_noticed() -> None:
    with listening() as (simulator, my, inbox):
        friend = known_friend(my)
        simulator.say(friend["qq"], "before")
        inbox.wait(1)
        simulator.relogin()
        # The first of the new login shows it; who is there is asked in the background, and its label is mended.
        simulator.say(friend["qq"], "after")
        inbox.wait(1)
        wait_until(inbox, lambda: len(set(logins(inbox))) == 2)
        assert inbox.df["sender_qq"].tolist() == [friend["qq"]] * 2


def wait_until(inbox: Inbox, holds: Any) -> None:
    """Wait for the background; each look is behind what the writer was told until then."""
    tries = threading.Event()
    for _ in range(200):
        seen_login(inbox, 0)
        if holds():
            return
        tries.wait(0.05)
    raise AssertionError(inbox.df.to_string())


def same_name_world() -> World:
    """Two friends whose ids change places at the login, and who have no number and look alike but for the nick."""
    world = World.seeded(0, friends=4, groups=1, members=3)
    one, other = world.friends[0], world.friends[1]

    def exchanged(kind: str, number: int, nth: int) -> int:
        places = {one.person.qq: 1_000_001, other.person.qq: 1_000_002}
        if kind == "person" and number in places:
            return places[number] if nth % 2 == 0 else 2_000_003 - places[number]
        return World.seeded(0, friends=0, groups=0, discusses=0).session_id(kind, number, nth)

    world.session_id = exchanged
    return world


def test_an_id_that_changed_its_bearer_numbers_nobody_wrongly() -> None:
    world = same_name_world()
    with listening(world=world) as (simulator, my, inbox):
        first, second = (str(world.friends[place].person.qq) for place in (0, 1))
        my.friends()
        simulator.relogin()
        simulator.say(first, "I am the first")
        inbox.wait(1)
        assert inbox.df["sender_qq"].tolist()[0] in (first, None) or inbox.df["sender_qq"].isna()[0]
        my.friends()
        wait_until(inbox, lambda: inbox.df["sender_qq"].tolist() == [first])
        assert second not in inbox.df["sender_qq"].tolist()


def test_a_filter_by_a_group_without_a_number_holds_in_the_next_login_and_is_fooled_by_no_old_id() -> None:
    world = World.seeded(0, friends=3, groups=3, members=4)
    with listening(world=world) as (simulator, my, inbox):
        simulator.rename_group(world.groups[0].number, "<群>")  # 1.x never learns the number of such a name
        simulator.relogin()
        groups = my.groups()
        assert groups.loc[groups["gname"] == "<群>", "gnumber"].isna().tolist() == [True]
        heard: list[str] = []

        @inbox.on_message(group="<群>")
        def note(message: Message) -> None:
            heard.append(message.content)

        def speak(text: str) -> None:
            group = world.groups[0]
            simulator.say(group.members[-1].person, text, group=group.number)
            inbox.wait(1)

        speak("one")
        simulator.relogin()
        my.roster()
        wait_until(inbox, lambda: inbox._links.known_group("<群>"))
        speak("two")
        wait_until(inbox, lambda: heard == ["one", "two"])


def test_a_late_reply_to_somebody_without_a_number_is_not_sent_after_a_login() -> None:
    with listening() as (simulator, my, inbox):
        simulator.add_friend(Friend(Person(9_900_000_777, "<陌>", findable=False), category="我的好友"))
        my.roster()
        gate = threading.Event()
        inbox._receiver._answering._budget_s = 0.05

        @inbox.on_message
        def slow(message: Message) -> str:
            gate.wait(PATIENCE_S)
            return "late"

        simulator.say(9_900_000_777, "hi")
        inbox.wait(1)
        assert inbox.df["sender_qq"].isna().all()
        simulator.wait_posted()  # answered, without the reply
        simulator.relogin()
        gate.set()
        with pytest.warns(oq.HandlerWarning, match="has logged in anew, so id="):
            wait_until(inbox, lambda: bool(inbox.handlers["errors"].sum()))
        assert "logged in anew" in inbox.handlers["last_error"][0]
        assert simulator.received == []
