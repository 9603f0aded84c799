"""What became of a draft that was sent, in words."""

from typing import Literal, TypeAlias

from openqq_nb.errors import (
    Ambiguous,
    InvalidInput,
    NotFound,
    NotLoaded,
    NotSupported,
    Refused,
    Unreachable,
    may_have_gone_out,
)
from openqq_nb.languages import Words
from openqq_nb.models import Delivery, Receipt
from openqq_nb.widgets import problems
from openqq_nb.widgets.composer.addressee import Addressee, shortened
from openqq_nb.widgets.composer.words import DRAFT
from openqq_nb.widgets.parts import View

Tone: TypeAlias = Literal["good", "bad", "unsure"]

_NOTHING_SENT = (Ambiguous, InvalidInput, NotFound, NotLoaded, NotSupported, Refused, Unreachable)

TONES: dict[Delivery, Tone] = {
    Delivery.SENT: "good",
    Delivery.ACCEPTED: "good",
    Delivery.FAILED: "bad",
    Delivery.UNKNOWN: "unsure",
}

_words = Words(DRAFT, problems.WORDS)


def of_receipt(to: Addressee, receipt: Receipt) -> View:
    """Tell what a server answered: `tone`, `title` in a sentence or two, `detail` in the server's words."""
    tone = TONES[receipt.delivery]
    title = _words(f"draft_{receipt.delivery.value}", name=shortened(to.name))
    return _told(tone, title, problems.received(receipt), "may_have_gone_out" if tone == "unsure" else None)


def of_error(error: Exception) -> View:
    """Tell a failure, in the same form; what leaves it open whether a message went out says so."""
    told = problems.described(error)
    sure = isinstance(error, _NOTHING_SENT) and not may_have_gone_out(error)
    return _told(
        "bad" if sure else "unsure",
        told["title"],
        told["detail"],
        "nothing_sent" if sure else "may_have_gone_out",
    )


def _told(tone: Tone, title: str, detail: str, advice: str | None) -> View:
    sentences = [title] if advice is None else [title, _words(advice)]
    return {"tone": tone, "title": " ".join(sentences), "detail": detail}
