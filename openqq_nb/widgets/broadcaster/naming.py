"""The name of a broadcast: proposed by the date and the first words, and what is there already under one."""

import re
from dataclasses import dataclass

import pandas as pd

from openqq_nb.broadcast.broadcasts import Order
from openqq_nb.broadcast.ledger import Ledger
from openqq_nb.broadcast.rows import Kept
from openqq_nb.columns import ZONE
from openqq_nb.errors import InvalidInput
from openqq_nb.languages import Words
from openqq_nb.models import Delivery
from openqq_nb.widgets.broadcaster.sending_words import KEPT, PACE
from openqq_nb.widgets.composer.addressee import shortened
from openqq_nb.widgets.parts import View
from openqq_nb.widgets.problems import described

_FIELD = re.compile(r"\{[^{}]*\}")
_NO_WORD = re.compile(r"[\W_]+")
_WORDS_SIGNS = 12
_SHOWN_SIGNS = 300

_words = Words(PACE, KEPT)


@dataclass(frozen=True, slots=True)
class Key:
    """The name of a broadcast.

    Attributes:
        name: the name.
        words: what there is to know of it, a sentence.
        problem: why it cannot be used, as `described` has it.
    """

    name: str
    words: str
    problem: View | None


def proposed(typed: str, text: str, ledger: Ledger) -> Key:
    """Take the name that was typed, else propose one; and tell what is there already.

    Args:
        typed: the name that was typed; empty to have one proposed.
        text: the text with fields; empty where there is none yet.
        ledger: where broadcasts are kept.
    """
    if not typed.strip():
        typed = _unused(_by_text(text), text, ledger)
    try:
        Order.of(None, None, typed, None, None)
    except InvalidInput as error:
        return Key(typed, "", {**described(error), "title": _words("b_key_wrong")})
    kept = ledger.kept(typed)
    if kept is None:
        return Key(typed, _words("b_key_new"), None)
    return _there(kept, text, ledger)


def _there(kept: Kept, text: str, ledger: Ledger) -> Key:
    if text and kept.template != text:
        detail = _words("b_key_other_detail", text=shortened(kept.template, _SHOWN_SIGNS))
        return Key(kept.key, "", {"title": _words("b_key_other"), "detail": detail, "unsure": False})
    if ledger.is_held(kept.key):
        held = _words("b_key_held", kept=_words("b_kept"))
        return Key(kept.key, "", {"title": held, "detail": "", "unsure": False})
    counts = ledger.counts(kept.key)
    total, sent = sum(counts.values()), counts[Delivery.SENT] + counts[Delivery.ACCEPTED]
    return Key(kept.key, _words("b_key_goes_on", count=total, sent=sent), None)


def _by_text(text: str) -> str:
    """Name it by the date and the first words."""
    words = _NO_WORD.sub(" ", _FIELD.sub(" ", text)).strip()
    return f"{pd.Timestamp.now(ZONE):%Y-%m-%d} {words[:_WORDS_SIGNS].strip()}".strip()


def _unused(name: str, text: str, ledger: Ledger) -> str:
    """Add a number to a name that another text has already."""
    place, found = 1, name
    while (kept := ledger.kept(found)) is not None and kept.template != text:
        place += 1
        found = f"{name} {place}"
    return found
