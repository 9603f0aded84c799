"""What a server will make of a text, as a person reads it before sending."""

from openqq_nb.errors import InvalidInput
from openqq_nb.languages import Words
from openqq_nb.models import Outgoing
from openqq_nb.widgets.composer.addressee import Addressee
from openqq_nb.widgets.composer.words import DRAFT
from openqq_nb.widgets.parts import View
from openqq_nb.widgets.problems import described

_words = Words(DRAFT)


def preview(text: str, to: Addressee | None) -> View:
    """Tell what goes out.

    Args:
        text: what was written.
        to: whom it goes to; without one nothing is known but the length.

    Returns:
        `length` in characters; `goes_out`, the text that arrives, or `None` where it is the one that was written;
        `replaced` and `faces`, sentences that say why they differ; `problem`, as `described` has it, or `None`.
    """
    shown: View = {"length": len(text), "goes_out": None, "replaced": [], "faces": "", "problem": None}
    if to is None or not text.strip():
        return shown
    try:
        outgoing = to.outgoing(text)
    except InvalidInput as error:
        return {**shown, "problem": described(error)}
    return {
        **shown,
        "goes_out": outgoing.text if outgoing.text != text else None,
        "replaced": [_words("draft_replaced", sign=sign, by=by) for sign, by in outgoing.replaced],
        "faces": _faces(outgoing),
    }


def _faces(outgoing: Outgoing) -> str:
    names = " ".join(f"[{name}]" for name in dict.fromkeys(outgoing.faces))
    return _words("draft_faces", faces=names) if names else ""
