"""What the page of a feed has: messages, filters, pause, chats, sentences between."""

import pytest

from openqq_nb.errors import InvalidInput
from openqq_nb.languages import language
from openqq_nb.widgets.feed.chats import MOST_CHATS
from openqq_nb.widgets.feed.lines import SHOWN_CHARACTERS
from openqq_nb.widgets.feed.notes import MOST_EVENTS
from openqq_nb.widgets.feed.source import Mute
from tests.lab.hostile import TEXTS
from tests.widgets.feeding import NOON_S, in_group, message, opened, own


def test_a_message_that_came_is_on_the_page_with_writer_chat_and_time() -> None:
    stage, pages, page = opened()
    stage.comes(in_group("早", sender="小灰"))
    pages.beat()
    (line,) = page.lines.values()
    assert {key: line[key] for key in ("sender", "chat", "text", "type", "day", "at", "kind")} == {
        "sender": "小灰",
        "chat": "群1",
        "text": "早",
        "type": "group_message",
        "day": "2026-05-29",
        "at": "04:26:40",
        "kind": "text",
    }


def test_what_was_there_before_the_page_is_on_it_at_once() -> None:
    stage, pages, _ = opened()
    stage.comes(message("一"), message("二", 1))
    assert pages.opened().texts == ["一", "二"]


def test_messages_stand_in_the_order_of_their_time_then_of_their_arrival() -> None:
    stage, pages, page = opened()
    stage.comes(message("三", 5), message("一", 1))
    pages.beat()
    stage.comes(message("二", 1), message("四", 5))
    pages.beat()
    assert page.texts == ["一", "二", "三", "四"]


def test_a_message_without_a_time_stands_where_it_came() -> None:
    stage, pages, page = opened()
    stage.comes(message("早", 1), message("晚", 9), message("无", msg_time=None, received_at=NOON_S + 5))
    pages.beat()
    assert page.texts == ["早", "无", "晚"]


def test_only_the_last_thousand_are_on_the_page_and_all_are_counted() -> None:
    stage, pages, page = opened()
    stage.comes(*[message(str(number), number) for number in range(1500)])
    pages.beat()
    stage.comes(message("新", 1500))
    pages.beat()
    assert page.texts == [*map(str, range(501, 1500)), "新"]
    assert page.state["hits"] == page.state["all"] == 1501


def test_what_becomes_of_a_send_changes_its_line_and_no_other() -> None:
    stage, pages, page = opened()
    stage.comes(own("好"), message("别的", 1))
    pages.beat()
    other = page.lines[1]
    stage.changes(0, delivery="failed", code=-3, status="发送失败")
    pages.beat()
    assert page.lines[0]["delivery"] == "failed"
    assert (page.lines[0]["code"], page.lines[0]["status"]) == (-3, "发送失败")
    assert page.lines[1] is other


def test_a_message_that_is_taken_back_stays_on_the_page_and_says_when_that_was() -> None:
    stage, pages, page = opened()
    stage.comes(in_group(TEXTS["script"]), message("别的", 1))
    pages.beat()
    texts, other = page.texts, page.lines[1]
    assert "recalled" not in page.lines[0]
    stage.changes(0, recalled_at=NOON_S + 61.0)
    pages.beat()
    assert page.lines[0]["recalled"] == "04:27:41"
    assert page.texts == texts and page.lines[1] is other


def test_numbers_learnt_later_bring_a_message_to_its_chat() -> None:
    stage, pages, page = opened()
    stage.comes(in_group(gnumber=None))
    pages.beat()
    assert set(page.chats) == {"group:id=id1"}
    stage.changes(0, gnumber="1", chat_key="group:1")
    pages.beat()
    assert {key: chat["count"] for key, chat in page.chats.items()} == {"group:1": 1}


def test_chats_are_counted_over_all_messages_and_not_only_those_on_the_page() -> None:
    stage, pages, page = opened(most=3)
    stage.comes(*[in_group(number=str(one % 2)) for one in range(10)])
    pages.beat()
    stage.talk.filter(text="nothing has this")
    assert page.lines == {}
    assert {key: (chat["name"], chat["count"]) for key, chat in page.chats.items()} == {
        "group:0": ("群0", 5),
        "group:1": ("群1", 5),
    }


def test_of_very_many_chats_those_with_most_messages_are_given_and_the_chosen_one() -> None:
    stage, pages, page = opened(most=3)
    stage.comes(*[in_group(number=str(one)) for one in range(MOST_CHATS + 2)] * 2, in_group(number="rare"))
    pages.beat()
    assert len(page.chats) == MOST_CHATS
    assert page.state["more_chats"] == 3
    stage.talk.filter(chat="group:rare")
    assert page.chats["group:rare"]["count"] == 1
    assert page.texts == ["你好"]


def test_filters_reach_messages_that_were_not_on_the_page() -> None:
    stage, pages, page = opened(most=3)
    stage.comes(message("签到 一"), *[message(str(one), one) for one in range(1, 9)])
    pages.beat()
    stage.talk.filter(text="签到")
    assert page.texts == ["签到 一"]
    stage.talk.clear()
    assert page.texts == ["6", "7", "8"]


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        ({"chat": "group:2"}, ["b"]),
        ({"person": "小"}, ["a", "B c"]),
        ({"person": "4567"}, ["B c"]),
        ({"person": "AL"}, ["b"]),
        ({"person": "小 灰"}, ["a"]),
        ({"person": "xh"}, ["a"]),
        ({"person": "Ｘ"}, ["a", "B c"]),
        ({"person": "m 4567"}, ["B c"]),
        ({"text": "b"}, ["b", "B c"]),
        ({"text": "c b"}, ["B c"]),
        ({"text": "b", "person": "小"}, ["B c"]),
        ({"text": " "}, ["a", "b", "B c"]),
        ({"text": "\ud800b"}, ["b", "B c"]),
        ({"text": ".*"}, []),
    ],
    ids=str,
)
def test_a_filter_by_chat_person_and_text(given: dict[str, str], texts: list[str]) -> None:
    stage, pages, page = opened()
    stage.comes(
        in_group("a", 0, sender="小灰"),
        in_group("b", 1, "2", sender="Alice"),
        message("B c", 2, sender="小明", sender_qq="1234567"),
        message(None, 3, sender="无", sender_qq=None),
    )
    pages.beat()
    stage.talk.filter(**given)
    assert [text for text in page.texts if text] == texts


def test_a_filter_holds_for_what_comes_and_changes_later() -> None:
    stage, pages, page = opened()
    stage.talk.filter(person="小灰")
    stage.comes(message("一", sender="小灰"), message("二", 1))
    pages.beat()
    assert page.texts == ["一"]
    stage.changes(1, sender="小灰")
    stage.changes(0, sender="改名")
    pages.beat()
    assert page.texts == ["二"]


def test_a_new_filter_says_that_what_is_unread_is_counted_anew() -> None:
    stage, _, page = opened()
    before = page.state["version"]
    stage.talk.filter(text="x")
    assert page.state["version"] != before
    assert page.state["filter"] == {"chat": "", "person": "", "text": "x"}


def test_the_condition_of_the_feed_itself_leaves_messages_out_altogether() -> None:
    stage, pages, page = opened(type="group_message", contains="早")
    stage.comes(in_group("早"), in_group("晚", 1), message("早", 2))
    pages.beat()
    stage.talk.clear()
    assert page.texts == ["早"]
    assert page.state["all"] == 1
    assert [chat["count"] for chat in page.chats.values()] == [1]


def test_a_pause_holds_and_counts_and_resuming_loses_nothing() -> None:
    stage, pages, page = opened(most=3)
    stage.comes(message("一"))
    pages.beat()
    stage.talk.pause(True)
    stage.comes(message("二", 1), message("三", 2))
    pages.beat()
    assert page.texts == ["一"]
    assert (page.state["paused"], page.state["held"], page.state["hits"]) == (True, 2, 1)
    stage.talk.pause(False)
    assert page.texts == ["一", "二", "三"]
    assert (page.state["paused"], page.state["held"], page.state["hits"]) == (False, 0, 3)


def test_while_paused_a_filter_looks_at_what_came_before_the_pause() -> None:
    stage, _, page = opened()
    stage.comes(message("早 一"))
    stage.talk.pause(True)
    stage.comes(message("早 二", 1), message("晚", 2))
    stage.talk.filter(text="早")
    assert page.texts == ["早 一"]
    assert page.state["held"] == 1


def test_while_paused_all_that_comes_is_counted_whether_it_passes_or_not() -> None:
    stage, pages, page = opened(type="message")
    stage.comes(message("早"))
    stage.talk.filter(text="早")
    stage.talk.pause(True)
    stage.comes(message("晚", 1), message("早 二", 2), message("晚 二", 3), in_group("早", 4))
    pages.beat()
    counted = {key: page.state[key] for key in ("hits", "held", "held_all", "all")}
    assert counted == {"hits": 1, "held": 1, "held_all": 3, "all": 4}
    stage.talk.pause(False)
    assert page.state["held_all"] == 0


def test_a_quote_shows_the_last_message_before_that_has_the_number() -> None:
    stage, pages, page = opened()
    stage.comes(
        message("旧", 0, msg_id="7"),
        message("新", 1, msg_id="7"),
        in_group("别处", 2, msg_id="7"),
        message("答", 3, msg_id="8", reply_to="7"),
        message("后", 4, msg_id="7"),
        message("空", 5, msg_id="9", reply_to="404"),
    )
    pages.beat()
    assert page.lines[3]["quote"] == {"n": 1, "sender": "橙子", "text": "新"}
    assert "quote" not in page.lines[5]


def test_a_long_text_is_cut_and_given_whole_on_request() -> None:
    stage, pages, page = opened()
    text = "长" * (SHOWN_CHARACTERS + 1)
    stage.comes(message(text))
    pages.beat()
    assert page.lines[0]["text"] == text[:-1]
    assert page.lines[0]["cut"] == len(text)
    assert stage.talk.whole(0) == {"whole": {"n": 0, "text": text}}
    with pytest.raises(InvalidInput):
        stage.talk.whole(1)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_hostile_text_is_on_the_page_as_it_is(text: str) -> None:
    stage, pages, page = opened()
    stage.comes(in_group(text, sender=text, group=text))
    stage.happens("new_friend", displayname=text)
    stage.talk.events(True)
    pages.beat()
    assert page.lines[0]["text"] == text[:SHOWN_CHARACTERS]
    stage.talk.filter(text=text[:200])
    assert list(page.lines) == [0]
    stage.talk.filter(person=text[:200], text="")
    assert list(page.lines) == [0]


def test_events_stand_between_the_messages_on_request() -> None:
    stage, pages, page = opened()
    stage.happens("new_friend", displayname="小灰", qq="5")
    stage.happens("state_change", 1, subtype="confirming")
    stage.happens("lose_group_member", 2, displayname="小明", gnumber="1", params='[{}, {"name": "群一"}]')
    stage.happens("friend_property_change", 3, displayname="小红", subtype="markname")
    stage.happens("of_another_server", 4)
    pages.beat()
    assert page.sentences == []
    stage.talk.events(True)
    assert page.sentences == [
        "New friend: 小灰.",
        "State of the server: waiting for the confirmation on the phone.",
        "小明 left 群一.",
        "markname of 小红 has changed.",
        "Event of_another_server  (?).",
    ]
    stage.talk.events(False)
    assert page.sentences == []


def test_events_are_filtered_like_messages() -> None:
    stage, pages, page = opened()
    stage.talk.events(True)
    stage.happens("lose_group_member", displayname="小明", qq="1", gnumber="7")
    stage.happens("new_friend", 1, displayname="小灰", qq="2")
    pages.beat()
    for given, found in (
        ({"chat": "group:7"}, ["小明 left 7."]),
        ({"chat": "", "person": "灰"}, ["New friend: 小灰."]),
        ({"person": "xm"}, ["小明 left 7."]),
        ({"person": "2"}, ["New friend: 小灰."]),
        ({"person": "", "text": "LEFT"}, ["小明 left 7."]),
    ):
        stage.talk.filter(**given)
        assert page.sentences == found


def test_of_very_many_events_the_last_ones_are_shown() -> None:
    stage, pages, page = opened()
    stage.talk.events(True)
    for number in range(MOST_EVENTS + 10):
        stage.happens("new_friend", number, displayname=f"友{number}")
    pages.beat()
    assert len(page.notes) == MOST_EVENTS
    assert page.sentences[-1] == f"New friend: 友{MOST_EVENTS + 9}."


def test_a_mute_that_a_handler_gave_stands_between_the_messages() -> None:
    stage, pages, page = opened()
    stage.mutes.append(Mute(0, NOON_S, "guard", "小灰", "群1", 600))
    pages.beat()
    assert page.sentences == ["The handler guard muted 小灰 in 群1 for 600 s."]


def test_words_are_chinese_where_that_was_chosen() -> None:
    language("zh")
    stage, pages, page = opened()
    stage.talk.events(True)
    stage.happens("login")
    pages.beat()
    assert page.sentences == ["服务器已登录。"]
    assert page.bar["state"].startswith("正在监听")
