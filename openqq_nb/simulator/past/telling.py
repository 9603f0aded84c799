"""Tells a group's past: every planned line with its words."""

from collections.abc import Iterable, Iterator

from openqq_nb.simulator.past.cast import Cast
from openqq_nb.simulator.past.records import Quote, Said, SaidKind
from openqq_nb.simulator.past.scenes import NOBODY, Act, Line, Scene, msg_id
from openqq_nb.simulator.past.wording import Wording

FIRST_SEQ = 2_000
KINDS: dict[Act, SaidKind] = {
    "text": "text", "image": "image", "captioned": "image", "face": "face", "sticker": "face",
    "voice": "voice", "video": "video", "file": "file", "forward": "forward", "card": "share", "link": "text",
    "awkward": "text", "chain": "text", "call": "text", "join": "system", "recall": "recall",
}  # fmt: skip


def tell(cast: Cast, scenes: Iterable[Scene], wording: Wording) -> Iterator[Said]:
    """Tell a past, line by line.

    Args:
        cast: Its people.
        scenes: What is planned.
        wording: Finds the words.
    """
    for scene in scenes:
        for line in scene.lines:
            yield _said(cast, line, wording)


def _said(cast: Cast, line: Line, wording: Wording) -> Said:
    qq, nick, card = "", "", ""
    if line.who != NOBODY:
        player = cast.players[line.who]
        names = player.called(line.at)
        qq, nick, card = player.qq, names.nick, names.card
    pieces = wording.word(line)
    quote = None if line.target is None else _quote(cast, line.target)
    kind = "reply" if quote else KINDS[line.act]
    place = line.place
    return Said(
        line.at,
        msg_id(place),
        FIRST_SEQ + place,
        qq,
        nick,
        card,
        kind,
        pieces,
        quote,
        line.recalled,
    )


def _quote(cast: Cast, target: Line) -> Quote:
    player = cast.players[target.who]
    return Quote(msg_id(target.place), target.at, player.qq, player.called(target.at).shown, target.shown)
