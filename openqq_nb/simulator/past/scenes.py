"""What a plan is made of: scenes, each a conversation, and the lines of it."""

from dataclasses import dataclass, field
from typing import Literal

NOBODY = -1
ALL = -2
FIRST_ID = 7_576_000_000_000_000_000
ID_STEP = 1_001
Act = Literal[
    "text", "image", "captioned", "face", "sticker", "voice", "video", "file", "forward", "card", "link",
    "awkward", "chain", "call", "join", "recall",
]  # fmt: skip


@dataclass(slots=True, eq=False)
class Line:
    """A line as planned: when, whose, what kind; the words come later.

    Args:
        at: In seconds since 1970.
        who: Place of who says it among the players; `NOBODY` for the system.
        act: What kind.
        scene: Of which scene.
        fixed: The words, where the plan knows them.
        target: What it answers.
        mention: Place of whom it mentions; `ALL` for everybody, `NOBODY` for none.
        recalled: Whether it is taken back.
        place: Its place in the past, once it has one.
        shown: Its plain text, once it was written.
    """

    at: int
    who: int
    act: Act
    scene: "Scene"
    fixed: str = ""
    target: "Line | None" = None
    mention: int = NOBODY
    recalled: bool = False
    place: int = -1
    shown: str = ""


@dataclass(slots=True, eq=False)
class Scene:
    """A conversation as planned.

    Args:
        start: When it begins, in seconds since 1970.
        topic: Number of its topic.
        new_word: The new word it is about, if any.
        festive: Whether it is about the Spring Festival.
        lines: Everything of it in order: what is said, what is recalled, who joins meanwhile.
        said: What people say.
        chains: Start, text and people of each repeat chain.
        end: When its last line is.
    """

    start: int
    topic: int
    new_word: str = ""
    festive: bool = False
    lines: list[Line] = field(default_factory=list)
    said: list[Line] = field(default_factory=list)
    chains: list[tuple[int, str, tuple[int, ...]]] = field(default_factory=list)
    end: int = 0


def msg_id(place: int) -> str:
    """Give the id of the message at a place."""
    return str(FIRST_ID + place * ID_STEP)
