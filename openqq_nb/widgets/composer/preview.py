"""What a server will make of a text, as a person reads it before sending."""

from collections.abc import Sequence

from openqq_nb.errors import InvalidInput, NotSupported
from openqq_nb.languages import Words
from openqq_nb.models import Outgoing
from openqq_nb.segments import plain
from openqq_nb.widgets.composer import pieces
from openqq_nb.widgets.composer.addressee import Addressee
from openqq_nb.widgets.composer.pieces import Piece
from openqq_nb.widgets.composer.words import DRAFT
from openqq_nb.widgets.parts import View
from openqq_nb.widgets.problems import described

_words = Words(DRAFT)


def preview(text: str, to: Addressee | None, before: Sequence[Piece] = ()) -> View:
    """Tell what goes out.

    Args:
        text: what was written.
        to: whom it goes to; without one nothing is known but the length.
        before: what goes out before the text.

    Returns:
        `length` in characters; `goes_out`, the text that arrives, or `None` where it is the one that was written,
        or is among `items`, what arrives piece by piece where it is more than text; `replaced` and `faces`, sentences
        that say why they differ; `long`, one that says so of a text that may be too long; `problem`, as `described`
        has it, or `None`.
    """
    whole = pieces.content(before, text)
    shown: View = {
        "length": len(text), "goes_out": None, "items": pieces.shown(before, whole), "replaced": [], "faces": "",
        "long": "", "problem": None,
    }  # fmt: skip
    if to is None or not plain(whole).strip():
        return shown
    try:
        outgoing = to.outgoing(whole)
    except (InvalidInput, NotSupported) as error:
        return {**shown, "problem": described(error)}
    return {
        **shown,
        "goes_out": outgoing.text if not before and outgoing.text != text else None,
        "replaced": [_words("draft_replaced", sign=sign, by=by) for sign, by in outgoing.replaced],
        "faces": "" if before else _faces(outgoing),
        "long": _long(outgoing),
    }


def _long(outgoing: Outgoing) -> str:
    if outgoing.longest is None or len(outgoing.text) <= outgoing.longest:
        return ""
    return _words("draft_long", most=outgoing.longest)


def _faces(outgoing: Outgoing) -> str:
    names = " ".join(f"[{name}]" for name in dict.fromkeys(outgoing.faces))
    return _words("draft_faces", faces=names) if names else ""
