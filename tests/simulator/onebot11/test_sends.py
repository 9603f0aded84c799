"""What is sent to an end reaches people, in the form in which the call meant it; or it fails as it does there."""

import base64
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.protocols.onebot11 import content
from openqq_nb.simulator import Person, Simulator
from openqq_nb.simulator.onebot11 import cq, shown
from openqq_nb.simulator.onebot11.ends import NAPCAT
from tests.simulator.onebot11.asking import ENDS, Json, call, data, friend, managed, simulated, text

RING_ALL = "[CQ:at,qq=all] 明天见"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


def test_a_code_inside_a_text_segment_is_text_and_rings_nobody(server: Simulator) -> None:
    data(server, "send_group_msg", group_id=managed(server).number, message=text(RING_ALL))
    received = server.received[-1]
    assert (received.kind, received.content, received.rang_all) == ("group", RING_ALL, False)
    assert received.segments == tuple(text(RING_ALL))


def test_the_same_code_as_a_text_rings_everybody_unless_it_is_escaped(server: Simulator) -> None:
    group = managed(server).number
    data(server, "send_group_msg", group_id=group, message=RING_ALL)
    assert (server.received[-1].content, server.received[-1].rang_all) == ("@全体成员 明天见", True)
    data(server, "send_group_msg", group_id=group, message=RING_ALL, auto_escape=True)
    assert (server.received[-1].content, server.received[-1].rang_all) == (RING_ALL, False)


def test_a_single_segment_and_numbers_as_text_are_taken(server: Simulator) -> None:
    data(server, "send_private_msg", user_id=str(friend(server).qq), message=text("你好")[0])
    received = server.received[-1]
    assert (received.kind, received.number, received.content) == ("friend", str(friend(server).qq), "你好")


def test_a_mention_shows_the_card_and_is_told(server: Simulator) -> None:
    group = managed(server)
    member = next(one for one in group.members if one.card)
    at = {"type": "at", "data": {"qq": str(member.person.qq)}}
    data(server, "send_group_msg", group_id=group.number, message=[at, *text(" 你好")])
    received = server.received[-1]
    assert (received.content, received.mentions) == (f"@{member.card} 你好", [str(member.person.qq)])


@pytest.mark.parametrize(("summary", "seen"), [("[开心]", "[表情:开心]"), ("", "[表情]")])
def test_a_face_of_the_market_is_read_as_a_face(server: Simulator, summary: str, seen: str) -> None:
    about = {"summary": summary, "emoji_id": "ab12", "emoji_package_id": 7, "key": "k"}
    face = {"type": "mface", "data": about}
    data(server, "send_private_msg", user_id=friend(server).qq, message=[face])
    post = server.say(friend(server), [face])
    assert (server.received[-1].content, content.read(post["message"]).text) == (seen, seen)


def test_a_picture_with_the_number_of_a_face_is_that_face_and_any_other_a_picture() -> None:
    about = {"summary": "[开心]", "file": "marketface", "emoji_id": "ab12"}
    for more, seen in ((about, "[表情:开心]"), ({"file": "1.jpg", "summary": "[开心]"}, "[图片]")):
        assert shown.plain([{"type": "image", "data": more}], str) == seen
        assert content.read([{"type": "image", "data": more}]).text == seen


def test_a_quote_of_a_known_message_is_told_and_one_of_an_unknown_is_dropped_without_a_word(
    server: Simulator,
) -> None:
    said = server.say(friend(server), "在吗")
    for known, quoted in ((said["message_id"], said["message_id"]), (1, None)):
        reply = {"type": "reply", "data": {"id": str(known)}}
        data(server, "send_private_msg", user_id=friend(server).qq, message=[reply, *text("在")])
        received = server.received[-1]
        assert (received.content, received.reply_to) == ("在", quoted)
        assert [one["type"] for one in received.segments] == (["reply", "text"] if quoted else ["text"])


def test_a_picture_is_taken_by_its_bytes_and_arrives_by_its_name(server: Simulator) -> None:
    image = {"type": "image", "data": {"file": f"base64://{base64.b64encode(PNG).decode()}"}}
    data(server, "send_private_msg", user_id=friend(server).qq, message=[image])
    received = server.received[-1]
    assert received.content == "[图片]"
    assert received.segments[0]["data"]["file"].endswith(".png")
    assert received.segments[0]["data"]["file_size"] == str(len(PNG))


@pytest.mark.parametrize("file", ["base64://", "base64://no base64!", "file:///not/there.png", "nowhere.png"])
def test_a_picture_that_cannot_be_read_fails(server: Simulator, file: str) -> None:
    image = {"type": "image", "data": {"file": file}}
    assert call(server, "send_private_msg", user_id=friend(server).qq, message=[image])["status"] == "failed"
    assert server.received == []


def session(server: Simulator) -> tuple[Json, Person]:
    """Write to somebody through a group who is no friend."""
    group = server.truth.groups[0]
    friends = {one.person.qq for one in server.truth.friends} | {server.truth.me.person.qq}
    member = next(one.person for one in group.members if one.person.qq not in friends)
    return call(server, "send_private_msg", user_id=member.qq, group_id=group.number, message="你好"), member


@pytest.mark.parametrize("end", ["napcat", "llbot"])
def test_a_member_is_written_to_through_his_group(end: str) -> None:
    with simulated(end) as server:
        answer, member = session(server)
        assert answer["status"] == "ok"
        assert [(one.kind, one.number) for one in server.received] == [("session", str(member.qq))]


def test_lagrange_has_no_sessions_and_writes_to_a_friend_that_is_none() -> None:
    with simulated("lagrange") as server:
        assert session(server)[0]["retcode"] == 16
        assert server.received == []


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "result: 110": ("send_group_msg", {"group_id": 4242, "message": "x"}),
    "无法获取用户信息": ("send_private_msg", {"user_id": 4242, "message": "x"}),
    "消息体无法解析": ("send_private_msg", {"message": []}),
    "消息体无法解析, 请检查": ("send_private_msg", {"message": ""}),
    "消息体无法解析, 请检查是否": ("send_private_msg", {"message": text("")}),
}


@pytest.mark.parametrize("words", REFUSED)
@pytest.mark.parametrize("end", ENDS)
def test_what_cannot_be_sent_fails_in_the_words_of_the_end(end: str, words: str) -> None:
    action, params = REFUSED[words]
    with simulated(end) as server:
        answer = call(server, action, **{"user_id": friend(server).qq} | params)
        assert (answer["status"], answer["data"], server.received) == ("failed", None, [])
        assert ("wording" in answer) == (end != "lagrange")
        assert words in answer.get("wording", words)


def test_who_is_no_friend_is_not_written_to(server: Simulator) -> None:
    stranger = Person(4_200_000_000, "路人")
    server.say(stranger, "在吗")
    answer = call(server, "send_private_msg", user_id=stranger.qq, message="x")
    assert answer["retcode"] == 16 or "result: 16" in answer["wording"]


@pytest.mark.parametrize("by", ["himself", "all"])
def test_a_muted_account_is_refused_with_120_until_it_is_lifted(server: Simulator, by: str) -> None:
    group = next(one for one in server.truth.groups if one.role == "attend")
    if by == "all":
        server.mute_all(group)
    else:
        server.mute(group, server.truth.me.person, 600)
    answer = call(server, "send_group_msg", group_id=group.number, message="x")
    assert answer["retcode"] == 120 or "result: 120" in answer["wording"]
    if by == "all":
        server.mute_all(group, on=False)
    else:
        server.mute(group, server.truth.me.person, 0)
    data(server, "send_group_msg", group_id=group.number, message="x")


def test_an_unknown_segment_fails_on_napcat_and_is_left_out_elsewhere(server: Simulator) -> None:
    odd = {"type": "hologram", "data": {}}
    answer = call(server, "send_private_msg", user_id=friend(server).qq, message=[odd, *text("在")])
    if answer["status"] == "failed":
        assert answer["wording"] == "未知的消息类型：hologram"
    else:
        assert server.received[-1].content == "在"


@pytest.mark.parametrize(
    "odd", [{"type": ["text"], "data": {}}, {"type": "text"}, 7, None, [], {"type": "text", "data": 7}]
)
def test_a_segment_that_is_none_fails(server: Simulator, odd: object) -> None:
    assert call(server, "send_private_msg", user_id=friend(server).qq, message=[odd])["status"] == "failed"


def test_mentions_vanish_in_private_chats_of_napcat(napcat: Simulator) -> None:
    at = {"type": "at", "data": {"qq": "1"}}
    assert call(napcat, "send_private_msg", user_id=friend(napcat).qq, message=[at])["status"] == "failed"
    data(napcat, "send_private_msg", user_id=friend(napcat).qq, message=[at, *text("在")])
    assert napcat.received[-1].segments == tuple(text("在"))


def test_ids_have_the_sign_of_their_end() -> None:
    for end, can_be_negative in (("napcat", False), ("llbot", True)):
        with simulated(end) as server:
            ids = {int(str(one["message_id"])) for one in server.chatter(60)}
        assert len(ids) == 60 and all(-(2**31) <= one < 2**31 and one != 0 for one in ids)
        assert any(one < 0 for one in ids) == can_be_negative


WORDS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("[]&,=CQ:"), min_size=1, max_size=30
)


@given(st.lists(st.tuples(WORDS, WORDS), max_size=4))
@settings(max_examples=200)
def test_any_message_survives_as_one_text(pairs: list[tuple[str, str]]) -> None:
    message = [
        part
        for words, name in pairs
        for part in (*text(words), {"type": "at", "data": {"qq": "1", "name": name}})
    ]
    assert cq.parse(cq.write(message, NAPCAT)) == message


@pytest.mark.parametrize("words", ["[CQ:at,qq=all", "[CQ:]", "[CQ：at,qq=all]", "[cq:at,qq=all]"])
def test_a_code_without_a_proper_end_is_text(words: str) -> None:
    assert cq.parse(words) == text(words)
