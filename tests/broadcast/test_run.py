"""Sending: each message once, at its pace, with an honest word on what became of it."""

import asyncio
import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from openqq_nb import schema
from openqq_nb.broadcast.pace import Pace
from openqq_nb.broadcast.pacing import DAY_S
from openqq_nb.errors import (
    InvalidInput,
    JournalFailed,
    NoAnswer,
    NotFound,
    NotUnderstood,
    OpenqqError,
    Refused,
    SkippedWarning,
    TimedOut,
    Unreachable,
)
from openqq_nb.models import Delivery, Receipt
from tests.broadcast.people import ROSTER, Present, frame, friends, groups, members
from tests.broadcast.stage import INSTANT, NOON, PATIENCE_S, SENT, Stage, people, refused, stage

DAYTIME = Pace(quiet=None)


def deliveries(one: Stage, key: str = "k") -> list[str]:
    found: list[str] = one.plan(None, key=key, pace=None).report()["delivery"].tolist()
    return found


def failing(*errors: OpenqqError | Receipt) -> Any:
    """Give answers one after the other, then good ones."""
    left = [*errors]

    def answer(row: Mapping[str, Any], text: str) -> Receipt:
        found = left.pop(0) if left else SENT
        if isinstance(found, OpenqqError):
            raise found
        return found

    return answer


def test_everybody_gets_his_text_once_and_the_report_says_so() -> None:
    with stage() as one:
        run = one.plan("{nick}，你好", one.roster.friends).send()
        done = run.wait(PATIENCE_S)
        assert (done.state, done.sent, done.pending, done.total) == ("finished", 5, 0, 5)
        assert one.texts == [f"人{n}，你好" for n in range(1, 6)]
        report = run.report()
        assert list(report) == list(schema.REPORT.names)
        assert report[["delivery", "code", "status", "tries"]].drop_duplicates().values.tolist() == [
            ["sent", 0, "发送成功", 1]
        ]
        assert report["attempted_at"].notna().all() and "5 sent of 5" in repr(run)


def test_sending_again_sends_nothing_again() -> None:
    with stage() as one:
        plan = one.plan("hi", one.roster.friends.head(2))
        run = plan.send()
        run.wait(PATIENCE_S)
        assert plan.send() is run and run.wait(PATIENCE_S).sent == 2
        assert one.plan("hi", one.roster.friends).send().wait(PATIENCE_S).sent == 5
        assert len(one.sent) == 5


def test_a_report_is_a_valid_audience() -> None:
    with stage(roster=ROSTER) as one:
        report_of = one.plan("hi", [ROSTER.members.head(3), ROSTER.groups, ROSTER.discusses], key="first")
        report_of.send().wait(PATIENCE_S)
        report = report_of.report()
        again = one.plan("{displayname}!", report, key="second").preview()
        same = ["recipient_type", "qq", "gnumber", "did", "displayname", "id", "gid"]
        pd.testing.assert_frame_equal(again[same], report[same])
        failed = report[report["delivery"] == "failed"]
        with pytest.raises(InvalidInput, match="names nobody"):
            one.plan("hi", failed, key="third")


def test_the_pace_is_kept_in_waits_rests_and_quiet_hours() -> None:
    pace = Pace(quiet=("12:03", "15:00"))
    with stage(roster=Present(friends=people(25))) as one:
        one.plan("hi", one.roster.friends, pace=pace).send().wait(PATIENCE_S)
        times = np.array([message.at_s for message in one.sent])
        gaps = np.diff(times)
        assert len(times) == 25 and times[0] == NOON
        hours_s = (times - NOON) / 3600
        assert not ((hours_s >= 0.05) & (hours_s < 3)).any() and hours_s.max() > 3
        rests = gaps >= 60
        assert ((gaps >= 3) & (gaps <= 8) | rests).all()
        assert len(set(gaps[~rests].round(3))) > 5
        longest = max(len(part) for part in "".join("r" if rest else "." for rest in rests).split("r"))
        assert longest <= 9


def test_at_most_so_many_groups_a_day_and_people_need_not_wait_for_them() -> None:
    many = groups(*({"gname": f"群{n}", "displayname": f"群{n}", "gnumber": str(500 + n)} for n in range(5)))
    with stage(roster=Present(friends=people(3), groups=many)) as one:
        pace = Pace(max_groups=2, quiet=None)
        one.plan("hi", [many, one.roster.friends], pace=pace).send().wait(PATIENCE_S)
        assert [message.kind for message in one.sent] == ["group"] * 2 + ["friend"] * 3 + ["group"] * 3
        times = np.array([message.at_s for message in one.sent if message.kind == "group"])
        assert all(times[nth + 2] - times[nth] >= DAY_S for nth in range(3))


def test_the_pace_knows_what_went_before_under_other_keys_and_in_other_sessions(tmp_path: Path) -> None:
    with stage(path=tmp_path / "ledger.db") as one:
        one.plan("一", one.roster.friends, key="first").send().wait(PATIENCE_S)
        other = one.opened()
        one.plan("二", one.roster.friends.head(1), key="second", pace=DAYTIME, broadcasts=other).send().wait(
            PATIENCE_S
        )
        assert one.sent[-1].at_s - one.sent[-2].at_s >= 3
        other.close()


def test_broadcasts_that_are_sent_at_the_same_time_share_one_pace() -> None:
    pace, both_wait = Pace(between=(4, 4), rest=0, quiet=None), threading.Barrier(2)
    met: set[int] = set()

    def meet(until_s: float) -> None:
        if threading.get_ident() not in met:
            met.add(threading.get_ident())
            both_wait.wait(PATIENCE_S)

    with stage(roster=Present(friends=people(6)), on_wait=meet) as one:
        halves = [(key, one.roster.friends.iloc[place::2]) for place, key in enumerate("ab")]
        runs = [one.plan("hi", half, key=key, pace=pace).send() for key, half in halves]
        assert [run.wait(PATIENCE_S).sent for run in runs] == [3, 3]
        times = pd.concat([run.report()["attempted_at"] for run in runs]).sort_values()
        assert times.diff().min() >= pd.Timedelta(seconds=4)


def test_the_pace_of_one_broadcast_counts_from_the_end_of_a_long_send_of_another(tmp_path: Path) -> None:
    pace = Pace(between=(4, 4), rest=0, quiet=None)
    waits: list[float] = []
    go_on = threading.Event()

    def on_wait(until_s: float) -> None:
        waits.append(until_s)
        if len(waits) == 2:
            go_on.set()
            one.broadcasts.run("long").join(PATIENCE_S)

    def answer(row: Mapping[str, Any], text: str) -> Receipt:
        if text == "long":
            other.run("other").start()
            assert go_on.wait(PATIENCE_S)
            one.now_s += 10
        go_on.set()
        return SENT

    with stage(path=tmp_path / "ledger.db", answer=answer, on_wait=on_wait) as one:
        other = one.opened()
        one.plan("other", one.roster.friends.tail(1), key="other", pace=pace)
        long = one.plan("long", one.roster.friends.head(1), key="long", pace=pace).send()
        assert long.wait(PATIENCE_S).sent == other.run("other").wait(PATIENCE_S).sent == 1
        assert one.texts == ["long", "other"] and one.sent[1].at_s - one.sent[0].at_s == pytest.approx(4)
        other.close()


def test_who_has_a_number_that_the_server_does_not_state_is_found_by_his_id() -> None:
    asked: list[Mapping[str, Any]] = []
    roster = Present(friends=people(2))
    stated = Present(friends=roster.friends.assign(qq=pd.Series(["101", None], dtype="str")))
    with stage(roster=roster, stated=stated, checked=asked.append) as one:
        plan = one.plan("hi", one.roster.friends)
        assert plan.preview()["qq"].tolist() == ["101", "102"]
        plan.send().wait(PATIENCE_S)
        assert [message.number for message in one.sent] == ["101", "9002"]
        assert [(row["qq"], row["id"], row["nick"]) for row in asked] == [(None, "9002", "人2")]


@pytest.mark.parametrize(
    ("what", "becomes"),
    [
        (refused(), "failed"),
        (refused(-4, Delivery.UNKNOWN), "unknown"),
        (Receipt(True, 0, "", "7", None, Delivery.ACCEPTED, "queued"), "accepted"),
        (Unreachable("Nobody answers."), "failed"),
        (Refused("a token"), "failed"),
        (NoAnswer("No answer."), "unknown"),
        (NotUnderstood("No code."), "unknown"),
        (NotFound("The id belongs to somebody else."), "skipped"),
    ],
)
def test_what_came_of_a_message_is_told_as_far_as_it_is_known(what: Any, becomes: str) -> None:
    with stage(answer=failing(what)) as one:
        run = one.plan("hi", one.roster.friends.head(2)).send()
        run.wait(PATIENCE_S)
        report = run.report()
        assert report["delivery"].tolist() == [becomes, "sent"]
        assert report["tries"].tolist() == [1, 1]
        assert becomes == "accepted" or report["problem"].iloc[0] == (
            what.meaning if isinstance(what, Receipt) else str(what)
        )


def test_a_claim_is_in_the_ledger_before_the_request_leaves(tmp_path: Path) -> None:
    seen: list[list[str]] = []
    path = tmp_path / "ledger.db"

    def look(row: Mapping[str, Any], text: str) -> Receipt:
        other = one.opened()
        seen.append(one.plan(None, pace=None, broadcasts=other).report()["delivery"].tolist())
        other.close()
        return SENT

    with stage(path=path) as one:
        one.answer = look
        one.plan("hi", one.roster.friends.head(3)).send().wait(PATIENCE_S)
    assert seen == [
        ["unknown", "pending", "pending"],
        ["sent", "unknown", "pending"],
        ["sent", "sent", "unknown"],
    ]


def test_after_failures_in_a_row_it_pauses_and_says_why() -> None:
    with stage(answer=failing(refused(), refused(-4, Delivery.UNKNOWN))) as one:
        run = one.plan("hi", one.roster.friends).send()
        stood = run.wait(PATIENCE_S)
        assert (stood.state, stood.failed, stood.unknown, stood.pending) == ("paused", 1, 1, 3)
        assert "paused after 2 failures in a row; the last: code -4" in repr(stood)
        run.resume()
        assert run.wait(PATIENCE_S).sent == 3


def test_a_problem_of_before_is_not_told_of_a_run_that_went_on_well() -> None:
    with stage(answer=failing(refused(100), refused(100))) as one:
        run = one.plan("hi", one.roster.friends).send()
        assert run.wait(PATIENCE_S).problem
        run.retry("failed")
        done = run.wait(PATIENCE_S)
        assert (done.state, done.sent, done.problem) == ("finished", 5, None)


def test_a_pace_that_is_given_while_it_is_sent_counts_from_then_on() -> None:
    slow, slower = Pace(between=(4, 4), rest=0, quiet=None), Pace(between=(50, 50), rest=0, quiet=None)

    def change(row: Mapping[str, Any], text: str) -> Receipt:
        if len(one.sent) == 1:
            one.plan(None, pace=slower)
        return SENT

    with stage(answer=change) as one:
        run = one.plan("hi", one.roster.friends, pace=slow).send()
        assert run.wait(PATIENCE_S).sent == 5
        gaps = run.report()["attempted_at"].diff().dt.total_seconds().tolist()
        assert gaps[1] < 50 <= min(gaps[2:])


def test_a_good_answer_between_failures_lets_it_go_on() -> None:
    with stage(answer=failing(refused(), SENT, refused(), SENT)) as one:
        assert one.plan("hi", one.roster.friends).send().wait(PATIENCE_S).state == "finished"


def test_only_what_failed_is_tried_again_and_unknown_needs_an_explicit_word() -> None:
    with stage(answer=failing(Unreachable("x"), SENT, NoAnswer("y"))) as one:
        run = one.plan("{nick}", one.roster.friends).send()
        assert run.wait(PATIENCE_S).sent == 3
        assert run.retry("failed").wait(PATIENCE_S).sent == 4
        assert one.texts == ["人2", "人4", "人5", "人1"]
        with pytest.raises(InvalidInput, match="may_double=True"):
            run.retry("unknown")
        for wrong in ("sent", "all", None):
            with pytest.raises(InvalidInput, match="'failed' or 'unknown'"):
                run.retry(wrong)  # type: ignore[arg-type]
        assert len(one.sent) == 4
        assert run.retry("unknown", may_double=True).wait(PATIENCE_S).sent == 5
        assert run.report()["tries"].tolist() == [2, 1, 2, 1, 1]


def test_who_was_excluded_after_planning_gets_nothing() -> None:
    with stage() as one:
        plan = one.plan("hi", one.roster.friends)
        one.broadcasts.exclusions.add({"qq": 102})
        run = plan.send()
        assert run.wait(PATIENCE_S).skipped == 1
        assert run.report()["problem"].tolist()[1] == "excluded by my.exclusions" and len(one.sent) == 4


def test_a_stop_and_an_exclusion_count_until_the_message_leaves() -> None:
    def stop(row: Mapping[str, Any]) -> None:
        one.broadcasts.run("k").stop()

    def exclude(row: Mapping[str, Any]) -> None:
        one.broadcasts.exclusions.add({"qq": 101})

    roster = Present(friends=people(1))
    stated = Present(friends=roster.friends.assign(qq=pd.Series([None], dtype="str")))
    with stage(roster=roster, stated=stated, checked=stop) as one:
        run = one.plan("hi", roster.friends).send()
        assert run.wait(PATIENCE_S).state == "stopped"
        assert deliveries(one) == ["pending"] and one.sent == []
        one.checked = exclude
        run.resume()
        assert run.wait(PATIENCE_S).state == "finished"
        assert deliveries(one) == ["skipped"] and one.sent == []


def test_after_a_pause_the_server_is_asked_once_more_for_the_login() -> None:
    def pause(row: Mapping[str, Any], text: str) -> Receipt:
        one.broadcasts.run("k").pause()
        return SENT

    roster = Present(friends=friends({"nick": "小灰", "id": "1"}, {"nick": "阿黄", "id": "4"}))
    with stage(roster=roster, answer=pause) as one:
        run = one.plan("hi", roster.friends).send()
        assert run.wait(PATIENCE_S).state == "paused" and one.logins_asked == 1
        one.login = "L2"
        run.resume()
        run.wait(PATIENCE_S)
        assert deliveries(one) == ["sent", "skipped"]


def test_after_a_new_login_who_has_no_permanent_number_is_skipped() -> None:
    unnumbered = friends({"nick": "小灰", "id": "1"}, {"nick": "阿黄", "id": "4"})
    roster = Present(friends=pd.concat([unnumbered, friends({"nick": "大白", "qq": "2", "id": "3"})]))
    with stage(roster=roster) as one:
        plan = one.plan("hi", roster.friends)
        one.login = "L2"
        run = plan.send()
        run.wait(PATIENCE_S)
        assert deliveries(one) == ["skipped", "skipped", "sent"] and one.logins_asked == 1
        assert "logged in anew" in run.report()["problem"].iloc[0]


def test_ids_are_compared_before_they_are_used_and_trouble_with_that_sends_nothing() -> None:
    checks: list[str] = []

    def compare(row: Mapping[str, Any]) -> None:
        checks.append(str(row["nick"]))
        if row["nick"] == "小灰":
            raise NotFound("It belongs to somebody else.")
        if row["nick"] == "阿黄":
            raise InvalidInput("It cannot be compared.")
        if len(checks) < 5:
            raise NoAnswer("The server says nothing.")

    roster = Present(
        friends=friends({"nick": "小灰", "id": "1"}, {"nick": "阿黄", "id": "3"}, {"nick": "大白", "id": "2"})
    )
    with stage(roster=roster, checked=compare) as one:
        run = one.plan("hi", roster.friends).send()
        assert run.wait(PATIENCE_S).state == "paused"
        assert deliveries(one) == ["skipped", "skipped", "pending"] and one.sent == []
        run.resume()
        assert run.wait(PATIENCE_S).state == "finished" and deliveries(one) == ["skipped", "skipped", "sent"]
        assert checks == ["小灰", "阿黄", "大白", "大白", "大白"]


def test_recipients_with_permanent_numbers_are_not_asked_for_again() -> None:
    def never(row: Mapping[str, Any]) -> None:
        raise AssertionError("asked")

    with stage(roster=ROSTER, checked=never) as one:
        to = [ROSTER.friends.head(1), ROSTER.groups.head(1), ROSTER.members.iloc[[1]]]
        assert one.plan("hi", to).send().wait(PATIENCE_S).sent == 3


def test_pause_stop_and_resume_leave_nothing_out_and_send_nothing_twice() -> None:
    with stage(roster=Present(friends=people(9))) as one:
        plan = one.plan("{nick}", one.roster.friends, pace=DAYTIME)
        waits: list[float] = []

        def on_wait(until_s: float) -> None:
            waits.append(until_s)
            run = one.broadcasts.start("k") if started.wait(PATIENCE_S) else None
            assert run is not None
            if len(waits) == 2:
                run.pause()
            if len(waits) == 5:
                run.stop()

        started = threading.Event()
        one.on_wait = on_wait
        sending = plan.send()
        started.set()
        assert sending.wait(PATIENCE_S).state == "paused" and len(one.sent) < 9
        sending.resume()
        assert sending.wait(PATIENCE_S).state == "stopped" and 0 < len(one.sent) < 9
        sending.resume()
        assert sending.wait(PATIENCE_S).state == "finished"
        assert one.texts == [f"人{n}" for n in range(1, 10)]


def test_pausing_during_a_send_brings_that_one_to_its_end() -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def slowly(row: Mapping[str, Any], text: str) -> Receipt:
        arrived.set()
        assert go_on.wait(PATIENCE_S)
        return SENT

    with stage(answer=slowly) as one:
        run = one.plan("hi", one.roster.friends).send()
        assert arrived.wait(PATIENCE_S)
        run.pause()
        assert (run.progress.state, run.progress.unknown) == ("sending", 1)
        with pytest.raises(TimedOut, match="goes on") as caught:
            run.wait(0.01)
        assert caught.value.df is not None and caught.value.df["delivery"].tolist()[0] == "unknown"
        go_on.set()
        stood = run.wait(PATIENCE_S)
        assert (stood.state, stood.sent, stood.unknown) == ("paused", 1, 0)


def test_an_interrupt_pauses() -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def slowly(row: Mapping[str, Any], text: str) -> Receipt:
        arrived.set()
        assert go_on.wait(PATIENCE_S)
        return SENT

    def interrupt() -> None:
        """Strike as a signal does: in the cell that waits."""
        if threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt

    with stage(answer=slowly) as one:
        run = one.plan("hi", one.roster.friends).send()
        assert arrived.wait(PATIENCE_S)
        one.on_now = interrupt
        with pytest.raises(KeyboardInterrupt):
            run.wait(PATIENCE_S)
        one.on_now = lambda: None
        go_on.set()
        assert run.wait(PATIENCE_S).state == "paused" and len(one.sent) == 1


def test_awaiting_gives_the_same_and_a_cancellation_pauses() -> None:
    with stage() as one:
        run = one.plan("hi", one.roster.friends).send()
        assert asyncio.run(run.aio.wait(PATIENCE_S)) == run.wait(PATIENCE_S)

    started, go_on = threading.Event(), threading.Event()

    def slowly(row: Mapping[str, Any], text: str) -> Receipt:
        started.set()
        assert go_on.wait(PATIENCE_S)
        return SENT

    async def cancelled() -> None:
        task = asyncio.create_task(run.aio.wait())
        await asyncio.to_thread(started.wait, PATIENCE_S)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with stage(answer=slowly) as one:
        run = one.plan("hi", one.roster.friends).send()
        asyncio.run(cancelled())
        go_on.set()
        assert run.wait(PATIENCE_S).state == "paused" and len(one.sent) == 1


@pytest.mark.parametrize("timeout", [-1, float("nan"), float("inf"), "5", True])
def test_a_timeout_that_is_none_is_refused(timeout: Any) -> None:
    with stage() as one:
        run = one.plan("hi", one.roster.friends).send()
        with pytest.raises(InvalidInput, match="timeout"):
            run.wait(timeout)
        run.wait(PATIENCE_S)


def test_another_session_goes_on_with_the_texts_of_the_first(tmp_path: Path) -> None:
    with stage(path=tmp_path / "ledger.db", answer=failing(SENT, refused(), refused())) as one:
        one.plan("{nick}，你好", one.roster.friends).send().wait(PATIENCE_S)
        one.broadcasts.stop(PATIENCE_S)
        one.roster = Present(friends=one.roster.friends.assign(nick="新名"))
        other = one.opened()
        run = one.plan("{nick}，你好", one.roster.friends, broadcasts=other).send()
        run.wait(PATIENCE_S)
        assert one.texts == ["人1，你好", "人4，你好", "人5，你好"]
        assert run.report()["delivery"].tolist() == ["sent", "failed", "failed", "sent", "sent"]
        other.close()


def test_two_sessions_with_one_key_do_not_both_send(tmp_path: Path) -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def slowly(row: Mapping[str, Any], text: str) -> Receipt:
        arrived.set()
        assert go_on.wait(PATIENCE_S)
        return SENT

    with stage(path=tmp_path / "ledger.db", answer=slowly) as one:
        run = one.plan("hi", one.roster.friends).send()
        assert arrived.wait(PATIENCE_S)
        other = one.opened()
        plan = one.plan("hi", one.roster.friends, broadcasts=other)
        with pytest.raises(InvalidInput, match="Another program"):
            plan.send()
        assert other.df()["sending"].tolist() == [True]
        go_on.set()
        run.wait(PATIENCE_S)
        assert plan.send().wait(PATIENCE_S).sent == 5 and len(one.sent) == 5
        other.close()


def test_recipients_that_are_added_while_it_is_sent_are_sent_too() -> None:
    def adding(row: Mapping[str, Any], text: str) -> Receipt:
        if not one.sent:
            one.plan("hi", one.roster.friends)
        return SENT

    with stage(answer=adding) as one:
        assert one.plan("hi", one.roster.friends.head(1)).send().wait(PATIENCE_S).sent == 5


def test_the_progress_counts_those_who_are_added_at_once() -> None:
    with stage() as one:
        run = one.plan("hi", one.roster.friends.head(1)).send()
        run.wait(PATIENCE_S)
        one.plan("hi", one.roster.friends)
        assert (run.progress.total, run.progress.pending, run.progress.sent) == (5, 4, 1)


def test_a_cell_and_a_widget_get_the_same_run() -> None:
    with stage() as one:
        one.plan("hi", one.roster.friends)
        found: list[object] = []
        threads = [threading.Thread(target=lambda: found.append(one.broadcasts.run("k"))) for _ in range(8)]
        with one.broadcasts.ledger.database.looking():
            for thread in threads:
                thread.start()
        for thread in threads:
            thread.join(PATIENCE_S)
        assert len(found) == 8 and len({id(run) for run in found}) == 1


def test_a_start_that_fails_leaves_nothing_behind_and_can_be_tried_again(tmp_path: Path) -> None:
    path, away = tmp_path / "ledger.db", tmp_path / "away.db"
    with stage(path=path) as one:
        one.plan("hi", one.roster.friends)
        run = one.broadcasts.run("k")
        for begin in (run.start, lambda: run.retry("failed")):
            path.rename(away)
            with pytest.raises(JournalFailed):
                begin()
            away.rename(path)
            assert run.progress.state == "stopped" and not one.broadcasts.ledger.is_held("k")
            assert deliveries(one) == ["pending"] * 5
        run.start()
        assert run.wait(PATIENCE_S).sent == 5


def test_a_skip_that_could_not_be_written_is_not_looked_at_twice(tmp_path: Path) -> None:
    path, away = tmp_path / "ledger.db", tmp_path / "away.db"
    checks: list[object] = []

    def lose(row: Mapping[str, Any]) -> None:
        checks.append(row)
        if len(checks) == 1:
            path.rename(away)
        raise NotFound("It belongs to somebody else.")

    roster = Present(friends=friends({"nick": "小灰", "id": "1"}))
    with stage(roster=roster, path=path, checked=lose) as one:
        run = one.plan("hi", roster.friends).send()
        assert run.wait(PATIENCE_S).state == "paused"
        run.stop()
        assert run.join(PATIENCE_S)
        away.rename(path)
        run.start()
        done = run.wait(PATIENCE_S)
        assert (done.state, done.skipped, done.pending, len(checks)) == ("finished", 1, 0, 1)
        assert run.report()["delivery"].tolist() == ["skipped"]


def test_a_ledger_that_cannot_be_read_at_the_end_pauses_it(tmp_path: Path) -> None:
    path, away = tmp_path / "ledger.db", tmp_path / "away.db"
    queued = Receipt(True, 0, "", None, None, Delivery.ACCEPTED, "queued")
    with stage(path=path, answer=failing(queued), on_messages=lambda: path.rename(away)) as one:
        run = one.plan("hi", one.roster.friends.head(1)).send()
        assert run.wait(PATIENCE_S).state == "paused"
        one.on_messages = lambda: None
        away.rename(path)
        run.resume()
        assert run.wait(PATIENCE_S).state == "finished"


def test_a_program_that_writes_for_a_while_is_waited_for_and_one_that_never_ends_is_not(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    waits: list[float] = []

    def write(row: Mapping[str, Any], text: str) -> Receipt:
        if row["qq"] in ("101", "105"):
            other.execute("BEGIN IMMEDIATE")
        return SENT

    def on_wait(until_s: float) -> None:
        waits.append(until_s)
        if len(waits) == 1:
            other.execute("ROLLBACK")

    with stage(path=path, answer=write, on_wait=on_wait) as one:
        run = one.plan("hi", one.roster.friends).send()
        stood = run.wait(PATIENCE_S)
        assert (stood.state, stood.sent, len(one.sent)) == ("paused", 5, 5) and "locked" in str(stood.problem)
        assert len(waits) == 5
        assert run.report()["delivery"].tolist() == ["sent"] * 4 + ["unknown"]
        other.execute("ROLLBACK")
        run.resume()
        assert run.wait(PATIENCE_S).state == "finished" and deliveries(one) == ["sent"] * 5
    other.close()


def test_a_ledger_that_cannot_be_written_pauses_and_nothing_goes_out_unnoted(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"

    def losing(row: Mapping[str, Any], text: str) -> Receipt:
        if not one.sent:
            path.rename(tmp_path / "moved.db")
        return SENT

    with stage(path=path, answer=losing) as one:
        run = one.plan("hi", one.roster.friends).send()
        stood = run.wait(PATIENCE_S)
        assert stood.state == "paused" and len(one.sent) == 1
        assert stood.problem is not None and "ledger.db" in stood.problem


def test_what_goes_wrong_in_our_own_code_ends_it_and_is_raised_where_somebody_waits() -> None:
    def broken(row: Mapping[str, Any], text: str) -> Receipt:
        raise RuntimeError("our mistake")

    with stage(answer=broken) as one:
        run = one.plan("hi", one.roster.friends).send()
        with pytest.raises(RuntimeError, match="our mistake"):
            run.wait(PATIENCE_S)
        assert deliveries(one) == ["unknown", *["pending"] * 4]
        assert run.progress.state == "stopped"
        one.answer = failing()
        assert run.retry("unknown", may_double=True).wait(PATIENCE_S).sent == 5


def messages(*rows: dict[str, Any]) -> pd.DataFrame:
    shared = {"msg_class": "send", "own": True, "type": "message", "received_at": NOON + 5}
    return frame(schema.MESSAGES, *({**shared, **row} for row in rows))


OPEN = [NoAnswer("x"), Receipt(True, 0, "", None, None, Delivery.ACCEPTED, "queued")]
POST = {"receiver_qq": "101", "content": "hi", "code": 0, "delivery": "sent", "msg_id": "9"}


@pytest.mark.parametrize("open_by", OPEN)
@pytest.mark.parametrize(
    ("posts", "becomes"),
    [
        ([POST], "sent"),
        ([], None),
        ([{**POST, "receiver_qq": "102"}], None),
        ([{**POST, "content": "anders"}], None),
        ([{**POST, "received_at": NOON - 5}], None),
        ([POST, {**POST, "msg_id": "10"}], None),
        ([{**POST, "code": None, "delivery": "unknown"}], None),
        ([{**POST, "code": -4, "delivery": "unknown", "status": "发送失败"}], "unknown"),
        ([{**POST, "msg_class": "recv"}], None),
        ([{**POST, "type": "sess_message"}], None),
    ],
)
def test_what_is_open_is_settled_by_the_one_post_that_can_be_of_it(
    open_by: Any, posts: list[dict[str, Any]], becomes: str | None
) -> None:
    with stage(answer=failing(open_by)) as one:
        run = one.plan("hi", one.roster.friends.head(1)).send()
        before = run.wait(PATIENCE_S)
        one.inbox = messages(*posts)
        row = run.report().iloc[0]
        was = "accepted" if before.accepted else "unknown"
        assert row["delivery"] == (becomes or was)
        if becomes:
            assert row["code"] == posts[0]["code"] and run.progress.accepted == 0


def test_what_is_under_way_is_settled_by_its_own_answer_alone(tmp_path: Path) -> None:
    def posted(row: Mapping[str, Any], text: str) -> Receipt:
        one.inbox = messages({**POST, "code": 100, "delivery": "failed"})
        other = one.opened()
        seen.extend(run.report()["delivery"].iloc[0] for run in (one.broadcasts.run("k"), other.run("k")))
        other.close()
        return SENT

    seen: list[str] = []
    with stage(path=tmp_path / "ledger.db", roster=Present(friends=people(1)), answer=posted) as one:
        run = one.plan("hi", one.roster.friends).send()
        assert run.wait(PATIENCE_S).state == "finished"
        assert seen == ["unknown", "unknown"] and run.report()["delivery"].tolist() == ["sent"]


def test_nobody_waits_for_the_posts_to_be_read() -> None:
    told: list[bool] = []

    def look() -> None:
        asking = threading.Thread(target=lambda: run.progress, daemon=True)
        asking.start()
        asking.join(5)
        told.append(not asking.is_alive())

    with stage(answer=failing(NoAnswer("x"))) as one:
        plan = one.plan("hi", one.roster.friends.head(1))
        run = one.broadcasts.run("k")
        one.on_messages = look
        plan.send().wait(PATIENCE_S)
        assert told and all(told)


def test_replies_are_what_recipients_wrote_afterwards() -> None:
    rows = [
        {"sender_qq": "101", "content": "来", "own": False, "msg_class": "recv"},
        {"sender_qq": "101", "content": "以前", "own": False, "msg_class": "recv", "received_at": NOON - 5},
        {"sender_qq": "999", "content": "外人", "own": False, "msg_class": "recv"},
        {"sender_qq": "13", "type": "group_message", "gnumber": "55", "content": "群里", "own": False},
        {"sender_qq": "101", "type": "group_message", "gnumber": "56", "content": "别处", "own": False},
        {"receiver_qq": "101", "content": "hi", "own": True},
    ]
    with stage(roster=Present(friends=people(2), groups=ROSTER.groups)) as one:
        run = one.plan("hi", [one.roster.friends, ROSTER.groups.head(1)]).send()
        run.wait(PATIENCE_S)
        with pytest.raises(InvalidInput, match=r"my\.listen\(\)"):
            run.replies()
        one.inbox = messages(*rows)
        assert run.replies()["content"].tolist() == ["来", "群里"]


def test_progress_tells_how_long_the_rest_takes() -> None:
    seen: list[float] = []

    def look(row: Mapping[str, Any], text: str) -> Receipt:
        seen.append(one.broadcasts.start("k").progress.seconds_left)
        return SENT

    with stage(answer=look) as one:
        plan = one.plan("hi", one.roster.friends, pace=Pace(between=(5, 5), quiet=None))
        assert plan.send().wait(PATIENCE_S).seconds_left == 0
        assert seen[0] > seen[-1] >= 0


def test_nobody_but_those_planned_is_reached() -> None:
    with stage(roster=ROSTER) as one, pytest.warns(SkippedWarning):
        one.plan("hi", [ROSTER.members, members({"id": "913", "nick": "不同", "gnumber": "55"})]).send().wait(
            PATIENCE_S
        )
        assert [(message.kind, message.number) for message in one.sent] == [
            ("friend", "11"), ("session", "13"), ("session", "55"),
        ]  # fmt: skip


def test_an_instant_pace_is_the_simulators() -> None:
    assert Pace(between=(0, 0), rest=0, max_groups=None, quiet=None) == INSTANT
