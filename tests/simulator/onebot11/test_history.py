"""Pages of the history, as each end gives them."""

import pytest

from openqq_nb.simulator import Simulator
from tests.simulator.onebot11.asking import Json, call, data, friend, managed, plain_member, simulated


def said(server: Simulator, n: int = 5) -> list[Json]:
    group = managed(server)
    return [dict(server.say(plain_member(group), f"第 {nth} 条", group=group)) for nth in range(n)]


def page(server: Simulator, **params: object) -> list[str]:
    found = data(server, "get_group_msg_history", group_id=managed(server).number, **params)["messages"]
    return [one["raw_message"] for one in found]


def texts(*nth: int) -> list[str]:
    return [f"第 {one} 条" for one in nth]


def test_the_newest_page_comes_oldest_first(server: Simulator) -> None:
    said(server)
    assert page(server, count=3) == texts(2, 3, 4)
    assert page(server) == texts(0, 1, 2, 3, 4)


def test_what_the_history_shows_is_what_was_posted(server: Simulator) -> None:
    posted = said(server, 1)[0]
    assert data(server, "get_group_msg_history", group_id=managed(server).number)["messages"] == [posted]


def test_napcat_names_a_message_by_id_and_turns_by_either_spelling(napcat: Simulator) -> None:
    third = said(napcat)[2]["message_id"]
    assert page(napcat, message_seq=third, count=2, reverse_order=True) == texts(1, 2)
    assert page(napcat, message_seq=str(third), count=2, reverseOrder="true") == texts(1, 2)
    assert page(napcat, message_seq=third, count=2) == texts(2, 3)


def test_llbot_names_it_by_its_sequence_and_only_turns_the_list_around() -> None:
    with simulated("llbot") as server:
        third = said(server)[2]["message_seq"]
        assert page(server, message_seq=third, count=2) == texts(1, 2)
        assert page(server, message_seq=third, count=2, reverseOrder=True) == texts(2, 1)


def test_lagrange_names_it_by_message_id_and_ends_with_it() -> None:
    with simulated("lagrange") as server:
        third = said(server)[2]["message_id"]
        assert page(server, message_id=third, count=2) == texts(1, 2)
        assert (
            call(server, "get_group_msg_history", group_id=managed(server).number, message_id=1)["retcode"]
            == 200
        )


def test_pages_lead_back_to_the_first_message(server: Simulator) -> None:
    said(server, 8)
    key = {"message_seq": "message_id", "message_id": "message_id"}
    names: list[str] = []
    start: Json = {}
    while True:
        found = data(server, "get_group_msg_history", group_id=managed(server).number, count=3, **start)[
            "messages"
        ]
        new = [one["raw_message"] for one in found if one["raw_message"] not in names]
        if not new:
            break
        names = new + names
        if "message_seq" not in found[0]:
            start = {"message_id": found[0][key["message_id"]]}
        else:
            start = {"message_seq": found[0]["message_seq"], "reverse_order": "real_seq" in found[0]}
    assert names == texts(*range(8))


def test_an_empty_chat_fails_but_for_llbot(server: Simulator) -> None:
    answer = call(server, "get_friend_msg_history", user_id=friend(server).qq)
    if answer["status"] == "ok":
        assert answer["data"] == {"messages": []} and "echo" not in answer
    else:
        assert answer.get("wording", "消息undefined不存在") == "消息undefined不存在"


def test_both_sides_of_a_talk_with_a_friend_are_in_it(server: Simulator) -> None:
    server.say(friend(server), "在吗")
    data(server, "send_private_msg", user_id=friend(server).qq, message="在")
    found = data(server, "get_friend_msg_history", user_id=friend(server).qq)["messages"]
    me = server.truth.me.person.qq
    assert [(one["raw_message"], one["user_id"] == me) for one in found] == [("在吗", False), ("在", True)]
    assert all(one["post_type"] != "message" for one in found[1:]) or "message_style" not in found[1]


def test_what_was_taken_back_is_missing(server: Simulator) -> None:
    second = said(server, 3)[1]
    server.recall(second)
    assert page(server) == texts(0, 2)


def test_one_that_was_taken_back_is_told_of_by_llbot_alone_as_what_it_is() -> None:
    for end, told in (("napcat", ("failed", None)), ("llbot", ("ok", "deleted"))):
        with simulated(end) as server:
            posts = said(server, 2)
            server.recall(posts[1])
            answer = call(server, "get_msg", message_id=posts[1]["message_id"])
            assert (answer["status"], (answer["data"] or {}).get("status")) == told
            assert call(server, "get_msg", message_id=posts[0]["message_id"])["status"] == "ok"


def test_a_restarted_napcat_knows_no_message_until_a_page_shows_it(napcat: Simulator) -> None:
    first = said(napcat, 2)[0]["message_id"]
    napcat.stop()
    napcat.start()
    group = managed(napcat).number
    assert call(napcat, "get_msg", message_id=first)["wording"] == "消息不存在"
    assert call(napcat, "get_group_msg_history", group_id=group, message_seq=first)["status"] == "failed"
    assert page(napcat) == texts(0, 1)
    assert data(napcat, "get_msg", message_id=first)["message_id"] == first


def test_napcat_remembers_the_newest_5000_messages(napcat: Simulator) -> None:
    said = napcat.say_together([(friend(napcat), "x")] * 5001)
    first, second = (one["message_id"] for one in said[:2])
    assert call(napcat, "get_msg", message_id=first)["status"] == "failed"
    assert call(napcat, "get_msg", message_id=second)["status"] == "ok"


@pytest.mark.parametrize("end", ["llbot", "lagrange"])
def test_the_others_know_them_still(end: str) -> None:
    with simulated(end) as server:
        first = said(server, 1)[0]["message_id"]
    with server:
        assert data(server, "get_msg", message_id=first)["message_id"] == first
