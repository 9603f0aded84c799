"""What a person does in the explorer, without a browser."""

import threading
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from openqq_nb.columns import ZONE
from openqq_nb.errors import InvalidInput, Unreachable
from openqq_nb.roster import Roster
from openqq_nb.widgets.explorer.browsing import Browsing
from tests.roster.small import NOW, friend, group, member, roster
from tests.widgets.showing import Page, travelled

DAY_S = 86_400
EVERYBODY, FRIENDS, PERL, PYTHON, EMPTY, LUNCH = range(6)


def ago(days: float) -> int:
    return int(NOW.timestamp() - days * DAY_S)


def people() -> Roster:
    """Two groups of three with one in common, a group that is not loaded, two friends, one discuss."""
    return roster(
        friends=[friend("阿波罗", 501, 51, category="家人"), friend("夜猫", 502, 52, state="offline")],
        groups=[
            group("PERL学习交流", 9001, 11, members_loaded=True),
            group("蟒蛇", 9002, 12, members_loaded=True),
            group("还没有", 9003, 13, members_loaded=False),
        ],
        members=[
            member("小灰", 101, 1, 11, gnumber="9001", role="owner", province="北京", last_speak_time=ago(1)),
            member(
                "夜猫", 502, 2, 11, gnumber="9001", role="member", province="上海", last_speak_time=ago(20)
            ),
            member("平平", 103, 3, 11, gnumber="9001", role="member", province="", join_time=ago(100)),
            member("小灰", 101, 1, 12, gnumber="9002", role="admin", province="北京", join_time=ago(10)),
            member("Müller", 104, 4, 12, gnumber="9002", role="member", last_speak_time=ago(400)),
            member("没有号码", None, 5, 12, gnumber="9002", role="member", gender="female"),
        ],
        discusses=[{"dname": "午饭", "did": "21", "members_loaded": True}],
        discuss_members=[{"nick": "小灰", "qq": "101", "id": "1", "did": "21", "state": "online"}],
    )


class Explored:
    """An explorer whose page is open."""

    def __init__(self, first: Roster, load: Callable[[], Roster] | None = None) -> None:
        self.browsing = Browsing(load or (lambda: first), first)
        self.page = Page({"explorer": self.browsing, "table": self.browsing.table})

    def do(self, action: str, **values: Any) -> dict[str, Any]:
        return self.page.ask("explorer", action, **values)

    def choose(self, line: int, add: bool = False) -> dict[str, Any]:
        return self.do("choose", line=line, edition=self.view()["edition"], add=add)

    def pick(self, *places: int) -> None:
        table = self.browsing.table
        for place in places:
            position = int(table.rows.order[place])
            self.page.ask("table", "pick", position=position, edition=table.view()["edition"])

    def reload(self) -> dict[str, Any]:
        self.do("reload")
        return self.page.wait("explorer", lambda view: not view["loading"])

    def view(self) -> dict[str, Any]:
        return self.page.view("explorer")

    def names(self) -> list[str]:
        return [str(name) for name in self.browsing.sheet.rows.shown["displayname"]]

    def selected(self) -> list[str]:
        return [str(name) for name in self.browsing.sheet.rows.selection["displayname"]]


@pytest.fixture
def explored() -> Explored:
    return Explored(people())


def test_it_opens_on_everybody_of_all_groups_with_counts_on_the_left(explored: Explored) -> None:
    view = explored.view()
    assert [(one["kind"], one["name"], one["total"]) for one in view["places"]] == [
        ("everybody", "", 6),
        ("friends", "", 2),
        ("group", "PERL学习交流", 3),
        ("group", "蟒蛇", 3),
        ("group", "还没有", None),
        ("discuss", "午饭", 1),
    ]
    assert (view["chosen"], view["hits"], view["narrowed"]) == ([EVERYBODY], [6, 2, 3, 3, 0, 1], False)
    assert explored.names() == ["小灰", "夜猫", "平平", "小灰", "Müller", "没有号码"]


def test_a_search_narrows_the_list_and_every_table_at_once(explored: Explored) -> None:
    view = explored.do("search", text="夜猫")
    assert (view["hits"], view["narrowed"]) == ([1, 1, 1, -1, -1, -1], True)
    assert explored.names() == ["夜猫"]
    explored.choose(FRIENDS)
    assert explored.names() == ["夜猫"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("xh", ["小灰", "小灰"]),
        ("ＭÜＬＬＥＲ", ["Müller"]),
        ("101", ["小灰", "小灰"]),
        ("小灰 蟒", ["小灰"]),
        ("perl", ["小灰", "夜猫", "平平"]),
        ("9002 müller", ["Müller"]),
        ("{0} <b> %", []),
        ("  ", ["小灰", "夜猫", "平平", "小灰", "Müller", "没有号码"]),
    ],
)
def test_each_word_is_in_a_name_or_number_of_the_person_or_of_the_group(
    explored: Explored, text: str, names: list[str]
) -> None:
    explored.do("search", text=text)
    assert explored.names() == names


def test_a_group_whose_name_is_looked_for_stays_in_the_list_without_people(explored: Explored) -> None:
    assert explored.do("search", text="还没有")["hits"] == [0, 0, -1, -1, 0, -1]


def test_choosing_shows_one_group_and_adding_shows_several(explored: Explored) -> None:
    explored.choose(PERL)
    assert explored.names() == ["小灰", "夜猫", "平平"]
    assert explored.choose(PYTHON, add=True)["chosen"] == [PERL, PYTHON]
    assert len(explored.names()) == 6
    assert explored.choose(PERL, add=True)["chosen"] == [PYTHON]
    assert explored.choose(PYTHON, add=True)["chosen"] == [EVERYBODY]


def test_places_of_different_kinds_are_not_added_to_one_another(explored: Explored) -> None:
    explored.choose(PERL)
    assert explored.choose(FRIENDS, add=True)["chosen"] == [FRIENDS]
    assert explored.choose(LUNCH, add=True)["chosen"] == [LUNCH]
    assert explored.names() == ["小灰"]
    assert explored.choose(LUNCH, add=True)["chosen"] == [EVERYBODY]
    assert len(explored.names()) == 6


@pytest.mark.parametrize("line", [-1, 6, 99])
def test_a_place_that_is_not_there_is_not_chosen(explored: Explored, line: int) -> None:
    assert explored.choose(line)["chosen"] == [EVERYBODY]


def test_a_place_of_an_older_list_is_not_chosen(explored: Explored) -> None:
    assert explored.do("choose", line=PERL, edition=0)["chosen"] == [EVERYBODY]


def test_a_value_filters_and_choices_tell_what_another_value_would_show(explored: Explored) -> None:
    view = explored.do("value", facet="role", value="member")
    assert explored.names() == ["夜猫", "平平", "Müller", "没有号码"]
    role, gender, province, _ = view["facets"]
    assert [(value, count) for value, _, count in role["choices"]] == [
        ("owner", 1),
        ("admin", 1),
        ("member", 4),
    ]
    assert (role["value"], gender["name"]) == ("member", "gender")
    assert [(value, count) for value, _, count in province["choices"]] == [("北京", 0), ("上海", 1), ("", 3)]
    explored.do("value", facet="province", value="")
    assert explored.names() == ["平平", "Müller", "没有号码"]
    explored.do("value", facet="role", value=None)
    assert explored.names() == ["平平", "Müller", "没有号码"]


def test_a_value_that_nobody_has_shows_nobody(explored: Explored) -> None:
    view = explored.do("value", facet="province", value="火星")
    assert explored.names() == []
    assert view["facets"][2]["value"] == "火星"
    explored.do("value", facet="no such column", value="x")
    assert explored.names() == []
    explored.do("clear")
    assert len(explored.names()) == 6


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("week", ["小灰"]),
        ("month", ["夜猫"]),
        ("quarter", []),
        ("longer", ["Müller"]),
        ("never", ["平平", "小灰", "没有号码"]),
    ],
)
def test_people_are_found_by_how_long_ago_they_spoke(
    explored: Explored, value: str, names: list[str]
) -> None:
    explored.do("value", facet="activity", value=value)
    assert explored.names() == names


def test_days_filter_from_and_to_their_midnights_in_shanghai() -> None:
    midnight = pd.Timestamp("2026-11-01", tz=ZONE)
    times = [int(midnight.timestamp()) + shift for shift in (-1, 0, DAY_S - 1, DAY_S)]
    rows = [member(f"n{at}", at, at, join_time=one, last_speak_time=one) for at, one in enumerate(times)]
    explored = Explored(
        roster(groups=[group("g", 1, 11, members_loaded=True)], members=[*rows, member("x", 9)])
    )
    explored.do("day", which="joined", end="since", text="2026-11-01")
    assert explored.names() == ["n1", "n2", "n3"]
    explored.do("day", which="joined", end="until", text="2026-11-01")
    assert explored.names() == ["n1", "n2"]
    explored.do("day", which="joined", end="since", text="")
    assert explored.names() == ["n0", "n1", "n2"]
    view = explored.do("day", which="spoke", end="before", text="2026-11-01")
    assert explored.names() == ["n0"]
    assert [one["value"] for one in view["days"]] == ["", "2026-11-01", "", "2026-11-01"]


@pytest.mark.parametrize("text", ["gestern", "2026-02-30", "<b>", "2026-11-17T08:00"])
def test_what_is_no_day_is_refused_and_filters_nothing(explored: Explored, text: str) -> None:
    with pytest.raises(InvalidInput, match="no day"):
        explored.browsing.day("joined", "since", text)
    assert len(explored.names()) == 6


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    ("which", "end"), [("joined", "since"), ("joined", "until"), ("spoke", "since"), ("spoke", "before")]
)
def test_days_at_the_ends_of_the_calendar_are_days(
    explored: Explored, text: str, which: str, end: str
) -> None:
    view = explored.do("day", which=which, end=end, text=text)
    assert text in [one["value"] for one in view["days"]]


def test_clearing_ends_search_and_filters_and_keeps_places_and_selection(explored: Explored) -> None:
    explored.choose(PERL)
    explored.pick(0)
    explored.do("search", text="夜猫")
    explored.do("value", facet="role", value="member")
    view = explored.do("clear")
    assert (view["query"], view["narrowed"], view["chosen"]) == ("", False, [PERL])
    assert (len(explored.names()), explored.selected()) == (3, ["小灰"])


def test_charts_count_the_rows_shown_and_mark_the_value_that_filters(explored: Explored) -> None:
    explored.choose(PERL)
    view = explored.do("value", facet="role", value="owner")
    charts = {one["name"]: one for one in view["charts"]}
    assert [(bar["value"], bar["count"], bar["on"]) for bar in charts["role"]["bars"]] == [("owner", 1, True)]
    assert [(bar["value"], bar["count"]) for bar in charts["activity"]["bars"]] == [("week", 1)]
    assert set(charts) == {"role", "province", "activity"}


def test_a_chart_has_eight_values_and_counts_the_others_together() -> None:
    members = [member("n", at, at, province=f"省{at % 12}", role="member") for at in range(100)]
    view = Explored(roster(groups=[group("g", 1, 11)], members=members)).view()
    (chart,) = (one for one in view["charts"] if one["name"] == "province")
    assert [bar["count"] for bar in chart["bars"]] == [9, 9, 9, 9, 8, 8, 8, 8]
    assert chart["others"] == {"kinds": 4, "count": 32}


def test_friends_are_filtered_by_what_is_known_of_friends(explored: Explored) -> None:
    view = explored.choose(FRIENDS)
    assert [one["name"] for one in view["facets"]] == ["category", "state"]
    assert view["days"] == []
    explored.do("value", facet="category", value="家人")
    assert explored.names() == ["阿波罗"]


def test_filters_of_members_wait_while_friends_are_shown(explored: Explored) -> None:
    explored.do("value", facet="role", value="owner")
    explored.choose(FRIENDS)
    assert len(explored.names()) == 2
    explored.choose(EVERYBODY)
    assert explored.names() == ["小灰"]


def test_a_selection_lives_through_search_filter_order_and_other_places(explored: Explored) -> None:
    explored.pick(1, 4)
    explored.do("search", text="平平")
    explored.do("value", facet="role", value="owner")
    explored.choose(FRIENDS)
    assert explored.selected() == []
    explored.choose(PYTHON)
    explored.do("clear")
    assert explored.page.view("table")["unseen"] == 1
    assert explored.selected() == ["夜猫", "Müller"]
    explored.page.ask("table", "sort", by=0, ascending=True)
    assert explored.selected() == ["Müller", "夜猫"]


@pytest.mark.parametrize(("only", "selected"), [(False, ["Müller", "小灰"]), (True, ["Müller"])])
def test_a_row_is_selected_by_its_place_in_the_order(
    explored: Explored, only: bool, selected: list[str]
) -> None:
    explored.pick(0)
    version = explored.page.ask("table", "sort", by=0)["version"]
    view = explored.page.ask("table", "pick_at", index=0, version=version, only=only)
    assert (view["picked"], explored.selected()) == (len(selected), selected)
    explored.page.ask("table", "pick_at", index=0, version=version)
    assert explored.selected() == selected[1:]


@pytest.mark.parametrize(("index", "age"), [(0, 1), (-1, 0), (3, 0)])
def test_a_place_of_an_older_order_or_beyond_the_rows_selects_nobody(
    explored: Explored, index: int, age: int
) -> None:
    explored.choose(PERL)
    explored.pick(1)
    version = explored.page.ask("table", "sort", by=0)["version"]
    table = explored.browsing.table
    assert table.pick_at(index, version - age) is table.pick_at(index, version - age, only=True) is None
    assert explored.selected() == ["夜猫"]


def test_a_reload_keeps_choice_search_order_and_selection_by_numbers(explored: Explored) -> None:
    newer = people()
    moved = newer.members.iloc[::-1].assign(
        gid=lambda rows: "9" + rows["gid"], id=lambda rows: "8" + rows["id"]
    )
    groups = newer.groups.iloc[[1, 0]].assign(gid=lambda rows: "9" + rows["gid"])
    explored = Explored(people(), lambda: _with(newer, members=moved, groups=groups))
    explored.choose(PERL)
    explored.do("search", text="猫")
    explored.page.ask("table", "sort", by=0, ascending=False)
    explored.pick(0)
    view = explored.reload()
    assert [view["places"][line]["name"] for line in view["chosen"]] == ["PERL学习交流"]
    assert (view["query"], explored.names(), explored.selected()) == ("猫", ["夜猫"], ["夜猫"])
    explored.do("clear")
    assert explored.names() == ["平平", "小灰", "夜猫"]


def test_ids_find_people_again_within_one_login_only(explored: Explored) -> None:
    explored = Explored(people())
    explored.pick(5)
    explored.reload()
    assert explored.selected() == ["没有号码"]
    newer = people()
    # In the same group, somebody else has the id of the one who has no number.
    ids = {"id": ["3", "2", "1", "5", "4", "1"]}
    other = Explored(people(), lambda: _with(newer, members=newer.members.assign(**ids)))
    other.pick(5)
    other.reload()
    assert other.selected() == []


def test_of_a_chosen_place_that_is_gone_everybody_is_shown(explored: Explored) -> None:
    newer = people()
    explored = Explored(
        people(), lambda: _with(newer, groups=newer.groups.iloc[1:], discusses=newer.discusses[:0])
    )
    explored.choose(PERL)
    assert explored.reload()["chosen"] == [EVERYBODY]
    explored = Explored(people(), lambda: _with(newer, discusses=newer.discusses[:0]))
    explored.choose(LUNCH)
    assert explored.reload()["chosen"] == [EVERYBODY]


def test_a_reload_that_fails_says_so_and_leaves_everything() -> None:
    def fail() -> Roster:
        raise Unreachable("Nobody answers at 127.0.0.1.")

    explored = Explored(people(), fail)
    explored.pick(0)
    view = explored.reload()
    assert "127.0.0.1" in view["problem"]["detail"]
    assert (len(explored.names()), explored.selected()) == (6, ["小灰"])


def test_while_it_loads_it_says_so_and_does_not_load_twice() -> None:
    asked, go_on = [0], threading.Event()

    def load() -> Roster:
        asked[0] += 1
        assert go_on.wait(20)
        return people()

    explored = Explored(people(), load)
    assert explored.do("reload")["loading"] is True
    explored.do("reload")
    go_on.set()
    assert explored.page.wait("explorer", lambda view: not view["loading"])["problem"] is None
    assert asked == [1]


def test_every_action_returns_what_a_page_can_take(explored: Explored) -> None:
    asked = [
        explored.browsing.search("灰"),
        explored.browsing.choose(PERL, 1),
        explored.browsing.choose(PYTHON, 1, add=True),
        explored.browsing.value("role", "owner"),
        explored.browsing.day("spoke", "since", "2026-01-01"),
        explored.browsing.share(on=True),
        explored.browsing.clear(),
    ]
    for view in asked:
        assert view is not None
        travelled(view)


def _with(one: Roster, **frames: pd.DataFrame) -> Roster:
    kept = {
        name: getattr(one, name)
        for name in ("me", "friends", "groups", "members", "discusses", "discuss_members", "fetched_at")
    }
    given = {name: frame.reset_index(drop=True) for name, frame in frames.items()}
    return Roster(**{**kept, **given})
