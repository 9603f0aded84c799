"""Uses the whole public interface as people do, each result with the type that an editor should show for it.

`test_interface.py` has a type checker read this file, runs it, and looks that no public name is missing.
"""

import base64
from contextlib import suppress
from pathlib import Path
from typing import Any, assert_type

import pandas as pd

import openqq_nb as oq
from openqq_nb.broadcast.exclusions import Exclusions
from openqq_nb.broadcast.plan import Plan
from openqq_nb.broadcast.progress import Progress, State
from openqq_nb.broadcast.run import Run
from openqq_nb.demo_account import DemoAccount
from openqq_nb.inbox import LoginCode, Message, Setup, Stats
from openqq_nb.languages import Language
from openqq_nb.segments import Parts
from openqq_nb.simulator import (
    FAULTS,
    Decided,
    Fault,
    Friend,
    Group,
    Kicked,
    Membership,
    Muted,
    Person,
    Posted,
    Received,
    Simulator,
    World,
)
from openqq_nb.widgets.broadcaster import Broadcaster
from openqq_nb.widgets.composer import Composer
from openqq_nb.widgets.explorer import Explorer
from openqq_nb.widgets.feed import Feed


def who_is_there(my: oq.Account) -> None:
    assert_type(my.me(), "pd.Series[Any]")
    assert_type(my.friends(), pd.DataFrame)
    assert_type(my.groups(), pd.DataFrame)
    assert_type(my.members(), pd.DataFrame)
    assert_type(my.members("PERL学习交流"), pd.DataFrame)
    assert_type(my.members(["PERL学习交流", my.groups().iloc[1]]), pd.DataFrame)
    assert_type(my.members(my.groups().head(2)), pd.DataFrame)
    assert_type(my.discusses(), pd.DataFrame)
    assert_type(my.discuss_members(), pd.DataFrame)
    assert_type(my.search_friends("小灰"), pd.DataFrame)
    assert_type(my.search_groups("perl"), pd.DataFrame)
    assert_type(my.server(), "pd.Series[Any]")
    with suppress(oq.NotSupported):
        assert_type(my.recent(), pd.DataFrame)
    with suppress(oq.NotSupported):
        assert_type(my.history(gnumber="1", since="2026-11-17", limit=10, contains="签到"), pd.DataFrame)
        my.history(qq=1)
        my.history(to=my.groups().iloc[0])


def rosters(my: oq.Account) -> None:
    roster = my.roster()
    assert_type(roster, oq.Roster)
    assert_type(roster.me, "pd.Series[Any]")
    frames = [
        roster.friends,
        roster.groups,
        roster.members,
        roster.discusses,
        roster.discuss_members,
    ]
    assert_type(frames, list[pd.DataFrame])
    assert_type(roster.fetched_at, pd.Timestamp)
    assert_type(roster.diff(my.roster(at=roster.fetched_at)), pd.DataFrame)
    assert_type(my.roster(at="2100-01-01"), oq.Roster)


def widgets(my: oq.Account, inbox: oq.Inbox) -> None:
    assert_type(oq.language(), Language)
    assert_type(oq.language("zh"), Language)
    composer = my.composer(to=my.friends().iloc[0])
    assert_type(composer, Composer)
    composer.choose(my.groups().iloc[0])
    composer.write("周五聚餐！")
    composer.close()
    broadcaster = my.broadcaster([my.friends(), my.groups().iloc[0]], template="{displayname}，你好", key="x")
    assert_type(broadcaster, Broadcaster)
    broadcaster.take(my.members())
    broadcaster.write("周五聚餐！")
    broadcaster.close()
    explorer = my.explorer()
    assert_type(explorer, Explorer)
    assert_type(explorer.selection, pd.DataFrame)
    assert_type(explorer.shown, pd.DataFrame)
    assert_type(explorer.overlap, pd.DataFrame)
    explorer.close()
    feed = inbox.feed(type="group_message")
    assert_type(feed, Feed)
    feed.close()


def sends(my: oq.Account) -> None:
    friend, group, discuss = (frame.iloc[0] for frame in (my.friends(), my.groups(), my.discusses()))
    receipt = my.send_friend("你好", to=friend)
    assert_type(receipt, oq.Receipt)
    my.send_friend("你好", qq=1)
    my.send_friend("你好", id="1", wait=True)
    my.send_group("大家好", to=group)
    my.send_group("大家好", gnumber="1")
    my.send_group("大家好", gid=1)
    my.send_discuss("hi", to=discuss)
    my.send_discuss("hi", did="1")
    with suppress(oq.NotSupported):
        assert_type(my.send_session("hi", gnumber="1", qq="2"), oq.Receipt)
        my.send_session("hi", did="1", id="2")
    assert_type(receipt.ok, bool)
    assert_type(bool(receipt), bool)
    assert_type(receipt.code, int)
    assert_type((receipt.status, receipt.meaning), tuple[str, str])
    assert_type((receipt.msg_id, receipt.info), tuple[str | None, str | None])
    assert_type(receipt.delivery.value, str)


def more_than_text(my: oq.Account, picture: Path) -> None:
    message = oq.reply_to("387693160") + oq.at("4200000011") + " 看图 " + oq.image(picture) + oq.face(14)
    assert_type(message, Parts)
    assert_type(("x" + oq.at("all")).text, str)
    assert_type(message.reply_to, str | None)
    with suppress(oq.NotSupported):
        assert_type(my.send_group(message, gnumber="1"), oq.Receipt)
        my.send_friend(oq.face(14), qq="1")
    assert_type(oq.Reply(oq.at("1") + "收到").text, str | Parts)


def manages(my: oq.Account) -> None:
    with suppress(oq.NotSupported):
        assert_type(my.recall("387693160"), oq.Outcome)
        my.recall(-5)
    with suppress(oq.NotSupported):
        outcome = my.mute(gnumber="1", qq="2", seconds=600)
        assert_type(outcome, oq.Outcome)
        assert_type((outcome.ok, outcome.code), tuple[bool, int])
        assert_type((outcome.status, outcome.meaning), tuple[str, str])
        assert_type(my.kick(gnumber=1, qq=2), oq.Outcome)
        assert_type(my.relogin(), oq.Outcome)


def consults(my: oq.Account) -> None:
    report = my.doctor()
    assert_type(report, oq.Report)
    assert_type(report.df, pd.DataFrame)
    assert_type(bool(report), bool)
    assert_type([one.verdict for one in report.findings if one.advice][:0] == [], bool)


def listens(my: DemoAccount) -> None:
    with my.listen(port=0, journal=False) as inbox:
        assert_type(inbox, oq.Inbox)
        widgets(my, inbox)

        @inbox.on_message
        def plain(message: Message) -> None:
            assert_type(message.content, Any)

        @inbox.on_message(contains="签到", type="message")
        def replying(message: Message) -> oq.Reply:
            return oq.Reply(f"{message.sender}，签到成功", shutup=False, shutup_time=60)

        @inbox.on_message(sender=my.friends()["qq"].dropna().iloc[0])
        async def later(message: Message) -> str | None:
            return None

        my.simulator.say(my.friends()["qq"].dropna().iloc[0], "签到")
        assert_type(inbox.wait(1, timeout=30, contains="签到"), pd.DataFrame)
        with suppress(oq.NotSupported):
            assert_type(inbox.backfill("2026-11-17", groups=["1"], friends=[]), pd.DataFrame)
        assert_type((inbox.df, inbox.events, inbox.handlers), tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame])
        assert_type(inbox.stats, Stats)
        assert_type(inbox.url, str)
        assert_type(inbox.login_code, LoginCode | None)
        assert_type(inbox.setup(), Setup)
        inbox.stop()
    try:
        inbox.wait(1, timeout=0.01)
    except oq.TimedOut as error:
        assert_type(error.df, pd.DataFrame | None)


async def awaits(my: oq.Account) -> None:
    assert_type(await my.aio.me(), "pd.Series[Any]")
    assert_type(await my.aio.friends(), pd.DataFrame)
    assert_type(await my.aio.groups(), pd.DataFrame)
    assert_type(await my.aio.members(), pd.DataFrame)
    assert_type(await my.aio.discusses(), pd.DataFrame)
    assert_type(await my.aio.discuss_members(), pd.DataFrame)
    assert_type(await my.aio.search_friends("1"), pd.DataFrame)
    assert_type(await my.aio.search_groups("1"), pd.DataFrame)
    assert_type(await my.aio.server(), "pd.Series[Any]")
    assert_type(await my.aio.roster(), oq.Roster)
    assert_type(await my.aio.doctor(), oq.Report)
    assert_type(await my.aio.broadcast("hi", to=my.friends(), key="awaited"), Plan)
    assert_type(await my.aio.broadcasts(), pd.DataFrame)
    assert_type(await my.aio.composer(to=None), Composer)
    assert_type(await my.aio.explorer(), Explorer)
    assert_type(await my.aio.broadcaster(), Broadcaster)
    assert_type(await my.aio.send_friend("hi", qq="1"), oq.Receipt)
    assert_type(await my.aio.send_group("hi", gnumber="1"), oq.Receipt)
    assert_type(await my.aio.send_discuss("hi", did="1"), oq.Receipt)
    with suppress(oq.NotSupported):
        assert_type(await my.aio.recent(), pd.DataFrame)
    with suppress(oq.NotSupported):
        assert_type(await my.aio.history(gnumber="1"), pd.DataFrame)
    with suppress(oq.NotSupported):
        assert_type(await my.aio.send_session("hi", gnumber="1", qq="2"), oq.Receipt)
    with suppress(oq.NotSupported):
        assert_type(await my.aio.recall("1"), oq.Outcome)
    with suppress(oq.NotSupported):
        assert_type(await my.aio.mute(gnumber="1", qq="2", seconds=60), oq.Outcome)
        assert_type(await my.aio.kick(gnumber="1", qq="2"), oq.Outcome)
        assert_type(await my.aio.relogin(), oq.Outcome)
    inbox = await my.aio.listen(journal=False)
    with suppress(oq.TimedOut):
        assert_type(await inbox.aio.wait(1, timeout=0.01), pd.DataFrame)
    inbox.stop()


def keeps(my: DemoAccount, folder: Path) -> None:
    with my.listen(port=0, journal=folder / "messages.db") as inbox:
        my.simulator.chatter(2)
        inbox.wait(2, timeout=30)
        with oq.open_log(folder / "messages.db").follow() as live:
            assert_type(live, oq.Inbox)
    log = oq.open_log(folder / "messages.db")
    assert_type(log.read(["content"], since="2016-01-01", contains="x"), pd.DataFrame)
    assert_type(oq.journals(), pd.DataFrame)
    assert_type(log, oq.Log[pd.DataFrame])
    assert_type(len(log), int)
    assert_type((log.df, log.events, log.problems), tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame])
    assert_type(oq.with_people(log.df, my.members()), pd.DataFrame)
    for name in ("messages.xlsx", "messages.csv", "messages.parquet", "messages.jsonl"):
        assert_type(oq.export(log.df, folder / name), Path)
    oq.export(log.df, str(folder / "messages.csv"))


def analyses(my: DemoAccount, folder: Path) -> None:
    past = my.simulator.past(my.simulator.truth.groups[0], years=0.2, messages=300)
    log = oq.open_log(past.write(folder / "group.json"), zone="Asia/Shanghai", me="小灰")
    assert_type(log, oq.Log[pd.DataFrame])
    assert_type(log.scan(["msg_time", "sender"]), pd.DataFrame)
    assert_type(oq.Log.of(log.df, "mine"), oq.Log[pd.DataFrame])
    assert_type(log.to_chatlab(folder / "chatlab.json", name="群"), Path)
    assert_type(log.to_parquet(folder / "archive"), str)
    archive = oq.open_log(folder / "archive", engine="polars")
    assert_type(archive, oq.Log[Any])
    assert_type(archive.read(["content"]), pd.DataFrame)
    assert_type(oq.pseudonymise(log, key="secret of mine"), oq.Log[pd.DataFrame])
    assert_type(oq.pseudonymise(log.df, text=False), pd.DataFrame)
    oq.analysis.ranking(log, roster=my.members())
    oq.analysis.lurkers(my.members(), log, silent_for="30D")
    picture = oq.charts.activity(log)
    assert_type(picture, oq.charts.Picture)
    assert_type((picture.title, picture.summary, picture.svg("dark")), tuple[str, str, str])
    assert_type(picture.save(folder / "activity.svg", theme="light"), Path)
    assert_type(log.report(folder / "group.html", roster=my.members(), title="群"), Path)


def plays_the_other_side(simulator: Simulator) -> None:
    world = simulator.truth
    assert_type(world, World)
    assert_type(simulator.world, World)
    friend, group = world.friends[0], world.groups[0]
    new = Person(9_900_000_901, "新来的")
    assert_type(simulator.join(group, new), Membership)
    assert_type(simulator.rename(new, "来了", seen=False), Person)
    assert_type(simulator.set_card(group, 9_900_000_901, "卡片"), Membership)
    assert_type(simulator.set_role(group, new, "admin"), Membership)
    assert_type(simulator.leave(group, new), Person)
    assert_type(simulator.add_friend(new), Friend)
    assert_type(simulator.set_markname(friend, "老友"), Friend)
    assert_type(simulator.set_state(friend, "away"), Friend)
    assert_type(simulator.remove_friend(new), Person)
    assert_type(simulator.add_group("新群"), Group)
    assert_type(simulator.rename_group("新群", "旧群"), Group)
    assert_type(simulator.leave_group("旧群"), Group)
    simulator.say(friend, "在吗")
    simulator.say_together([(friend, "一"), {"who": friend, "text": "二"}])
    assert_type(simulator.posts, list[Posted])
    assert_type(simulator.wait_posted(timeout=30), list[Posted])
    assert_type(simulator.received, list[Received])
    assert_type(simulator.wait_received(0), list[Received])
    assert_type((simulator.ended, simulator.pace), tuple[str | None, float])
    assert_type(simulator.errors, list[Exception])
    with simulator.fault("slow", calls="get_friend_info", times=1, seconds=0.01) as fault:
        assert_type(fault, Fault)
        assert_type((fault.hits, simulator.faults), tuple[int, list[Fault]])
    fault.end()
    assert_type(simulator.fault_names, dict[str, str])
    assert set(simulator.fault_names) <= set(FAULTS)
    simulator.reload()
    simulator.relogin()
    assert_type((simulator.muted, simulator.kicked), tuple[list[Muted], list[Kicked]])
    assert_type((simulator.url, simulator.running), tuple[str, bool])
    assert simulator.protocol in ("openqq1", "openqq2")
    simulator.post_to(None)
    simulator.stop()
    simulator.start()
    with suppress(TimeoutError):
        simulator.wait_ended(timeout=0.01)


def broadcasts(my: oq.Account) -> None:
    pace = oq.Pace(between=(0, 0.5), rest_every=10, rest=0, max_groups=None, quiet=None, max_failures=2)
    assert_type(
        (pace.between, pace.quiet, pace.rest), tuple[tuple[float, float], tuple[str, str] | None, float]
    )
    assert_type((pace.rest_every, pace.max_groups, pace.max_failures), tuple[int, int | None, int])
    exclusions = my.exclusions
    assert_type(exclusions, Exclusions)
    exclusions.add({"qq": "1"}, why="asked for it")
    assert_type(exclusions.df, pd.DataFrame)
    exclusions.remove(exclusions.df)
    to = [my.friends(), my.groups().iloc[0]]
    plan = my.broadcast("{displayname}，你好", to=to, key="typed", pace=oq.Pace.instant())
    assert_type(plan, Plan)
    assert_type(plan.preview(), pd.DataFrame)
    assert_type((plan.key, plan.template, plan.pace), tuple[str, str, oq.Pace])
    run = plan.send()
    assert_type(run, Run)
    run.pause()
    run.resume()
    done = run.wait(timeout=30)
    assert_type(done, Progress)
    assert_type(
        (done.state, done.total, done.problem, done.seconds_left), tuple[State, int, str | None, float]
    )
    assert_type(
        run.progress.sent + done.pending + done.accepted + done.failed + done.skipped + done.unknown, int
    )
    assert_type(run.retry("failed"), Run)
    assert_type(run.report(), pd.DataFrame)
    assert_type(plan.report(), pd.DataFrame)
    with suppress(oq.InvalidInput):
        assert_type(run.replies(), pd.DataFrame)
    run.stop()
    assert_type(run.key, str)
    assert_type(oq.run(run.aio.wait(30)), Progress)
    assert_type(my.broadcasts(), pd.DataFrame)
    broadcaster = my.broadcaster(key="typed")
    assert_type(broadcaster.report(), pd.DataFrame)
    broadcaster.close()
    other = my.broadcast("hi", to=run.report(), key="forgotten", unless=["typed"])
    other.forget()


def errors() -> list[type[oq.OpenqqError]]:
    return [
        oq.Ambiguous, oq.InvalidInput, oq.JournalFailed, oq.ListenerFailed, oq.NestedWait, oq.NoAnswer, oq.NotFound,
        oq.NotLoaded, oq.NotOpenqq, oq.NotSupported, oq.NotUnderstood, oq.Refused, oq.TimedOut, oq.Unreachable,
    ]  # fmt: skip


def warnings() -> list[type[UserWarning]]:
    return [oq.FollowingWarning, oq.HandlerWarning, oq.InboxWarning, oq.NotLoadedWarning, oq.SkippedWarning]


def _picture(folder: Path) -> Path:
    picture = folder / "dot.gif"
    picture.write_bytes(base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"))
    return picture


def use(my: DemoAccount, folder: Path) -> None:
    """Use everything, once."""
    who_is_there(my)
    rosters(my)
    sends(my)
    more_than_text(my, _picture(folder))
    consults(my)
    listens(my)
    keeps(my, folder)
    analyses(my, folder)
    broadcasts(my)
    manages(my)
    assert_type(oq.run(awaits(my)), None)
    plays_the_other_side(my.simulator)
    assert errors() and warnings()


def happens_in_onebot(simulator: Simulator) -> None:
    world = simulator.truth
    group, friend = world.groups[0], world.friends[0]
    member = next(one.person for one in group.members if one.person is not world.me.person)
    said = simulator.say(friend, [{"type": "face", "data": {"id": "14"}}])
    simulator.recall(said)
    simulator.poke(friend)
    simulator.poke(member, group, target=member)
    simulator.type_on(friend)
    simulator.mute(group, member, 60)
    simulator.mute_all(group, on=False)
    assert_type(simulator.upload(group, member, "表.xlsx"), dict[str, Any])
    assert_type(simulator.ask_friend(Person(9_900_000_902, "新来的"), "您好"), dict[str, Any])
    assert_type(simulator.ask_group(group, Person(9_900_000_903, "新来的"), invite=True), dict[str, Any])
    simulator.kick(group, member)
    simulator.disband(world.groups[1])
    simulator.online = simulator.report_own = True
    simulator.message_format = "string"
    assert_type((simulator.online, simulator.report_own, simulator.ws_url), tuple[bool, bool, str])
    simulator.wait_sockets(1)
    assert_type((simulator.sockets, simulator.decided), tuple[int, list[Decided]])
    assert_type(simulator.complaints, list[str])
    assert_type(simulator.wait_posted()[:0], list[Posted])
    assert_type([one.complaint for one in simulator.posts], list[str | None])


def living() -> None:
    """Use what only a living account has: its WebSocket, its history, messages of more than text."""
    with Simulator(
        "onebot11", groups=2, friends=3, members=3, end="napcat", token="typed", report_own=False
    ) as simulator:
        my = oq.connect(simulator.ws_url, token="typed")
        with my.listen(journal=False) as inbox:
            happens_in_onebot(simulator)
            assert_type((inbox.stats.online, inbox.stats.connected), tuple[bool | None, int])
            assert_type((inbox.stats.filled, inbox.stats.last_seen), tuple[int, pd.Timestamp | None])
            assert_type(inbox.backfill(friends=[]), pd.DataFrame)
        assert_type(my.history(to=my.friends().iloc[0], limit=5), pd.DataFrame)
        receipt = my.send_friend("你好" + oq.face(14), to=my.friends().iloc[0])
        assert_type(my.recall(receipt), oq.Outcome)
        my.close()
    simulated = oq.demo("onebot11", groups=1, friends=2, members=3, end="llbot")
    assert_type(simulated, DemoAccount)
    simulated.close()


def connects() -> None:
    with oq.demo("openqq2", seed=3, pace=0, groups=2, friends=3, members=3).simulator as simulator:
        my = oq.connect(simulator.url, protocol="auto", timeout=30, token=None)
        assert_type(my, oq.Account)
        my.close()
