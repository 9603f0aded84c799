"""The chooser: finding recipients by typing, and choosing them from a list, by a row, or again."""

import itertools
import re
import threading
import time
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb.errors import InvalidInput, NotSupported, Unreachable
from openqq_nb.models import Recipient
from openqq_nb.roster import Roster
from openqq_nb.widgets.composer.addressee import Addressee
from openqq_nb.widgets.composer.chooser import SHOWN, Chooser
from openqq_nb.widgets.parts import View
from tests.roster.small import MY_QQ, friend, group, member, roster
from tests.widgets.linking import Left, links_to
from tests.widgets.showing import PATIENCE_S, Page

FRIENDS = [
    friend("小灰", 123456, 1, markname="Perl 小灰"),
    friend("灰太狼", 22, 2),
    friend("乐乐🐼", None, 3),
    friend("大灰熊", 44, 4, displayname="老张", markname="老张"),
]
GROUPS = [
    group("PERL学习交流", 552603, 11, members_loaded=True, displayname="PERL学习交流"),
    group("同学", None, 12, members_loaded=False, displayname="同学"),
]
MEMBERS = [
    member("小灰", 123456, 91, gname="PERL学习交流", gnumber="552603"),
    member("路人", 777, 92, card="群主路人", gname="PERL学习交流", gnumber="552603", displayname="群主路人"),
    member("我", int(MY_QQ), 93, gname="PERL学习交流", gnumber="552603"),
    member("无号", None, 94, gname="PERL学习交流", gnumber="552603"),
]
DISCUSSES = [{"dname": "饭局", "did": "4118"}]
TALKERS = [{"nick": "饭友", "dname": "饭局", "did": "4118", "qq": "888", "id": "95"}]

TOWN = roster(FRIENDS, GROUPS, MEMBERS, DISCUSSES, TALKERS)


class Desk:
    """A chooser on a page, with what it chose and what was sent."""

    def __init__(self, town: Roster = TOWN, **links: Any) -> None:
        self.left: list[Left] = []
        self.chosen: list[Addressee | None] = []
        self.links = links_to(links.pop("load", lambda: town), self.left, **links)
        self.chooser = Chooser(self.links, town, self.chosen.append)
        self.page = Page({"chooser": self.chooser})

    @property
    def view(self) -> View:
        return self.page.view("chooser")

    def ask(self, action: str, **values: Any) -> View:
        return self.page.ask("chooser", action, **values)

    def find(self, kind: str, text: str) -> list[str]:
        self.ask("look", kind=kind)
        return [row["name"] for row in self.ask("find", text=text)["rows"]]

    def choose(self, name: str) -> View:
        view = self.view
        row = next(row["row"] for row in view["rows"] if row["name"] == name)
        return self.ask("choose", kind=view["kind"], row=row, version=view["version"])


def told(view: View | None) -> tuple[str, ...] | None:
    return tuple(view[key] for key in ("kind", "name", "place", "number")) if view else None


def test_it_opens_on_the_friends_in_the_order_of_the_server_with_counts_of_each_kind() -> None:
    view = Desk().view
    assert [row["name"] for row in view["rows"]] == ["小灰", "灰太狼", "乐乐🐼", "老张"]
    assert [one["label"] for one in view["kinds"]] == [
        "Friend (4)",
        "Group (2)",
        "Discuss (1)",
        "Temporary session (4)",
    ]
    assert (view["kind"], view["count"], view["to"]) == ("friend", "Found: 4", None)


@pytest.mark.parametrize(
    ("kind", "text", "names"),
    [
        ("friend", "灰", ["灰太狼", "小灰", "老张"]),
        ("friend", "perl", ["小灰"]),
        ("friend", "xh", ["小灰"]),
        ("friend", "🐼", ["乐乐🐼"]),
        ("friend", "ll", ["乐乐🐼"]),
        ("friend", "yy", ["乐乐🐼"]),
        ("friend", "234", ["小灰"]),
        ("friend", "小 456", ["小灰"]),
        ("friend", "3", ["乐乐🐼", "小灰"]),
        ("friend", "nobody", []),
        ("group", "xuexi", []),
        ("group", "xxjl", ["PERL学习交流"]),
        ("group", "ｐｅｒｌ", ["PERL学习交流"]),
        ("group", "552603", ["PERL学习交流"]),
        ("discuss", "饭", ["饭局"]),
        ("session", "路人", ["群主路人"]),
        ("session", "perl", ["小灰", "群主路人", "无号"]),
        ("session", "饭局", ["饭友"]),
        ("session", "", ["小灰", "群主路人", "无号", "饭友"]),
    ],
)
def test_recipients_are_found_by_any_name_and_number_those_that_begin_with_it_first(
    kind: str, text: str, names: list[str]
) -> None:
    found = Desk().find(kind, text)
    assert sorted(found) == sorted(names)
    if text != "3":
        assert found == names


def test_of_many_the_first_are_shown_with_the_count_of_all() -> None:
    desk = Desk(roster([friend(f"友{number}", number, number) for number in range(10_000, 10_120)]))
    view = desk.ask("find", text="友")
    assert len(view["rows"]) == SHOWN
    assert view["count"] == "Found: 120. The first 50 are shown; type more to narrow it down."
    assert desk.ask("find", text="nobody")["count"] == "Nothing is found by that."


def test_a_row_has_its_other_names_and_its_number_or_that_it_is_not_known() -> None:
    rows = {row["name"]: row for row in Desk().view["rows"]}
    assert rows["小灰"]["more"] == ["Perl 小灰"] and rows["老张"]["more"] == ["大灰熊"]
    assert [rows[name]["number"] for name in ("小灰", "乐乐🐼")] == ["qq 123456", "number not known"]


def test_sessions_say_through_which_group_and_that_they_are_blocked() -> None:
    desk = Desk()
    view = desk.ask("look", kind="session")
    assert [row["place"] for row in view["rows"]] == ["through PERL学习交流"] * 3 + ["through 饭局"]
    assert "已被腾讯屏蔽" in view["notes"][0]
    assert view["notes"][1] == "Groups whose members are not loaded, and so not in this list: 1"
    assert desk.ask("look", kind="group")["notes"] == []


def test_what_the_server_cannot_send_to_is_off_with_the_reason_and_cannot_be_looked_for() -> None:
    desk = Desk(reaches=("friend", "group", "discuss"))
    off = {one["kind"]: one["off"] for one in desk.view["kinds"]}
    assert off == {
        "friend": "",
        "group": "",
        "discuss": "",
        "session": "Temporary session: this server cannot send there.",
    }
    with pytest.raises(NotSupported, match="Temporary session"):
        desk.ask("look", kind="session")
    with pytest.raises(NotSupported, match="Temporary session"):
        desk.ask("choose", kind="session", row=0, version=desk.chooser.version)
    with pytest.raises(NotSupported, match="Temporary session"):
        desk.chooser.choose_row(TOWN.members.iloc[1])
    assert desk.chosen == []


@pytest.mark.parametrize(
    ("kind", "name", "shown", "row"),
    [
        ("friend", "小灰", ("friend", "小灰", "", "qq 123456"), {"qq": "123456"}),
        ("friend", "乐乐🐼", ("friend", "乐乐🐼", "", "number not known"), {"id": "3", "nick": "乐乐🐼"}),
        ("group", "PERL学习交流", ("group", "PERL学习交流", "", "gnumber 552603"), {"gnumber": "552603"}),
        ("discuss", "饭局", ("discuss", "饭局", "", "did 4118"), {"did": "4118", "dname": "饭局"}),
        (
            "session",
            "群主路人",
            ("session", "群主路人", "through PERL学习交流", "qq 777"),
            {"qq": "777", "gnumber": "552603"},
        ),
        (
            "session",
            "饭友",
            ("session", "饭友", "through 饭局", "qq 888"),
            {"qq": "888", "did": "4118", "dname": "饭局"},
        ),
    ],
)
def test_who_is_chosen_is_shown_and_gets_what_is_sent(
    kind: str, name: str, shown: tuple[str, ...], row: dict[str, str]
) -> None:
    desk = Desk()
    desk.ask("look", kind=kind)
    assert told(desk.choose(name)["to"]) == shown
    (addressee,) = desk.chosen
    assert addressee is not None and addressee.send("在吗？")
    ((sent_kind, sent_row, text),) = desk.left
    assert (sent_kind, text) == (kind, "在吗？")
    assert row.items() <= dict(sent_row).items()


def test_who_is_chosen_says_how_to_choose_again_where_that_is_not_certain_any_more() -> None:
    desk = Desk()
    desk.choose("乐乐🐼")
    (addressee,) = desk.chosen
    assert addressee is not None
    assert addressee.if_uncertain == "Press “Change”, then “Reload”, and choose the recipient again."


def test_a_choice_ends_the_search_and_is_taken_back() -> None:
    desk = Desk()
    desk.ask("find", text="灰")
    assert desk.choose("小灰")["text"] == ""
    view = desk.ask("change")
    assert (view["to"], desk.chosen[-1], len(view["rows"])) == (None, None, 4)


def test_a_row_of_a_list_that_is_not_shown_any_more_is_not_chosen() -> None:
    other = roster([friend("别人", 5, 5), *FRIENDS])
    desk = Desk(load=lambda: other)
    before = desk.view
    desk.ask("reload")
    desk.page.wait("chooser", lambda view: view["version"] > before["version"])
    assert desk.ask("choose", kind="friend", row=0, version=before["version"])["to"] is None
    assert desk.chosen == []
    assert desk.choose("别人")["to"]["name"] == "别人"


@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("find", {"text": 5}),
        ("find", {"text": None}),
        ("find", {"text": ["灰"]}),
        ("look", {"kind": "stranger"}),
        ("look", {"kind": ["friend"]}),
        ("look", {"kind": None}),
        ("choose", {"kind": "stranger", "row": 0, "version": 1}),
        ("choose", {"kind": "friend", "row": -1, "version": 1}),
        ("choose", {"kind": "friend", "row": 4, "version": 1}),
        ("choose", {"kind": "friend", "row": 1.0, "version": 1}),
        ("choose", {"kind": "friend", "row": True, "version": 1}),
        ("choose", {"kind": "friend", "row": "0", "version": 1}),
        ("choose", {"kind": "friend", "row": [0], "version": 1}),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_changed(action: str, values: dict[str, Any]) -> None:
    desk = Desk()
    desk.ask("find", text="灰")
    before, shown = desk.view, len(desk.page.shown["chooser"])
    with pytest.raises(InvalidInput):
        desk.ask(action, **values)
    assert desk.view == before
    assert desk.chosen == [] and len(desk.page.shown["chooser"]) == shown


@pytest.mark.parametrize("kind", ["friend", "session"])
def test_half_of_a_surrogate_pair_can_be_looked_for_and_the_page_goes_on(kind: str) -> None:
    desk = Desk()
    assert desk.find(kind, "\ud83d") == []
    assert desk.view["text"] == "\ufffd"
    assert desk.find(kind, "")


def test_what_cannot_be_shown_is_not_looked_at_and_the_rest_stays() -> None:
    desk = Desk(replace(TOWN, groups=TOWN.groups.drop(columns="gname")))
    before = desk.view
    with pytest.raises(KeyError, match="gname"):
        desk.ask("look", kind="group")
    assert desk.view == before


@pytest.mark.parametrize(
    "answer", [None, replace(TOWN, friends=TOWN.friends.drop(columns="nick"))], ids=["none", "column"]
)
def test_an_answer_that_cannot_be_shown_is_a_problem_in_words_and_the_button_comes_back(answer: Any) -> None:
    answers = [answer, TOWN]
    desk = Desk(load=lambda: answers.pop(0))
    before = desk.view
    desk.ask("reload")
    view = desk.page.wait("chooser", lambda view: not view["loading"])
    assert view["problem"]["title"].startswith("Something in this widget went wrong: ")
    assert view == before | {"problem": view["problem"]}
    assert desk.choose("小灰")["to"]["name"] == "小灰"
    desk.ask("reload")
    assert desk.page.wait("chooser", lambda view: view["version"] == 2)["problem"] is None


def test_a_newer_roster_that_is_handed_over_is_chosen_from_and_the_choice_stays() -> None:
    desk = Desk()
    desk.choose("灰太狼")
    desk.ask("find", text="灰")
    newer = roster([friend("灰灰", 66, 6), FRIENDS[0]], [*GROUPS, group("新群", 7, 13)])
    desk.chooser.take(newer)
    view = desk.page.shown["chooser"][-1]
    assert view == desk.view
    assert [row["name"] for row in view["rows"]] == ["灰灰", "小灰"]
    assert [one["label"] for one in view["kinds"]][:2] == ["Friend (2)", "Group (3)"]
    assert (view["version"], view["text"]) == (2, "灰")
    assert told(view["to"]) == ("friend", "灰太狼", "", "qq 22") and len(desk.chosen) == 1
    desk.chooser.choose_again(Recipient("group", gnumber="7"), "以前")
    assert told(desk.view["to"]) == ("group", "新群", "", "gnumber 7")
    desk.chooser.choose_row({"qq": 66})
    assert told(desk.view["to"]) == ("friend", "灰灰", "", "qq 66")


def test_a_roster_that_cannot_be_shown_is_not_taken() -> None:
    desk = Desk()
    before = desk.view
    with pytest.raises(AttributeError):
        desk.chooser.take(None)  # type: ignore[arg-type]  # what no caller may give
    assert desk.view == before


def test_reloading_goes_on_beside_the_page_and_keeps_text_and_choice() -> None:
    gate = threading.Event()

    def load() -> Roster:
        assert gate.wait(PATIENCE_S)
        return roster([friend("灰灰", 66, 6), *FRIENDS])

    desk = Desk(load=load)
    desk.choose("灰太狼")
    desk.ask("find", text="灰")
    assert desk.ask("reload")["loading"] is True
    gate.set()
    view = desk.page.wait("chooser", lambda view: view["version"] == 2)
    assert [row["name"] for row in view["rows"]] == ["灰灰", "灰太狼", "小灰", "老张"]
    assert told(view["to"]) == ("friend", "灰太狼", "", "qq 22")
    assert desk.page.shown["chooser"][-1]["loading"] is False


def test_a_reload_that_fails_is_shown_in_words_and_a_good_one_takes_the_words_away() -> None:
    answers: list[Roster | Exception] = [Unreachable("Nobody listens."), TOWN]

    def load() -> Roster:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    desk = Desk(load=load)
    desk.ask("reload")
    view = desk.page.wait("chooser", lambda view: view["problem"] is not None)
    assert view["problem"] == {
        "title": "The server cannot be reached.",
        "detail": "Nobody listens.",
        "unsure": False,
    }
    assert len(view["rows"]) == 4
    assert not view["loading"]
    assert desk.ask("reload")["problem"] is None
    desk.page.wait("chooser", lambda view: view["version"] == 2)


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        (TOWN.friends.iloc[0], ("friend", "小灰", "", "qq 123456")),
        (TOWN.friends.iloc[[2]], ("friend", "乐乐🐼", "", "number not known")),
        ([TOWN.friends.iloc[1]], ("friend", "灰太狼", "", "qq 22")),
        (TOWN.groups.iloc[1], ("group", "同学", "", "number not known")),
        (TOWN.discusses.iloc[0], ("discuss", "饭局", "", "did 4118")),
        (TOWN.members.iloc[0], ("friend", "小灰", "", "qq 123456")),
        (TOWN.members.iloc[1], ("session", "群主路人", "through PERL学习交流", "qq 777")),
        (TOWN.members.iloc[3], ("session", "无号", "through PERL学习交流", "number not known")),
        (TOWN.discuss_members.iloc[0], ("session", "饭友", "through 饭局", "qq 888")),
        (
            {"qq": None, "id": "3", "nick": "乐乐🐼", "gnumber": "552603"},
            ("friend", "乐乐🐼", "", "number not known"),
        ),
        ({"qq": 777}, ("friend", "777", "", "qq 777")),
        ({"qq": "777", "gnumber": "9"}, ("session", "777", "", "qq 777")),
        ({"qq": "777", "gnumber": 552603}, ("session", "群主路人", "through PERL学习交流", "qq 777")),
        ({"gnumber": "552603"}, ("group", "PERL学习交流", "", "gnumber 552603")),
        ({"id": "3"}, ("friend", "3", "", "number not known")),
        ({"recipient_type": "group", "qq": "1", "gnumber": "2"}, ("group", "2", "", "gnumber 2")),
        ({"recipient_type": pd.NA, "qq": pd.NA, "did": "4118"}, ("discuss", "4118", "", "did 4118")),
        (
            TOWN.members.iloc[0].to_dict() | {"recipient_type": "session"},
            ("session", "小灰", "through PERL学习交流", "qq 123456"),
        ),
    ],
    ids=range(18),
)
def test_a_row_says_who_is_chosen(row: Any, shown: tuple[str, ...]) -> None:
    desk = Desk()
    desk.chooser.choose_row(row)
    assert told(desk.view["to"]) == shown


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (TOWN.friends, "exactly one row, this frame has 4"),
        (TOWN.friends.iloc[:0], "exactly one row, this frame has 0"),
        ("小灰", "not a str"),
        ({"nick": "小灰"}, "it has no qq and no id"),
        ({"qq": 1.5}, "qq=1.5 is a float"),
        ({"recipient_type": "stranger", "qq": "1"}, "no recipient_type 'stranger'"),
        ({"recipient_type": "group", "qq": "1"}, "names no group"),
        ({"msg_class": "recv", "sender": "小灰", "gnumber": "1"}, r"row\[\['gnumber'\]\]"),
    ],
    ids=range(8),
)
def test_a_row_that_names_nobody_is_refused_at_once(row: Any, words: str) -> None:
    desk = Desk()
    with pytest.raises(InvalidInput, match=words):
        desk.chooser.choose_row(row)
    assert desk.chosen == [] and desk.view["to"] is None


@pytest.mark.parametrize(
    ("recipient", "shown"),
    [
        (Recipient("friend", qq="123456"), ("friend", "小灰", "", "qq 123456")),
        (Recipient("friend", id="3"), ("friend", "乐乐🐼", "", "number not known")),
        (Recipient("friend", qq="999"), ("friend", "走了", "", "qq 999")),
        (Recipient("group", gnumber="552603"), ("group", "PERL学习交流", "", "gnumber 552603")),
        (
            Recipient("session", qq="777", gnumber="552603"),
            ("session", "群主路人", "through PERL学习交流", "qq 777"),
        ),
        (Recipient("session", qq="1", gnumber="2"), ("session", "走了", "", "qq 1")),
    ],
)
def test_one_who_was_written_to_is_chosen_again(recipient: Recipient, shown: tuple[str, ...]) -> None:
    desk = Desk()
    desk.chooser.choose_again(recipient, "走了")
    assert told(desk.view["to"]) == shown


def test_everything_is_said_in_chinese_too() -> None:
    oq.language("zh")
    desk = Desk(reaches=("friend",))
    view = desk.choose("乐乐🐼")
    assert [one["label"] for one in view["kinds"]][:2] == ["好友（4）", "群（2）"]
    assert view["kinds"][1]["off"] == "群：此服务器不支持发送。"
    assert (view["count"], view["to"]["number"]) == ("找到 4 个", "号码未知")
    assert re.fullmatch("载入时间 12:00:00", view["loaded"])


def test_among_ten_thousand_a_search_takes_less_time_than_there_is_between_two_keys() -> None:
    names = itertools.product("王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋", range(100))
    people = [
        friend(f"{first}{second}{number}", position, position, markname=f"{second}{first}🐼")
        for position, (first, second, number) in enumerate(names, 100_000)
    ]
    desk = Desk(roster(people))
    # The first one waits until all is prepared.
    assert desk.ask("find", text="wx")["rows"]
    for text, total in (("王", 1_000), ("wf", 200), ("🐼", 10_000), ("10", 10_000), ("", 10_000)):
        took_s = []
        for _ in range(5):
            begin = time.perf_counter()
            desk.chooser.find(text)
            took_s.append(time.perf_counter() - begin)
        assert min(took_s) < 0.05, text
        assert desk.view["count"].startswith(f"Found: {total}.")


def test_nobody_at_all_is_an_empty_list_of_each_kind() -> None:
    desk = Desk(roster())
    for kind in ("friend", "group", "discuss", "session"):
        assert desk.find(kind, "") == []
        assert desk.view["count"] == "There is none of this kind."
        assert desk.find(kind, "x") == []
        assert desk.view["count"] == "There is none of this kind."
