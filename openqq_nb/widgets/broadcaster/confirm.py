"""Sending: the number of messages is typed, looked at once more with a fresh roster, and only then planned and sent."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from openqq_nb.broadcast.planning import Snapshot
from openqq_nb.broadcast.rehearsal import due_of
from openqq_nb.broadcast.run import Run
from openqq_nb.languages import Words
from openqq_nb.roster import Roster
from openqq_nb.widgets.broadcaster.draft import Draft
from openqq_nb.widgets.broadcaster.links import Links
from openqq_nb.widgets.broadcaster.preview import Preview
from openqq_nb.widgets.broadcaster.sending_words import CONFIRM, PACE
from openqq_nb.widgets.broadcaster.words import PREVIEW, WHAT
from openqq_nb.widgets.broadcaster.working import Worked, order_of, worked_out
from openqq_nb.widgets.parts import Action, Part, View
from openqq_nb.widgets.problems import described
from openqq_nb.widgets.workers import Worker

_words = Words(CONFIRM, PACE, PREVIEW, WHAT)


class Confirm(Part):
    """The only way from a draft to messages.

    Args:
        links: the ways to the account.
        draft: what is prepared.
        preview: knows what it would be.
        arrived: told of a fresh roster.
        sent: told of a broadcast that began.
    """

    def __init__(
        self,
        links: Links,
        draft: Draft,
        preview: Preview,
        arrived: Callable[[Roster], None],
        sent: Callable[[Run], None],
    ) -> None:
        super().__init__()
        self._links = links
        self._draft = draft
        self._preview = preview
        self._arrived = arrived
        self._sent = sent
        self._busy = False
        self._problem: View | None = None
        self._problem_of = 0

    @property
    def actions(self) -> Mapping[str, Action]:
        """What a page may ask for."""
        return {"send": self.send}

    def view(self) -> View:
        """Give the whole state.

        Returns:
            `edition`, for `send`; `number`, which is to be typed, or `None`; `ask`, a sentence; `off`, what keeps it
            from being sent, empty if nothing does; `busy`; `warnings`, sentences; `problem`.
        """
        worked = self._preview.worked
        off = self._off(worked)
        count = worked.count if worked and not off else None
        return {
            "edition": self._draft.edition,
            "number": count,
            "ask": "" if count is None else _words("b_confirm_ask", count=count),
            "off": off,
            "busy": self._busy,
            "warnings": [] if count is None or worked is None else _warnings(worked),
            "problem": self._problem if self._problem_of == self._draft.edition else None,
        }

    def send(self, number: str, edition: int) -> None:
        """Send, if the number that was typed is that of the messages that go out.

        Args:
            number: as it was typed.
            edition: of the draft that is meant; with an older one nothing is sent.
        """
        with self.lock:
            worked = self._preview.worked
            if self._busy:
                pass
            elif edition != self._draft.edition or worked is None or self._off(worked):
                self._tell(_words("b_confirm_old"))
            elif str(number).strip() != str(worked.count):
                self._tell(_words("b_confirm_wrong", typed=str(number).strip()[:20], count=worked.count))
            else:
                self._busy, self._problem = True, None
                Worker().start(partial(self._send, worked))
            self.publish(self.view())

    def tell(self) -> None:
        """Show what is new; the caller holds the lock."""
        self.publish(self.view())

    def _send(self, worked: Worked) -> None:
        """Look once more with a fresh roster; plan and send only if the same messages go to the same recipients."""
        roster, fresh, run, problem = None, None, None, None
        try:
            roster = self._links.load()
            now = self._preview.snapshot(roster)
            wanted = replace(worked.wanted, key=worked.key.name)
            fresh = worked_out(wanted, self._links.broadcasts(), now)
            if _same(fresh, worked) and not fresh.key.problem:
                run = self._begin(fresh, self._links.kept(roster))
        except Exception as error:  # noqa: BLE001 - shown where the person looks, who clicked
            problem = described(error)
        with self.lock:
            self._busy = False
            if run is not None:
                self._sent(run)
            else:
                if roster is not None:
                    self._arrived(roster)
                self._not_sent(worked, fresh, problem)
            self.publish(self.view())

    def _begin(self, fresh: Worked, now: Snapshot) -> Run | None:
        broadcasts, key = self._links.broadcasts(), fresh.key.name
        # Another program may plan under the same key at this very moment.
        plan = broadcasts.plan_if(
            order_of(fresh.wanted, key), now, lambda rows: due_of(rows).equals(fresh.due)
        )
        return None if plan is None else broadcasts.start(key)

    def _not_sent(self, worked: Worked, fresh: Worked | None, problem: View | None) -> None:
        if problem is not None:
            self._problem, self._problem_of = problem, self._draft.edition
        elif fresh is not None and fresh.count != worked.count:
            self._tell(_words("b_confirm_other", count=fresh.count, before=worked.count))
        elif fresh is not None and not _same(fresh, worked):
            self._tell(_words("b_confirm_others", count=fresh.count))
        else:
            self._tell(_words("b_confirm_old"))

    def _tell(self, detail: str) -> None:
        title = _words("b_confirm_title")
        self._problem = {"title": title, "detail": detail, "unsure": False}
        self._problem_of = self._draft.edition

    def _off(self, worked: Worked | None) -> str:
        if (lacks := _lacks(self._draft)) or self._busy:
            return lacks or _words("b_confirm_busy")
        if self._preview.problem is not None and not self._preview.working:
            return str(self._preview.problem["title"])
        if worked is None:
            return _words("b_confirm_wait")
        if worked.key.problem is not None:
            return str(worked.key.problem["title"])
        return "" if worked.count else _words("b_confirm_nobody")


def _same(one: Worked, other: Worked) -> bool:
    """Tell whether two send the same texts to the same recipients."""
    return one.due is not None and other.due is not None and one.due.equals(other.due)


def _lacks(draft: Draft) -> str:
    """Say what is missing in a draft, or wrong with it; nothing if it is whole."""
    if not any(one.kept.any() for one in draft.sources):
        return _words("b_choose_first")
    if not draft.text.strip():
        return _words("b_write_first")
    if draft.wrong() is not None:
        return _words("b_template_wrong")
    return _words("b_pace_wrong") if draft.pace is None else ""


def _warnings(worked: Worked) -> list[str]:
    frame = worked.frame
    left_out = 0 if frame is None else int((frame["delivery"] == "skipped").sum())
    return [_words("b_confirm_left_out", count=left_out)] if left_out else []
