"""How a feed says what its inbox does, and what went wrong."""

import pytest

from openqq_nb.receive import intake
from openqq_nb.widgets.feed.source import Doing, Standing
from openqq_nb.widgets.feed.words import BAR
from tests.widgets.feeding import opened


@pytest.mark.parametrize(
    ("doing", "live", "state"),
    [
        ("listening", True, "Listening at X"),
        ("polling", True, "Asking the server for news"),
        ("following", True, "Following X"),
        ("abandoned", False, "X has ended: nothing comes any more. my.listen() listens itself."),
        ("stopped", False, "Stopped: nothing comes any more. my.listen() listens again."),
    ],
)
def test_what_the_inbox_does_is_said(doing: Doing, live: bool, state: str) -> None:
    stage, pages, page = opened()
    stage.standing = Standing(doing, "X")
    pages.beat()
    assert (page.bar["live"], page.bar["state"]) == (live, state)


TROUBLES: dict[str, tuple[Standing, str, str]] = {
    "handler": (
        Standing("listening", failures=[("checkin", 2, "ZeroDivisionError: division by zero")]),
        "The handler checkin failed; calls that failed: 2.",
        "ZeroDivisionError: division by zero",
    ),
    "held back": (
        Standing("listening", failures=[("checkin", 0, "There are too many replies")]),
        "Replies of the handler checkin were held back.",
        "There are too many replies",
    ),
    "refused": (
        Standing("listening", refused={"path": 2, "of tomorrow": 1}),
        "Posts that were refused: 3.",
        "other path or secret: 2; of tomorrow: 1",
    ),
    "malformed": (Standing("listening", malformed=3), "Posts that could not be read: 3.", ""),
    "waiting": (
        Standing("listening", waiting=4),
        "Messages that could not be stored yet, and are only in memory: 4.",
        "",
    ),
    "replies": (Standing("listening", held_back=5), "Replies that were held back: 5.", ""),
    "errors": (
        Standing("listening", errors=["storing: disk full", "x"]),
        "The listener met errors.",
        "storing: disk full\nx",
    ),
}


@pytest.mark.parametrize(("standing", "title", "detail"), TROUBLES.values(), ids=TROUBLES.keys())
def test_what_went_wrong_is_said(standing: Standing, title: str, detail: str) -> None:
    stage, pages, page = opened()
    stage.standing = standing
    pages.beat()
    assert page.bar["troubles"] == [{"title": title, "detail": detail}]


def test_what_is_over_is_said_no_more() -> None:
    stage, pages, page = opened()
    stage.standing = Standing("listening", waiting=4)
    pages.beat()
    stage.standing = Standing("listening")
    pages.beat()
    assert page.bar["troubles"] == []


def test_a_waiting_login_code_is_said_with_where_it_is() -> None:
    stage, pages, page = opened()
    stage.login_code = True
    stage.happens("input_qrcode")
    pages.beat()
    (trouble,) = page.bar["troubles"]
    assert "inbox.login_code" in trouble["title"]
    stage.login_code = False
    stage.happens("login", 1)
    pages.beat()
    assert page.bar["troubles"] == []


@pytest.mark.parametrize("reason", sorted(set(intake._REFUSALS) - {"malformed"}))
def test_each_reason_of_a_refusal_has_words(reason: str) -> None:
    assert f"refused_{reason}" in BAR
