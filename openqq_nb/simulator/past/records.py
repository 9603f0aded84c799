"""What was said in the past of a group, message by message."""

from dataclasses import dataclass
from typing import Literal

PieceKind = Literal[
    "text", "mention", "face", "sticker", "image", "voice", "video", "file", "forward", "card", "note"
]
SaidKind = Literal[
    "text", "image", "voice", "video", "file", "face", "reply", "forward", "share", "recall", "system"
]
_STANDS_FOR = {"image": "[图片]", "voice": "[语音]", "video": "[视频]", "forward": "[合并转发]"}
EVERYBODY = "all"
"""Who is mentioned by @全体成员."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a message.

    Args:
        kind: `text`, `mention`, `face`, `sticker`, `image`, `voice`, `video`, `file`, `forward`, `card` or
            `note` (of the system).
        text: What it says: the words, the name of whom it mentions or of the face, the file's name, the title of
            the card.
        number: Of whom it mentions (`all` for everybody), or the face's.
        seconds: How long it plays.
    """

    kind: PieceKind
    text: str
    number: str = ""
    seconds: int = 0

    @property
    def plain(self) -> str:
        """The piece as plain text: `@name`, `[图片]`, `[文件:name]` and so on."""
        if self.kind in {"text", "face", "note"}:
            return self.text
        if self.kind == "mention":
            return f"@{self.text}"
        stands = {"file": "文件", "card": "卡片", "sticker": "表情"}.get(self.kind)
        return f"[{stands}:{self.text}]" if stands else _STANDS_FOR[self.kind]


@dataclass(frozen=True, slots=True)
class Quote:
    """What a reply shows of the message that it answers.

    Args:
        msg_id: The message.
        at: When it was said, in seconds since 1970.
        qq: Who said it.
        name: How he was shown.
        text: What it says, as plain text.
    """

    msg_id: str
    at: int
    qq: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a group's past: what somebody said, or what the system told.

    Args:
        at: When, in seconds since 1970 (UTC).
        msg_id: Its id; no two are equal.
        seq: Its number in the group, counting by one.
        qq: Number of who said it; empty for the system. A line that tells of a recall is of who recalled.
        nick: His nick at that time.
        card: His card at that time; empty if he had none.
        kind: `text image voice video file face reply forward share recall system`: `recall` is the line that
            tells of one, `system` one that tells who came.
        pieces: What it is made of, without the quote.
        quote: What it answers, if it is a reply.
        recalled: Whether it was taken back later (the text is still known), or tells of that.
    """

    at: int
    msg_id: str
    seq: int
    qq: str
    nick: str
    card: str
    kind: SaidKind
    pieces: tuple[Piece, ...]
    quote: Quote | None = None
    recalled: bool = False

    @property
    def name(self) -> str:
        """What QQ showed: the card, else the nick."""
        return self.card or self.nick

    @property
    def text(self) -> str:
        """The message as plain text, placeholders for what is no text, without the quote."""
        return "".join(piece.plain for piece in self.pieces)

    @property
    def reply_to(self) -> str | None:
        """Id of the message that it answers."""
        return self.quote.msg_id if self.quote else None

    @property
    def mentions(self) -> tuple[str, ...]:
        """Numbers of those that it mentions; `all` for everybody."""
        return tuple(piece.number for piece in self.pieces if piece.kind == "mention")

    @property
    def system(self) -> bool:
        """Whether nobody said it: it tells who came, or that something was recalled."""
        return self.kind in {"system", "recall"}
