"""The text of a broadcast: its fields, whether it can be used, and what goes out to each."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from openqq_nb.errors import InvalidInput
from openqq_nb.languages import Words
from openqq_nb.models import Outgoing
from openqq_nb.widgets.broadcaster.draft import Draft
from openqq_nb.widgets.broadcaster.reasons import said
from openqq_nb.widgets.broadcaster.saying import recipient
from openqq_nb.widgets.broadcaster.words import WHAT
from openqq_nb.widgets.broadcaster.working import Worked
from openqq_nb.widgets.explorer.words import title
from openqq_nb.widgets.parts import Action, Part, View, whole
from openqq_nb.widgets.problems import described

MOST_FIELDS = 24

_NO_FIELDS = {
    "id", "gid", "did", "face", "flag", "recipient_type", "delivery", "text", "problem", "expected_at", "client_type",
    "state", "qage", "members_loaded", "is_vip", "vip_level", "bad_record",
}  # fmt: skip
_FIRST = "displayname"

_words = Words(WHAT)


class What(Part):
    """The text with fields.

    Args:
        draft: what is prepared.
        outgoing: tells what the server makes of a text.
        worked: gives what was worked out last.
    """

    def __init__(
        self, draft: Draft, outgoing: Callable[[str], Outgoing], worked: Callable[[], Worked | None]
    ) -> None:
        super().__init__()
        self._draft = draft
        self._outgoing = outgoing
        self._worked = worked
        self._shown = draft.text
        self._at = 0

    @property
    def actions(self) -> Mapping[str, Action]:
        """What a page may ask for."""
        return {"write": self.write, "show": self.show, "find": self.find}

    def view(self) -> View:
        """Give the whole state.

        Returns:
            `text`; `length`, a sentence; `fields`, each with `insert`, `label` and `notes`; `help`, how fields fall
            back; `problem`, why the text cannot be used; `notes`, what the server makes of it; `sample`, what goes out
            to one recipient, or `None`.
        """
        return {
            "text": whole(self._draft.text),
            "length": _words("b_length", count=len(self._draft.text)),
            "fields": self._fields(),
            "help": _words("b_fields_help"),
            "problem": self._problem(),
            "notes": self._notes(),
            "sample": self._sample(),
        }

    def write(self, text: str, view: str | None = None) -> None:
        """Put a text in place of the present one.

        Args:
            text: the new text.
            view: the page where it was typed, which has it already.

        Raises:
            InvalidInput: it is no text; nothing is changed.
        """
        if not isinstance(text, str):
            raise InvalidInput(f"The text must be a str, not {type(text).__name__}; nothing was changed.")
        with self.lock:
            was, self._draft.text = self._draft.text, text
            self._shown = text
            if text != was:
                self._draft.changed()
            self.publish(self.view() | {"was": whole(was), "by": view})

    def tell(self) -> None:
        """Show what is new, also a text that was changed by other means than typing; the caller holds the lock."""
        was, self._shown = self._shown, self._draft.text
        self.publish(self.view() | ({"was": whole(was), "by": None} if was != self._shown else {}))

    def sync(self) -> None:
        """Show the text if it was changed by other means than typing; the caller holds the lock."""
        if self._shown != self._draft.text:
            self.tell()

    def show(self, at: int) -> None:
        """Show what goes out to another recipient: the first one is 0."""
        with self.lock:
            self._at = int(at)
            self.publish(self.view())

    def find(self, text: str) -> None:
        """Show what goes out to the next recipient whose name or number has a text.

        Raises:
            InvalidInput: there is none.
        """
        with self.lock:
            frame = self._frame()
            found = np.flatnonzero(_having(frame, text)) if frame is not None else np.empty(0, np.int64)
            if not found.size:
                raise InvalidInput(_words("b_sample_none"))
            after = found[found > self._at]
            self._at = int(after[0] if after.size else found[0])
            self.publish(self.view())

    def _frame(self) -> pd.DataFrame | None:
        worked = self._worked()
        # Of a text that could not be used nothing was filled in.
        return worked.frame if worked and worked.wanted.text and not self._draft.wrong() else None

    def _fields(self) -> list[View]:
        worked = self._worked()
        if worked is None or worked.wanted.audience is None:
            return [_field(_FIRST, "")]
        rows = len(worked.wanted.audience.fields)
        meant = [name for name in worked.missing if _is_meant(name) and 2 * worked.missing[name] <= rows]
        names = [_FIRST, *(name for name in meant if name != _FIRST)]
        return [_field(name, _missing(worked.missing[name], rows)) for name in names[:MOST_FIELDS]]

    def _problem(self) -> View | None:
        wrong = self._draft.wrong()
        if wrong is None:
            return None
        return {**described(wrong), "title": _words("b_template_wrong")}

    def _notes(self) -> list[str]:
        if not self._draft.text.strip():
            return []
        try:
            outgoing = self._outgoing(self._draft.text)
        except InvalidInput:
            return []  # told with each recipient, since the fields decide
        replaced = [_words("b_replaced", sign=sign, by=by) for sign, by in outgoing.replaced]
        faces = " ".join(f"[{name}]" for name in dict.fromkeys(outgoing.faces))
        return [*replaced, *([_words("b_faces", faces=faces)] if faces else [])]

    def _sample(self) -> View | None:
        frame = self._frame()
        if frame is None or frame.empty:
            return None
        at = max(0, min(self._at, len(frame) - 1))
        row = frame.iloc[at].to_dict()
        left_out = row["delivery"] == "skipped"
        return {
            "at": at,
            "of": len(frame),
            **recipient(row),
            "text": "" if left_out else whole(str(row["text"])),
            "why": _words("b_gets_nothing", why=said(str(row["problem"]))) if left_out else "",
        }


def _field(name: str, notes: str) -> View:
    return {"insert": f"{{{name}}}", "label": title(name), "notes": notes}


def _missing(count: int, rows: int) -> str:
    return _words("b_field_missing", count=count, of=rows) if count else ""


def _is_meant(name: str) -> bool:
    return name not in _NO_FIELDS and name.isidentifier()


def _having(frame: pd.DataFrame, text: str) -> pd.Series:
    wanted = text.strip().casefold()
    found = pd.Series(False, index=frame.index)
    for name in ("displayname", "nick", "qq", "gnumber", "did"):
        found |= frame[name].astype("str").str.casefold().str.contains(wanted, regex=False, na=False)
    return found
