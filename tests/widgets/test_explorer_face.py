"""The explorer as people type it, and that nothing of it stays behind."""

import gc
import re
import threading
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb import schema
from openqq_nb.columns import Schema
from openqq_nb.demo_account import DemoAccount
from openqq_nb.errors import InvalidInput, NotSupported
from openqq_nb.models import Flow, RecipientType
from openqq_nb.protocols.registry import dialect
from openqq_nb.roster import Roster
from openqq_nb.widgets.explorer import Explorer
from openqq_nb.widgets.explorer.words import WORDS, words
from tests.lab.hostile import TEXTS
from tests.roster.small import NOW, friend, group, member, roster
from tests.roster.zoo import ALL, ZOO, answer_to, flows, result
from tests.widgets.linking import KINDS, links_to
from tests.widgets.test_explorer import EVERYBODY, FRIENDS, PERL, Explored, people


@pytest.fixture(params=["openqq1", "onebot11"])
def my(request: pytest.FixtureRequest) -> Iterator[DemoAccount]:
    my = oq.demo(request.param, seed=31, groups=3, friends=4, members=8)
    yield my
    my.close()


def act(explorer: Explorer, part: str, do: str, **values: Any) -> None:
    explorer._heard(explorer, {"part": part, "do": do, "with": values}, [])


def test_selection_and_shown_are_frames_with_all_columns(my: DemoAccount) -> None:
    explorer = my.explorer()
    members = my.members()
    assert explorer.selection.dtypes.equals(members.dtypes) and explorer.selection.empty
    pd.testing.assert_frame_equal(explorer.shown, members)
    act(explorer, "table", "pick_all")
    pd.testing.assert_frame_equal(explorer.selection, members)
    explorer.close()


def test_what_is_selected_can_be_written_to(my: DemoAccount) -> None:
    explorer = my.explorer()
    act(explorer, "explorer", "choose", line=FRIENDS, edition=1)
    position = int(my.friends()["qq"].notna().to_numpy().argmax())
    act(explorer, "table", "pick", position=position, edition=explorer._browsing.table.view()["edition"])
    assert my.send_friend("你好", to=explorer.selection)
    assert [one.content for one in my.simulator.received] == ["你好"]
    explorer.close()


def test_a_frame_that_was_given_is_the_users_own(my: DemoAccount) -> None:
    explorer = my.explorer()
    frame = explorer.shown
    frame["displayname"] = "改了"
    assert "改了" not in explorer.shown["displayname"].tolist()
    explorer.close()


def test_repr_says_what_to_type_and_shows_no_name(my: DemoAccount) -> None:
    explorer = my.explorer()
    shown = repr(explorer)
    assert "my.members()" in shown and "my.search_groups(" in shown
    assert not any(name in shown for name in my.groups()["displayname"])
    explorer.close()


def test_tab_shows_what_is_meant_to_be_typed(my: DemoAccount) -> None:
    explorer = my.explorer()
    assert dir(explorer) == ["close", "layout", "overlap", "selection", "shown"]
    explorer.close()


def test_no_name_is_in_the_state_that_a_notebook_saves(my: DemoAccount) -> None:
    explorer = my.explorer()
    act(explorer, "explorer", "search", text="a")
    act(explorer, "table", "pick_all")
    state = str({key: value for key, value in explorer.get_state().items() if key not in ("_esm", "_css")})
    names = [*my.members()["displayname"], *my.groups()["displayname"], *my.members()["qq"].dropna()]
    assert not [name for name in names if len(name) > 1 and name in state]
    explorer.close()


def test_a_hundred_explorers_leave_no_thread_and_no_object(my: DemoAccount) -> None:
    before = {one.name for one in threading.enumerate()}
    left = [weakref.ref(opened(my)._browsing) for _ in range(100)]
    for thread in threading.enumerate():
        if thread.name == "openqq-nb-widget":
            thread.join(20)
    gc.collect()
    assert {one.name for one in threading.enumerate()} <= before
    assert [one for one in left if one() is not None] == []


def opened(my: DemoAccount) -> Explorer:
    explorer = my.explorer()
    act(explorer, "explorer", "search", text="灰")
    explorer.close()
    return explorer


@pytest.mark.parametrize("name", ["en", "zh"])
def test_every_word_is_there_in_both_languages(name: str) -> None:
    before = oq.language()
    oq.language(name)
    try:
        assert set(words.all()) == set(WORDS)
        assert all(words.all().values())
    finally:
        oq.language(before)


@pytest.mark.parametrize(
    "declared", [schema.MEMBERS, schema.FRIENDS, schema.DISCUSS_MEMBERS], ids=lambda one: one.name
)
def test_every_column_has_a_heading(declared: Schema) -> None:
    assert [name for name in declared.names if f"column_{name}" not in WORDS] == []


@pytest.mark.parametrize("protocol", ALL)
@pytest.mark.parametrize("found", ZOO.values(), ids=ZOO.keys())
def test_a_zoo_of_rosters_is_shown_searched_sorted_and_compared(
    protocol: str, found: list[dict[str, Any]]
) -> None:
    def everything() -> Flow[Roster]:
        return flows(protocol).reading.everything(load=not dialect(protocol, None).keeps_members)

    odd = result(everything(), lambda path: answer_to(path, found, protocol))
    explored = Explored(odd)
    for line in range(len(odd.groups) + len(odd.discusses) + 2):
        explored.choose(line, add=True)
        rows = explored.browsing.sheet.rows
        for by in range(rows.frame.shape[1]):
            explored.browsing.table.sort(by, ascending=False)
        explored.page.ask("table", "pick_all")
        told = explored.browsing.table.some(0, 50, explored.page.view("table")["version"])
        assert told is not None and len(told["cells"]) == len(rows.order) <= rows.picked
        assert explored.browsing.overlap().index.size == len(explored.browsing.sheet.chosen)
    explored.do("search", text="a")
    explored.reload()


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_any_text_may_stand_anywhere_and_be_looked_for(text: str) -> None:
    odd = roster(
        friends=[friend(text, 5, 5, markname=text, category=text)],
        groups=[group(text, 1, 11, gmarkname=text, members_loaded=True)],
        members=[member(text, 5, 5, card=text, province=text, role=text, gname=text, gnumber="1", new=text)],
    )
    explored = Explored(odd)
    kept = odd.members["card"][0]
    explored.do("value", facet="province", value=kept)
    explored.do("search", text=kept)
    assert explored.browsing.sheet.rows.shown["card"].tolist() == [kept]
    told = explored.browsing.table.some(0, 1, explored.page.view("table")["version"])
    assert told is not None and told["cells"][0][2].removesuffix("…") in kept


def test_an_empty_roster_says_that_nobody_is_there() -> None:
    explored = Explored(roster())
    view = explored.view()
    assert ([one["kind"] for one in view["places"]], view["chosen"]) == (
        ["everybody", "friends"],
        [EVERYBODY],
    )
    assert (view["facets"], view["days"], view["charts"]) == ([], [], [])
    assert explored.choose(FRIENDS)["hits"] == [0, 0]


def test_times_are_those_of_the_roster(my: DemoAccount) -> None:
    assert Explored(people()).view()["as_of"] == f"{NOW:%Y-%m-%d %H:%M}"
    assert Explored(people()).choose(PERL)["chosen"] == [PERL]


def opened_on(my: DemoAccount, line: int, *positions: int) -> Explorer:
    """Open an explorer with a place chosen and rows selected."""
    explorer = my.explorer()
    act(explorer, "explorer", "choose", line=line, edition=1)
    for position in positions:
        edition = explorer._browsing.table.view()["edition"]
        act(explorer, "table", "pick", position=position, edition=edition)
    return explorer


def other_people() -> Roster:
    """A friend and another in one group, who was no friend, and a friend of whom no number is known."""
    return roster(
        friends=[friend("友", 1, 1), friend("无号")],
        groups=[group("群", 9, 11, members_loaded=True)],
        members=[member("友", 1, 1, gnumber="9"), member("路人", 2, 2, gnumber="9")],
    )


def picked(reaches: Iterable[RecipientType], line: int, position: int, found: Roster) -> Explorer:
    """Open an explorer of a server that reaches some kinds, with a row selected."""
    explorer = Explorer(links_to(lambda: found, reaches=reaches), found)
    act(explorer, "explorer", "choose", line=line, edition=1)
    act(explorer, "table", "pick", position=position, edition=explorer._browsing.table.view()["edition"])
    return explorer


@pytest.mark.parametrize(
    ("reaches", "line", "position", "off"),
    [
        (KINDS, EVERYBODY, 0, None),
        (KINDS, EVERYBODY, 1, None),
        (("friend", "group"), EVERYBODY, 0, None),
        (("friend", "group"), EVERYBODY, 1, "No friend of this account"),
        (("group",), FRIENDS, 0, "Friend: this server cannot send there."),
    ],
)
def test_who_cannot_be_reached_is_said_before_anything_opens(
    reaches: tuple[RecipientType, ...], line: int, position: int, off: str | None
) -> None:
    explorer = picked(reaches, line, position, other_people())
    told = explorer._parts["writing"].view()["off"]
    assert told is None if off is None else off in told
    if off is not None:
        with pytest.raises(NotSupported, match=re.escape(off)):
            explorer._parts["writing"].actions["open"]()
        assert set(explorer._parts) == {"explorer", "table", "writing", "handing"}
    explorer.close()


def test_without_anybody_meant_it_is_said_what_to_do(my: DemoAccount) -> None:
    assert "Select one row" in opened_on(my, EVERYBODY)._parts["writing"].view()["off"]


def test_for_a_row_without_a_number_no_empty_composer_opens() -> None:
    explorer = picked(KINDS, FRIENDS, 1, other_people())
    with pytest.raises(InvalidInput):
        explorer._parts["writing"].actions["open"]()
    assert explorer._parts["writing"].view()["composer"] is None
    assert set(explorer._parts) == {"explorer", "table", "writing", "handing"}
    explorer.close()


def test_a_kind_of_recipient_that_a_server_made_up_is_said_and_stops_nothing() -> None:
    odd = roster(friends=[friend("友", 1, 1, recipient_type="alien")])
    explorer = picked(KINDS, FRIENDS, 0, odd)
    assert "alien" in explorer._parts["writing"].view()["off"]
    explorer.close()


def test_who_became_a_friend_can_be_written_to_when_that_was_loaded() -> None:
    before = other_people()
    after = replace(before, friends=pd.concat([before.friends, before.friends.assign(qq="2", id="2")]))
    loaded = iter([after])
    explorer = Explorer(links_to(lambda: next(loaded), reaches=("friend",)), before)
    page = explorer._browsing
    act(explorer, "table", "pick", position=1, edition=page.table.view()["edition"])
    assert explorer._parts["writing"].view()["off"]
    act(explorer, "explorer", "reload")
    for thread in threading.enumerate():
        if thread.name == "openqq-nb-widget":
            thread.join(20)
    assert page.roster is after
    assert explorer._parts["writing"].view()["off"] is None
    explorer.close()


def addressee(explorer: Explorer) -> str | None:
    name: str | None = explorer._parts["writing"].view()["name"]
    return name


def test_one_row_or_else_one_group_is_who_can_be_written_to(my: DemoAccount) -> None:
    members, groups = my.members(), my.groups()
    told = {
        "nobody": addressee(opened_on(my, EVERYBODY)),
        "a row": addressee(opened_on(my, EVERYBODY, 3)),
        "two rows": addressee(opened_on(my, PERL, 3, 4)),
        "a group": addressee(opened_on(my, PERL)),
        "a row of a group": addressee(opened_on(my, PERL, 2)),
    }
    assert told == {
        "nobody": None,
        "a row": members["displayname"][3],
        "two rows": None,
        "a group": groups["displayname"][0],
        "a row of a group": members["displayname"][2],
    }


def test_a_message_is_written_to_the_chosen_group_and_only_when_it_is_sent(my: DemoAccount) -> None:
    explorer = opened_on(my, PERL)
    act(explorer, "writing", "open")
    draft = explorer._parts["draft"]
    draft.actions["write"]("大家好")
    assert my.simulator.received == []
    draft.actions["send"]("大家好", draft.view()["number"])
    for thread in threading.enumerate():
        if thread.name == "openqq-nb-widget":
            thread.join(20)
    assert [(one.kind, one.name, one.content) for one in my.simulator.received] == [
        ("group", my.groups()["displayname"][0], "大家好")
    ]
    explorer.close()


def test_without_anybody_meant_no_composer_opens(my: DemoAccount) -> None:
    explorer = opened_on(my, EVERYBODY)
    act(explorer, "writing", "open")
    assert explorer._parts["writing"].view()["composer"] is None
    assert set(explorer._parts) == {"explorer", "table", "writing", "handing"}


def test_an_open_composer_is_there_for_the_next_page_and_takes_the_next_one(my: DemoAccount) -> None:
    explorer = opened_on(my, PERL)
    act(explorer, "writing", "open")
    act(explorer, "table", "pick", position=0, edition=explorer._browsing.table.view()["edition"])
    act(explorer, "writing", "open")
    views = explorer._parts["writing"].view()["composer"]
    assert views["draft"]["to"]["name"] == my.members()["displayname"][0]
    assert set(views) == {"chooser", "extras", "draft", "sent"}
    explorer.close()
