"""The composer as a whole: from an account, over its parts, to those who get the message."""

import gc
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import openqq_nb as oq
from openqq_nb.columns import ZONE
from openqq_nb.demo_account import DemoAccount
from openqq_nb.errors import InvalidInput
from openqq_nb.languages import Language
from openqq_nb.models import Recipient
from openqq_nb.roster import Roster
from openqq_nb.sends import Sends, Sent
from openqq_nb.simulator import FAULTS
from openqq_nb.widgets.composer import Composer
from openqq_nb.widgets.composer.composing import Composing
from openqq_nb.widgets.composer.words import WORDS
from openqq_nb.widgets.parts import View
from tests.faults.stage import IMPATIENT_S, Dialect, cases, stage
from tests.lab.hostile import TEXTS
from tests.roster.small import friend, group, member, roster
from tests.widgets.linking import links_of, links_to
from tests.widgets.showing import PATIENCE_S, Page


class Open:
    """A composer that is open on a page, without a browser."""

    def __init__(self, my: oq.Account, to: object = None) -> None:
        links = links_of(my)
        self.composing = Composing(links, links.load(), to)  # type: ignore[arg-type]  # whatever a test gives
        self.page = Page(self.composing.parts)

    def find(self, text: str, kind: str = "friend") -> View:
        self.page.ask("chooser", "look", kind=kind)
        return self.page.ask("chooser", "find", text=text)

    def choose(self, text: str, kind: str = "friend") -> View:
        found = self.find(text, kind)
        row = found["rows"][0]["row"]
        return self.page.ask("chooser", "choose", kind=kind, row=row, version=found["version"])

    def send(self, text: str) -> View:
        draft = self.page.view("draft")
        self.page.ask("draft", "send", text=text, draft=draft["number"])
        return self.page.wait("draft", lambda view: not view["sending"])

    @property
    def sends(self) -> list[View]:
        sends: list[View] = self.page.view("sent")["sends"]
        return sends


@contextmanager
def demo(protocol: Dialect = "openqq1") -> Iterator[DemoAccount]:
    my = oq.demo(protocol, seed=5, friends=6, groups=4, members=5)
    try:
        yield my
    finally:
        my.close()


@pytest.fixture(scope="module", params=["openqq1", "openqq2"])
def running(request: pytest.FixtureRequest) -> Iterator[DemoAccount]:
    with demo(request.param) as my:
        yield my


@pytest.fixture
def my(running: DemoAccount) -> DemoAccount:
    return running


def arrived(my: DemoAccount) -> list[tuple[str, object]]:
    my.simulator.wait_posted()
    return [(one.kind, one.content) for one in my.simulator.received]


def test_the_whole_job_choose_write_see_send_and_know(my: DemoAccount) -> None:
    someone = my.friends().iloc[0]
    composer = Open(my)
    assert composer.choose(someone["qq"])["to"]["name"] == someone["displayname"]
    composer.page.ask("draft", "write", text="1 < 2\n第二行")
    preview = composer.page.view("draft")["preview"]
    told = my._flows.dialect.outgoing("1 < 2\n第二行").text
    assert preview["length"] == 9 and (preview["goes_out"] or "1 < 2\n第二行") == told
    shown = composer.send("1 < 2\n第二行")
    assert (shown["text"], shown["result"]["title"]) == ("", f"Sent to {someone['displayname']}.")
    assert arrived(my)[-1] == ("friend", told)
    last = composer.sends[0]
    assert (last["name"], last["text"], last["code"], last["delivery"], last["again"]) == (
        someone["displayname"],
        "1 < 2 第二行",
        "code 0",
        "sent",
        True,
    )


@pytest.mark.parametrize("kind", ["group", "discuss", "session"])
def test_every_other_kind_is_written_to_as_well(my: DemoAccount, kind: str) -> None:
    composer = Open(my)
    if kind == "session" and my._flows.dialect.name == "openqq2":
        off = {one["kind"]: one["off"] for one in composer.page.view("chooser")["kinds"]}
        assert off["session"] == "Temporary session: this server cannot send there."
        return
    composer.choose("", kind)
    assert composer.send(f"你好，{kind}")["result"]["tone"] == "good"
    assert arrived(my)[-1] == (kind, f"你好，{kind}")


def test_what_is_sent_from_a_cell_is_in_the_list_too_newest_first_and_ten_at_most(my: DemoAccount) -> None:
    composer = Open(my)
    someone = my.friends().iloc[1]
    for number in range(12):
        my.send_friend(f"第 {number} 条", qq=someone["qq"])
    assert [sent["text"] for sent in composer.sends] == [f"第 {number} 条" for number in range(11, 1, -1)]
    assert {sent["name"] for sent in composer.sends} == {someone["displayname"]}
    assert Open(my).sends == [
        sent | {"number": number} for sent, number in zip(composer.sends, range(10, 0, -1), strict=True)
    ]


def test_one_is_written_to_again(my: DemoAccount) -> None:
    composer = Open(my)
    someone, other = my.friends().iloc[0], my.groups().iloc[0]
    my.send_friend("给你", qq=someone["qq"])
    my.send_group("给大家", to=other)
    assert [sent["kind"] for sent in composer.sends[:2]] == ["Group", "Friend"]
    composer.page.ask("sent", "again", number=composer.sends[1]["number"])
    assert composer.page.view("draft")["to"]["name"] == someone["displayname"]
    assert composer.send("再来")["result"]["tone"] == "good"
    assert arrived(my)[-1] == ("friend", "再来")
    composer.page.ask("sent", "again", number=10_000)
    assert composer.page.view("draft")["to"]["name"] == someone["displayname"]


def test_a_number_that_nobody_has_is_told_by_the_number_with_the_code(my: DemoAccount) -> None:
    composer = Open(my)
    my.send_group("有人吗", gnumber="1")
    last = composer.sends[0]
    assert (last["name"], last["delivery"], last["tone"]) == ("1", "not sent", "bad")
    assert last["code"] == "code 101"
    composer.page.ask("sent", "again", number=last["number"])
    shown = composer.send("还是没有吗")
    assert (shown["text"], shown["result"]["title"]) == ("还是没有吗", "Not sent to 1.")


NOW = pd.Timestamp.now(ZONE)
SECOND = pd.Timedelta("1s")


def seen_at(town: Roster, moment: pd.Timestamp) -> Roster:
    return replace(town, fetched_at=moment)


def test_an_id_of_another_login_is_not_written_to_again() -> None:
    before = seen_at(roster([friend("老友", None, 7)]), NOW - SECOND)
    after = seen_at(roster([friend("别人", None, 7)]), NOW)
    links = links_to(lambda: after)
    composing = Composing(links, before)
    page = Page(composing.parts)
    links.sends.add(Recipient("friend", id="7"), "给你", None)
    assert [(sent["name"], sent["again"]) for sent in page.view("sent")["sends"]] == [("老友", True)]
    page.ask("chooser", "reload")
    page.wait("chooser", lambda view: view["version"] == 2)
    assert [(sent["name"], sent["again"]) for sent in page.view("sent")["sends"]] == [("老友", False)]
    page.ask("sent", "again", number=1)
    assert page.view("chooser")["to"] is None


def test_an_id_that_was_sent_to_before_the_roster_was_loaded_has_no_name() -> None:
    links = links_to(roster)
    links.sends.add(Recipient("friend", id="7"), "给你", None)
    links.sends.add(Recipient("friend", qq="8"), "给你", None)
    people = [friend("别人", None, 7), friend("同一个人", 8, 17)]
    composing = Composing(links, seen_at(roster(people), links.sends.last(1)[0].at + SECOND))
    shown = composing.sent.view()["sends"]
    assert [(sent["name"], sent["again"]) for sent in shown] == [("同一个人", True), ("7", False)]


def test_a_newer_roster_names_what_is_sent_from_then_on_and_tells_who_can_be_written_to_again() -> None:
    links = links_to(roster)
    composing = Composing(links, seen_at(roster([friend("老友", None, 7)]), NOW - SECOND))
    page = Page(composing.parts)
    links.sends.add(Recipient("friend", id="7"), "给你", None)
    composing.chooser.take(seen_at(roster([friend("别人", None, 7), friend("新友", 8, 18)]), NOW - SECOND))
    links.sends.add(Recipient("friend", qq="8"), "给你", None)
    shown = [(sent["name"], sent["again"]) for sent in page.view("sent")["sends"]]
    assert shown == [("新友", True), ("老友", False)]
    # A page that has not been told yet may still ask.
    page.ask("sent", "again", number=1)
    assert page.view("chooser")["to"] is None
    assert [sent["again"] for sent in page.shown["sent"][-1]["sends"]] == [True, False]
    assert len(page.shown["sent"]) == 3


def test_a_send_that_is_in_the_list_already_is_not_shown_twice() -> None:
    links = links_to(roster)
    composing = Composing(links, roster())
    page = Page(composing.parts)
    (watch,) = [one() for one in links.sends._watching]
    links.sends.add(Recipient("friend", qq="8"), "给你", None)
    before = page.view("sent")["sends"]
    assert len(before) == 1 and watch is not None
    # As it is told of a send that ended while the list was made.
    watch(links.sends.last(1)[0])
    assert page.view("sent")["sends"] == before and len(page.shown["sent"]) == 1


class Watched(Sends):
    """Sends that count who does not look any more."""

    def __init__(self) -> None:
        super().__init__()
        self.ended = 0

    def unwatch(self, watch: Callable[[Sent], None]) -> None:
        self.ended += 1
        super().unwatch(watch)


def test_a_closed_list_of_sends_is_told_of_none_and_closes_once() -> None:
    sends = Watched()
    composing = Composing(replace(links_to(roster), sends=sends), roster())
    page = Page(composing.parts)
    sends.add(Recipient("friend", qq="8"), "给你", None)
    before = page.view("sent")
    for _ in range(2):
        composing.sent.close()
    sends.add(Recipient("friend", qq="9"), "给你", None)
    assert sends._watching == [] and sends.ended == 1
    assert page.view("sent") == before and len(page.shown["sent"]) == 1


def test_a_send_without_an_answer_says_so() -> None:
    links = links_to(roster)
    composing = Composing(links, roster())
    links.sends.add(Recipient("session", qq="1", gnumber="2"), "给你", None)
    (shown,) = composing.sent.view()["sends"]
    assert [shown[key] for key in ("kind", "name", "code", "delivery", "tone", "again")] == [
        "Temporary session",
        "1 · 2",
        "no receipt",
        "perhaps sent, perhaps not",
        "unsure",
        True,
    ]


def test_it_opens_on_a_row_and_refuses_one_that_is_none(my: DemoAccount) -> None:
    someone = my.friends().iloc[2]
    for to in (someone, my.friends().iloc[[2]], someone.to_dict()):
        assert Open(my, to).page.view("draft")["to"]["name"] == someone["displayname"]
    with pytest.raises(InvalidInput, match="exactly one row"):
        Open(my, my.friends())


NOTHING = "Nothing was sent."
PERHAPS = "The message may have gone out, or may still go out: look before you send it again."
NO_ANSWER = ("unsure", f"The server did not answer. {PERHAPS}")
NOT_UNDERSTOOD = ("unsure", f"The server's answer could not be understood. {PERHAPS}")
UNREACHABLE = ("bad", f"The server cannot be reached. {NOTHING}")
REFUSED = ("bad", f"The server refuses this account's token. {NOTHING}")
OPEN = ("unsure", f"It is not known whether this reached {{name}}. {PERHAPS}")

SHOWN = {
    "busy": NO_ANSWER,
    "cut_short": NO_ANSWER,
    "down": UNREACHABLE,
    "drop_after": NO_ANSWER,
    "drop_before": NO_ANSWER,
    "error_page": NOT_UNDERSTOOD,
    "failing_sends": OPEN,
    "false_failures": OPEN,
    "forbidden": NOT_UNDERSTOOD,
    "full_queue": NO_ANSWER,
    "hang": NO_ANSWER,
    "html_page": NOT_UNDERSTOOD,
    "lost_sends": OPEN,
    "new_login": ("good", "Sent to {name}."),
    "no_json": NOT_UNDERSTOOD,
    "offline": OPEN,
    "restart": UNREACHABLE,
    "scan_code": NO_ANSWER,
    "slow": NO_ANSWER,
    "wrong_token": REFUSED,
}
"""What a person reads of each fault that touches a send."""

FAILED = ("bad", "Not sent to {name}.")
SHOWN_OF_ONEBOT = {**SHOWN, "failing_sends": FAILED}
"""The same where the server says for certain that QQ has refused."""

SECONDS = {"openqq1": 1.0, "openqq2": 1.0, "onebot11": 2.0}
"""Longer than a send waits for its answer; that of OneBot waits twice as long."""
OF_LISTS_AND_POSTS = {
    "unloaded", "no_members", "no_extended", "same_names", "shuffled", "lost_posts", "late_posts", "duplicate",
    "out_of_order", "unknown_sender", "property_events", "other_poller", "failing_members", "poor_posts", "no_sockets",
    "frozen_sockets",
}  # fmt: skip


def test_each_fault_of_the_simulator_that_touches_a_send_is_tried() -> None:
    assert set(SHOWN) == set(FAULTS) - OF_LISTS_AND_POSTS


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:QQ has logged the account out:openqq_nb.errors.InboxWarning")
@pytest.mark.parametrize(("name", "dialect"), cases(SHOWN))
def test_each_fault_is_shown_in_words_and_the_text_stays_unless_it_left(name: str, dialect: Dialect) -> None:
    tone, title = (SHOWN_OF_ONEBOT if dialect == "onebot11" else SHOWN)[name]
    with stage(dialect, timeout=IMPATIENT_S) as one:
        composer = Open(one.my, {"qq": one.qq})
        called = composer.page.view("draft")["to"]["name"]
        with one.simulator.fault(
            name, seconds=SECONDS[dialect] if "seconds" in FAULTS[name].takes else None
        ) as fault:
            shown = composer.send("在吗？")
        assert fault.hits
        one.settle()
        assert (shown["result"]["tone"], shown["result"]["title"]) == (tone, title.format(name=called))
        assert shown["text"] == ("" if tone == "good" else "在吗？")
        # What is said is true, whatever the server did.
        assert one.arrived == [] if tone == "bad" else tone == "unsure" or one.arrived == ["在吗？"]
        one.check_all_is_well()


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_hostile_text_arrives_as_previewed_or_is_refused_before_it_leaves(
    my: DemoAccount, text: str
) -> None:
    composer = Open(my, my.friends().iloc[0])
    check_one_arrives_as_previewed(my, composer, text)


@pytest.mark.parametrize("name", TEXTS.values(), ids=TEXTS)
def test_a_hostile_name_is_found_chosen_and_shown_as_it_is(name: str) -> None:
    town = roster(
        [friend(name, 1, 1, markname=name)],
        [group(name, 2, 2, members_loaded=True)],
        [member(name, 3, 3, 2, card=name, gname=name, gnumber="2")],
    )
    composing = Composing(links_to(lambda: town), town)
    page = Page(composing.parts)
    for kind in ("friend", "group", "session"):
        page.ask("chooser", "look", kind=kind)
        (row,) = page.ask("chooser", "find", text=name[:20])["rows"]
        view = page.ask("chooser", "choose", kind=kind, row=row["row"], version=1)
        assert view["to"]["name"] == row["name"] and name.startswith(row["name"].removesuffix("…"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=200)
    | st.lists(st.sampled_from(["<", ">", "&", "[微笑]", "\n", " ", "好", "👍"])).map("".join)
)
def test_any_text_goes_out_once_and_arrives_as_previewed(my: DemoAccount, text: str) -> None:
    check_one_arrives_as_previewed(my, Open(my, my.friends().iloc[0]), text)


def check_one_arrives_as_previewed(my: DemoAccount, composer: Open, text: str) -> None:
    before = arrived(my)
    shown = composer.page.ask("draft", "write", text=text)
    goes_out = shown["preview"]["goes_out"]
    sendable = not shown["why"]
    number = shown["number"]
    for _ in range(2):
        composer.page.ask("draft", "send", text=text, draft=number)
    after = composer.page.wait("draft", lambda view: not view["sending"])
    new = arrived(my)[len(before) :]
    assert new == ([("friend", text if goes_out is None else goes_out)] if sendable else [])
    if sendable:
        assert (after["result"]["tone"], after["text"]) == ("good", "")


def threads_of_widgets() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "openqq-nb-widget"]


def composers() -> int:
    gc.collect()
    return sum(isinstance(one, Composer | Composing) for one in gc.get_objects())


def test_opening_and_closing_a_hundred_times_leaves_no_thread_and_no_watcher() -> None:
    # Another test may still have one.
    before = composers()
    town = roster([friend("小灰", 1, 1)])
    links = links_to(lambda: town)
    for _ in range(100):
        composer = Composer(links, town, town.friends.iloc[0])
        composer.write("在吗？")
        composer.close()
    for thread in threads_of_widgets():
        thread.join(PATIENCE_S)
    del composer
    assert composers() <= before
    assert threads_of_widgets() == []
    assert links.sends._watching == []


def test_a_composer_dropped_without_closing_is_told_of_no_send(my: DemoAccount) -> None:
    links = links_of(my)
    composing = Composing(links, links.load())
    watch = links.sends._watching[-1]
    assert watch() is not None
    del composing
    gc.collect()
    assert watch() is None


def test_what_people_type_is_shown_by_tab_and_acts_on_the_page(my: DemoAccount) -> None:
    composer = my.composer(to=my.groups().iloc[0])
    assert dir(composer) == ["choose", "close", "layout", "write"]
    someone = my.friends().iloc[0]
    composer.choose(someone)
    composer.write("周五聚餐！")
    draft = composer._composing.draft.view()
    assert (draft["to"]["name"], draft["text"]) == (someone["displayname"], "周五聚餐！")
    with pytest.raises(InvalidInput):
        composer.choose(my.friends())
    with pytest.raises(InvalidInput, match="must be a str, not int"):
        composer.write(5)  # type: ignore[arg-type]  # what a person may type
    assert composer._composing.draft.view() == draft
    composer.close()


@pytest.mark.parametrize(
    ("language", "words"), [("en", "<Composer: widgets are shown in"), ("zh", "<Composer：部件只能在")]
)
def test_a_terminal_is_told_what_to_type_and_no_name(my: DemoAccount, language: Language, words: str) -> None:
    oq.language(language)
    someone = my.friends().iloc[0]
    composer = my.composer(to=someone)
    shown = repr(composer)
    assert shown.startswith(words) and shown.endswith(">") and 'my.send_friend("…", qq="…")' in shown
    assert someone["displayname"] not in shown and str(someone["qq"]) not in shown
    composer.close()


def test_the_state_that_a_saved_notebook_holds_has_no_name_and_no_text(my: DemoAccount) -> None:
    someone = my.friends().iloc[0]
    composer = my.composer(to=someone)
    composer.write("私密的话")
    state = str(composer.get_state())
    assert "私密" not in state and someone["qq"] not in state
    composer.close()


def test_every_word_is_there_in_both_languages_with_the_same_places() -> None:
    for key, (english, chinese) in WORDS.items():
        assert english.strip() and chinese.strip() and english != chinese, key
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", chinese)), key


def test_the_pages_ask_for_words_that_there_are() -> None:
    asked = set(re.findall(r'"((?:draft|chooser|sent)_\w+)"', str(Composer._esm)))
    assert asked and asked <= set(WORDS)
