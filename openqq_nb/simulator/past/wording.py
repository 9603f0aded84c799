"""Finds the words of planned lines: templates filled with the words of a topic, in each person's own way."""

from collections.abc import Callable, Iterable
from random import Random
from string import Formatter

from openqq_nb.simulator.past import phrases
from openqq_nb.simulator.past.cast import Cast, Player
from openqq_nb.simulator.past.records import EVERYBODY, Piece
from openqq_nb.simulator.past.scenes import ALL, NOBODY, Act, Line, Scene
from openqq_nb.simulator.past.topics import TOPICS

Template = tuple[tuple[str, str | None], ...]
OWN_LINES = 0.3
OWN_WORD = 0.2
OWN_TAIL = 0.18
OWN_EMOJI = 0.1
WITH_FACE = 0.04
FESTIVE = 0.7
NEW_WORD = 0.5
TRIES = 6
REPEATABLE = {"chain", "image", "voice", "video", "forward", "join", "recall"}
"""What may look like the line before: chains are planned, and one placeholder stands for many pictures."""


def _templates(lines: Iterable[str]) -> tuple[Template, ...]:
    """Take templates apart once: filling them is what a past does most."""
    return tuple(tuple((text, name) for text, name, _, _ in Formatter().parse(line)) for line in lines)


_OPENERS, _TALK, _ANSWERS = map(_templates, (phrases.OPENERS, phrases.TALK, phrases.ANSWERS))
_FESTIVE, _CALLS, _AWKWARD = map(_templates, (phrases.FESTIVE, phrases.CALLS, phrases.AWKWARD))
_FILES, _CARDS, _LINKS = map(_templates, (phrases.FILES, phrases.CARDS, phrases.LINKS))
_OWN = tuple(_templates(topic.lines) for topic in TOPICS)


class Wording:
    """Words lines; the same lines in the same order get the same words.

    Args:
        cast: The people.
        rng: The source of chance.
    """

    def __init__(self, cast: Cast, rng: Random) -> None:
        self._players = cast.players
        self._random = rng.random
        self._bits = rng.getrandbits
        self._last = ""
        self._of: dict[Act, Callable[[Line], tuple[Piece, ...]]] = {
            "text": self._text, "image": self._image, "captioned": self._captioned, "face": self._face,
            "sticker": self._sticker, "voice": self._voice, "video": self._video, "file": self._file,
            "forward": self._forward, "card": self._card, "link": self._link, "awkward": self._awkward,
            "chain": self._fixed, "call": self._call, "join": self._join, "recall": self._recall,
        }  # fmt: skip

    def word(self, line: Line) -> tuple[Piece, ...]:
        """Give what a line is made of, and keep its plain text in it.

        No words repeat those of the line before, but in a chain.
        """
        make = self._of[line.act]
        for _ in range(TRIES):
            pieces = make(line)
            line.shown = "".join(piece.plain for piece in pieces)
            if line.shown != self._last or line.act in REPEATABLE:
                break
        else:
            pieces = (*pieces, Piece("text", "……"))
            line.shown += "……"
        if line.act not in {"join", "recall"}:
            self._last = line.shown
        return pieces

    def _one(self, pool: tuple[str, ...]) -> str:
        return pool[int(self._random() * len(pool))]

    def _chance(self, of: float) -> bool:
        return self._random() < of

    def _fill(self, template: Template, scene: Scene) -> str:
        topic = TOPICS[scene.topic]
        found = []
        for text, name in template:
            found.append(text)
            if name == "n":
                is_new = scene.new_word and self._random() < NEW_WORD
                found.append(scene.new_word if is_new else self._one(topic.things))
            elif name == "x":
                found.append(f"{self._bits(40):010x}")
            elif name:
                found.append(self._one(topic.deeds if name == "v" else topic.marks))
        return "".join(found)

    def _any(self, templates: tuple[Template, ...], scene: Scene) -> str:
        return self._fill(templates[int(self._random() * len(templates))], scene)

    # What people say

    def _sentence(self, line: Line) -> str:
        scene = line.scene
        if line.target is not None:
            return self._any(_ANSWERS if self._random() < 1 / 2 else _TALK, scene)
        if line is scene.said[0]:
            return self._any(_OPENERS, scene)
        if scene.festive and self._random() < FESTIVE:
            return self._any(_FESTIVE, scene)
        return self._any(_OWN[scene.topic] if self._random() < OWN_LINES else _TALK, scene)

    def _in_own_way(self, text: str, who: Player) -> str:
        """Add what somebody always says: words of his own, a tail, an emoji."""
        chance = self._random()
        if chance < OWN_WORD:
            own = who.favourites[0 if self._random() < 2 / 3 else 1]
            return f"{own}，{text}" if chance < OWN_WORD / 2 else f"{text}，{own}"
        if chance < OWN_WORD + OWN_TAIL:
            return text + self._one(phrases.TAILS)
        if chance < OWN_WORD + OWN_TAIL + OWN_EMOJI:
            return text + self._one(who.emoji) * (1 + int(self._random() * self._random() * 4))
        return text

    def _text(self, line: Line) -> tuple[Piece, ...]:
        text = self._in_own_way(self._sentence(line), self._players[line.who])
        if line.mention != NOBODY:
            return (self._mention(line), Piece("text", f" {text}"))
        if self._random() < WITH_FACE:
            return (Piece("text", text), *self._face(line))
        return (Piece("text", text),)

    def _mention(self, line: Line) -> Piece:
        if line.mention == ALL:
            return Piece("mention", "全体成员", EVERYBODY)
        whom = self._players[line.mention]
        return Piece("mention", whom.called(line.at).shown, whom.qq)

    def _call(self, line: Line) -> tuple[Piece, ...]:
        return (self._mention(line), Piece("text", f" {self._any(_CALLS, line.scene)}"))

    def _link(self, line: Line) -> tuple[Piece, ...]:
        return (Piece("text", self._any(_LINKS, line.scene)),)

    def _awkward(self, line: Line) -> tuple[Piece, ...]:
        return (Piece("text", self._any(_AWKWARD, line.scene)),)

    def _fixed(self, line: Line) -> tuple[Piece, ...]:
        return (Piece("text", line.fixed),)

    # What is no text

    def _image(self, _line: Line) -> tuple[Piece, ...]:
        return (Piece("image", f"{self._bits(128):032X}.{'png' if self._chance(1 / 4) else 'jpg'}"),)

    def _captioned(self, line: Line) -> tuple[Piece, ...]:
        return (Piece("text", self._sentence(line)), *self._image(line))

    def _face(self, _line: Line) -> tuple[Piece, ...]:
        number, name = phrases.FACES[int(self._random() * len(phrases.FACES))]
        return (Piece("face", name, number),)

    def _sticker(self, _line: Line) -> tuple[Piece, ...]:
        return (Piece("sticker", self._one(phrases.STICKERS)),)

    def _voice(self, _line: Line) -> tuple[Piece, ...]:
        return (Piece("voice", f"{self._bits(64):016x}.amr", seconds=1 + int(self._random() * 60)),)

    def _video(self, _line: Line) -> tuple[Piece, ...]:
        return (Piece("video", f"VID_{self._bits(32):08X}.mp4", seconds=3 + int(self._random() * 90)),)

    def _file(self, line: Line) -> tuple[Piece, ...]:
        return (Piece("file", self._any(_FILES, line.scene)),)

    def _forward(self, line: Line) -> tuple[Piece, ...]:
        return (Piece("forward", f"{self._any(_TALK, line.scene)}\n{self._any(_TALK, line.scene)}"),)

    def _card(self, line: Line) -> tuple[Piece, ...]:
        return (Piece("card", self._any(_CARDS, line.scene)),)

    # What the system tells

    def _join(self, line: Line) -> tuple[Piece, ...]:
        name = self._players[line.mention].called(line.at).nick
        return (Piece("note", f"{name}加入了群聊。"),)

    def _recall(self, line: Line) -> tuple[Piece, ...]:
        return (Piece("note", f"{self._players[line.who].called(line.at).shown} 撤回了一条消息"),)
