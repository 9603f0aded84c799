"""The draft: what it says of a text, and how it is sent once."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from openqq_nb.errors import (
    MAY_HAVE_GONE_OUT,
    Ambiguous,
    InvalidInput,
    NoAnswer,
    NotFound,
    NotUnderstood,
    Unreachable,
)
from openqq_nb.models import Delivery, Outgoing, Receipt
from openqq_nb.segments import Content, plain
from openqq_nb.widgets.composer.addressee import Addressee
from openqq_nb.widgets.composer.draft import Draft
from openqq_nb.widgets.parts import View
from tests.widgets.showing import PATIENCE_S, Page

SENT = Receipt(True, 0, "发送成功", "1", None, Delivery.SENT, "the message was sent")
ABSENT = Receipt(False, 101, "friend not found", None, None, Delivery.FAILED, "nobody")
OPEN = Receipt(False, -4, "发送失败", "1", None, Delivery.UNKNOWN, "perhaps")
TAKEN = Receipt(True, 0, "发送成功", "1", None, Delivery.ACCEPTED, "queued")


class Post:
    """Where texts go; `hold` keeps them on the way until it is released."""

    def __init__(self, answer: Receipt | Exception = SENT) -> None:
        self.answer = answer
        self.texts: list[str] = []
        self.open = threading.Event()
        self.open.set()

    def send(self, content: Content) -> Receipt:
        self.texts.append(plain(content))
        assert self.open.wait(PATIENCE_S)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def as_it_is(content: Content) -> Outgoing:
    return Outgoing(plain(content), (), ())


def addressee(post: Post, outgoing: Callable[[Content], Outgoing] = as_it_is) -> Addressee:
    return Addressee("friend", "小灰", "123456", outgoing, post.send)


def opened(post: Post | None = None, text: str = "") -> tuple[Draft, Page]:
    draft = Draft()
    page = Page({"draft": draft})
    if post is not None:
        draft.address(addressee(post))
    if text:
        draft.write(text)
    return draft, page


def settled(view: View) -> bool:
    return not view["sending"]


def attempt(page: Page, text: str) -> View:
    page.ask("draft", "send", text=text, draft=page.view("draft")["number"])
    return page.wait("draft", settled)


def test_a_draft_says_what_keeps_it_from_being_sent() -> None:
    draft, page = opened()
    assert page.view("draft")["why"] == "Choose a recipient first."
    draft.address(addressee(Post()))
    assert page.view("draft")["why"] == "Write a text first."
    assert page.ask("draft", "write", text=" \n\t")["why"] == "Write a text first."
    assert page.ask("draft", "write", text="在吗？")["why"] == ""
    draft.address(None)
    assert page.view("draft")["why"] == "Choose a recipient first."


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_a_blank_text_does_not_go_out(text: str) -> None:
    post = Post()
    _, page = opened(post)
    assert attempt(page, text)["why"] == "Write a text first." and post.texts == []


def test_without_a_recipient_nothing_goes_out() -> None:
    _, page = opened(text="在吗？")
    shown = attempt(page, "在吗？")
    assert (shown["text"], shown["why"]) == ("在吗？", "Choose a recipient first.")


def test_a_text_goes_out_as_it_stands_in_the_page_and_the_field_is_emptied() -> None:
    post = Post()
    _, page = opened(post, "在")
    shown = attempt(page, "在吗？\n第二行")
    assert post.texts == ["在吗？\n第二行"]
    assert (shown["text"], shown["result"]) == (
        "",
        {"tone": "good", "title": "Sent to 小灰.", "detail": "sent · code 0 · 发送成功"},
    )
    assert page.shown["draft"][-1]["was"] == "在吗？\n第二行"


def test_a_draft_that_was_sent_is_not_sent_again_whoever_asks_how_often() -> None:
    post = Post()
    _, page = opened(post)
    number = page.view("draft")["number"]
    post.open.clear()
    for _ in range(3):
        page.ask("draft", "send", text="在吗？", draft=number)
    # A page that was told of the attempt, but not yet of its end.
    page.ask("draft", "send", text="在吗？", draft=page.view("draft")["number"])
    during = page.view("draft")["number"]
    post.open.set()
    page.wait("draft", settled)
    for late in (number, during):
        assert page.ask("draft", "send", text="在吗？", draft=late)["text"] == ""
    assert post.texts == ["在吗？"]


def test_while_a_text_is_on_its_way_it_is_said_and_nothing_else_goes_out() -> None:
    post = Post()
    post.open.clear()
    _, page = opened(post)
    shown = page.ask("draft", "send", text="在吗？", draft=page.view("draft")["number"])
    assert (shown["sending"], shown["why"], shown["text"]) == (True, "Sending …", "在吗？")
    post.open.set()
    assert not page.wait("draft", settled)["sending"]


@pytest.mark.parametrize(
    ("written", "rest"),
    [
        ("在吗？", ""),
        ("在吗？还有", "还有"),
        ("在吗？\n还有\n", "还有\n"),
        ("在吗？ \t\u3000\n 还有", "还有"),
        ("在吗？\n", ""),
        ("在吗？在吗？", "在吗？"),
        ("还有", "还有"),
        ("\n在吗？", "\n在吗？"),
        ("", ""),
    ],
)
def test_what_is_typed_while_a_text_is_on_its_way_stays_without_what_left(written: str, rest: str) -> None:
    post = Post()
    post.open.clear()
    _, page = opened(post)
    page.ask("draft", "send", text="在吗？", draft=page.view("draft")["number"])
    page.ask("draft", "write", text=written, view="page")
    post.open.set()
    shown = page.wait("draft", settled)
    assert (shown["text"], shown["result"]["tone"], shown["earlier"]) == (rest, "good", False)
    last = page.shown["draft"][-1]
    assert (last["was"], last["left"], last["by"]) == (written, "在吗？", None)


def test_what_is_typed_behind_a_text_that_does_not_leave_stays_behind_it() -> None:
    post = Post(NoAnswer("silence"))
    post.open.clear()
    _, page = opened(post)
    page.ask("draft", "send", text="在吗？", draft=page.view("draft")["number"])
    page.ask("draft", "write", text="在吗？\n还有", view="page")
    post.open.set()
    shown = page.wait("draft", settled)
    assert (shown["text"], shown["earlier"]) == ("在吗？\n还有", True)
    assert page.shown["draft"][-1]["left"] == ""


@pytest.mark.parametrize("text", [5, None, b"x", ["x"], True])
@pytest.mark.parametrize("action", ["write", "send"])
def test_what_is_no_text_is_refused_and_nothing_is_changed(action: str, text: object) -> None:
    post = Post()
    draft, page = opened(post, "在吗？")
    more = {"draft": draft.number} if action == "send" else {}
    before = page.view("draft")
    with pytest.raises(InvalidInput, match=f"must be a str, not {type(text).__name__}; nothing was"):
        page.ask("draft", action, text=text, **more)
    assert page.view("draft") == before and post.texts == []


@pytest.mark.parametrize(
    ("answer", "kept"), [(SENT, ""), (ABSENT, "在吗？"), (NoAnswer("silence"), "在吗？")]
)
def test_a_result_is_of_an_earlier_text_once_there_is_another_one(
    answer: Receipt | Exception, kept: str
) -> None:
    post = Post(answer)
    _, page = opened(post)
    result = attempt(page, "在吗？")["result"]
    assert page.view("draft")["earlier"] is False
    shown = page.ask("draft", "write", text="别的")
    assert (shown["earlier"], shown["result"]) == (True, result)
    assert page.ask("draft", "write", text=kept)["earlier"] is False
    page.ask("draft", "write", text="别的")
    post.open.clear()
    during = page.ask("draft", "send", text="别的", draft=page.view("draft")["number"])
    assert (during["result"], during["earlier"]) == (None, False)
    post.open.set()
    assert page.wait("draft", settled)["earlier"] is False


def test_a_result_is_of_an_earlier_message_once_another_is_written_to() -> None:
    draft, page = opened(Post(NoAnswer("silence")))
    assert attempt(page, "在吗？")["earlier"] is False
    draft.address(addressee(Post()))
    assert page.view("draft")["earlier"] is True


@pytest.mark.parametrize("error", [NotFound("another"), Ambiguous("two")])
def test_where_it_is_not_certain_who_is_meant_it_is_said_what_to_do(error: Exception) -> None:
    post = Post(error)
    draft, page = opened()
    draft.address(replace(addressee(post), if_uncertain="Choose again."))
    title = attempt(page, "在吗？")["result"]["title"]
    assert title == f"It is not certain any more who is meant. {NOTHING} Choose again."
    post.answer = Unreachable("nobody there")
    assert "Choose again." not in attempt(page, "在吗？")["result"]["title"]


def test_that_a_text_may_have_gone_out_is_said_once() -> None:
    _, page = opened(Post(NoAnswer(f"No answer came within 30 s. {MAY_HAVE_GONE_OUT}")))
    result = attempt(page, "在吗？")["result"]
    assert (result["title"], result["detail"]) == (
        f"The server did not answer. {PERHAPS}",
        "No answer came within 30 s.",
    )


def test_a_draft_for_one_does_not_go_to_another_who_was_chosen_meanwhile() -> None:
    first, second = Post(), Post()
    draft, page = opened(first)
    number = page.view("draft")["number"]
    draft.address(addressee(second))
    page.ask("draft", "send", text="只给你", draft=number)
    assert first.texts == second.texts == []


def test_one_who_is_chosen_while_a_text_is_on_its_way_does_not_get_it() -> None:
    first, second = Post(), Post()
    first.open.clear()
    draft, page = opened(first)
    page.ask("draft", "send", text="在吗？", draft=page.view("draft")["number"])
    draft.address(replace(addressee(second), name="别人"))
    first.open.set()
    shown = page.wait("draft", settled)
    assert (first.texts, second.texts) == (["在吗？"], [])
    assert (shown["result"]["title"], shown["to"]["name"]) == ("Sent to 小灰.", "别人")
    assert shown["earlier"] is True


NOTHING = "Nothing was sent."
PERHAPS = "The message may have gone out, or may still go out: look before you send it again."


@pytest.mark.parametrize(
    ("answer", "tone", "title", "detail"),
    [
        (ABSENT, "bad", "Not sent to 小灰.", "not sent · code 101 · friend not found"),
        (
            OPEN,
            "unsure",
            f"It is not known whether this reached 小灰. {PERHAPS}",
            "perhaps sent, perhaps not · code -4 · 发送失败",
        ),
        (Unreachable("nobody there"), "bad", f"The server cannot be reached. {NOTHING}", "nobody there"),
        (NotFound("another"), "bad", f"It is not certain any more who is meant. {NOTHING}", "another"),
        (InvalidInput("half"), "bad", f"This cannot be done as it stands. {NOTHING}", "half"),
        (NoAnswer("silence"), "unsure", f"The server did not answer. {PERHAPS}", "silence"),
        (
            NotUnderstood("<html>"),
            "unsure",
            f"The server's answer could not be understood. {PERHAPS}",
            "<html>",
        ),
        (
            ZeroDivisionError("us"),
            "unsure",
            f"Something in this widget went wrong: ZeroDivisionError. {PERHAPS}",
            "us",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_a_failure_keeps_the_text_and_says_whether_it_may_have_gone_out(
    answer: Receipt | Exception, tone: str, title: str, detail: str
) -> None:
    post = Post(answer)
    _, page = opened(post)
    shown = attempt(page, "在吗？")
    assert shown["result"] == {"tone": tone, "title": title, "detail": detail}
    assert (shown["text"], shown["why"]) == ("在吗？", "")
    post.answer = SENT
    assert attempt(page, "在吗？")["result"]["tone"] == "good"
    assert post.texts == ["在吗？"] * 2


def test_a_text_that_the_server_has_taken_and_not_sent_yet_has_left() -> None:
    _, page = opened(Post(TAKEN))
    shown = attempt(page, "在吗？")
    assert shown["text"] == ""
    assert shown["result"]["title"] == "The server has taken the message to 小灰, and has not sent it yet."


def test_the_last_result_goes_when_the_next_attempt_begins() -> None:
    post = Post(ABSENT)
    _, page = opened(post)
    attempt(page, "在吗？")
    post.open.clear()
    shown = page.ask("draft", "send", text="在吗？", draft=page.view("draft")["number"])
    assert shown["result"] is None
    post.open.set()
    page.wait("draft", settled)


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("在吗？", 3), ("a\nb", 3), ("👍🏽", 2), ("é" * 10_000, 10_000)]
)
def test_the_length_is_that_of_the_text_in_characters(text: str, length: int) -> None:
    _, page = opened()
    assert page.ask("draft", "write", text=text)["preview"]["length"] == length


def test_what_goes_out_is_shown_where_it_differs_with_the_reason() -> None:
    def outgoing(content: Content) -> Outgoing:
        text = plain(content)
        return Outgoing(text.replace("<", "＜"), (("<", "＜"),) if "<" in text else (), ("微笑", "微笑"))

    draft, page = opened()
    draft.address(addressee(Post(), outgoing))
    shown = page.ask("draft", "write", text="1 < 2 [微笑][微笑]")["preview"]
    assert shown["goes_out"] == "1 ＜ 2 [微笑][微笑]"
    assert shown["replaced"] == ["The server cannot send <; ＜ goes out in its place."]
    assert shown["faces"] == "Shown as faces: [微笑]"
    assert page.ask("draft", "write", text="好的")["preview"]["goes_out"] is None


def test_a_text_that_cannot_be_sent_says_why_before_it_is() -> None:
    def refuses(_: Content) -> Outgoing:
        raise InvalidInput("Half of a surrogate pair.")

    post = Post()
    draft, page = opened()
    draft.address(addressee(post, refuses))
    shown = page.ask("draft", "write", text="\ud800")
    assert shown["preview"]["problem"]["detail"] == "Half of a surrogate pair."
    assert shown["why"] == "This cannot be done as it stands."
    attempt(page, "\ud800")
    assert post.texts == []


def test_half_of_a_surrogate_pair_is_shown_and_whole_ones_stay() -> None:
    _, page = opened()
    assert page.ask("draft", "write", text="\ud83d 好\ud83d\udc4d")["text"] == "\ufffd 好👍"


def test_a_page_is_told_who_typed_and_what_was_there_before() -> None:
    _, page = opened(text="a")
    page.ask("draft", "write", text="ab", view="page 1")
    assert {key: page.shown["draft"][-1][key] for key in ("text", "was", "by")} == {
        "text": "ab",
        "was": "a",
        "by": "page 1",
    }


def test_a_page_is_told_of_a_text_that_another_one_sends_and_that_an_older_draft_changes_none() -> None:
    post = Post(ABSENT)
    draft, page = opened(post, "在")
    number = draft.number
    page.ask("draft", "send", text="在吗？", draft=number, view="page 1")
    begun = page.shown["draft"][-1]
    if not begun["sending"]:
        begun = page.shown["draft"][-2]
    assert [begun[key] for key in ("text", "was", "by")] == ["在吗？", "在", "page 1"]
    page.wait("draft", settled)
    assert page.ask("draft", "send", text="又", draft=number, view="page 1")["text"] == "在吗？"
    assert "by" not in page.shown["draft"][-1]


def test_a_closed_draft_shows_nothing_even_of_what_is_on_its_way() -> None:
    post = Post()
    post.open.clear()
    draft, page = opened(post)
    page.ask("draft", "send", text="在吗？", draft=page.view("draft")["number"])
    draft.close()
    before = len(page.shown["draft"])
    post.open.set()
    for thread in threading.enumerate():
        if thread.name == "openqq-nb-widget":
            thread.join(PATIENCE_S)
    assert post.texts == ["在吗？"] and len(page.shown["draft"]) == before


@pytest.mark.parametrize(
    ("number", "words"), [("123456", "qq 123456"), ("", "number not known")], ids=["known", "unknown"]
)
def test_the_one_written_to_is_shown_with_the_number_or_that_it_is_not_known(number: str, words: str) -> None:
    draft, page = opened()
    draft.address(replace(addressee(Post()), number=number, place="PERL学习交流"))
    assert page.view("draft")["to"] == {
        "kind": "friend",
        "kind_word": "Friend",
        "name": "小灰",
        "place": "through PERL学习交流",
        "number": words,
    }


@pytest.mark.parametrize(
    ("count", "said"), [(10, ""), (11, "QQ refuses or cuts messages of more than about 10")]
)
def test_a_text_that_may_be_too_long_is_said_to_be(count: int, said: str) -> None:
    draft, page = opened(text="长" * count)
    draft.address(addressee(Post(), lambda content: Outgoing(plain(content), longest=10)))
    shown = page.view("draft")
    assert shown["preview"]["long"].startswith(said) and bool(shown["preview"]["long"]) == bool(said)
    assert shown["why"] == ""
