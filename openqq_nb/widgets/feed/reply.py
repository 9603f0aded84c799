"""Which message is being replied to, and whom the reply goes to."""

from collections.abc import Mapping
from typing import Any

from openqq_nb.errors import NotFound, NotSupported
from openqq_nb.languages import Words
from openqq_nb.messages import reply_address
from openqq_nb.models import Recipient
from openqq_nb.widgets.composer.addressee import Addressee, kind_word
from openqq_nb.widgets.composer.draft import Draft
from openqq_nb.widgets.feed.source import Source, Ways
from openqq_nb.widgets.feed.words import REPLY
from openqq_nb.widgets.parts import Action, Part, View

_QUOTED_CHARACTERS = 300
_COLUMNS = (
    "type", "chat", "sender", "content", "own", "sender_qq", "gnumber", "group", "discuss", "via", "login",
    "sender_id", "group_id", "discuss_id",
)  # fmt: skip
_words = Words(REPLY)


class Reply(Part):
    """Addresses a draft to whoever a message came from.

    Args:
        source: has the messages, and the ways to answer.
        draft: what is written and sent.
    """

    def __init__(self, source: Source, draft: Draft) -> None:
        super().__init__()
        self._source = source
        self._draft = draft
        self._quoted: View | None = None

    @property
    def actions(self) -> Mapping[str, Action]:
        """What a page may ask for."""
        return {"begin": self.begin, "end": self.end}

    def view(self) -> View:
        """Give the whole state: `quoted`, the message that is replied to, and `off`, why nothing can be."""
        return {"quoted": self._quoted, "off": "" if self._source.ways else _words("reply_no_account")}

    def begin(self, n: int) -> View:
        """Reply to a message.

        Args:
            n: its position in `inbox.df`.

        Raises:
            NotSupported: it cannot be replied to here.
            NotFound: it is not certain any more whom that would reach.
        """
        with self.lock:
            row = self._row(n)
            self._draft.address(self._addressee(row))
            text = row["content"] or ""
            shown = text if len(text) <= _QUOTED_CHARACTERS else text[:_QUOTED_CHARACTERS] + "…"
            self._quoted = {"n": n, "sender": row["sender"], "text": shown}
            return self.view()

    def end(self) -> View:
        """Reply to nothing; the text that was written stays for the next reply."""
        with self.lock:
            self._quoted = None
            self._draft.address(None)
            return self.view()

    def _row(self, n: int) -> dict[str, Any]:
        if not 0 <= n < len(self._source.messages):
            raise NotFound(_words("reply_gone"))
        frame = self._source.messages.take([n], _COLUMNS).astype(object)
        (row,) = frame.where(frame.notna(), None).to_dict("records")
        return {str(name): cell for name, cell in row.items()}

    def _addressee(self, row: Mapping[str, Any]) -> Addressee:
        ways = self._source.ways
        if ways is None:
            raise NotSupported(_words("reply_no_account"))
        if row["own"]:
            raise NotSupported(_words("reply_own"))
        to = reply_address(row)
        _check(to, row, ways)
        session = to.recipient_type == "session"
        return Addressee(
            kind=to.recipient_type,
            name=row["sender" if to.recipient_type in ("friend", "session") else "chat"],
            number=_number(to),
            outgoing=ways.outgoing,
            send=ways.later(row),
            place=(row["group"] or row["discuss"] or "") if session else "",
        )


def _check(to: Recipient, row: Mapping[str, Any], ways: Ways) -> None:
    """Refuse what would reach nobody, or somebody else."""
    if to.recipient_type not in ways.reaches:
        raise NotSupported(_words("reply_not_reached", kind=kind_word(to.recipient_type)))
    temporary = to.id or to.gid or to.did
    if not (temporary or to.qq or to.gnumber):
        raise NotFound(_words("reply_nobody"))
    if temporary and row["login"] != ways.login():
        raise NotFound(_words("reply_old_login", chat=row["chat"]))


def _number(to: Recipient) -> str:
    number = {"friend": to.qq, "session": to.qq, "group": to.gnumber, "discuss": to.did}[to.recipient_type]
    return number or ""
