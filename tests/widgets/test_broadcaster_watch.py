"""Watching a broadcast in its widget: pause, resume, stop, retry, a server that is lost, report, earlier ones."""

import gc
import threading
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb.broadcast.worker import _NEW_LOGIN
from openqq_nb.demo_account import DemoAccount
from openqq_nb.errors import InvalidInput
from openqq_nb.models import Delivery
from openqq_nb.protocols.openqq.decode import MEANINGS, QUEUED
from openqq_nb.widgets.broadcaster import Broadcaster
from openqq_nb.widgets.broadcaster.reasons import said, trouble
from openqq_nb.widgets.broadcaster.saving import saved
from openqq_nb.widgets.broadcaster.words import WORDS
from openqq_nb.widgets.parts import View
from tests.roster.small import friend, roster
from tests.widgets.broadcasting import Open, act, arrived, demo, links_to
from tests.widgets.showing import PATIENCE_S, Page

SLOW = oq.Pace(between=(600, 600), rest=0, quiet=None)


@pytest.fixture
def my() -> Iterator[DemoAccount]:
    with demo() as my:
        yield my


def sent_at(my: DemoAccount, pace: oq.Pace, key: str = "watched") -> Open:
    """Open a broadcaster on a broadcast that was just begun."""
    my.broadcast("{displayname}，早", to=my.friends(), key=key, pace=pace).send()
    return Open(my, key=key)


def planned(my: DemoAccount, to: object = None) -> Open:
    """Open a broadcaster on a broadcast of which nothing was sent yet."""
    whom = my.friends() if to is None else to
    my.broadcast("{displayname}，早", to=whom, key="watched", pace=oq.Pace.instant())  # type: ignore[arg-type]
    return Open(my, key="watched")


def one_was_sent(view: View) -> bool:
    return any(one["delivery"] == "sent" for one in view["counts"])


def test_pause_resume_and_stop_act_and_say_so(my: DemoAccount) -> None:
    open_ = sent_at(my, SLOW)
    page = open_.page
    page.ask("watch", "look", key="watched")
    view = page.wait("watch", one_was_sent)
    assert (view["state"], view["done"], view["total"]) == ("sending", 1, 6)
    assert view["left"].startswith("Left: 5, about 50 min") and view["again_ms"] == 500
    assert view["can"] == {
        "pause": True,
        "resume": False,
        "stop": True,
        "retry_failed": False,
        "retry_unknown": False,
        "save": True,
    }
    page.ask("watch", "pause", key="watched")
    look_until(open_, "paused")
    assert page.view("watch")["can"]["resume"] and not page.view("watch")["can"]["pause"]
    page.ask("watch", "resume", key="watched")
    look_until(open_, "sending")
    page.ask("watch", "stop", key="watched")
    view = look_until(open_, "stopped")
    assert view["can"]["resume"] and not view["can"]["stop"] and view["again_ms"] is None
    assert len(arrived(my)) == 1
    open_.close()


def look_until(open_: Open, state: str) -> View:
    """Look as a page does, again and again, until it is in a state."""
    run = open_.preparing.watch.run
    assert run is not None
    if state != "sending":
        with suppress(oq.TimedOut):
            run.wait(PATIENCE_S)
    return open_.page.wait("watch", lambda view: view["state"] == state)


def test_what_a_page_of_another_broadcast_asks_does_nothing(my: DemoAccount) -> None:
    open_ = sent_at(my, SLOW)
    for action in ("pause", "stop", "resume", "leave", "save", "look"):
        open_.page.ask("watch", action, key="another")
    open_.page.ask("watch", "lines", key="another", only="sent", start=3)
    view = open_.page.view("watch")
    assert (view["key"], view["state"], view["only"], view["saving"]) == ("watched", "sending", "", False)
    my.broadcast(key="watched").send().stop()
    open_.close()


def test_a_server_that_is_lost_pauses_it_and_is_said_in_words(my: DemoAccount) -> None:
    open_ = planned(my)
    with my.simulator.fault("down"):
        open_.page.ask("watch", "resume", key="watched")
        view = open_.still()
    assert view["state"] == "paused"
    assert view["problem_words"].startswith(
        "Paused by itself after 2 failures in a row. The server cannot be"
    )
    assert view["failed"] == 2 and view["can"]["retry_failed"]
    assert {line["why"] for line in view["lines"] if line["tone"] == "bad"} == {
        "The server cannot be reached."
    }
    open_.page.ask("watch", "retry", key="watched", which="failed")
    view = open_.still()
    assert (view["state"], view["done"], view["failed"]) == ("finished", 6, 0)
    assert len(arrived(my)) == 6
    open_.close()


def test_what_is_not_known_is_sent_again_only_with_an_explicit_word(my: DemoAccount) -> None:
    open_ = planned(my)
    with my.simulator.fault("drop_after", calls="send_message", times=1):
        open_.page.ask("watch", "resume", key="watched")
        view = open_.still()
    assert (view["unknown"], view["can"]["retry_unknown"]) == (1, True)
    before = len(arrived(my))
    for wrong in (False, "yes", 1):
        with pytest.raises(InvalidInput, match="tick the box"):
            open_.page.ask("watch", "retry", key="watched", which="unknown", may_double=wrong, count=1)
    # The word was said for others than there are now.
    for other in (None, 0, 2):
        with pytest.raises(InvalidInput, match="has changed"):
            open_.page.ask("watch", "retry", key="watched", which="unknown", may_double=True, count=other)
    assert len(arrived(my)) == before
    open_.page.ask("watch", "retry", key="watched", which="unknown", may_double=True, count=1)
    view = open_.still()
    assert view["unknown"] == 0 and len(arrived(my)) == before + 1
    open_.close()


def test_messages_come_in_pages_the_last_ones_first_and_by_what_became_of_them(my: DemoAccount) -> None:
    strangers = pd.DataFrame({"qq": [str(number) for number in range(1, 101)]})
    open_ = planned(my, [my.friends().head(2), strangers])
    open_.page.ask("watch", "resume", key="watched")
    view = open_.still()
    assert (view["rows_total"], len(view["lines"])) == (102, 50)
    assert [line["delivery"] for line in view["lines"][:3]] == ["sent", "sent", "left out"]
    assert view["lines"][0]["when"] >= view["lines"][1]["when"] > "" == view["lines"][2]["when"]
    view = open_.page.ask("watch", "lines", key="watched", only="skipped", start=50)
    assert (view["rows_total"], view["start"], len(view["lines"])) == (100, 50, 50)
    view = open_.page.ask("watch", "lines", key="watched", only="", start=10_000)
    assert (view["start"], len(view["lines"])) == (100, 2)
    open_.close()


def test_a_second_widget_shows_the_same_run_and_sends_nothing(my: DemoAccount) -> None:
    open_ = sent_at(my, SLOW)
    open_.page.wait("watch", one_was_sent)
    other = Open(my, key="watched")
    assert other.page.view("watch")["state"] == "sending"
    other.page.ask("watch", "pause", key="watched")
    look_until(open_, "paused")
    assert len(arrived(my)) == 1
    open_.close()
    other.close()


def test_closing_does_not_stop_what_is_sent(my: DemoAccount) -> None:
    open_ = sent_at(my, SLOW)
    open_.page.wait("watch", one_was_sent)
    assert any("does not stop" in note for note in open_.page.view("watch")["notes"])
    open_.close()
    assert my.broadcast(key="watched").send().progress.state == "sending"


def test_earlier_ones_are_listed_newest_first_and_opened(my: DemoAccount) -> None:
    for key in ("eins", "zwei"):
        my.broadcast("早", to=my.friends().head(1), key=key, pace=oq.Pace.instant()).send().wait(20)
    my.broadcast("{displayname}，晚", to=my.friends(), key="drei")
    open_ = Open(my, to=my.friends(), template="给谁")
    open_.ready()
    kept = open_.page.wait("kept", lambda view: not view["loading"])
    assert [one["key"] for one in kept["broadcasts"]] == ["drei", "zwei", "eins"]
    assert (kept["broadcasts"][0]["words"], kept["broadcasts"][1]["words"]) == ("to be sent: 6", "sent: 1")
    open_.page.ask("kept", "open", key="drei")
    view = open_.page.view("watch")
    assert (view["state"], view["can"]["resume"], view["text"]) == ("planned", True, "{displayname}，晚")
    assert arrived(my)[2:] == []
    # The draft is still there.
    open_.page.ask("watch", "leave", key="drei")
    assert open_.page.view("text")["text"] == "给谁" and open_.ready()["send"] == 6
    with pytest.raises(oq.NotFound):
        open_.page.ask("kept", "open", key="vier")
    open_.close()


def test_one_that_was_forgotten_is_said_and_left(my: DemoAccount) -> None:
    open_ = planned(my)
    my.broadcast(key="watched").forget()
    view = open_.page.ask("watch", "look", key="watched")
    assert (view["state"], view["total"], view["lines"], view["again_ms"]) == ("forgotten", 0, [], None)
    assert view["state_words"].startswith("Forgotten") and not any(view["can"].values())
    open_.page.ask("watch", "leave", key="watched")
    assert open_.page.view("watch")["key"] is None
    open_.close()


def test_one_that_another_program_sends_is_shown_and_left_alone(my: DemoAccount) -> None:
    my.broadcast("早", to=my.friends(), key="there", pace=SLOW)
    open_ = Open(my, key="there")
    hold = open_.preparing._links.broadcasts().ledger.hold("there")
    assert hold is not None
    view = open_.page.ask("watch", "look", key="there")
    assert (view["state"], view["can"]["resume"], view["can"]["retry_failed"]) == ("elsewhere", False, False)
    with pytest.raises(InvalidInput, match="Another program"):
        open_.page.ask("watch", "resume", key="there")
    hold.let_go()
    assert open_.page.ask("watch", "look", key="there")["state"] == "planned"
    assert arrived(my) == []
    open_.close()


def test_the_same_name_goes_on_with_the_same_text_and_refuses_another(my: DemoAccount) -> None:
    my.broadcast("早", to=my.friends().head(2), key="again", pace=oq.Pace.instant()).send().wait(20)
    open_ = Open(my, to=my.friends(), template="早", key="again")
    open_.page.ask("pace", "choose", choice="instant")
    preview = open_.ready()
    assert preview["send"] == 4
    assert "Sent already under this key, and not sent again: 2" in preview["summary"]
    assert "2, sent: 2" in open_.page.view("pace")["key_words"]
    open_.page.ask("text", "write", text="晚")
    open_.ready()
    pace = open_.page.view("pace")
    assert pace["key_problem"]["title"] == "A broadcast of this name has another text."
    assert "早" in pace["key_problem"]["detail"]
    assert open_.page.view("confirm")["off"] == pace["key_problem"]["title"]
    open_.page.ask("text", "write", text="早")
    assert open_.send()["problem"] is None
    assert open_.still()["done"] == 6
    assert len(arrived(my)) == 6
    open_.close()


def test_who_was_planned_before_under_that_name_cannot_be_taken_out(my: DemoAccount) -> None:
    friends = my.friends()
    my.broadcast("早", to=friends.head(2), key="before")
    open_ = Open(my, to=friends.tail(2), template="早", key="before")
    preview = open_.ready()
    assert (preview["send"], preview["total"]) == (4, 4)
    with pytest.raises(InvalidInput, match="was planned before"):
        open_.page.ask("preview", "remove", row=0, edition=preview["edition"])
    assert open_.ready()["send"] == 4
    open_.close()


def test_the_report_is_a_frame_and_a_new_file_each_time(
    my: DemoAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    key = "../聚餐 <b>"
    my.broadcast("早", to=my.friends(), key=key, pace=oq.Pace.instant()).send().wait(20)
    broadcaster = my.broadcaster(key=key)
    assert broadcaster.report()["delivery"].tolist() == ["sent"] * 6
    watch = broadcaster._preparing.watch
    page = Page({"watch": watch})
    for name in ("聚餐-b-report.xlsx", "聚餐-b-report-2.xlsx"):
        page.ask("watch", "save", key=key)
        view = page.wait("watch", lambda view: not view["saving"])
        assert view["saved"]["path"] == str(tmp_path / name), view
    assert sorted(path.name for path in tmp_path.iterdir()) == ["聚餐-b-report-2.xlsx", "聚餐-b-report.xlsx"]
    assert pd.read_excel(tmp_path / "聚餐-b-report.xlsx", dtype=str)["delivery"].tolist() == ["sent"] * 6
    broadcaster.close()
    empty = my.broadcaster()
    with pytest.raises(InvalidInput, match="No broadcast is shown"):
        empty.report()
    empty.close()


def test_a_report_that_cannot_be_written_is_said(
    my: DemoAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "gone"
    with pytest.raises(InvalidInput, match="folder"):
        saved(pd.DataFrame({"qq": ["1"]}), "x", folder)
    assert saved(pd.DataFrame({"qq": ["1"]}), "?*/", tmp_path).name == "report.xlsx"


def test_every_reason_of_a_broadcast_is_said_in_both_languages() -> None:
    source = "".join(
        path.read_text("utf-8") for path in (Path(oq.__file__).parent / "broadcast").glob("*.py")
    )
    known = [
        "there is no value for {markname}",
        "excluded by my.exclusions",
        "may be somebody of this nick who is excluded by my.exclusions",
        "somebody of this name was written to in an earlier login, under this key, and may be the same",
        "was written to under the key 'dinner'",
        "this server cannot write to friends",
        "this server cannot write to groups",
        "this server cannot write to discusses",
        "no friend, and this server cannot send temporary messages",
        "this is the account itself",
        "no friend of this number is known to the server",
        "no friend, and no group is named to write through",
        "no group of this number is known to the server",
        "the server does not know this gid with this gname any more",
        "no qq of a person stands here",
        "no did of a discuss stands here",
        "qq is no number: x1",
        "gnumber is no number",
        *(meaning for code, meaning in MEANINGS.items() if code),
        QUEUED,
        _NEW_LOGIN,
    ]
    oq.language("zh")
    assert [problem for problem in known if said(problem) == problem] == []
    for problem in ("excluded by my.exclusions", "this is the account itself", "is no number:"):
        assert problem in source
    assert said("服务器的话") == "服务器的话"
    assert trouble(None) == ""
    assert "连不上服务器" in trouble("paused after 2 failures in a row; the last: Nobody answers at x; …")


def test_every_delivery_has_words() -> None:
    assert {f"b_delivery_{one.value}" for one in Delivery} <= set(WORDS)


def test_what_people_type_is_shown_by_tab_and_acts_on_the_page(my: DemoAccount) -> None:
    broadcaster = my.broadcaster()
    assert dir(broadcaster) == ["close", "layout", "report", "take", "write"]
    broadcaster.take([my.friends().head(2), my.groups().iloc[0]])
    broadcaster.write("早")
    preparing = broadcaster._preparing
    assert [one["label"] for one in preparing.whom.view()["sources"]] == ["Given in the cell"]
    assert preparing.what.view()["text"] == "早"
    with pytest.raises(InvalidInput):
        broadcaster.take(1.5)
    with pytest.raises(InvalidInput):
        my.broadcaster(to=my.friends(), template=1)  # type: ignore[arg-type]
    broadcaster.close()


def test_a_name_alone_that_is_not_there_names_the_draft(my: DemoAccount) -> None:
    open_ = Open(my, key="fresh")
    assert open_.page.view("watch")["key"] is None
    open_.ready()
    assert open_.page.view("pace")["key"] == "fresh"
    open_.close()


def test_no_name_is_in_the_state_that_a_notebook_saves(my: DemoAccount) -> None:
    broadcaster = my.broadcaster(to=my.friends(), template="{displayname}，周五聚餐！", key="geheim")
    act(broadcaster, "whom", "find", text="小")
    state = str(
        {name: value for name, value in broadcaster.get_state().items() if name not in ("_esm", "_css")}
    )
    names = [*my.friends()["displayname"], *my.friends()["qq"].dropna(), "周五聚餐", "geheim"]
    assert not [name for name in names if len(name) > 1 and name in state]
    assert "my.broadcast(" in repr(broadcaster) and "聚餐" not in repr(broadcaster)
    broadcaster.close()


def test_a_hundred_opened_and_closed_leave_no_thread_and_no_object() -> None:
    before = {one.name for one in threading.enumerate()}
    town = roster([friend("小灰", 1, 1)])
    links = links_to(lambda: town)
    left = []
    for _ in range(100):
        open_ = Broadcaster(links, town, town.friends, "早")
        left.append(weakref.ref(open_._preparing))
        open_.close()
    del open_
    for thread in threading.enumerate():
        if thread.name == "openqq-nb-widget":
            thread.join(PATIENCE_S)
    gc.collect()
    assert {one.name for one in threading.enumerate()} <= before
    assert [one for one in left if one() is not None] == []
    assert links.handing.take is None
