"""What goes out before the text of a draft: a quote, mentions, pictures and faces."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from openqq_nb.segments import Content, Parts
from openqq_nb.widgets.parts import View
from openqq_nb.widgets.parts import whole as whole_text

PieceKind: TypeAlias = Literal["reply", "mention", "picture", "face"]


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """One of them, each with a number of its own.

    Attributes:
        kind: what it is.
        parts: what is sent.
        label: what a page calls it.
        thumb: a small picture of it, as a page can show it; empty where there is none.
    """

    kind: PieceKind
    parts: Parts
    label: str
    thumb: str = ""

    @property
    def is_of_one_chat(self) -> bool:
        """Whether it means nothing in another chat."""
        return self.kind in ("reply", "mention")


def added(pieces: Sequence[Piece], new: Piece) -> tuple[Piece, ...]:
    """Put one behind the others; a quote goes first, and there is one at most."""
    if new.kind == "reply":
        return (new, *(one for one in pieces if one.kind != "reply"))
    return (*pieces, new)


def content(pieces: Sequence[Piece], text: str) -> Content:
    """Give what is sent: the text alone, or the pieces in order and the text, unless that is blank."""
    if not pieces:
        return text
    return joined(one.parts for one in pieces) + (text if text.strip() else "")


def joined(parts: Iterable[Parts]) -> Parts:
    """Join parts in order."""
    whole = Parts(())
    for one in parts:
        whole = whole + one
    return whole


def shown(pieces: Sequence[Piece], whole: Content) -> list[View]:
    """Tell what arrives, by `kind` and `label`: the pieces, and the text behind them; nothing where there is only text.

    Args:
        pieces: in order.
        whole: what `content` makes of them and the text.
    """
    if isinstance(whole, str):
        return []
    last = whole.segments[-1]
    text = [{"kind": "text", "label": whole_text(last.data["text"])}] if last.type == "text" else []
    return [*({"kind": one.kind, "label": one.label} for one in pieces), *text]


def told(piece: Piece) -> View:
    """Tell a piece as a page shows it."""
    return {"kind": piece.kind, "label": piece.label, "thumb": piece.thumb}
