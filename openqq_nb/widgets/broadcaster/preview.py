"""What would go out: counts, problems and how to mend them, rows, samples."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.broadcast.pace import Pace
from openqq_nb.broadcast.planning import Snapshot
from openqq_nb.errors import InvalidInput
from openqq_nb.languages import Words
from openqq_nb.models import Delivery
from openqq_nb.roster import Roster
from openqq_nb.widgets.broadcaster.draft import Draft
from openqq_nb.widgets.broadcaster.fallbacks import with_fallback
from openqq_nb.widgets.broadcaster.links import Links
from openqq_nb.widgets.broadcaster.reasons import field_of, said
from openqq_nb.widgets.broadcaster.saying import moment, recipient, text_of
from openqq_nb.widgets.broadcaster.summary import summary
from openqq_nb.widgets.broadcaster.words import PREVIEW, WHAT
from openqq_nb.widgets.broadcaster.working import Wanted, Worked, positions, worked_out
from openqq_nb.widgets.composer.outcome import TONES
from openqq_nb.widgets.parts import Action, Part, Publish, View, whole
from openqq_nb.widgets.problems import described
from openqq_nb.widgets.workers import Worker

SHOWN = 50
MOST_GROUPS = 20

_words = Words(PREVIEW, WHAT)


class Preview(Part):
    """Works out what a draft would be, on a thread, and shows it; the last draft wins.

    Args:
        links: the ways to the account.
        draft: what is prepared.
        roster: gives who is there.
        told: called when something new was worked out, or is to be.
    """

    def __init__(
        self, links: Links, draft: Draft, roster: Callable[[], Roster], told: Callable[[], None]
    ) -> None:
        super().__init__()
        self._links = links
        self._draft = draft
        self._roster = roster
        self._told = told
        self._worked: Worked | None = None
        self._problem: View | None = None
        self._done = 0
        self._running = self._closed = self._attached = False
        self._only = False
        self._start = 0
        self._known: tuple[Roster, Snapshot] | None = None

    @property
    def actions(self) -> Mapping[str, Action]:
        """What a page may ask for."""
        return {
            "page": self.page,
            "only": self.only,
            "remove": self.remove,
            "remove_group": self.remove_group,
            "fallback": self.fallback,
            "restore": self.restore,
        }

    @property
    def worked(self) -> Worked | None:
        """What the draft of this moment would be; `None` while that is not known."""
        return self._worked if self._done == self._draft.edition and not self._problem else None

    @property
    def last(self) -> Worked | None:
        """What was worked out last, also of an older draft."""
        return self._worked

    @property
    def working(self) -> bool:
        """Whether it is being worked out."""
        return self._done != self._draft.edition

    @property
    def problem(self) -> View | None:
        """Why it could not be worked out."""
        return self._problem

    def view(self) -> View:
        """Give the whole state.

        Returns:
            `state`: `empty`, `working`, `ready` or `failed`; `edition` of the draft; `why`, a sentence, where it is
            empty; `problem`, where it failed; `send`, how many get a message; `summary`, sentences; `problems`, why
            some get none, each with `group`, `reason`, `count`, `field` and `removable`; `removed`, how many rows were
            taken out by hand; `samples`; `only`, `start`, `total` and `rows`, some of the recipients.
        """
        worked = self._worked
        return {
            "state": self._state(),
            "edition": self._draft.edition,
            "why": self._why_empty(),
            "problem": self._problem,
            "send": worked.count if worked and worked.wanted.text else 0,
            "summary": summary(worked) if worked and worked.wanted.text else [],
            "problems": self._groups(worked) if worked else [],
            "removed": self._draft.removed,
            "samples": _samples(worked.frame) if worked and worked.wanted.text else [],
            "only": self._only,
            **self._rows(worked),
        }

    def attach(self, publish: Publish, lock: AbstractContextManager[Any]) -> None:
        """Take the way to the pages, and begin; a thread before that would hold another lock."""
        super().attach(publish, lock)
        self._attached = True
        with self.lock:
            self.begin()

    def close(self) -> None:
        """Show nothing any more; what is being worked out is thrown away."""
        super().close()
        self._closed = True

    def begin(self) -> None:
        """Work it out anew; the caller holds the lock."""
        if self._attached and not self._running and not self._closed:
            self._running = True
            Worker(whole=True).start(self._work)
        self.publish(self.view())

    def tell(self) -> None:
        """Show what is new; the caller holds the lock."""
        self.publish(self.view())

    def page(self, start: int, edition: int) -> None:
        """Show other rows, from a place on; of an older draft nothing changes."""
        with self.lock:
            if edition == self._draft.edition:
                self._start = max(0, int(start))
            self.publish(self.view())

    def only(self, on: bool) -> None:
        """Show only those that get no message, or all."""
        with self.lock:
            self._only, self._start = on is True, 0
            self.publish(self.view())

    def remove(self, row: int, edition: int) -> None:
        """Take a recipient out, by its row; of an older draft nothing changes.

        Raises:
            InvalidInput: it was planned before under this key; nothing was changed.
        """
        with self.lock:
            worked = self._meant(edition)
            if worked is not None:
                self._take_out(worked, np.array([row]))
            self.publish(self.view())

    def remove_group(self, group: int, edition: int) -> None:
        """Take all out that get no message for one reason; of an older draft nothing changes.

        Raises:
            InvalidInput: all of them were planned before under this key; nothing was changed.
        """
        with self.lock:
            worked = self._meant(edition)
            reasons = _counted(worked) if worked else []
            if worked is not None and 0 <= group < len(reasons):
                self._take_out(worked, np.flatnonzero(worked.reasons() == reasons[group][0]))
            self.publish(self.view())

    def fallback(self, group: int, text: str, edition: int) -> None:
        """Write a text into the field that has no value, to be sent in place of it.

        Args:
            group: which problem it mends.
            text: what is sent instead.
            edition: of which draft; of an older one nothing changes.

        Raises:
            InvalidInput: the text cannot stand in a field; nothing was changed.
        """
        with self.lock:
            worked = self._meant(edition)
            reasons = _counted(worked) if worked else []
            field = field_of(reasons[group][0]) if 0 <= group < len(reasons) else None
            if field is not None:
                self._draft.text = with_fallback(self._draft.text, field, text)
                self._draft.changed()
            self.publish(self.view())

    def restore(self) -> None:
        """Put all back that were taken out by hand."""
        with self.lock:
            for one in self._draft.sources:
                one.kept[:] = True
            self._draft.changed()
            self.publish(self.view())

    def snapshot(self, roster: Roster) -> Snapshot:
        """Tell of which login the ids of a roster are; asked once for each."""
        if self._known is None or self._known[0] is not roster:
            self._known = roster, self._links.snapshot(roster)
        return self._known[1]

    def wanted(self) -> Wanted:
        """Give the draft as it is; the caller holds the lock."""
        draft = self._draft
        text = "" if draft.wrong() else draft.text if draft.text.strip() else ""
        return Wanted(draft.edition, draft.audience, text, draft.pace or Pace(), draft.key)

    def _work(self) -> None:
        while True:
            with self.lock:
                if self._closed or self._done == self._draft.edition:
                    self._running = False
                    return
                wanted, roster = self.wanted(), self._roster()
            worked, problem = None, None
            try:
                worked = worked_out(wanted, self._links.broadcasts(), self.snapshot(roster))
            except Exception as error:  # noqa: BLE001 - shown where the person looks
                problem = described(error)
            with self.lock:
                if wanted.edition == self._draft.edition:
                    self._done, self._problem = wanted.edition, problem
                    self._worked = worked or self._worked
                    self._told()

    def _state(self) -> str:
        if self.working:
            return "working"
        if self._problem:
            return "failed"
        return "empty" if self._why_empty() else "ready"

    def _why_empty(self) -> str:
        if not any(one.kept.any() for one in self._draft.sources):
            return _words("b_choose_first")
        if not self._draft.text.strip():
            return _words("b_write_first")
        return _words("b_template_wrong") if self._draft.wrong() else ""

    def _meant(self, edition: int) -> Worked | None:
        return self.worked if edition == self._draft.edition else None

    def _take_out(self, worked: Worked, rows: npt.NDArray[np.int64]) -> None:
        assert worked.rehearsal is not None  # noqa: S101 - else there are no rows
        asked = worked.rehearsal.asked
        rows = rows[(rows >= 0) & (rows < len(asked))]
        mine = rows[asked[rows]]
        if len(rows) and not len(mine):
            raise InvalidInput(_words("b_planned_before"))
        gone = worked.rehearsal.identity.take(pa.array(mine))
        now = self.snapshot(self._roster())
        for one in self._draft.sources:
            known = self._links.broadcasts().known_by(one.audience, now)
            one.kept &= ~pc.is_in(known, gone).to_numpy(zero_copy_only=False)
        self._draft.changed()

    def _groups(self, worked: Worked) -> list[View]:
        rehearsal = worked.rehearsal
        asked = pd.Series(rehearsal.asked) if rehearsal is not None else pd.Series([], dtype=bool)
        reasons = worked.reasons()
        return [
            {
                "group": place,
                "reason": said(reason),
                "count": count,
                "field": field_of(reason),
                "removable": bool(asked[(reasons == reason).to_numpy()].any()),
            }
            for place, (reason, count) in enumerate(_counted(worked)[:MOST_GROUPS])
        ]

    def _rows(self, worked: Worked | None) -> View:
        if worked is None or worked.frame is None:
            return {"start": 0, "total": 0, "rows": []}
        found = positions(worked, only_problems=self._only)
        start = min(self._start, max(0, (len(found) - 1) // SHOWN * SHOWN))
        shown = found[start : start + SHOWN]
        records = worked.frame.iloc[shown].to_dict("records")
        return {
            "start": start,
            "total": len(found),
            "rows": [
                _row(int(place), row) | ({} if worked.wanted.text else {"text": "", "when": ""})
                for place, row in zip(shown, records, strict=True)
            ],
        }


def _counted(worked: Worked) -> list[tuple[str, int]]:
    """Count why some get no message, the most frequent reason first."""
    counts = worked.reasons().value_counts()
    return [(str(reason), int(count)) for reason, count in counts.items()]


def _row(place: int, row: Mapping[Any, Any]) -> View:
    delivery = Delivery(str(row["delivery"]))
    tone = "bad" if delivery is Delivery.SKIPPED else TONES.get(delivery, "wait")
    problem = text_of(row, "problem")
    return {
        "row": place,
        **recipient(row),
        "text": text_of(row, "text"),
        "when": moment(row["expected_at"]),
        "why": said(problem) if problem else "",
        "tone": tone,
    }


def _samples(frame: pd.DataFrame | None) -> list[View]:
    """Show whole messages: the first, the one in the middle and the last."""
    if frame is None:
        return []
    due = np.flatnonzero(frame["delivery"] == "pending")
    places = dict.fromkeys(due[[0, len(due) // 2, len(due) - 1]].tolist()) if len(due) else {}
    return [
        {**recipient(row), "text": whole(str(row["text"]))}
        for row in frame.iloc[[*places]].to_dict("records")
    ]
