"""Who is in several groups at once, against sets."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb.widgets.explorer import overlap
from tests.roster.small import group, member, roster
from tests.widgets.test_explorer import PERL, PYTHON, Explored, people

GROUPS = st.integers(0, 4)
PERSONS = st.integers(-1, 6)


@given(rows=st.lists(st.tuples(PERSONS, GROUPS), max_size=40), places=st.lists(GROUPS, unique=True))
def test_counts_are_those_of_sets(rows: list[tuple[int, int]], places: list[int]) -> None:
    who = np.array([person for person, _ in rows], dtype=np.intp)
    where = np.array([place for _, place in rows], dtype=np.intp)
    there = [{person for person, place in rows if place == one and person >= 0} for one in places]
    counts = overlap.shared(who, where, places)
    assert counts.tolist() == [[len(one & other) for other in there] for one in there]
    everywhere = set.intersection(*there) if there else set()
    marked = overlap.in_all(who, where, places)
    assert marked.tolist() == [person in everywhere and place in places for person, place in rows]


def test_many_people_in_many_groups_are_counted_in_pieces() -> None:
    who = np.tile(np.arange(10_000), 3).astype(np.intp)
    where = np.repeat(np.arange(3), 10_000).astype(np.intp)
    assert overlap.shared(who, where, [2, 0]).tolist() == [[10_000, 10_000], [10_000, 10_000]]


def persons(*members: dict[str, Any]) -> list[int]:
    return [int(one) for one in overlap.people(roster(members=list(members)).members)]


def test_a_person_is_known_by_number_and_else_by_the_id_of_this_login() -> None:
    assert persons(member("a", 1, 10), member("b", 1, 10)) == [0, 0]
    assert persons(member("a", None, 10), member("a", None, 10), member("a", None, 11)) == [0, 0, 1]
    assert persons(member("a", None, 10), member("a", 1, 10)) == [0, 0]
    assert persons(member("a", 10, None), member("a", None, 10)) == [0, 1]


def test_rows_without_number_and_id_are_nobody_else() -> None:
    assert persons(member("a"), member("a")) == [-1, -1]


def test_the_page_is_told_what_two_chosen_groups_share() -> None:
    explored = Explored(people())
    assert explored.choose(PERL)["overlap"] is None
    assert explored.choose(PYTHON, add=True)["overlap"] == {
        "names": ["PERL学习交流", "蟒蛇"],
        "counts": [[3, 1], [1, 3]],
        "left_off": 0,
        "in_all": 1,
        "shared": False,
    }


def test_those_in_all_chosen_groups_are_shown_on_request_and_the_list_stays() -> None:
    explored = Explored(people())
    explored.choose(PERL)
    explored.choose(PYTHON, add=True)
    before = explored.view()["hits"]
    view = explored.do("share", on=True)
    assert (explored.names(), view["overlap"]["shared"], view["narrowed"]) == (["小灰", "小灰"], True, True)
    assert view["hits"] == [*before[:4], -1, before[5]]
    assert explored.choose(PYTHON, add=True)["overlap"] is None
    assert explored.names() == ["小灰", "夜猫", "平平"]


def test_nothing_is_shared_by_one_group() -> None:
    explored = Explored(people())
    explored.choose(PERL)
    explored.do("share", on=True)
    assert len(explored.names()) == 3


def test_the_first_twelve_of_many_groups_are_compared_on_the_page_and_all_in_the_frame() -> None:
    groups = [group(f"g{at}", 100 + at, at, members_loaded=True) for at in range(15)]
    explored = Explored(roster(groups=groups, members=[member("x", 1, 1, gid=at) for at in range(15)]))
    for line in range(2, 17):
        explored.choose(line, add=True)
    told = explored.view()["overlap"]
    assert (len(told["names"]), told["left_off"], told["in_all"]) == (12, 3, 1)
    frame = explored.browsing.overlap()
    assert frame.shape == (15, 15) and (frame == 1).all(axis=None)


def test_the_frame_of_overlap_has_names_and_whole_numbers() -> None:
    explored = Explored(people())
    explored.choose(PERL)
    explored.choose(PYTHON, add=True)
    frame = explored.browsing.overlap()
    assert frame.index.tolist() == frame.columns.tolist() == ["PERL学习交流", "蟒蛇"]
    assert (frame.index.name, frame.columns.name) == ("displayname", "displayname")
    assert [str(dtype) for dtype in frame.dtypes] == ["Int64", "Int64"]
    explored.choose(0)
    assert explored.browsing.overlap().shape == (0, 0)
