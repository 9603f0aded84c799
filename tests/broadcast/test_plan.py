"""Planning: one row a recipient, texts that stay, and what is left out with its reason."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from openqq_nb import schema
from openqq_nb.broadcast.pace import Pace
from openqq_nb.errors import InvalidInput, NotFound, SkippedWarning
from tests.broadcast.people import ROSTER, Present, discusses, friends, groups, members
from tests.broadcast.stage import PATIENCE_S, people, refused, stage


def told(frame: pd.DataFrame, *columns: str) -> list[list[Any]]:
    found: list[list[Any]] = (
        frame[[*columns]].astype(object).where(frame[[*columns]].notna(), None).values.tolist()
    )
    return found


def test_a_preview_has_the_declared_columns_and_sends_nothing() -> None:
    with stage() as one:
        preview = one.plan("{nick}，你好", one.roster.friends).preview()
        assert list(preview) == list(schema.PREVIEW.names)
        assert [str(preview[column.name].dtype) for column in schema.PREVIEW.columns] == [
            str(column.dtype) for column in schema.PREVIEW.columns
        ]
        assert preview["text"].tolist() == [f"人{n}，你好" for n in range(1, 6)]
        assert set(preview["delivery"]) == {"pending"} and preview["expected_at"].notna().all()
        assert one.sent == []


def test_a_preview_without_rows_has_the_same_columns() -> None:
    with stage() as one:
        plan = one.plan("hi", one.roster.friends)
        empty = one.plan("hi", one.roster.friends, key="other")
        assert plan.preview().dtypes.equals(empty.preview().head(0).dtypes)


def test_text_is_shown_as_it_arrives_and_refused_text_is_a_problem() -> None:
    with stage() as one:
        rows = friends({"nick": "<b>", "qq": "101"}, {"nick": "x" * 101, "qq": "102"})
        preview = one.plan("{nick}", rows).preview()
        assert told(preview, "text", "delivery", "problem") == [
            ["＜b>", "pending", None],
            [None, "skipped", "The text is too long; nothing was sent."],
        ]


def test_one_recipient_gets_one_message_however_often_he_stands_there() -> None:
    with stage(roster=ROSTER) as one:
        again = [{"qq": 11}, {"qq": "13", "gnumber": "55"}, ROSTER.groups]
        everybody = [ROSTER.members, ROSTER.friends, ROSTER.groups, *again]
        preview = one.plan("hi", everybody).preview()
        assert told(preview[preview["problem"].isna()], "recipient_type", "displayname") == [
            ["friend", "王总"], ["session", "丙"], ["session", "丁"], ["friend", "小灰"], ["group", "饭友"],
            ["group", "老同学"],
        ]  # fmt: skip
        assert "rows named somebody once more" in repr(one.plan("hi", everybody))


def test_a_friend_is_written_to_as_a_friend_also_where_a_row_says_session() -> None:
    with stage(roster=ROSTER) as one:
        rows = [{"recipient_type": "session", "qq": "11", "gnumber": "55"}, {"qq": "11"}]
        assert told(one.plan("hi", rows).preview(), "recipient_type", "qq") == [["friend", "11"]]


def test_of_several_rows_of_one_the_one_that_can_be_filled_in_counts() -> None:
    rows = members(
        {"nick": "丙", "qq": "13", "gnumber": "55", "card": None},
        {"nick": "丙", "qq": "13", "gnumber": "55", "card": "小丙"},
    )
    with stage(roster=ROSTER) as one:
        assert one.plan("{card}!", rows).preview()["text"].tolist() == ["小丙!"]


def test_missing_values_unknown_fields_and_numbers() -> None:
    with stage() as one:
        rows = friends({"nick": "a", "qq": "101"}, {"nick": " ", "qq": "102"}, {"nick": "c", "qq": "999"})
        assert told(one.plan("{nick}", rows).preview(), "qq", "problem") == [
            ["101", None],
            ["102", "there is no value for {nick}"],
            ["999", "no friend, and no group is named to write through"],
        ]
        with pytest.raises(InvalidInput, match=r"'name'[\s\S]*displayname\n[\s\S]*nick"):
            one.plan("{name}", rows, key="other")
        assert one.broadcasts.df()["key"].tolist() == ["k"]


def test_displayname_is_always_there() -> None:
    with stage() as one:
        assert one.plan("{displayname}!", {"qq": 101}).preview()["text"].tolist() == ["人1!"]


def test_the_same_key_adds_other_recipients_and_keeps_the_texts_of_those_planned() -> None:
    with stage() as one:
        one.plan("{nick}，你好", one.roster.friends.head(2))
        renamed = one.roster.friends.assign(nick="新名")
        one.roster = Present(friends=renamed)
        plan = one.plan("{nick}，你好", renamed)
        assert plan.preview()["text"].tolist() == ["人1，你好", "人2，你好", *["新名，你好"] * 3]
        assert one.plan(None, people(1)).preview()["text"].tolist() == plan.preview()["text"].tolist()


def test_the_same_key_with_another_text_shows_both() -> None:
    with stage() as one:
        plan = one.plan("第一", one.roster.friends)
        for to in (one.roster.friends, None):
            with pytest.raises(InvalidInput, match=r"'第一'[\s\S]*'第二'[\s\S]*another key"):
                one.plan("第二", to)
        plan.forget()
        assert "forgotten" in repr(plan)
        assert one.plan("第二", one.roster.friends).template == "第二"


def test_what_is_being_sent_cannot_be_forgotten() -> None:
    with stage(answer=lambda row, text: refused()) as one:
        plan = one.plan("hi", one.roster.friends, pace=Pace(max_failures=1))
        run = plan.send()
        assert run.wait(PATIENCE_S).state == "paused"
        with pytest.raises(InvalidInput, match="Stop it first"):
            plan.forget()


def test_a_row_with_a_problem_that_was_mended_is_planned() -> None:
    with stage() as one:
        one.plan("{nick}", friends({"nick": None, "qq": "101"}, {"nick": None, "qq": "102"}))
        plan = one.plan("{nick}", friends({"nick": "a", "qq": "101"}))
        assert told(plan.preview(), "text", "delivery", "problem") == [
            ["a", "pending", None],
            [None, "skipped", "there is no value for {nick}"],
        ]


def test_a_broadcast_is_opened_again_by_its_key_alone() -> None:
    with stage() as one:
        one.plan("hi", one.roster.friends, pace=Pace(rest=7))
        plan = one.plan(None, pace=None)
        assert (plan.template, plan.pace, len(plan.preview())) == ("hi", Pace(rest=7), 5)
        assert one.plan(None, pace=Pace(rest=8)).pace == Pace(rest=8)
        with pytest.raises(NotFound, match=r"'x'[\s\S]*There are:\n  k"):
            one.plan(None, key="x")
        with pytest.raises(InvalidInput, match="no text was given"):
            one.plan(None, one.roster.friends, key="x")


@pytest.mark.parametrize("key", [None, "", " ", 1, "a\nb", "x" * 201])
def test_a_key_is_required(key: Any) -> None:
    with stage() as one, pytest.raises(InvalidInput, match="cannot name a broadcast"):
        one.plan("hi", one.roster.friends, key=key)


def test_other_arguments_that_cannot_be_meant_are_refused_before_anything_is_planned() -> None:
    with stage() as one:
        wrong: list[dict[str, Any]] = [{"pace": (3, 8)}, {"unless": 1}, {"unless": [1]}]
        for arguments in wrong:
            with pytest.raises(InvalidInput, match="nothing was planned"):
                one.plan("hi", one.roster.friends, **arguments)
        with pytest.raises(NotFound):
            one.plan("hi", one.roster.friends, unless="never")
        assert one.broadcasts.df().empty


def test_who_is_excluded_is_left_out_and_so_is_who_may_be() -> None:
    with stage(roster=ROSTER) as one:
        one.broadcasts.exclusions.add([{"qq": 11}, {"gnumber": 55}, {"qq": "77", "nick": "丁"}])
        preview = one.plan("hi", [ROSTER.members, ROSTER.groups]).preview()
        assert told(preview, "displayname", "problem") == [
            ["王总", "excluded by my.exclusions"],
            ["丙", None],
            ["丁", "may be somebody of this nick who is excluded by my.exclusions"],
            ["小机", "this is the account itself"],
            ["饭友", "excluded by my.exclusions"],
            ["老同学", None],
        ]


def test_whoever_got_another_broadcast_can_be_left_out() -> None:
    with stage() as one:
        first = one.plan("一", one.roster.friends.head(2), key="first")
        assert first.send().wait(PATIENCE_S).sent == 2
        one.plan("二", one.roster.friends.head(3), key="second")
        problems = one.plan("三", one.roster.friends, unless=["first", "second"]).preview()["problem"].isna()
        assert problems.tolist() == [False, False, True, True, True]


def test_after_a_new_login_nobody_without_a_number_is_planned_twice_under_one_key() -> None:
    before = Present(
        friends=friends(
            {"nick": "小灰", "id": "1"}, {"nick": "大白", "id": "2"}, {"nick": "阿黄", "qq": "7", "id": "3"}
        ),
        groups=groups({"gname": "同学", "gid": "11"}),
        discusses=discusses({"dname": "午饭", "did": "21"}),
    )
    after = Present(
        friends=friends(
            {"nick": "小灰", "id": "4"}, {"nick": "新人", "id": "5"}, {"nick": "阿黄", "id": "6"}
        ),
        groups=groups({"gname": "同学", "gid": "12"}),
        discusses=discusses({"dname": "午饭", "did": "22"}),
    )
    with stage(roster=before) as one:
        plan = one.plan("hi", [before.friends, before.groups, before.discusses])
        assert plan.send().wait(PATIENCE_S).sent == 5
        one.roster, one.login = after, "L2"
        preview = one.plan("hi", [after.friends, after.groups, after.discusses]).preview()
        pending = preview[preview["delivery"] == "pending"]
        assert pending["nick"].tolist() == ["新人"]
        doubtful = preview["problem"].str.contains("in an earlier login").fillna(False)
        assert doubtful.sum() == 4


def test_within_one_login_people_of_one_name_are_told_apart_by_id() -> None:
    both = friends({"nick": "重名", "id": "1"}, {"nick": "重名", "id": "2"})
    with stage(roster=Present(friends=both)) as one:
        one.plan("hi", both.head(1)).send().wait(PATIENCE_S)
        assert one.plan("hi", both).preview()["delivery"].tolist() == ["sent", "pending"]


def test_a_number_that_became_known_is_the_same_person() -> None:
    with stage(roster=Present(friends=friends({"nick": "小灰", "id": "1"}))) as one:
        one.plan("hi", one.roster.friends).send().wait(PATIENCE_S)
        one.roster = Present(friends=friends({"nick": "小灰", "id": "1", "qq": "7"}))
        assert one.plan("hi", one.roster.friends).preview()["delivery"].tolist() == ["sent"]


def test_the_card_says_how_many_how_long_and_what_is_left_out() -> None:
    with stage(roster=ROSTER) as one:
        plan = one.plan("{displayname}，你好", [ROSTER.members, {"qq": "abc"}], pace=Pace())
        text = repr(plan)
        assert re.search(r"'k': 3 to send, 2 skipped", text)
        assert "1 friend" in text and "2 sessions" in text and "until 2026-11-25 12:00" in text
        assert "1: this is the account itself" in text and "1: qq is no number" in text
        assert "王总，你好" in text


def test_sending_says_before_what_is_left_out() -> None:
    with stage() as one:
        plan = one.plan("hi", [one.roster.friends, {"qq": 5}])
        with pytest.raises(SkippedWarning):
            plan.send()  # warnings are errors here
        assert one.sent == []
        with pytest.warns(SkippedWarning, match=r"1 get nothing[\s\S]*1: no friend"):
            plan.send().wait(PATIENCE_S)


def test_hostile_names_stay_on_their_line() -> None:
    rows = friends({"nick": "a\n\u202eb\x1b[2J", "displayname": "x\ny", "qq": "101"})
    with stage() as one:
        text = repr(one.plan("{nick}", rows))
        assert "\u202e" not in text and "\x1b" not in text and len(text.splitlines()) == 7


def test_all_broadcasts_are_listed_with_their_counts(tmp_path: Path) -> None:
    with stage(path=tmp_path / "ledger.db") as one:
        one.plan("一", one.roster.friends, key="first").send().wait(PATIENCE_S)
        one.plan("二", one.roster.friends.head(1), key="second")
        listing = one.broadcasts.df()
        assert list(listing) == list(schema.BROADCASTS.names)
        assert told(listing, "key", "recipients", "pending", "sent", "sending") == [
            ["first", 5, 0, 5, False],
            ["second", 1, 1, 0, False],
        ]
