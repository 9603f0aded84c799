"""The truth about a past, counted again from its messages without a look at the plan."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import groupby, pairwise

import pytest

from openqq_nb.simulator import Past, Said
from tests.simulator.past import large, simulator, small

PASTS = [large, small, lambda: small(seed=5), lambda: small(seed=6, messages=12_000)]


@pytest.fixture(params=PASTS)
def past(request: pytest.FixtureRequest) -> Past:
    made = request.param()
    assert isinstance(made, Past)
    return made


def spoken(past: Past) -> list[Said]:
    return [said for said in past.messages if said.kind not in {"system", "recall"}]


def test_each_has_written_as_many_messages_as_it_says(past: Past) -> None:
    counted = Counter(said.qq for said in spoken(past))
    assert {qq: count for qq, count in past.truth.counts.items() if count} == counted
    assert past.truth.messages == counted.total()
    assert past.truth.lines == len(past.messages)


def test_the_silent_say_nothing_and_all_others_something(past: Past) -> None:
    everybody = {one.qq for one in past.truth.people}
    assert set(past.truth.silent) == everybody - {said.qq for said in spoken(past)}


def test_the_lines_of_each_number_add_up(past: Past) -> None:
    assert past.truth.shown == Counter(said.qq for said in past.messages)
    assert past.truth.span == (past.messages[0].at, past.messages[-1].at)


def _runs(past: Past) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Find texts that follow themselves, said by different people."""
    for text, run in groupby(spoken(past), key=lambda said: said.text):
        found = list(run)
        people = dict.fromkeys(said.qq for said in found)
        if len(people) > 1 and {said.kind for said in found} <= {"text", "reply", "face"}:
            yield found[0].at, text, tuple(said.qq for said in found)


def test_the_chains_are_those_that_one_finds(past: Past) -> None:
    assert [(one.start, one.text, one.qqs) for one in past.truth.chains] == list(_runs(past))
    assert all(len(set(one.qqs)) == one.length > 1 for one in past.truth.chains)
    assert max(one.length for one in past.truth.chains) > 3


def test_the_conversations_are_what_silence_divides(past: Past) -> None:
    found: list[list[Said]] = []
    last = 0
    for said in spoken(past):
        if said.at - last > 600:
            found.append([])
        found[-1].append(said)
        last = said.at
    seen = [(part[0].at, part[-1].at, {said.qq for said in part}, len(part)) for part in found]
    assert [(one.start, one.end, set(one.qqs), one.messages) for one in past.truth.conversations] == seen


def test_silence_divides_clearly(past: Past) -> None:
    gaps = {two.at - one.at for one, two in pairwise(spoken(past))}
    assert max(gap for gap in gaps if gap < 600) <= 180
    assert min(gap for gap in gaps if gap >= 600) >= 1200


def test_the_replies_are_those_that_quote(past: Past) -> None:
    by_id = {said.msg_id: said for said in past.messages}
    found = []
    for said in past.messages:
        if said.quote is None:
            continue
        meant = by_id[said.quote.msg_id]
        assert said.quote.text == meant.text
        assert (said.quote.at, said.quote.qq, said.quote.name) == (meant.at, meant.qq, meant.name)
        found.append((said.msg_id, meant.msg_id, said.qq, meant.qq, said.at - meant.at))
    told = [(one.msg_id, one.reply_to, one.qq, one.to, one.delay_s) for one in past.truth.replies]
    assert told == found
    assert all(one.qq != one.to and one.delay_s > 0 for one in past.truth.replies)


def test_some_answer_hours_later() -> None:
    delays = [one.delay_s for one in large().truth.replies]
    assert sum(delay > 3600 for delay in delays) > 20
    assert sorted(delays)[len(delays) // 2] < 180


def test_names_change_when_it_says_and_at_no_other_time(past: Past) -> None:
    changes = defaultdict(list)
    for one in past.truth.renames:
        changes[one.qq].append(one)
    for person in past.truth.people:
        names = {"nick": person.nick, "card": person.card}
        mine = list(changes[person.qq])
        for said in reversed([said for said in past.messages if said.qq == person.qq]):
            while mine and mine[-1].at > said.at:
                change = mine.pop()
                assert names[change.what] == change.after
                names[change.what] = change.before
            assert {"nick": said.nick, "card": said.card} == names


def test_who_joined_is_told_at_that_moment(past: Past) -> None:
    told = [(said.at, said.text) for said in past.messages if said.kind == "system"]
    assert [at for at, _ in told] == [one.joined for one in past.truth.joins]
    assert all(text.endswith("加入了群聊。") for _, text in told)


def test_nobody_speaks_before_he_joins_or_after_he_left(past: Past) -> None:
    people = {one.qq: one for one in past.truth.people}
    for said in past.messages:
        if said.qq:
            one = people[said.qq]
            assert one.joined < said.at < (one.left or past.truth.until)
    assert all(one.left and one.joined < one.left < past.truth.until for one in past.truth.leaves)


def test_what_is_recalled_is_told_by_a_line_of_the_same_person(past: Past) -> None:
    recalled = [said for said in spoken(past) if said.recalled]
    assert tuple(said.msg_id for said in recalled) == past.truth.recalled
    told = [said for said in past.messages if said.kind == "recall"]
    assert [said.qq for said in told] == [said.qq for said in recalled]
    assert all(0 < two.at - one.at < 20 for one, two in zip(recalled, told, strict=True))


def test_new_words_are_not_said_before_their_time_and_then_are() -> None:
    talk = [(said.at, said.text) for said in large().messages]
    heard = 0
    for one in large().truth.new_words:
        times = [at for at, text in talk if one.word in text]
        assert all(at >= one.since for at in times)
        heard += bool(times)
    assert heard > 6


def test_favourite_words_are_those_of_a_person() -> None:
    people = {one.qq: one for one in large().truth.people}
    own = Counter[str]()
    for said in large().messages:
        if said.qq and people[said.qq].favourites[0] in said.text:
            own[said.qq] += 1
    loudest = sorted(people.values(), key=lambda one: -one.messages)[:10]
    assert all(own[one.qq] / one.messages > 0.06 for one in loudest)


def test_the_members_of_today_are_in_it_as_the_roster_has_them() -> None:
    world, truth = simulator().truth, large().truth
    group = world.groups[0]
    stayed = {one.qq: one for one in truth.people if one.left is None}
    for member in group.members:
        one = stayed.pop(str(member.person.qq))
        assert (one.nick, one.card, one.joined) == (member.person.nick, member.card or "", member.join_time)
        if member.last_speak_time == member.join_time and member.person.qq != world.me.person.qq:
            assert one.messages == 0
    assert stayed == {}


def test_only_who_leads_mentions_everybody() -> None:
    roles = {str(one.person.qq): one.role for one in simulator().truth.groups[0].members}
    calls = [said.qq for said in large().messages if "all" in said.mentions]
    assert len(calls) > 10
    assert {roles.get(qq) for qq in calls} <= {"owner", "admin"}
