"""What arrives of a text: as the recorded servers sent it, and as the simulated friend gets it."""

import json
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import openqq_nb as oq
from openqq_nb.demo_account import DemoAccount
from openqq_nb.protocols.openqq import DIALECTS
from openqq_nb.protocols.openqq.outgoing import FACES
from tests.recordings import calls, posts
from tests.simulator.notes import sent

Protocol = Literal["openqq1", "openqq2"]


def parts(note: str) -> list[Any]:
    """Give the parts that the provider got of the one message that a note tells of: texts, and faces by number."""
    _, _, told = note.partition(" to id ")
    content, _ = json.JSONDecoder().raw_decode(told, told.index(": ") + 2)
    return content if isinstance(content, list) else [content]


def asked_for(params: tuple[tuple[str, str], ...]) -> str:
    """Give the text of a send, if there is one and only one."""
    contents = [value for key, value in params if key == "content"]
    return contents[0] if len(contents) == 1 else ""


def replied(answer: str) -> str:
    """Give the reply in what was answered to a post, if it is an object with a text to be sent as text."""
    try:
        told = json.loads(answer)
    except ValueError:
        return ""
    reply = told.get("reply") if isinstance(told, dict) and "format" not in told else None
    return reply if isinstance(reply, str) else ""


def given_and_sent() -> Iterator[tuple[str, str, str]]:
    """Give the dialect, the text and the note of each recorded sending."""
    for dialect in DIALECTS:
        for one in calls(dialect):
            yield dialect, asked_for(one.params), one.note or ""
        for post in posts(dialect):
            yield dialect, replied(post.answer["body"] or ""), post.then or ""


# Without what was given as bytes that are no UTF-8.
RECORDED = [
    (dialect, text, note)
    for dialect, text, note in given_and_sent()
    if text and "\ufffd" not in text and len(sent(note)) == 1
]


@pytest.mark.parametrize(("dialect", "text", "note"), RECORDED)
def test_a_recorded_server_sent_what_is_said_to_go_out(dialect: str, text: str, note: str) -> None:
    ((_, _, content),) = sent(note)
    goes_out = DIALECTS[dialect](None).outgoing(text)
    assert goes_out.text == content
    assert len(goes_out.faces) == sum(isinstance(part, list) for part in parts(note))


def test_enough_sendings_are_recorded_and_some_with_faces_and_replaced_signs() -> None:
    goes_out = [DIALECTS[dialect](None).outgoing(text) for dialect, text, _ in RECORDED]
    assert len(goes_out) > 60
    assert sum(one.faces == ("微笑", "咖啡") for one in goes_out) == 2
    assert any(one.replaced for one in goes_out)


@pytest.mark.parametrize(
    ("text", "faces"),
    [
        ("[微笑]早[咖啡][微笑]", ("微笑", "咖啡", "微笑")),
        ("[[微笑]]", ("微笑",)),
        ("[微笑][ 微笑][微笑 ][微\n笑]", ("微笑",)),
        ("[OK][NO][ok]", ("OK", "NO")),
        ("[糗大了][右太极][便便]", ("糗大了", "右太极", "便便")),
        ("[不是表情][图片][]微笑][", ()),
        ("[＜微笑＞]", ()),
    ],
)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_names_of_faces_are_known_and_others_stay_text(
    dialect: str, text: str, faces: tuple[str, ...]
) -> None:
    goes_out = DIALECTS[dialect](None).outgoing(text)
    assert (goes_out.faces, goes_out.text, goes_out.replaced) == (faces, text, ())


def test_every_face_of_the_provider_is_known() -> None:
    assert len(FACES) == 105
    written = "".join(f"[{name}]" for name in sorted(FACES))
    assert DIALECTS["openqq1"](None).outgoing(written).faces == tuple(sorted(FACES))


def test_only_2x_replaces_and_says_only_what_occurs() -> None:
    first, second = DIALECTS["openqq1"](None), DIALECTS["openqq2"](None)
    assert (first.outgoing("<b>").text, first.outgoing("<b>").replaced) == ("<b>", ())
    assert (second.outgoing("<b>").text, second.outgoing("<b>").replaced) == (
        "＜b＞",
        (("<", "＜"), (">", "＞")),
    )
    assert second.outgoing("a<b").replaced == (("<", "＜"),)
    assert second.outgoing("&lt;＜").replaced == ()


def test_only_1x_reaches_a_session() -> None:
    assert DIALECTS["openqq1"](None).reaches - DIALECTS["openqq2"](None).reaches == {"session"}


@pytest.fixture(scope="module", params=["openqq1", "openqq2"])
def my(request: pytest.FixtureRequest) -> Iterator[DemoAccount]:
    protocol: Protocol = request.param
    demo = oq.demo(protocol, seed=37, friends=3, groups=2, members=3)
    yield demo
    demo.close()


# A text of many signs, those that something is made of among them.
TEXTS = st.text(
    st.characters(codec="utf-8") | st.sampled_from("<>＜＞&;[]微笑\r\n\t %+"), min_size=1, max_size=40
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
def test_the_simulated_friend_gets_what_is_said_to_go_out(my: DemoAccount, text: str) -> None:
    goes_out = DIALECTS[my.simulator.protocol](None).outgoing(text)
    assert my.send_friend(text, to=my.friends().iloc[0])
    assert my.simulator.received[-1].content == goes_out.text
