"""Who is who in rosters of two logins, where ids say nothing: by numbers for certain, by names uncertainly."""

from typing import Any

import pytest

from tests.roster.small import Rows, friend, group, member, roster
from tests.roster.test_diff import GROUP, STAYS, Change, friends_told, members_told, new_login, of_group, told

pytestmark = pytest.mark.slow

# People


def test_across_logins_an_equal_id_is_chance() -> None:
    older = roster([STAYS, friend("甲", None, 101)])
    newer = roster([*new_login([STAYS]), friend("乙", None, 101)])
    assert told(older, newer) == [{"what": "added", "certain": False}, {"what": "removed", "certain": False}]


def test_who_has_no_number_is_matched_by_nick_and_card_uncertainly() -> None:
    older = [member("甲", None, 101, card="班长", role="member"), member("乙", None, 102)]
    newer = [member("甲", None, 101, card="班长", role="admin"), member("乙", None, 102, card="新")]
    assert members_told(older, newer, one_login=False) == of_group(
        {"what": "role", "before": "member", "after": "admin", "certain": False},
        {"what": "joined", "certain": False},
        {"what": "left", "certain": False},
    )


def test_friends_are_matched_by_nick_and_remark() -> None:
    older = [friend("小陈", None, 101, markname="高"), friend("小陈", None, 102, markname="矮")]
    newer = [
        friend("小陈", None, 102, markname="矮"),
        friend("小陈", None, 101, markname="高", category="家人"),
    ]
    assert friends_told(older, newer, one_login=False) == [
        {"what": "category", "before": "同学", "after": "家人", "certain": False}
    ]


def test_a_number_that_one_login_lacks_is_told_from_the_other() -> None:
    older, newer = [member("甲", None, 101, role="member")], [member("甲", 1, 101, role="admin")]
    assert members_told(older, newer, one_login=False) == of_group(
        {"what": "role", "qq": "1", "before": "member", "after": "admin", "certain": False}
    )


def test_two_numbers_are_two_people_whatever_their_names() -> None:
    assert members_told([member("甲", 1, 101)], [member("甲", 2, 102)], one_login=False) == of_group(
        {"what": "joined", "qq": "2", "certain": True}, {"what": "left", "qq": "1", "certain": True}
    )


def test_of_namesakes_as_many_stayed_as_are_on_both_sides() -> None:
    def of(count: int, **more: Any) -> Rows:
        return [friend("小陈", None, 101 + n, **more) for n in range(count)]

    assert friends_told(of(2), of(2, category="家人"), one_login=False) == []
    assert friends_told(of(2), of(3), one_login=False) == [{"what": "added", "certain": False}]
    assert friends_told(of(2), of(1), one_login=False) == [{"what": "removed", "certain": False}]


def test_among_namesakes_one_with_a_number_is_paired_with_one_without() -> None:
    older = [member("重名", None, 101), member("重名", 2, 102)]
    newer = [member("重名", 3, 103), member("重名", None, 104)]
    assert members_told(older, newer, one_login=False) == []


def test_who_is_gone_is_uncertain_while_somebody_without_a_number_might_be_him() -> None:
    older, newer = (
        [member("甲", 1, 101), member("丙", 3, 103)],
        [member("乙", None, 102), member("丙", 3, 103)],
    )
    assert members_told(older, newer, one_login=False) == of_group(
        {"what": "joined", "certain": False}, {"what": "left", "qq": "1", "certain": False}
    )


def test_somebody_matched_by_his_name_only_might_be_another() -> None:
    older = [member("<甲>", None, 101)]
    newer = [member("<甲>", None, 102), member("乙", 1, 101)]
    assert members_told(older, newer, one_login=False) == of_group(
        {"what": "joined", "qq": "1", "certain": False}
    )


def test_who_has_no_number_is_gone_for_certain_when_all_others_are_known() -> None:
    older, newer = [member("甲", None, 101), member("丙", 3, 103)], [member("丙", 3, 103)]
    assert members_told(older, newer, one_login=False) == of_group({"what": "left", "certain": True})


def test_somebody_unknown_in_one_group_says_nothing_about_another() -> None:
    groups = [GROUP, group("乙群", 8, 12)]
    unknown = member("乙", None, 102, gid=12)
    older = roster([STAYS], groups, [member("旁人", 999, 199), member("甲", 1, 101), unknown])
    newer = roster(*map(new_login, ([STAYS], groups, [member("旁人", 999, 199), unknown])))
    assert told(older, newer) == of_group({"what": "left", "qq": "1", "certain": True})


@pytest.mark.parametrize(("longer", "certain"), [("一二三四五六七八", False), ("一二三四五六七", True)])
def test_a_card_that_2x_may_only_have_cut_is_an_uncertain_change(longer: str, certain: bool) -> None:
    short = longer[:-1]
    older, newer = [member("甲", 1, 101, card=short)], [member("甲", 1, 101, card=longer)]
    for one, other in ((older, newer), (newer, older)):
        (change,) = members_told(one, other, one_login=False)
        assert (change["what"], change["certain"]) == ("card", certain)
        assert members_told(one, other)[0]["certain"]


# Groups


def groups_told(older: Rows, newer: Rows, members: Rows = [], after: Rows | None = None) -> list[Change]:  # noqa: B006
    later = members if after is None else after
    return told(roster([STAYS], older, members), roster(*map(new_login, ([STAYS], newer, later))))


def test_a_group_without_a_number_is_matched_by_its_name_and_its_members_are_uncertain() -> None:
    unnumbered = group("<群>", None, 11)
    changes = groups_told(
        [unnumbered],
        [unnumbered | {"gmarkname": "记"}],
        [member("甲", 1, 101), member("乙", 2, 102)],
        [member("甲改", 1, 101), member("丙", 3, 103)],
    )
    assert changes == [
        {"what": "gmarkname", "after": "记", "certain": False},
        {"what": "nick", "qq": "1", "before": "甲", "after": "甲改", "certain": False},
        {"what": "joined", "qq": "3", "certain": False},
        {"what": "left", "qq": "2", "certain": False},
    ]


def test_groups_of_one_name_cannot_be_told_apart_and_give_nothing() -> None:
    two = [group("老同学", None, 11), group("老同学", None, 12, gmemo="a")]
    changed = [two[0], two[1] | {"gmemo": "b"}]
    assert groups_told(two, changed, [member("甲", 1, 101)], [member("乙", 2, 102)]) == []


def test_groups_of_one_name_are_told_apart_by_their_remark() -> None:
    two = [group("老同学", None, 11, gmarkname="高中"), group("老同学", None, 12, gmemo="a")]
    assert groups_told(
        two, [two[1] | {"gmemo": "b"}, two[0]], [member("甲", 1, 101)], [member("乙", 1, 101)]
    ) == [
        {"what": "gmemo", "before": "a", "after": "b", "certain": False},
        {"what": "nick", "qq": "1", "before": "甲", "after": "乙", "certain": False},
    ]


def test_one_more_group_of_a_name_is_one_uncertain_row() -> None:
    two = [group("老同学", None, 11), group("老同学", None, 12)]
    assert groups_told(two, [*two, group("老同学", None, 13)]) == [{"what": "added", "certain": False}]


def test_a_group_that_a_namesake_took_the_number_of_is_not_gone_for_certain() -> None:
    older = [group("甲群", 8, 11)]
    assert groups_told(older, [group("乙群", None, 11), group("乙群", None, 12)]) == [
        {"what": "added", "certain": False},
        {"what": "added", "certain": False},
        {"what": "removed", "gnumber": "8", "certain": False},
    ]
