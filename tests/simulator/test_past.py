"""The past of a group is the same each time, looks like life, and asks for what makes sense."""

import tracemalloc
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest

from openqq_nb.simulator import Group, NotExactlyOneError, Simulator, World
from openqq_nb.simulator.past.topics import TOPICS
from openqq_nb.simulator.records import CHINA
from tests.simulator.past import GROUP, large, simulator, small

SIMULATOR = Simulator(groups=3, friends=3, members=12)
MIDNIGHT = datetime(2026, 11, 1, tzinfo=CHINA).timestamp()


def local(at: int) -> datetime:
    return datetime.fromtimestamp(at, CHINA)


def test_the_same_call_gives_the_same_past(tmp_path: Path) -> None:
    again = Simulator(groups=1, friends=3, members=12).past(GROUP, years=0.5, messages=2000)
    assert again.messages == small().messages
    assert again.truth == small().truth
    first, second = again.write(tmp_path / "first.json"), small().write(str(tmp_path / "second.json"))
    assert first.read_bytes() == second.read_bytes()


def test_another_seed_another_group_and_another_world_give_another_past() -> None:
    other_world = Simulator(seed=1, groups=1, friends=3, members=12)
    others = [
        small(seed=1),
        SIMULATOR.past(SIMULATOR.world.groups[1], years=0.5, messages=2000),
        other_world.past(GROUP, years=0.5, messages=2000),
    ]
    texts = [tuple(said.text for said in past) for past in (small(), *others)]
    assert len(set(texts)) == 4


def test_going_through_a_past_twice_gives_the_same_lines() -> None:
    assert list(small()) == list(small()) == small().messages
    assert len(small()) == len(small().messages)


@pytest.mark.parametrize("messages", [1, 40, 500, 20_000])
def test_a_past_has_about_as_many_messages_as_asked(messages: int) -> None:
    past = SIMULATOR.past(GROUP, years=0.5, messages=messages)
    assert past.truth.messages == pytest.approx(messages, rel=0.02, abs=40)


def test_without_a_number_it_is_thirty_thousand_in_two_years() -> None:
    assert large().truth.messages == pytest.approx(30_000, rel=0.02)


def test_it_lasts_two_years_until_a_fixed_day() -> None:
    first, last = large().messages[0].at, large().messages[-1].at
    assert MIDNIGHT - 10 * 86_400 < last < MIDNIGHT
    assert local(first).date() - date(2024, 11, 1) < timedelta(days=10)
    assert large().truth.until == MIDNIGHT


def test_until_may_be_a_day_or_a_moment_of_that_day() -> None:
    day = SIMULATOR.past(GROUP, years=0.2, until=date(2025, 6, 1), messages=300)
    moment = SIMULATOR.past(GROUP, years=0.2, until=datetime(2025, 5, 31, 20, tzinfo=UTC), messages=300)
    assert day.messages == moment.messages
    assert day.truth.until == datetime(2025, 6, 1, tzinfo=CHINA).timestamp()


def test_it_is_no_older_than_the_group() -> None:
    world = World.seeded(0, groups=1, friends=1, members=5)
    made = int(datetime(2026, 9, 1, 15, tzinfo=CHINA).timestamp())
    world.change_group(world.groups[0].number, lambda one: Group(one.number, one.name, created=made))
    truth = Simulator(world=world).past(GROUP).truth
    assert local(truth.start).date() == date(2026, 9, 1)
    with pytest.raises(ValueError, match="made on 2026-09-01"):
        Simulator(world=world).past(GROUP, until=date(2026, 9, 1))


def test_what_makes_no_sense_is_refused_with_what_to_do() -> None:
    with pytest.raises(NotExactlyOneError, match="There are: PERL"):
        SIMULATOR.past("没有这个群")
    with pytest.raises(ValueError, match="Give 1 or more"):
        SIMULATOR.past(GROUP, messages=0)
    with pytest.raises(ValueError, match="no day"):
        SIMULATOR.past(GROUP, years=0)


def test_a_group_where_nobody_is_has_a_past_all_the_same() -> None:
    world = World.seeded(0, groups=1, friends=1, members=1)
    assert Simulator(world=world).past(GROUP, messages=500).truth.messages == pytest.approx(500, abs=60)


# It looks like life


def test_time_only_goes_forward_and_ids_and_numbers_count() -> None:
    said = large().messages
    assert all(one.at <= two.at and one.seq + 1 == two.seq for one, two in pairwise(said))
    assert len({one.msg_id for one in said}) == len(said)


def test_a_few_people_write_most_and_some_never_write() -> None:
    counts = sorted(large().truth.counts.values(), reverse=True)
    assert 60 <= len(counts) <= 150
    assert 0.4 < sum(counts[:12]) / sum(counts) < 0.8
    assert len(large().truth.silent) > len(counts) // 6


def test_everybody_has_hours_of_his_own() -> None:
    rhythm = {one.qq: one.rhythm for one in large().truth.people}
    hours: dict[str, Counter[bool]] = {name: Counter() for name in rhythm.values()}
    for said in large():
        if said.qq:
            hours[rhythm[said.qq]][local(said.at).hour < 5] += 1
    nightly = {name: count[True] / count.total() for name, count in hours.items()}
    assert set(nightly) == {"usual", "office", "owl", "early", "weekend"}
    assert nightly["owl"] > 0.25
    assert max(share for name, share in nightly.items() if name != "owl") < 0.15


def test_new_year_is_lively_and_about_red_packets() -> None:
    days = Counter(local(said.at).date() for said in large())
    usual = len(large()) / len(days)
    assert days[date(2025, 1, 28)] + days[date(2025, 1, 29)] > 3 * usual
    assert days[date(2026, 2, 16)] + days[date(2026, 2, 17)] > 3 * usual
    packets = Counter(local(said.at).date() for said in large() if "红包" in said.text or "手气" in said.text)
    assert {day for day, _ in packets.most_common(4)} <= {
        date(year, month, day) for year, month, day in _FESTIVE_DAYS
    }
    assert all(day.month in {1, 2} for day in packets)


_FESTIVE_DAYS = [(2025, 1, day) for day in range(28, 32)] + [(2025, 2, day) for day in range(1, 4)]
_FESTIVE_DAYS += [(2026, 2, day) for day in range(16, 23)]


def test_there_are_silences_and_bursts() -> None:
    days = Counter(local(said.at).date() for said in large())
    usual = len(large()) / 730
    assert 730 - len(days) + sum(count < usual / 10 for count in days.values()) > 10
    assert max(days.values()) > 4 * usual


def test_hundreds_of_different_words_are_said_on_ten_topics() -> None:
    talk = "\n".join(said.text for said in large())
    words = {word for topic in TOPICS for word in (*topic.things, *topic.deeds, *topic.marks)}
    assert len(TOPICS) == 10
    assert sum(word in talk for word in words) > 400


def test_topics_come_and_go() -> None:
    by_topic: dict[str, Counter[int]] = {}
    for one in large().truth.conversations:
        month = (one.start - large().truth.start) // (61 * 86_400)
        by_topic.setdefault(one.topic, Counter())[month] += one.messages
    assert len(by_topic) == len(TOPICS)
    rising = [
        max(count.values()) / (1 + min(count[month] for month in range(12))) for count in by_topic.values()
    ]
    assert sorted(rising)[len(rising) // 2] > 3


def test_everything_that_people_send_is_in_it() -> None:
    kinds = Counter(said.kind for said in large())
    assert set(kinds) == {
        "text", "image", "voice", "video", "file", "face", "reply", "forward", "share", "recall", "system",
    }  # fmt: skip
    assert kinds["text"] > len(large()) / 2
    assert any("all" in said.mentions for said in large())


def test_names_that_are_hard_to_show_speak_too() -> None:
    speaking = {said.nick for said in large() if said.qq}
    assert any("<img" in nick for nick in speaking)
    assert any("\u202e" in nick for nick in speaking)
    assert any(len(nick) > 50 for nick in speaking)


# It is fast and small


def test_going_through_it_keeps_no_messages() -> None:
    past = small(messages=12_000)
    tracemalloc.start()
    count = sum(1 for _ in past)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count > 11_000
    assert peak_bytes < 3_000_000


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_million_messages_are_written_within_a_minute(tmp_path: Path) -> None:
    past = simulator().past(GROUP, messages=1_000_000)
    # Of the processor: others may keep it busy meanwhile.
    started = process_time()
    path = past.write(tmp_path / "million.json")
    assert process_time() - started < 60
    with path.open(encoding="utf-8") as file:
        assert sum(line.startswith('    {"id"') for line in file) == len(past)
