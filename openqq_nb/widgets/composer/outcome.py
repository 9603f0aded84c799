"""What became of a draft that was sent, in words."""

from typing import Literal, TypeAlias

from openqq_nb.errors import (
    MAY_HAVE_GONE_OUT,
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
    advice = _words("may_have_gone_out") if tone == "unsure" else ""
    return _told(tone, problems.received(receipt), title, advice)


def of_error(to: Addressee, error: Exception) -> View:
    """Tell a failure, in the same form; what leaves it open whether a message went out says so, once."""
    told = problems.described(error)
    title, detail = told["title"], told["detail"]
    if isinstance(error, _NOTHING_SENT) and not may_have_gone_out(error):
        advice = to.if_uncertain if isinstance(error, NotFound | Ambiguous) else ""
        return _told("bad", detail, title, _words("nothing_sent"), advice)
    return _told("unsure", detail.replace(MAY_HAVE_GONE_OUT, "").rstrip(), title, _words("may_have_gone_out"))


def _told(tone: Tone, detail: str, *sentences: str) -> View:
    return {"tone": tone, "title": " ".join(filter(None, sentences)), "detail": detail}
