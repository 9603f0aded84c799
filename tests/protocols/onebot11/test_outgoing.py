"""What leaves is segments, and nothing that a text has in it can become anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb.errors import InvalidInput
from openqq_nb.models import Recipient, RecipientType
from openqq_nb.protocols.onebot11.calls import Onebot11
from openqq_nb.segments import Content, Parts, Segment, at, face, reply_to
from tests.protocols.contract import asked

END = Onebot11()
TO: dict[RecipientType, Recipient] = {
    "friend": Recipient("friend", qq="1"),
    "group": Recipient("group", gnumber="2"),
}


def message(content: Content, kind: RecipientType = "group") -> object:
    request = asked(END.send(TO[kind], content))
    assert request.content is not None
    return request.content["message"]


@given(st.text(st.characters(codec="utf-8"), min_size=1) | st.just("[CQ:at,qq=all] &#91;"))
def test_a_text_is_one_segment_of_exactly_that_text(content: str) -> None:
    for kind in TO:
        assert message(content, kind) == [{"type": "text", "data": {"text": content}}]


def test_parts_leave_as_their_segments() -> None:
    assert message(reply_to("-5") + at("4200000011") + "周五聚餐" + face(14)) == [
        {"type": "reply", "data": {"id": "-5"}},
        {"type": "at", "data": {"qq": "4200000011"}},
        {"type": "text", "data": {"text": " 周五聚餐"}},
        {"type": "face", "data": {"id": "14"}},
    ]


@pytest.mark.parametrize("content", [at("1"), at("all"), reply_to("5") + at("1"), at("1") + "  "])
def test_mentions_alone_are_refused_in_private_and_sent_in_a_group(content: Parts) -> None:
    assert message(content)
    with pytest.raises(InvalidInput, match=r"mention is dropped.*nothing was sent"):
        message(content, "friend")


def test_a_mention_with_text_goes_out_in_private_too() -> None:
    assert message(at("1") + "好", "friend")


@pytest.mark.parametrize(
    "content", ["", Parts(()), reply_to("5"), Parts((Segment("text", {"text": ""}),)), Parts((Segment("text", {}),))]
)  # fmt: skip
def test_a_message_of_nothing_is_refused_before_it_leaves(content: Content) -> None:
    with pytest.raises(InvalidInput, match=r"empty.*nothing was sent"):
        message(content)
    with pytest.raises(InvalidInput, match=r"empty.*nothing was sent"):
        END.outgoing(content)


def test_half_a_surrogate_pair_is_refused_in_any_part() -> None:
    with pytest.raises(InvalidInput, match="surrogate"):
        message(Parts((Segment("text", {"text": "a\ud800"}),)))


def test_what_arrives_is_shown_with_its_faces_and_the_longest_text() -> None:
    shown = END.outgoing("好" + face(14) + at("1") + "x")
    assert (shown.text, shown.faces, shown.replaced) == ("好[表情:14]@1 x", ("表情:14",), ())
    assert END.outgoing("[微笑]").faces == ()
    assert END.outgoing("x" * 5000).longest == 4500
