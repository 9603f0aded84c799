"""Whether two rosters are of one login of the server: who says so, and who does not."""

from typing import Any

import pandas as pd
import pytest

from openqq_nb import schema
from openqq_nb.logins import Witnesses, known_numbers, same_ids, same_login, witnesses
from tests.roster.small import MY_QQ, Rows, frame, friend, group, member, roster

THREE = [friend("甲", 1, 101), friend("乙", 2, 102), friend("丙", 3, 103)]


def shifted(rows: Rows) -> Rows:
    """Give all ids anew, as a login does."""
    return [row | {key: f"7{row[key]}" for key in ("id", "gid", "did") if row.get(key)} for row in rows]


def numberless(rows: Rows) -> Rows:
    return [row | {key: None for key in ("qq", "gnumber") if key in row} for row in rows]


def people(rows: Rows) -> pd.DataFrame:
    return frame(schema.FRIENDS, rows)


def said(older: Rows, newer: Rows) -> Witnesses:
    return witnesses(people(older), people(newer), "id", "qq", MY_QQ)


@pytest.mark.parametrize("make", [list, numberless], ids=["with numbers", "without"])
def test_the_same_ids_are_one_login_and_others_are_two(make: Any) -> None:
    rows = make(THREE)
    assert same_login(roster(rows), roster(rows))
    assert not same_login(roster(rows), roster(shifted(rows)))


@pytest.mark.parametrize("make", [list, numberless], ids=["with numbers", "without"])
def test_any_kind_of_row_may_say_so(make: Any) -> None:
    groups, members = make([group("群", 9, 11)]), make([member("甲", 1, 101)])
    people = make([{"nick": "甲", "qq": "1", "id": "101", "did": "5"}])
    for one in (
        {"friends": make(THREE)},
        {"groups": groups},
        {"members": members},
        {"discusses": [{"dname": "午饭", "did": "5"}]},
        {"discuss_members": people},
    ):
        later = {kind: shifted(rows) for kind, rows in one.items()}
        assert same_login(roster(**one), roster(**one)), one
        assert not same_login(roster(**one), roster(**later)), one


def test_where_nobody_is_in_both_nothing_shows_one_login() -> None:
    assert not same_login(roster(), roster())
    assert not same_login(roster(THREE[:1]), roster(THREE[1:]))


def test_the_id_of_the_account_says_nothing_since_it_never_changes() -> None:
    me = member("小机", None, int(MY_QQ))
    assert not same_login(roster(members=[me]), roster(members=[me]))
    assert not same_login(roster(members=[me | {"qq": MY_QQ}]), roster(members=[me | {"qq": MY_QQ}]))


def test_renamed_people_keep_their_login_if_their_numbers_say_so() -> None:
    renamed = [row | {"nick": f"新{row['nick']}"} for row in THREE]
    assert same_login(roster(THREE), roster(renamed))
    assert same_ids(people(numberless(THREE)), people(numberless(renamed)), "id", "qq") is None


def test_a_number_known_on_one_side_only_leaves_it_to_the_name() -> None:
    assert said(THREE, numberless(THREE)) == Witnesses(agreed=3)
    assert same_login(roster(THREE), roster(numberless(THREE)))


def test_each_witness_counts_once_and_by_his_number_if_he_has_one() -> None:
    older = [friend("甲", 1, 101), friend("乙", 2, 102), friend("丙", None, 103), friend("丁", None, 104)]
    newer = [friend("甲改", 1, 101), friend("乙", 2, 109), friend("丙", None, 103), friend("丁", None, 108)]
    assert said(older, newer) == Witnesses(stayed=1, changed=1, agreed=1, moved=1)


def test_an_id_with_another_number_speaks_for_two_logins() -> None:
    assert said([friend("甲", 1, 101)], [friend("甲", 2, 101)]) == Witnesses(changed=1)


def test_names_that_several_have_or_that_are_blank_are_no_witnesses() -> None:
    twins = [friend("重名", None, 101), friend("重名", None, 102)]
    assert said(twins, shifted(twins)) == Witnesses()
    assert said([friend(" ", None, 101)], [friend(" ", None, 102)]) == Witnesses()


def test_a_row_without_an_id_is_no_witness() -> None:
    assert said([friend("甲", 1)], [friend("甲", 1, 101)]) == Witnesses()


def test_a_person_in_several_groups_counts_once() -> None:
    both = frame(schema.MEMBERS, [member("甲", None, 101), member("甲", 1, 101, gid=12)])
    assert witnesses(both, both, "id", "qq") == Witnesses(stayed=1)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (Witnesses(), None),
        (Witnesses(stayed=1), True),
        (Witnesses(stayed=10, changed=1), True),
        (Witnesses(stayed=9, changed=1), False),
        (Witnesses(changed=1, agreed=50), False),
        (Witnesses(stayed=2, moved=3), False),
        (Witnesses(agreed=1), True),
        (Witnesses(agreed=2, renamed=1), None),
        (Witnesses(moved=1), False),
        (Witnesses(agreed=1, moved=1), None),
        (Witnesses(renamed=5), None),
    ],
)
def test_numbers_count_before_names_and_names_have_to_agree_clearly(
    found: Witnesses, verdict: bool | None
) -> None:
    assert found.verdict is verdict


def test_a_wrong_number_among_many_is_overlooked() -> None:
    many = [friend(f"友{n}", n, 100 + n) for n in range(30)]
    one_wrong = [many[0] | {"qq": None}, many[1] | {"qq": "0"}, *many[2:]]
    assert same_login(roster(many), roster(one_wrong))
    assert not same_login(roster(many[:5]), roster(one_wrong[:5]))


def test_witnesses_add_up() -> None:
    assert Witnesses(1, 2, 3, 4, 5) + Witnesses(10, 10, 10, 10, 10) == Witnesses(11, 12, 13, 14, 15)


def test_discusses_have_no_number_and_tell_by_their_names() -> None:
    discusses = frame(schema.DISCUSSES, [{"dname": "午饭", "did": "5"}, {"dname": "", "did": "6"}])
    assert witnesses(discusses, discusses, "did", None) == Witnesses(agreed=2)
    assert same_ids(discusses, discusses.assign(did=["7", "8"]), "did", None) is False


def test_known_numbers_are_those_of_ids_that_have_one() -> None:
    one, other = people([*THREE, friend("丁", None, 104), friend("戊", 5)]), people([friend("甲", 1, 101)])
    known = known_numbers([one, other], "id", "qq")
    assert known.to_dict() == {"101": "1", "102": "2", "103": "3"}
    assert known.dtype == "str" and known.index.is_unique


def test_an_id_with_two_numbers_is_known_by_none() -> None:
    known = known_numbers([people(THREE), people([friend("甲", 7, 101)])], "id", "qq")
    assert known.to_dict() == {"102": "2", "103": "3"}


def test_a_number_of_two_ids_is_known_of_none() -> None:
    known = known_numbers([people(THREE), people([friend("甲", 1, 105)])], "id", "qq")
    assert known.to_dict() == {"102": "2", "103": "3"}


def test_of_empty_frames_no_number_is_known() -> None:
    known = known_numbers([people([])], "id", "qq")
    assert known.empty and known.dtype == "str"
