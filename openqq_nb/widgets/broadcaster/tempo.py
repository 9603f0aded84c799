"""How fast a broadcast goes, and under which name."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from openqq_nb.broadcast.pace import Pace
from openqq_nb.broadcast.pacing import is_quiet
from openqq_nb.errors import InvalidInput
from openqq_nb.languages import Words
from openqq_nb.widgets.broadcaster.draft import Draft
from openqq_nb.widgets.broadcaster.saying import joined
from openqq_nb.widgets.broadcaster.sending_words import PACE
from openqq_nb.widgets.broadcaster.summary import takes
from openqq_nb.widgets.broadcaster.working import Worked
from openqq_nb.widgets.parts import Action, Part, View, whole
from openqq_nb.widgets.problems import described

SLOWER = Pace(
    between=(10, 25), rest_every=8, rest=180, max_groups=10, quiet=("22:00", "09:00"), max_failures=1
)
"""For an account that is new, was restricted before, or writes to people who did not ask for it."""

VALUES = (
    "between_least", "between_most", "rest_every", "rest", "max_groups", "quiet_from", "quiet_until", "max_failures",
)  # fmt: skip

_OWN = "own"

_words = Words(PACE)


class Tempo(Part):
    """The pace and the name.

    Args:
        draft: what is prepared.
        is_demo: whether messages go to the simulator only, so that no wait is needed.
        worked: gives what the draft would be; `None` while that is not known.
    """

    def __init__(self, draft: Draft, is_demo: bool, worked: Callable[[], Worked | None]) -> None:
        super().__init__()
        self._draft = draft
        self._worked = worked
        self._paces = {"default": Pace(), "slower": SLOWER} | ({"instant": Pace.instant()} if is_demo else {})
        self._choice = "default"
        self._values = _written(Pace())
        self._problem: View | None = None

    @property
    def actions(self) -> Mapping[str, Action]:
        """What a page may ask for."""
        return {"choose": self.choose, "set": self.set, "key": self.key}

    def view(self) -> View:
        """Give the whole state.

        Returns:
            `choice`; `choices`, each with `choice`, `label` and `detail`; `values`, as they were typed; `problem`, why
            they are no pace; `words`, `quiet` and `takes`, sentences; `key`, the name; `key_words`, a sentence;
            `key_problem`, why it cannot be used.
        """
        worked = self._worked()
        pace = self._draft.pace
        return {
            "choice": self._choice,
            "choices": [*(_choice(name, pace) for name, pace in self._paces.items()), _choice(_OWN, None)],
            "values": {name: whole(text) for name, text in self._values.items()},
            "problem": self._problem,
            "words": in_words(pace) if pace else "",
            "quiet": quiet(pace) if pace else "",
            "takes": takes(worked) if worked and pace else "",
            "key": whole(self._draft.key or (worked.key.name if worked else "")),
            "key_words": worked.key.words if worked else "",
            "key_problem": worked.key.problem if worked else None,
        }

    def choose(self, choice: str) -> None:
        """Choose a pace: `default`, `slower`, `own`, and on a demo `instant`.

        Raises:
            InvalidInput: there is no such pace; nothing is changed.
        """
        with self.lock:
            if choice == _OWN:
                self._choice = _OWN
                self._read()
            elif choice in self._paces:
                self._choice, self._problem = choice, None
                self._draft.pace = self._paces[choice]
                self._values = _written(self._paces[choice])
            else:
                wrong = _words("b_pace_no_demo") if choice == "instant" else f"There is no pace {choice!r}."
                raise InvalidInput(wrong)
            self._draft.changed()
            self.publish(self.view())

    def set(self, name: str, text: str, view: str | None = None) -> None:
        """Change one of the own numbers.

        Args:
            name: which one.
            text: as it was typed; empty for no limit of groups and no quiet hours.
            view: the page where it was typed, which has it already.

        Raises:
            InvalidInput: there is no such number, or it is no text; nothing is changed.
        """
        if name not in VALUES or not isinstance(text, str):
            raise InvalidInput(f"{name}={text!r} is no number of a pace; nothing was changed.")
        with self.lock:
            self._choice = _OWN
            self._values = {**self._values, name: text}
            self._read()
            self._draft.changed()
            self.publish(self.view() | {"by": view})

    def key(self, text: str, view: str | None = None) -> None:
        """Name the broadcast.

        Args:
            text: the name; empty to have one proposed.
            view: the page where it was typed, which has it already.

        Raises:
            InvalidInput: it is no text; nothing is changed.
        """
        if not isinstance(text, str):
            raise InvalidInput(f"A key is a text, not {text!r}; nothing was changed.")
        with self.lock:
            self._draft.key = text.strip()
            self._draft.changed()
            self.publish(self.view() | {"key_by": view})

    def tell(self) -> None:
        """Show what is new; the caller holds the lock."""
        self.publish(self.view())

    def _read(self) -> None:
        try:
            self._draft.pace, self._problem = _pace(self._values), None
        except InvalidInput as error:
            self._draft.pace = None
            self._problem = {**described(error), "title": _words("b_pace_wrong")}


def in_words(pace: Pace) -> str:
    """Say a pace in a sentence; the quiet hours stand in one of their own."""
    least, most = (f"{one:g}" for one in pace.between)
    sentences = [
        _words("b_words_between", least=least, most=most) if pace.between[1] else _words("b_words_no_wait"),
        *([_words("b_words_rest", rest=f"{pace.rest:g}", every=pace.rest_every)] if pace.rest else []),
        *([] if pace.max_groups is None else [_words("b_words_groups", count=pace.max_groups)]),
        _words("b_words_failures", count=pace.max_failures),
    ]
    return joined(sentences)


def quiet(pace: Pace) -> str:
    """Say when nothing is sent, and whether that is now."""
    if pace.quiet is None:
        return _words("b_quiet_never")
    begin, end = pace.quiet
    now = pd.Timestamp.now("UTC").timestamp()
    is_now = bool(is_quiet(pace, np.array([now]))[0])
    return _words("b_quiet_now" if is_now else "b_quiet", begin=begin, end=end)


def _choice(name: str, pace: Pace | None) -> View:
    detail = _words("b_pace_detail", pace=in_words(pace), quiet=quiet(pace)) if pace else ""
    return {"choice": name, "label": _words(f"b_pace_{name}"), "detail": detail}


def _written(pace: Pace) -> dict[str, str]:
    begin, end = pace.quiet or ("", "")
    groups = "" if pace.max_groups is None else str(pace.max_groups)
    numbers = (*(f"{one:g}" for one in pace.between), str(pace.rest_every), f"{pace.rest:g}", groups)
    return dict(zip(VALUES, (*numbers, begin, end, str(pace.max_failures)), strict=True))


def _pace(values: Mapping[str, str]) -> Pace:
    """Read a pace; raises `InvalidInput` where what was typed is none."""
    text = {name: value.strip() for name, value in values.items()}
    night = (text["quiet_from"], text["quiet_until"])
    return Pace(
        between=(_number(text["between_least"]), _number(text["between_most"])),
        rest_every=_count(text["rest_every"]),
        rest=_number(text["rest"]),
        max_groups=_count(text["max_groups"]) if text["max_groups"] else None,
        quiet=night if any(night) else None,
        max_failures=_count(text["max_failures"]),
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InvalidInput(_words("b_pace_number", text=text[:20])) from error


def _count(text: str) -> int:
    if not text.isdecimal():
        raise InvalidInput(_words("b_pace_number", text=text[:20]))
    return int(text)
