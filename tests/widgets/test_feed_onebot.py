"""What ends of OneBot bring to a feed: pictures, faces, forwards, long and hostile texts, and what is taken back."""

from collections.abc import Iterator
from typing import Any

import pytest

import openqq_nb as oq
from openqq_nb.demo_account import DemoAccount
from openqq_nb.inbox import Inbox
from openqq_nb.widgets.feed.talk import Talk
from tests.lab.hostile import TEXTS
from tests.listening.site import until

Segments = list[dict[str, Any]]
SAID: dict[str, tuple[Segments, str, str]] = {
    "a picture": (
        [{"type": "image", "data": {"file": "a.jpg", "url": "http://x/a.jpg"}}],
        "[图片]",
        "image",
    ),
    "a face": ([{"type": "face", "data": {"id": "14"}}], "/微笑", "face"),
    "a forward": ([{"type": "forward", "data": {"id": "7"}}], "[合并转发]", "forward"),
    "code in a text": ([{"type": "text", "data": {"text": "[CQ:at,qq=all]"}}], "[CQ:at,qq=all]", "text"),
    "what nobody knows": ([{"type": "hologram", "data": {"x": [1]}}], "[hologram]", "other"),
}


@pytest.fixture
def my() -> Iterator[DemoAccount]:
    my = oq.demo("onebot11", seed=8, groups=2, friends=3, members=5)
    yield my
    my.close()


@pytest.fixture
def inbox(my: DemoAccount) -> Iterator[Inbox]:
    with my.listen() as inbox:
        yield inbox


def talk_of(inbox: Inbox) -> Iterator[Talk]:
    feed = inbox.feed()
    talk = feed._parts["talk"]
    assert isinstance(talk, Talk)
    yield talk
    feed.close()


@pytest.fixture
def talk(inbox: Inbox) -> Iterator[Talk]:
    yield from talk_of(inbox)


@pytest.mark.parametrize(("segments", "text", "kind"), SAID.values(), ids=SAID.keys())
def test_each_kind_is_a_line_that_reads_as_people_know_it(
    my: DemoAccount, inbox: Inbox, talk: Talk, segments: Segments, text: str, kind: str
) -> None:
    my.simulator.say(my.simulator.truth.friends[0].person, segments)
    my.simulator.wait_posted()
    (line,) = talk.view()["lines"]
    assert (line["text"], line["sender"]) == (text, my.simulator.truth.friends[0].displayname)
    assert inbox.df["kind"].tolist() == [kind]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_any_text_is_a_line(my: DemoAccount, inbox: Inbox, talk: Talk, text: str) -> None:
    group = my.simulator.truth.groups[0]
    my.simulator.say(group.members[-1].person, [{"type": "text", "data": {"text": text}}], group=group)
    my.simulator.wait_posted()
    assert inbox.df["content"].tolist() == [text]
    assert len(talk.view()["lines"]) == 1


def test_what_was_taken_back_stays_with_the_time_of_it(my: DemoAccount, inbox: Inbox, talk: Talk) -> None:
    group = my.simulator.truth.groups[0]
    kept = my.simulator.say(group.members[-1].person, "留着", group=group)
    gone = my.simulator.say(group.members[-1].person, "收回", group=group)
    my.simulator.recall(gone)
    my.simulator.wait_posted()
    until(lambda: inbox.df["recalled_at"].notna().any())
    lines = {line["text"]: line.get("recalled") for line in talk.view()["lines"]}
    assert kept["message_id"] != gone["message_id"]
    assert lines["留着"] is None and lines["收回"]
