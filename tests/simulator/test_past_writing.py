"""The export of a past has the shape of the one that the tool writes, and says what the past says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.past import large

EXAMPLE = Path(__file__).parents[1] / "formats" / "qce" / "v6.json"
Shapes = dict[str, set[str]]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return large().write(tmp_path_factory.mktemp("past") / "group.json")


@pytest.fixture(scope="module")
def export(written: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(written.read_text(encoding="utf-8"))
    return document


def shape(value: object) -> str:
    """Describe keys in their order, and types."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {shape(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return f"[{' | '.join(sorted({shape(one) for one in value}))}]"
    return type(value).__name__


def _parts(message: dict[str, Any]) -> Iterator[tuple[str, str]]:
    content = message["content"]
    yield "message", ", ".join(f"{key}: {type(one).__name__}" for key, one in message.items())
    yield "content", ", ".join(f"{key}: {type(one).__name__}" for key, one in content.items())
    yield "sender", shape(message["sender"])
    for one in content["elements"]:
        yield f"element {one['type']}", shape(one)
    for one in content["resources"]:
        yield f"resource {one['type']}", shape(one)
    for one in content["mentions"]:
        yield f"mention {one['type']}", shape(one)
    yield f"type {message['type']}", f"{message['system']}"
    kinds = "+".join(one["type"] for one in content["elements"])
    yield f"kinds of {kinds}", message["type"]


def shapes(document: dict[str, Any]) -> Shapes:
    found: Shapes = {}
    for message in document["messages"]:
        for name, one in _parts(message):
            found.setdefault(name, set()).add(one)
    return found


def test_every_part_of_a_message_has_the_shape_of_the_example(export: dict[str, Any]) -> None:
    example, ours = shapes(json.loads(EXAMPLE.read_text(encoding="utf-8"))), shapes(export)
    for name, wanted in example.items():
        if name == "sender":
            assert wanted <= ours[name]
        elif not name.startswith("kinds of"):
            assert ours[name] == wanted, name
    assert {name for name in ours if not name.startswith("kinds of")} <= set(example)
    assert all(ours.get(name, wanted) == wanted for name, wanted in example.items() if name != "sender")


def test_a_title_may_stand_without_a_card(export: dict[str, Any]) -> None:
    plain, card, title = "uid: str, uin: str, name: str, nickname: str", ", groupCard: str", ", title: str"
    known = {f"{{{plain}{one}{two}}}" for one in ("", card) for two in ("", title)}
    assert shapes(export)["sender"] == {*known, "{uid: str, name: str}"}


def test_the_header_has_the_shape_of_the_example(export: dict[str, Any]) -> None:
    example = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    for name in ("metadata", "chatInfo", "statistics"):
        assert shape(export[name]) == shape(example[name])
    assert list(export) == list(example)
    assert export["metadata"] == example["metadata"]


def test_the_header_tells_group_account_and_numbers(export: dict[str, Any]) -> None:
    past = large()
    about = export["chatInfo"]
    assert (about["name"], about["peerUin"]) == (past.group.name, str(past.group.number))
    assert (about["selfName"], about["selfUin"]) == ("小机", "9900000100")
    assert about["participantCount"] == len({said.qq for said in past if said.qq})
    statistics = export["statistics"]
    assert statistics["totalMessages"] == len(export["messages"]) == len(past)
    assert sum(one["messageCount"] for one in statistics["senders"]) == len(past)
    times = [export["messages"][place]["time"] for place in (0, -1)]
    assert [statistics["timeRange"][end] for end in ("start", "end")] == times


def test_one_message_is_one_line_and_the_lines_around_are_those_of_the_example(written: Path) -> None:
    def frame(text: str) -> list[str]:
        lines = text.split("\n")
        return [
            line.partition(":")[0] if line.startswith('  "') else line for line in lines if line[:4] != "    "
        ]

    text = written.read_text(encoding="utf-8")
    assert frame(text) == frame(EXAMPLE.read_text(encoding="utf-8"))
    lines = [line for line in text.split("\n") if line.startswith("    ")]
    assert len(lines) == len(large())
    assert all(json.loads(line.removesuffix(","))["id"] for line in lines)


def test_the_export_says_what_the_past_says(export: dict[str, Any]) -> None:
    for one, said in zip(export["messages"], large(), strict=True):
        assert (one["id"], one["timestamp"], one["recalled"]) == (said.msg_id, 1000 * said.at, said.recalled)
        assert one["sender"].get("uin", "") == said.qq
        assert one["sender"]["name"] == (said.name if said.qq else "系统消息")
        text = "".join(
            piece["data"]["text"] for piece in one["content"]["elements"] if piece["type"] == "text"
        )
        assert text == "".join(piece.text for piece in said.pieces if piece.kind == "text")
        assert one["content"]["text"].startswith("[回复消息]") == (said.kind == "reply")
        assert [who["type"] == "all" for who in one["content"]["mentions"]] == [
            number == "all" for number in said.mentions
        ]


def test_a_reply_begins_with_its_quote(export: dict[str, Any]) -> None:
    ids = {one["id"] for one in export["messages"]}
    replies = [one["content"]["elements"] for one in export["messages"] if one["type"] == "reply"]
    assert len(replies) == len(large().truth.replies)
    assert all(elements[0]["data"]["referencedMessageId"] in ids for elements in replies)
