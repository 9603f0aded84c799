"""A 2.x server ends itself at a wrong answer: it must outlive whatever people write and handlers return."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

import openqq_nb as oq
from openqq_nb.simulator import Simulator
from openqq_nb.simulator.server import Saying
from tests.torture.making import TEXTS, thought_of
from tests.torture.serving import add_handlers

pytestmark = pytest.mark.slow

SEED = 21
BUNCHES, IN_A_BUNCH = 60, 20
PATIENCE_S = 60.0


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator("openqq2", friends=4, groups=3, members=5, discusses=2) as simulator:
        yield simulator
    assert simulator.errors == []


def test_a_2x_server_outlives_all_that_is_said_and_answered(simulator: Simulator, tmp_path: Path) -> None:
    rng = Random(SEED)  # noqa: S311 - not for secrets
    my = oq.connect(simulator.url, protocol="openqq2")
    with my.listen(journal=tmp_path / "journal.db") as inbox:
        simulator.post_to(inbox.url)
        add_handlers(inbox)
        said = 0
        for number in range(BUNCHES):
            sayings = [saying(rng, simulator) for _ in range(IN_A_BUNCH)]
            said += sum(bool(message) for message in simulator.say_together(sayings))
            change(rng, simulator, number)
            my.send_friend(whole(rng), qq=str(simulator.truth.friends[0].person.qq))
            simulator.wait_posted(PATIENCE_S)
        assert simulator.ended is None
        with pytest.warns(oq.HandlerWarning):
            stats = inbox.stats
    posts = simulator.posts
    assert len(my.friends()) == len(simulator.truth.friends)
    my.close()
    assert {post.error for post in posts} == {None}
    assert {post.status for post in posts} == {200, 204}
    assert (stats.received, stats.doubles, stats.malformed, stats.refused) == (said, 0, 0, {})
    assert stats.errors == () and stats.events > BUNCHES // 10 and stats.handler_errors > said // 10
    log = oq.open_log(tmp_path / "journal.db")
    received = log.df.query("not own")
    assert len(received) == said and not received.duplicated(["msg_id", "chat_key"]).any()


def text(rng: Random) -> str:
    """Write something odd."""
    thought_of_text = rng.choice(thought_of(SEED)).decode()
    piece = rng.choice(
        (rng.choice(TEXTS), thought_of_text, "".join(map(chr, rng.choices(range(0x110000), k=9))))
    )
    return f"{rng.choice(TEXTS)[:40]}{piece}"


def whole(rng: Random) -> str:
    """Write something odd without half a surrogate pair: neither a name nor what is sent can have one."""
    return text(rng).encode(errors="replace").decode()


def saying(rng: Random, simulator: Simulator) -> Saying:
    """Let somebody say something odd, somewhere."""
    world = simulator.truth
    group, discuss = rng.choice(world.groups), rng.choice(world.discusses)
    member = rng.choice([one.person for one in group.members if one.person.qq != world.me.person.qq])
    return rng.choice(
        (
            Saying(rng.choice(world.friends).person, text(rng)),
            Saying(rng.choice(world.friends).person, None),
            Saying(member, text(rng), group),
            Saying(member, text(rng), group, session=True),
            Saying(
                rng.choice([one for one in discuss.members if one.qq != world.me.person.qq]),
                text(rng),
                None,
                discuss,
            ),
        )
    )


def change(rng: Random, simulator: Simulator, number: int) -> None:
    """Let something happen of which 2.x posts an event."""
    group = simulator.truth.groups[0]
    changes: tuple[Callable[[], object], ...] = (
        lambda: simulator.rename_group(group, f"{number} {whole(rng)[:60]}"),
        lambda: simulator.set_card(group, group.members[-1].person, whole(rng)[:60]),
        lambda: simulator.rename(simulator.truth.friends[1].person.qq, f"{number} {whole(rng)[:60]}"),
        simulator.relogin,
    )
    changes[number % 10 % len(changes)]()
