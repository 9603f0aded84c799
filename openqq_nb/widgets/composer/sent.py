"""The last sends of the account, and writing again to the same."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from openqq_nb.errors import one_line
from openqq_nb.languages import Words
from openqq_nb.models import Delivery, Recipient
from openqq_nb.segments import plain
from openqq_nb.sends import Sends, Sent
from openqq_nb.widgets.composer.addressee import kind_word, shortened
from openqq_nb.widgets.composer.directory import Directory, is_permanent
from openqq_nb.widgets.composer.outcome import TONES
from openqq_nb.widgets.composer.words import SENT
from openqq_nb.widgets.parts import Action, Part, View
from openqq_nb.widgets.problems import delivered

SHOWN = 10
_SHOWN_SIGNS = 80

_words = Words(SENT)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A send, with the name that its recipient had then; an id may belong to somebody else later."""

    number: int
    sent: Sent
    name: str


class SentList(Part):
    """The last sends, newest first.

    Args:
        sends: what the account has sent.
        directory: gives everybody there is at present.
        again: chooses a recipient anew, by what it was sent to and its name then.
    """

    def __init__(
        self,
        sends: Sends,
        directory: Callable[[], Directory],
        again: Callable[[Recipient, str], None],
    ) -> None:
        super().__init__()
        self._sends = sends
        self._directory = directory
        self._again = again
        self._closed = False
        self._last = 0
        self._entries: deque[_Entry] = deque(maxlen=SHOWN)
        with self.lock:
            sends.watch(self._left)
            for sent in reversed(sends.last(SHOWN)):
                self._add(sent)

    @property
    def actions(self) -> Mapping[str, Action]:
        """What a page may ask for."""
        return {"again": self.again}

    def view(self) -> View:
        """Give the whole state.

        Returns:
            `sends`, newest first, each with `number`; `time`; `kind`, `name`, `text`, `code` and `delivery` in words;
            `tone` as `outcome` has it; `again`, whether one can write to the same once more.
        """
        return {"sends": [self._told(entry) for entry in reversed(self._entries)]}

    def again(self, number: int) -> None:
        """Choose the recipient of a send once more; if who that is cannot be told any more, that is shown."""
        with self.lock:
            entry = next((one for one in self._entries if one.number == number), None)
            if entry is not None and self._is_certain(entry):
                self._again(entry.sent.recipient, entry.name)
            else:
                self.publish(self.view())

    def close(self) -> None:
        """Look at the sends no more; a second time does nothing."""
        super().close()
        if not self._closed:
            self._closed = True
            self._sends.unwatch(self._left)

    def _left(self, sent: Sent) -> None:
        with self.lock:
            # One that left while this list was made is in it already.
            if all(entry.sent is not sent for entry in self._entries):
                self._add(sent)
                self.publish(self.view())

    def _add(self, sent: Sent) -> None:
        self._last += 1
        self._entries.append(_Entry(self._last, sent, self._name_now(sent)))

    def _name_now(self, sent: Sent) -> str:
        """Name the recipient by the present roster, unless an id may have belonged to somebody else then."""
        directory = self._directory()
        if not is_permanent(sent.recipient) and sent.at < directory.roster.fetched_at:
            return ""
        found = directory.locate(sent.recipient)
        return directory.entry(found).name if found else ""

    def _is_certain(self, entry: _Entry) -> bool:
        recipient = entry.sent.recipient
        if is_permanent(recipient):
            return True
        directory = self._directory()
        found = directory.locate(recipient)
        return found is not None and entry.name == directory.entry(found).name != ""

    def _told(self, entry: _Entry) -> View:
        sent, receipt = entry.sent, entry.sent.receipt
        # A receipt is falsy where the server did not take the message.
        delivery = Delivery.UNKNOWN if receipt is None else receipt.delivery
        return {
            "number": entry.number,
            "time": f"{sent.at:%H:%M:%S}",
            "kind": kind_word(sent.recipient.recipient_type),
            "name": shortened(entry.name) or _numbers(sent.recipient),
            "text": shortened(one_line(plain(sent.content)), _SHOWN_SIGNS),
            "code": _words("sent_no_code") if receipt is None else _words("sent_code", code=receipt.code),
            "delivery": delivered(delivery),
            "tone": TONES[delivery],
            "again": self._is_certain(entry),
        }


def _numbers(recipient: Recipient) -> str:
    given = (recipient.qq or recipient.id, recipient.gnumber or recipient.gid, recipient.did)
    return shortened(" · ".join(number for number in given if number))
