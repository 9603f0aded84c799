"""The broadcaster as a whole: whom, what, preview, pace, confirm, watch, each action without a browser."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb.broadcast.planning import Snapshot
from openqq_nb.demo_account import DemoAccount
from openqq_nb.errors import InvalidInput
from openqq_nb.roster import Roster
from openqq_nb.widgets.broadcaster.fallbacks import with_fallback
from openqq_nb.widgets.broadcaster.preparing import Preparing
from openqq_nb.widgets.broadcaster.tempo import quiet
from tests.lab.hostile import TEXTS
from tests.roster.small import friend, group, member, roster
from tests.widgets.broadcasting import Open, arrived, demo, links_of, links_to
from tests.widgets.showing import Page


@pytest.fixture
def my() -> Iterator[DemoAccount]:
    with demo() as my:
        yield my


@pytest.mark.parametrize("protocol", ["openqq1", "openqq2", "onebot11"])
def test_the_whole_job_pick_write_mend_confirm_and_know(protocol: str) -> None:
    with demo(protocol) as my:  # type: ignore[arg-type]
        friends = my.friends().dropna(subset=["qq"])
        open_ = Open(my, to=friends)
        open_.pick("group")
        open_.page.ask("text", "write", text="{markname}，周五聚餐！")
        open_.page.ask("pace", "choose", choice="instant")
        preview = open_.ready()
        (problem,) = [one for one in preview["problems"] if one["field"] == "{markname}"]
        assert preview["send"] + problem["count"] == len(friends) + len(my.groups())
        open_.page.ask("preview", "fallback", group=problem["group"], text="大家", edition=preview["edition"])
        assert open_.page.view("text")["text"] == '{markname|"大家"}，周五聚餐！'
        preview = open_.ready()
        assert preview["problems"] == [] and preview["send"] == len(friends) + len(my.groups())
        samples = [sample["text"] for sample in preview["samples"]]
        assert samples[-1] == "大家，周五聚餐！"
        assert open_.send()["problem"] is None
        watch = open_.still()
        done = (watch["state"], watch["done"], watch["total"])
        assert done == ("finished", preview["send"], preview["send"]), watch
        names = friends["markname"].fillna("").replace("", "大家")
        wanted = [("friend", f"{name}，周五聚餐！") for name in names]
        assert Counter(arrived(my)) == Counter(wanted + [("group", "大家，周五聚餐！")] * len(my.groups()))
        open_.close()


def test_nothing_is_kept_or_sent_before_the_number_was_typed(my: DemoAccount) -> None:
    open_ = Open(my, to=my.friends(), template="{displayname}，早")
    count = open_.ready()["send"]
    page = open_.page
    for part in open_.preparing.parts:
        page.view(part)
    for wrong in ("", str(count + 1), f"{count}.0", "六"):
        shown = open_.send(wrong)
        assert shown["problem"]["title"] == "Nothing was sent."
    edition = page.view("confirm")["edition"]
    page.ask("confirm", "send", number=str(count), edition=edition - 1)
    assert "changed meanwhile" in page.view("confirm")["problem"]["detail"]
    assert my.broadcasts().empty and arrived(my) == [] and page.view("watch")["key"] is None
    open_.close()


def test_two_presses_send_once_and_leave_an_empty_draft(my: DemoAccount) -> None:
    links, loads = links_of(my), list[int]()

    def load() -> Roster:
        loads.append(1)
        return links.load()

    preparing = Preparing(replace(links, load=load), links.load(), to=my.friends(), template="早", key="once")
    page = Page(preparing.parts)
    page.ask("pace", "choose", choice="instant")
    page.wait("preview", lambda view: view["state"] == "ready")
    confirm = page.view("confirm")
    for _ in range(2):
        page.ask("confirm", "send", number=str(confirm["number"]), edition=confirm["edition"])
    page.wait("watch", lambda view: view["key"] == "once" and view["state"] == "finished")
    assert len(arrived(my)) == len(my.friends()) and loads == [1]
    page.ask("watch", "leave", key="once")
    assert page.view("watch")["key"] is None
    assert page.view("text")["text"] == "" and page.view("whom")["sources"] == []


def test_what_keeps_it_from_being_sent_is_said(my: DemoAccount) -> None:
    open_ = Open(my)
    page = open_.page

    def off() -> str:
        open_.ready()
        why: str = page.view("confirm")["off"]
        return why

    assert off() == "Choose to whom first."
    open_.pick("friend")
    assert off() == "Write a text first."
    page.ask("text", "write", text="{nobody}，早")
    assert off() == "The text cannot be used as it stands."
    assert "'nobody'" in page.view("text")["problem"]["detail"]
    # Nothing is shown as if it went out.
    preview = page.view("preview")
    assert (preview["state"], preview["send"], preview["summary"], preview["samples"]) == ("empty", 0, [], [])
    assert {row["text"] for row in preview["rows"]} == {""} and page.view("text")["sample"] is None
    page.ask("text", "write", text="早{")
    assert off() == "The text cannot be used as it stands."
    page.ask("text", "write", text="早")
    page.ask("pace", "set", name="rest", text="soon")
    assert off() == "This is no pace."
    page.ask("pace", "choose", choice="default")
    page.ask("pace", "key", text="x" * 201)
    assert off() == "This cannot name a broadcast."
    page.ask("pace", "key", text="")
    assert off() == "" and page.view("confirm")["number"] == len(my.friends())
    open_.close()


def test_sources_are_combined_counted_without_doubles_and_removed(my: DemoAccount) -> None:
    open_ = Open(my, to=my.friends().head(2), template="早")
    open_.pick("friend")
    version = open_.page.view("whom")["version"]
    open_.page.ask("whom", "look", kind="group")
    for row in (0, 1, 1):
        open_.page.ask("whom", "add", kind="group", row=row, version=version)
    open_.ready()
    whom = open_.page.view("whom")
    assert [(one["label"], one["count"]) for one in whom["sources"]] == [
        ("Given in the cell", 2),
        ("Friends", 6),
        ("Groups, one by one", 3),
    ]
    assert whom["total"].startswith("Recipients: 8; 3 rows")
    assert [row["chosen"] for row in whom["rows"]] == [True, True, False, False]
    open_.page.ask("whom", "remove", source=whom["sources"][1]["source"])
    open_.ready()
    assert open_.page.view("whom")["total"].startswith("Recipients: 4; 1 rows")
    open_.page.ask("whom", "clear")
    assert open_.ready()["state"] == "empty"
    open_.close()


def test_a_category_the_members_of_a_group_and_what_is_found_are_places_to_pick_from(my: DemoAccount) -> None:
    open_ = Open(my, template="早")
    friends, members = my.friends(), my.members()
    category = friends["category"].iloc[0]
    whom = open_.pick("friend", place=category)
    assert whom["sources"][0]["count"] == int((friends["category"] == category).sum())
    assert whom["sources"][0]["label"] == f"Friends: {category}"
    gid = members["gid"].iloc[0]
    others = members[(members["gid"] == gid) & (members["qq"] != my.me()["qq"])]
    whom = open_.pick("member", place=gid)
    assert whom["sources"][1]["count"] == len(others)
    whom = open_.pick("friend", text=friends["nick"].iloc[1])
    assert "found by" in whom["sources"][2]["label"]
    open_.pick("discuss")
    assert open_.ready()["send"] > 0
    open_.close()


def test_an_older_roster_adds_nobody_and_one_that_is_loaded_anew_keeps_who_was_chosen(
    my: DemoAccount,
) -> None:
    open_ = Open(my, to=my.friends().head(2), template="早")
    open_.page.ask("whom", "reload")
    whom = open_.page.wait("whom", lambda view: view["version"] == 2 and not view["loading"])
    open_.page.ask("whom", "add_all", kind="friend", version=1)
    open_.page.ask("whom", "add", kind="friend", row=0, version=1)
    assert open_.page.view("whom")["sources"] == whom["sources"]
    with pytest.raises(InvalidInput, match="no row 99"):
        open_.page.ask("whom", "add", kind="friend", row=99, version=2)
    with pytest.raises(InvalidInput, match="no kind 'nobody'"):
        open_.page.ask("whom", "look", kind="nobody")
    open_.close()


def test_a_server_that_is_gone_is_said_and_changes_nothing(my: DemoAccount) -> None:
    open_ = Open(my, to=my.friends(), template="早", key="gone")
    open_.ready()
    my.simulator.stop()
    open_.page.ask("whom", "reload")
    whom = open_.page.wait("whom", lambda view: not view["loading"])
    assert whom["problem"]["title"] == "The server cannot be reached."
    shown = open_.send()
    assert shown["problem"]["title"] == "The server cannot be reached."
    assert open_.preparing._links.broadcasts().ledger.keys() == []
    open_.close()


def test_who_came_between_the_preview_and_the_press_is_shown_and_nothing_is_sent() -> None:
    with demo() as my:
        links = links_of(my)
        before = links.load()
        # Somebody is no friend any more by the time that the button is pressed.
        after = replace(before, friends=before.friends.iloc[1:].reset_index(drop=True))
        preparing = Preparing(replace(links, load=lambda: after), before, to=before.friends, template="早")
        page = Page(preparing.parts)
        page.wait("preview", lambda view: view["state"] == "ready")
        confirm = page.view("confirm")
        page.ask("confirm", "send", number=str(confirm["number"]), edition=confirm["edition"])
        shown = page.wait("confirm", lambda view: bool(view["problem"]))
        assert "5 now, and 6 before" in shown["problem"]["detail"]
        page.wait("preview", lambda view: view["state"] == "ready")
        assert page.view("confirm")["number"] == 5
        assert links.broadcasts().ledger.keys() == [] and arrived(my) == []


def test_others_in_the_same_number_are_shown_first_and_get_nothing() -> None:
    with demo() as my:
        links = links_of(my)
        there = links.load()
        friends = there.friends

        def without(place: int) -> Roster:
            return replace(there, friends=friends.drop(index=place).reset_index(drop=True))

        # One is a friend no more, and another one is again, by the time that the button is pressed.
        preparing = Preparing(replace(links, load=lambda: without(0)), without(1), to=friends, template="早")
        page = Page(preparing.parts)
        page.ask("pace", "choose", choice="instant")
        for _ in range(2):
            page.wait("preview", lambda view: view["state"] == "ready")
            confirm = page.view("confirm")
            assert confirm["number"] == 5
            assert links.broadcasts().ledger.keys() == [] and arrived(my) == []
            page.ask("confirm", "send", number="5", edition=confirm["edition"])
            shown = page.wait("confirm", lambda view: not view["busy"])
            assert confirm["problem"] or "still 5 messages" in shown["problem"]["detail"]
        page.wait("watch", lambda view: view["state"] == "finished")
        assert len(arrived(my)) == 5


def test_what_another_program_plans_at_that_moment_is_neither_sent_nor_forgotten(my: DemoAccount) -> None:
    links, friends = links_of(my), my.friends()

    def kept(roster: Roster) -> Snapshot:
        my.broadcast("早", to=friends.tail(2), key="both")
        return links.kept(roster)

    preparing = Preparing(
        replace(links, kept=kept), links.load(), to=friends.head(2), template="早", key="both"
    )
    page = Page(preparing.parts)
    page.wait("preview", lambda view: view["state"] == "ready")
    confirm = page.view("confirm")
    page.ask("confirm", "send", number="2", edition=confirm["edition"])
    shown = page.wait("confirm", lambda view: not view["busy"])
    assert "changed meanwhile" in shown["problem"]["detail"]
    assert my.broadcasts()[["key", "recipients", "pending"]].values.tolist() == [["both", 2, 2]]
    assert arrived(my) == []


def test_no_roster_is_kept_before_the_button_and_one_login_stays_one(my: DemoAccount) -> None:
    rosters = my._broadcasting._logins(my.roster())
    # Known by ids of this login only.
    open_ = Open(my, to=[my.friends().assign(qq=None), my.discusses()], template="早", key="kept")
    open_.page.ask("pace", "choose", choice="instant")
    count = open_.ready()["send"]
    open_.page.ask("whom", "reload")
    open_.page.wait("whom", lambda view: view["version"] == 2)
    assert open_.ready()["send"] == count > len(my.discusses())
    with pytest.raises(oq.NotFound, match="None was kept yet"):
        rosters.at("2100")
    assert open_.send()["problem"] is None
    assert open_.still()["state"] == "finished" and len(arrived(my)) == count
    assert len(rosters.at("2100").friends) == len(my.friends())
    open_.close()


def test_a_row_and_a_whole_problem_are_taken_out_and_put_back(my: DemoAccount) -> None:
    open_ = Open(my, to=[my.friends(), {"qq": "1"}, {"qq": "2"}, {"qq": "x"}], template="早")
    preview = open_.ready()
    assert (preview["send"], preview["total"]) == (6, 9)
    reasons = {one["reason"]: one for one in preview["problems"]}
    nowhere = reasons["no friend, and no group is named to write through"]
    assert nowhere["count"] == 2 and nowhere["field"] is None and nowhere["removable"]
    open_.page.ask("preview", "remove_group", group=nowhere["group"], edition=preview["edition"])
    preview = open_.ready()
    assert (preview["send"], preview["total"], preview["removed"]) == (6, 7, 2)
    first = preview["rows"][0]
    # What is asked of an older draft changes nothing.
    open_.page.ask("preview", "remove", row=first["row"], edition=preview["edition"] - 1)
    assert open_.ready()["total"] == 7
    open_.page.ask("preview", "remove", row=first["row"], edition=preview["edition"])
    preview = open_.ready()
    assert (preview["send"], preview["removed"]) == (5, 3)
    assert first["name"] not in [row["name"] for row in preview["rows"]]
    open_.page.ask("preview", "restore")
    preview = open_.ready()
    assert (preview["send"], preview["total"], preview["removed"]) == (6, 9, 0)
    open_.close()


def test_somebody_taken_out_is_out_of_every_source(my: DemoAccount) -> None:
    open_ = Open(my, to=[my.friends(), my.friends().head(1)[["qq"]]], template="早")
    preview = open_.ready()
    open_.page.ask("preview", "remove", row=0, edition=preview["edition"])
    preview = open_.ready()
    assert (preview["send"], preview["removed"]) == (5, 2)
    open_.close()


def test_rows_come_in_pages_of_bounded_size_and_only_problems_on_request(my: DemoAccount) -> None:
    strangers = pd.DataFrame({"qq": [str(number) for number in range(1, 121)]})
    open_ = Open(my, to=[my.friends(), strangers], template="早")
    preview = open_.ready()
    assert (preview["total"], len(preview["rows"])) == (126, 50)
    shown = open_.page.ask("preview", "page", start=100, edition=preview["edition"])
    assert (shown["start"], [row["row"] for row in shown["rows"]]) == (100, [*range(100, 126)])
    shown = open_.page.ask("preview", "page", start=10_000, edition=preview["edition"])
    assert shown["start"] == 100
    shown = open_.page.ask("preview", "only", on=True)
    assert (shown["start"], shown["total"]) == (0, 120)
    assert {row["tone"] for row in shown["rows"]} == {"bad"}
    open_.close()


def test_the_text_for_any_recipient_is_shown_and_found_by_name(my: DemoAccount) -> None:
    friends = my.friends()
    open_ = Open(my, to=friends, template="{displayname}，早")
    open_.ready()
    assert open_.page.view("text")["sample"]["text"] == f"{friends['displayname'].iloc[0]}，早"
    assert open_.page.ask("text", "show", at=99)["sample"]["at"] == len(friends) - 1
    assert open_.page.ask("text", "show", at=-1)["sample"]["at"] == 0
    shown = open_.page.ask("text", "find", text=friends["displayname"].iloc[3])["sample"]
    assert shown["text"] == f"{friends['displayname'].iloc[3]}，早"
    with pytest.raises(InvalidInput, match="Nobody of this name"):
        open_.page.ask("text", "find", text="没有这个人")
    open_.close()


def test_fields_are_those_that_most_have_and_say_how_many_have_none(my: DemoAccount) -> None:
    friends = my.friends()
    most, few = pd.Series([None, *["经理"] * 5]), pd.Series(["有", *[None] * 5])
    frame = friends[["qq", "displayname"]].assign(职务=most, 很少=few)
    open_ = Open(my, to=frame, template="早")
    open_.ready()
    fields = {one["insert"]: one["notes"] for one in open_.page.view("text")["fields"]}
    assert next(iter(fields)) == "{displayname}"
    assert fields["{职务}"] == "1 of 6 have none" and "{很少}" not in fields
    open_.close()


def test_a_typed_text_is_told_with_who_typed_it_and_what_was_there(my: DemoAccount) -> None:
    open_ = Open(my, template="早")
    open_.page.ask("text", "write", text="早上好", view="page-1")
    shown = [view for view in open_.page.shown["text"] if view.get("by") == "page-1"]
    assert [(view["was"], view["text"]) for view in shown] == [("早", "早上好")]
    open_.close()


@pytest.mark.parametrize(
    ("template", "mended"),
    [
        ("{a}，{a}", '{a|"朋友"}，{a|"朋友"}'),
        ("{{a}} {a|b} {a}", '{{a}} {a|b} {a|"朋友"}'),
        ("{ a }{a}", '{ a }{a|"朋友"}'),
    ],
)
def test_a_fallback_is_put_into_that_field_alone(template: str, mended: str) -> None:
    assert with_fallback(template, "{a}", "朋友") == mended


@pytest.mark.parametrize("fallback", ["", "  ", 'a"b', "{b}", "}"])
def test_a_fallback_that_cannot_stand_in_a_field_changes_nothing(my: DemoAccount, fallback: str) -> None:
    open_ = Open(my, to=my.friends(), template="{markname}，早")
    preview = open_.ready()
    with pytest.raises(InvalidInput, match="without quotes and braces"):
        open_.page.ask("preview", "fallback", group=0, text=fallback, edition=preview["edition"])
    assert open_.page.view("text")["text"] == "{markname}，早"
    open_.close()


@pytest.mark.parametrize("name", TEXTS.values(), ids=TEXTS)
def test_a_hostile_name_is_a_name_and_nothing_else(name: str) -> None:
    town = roster(
        [friend(name, 1, 1, markname=name)],
        [group(name, 2, 2, members_loaded=True)],
        [member(name, 3, 3, 2, card=name, gname=name, gnumber="2")],
    )
    preparing = Preparing(links_to(lambda: town), town, template="{displayname}")
    page = Page(preparing.parts)
    for kind in ("friend", "group", "member"):
        page.ask("whom", "look", kind=kind)
        shown = page.ask("whom", "add_all", kind=kind, version=1)
        assert shown["sources"][-1]["count"] == 1
    preview = page.wait("preview", lambda view: view["state"] == "ready" and view["total"] == 3)
    assert all(name.startswith(row["name"].removesuffix("…")) for row in preview["rows"])
    for name_of_part, part in preparing.parts.items():
        page.view(name_of_part)
        part.close()


def test_a_pace_is_chosen_or_written_and_goes_into_the_broadcast(my: DemoAccount) -> None:
    open_ = Open(my, to=my.friends(), template="早", key="paced")
    page = open_.page
    pace = page.view("pace")
    assert (pace["choice"], pace["values"]["max_groups"]) == ("default", "20")
    page.ask("pace", "choose", choice="slower")
    assert page.view("pace")["values"]["max_groups"] == "10"
    for name, text in {
        "between_least": "0", "between_most": "0", "rest": "0", "rest_every": "7", "max_groups": "", "quiet_from": "",
        "quiet_until": "", "max_failures": "3",
    }.items():  # fmt: skip
        page.ask("pace", "set", name=name, text=text, view="page-1")
    pace = page.view("pace")
    assert (pace["choice"], pace["problem"], pace["quiet"]) == ("own", None, "Messages go out day and night.")
    assert open_.send()["problem"] is None
    open_.still()
    assert my.broadcast(key="paced").pace == oq.Pace(
        between=(0, 0), rest=0, rest_every=7, max_groups=None, quiet=None, max_failures=3
    )
    open_.close()


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("between_least", "9", "between=(9.0, 8.0) is no pace"),
        ("between_most", "inf", "is no pace"),
        ("rest", "", "“” is no number"),
        ("rest_every", "0", "rest_every=0 is no pace"),
        ("rest_every", "2.5", "“2.5” is no number"),
        ("max_groups", "x", "“x” is no number"),
        ("quiet_from", "25:00", "is no pace"),
        ("quiet_until", "", "is no pace"),
        ("max_failures", "-1", "“-1” is no number"),
    ],
)
def test_numbers_that_are_no_pace_keep_it_from_being_sent(name: str, text: str, says: str) -> None:
    town = roster([friend("小灰", 1, 1)])
    preparing = Preparing(links_to(lambda: town), town, to=town.friends, template="早")
    page = Page(preparing.parts)
    page.ask("pace", "set", name=name, text=text)
    assert says in page.view("pace")["problem"]["detail"]
    assert page.view("confirm")["off"] == "This is no pace."
    page.ask("pace", "choose", choice="default")
    page.wait("preview", lambda view: view["state"] == "ready")
    assert page.view("confirm")["number"] == 1


def test_sending_at_once_is_for_the_simulator_only() -> None:
    town = roster([friend("小灰", 1, 1)])
    preparing = Preparing(replace(links_to(lambda: town), is_demo=False), town)
    page = Page(preparing.parts)
    assert [one["choice"] for one in page.view("pace")["choices"]] == ["default", "slower", "own"]
    with pytest.raises(InvalidInput, match="for the simulator"):
        page.ask("pace", "choose", choice="instant")
    assert page.view("pace")["choice"] == "default"


def test_quiet_hours_of_this_moment_are_said() -> None:
    now = pd.Timestamp.now("Asia/Shanghai")
    here = ((now - pd.Timedelta("1h")).strftime("%H:%M"), (now + pd.Timedelta("1h")).strftime("%H:%M"))
    later = ((now + pd.Timedelta("1h")).strftime("%H:%M"), (now + pd.Timedelta("2h")).strftime("%H:%M"))
    assert f"That is now: it begins at {here[1]}." in quiet(oq.Pace(quiet=here))
    assert "now" not in quiet(oq.Pace(quiet=later))


def test_a_name_is_proposed_by_the_date_and_the_first_words_and_is_never_one_of_another_text(
    my: DemoAccount,
) -> None:
    today = f"{pd.Timestamp.now('Asia/Shanghai'):%Y-%m-%d}"
    my.broadcast("周五聚餐！晚上", to=my.friends(), key=f"{today} 周五聚餐")
    open_ = Open(my, to=my.friends(), template="{displayname}，周五聚餐！")
    open_.ready()
    pace = open_.page.view("pace")
    assert (pace["key"], pace["key_words"]) == (f"{today} 周五聚餐 2", "A new broadcast.")
    open_.page.ask("pace", "key", text=" 聚餐 ", view="page-1")
    open_.ready()
    assert open_.page.view("pace")["key"] == "聚餐"
    open_.close()
