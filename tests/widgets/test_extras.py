"""More than text in a draft: what is offered, what goes out in which order, and what is refused."""

import base64
from collections.abc import Callable

import pandas as pd
import pytest

from openqq_nb.errors import InvalidInput, NoAnswer
from openqq_nb.models import Outgoing, Receipt
from openqq_nb.segments import Content, Parts, plain
from openqq_nb.widgets.composer import faces
from openqq_nb.widgets.composer.addressee import Addressee
from openqq_nb.widgets.composer.draft import Draft
from openqq_nb.widgets.composer.extras import MOST_BYTES, SHOWN, Extras
from openqq_nb.widgets.parts import View
from tests.widgets.showing import Page
from tests.widgets.test_draft import ABSENT, SENT

DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
THUMB = "data:image/png;base64,AAAA"
PEOPLE = pd.DataFrame(
    {
        "displayname": ["小灰", "<b>橙子</b>", "没有号码"],
        "card": ["小灰", None, None],
        "nick": ["灰灰", "<b>橙子</b>", None],
        "qq": ["4200000011", "9900000102", None],
    },
    dtype="str",
)


class Post:
    """Where messages go."""

    def __init__(self, answer: Receipt | Exception = SENT) -> None:
        self.answer = answer
        self.left: list[Content] = []

    def send(self, content: Content) -> Receipt:
        self.left.append(content)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def group(
    post: Post, members: Callable[[], pd.DataFrame] = PEOPLE.copy, name: str = "PERL学习角"
) -> Addressee:
    return Addressee(
        "group",
        name,
        "552603",
        lambda content: Outgoing(plain(content)),
        post.send,
        composes=True,
        members=members,
    )


def friend(post: Post, *, composes: bool = True) -> Addressee:
    return Addressee(
        "friend", "小灰", "1", lambda content: Outgoing(plain(content)), post.send, composes=composes
    )


class Desk:
    """A draft with all that goes with it, on an open page."""

    def __init__(self, to: Addressee) -> None:
        self.draft = Draft()
        self.extras = Extras(self.draft)
        self.page = Page({"draft": self.draft, "extras": self.extras})
        self.address(to)

    def address(self, to: Addressee | None) -> None:
        self.draft.address(to)
        self.extras.address(to)

    def add(self, action: str, **values: object) -> View:
        return self.page.ask("extras", action, **values)

    def with_people(self) -> View:
        self.add("people")
        return self.page.wait("extras", lambda view: not view["loading"])

    def mention(self, name: str) -> None:
        self.with_people()
        found = self.add("find", text=name)
        self.add("mention", row=found["rows"][0]["row"], version=found["version"])

    def picture(self, name: str = "点.gif", data: bytes = DOT, thumb: str = THUMB) -> None:
        self.add("picture", name=name, data=base64.b64encode(data).decode(), thumb=thumb)

    def labels(self) -> list[str]:
        return [one["label"] for one in self.page.view("draft")["pieces"]]

    def send(self, text: str) -> View:
        self.page.ask("draft", "send", text=text, draft=self.draft.number)
        return self.page.wait("draft", lambda view: not view["sending"])


def types(content: Content) -> list[str]:
    assert isinstance(content, Parts)
    return [one.type for one in content.segments]


def test_everything_goes_out_before_the_text_in_the_order_of_the_page() -> None:
    post = Post()
    desk = Desk(group(post))
    desk.mention("小灰")
    desk.picture()
    desk.add("face", number=14)
    desk.add("quote", msg_id=" -1702469138 ")
    assert desk.labels() == ["Reply to -1702469138", "@小灰 (4200000011)", "点.gif", "[smile]"]
    view = desk.send("[CQ:at,qq=all]")
    (left,) = post.left
    assert types(left) == ["reply", "at", "image", "face", "text"]
    assert isinstance(left, Parts) and left.reply_to == "-1702469138"
    assert left.text == "@4200000011[图片][表情:14][CQ:at,qq=all]"
    assert (view["pieces"], view["text"], view["result"]["tone"]) == ([], "", "good")


def test_the_preview_shows_what_goes_out_piece_by_piece() -> None:
    desk = Desk(group(Post()))
    desk.mention("橙")
    desk.page.ask("draft", "write", text="周五\ud83d")
    assert desk.page.view("draft")["preview"]["items"] == [
        {"kind": "mention", "label": "@<b>橙子</b> (9900000102)"},
        {"kind": "text", "label": " 周五\ufffd"},
    ]


def test_text_alone_stays_text() -> None:
    post = Post()
    desk = Desk(friend(post))
    assert desk.page.view("draft")["preview"]["items"] == []
    desk.send("在吗？")
    assert post.left == ["在吗？"]


def test_pictures_and_faces_go_out_without_a_text_and_a_quote_does_not() -> None:
    post = Post()
    desk = Desk(friend(post))
    desk.add("quote", msg_id="1")
    assert desk.page.view("draft")["why"] == "Write a text first."
    desk.send(" \n")
    assert post.left == []
    desk.picture()
    assert desk.page.view("draft")["why"] == ""
    desk.send(" \n")
    assert types(post.left[0]) == ["reply", "image"]


@pytest.mark.parametrize("answer", [ABSENT, NoAnswer("silence")], ids=["failed", "unknown"])
def test_what_does_not_leave_for_certain_stays(answer: Receipt | Exception) -> None:
    desk = Desk(friend(Post(answer)))
    desk.picture()
    view = desk.send("看图")
    assert (desk.labels(), view["text"], view["earlier"]) == (["点.gif"], "看图", False)
    assert desk.page.ask("draft", "remove", place=0, draft=desk.draft.number)["earlier"]


def test_a_page_that_has_not_seen_a_piece_sends_nothing() -> None:
    post = Post()
    desk = Desk(friend(post))
    seen = desk.draft.number
    desk.picture()
    desk.page.ask("draft", "send", text="看图", draft=seen)
    assert post.left == [] and desk.labels() == ["点.gif"]


def test_a_piece_is_removed_by_its_place_once() -> None:
    desk = Desk(friend(Post()))
    for number in (14, 13, 20):
        desk.add("face", number=number)
    before = desk.draft.number
    for _ in range(2):
        desk.page.ask("draft", "remove", place=1, draft=before)
    assert desk.labels() == ["[smile]", "[snigger]"]


def test_who_is_mentioned_and_what_is_quoted_does_not_go_to_another_chat() -> None:
    desk = Desk(group(Post()))
    desk.mention("小灰")
    desk.add("quote", msg_id="1")
    desk.picture()
    desk.address(friend(Post()))
    assert desk.labels() == ["点.gif"]


def test_a_second_quote_takes_the_place_of_the_first() -> None:
    desk = Desk(friend(Post()))
    desk.add("quote", msg_id="1")
    desk.add("quote", msg_id="2")
    assert desk.labels() == ["Reply to 2"]


def test_everyone_is_mentioned_in_a_group_only_and_only_if_it_was_confirmed() -> None:
    desk = Desk(group(Post()))
    for sure in (False, None, 1, "yes"):
        with pytest.raises(InvalidInput, match="confirmed"):
            desk.add("everyone", sure=sure)
    desk.add("everyone", sure=True)
    assert desk.labels() == ["@全体成员"]
    other = Desk(friend(Post()))
    with pytest.raises(InvalidInput, match="in a group only"):
        other.add("everyone", sure=True)


def test_nothing_is_offered_or_taken_where_only_text_can_be_sent() -> None:
    desk = Desk(friend(Post(), composes=False))
    assert (desk.page.view("extras")["on"], desk.page.view("extras")["group"]) == (False, None)
    with pytest.raises(InvalidInput, match="Nothing but text"):
        desk.add("face", number=14)
    assert desk.labels() == []


def test_members_without_a_number_cannot_be_mentioned() -> None:
    desk = Desk(group(Post()))
    assert desk.page.view("extras")["rows"] == []
    view = desk.with_people()
    assert [(one["name"], one["more"], one["number"]) for one in view["rows"]] == [
        ("小灰", ["灰灰"], "qq 4200000011"),
        ("<b>橙子</b>", [], "qq 9900000102"),
    ]
    assert view["count"] == "Found: 2"


def test_only_the_first_members_found_are_shown() -> None:
    many = pd.DataFrame({name: [f"{one:06}" for one in range(999)] for name in PEOPLE.columns}, dtype="str")
    view = Desk(group(Post(), lambda: many)).with_people()
    assert len(view["rows"]) == SHOWN and view["count"].startswith("Found: 999. The first 50")


def test_members_that_cannot_be_loaded_are_a_problem_and_may_be_asked_for_again() -> None:
    def fail() -> pd.DataFrame:
        raise NoAnswer("silence")

    desk = Desk(group(Post(), fail))
    assert desk.with_people()["problem"]["title"] == "The server did not answer."
    desk.add("people")
    assert desk.page.wait("extras", lambda view: not view["loading"])["problem"] is not None


def test_members_of_the_group_before_are_not_shown_or_taken() -> None:
    desk = Desk(group(Post()))
    version = desk.with_people()["version"]
    desk.address(group(Post(), name="另一个群"))
    desk.add("mention", row=0, version=version)
    assert desk.labels() == [] and desk.page.view("extras")["rows"] == []


@pytest.mark.parametrize("row", [2, -1, True, "0", None, 0.0], ids=repr)
def test_a_member_that_is_not_there_is_refused(row: object) -> None:
    desk = Desk(group(Post()))
    version = desk.with_people()["version"]
    with pytest.raises(InvalidInput, match="There is no member"):
        desk.add("mention", row=row, version=version)


@pytest.mark.parametrize("number", [-1, 999, True, "14", None], ids=repr)
def test_a_face_that_is_not_offered_is_refused(number: object) -> None:
    with pytest.raises(InvalidInput, match="There is no face"):
        Desk(friend(Post())).add("face", number=number)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("!!!", "could not be read"),
        (None, "could not be read"),
        ("AAAA" * (MOST_BYTES // 3 + 3), "has more than 4 MB"),
        (base64.b64encode(b"<svg onload=alert(1)>").decode(), "is no picture that QQ shows"),
        ("", "is empty"),
    ],
    ids=["no base64", "none", "large", "no picture", "empty"],
)
def test_what_is_no_picture_is_refused(data: object, said: str) -> None:
    desk = Desk(friend(Post()))
    with pytest.raises(InvalidInput, match=said):
        desk.add("picture", name="x.png", data=data, thumb="")
    assert desk.labels() == []


@pytest.mark.parametrize(
    "thumb",
    [
        "javascript:alert(1)",
        "data:image/svg+xml;base64,AAAA",
        "https://example.org/x.png",
        THUMB + "A" * 60001,
        None,
    ],
    ids=["script", "svg", "address", "large", "none"],
)
def test_only_a_small_picture_in_itself_is_shown(thumb: str) -> None:
    desk = Desk(friend(Post()))
    desk.picture(thumb=thumb)
    assert desk.page.view("draft")["pieces"] == [{"kind": "picture", "label": "点.gif", "thumb": ""}]


def test_pictures_do_not_travel_with_every_word_that_is_typed() -> None:
    desk = Desk(friend(Post()))
    desk.picture()
    desk.page.ask("draft", "write", text="看")
    assert (
        THUMB not in str(desk.page.shown["draft"][-1])
        and desk.page.view("draft")["pieces"][0]["thumb"] == THUMB
    )


@pytest.mark.parametrize("msg_id", ["", "  ", None, 5], ids=repr)
def test_a_quote_needs_the_number_of_a_message(msg_id: object) -> None:
    with pytest.raises(InvalidInput, match="msg_id"):
        Desk(friend(Post())).add("quote", msg_id=msg_id)


def test_about_forty_faces_are_offered_each_once_and_by_name() -> None:
    offered = Desk(friend(Post())).page.view("extras")["faces"]
    assert len(offered) == len({one["name"] for one in offered}) == len(faces.NUMBERS) == 42
    assert offered[0] == {"number": 14, "name": "smile"}
