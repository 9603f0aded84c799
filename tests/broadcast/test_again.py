"""Planning again: after a new login, after an open outcome, with ids that have changed; nobody is written to twice."""

from typing import Any

import pytest

from openqq_nb.errors import InvalidInput, NoAnswer, NotFound, SkippedWarning
from openqq_nb.models import Receipt
from tests.broadcast.people import ROSTER, Present, discusses, friends, groups, members
from tests.broadcast.stage import PATIENCE_S, SENT, Stage, stage


def grey(**numbers: str) -> Present:
    return Present(friends=friends({"displayname": "小灰", "nick": "小灰", **numbers}))


def silent(row: Any, text: str) -> Any:
    raise NoAnswer("The server says nothing.")


def problems(one: Stage, key: str = "k", **arguments: Any) -> list[str | None]:
    preview = one.plan("hi", one.roster.friends, key=key, **arguments).preview()
    found: list[str | None] = (
        preview["problem"].astype(object).where(preview["problem"].notna(), None).tolist()
    )
    return found


def test_planning_twice_after_a_new_login_reaches_nobody_twice() -> None:
    def there(login: str) -> Present:
        return Present(
            friends=friends({"nick": "小灰", "id": f"{login}1"}),
            groups=groups({"gname": "同学", "gid": f"{login}2"}),
            discusses=discusses({"dname": "午饭", "did": f"{login}3"}),
        )

    with stage(roster=there("1")) as one:
        one.plan("hi", [one.roster.friends, one.roster.groups, one.roster.discusses]).send().wait(PATIENCE_S)
        one.roster, one.login = there("2"), "L2"
        for _ in range(3):
            plan = one.plan("hi", [one.roster.friends, one.roster.groups, one.roster.discusses])
            assert plan.preview()["delivery"].tolist() == ["sent"] * 3 + ["skipped"] * 3
        with pytest.warns(SkippedWarning):
            plan.send().wait(PATIENCE_S)
        assert len(one.sent) == 3


def test_who_may_have_got_another_broadcast_in_an_earlier_login_is_left_out() -> None:
    with stage(roster=grey(id="1")) as one:
        one.plan("hi", one.roster.friends, key="first").send().wait(PATIENCE_S)
        one.roster, one.login = grey(id="2"), "L2"
        assert problems(one, unless="first") == [
            "somebody of this name was written to in an earlier login, under the key 'first', and may be the same"
        ]
        one.roster = grey(id="2", qq="7")
        assert "under the key 'first'" in str(problems(one, "other", unless="first"))


def test_an_open_outcome_counts_as_reached_also_when_the_next_try_was_given_up() -> None:
    with stage(roster=grey(id="1", qq="7"), answer=silent) as one:
        run = one.plan("hi", one.roster.friends, key="first").send()
        assert run.wait(PATIENCE_S).unknown == 1
        one.broadcasts.exclusions.add({"qq": 7})
        assert run.retry("unknown", may_double=True).wait(PATIENCE_S).skipped == 1
        one.broadcasts.exclusions.remove({"qq": 7})
        assert problems(one, unless="first") == ["was written to under the key 'first'"]


def test_a_try_that_certainly_failed_is_not_taken_for_reached() -> None:
    def gone(row: Any, text: str) -> Any:
        raise NotFound("Nobody is there.")

    with stage(roster=grey(id="1", qq="7"), answer=gone) as one:
        assert one.plan("hi", one.roster.friends, key="first").send().wait(PATIENCE_S).skipped == 1
        assert problems(one, unless="first") == [None]


def test_before_each_message_the_exclusions_are_those_of_a_preview() -> None:
    stranger = ROSTER.members[ROSTER.members["nick"] == "丁"]
    grey_one = ROSTER.friends[ROSTER.friends["nick"] == "小灰"]
    with stage(roster=ROSTER) as one:
        run = one.plan("hi", [stranger, grey_one, ROSTER.groups.head(1)]).send
        one.broadcasts.exclusions.add([{"gnumber": 55}, {"qq": "999", "nick": "小灰"}])
        preview = one.plan("hi", [stranger, grey_one, ROSTER.groups.head(1)], key="other").preview()
        assert preview["delivery"].tolist() == ["pending", "skipped", "skipped"]
        assert run().wait(PATIENCE_S).sent == 1 and [message.kind for message in one.sent] == ["session"]
        assert one.plan(None).report()["delivery"].tolist() == ["sent", "skipped", "skipped"]


def test_who_is_found_by_his_id_only_is_planned_again_with_the_id_of_now() -> None:
    with stage(roster=grey(id="1", qq="7"), stated=grey(id="1")) as one:
        found: list[str | None] = []

        def answer(row: Any, text: str) -> Receipt:
            found.append(row["id"])
            return SENT

        one.answer = answer
        one.plan("{nick}", one.roster.friends)
        one.roster, one.stated, one.login = grey(id="2", qq="7"), grey(id="2"), "L2"
        one.roster.friends["nick"] = "灰"
        plan = one.plan("{nick}", one.roster.friends)
        assert plan.preview()["text"].tolist() == ["小灰"]
        assert plan.send().wait(PATIENCE_S).sent == 1 and found == ["2"]


def test_ids_are_not_renewed_where_the_way_is_another_one() -> None:
    def through(gid: str, gname: str, **numbers: str) -> Present:
        place = {"gname": gname, "gid": gid}
        return Present(
            members=members({"displayname": "丙", "nick": "丙", "id": gid, **place, **numbers}),
            groups=groups({"displayname": gname, **place}),
        )

    with stage(roster=through("1", "吃饭", qq="13"), stated=through("1", "吃饭")) as one:
        one.plan("hi", one.roster.members)
        one.roster, one.stated, one.login = through("2", "同学", qq="13"), through("2", "同学"), "L2"
        plan = one.plan("hi", one.roster.members)
        assert plan.send().wait(PATIENCE_S).skipped == 1 and one.sent == []


def test_who_is_planned_already_is_left_out_when_another_broadcast_is_named_later() -> None:
    with stage() as one:
        one.plan("a", one.roster.friends.head(2), key="a").send().wait(PATIENCE_S)
        one.plan("b", one.roster.friends, key="b")
        plan = one.plan("b", one.roster.friends, key="b", unless="a")
        assert plan.preview()["delivery"].tolist() == ["skipped"] * 2 + ["pending"] * 3
        with pytest.warns(SkippedWarning, match="written to under the key 'a'"):
            plan.send().wait(PATIENCE_S)
        assert one.texts == ["a"] * 2 + ["b"] * 3


def test_whom_to_leave_out_without_naming_anybody_is_refused() -> None:
    with stage() as one:
        one.plan("a", one.roster.friends, key="a")
        with pytest.raises(InvalidInput, match=r"unless=.*to="):
            one.plan(None, key="a", unless="b")
