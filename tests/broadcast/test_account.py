"""`my.broadcast` against the simulator: what is kept where, who is reached, what posts and logins change."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb import settings
from openqq_nb.demo_account import DemoAccount
from openqq_nb.receive.address import Address
from openqq_nb.simulator import Simulator
from tests.faults.stage import DIALECTS, IDLE_S, OPENQQ, POSTS_OWN, Dialect, stage

INSTANT = oq.Pace.instant()
PATIENCE_S = 30.0


@pytest.fixture(params=DIALECTS)
def my(request: pytest.FixtureRequest) -> Iterator[DemoAccount]:
    demo = oq.demo(request.param, groups=3, friends=5, members=6)
    yield demo
    demo.close()


def arrived(my: DemoAccount) -> list[str]:
    return [str(one.content) for one in my.simulator.received]


def test_everybody_gets_what_the_preview_shows(my: DemoAccount) -> None:
    people, places = my.friends().assign(gmarkname=None), my.groups().assign(markname=None)
    template = "{markname|gmarkname|displayname} <3"
    plan = my.broadcast(template, to=[people, places], key="k", pace=INSTANT)
    preview = plan.preview()
    assert arrived(my) == []
    assert plan.send().wait(PATIENCE_S).sent == len(preview) == 8
    assert arrived(my) == preview["text"].tolist()
    assert ("＜3" in arrived(my)[0]) == (my.simulator.protocol == "openqq2")
    assert my.broadcasts()["sent"].tolist() == [8]


def test_a_member_who_is_no_friend_is_written_to_where_the_dialect_can(my: DemoAccount) -> None:
    plan = my.broadcast("hi", to=my.members(), key="k", pace=INSTANT)
    preview = plan.preview()
    strangers = preview[preview["recipient_type"] == "session"]
    if my.simulator.protocol == "openqq2":
        assert strangers["problem"].notna().all()
    else:
        assert strangers["problem"].isna().sum() > 0
    with pytest.warns(oq.SkippedWarning):
        done = plan.send().wait(PATIENCE_S)
    assert done.sent == len(my.simulator.received) == preview["problem"].isna().sum()
    assert len({one.number for one in my.simulator.received}) == done.sent


def test_a_demo_keeps_nothing_on_the_disk_and_has_it_as_long_as_it_runs(my: DemoAccount) -> None:
    my.broadcast("hi", to=my.friends(), key="k")
    assert not (settings.home() / "broadcasts").exists()
    assert my.broadcast(key="k").template == "hi"


def test_another_session_finds_what_was_planned_sent_and_excluded() -> None:
    with Simulator("openqq1", friends=4, groups=1, members=2) as simulator:
        first = oq.connect(simulator.url)
        friends = first.friends().dropna(subset="qq")
        first.broadcast("{nick}，你好", to=friends.head(1), key="k", pace=INSTANT).send().wait(PATIENCE_S)
        first.exclusions.add(friends.iloc[1])
        first.broadcast("{nick}，你好", to=friends, key="k")
        first.close()
        second = oq.connect(simulator.url)
        assert second.broadcasts()[["key", "sent", "skipped"]].values.tolist() == [["k", 1, 1]]
        assert len(second.exclusions) == 1
        with pytest.warns(oq.SkippedWarning, match="1: excluded"):
            run = second.broadcast(key="k").send()
        assert run.wait(PATIENCE_S).sent == len(friends) - 1
        assert len(simulator.received) == len(friends) - 1
        second.close()
        assert (settings.home() / "broadcasts").is_dir()


def test_planning_leaves_the_rosters_of_the_account_alone() -> None:
    with Simulator("openqq1", friends=3, groups=1, members=2) as simulator:
        my = oq.connect(simulator.url)
        my.broadcast("hi", to=my.friends(), key="k")
        with pytest.raises(oq.NotFound):
            my.roster(at="2100-01-01")
        my.close()


@pytest.mark.parametrize("my", OPENQQ, indirect=True)
def test_ids_of_before_a_login_are_never_used(my: DemoAccount) -> None:
    unnamed = my.friends().assign(qq=None)
    plan = my.broadcast("hi", to=[unnamed, my.discusses()], key="k", pace=INSTANT)
    known = plan.preview()["qq"].notna()
    my.simulator.relogin()
    run = plan.send()
    run.wait(PATIENCE_S)
    report = run.report()
    reached = report["delivery"] == "sent"
    assert reached.equals(known) and (report.loc[~known, "delivery"] == "skipped").all()
    assert len(my.simulator.received) == known.sum()


def test_where_there_are_no_ids_all_are_reached_after_a_new_login(my: DemoAccount) -> None:
    numbered = my.friends().dropna(subset="qq")
    plan = my.broadcast("hi", to=[numbered, my.groups().dropna(subset="gnumber")], key="k", pace=INSTANT)
    my.simulator.relogin()
    done = plan.send().wait(PATIENCE_S)
    assert done.sent == len(my.simulator.received) == len(plan.preview())


@pytest.mark.parametrize("dialect", OPENQQ)
def test_posts_of_our_own_messages_settle_what_was_left_open(dialect: Dialect) -> None:
    with stage(dialect) as one:
        plan = one.my.broadcast("{nick}", to=one.my.friends().head(3), key="k", pace=INSTANT)
        with one.simulator.fault("full_queue", seconds=2 * IDLE_S, times=1):
            run = plan.send()
            run.wait(PATIENCE_S)
        one.settle()
        report = run.report()
        posts_own = dialect in POSTS_OWN
        assert report["delivery"].tolist() == ["sent" if posts_own else "unknown", "sent", "sent"]
        assert len(one.arrived) == 3


@pytest.mark.parametrize("report_own", [True, False])
@pytest.mark.parametrize(("name", "sent"), [("false_failures", True), ("lost_sends", False)])
def test_an_end_that_posts_own_messages_settles_what_it_timed_out_on(
    name: str, sent: bool, report_own: bool
) -> None:
    with stage("onebot11", report_own=report_own) as one:
        friends = one.my.friends().head(3)
        plan = one.my.broadcast("{nick} {qq}", to=friends, key="k", pace=INSTANT)
        with one.simulator.fault(name, times=1) as fault:
            run = plan.send()
            stood = run.wait(PATIENCE_S)
        one.settle()
        assert fault.hits == 1 and stood.failed == 0
        first = "sent" if sent and report_own else "unknown"
        report = run.report()
        assert report["delivery"].tolist() == [first, "sent", "sent"]
        known = report["msg_id"].notna().tolist()
        assert known == [first == "sent", True, True]
        # Once more, nobody who may have got it gets it again.
        again = plan.send()
        again.wait(PATIENCE_S)
        assert len(one.arrived) == len(set(one.arrived)) == 2 + sent


def test_what_qq_refuses_has_failed_and_is_sent_again_when_asked() -> None:
    with stage("onebot11") as one:
        plan = one.my.broadcast("{nick} {qq}", to=one.my.friends(), key="k", pace=INSTANT)
        with one.simulator.fault("failing_sends", times=2):
            run = plan.send()
            done = run.wait(PATIENCE_S)
        assert (done.failed, done.unknown) == (2, 0)
        failed = run.report().query("delivery == 'failed'")
        assert failed["problem"].str.contains("120").tolist() == [True, True]
        assert run.retry("failed").wait(PATIENCE_S).sent == len(plan.preview())
        assert len(one.arrived) == len(set(one.arrived)) == len(plan.preview())


def test_discusses_and_frames_of_ids_are_problems_that_say_so() -> None:
    my = oq.demo("onebot11", groups=3, friends=5, members=6)
    try:
        gone = pd.DataFrame({"did": ["7"], "dname": ["午饭"]})
        ids = pd.DataFrame({"id": ["5"], "nick": ["小灰"]})
        plan = my.broadcast("hi", to=[gone, ids, my.friends().head(1)], key="k", pace=INSTANT)
        problems = plan.preview()["problem"].tolist()
        assert all(problems[:2]) and pd.isna(problems[2])
        with pytest.warns(oq.SkippedWarning, match="2 get nothing"):
            assert plan.send().wait(PATIENCE_S).sent == 1
    finally:
        my.close()


def test_a_report_is_an_audience_and_who_is_excluded_gets_nothing(my: DemoAccount) -> None:
    friends = my.friends().dropna(subset="qq")
    first = my.broadcast("早", to=friends.head(3), key="one", pace=INSTANT).send()
    first.wait(PATIENCE_S)
    my.exclusions.add(friends.iloc[0])
    second = my.broadcast(
        "{nick}，晚安", to=first.report().query("delivery == 'sent'"), key="two", pace=INSTANT
    )
    with pytest.warns(oq.SkippedWarning, match="1: excluded"):
        run = second.send()
    assert run.wait(PATIENCE_S).sent == 2
    assert arrived(my)[3:] == [f"{nick}，晚安" for nick in friends["nick"].iloc[1:3]]


def test_a_server_that_is_gone_leaves_it_certain_what_was_not_sent() -> None:
    with stage("openqq1") as one:
        plan = one.my.broadcast("{nick}", to=one.my.friends(), key="k", pace=INSTANT)
        with one.simulator.fault("down"):
            stood = plan.send().wait(PATIENCE_S)
        assert (stood.state, stood.failed, stood.unknown) == ("paused", 2, 0)
        run = plan.send()
        run.wait(PATIENCE_S)
        assert run.retry("failed").wait(PATIENCE_S).sent == len(plan.preview())
        reached = [message.id for message in one.simulator.received]
        assert len(reached) == len(set(reached)) == len(plan.preview())


def test_replies_are_told_where_an_inbox_listens(my: DemoAccount) -> None:
    friends = my.friends().dropna(subset="qq")
    with my.listen():
        run = my.broadcast("来吗？", to=friends.head(2), key="k", pace=INSTANT).send()
        run.wait(PATIENCE_S)
        my.simulator.say(friends.iloc[0]["qq"], "来！")
        my.simulator.say(friends.iloc[2]["qq"], "谁？")
        my.simulator.wait_posted()
        assert run.replies()["content"].tolist() == ["来！"]


def test_replies_are_found_in_the_journals_of_a_listener_that_is_gone(tmp_path: Path) -> None:
    with Simulator("openqq1", friends=4, groups=1, members=2) as simulator:
        first = oq.connect(simulator.url)
        friends = first.friends().dropna(subset="qq")
        run = first.broadcast("来吗？", to=friends.head(2), key="k", pace=INSTANT).send()
        run.wait(PATIENCE_S)
        with pytest.raises(oq.InvalidInput, match="Nobody has listened since"):
            run.replies()
        for journal, text in ((None, "来！"), (tmp_path / "named.db", "也来！")):
            with first.listen(journal=journal) as inbox:
                assert isinstance(inbox.way, Address)
                simulator.post_to(inbox.way.url)
                simulator.say(friends.iloc[0]["qq"], text)
                simulator.say(friends.iloc[2]["qq"], "谁？")
                simulator.wait_posted()
                simulator.post_to(None)
        first.close()
        second = oq.connect(simulator.url)
        replies = second.broadcast(key="k").send().replies()
        assert replies["content"].tolist() == ["来！", "也来！"]
        assert replies["sender_qq"].tolist() == [friends.iloc[0]["qq"]] * 2
        second.close()


def test_a_journal_that_ends_before_the_broadcast_says_nothing_of_replies() -> None:
    with Simulator("openqq1", friends=3, groups=1, members=2) as simulator:
        my = oq.connect(simulator.url)
        with my.listen():
            my.send_friend("早", qq=str(my.friends()["qq"].dropna().iloc[0]))
        run = my.broadcast("来吗？", to=my.friends(), key="k", pace=INSTANT).send()
        run.wait(PATIENCE_S)
        with pytest.raises(oq.InvalidInput, match="Nobody has listened since"):
            run.replies()
        my.close()


def test_quiet_members_and_those_who_did_not_get_another_one_are_selections(my: DemoAccount) -> None:
    members = my.members()
    told = members.dropna(subset="last_speak_time").drop_duplicates("qq")
    quiet = told[told["last_speak_time"] < told["last_speak_time"].median()]
    some = my.broadcast("第一条", to=my.friends().head(2), key="one", pace=INSTANT)
    assert some.send().wait(PATIENCE_S).sent == 2
    plan = my.broadcast("好久不见", to=[quiet, my.friends()], key="two", pace=INSTANT, unless="one")
    preview = plan.preview()
    assert set(quiet["qq"].dropna()) <= set(preview["qq"].dropna())
    again = preview["problem"].fillna("").str.startswith("was written to under the key 'one'")
    assert sorted(preview.loc[again, "displayname"]) == sorted(some.preview()["displayname"])


def test_closing_the_account_stops_what_is_being_sent() -> None:
    with Simulator("openqq1", friends=6, groups=1, members=2) as simulator:
        my = oq.connect(simulator.url)
        run = my.broadcast("hi", to=my.friends(), key="k", pace=oq.Pace(between=(60, 60), quiet=None)).send()
        simulator.wait_received(1)
        my.close()
        assert not any(thread.name == "openqq-nb-broadcast" for thread in threading.enumerate())
        assert run.progress.state == "stopped" and len(simulator.received) == 1


def test_a_cell_run_again_finds_what_it_already_sends() -> None:
    with Simulator("openqq1", friends=6, groups=1, members=2) as simulator:
        first, second = (oq.connect(simulator.url) for _ in range(2))
        slowly = oq.Pace(between=(60, 60), quiet=None)
        run = first.broadcast("hi", to=first.friends(), key="k", pace=slowly).send()
        assert second.broadcast("hi", to=second.friends(), key="k").send() is run
        second.close()
        assert run.progress.state == "stopped"
        assert first.broadcasts()["key"].tolist() == ["k"]
        first.close()


def test_both_faces_plan_the_same(my: DemoAccount) -> None:
    async def planned() -> tuple[oq.Pace, int]:
        plan = await my.aio.broadcast("hi", to=my.friends(), key="k", pace=INSTANT)
        done = await plan.send().aio.wait(PATIENCE_S)
        return plan.pace, done.sent

    assert asyncio.run(planned()) == (INSTANT, 5)
    assert len(my.broadcast("hi", to=my.friends(), key="k").preview()) == 5


def test_a_bar_is_shown_in_a_terminal(
    my: DemoAccount, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Terminal:
        written = ""

        def write(self, text: str) -> None:
            self.written += text

        def flush(self) -> None:
            """Nothing waits here."""

        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    my.broadcast("hi", to=my.friends(), key="晚饭", pace=INSTANT).send().wait(PATIENCE_S)
    assert "晚饭" in terminal.written and "5 sent, 0 failed, 0 unknown" in terminal.written
