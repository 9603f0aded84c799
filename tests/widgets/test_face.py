"""What every widget does for its parts, without a browser: a page is heard by `_heard`, and told by `send`."""

import gc
from collections.abc import Mapping
from typing import Any

import pytest
from ipywidgets.widgets.widget import _instances

import openqq_nb as oq
from openqq_nb.languages import Words
from openqq_nb.widgets.face import Face
from openqq_nb.widgets.parts import Action, Part, View, plain


class Counter(Part):
    """Counts, and fails on request."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.closed = 0
        self.broken = False

    @property
    def actions(self) -> Mapping[str, Action]:
        return {"add": self.add, "fail": self.fail, "quiet": lambda: None}

    def view(self) -> View:
        if self.broken:
            raise LookupError("nothing to show")
        return {"count": self.count}

    def add(self, by: int = 1) -> View:
        self.count += by
        return self.view()

    def fail(self) -> None:
        raise oq.InvalidInput("This is no number. Write one.")

    def close(self) -> None:
        super().close()
        self.closed += 1


class Shown(Face):
    """A widget whose messages to its pages are kept."""

    _esm = "export default {}"

    def __init__(self, part: Part) -> None:
        self.sent: list[dict[str, Any]] = []
        super().__init__({"counter": part}, Words({"in_a_terminal": ("<Shown>", "<Shown>")}))

    def send(self, content: dict[str, Any], buffers: object = None) -> None:
        self.sent.append(content)

    def hear(self, **content: Any) -> list[dict[str, Any]]:
        self.sent.clear()
        self._heard(self, content, [])
        return self.sent


@pytest.fixture
def part() -> Counter:
    return Counter()


@pytest.fixture
def shown(part: Counter) -> Shown:
    return Shown(part)


def test_a_page_that_says_hello_is_given_words_and_views(shown: Shown, part: Counter) -> None:
    part.count = 7
    (answer,) = shown.hear(hello="view-1")
    assert (answer["hello"], answer["views"]) == ("view-1", {"counter": {"count": 7}})
    assert {"in_a_terminal", "kernel_ended"} <= set(answer["words"])


def test_what_an_action_returns_is_shown_to_every_page(shown: Shown) -> None:
    values = {"by": 3}
    assert shown.hear(part="counter", do="add", **{"with": values}) == [
        {"part": "counter", "show": {"count": 3}}
    ]
    assert shown.hear(part="counter", do="quiet") == []


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ({"do": "fail"}, "as it stands"),
        ({"do": "no_such"}, "KeyError"),
        ({}, "KeyError"),
        ({"do": "add", "with": {"by": "x"}}, "TypeError"),
        ({"do": "add", "with": {"unknown": 1}}, "TypeError"),
        ({"do": "add", "with": [1]}, "AttributeError"),
        ({"do": ["add"]}, "TypeError"),
    ],
)
def test_what_goes_wrong_is_told_to_the_page_and_changes_nothing(
    shown: Shown, part: Counter, content: dict[str, Any], title: str
) -> None:
    before = oq.language()
    oq.language("en")
    (told,) = shown.hear(part="counter", **content)
    oq.language(before)
    assert told["part"] == "counter" and title in told["problem"]["title"]
    assert part.count == 0


@pytest.mark.parametrize(
    "content", [{}, {"part": "nobody", "do": "add"}, {"part": None}, {"part": ["counter"]}]
)
def test_a_message_for_no_part_is_left_alone(shown: Shown, content: dict[str, Any]) -> None:
    assert shown.hear(**content) == []


@pytest.mark.parametrize("content", [None, [], "hello", 3])
def test_what_is_no_message_is_left_alone(shown: Shown, content: object) -> None:
    shown._heard(shown, content, [])
    assert shown.sent == []


def test_a_page_is_told_when_a_part_cannot_be_shown(shown: Shown, part: Counter) -> None:
    part.broken = True
    (answer,) = shown.hear(hello="view-1")
    assert answer["problem"]["detail"] == "nothing to show" and "views" not in answer


def test_half_of_a_surrogate_pair_from_a_page_reaches_a_part_as_a_sign() -> None:
    assert plain({"text": "a\ud83d", "n": 1}) == {"text": "a\ufffd", "n": 1}
    assert plain({"text": "🐟"}) == {"text": "🐟"}


def test_nothing_of_a_part_is_ever_a_trait(shown: Shown, part: Counter) -> None:
    part.count = 31_337
    shown.hear(hello="view-1")
    assert "31337" not in repr(shown.get_state()).replace("_", "")


def test_closing_ends_the_parts_and_frees_the_widget_and_its_layout(part: Counter) -> None:
    before = set(_instances)
    shown = Shown(part)
    shown.close()
    shown.close()
    assert part.closed == 1
    assert set(_instances) == before
    assert "closed" in repr(shown) or "关闭" in repr(shown)
    shown.sent.clear()
    part.publish({"count": 1})
    assert shown.hear(part="counter", do="add") == shown.hear(hello="view-2") == []


def test_a_widget_that_cannot_be_made_is_forgotten_without_a_word() -> None:
    class Broken(Face):
        _esm = "export default {}"

        def __init__(self) -> None:
            raise oq.InvalidInput("no")

    with pytest.raises(oq.InvalidInput):
        Broken()
    gc.collect()


def test_help_and_tab_tell_what_is_meant_to_be_typed(shown: Shown) -> None:
    assert shown.__doc__ == Shown.__doc__
    assert dir(shown) == ["close", "layout"]
