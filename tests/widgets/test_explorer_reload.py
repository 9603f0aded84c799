"""An explorer that asks again, is closed, or is asked for what cannot be: it waits for nobody and keeps what it had."""

import threading
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from openqq_nb.errors import InvalidInput
from openqq_nb.roster import Roster
from openqq_nb.widgets.explorer import Explorer
from openqq_nb.widgets.explorer.finding import Finder
from openqq_nb.widgets.explorer.places import FIRST_GROUP
from tests.roster.small import friend, group, member, roster
from tests.widgets.linking import links_to
from tests.widgets.showing import PATIENCE_S
from tests.widgets.test_explorer import PERL, Explored, _with, people


def ended(job: Callable[[], object]) -> list[BaseException]:
    """Do something on a thread that may not end, and give what it raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            job()
        except InvalidInput as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    assert not thread.is_alive(), "it waits for ever"
    return raised


def workers_end() -> None:
    for thread in threading.enumerate():
        if thread.name == "openqq-nb-widget":
            thread.join(PATIENCE_S)


def test_nobody_waits_for_an_index_that_is_not_built() -> None:
    finder = Finder(people(), FIRST_GROUP)
    indexes = finder._indexes
    finder.close()
    (error,) = ended(lambda: finder.places("a"))
    assert "my.explorer()" in str(error)
    assert isinstance(indexes.exception(PATIENCE_S), InvalidInput)


def test_a_closed_explorer_refuses_a_search_and_still_gives_its_frames() -> None:
    explored = Explored(people())
    explored.do("search", text="小灰")
    explored.browsing.close()
    assert [str(error)[:25] for error in ended(lambda: explored.browsing.search("a"))] == [
        "This explorer was closed,"
    ]
    assert explored.names() == ["小灰", "小灰"]


def test_what_is_loaded_after_the_end_is_left_alone() -> None:
    go_on = threading.Event()

    def load() -> Roster:
        assert go_on.wait(PATIENCE_S)
        return people()

    first = people()
    explored = Explored(first, load)
    explored.do("reload")
    explored.browsing.close()
    go_on.set()
    workers_end()
    assert explored.browsing.roster is first


def test_the_index_of_the_older_roster_is_given_up() -> None:
    explored = Explored(people())
    older = explored.browsing._contents.finder
    explored.reload()
    assert len(ended(lambda: older.places("a"))) == 1
    assert explored.do("search", text="夜猫")["hits"][PERL] == 1


def test_a_roster_that_cannot_be_carried_on_in_is_told_and_changes_nothing() -> None:
    newer = people()
    explored = Explored(people(), lambda: _with(newer, members=newer.members.drop(columns="nick")))
    explored.do("search", text="小灰")
    explored.pick(0)
    view = explored.reload()
    assert "nick" in view["problem"]["detail"]
    assert (view["edition"], view["query"], explored.selected()) == (1, "小灰", ["小灰"])
    assert explored.do("search", text="夜猫")["hits"][PERL] == 1


def test_the_order_goes_with_its_column_and_ends_where_that_is_gone() -> None:
    rosters = [people() for _ in range(3)]
    first = _with(rosters[0], members=rosters[0].members.assign(extra=list("bcafed")))
    moved = _with(rosters[1], members=first.members[first.members.columns[::-1]])
    loads = iter([moved, rosters[2]])
    explored = Explored(first, lambda: next(loads))
    explored.page.ask("table", "sort", by=list(first.members.columns).index("extra"), ascending=False)
    ordered = explored.names()
    explored.reload()
    assert explored.names() == ordered != rosters[2].members["displayname"].tolist()
    view = explored.reload()
    assert (view["problem"], explored.page.view("table")["by"]) == (None, None)
    assert explored.names() == rosters[2].members["displayname"].tolist()


WRONG: list[tuple[str, str, dict[str, Any]]] = [
    ("explorer", "search", {"text": 5}),
    ("explorer", "value", {"facet": "role", "value": 5}),
    ("explorer", "value", {"facet": {}, "value": "x"}),
    ("explorer", "choose", {"line": 1.5, "edition": 1}),
    ("explorer", "day", {"which": "joined", "end": "never", "text": "2026-01-01"}),
    ("explorer", "day", {"which": "joined", "end": "since", "text": 5}),
    ("table", "sort", {"by": 1.5}),
    ("table", "pick", {"position": 1.5, "edition": 1, "only": True}),
]


@pytest.mark.parametrize(("part", "action", "values"), WRONG)
def test_what_cannot_be_asked_for_changes_nothing(part: str, action: str, values: dict[str, Any]) -> None:
    explored = Explored(people())
    explored.pick(0, 2)
    explored.do("search", text="小灰")
    before = explored.view(), explored.page.view("table")
    with pytest.raises((InvalidInput, TypeError, AttributeError, IndexError, ValueError)):
        explored.page.ask(part, action, **values)
    assert (explored.view(), explored.page.view("table")) == before
    assert explored.selected() == ["小灰", "平平"]


def met(*friends: dict[str, Any]) -> Roster:
    return roster(
        friends=list(friends),
        groups=[group("PERL学习交流", 9001, 11, members_loaded=True)],
        members=[member("小灰", 101, 1, gnumber="9001"), member("夜猫", 502, 2, gnumber="9001")],
    )


def write_to(explorer: Explorer, position: int) -> str:
    """Open the composer on one member, and tell as what he is written to."""
    table = explorer._browsing.table
    table.pick(position, table.view()["edition"], only=True)
    explorer._parts["writing"].actions["open"]()
    composing = explorer._parts["writing"]._composing  # type: ignore[attr-defined]
    return str(composing.chooser.to.kind)


def test_whoever_became_a_friend_is_written_to_as_a_friend_after_a_reload() -> None:
    newer = met(friend("夜猫", 502, 52), friend("小灰", 101, 51))
    explorer = Explorer(links_to(lambda: newer), met(friend("小灰", 101, 51)))
    assert write_to(explorer, 1) == "session"
    explorer._browsing.reload()
    workers_end()
    assert write_to(explorer, 1) == "friend"
    explorer.close()


def test_a_roster_that_the_composer_loaded_itself_is_not_taken_from_it() -> None:
    newest = met(friend("夜猫", 502, 52))
    explorer = Explorer(links_to(lambda: newest), met())
    assert write_to(explorer, 1) == "session"
    chooser = explorer._parts["chooser"]
    chooser.take(newest)  # type: ignore[attr-defined]
    assert write_to(explorer, 1) == "friend"
    explorer.close()


def test_frames_of_a_closed_explorer_stay() -> None:
    explorer = Explorer(links_to(people), people())
    explorer.close()
    pd.testing.assert_frame_equal(explorer.shown, people().members.reset_index(drop=True))
