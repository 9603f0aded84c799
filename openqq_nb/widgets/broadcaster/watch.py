"""A broadcast that is sent, was sent, or was only planned: how far it is, and what a person does about it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from openqq_nb.broadcast.latest import latest
from openqq_nb.broadcast.progress import Progress
from openqq_nb.broadcast.run import Run
from openqq_nb.errors import InvalidInput
from openqq_nb.languages import Words
from openqq_nb.models import Delivery
from openqq_nb.widgets.broadcaster.links import Links
from openqq_nb.widgets.broadcaster.reasons import said, trouble
from openqq_nb.widgets.broadcaster.saving import saved
from openqq_nb.widgets.broadcaster.saying import lasting, moment, recipient, text_of
from openqq_nb.widgets.broadcaster.sending_words import WATCH
from openqq_nb.widgets.broadcaster.tempo import in_words
from openqq_nb.widgets.composer.addressee import shortened
from openqq_nb.widgets.composer.outcome import TONES
from openqq_nb.widgets.parts import Action, Part, View, whole
from openqq_nb.widgets.problems import described
from openqq_nb.widgets.workers import Worker

SHOWN = 50
SOON_MS = 500
LATER_MS = 2000

_FAILED, _UNKNOWN = Delivery.FAILED, Delivery.UNKNOWN

_words = Words(WATCH)


class Watch(Part):
    """Shows one broadcast; it asks nobody by itself: pages look again as long as something may change.

    Args:
        links: the ways to the account.
        left: called when a person leaves it for the draft.
    """

    def __init__(self, links: Links, left: Callable[[], None]) -> None:
        super().__init__()
        self._links = links
        self._left = left
        self._run: Run | None = None
        self._only: Delivery | None = None
        self._start = 0
        self._problem: View | None = None
        self._saving = False
        self._saved: View | None = None

    @property
    def actions(self) -> Mapping[str, Action]:
        """What a page may ask for; all of it names the broadcast that is meant."""
        return {
            "look": self.look,
            "pause": self.pause,
            "resume": self.resume,
            "stop": self.stop,
            "retry": self.retry,
            "lines": self.lines,
            "save": self.save,
            "leave": self.leave,
        }

    @property
    def run(self) -> Run | None:
        """The broadcast that is shown."""
        return self._run

    def view(self) -> View:
        """Give the whole state.

        Returns:
            `key`, or `None` where nothing is watched and nothing else is there; `text`, `pace`; `state` and
            `state_words`; `done` of `total`; `counts`; `left`, a sentence; `problem_words`, what went wrong last;
            `problem`, of the last action; `can`, what can be done now; `failed` and `unknown`, how many; `only`,
            `start`, `rows_total` and `lines`, some of the messages; `saved`, `saving`; `notes`; `again_ms`, after what
            time a page should look again, or `None`.
        """
        if self._run is None:
            return {"key": None, "problem": None}
        ledger, key = self._links.broadcasts().ledger, self._run.key
        kept, counts, progress = ledger.kept(key), ledger.counts(key), self._run.progress
        state = "forgotten" if kept is None else self._state(key, progress, counts)
        total = sum(counts.values())
        return {
            "key": whole(key),
            "title": _words("b_watch", name=whole(shortened(key))),
            "text": "" if kept is None else whole(kept.template),
            "pace": "" if kept is None else in_words(kept.pace),
            "state": state,
            "state_words": _words(f"b_state_{state}"),
            "done": total - counts[Delivery.PENDING],
            "total": total,
            "counts": [_count(one, counts[one]) for one in Delivery if counts[one]],
            "left": _left(progress, state),
            "problem_words": trouble(progress.problem),
            "problem": self._problem,
            "can": self._can(state, counts),
            "failed": counts[_FAILED],
            "unknown": counts[_UNKNOWN],
            **self._lines(key, counts),
            "saved": self._saved,
            "saving": self._saving,
            "notes": [_words("b_note_close", stop=_words("b_stop")), _words("b_note_code")],
            "again_ms": {"sending": SOON_MS, "paused": LATER_MS, "elsewhere": LATER_MS}.get(state),
        }

    def open(self, run: Run) -> None:
        """Show a broadcast; the caller holds the lock."""
        self._run = run
        self._only, self._start = None, 0
        self._problem = self._saved = None
        self.publish(self.view())

    def look(self, key: str) -> None:
        """Show how far it is now."""
        self._do(key, lambda _: None)

    def pause(self, key: str) -> None:
        """Send nothing more until it goes on."""
        self._do(key, Run.pause)

    def resume(self, key: str) -> None:
        """Go on with what is pending.

        Raises:
            InvalidInput: another program sends it at this moment.
        """
        self._do(key, Run.resume)

    def stop(self, key: str) -> None:
        """End it; what is pending can be sent later."""
        self._do(key, Run.stop)

    def retry(self, key: str, which: str, may_double: bool = False, count: int | None = None) -> None:
        """Send again what failed, or, with an explicit word, what may have arrived.

        Args:
            key: of the broadcast.
            which: `failed` or `unknown`.
            may_double: the word.
            count: for how many it was said; needed for `unknown`.

        Raises:
            InvalidInput: `unknown` without the word, or when it was said for another number of messages, or another
                program sends it; nothing was sent.
        """
        if which == "unknown" and may_double is not True:
            raise InvalidInput(_words("b_may_double_first"))

        def act(run: Run) -> None:
            if which == "unknown" and count != self._links.broadcasts().ledger.counts(key)[_UNKNOWN]:
                raise InvalidInput(_words("b_may_double_others"))
            run.retry(which, may_double=may_double is True)

        self._do(key, act)

    def lines(self, key: str, only: str = "", start: int = 0) -> None:
        """Show other messages.

        Args:
            key: of the broadcast.
            only: the state they are in; empty for any.
            start: from which place on.
        """
        with self.lock:
            if self._run is not None and key == self._run.key:
                self._only = Delivery(only) if only else None
                self._start = max(0, int(start))
            self.publish(self.view())

    def save(self, key: str) -> None:
        """Save the report as a new sheet in the folder of the kernel, on a thread."""
        with self.lock:
            if self._run is not None and key == self._run.key and not self._saving:
                self._saving, self._saved, self._problem = True, None, None
                Worker(whole=True).start(partial(self._save, self._run))
            self.publish(self.view())

    def leave(self, key: str) -> None:
        """Go back to the draft; the broadcast goes on."""
        with self.lock:
            if self._run is not None and key == self._run.key:
                self._run = None
                self._left()
            self.publish(self.view())

    def _do(self, key: str, act: Callable[[Run], Any]) -> None:
        with self.lock:
            if self._run is not None and key == self._run.key:
                self._problem = None
                act(self._run)
            self.publish(self.view())

    def _save(self, run: Run) -> None:
        found, problem = None, None
        try:
            path = saved(run.report(), run.key)
            found = {"path": whole(str(path)), "words": _words("b_saved", path=whole(path.name))}
        except Exception as error:  # noqa: BLE001 - shown where the person looks, who clicked
            problem = described(error)
        with self.lock:
            self._saving = False
            if self._run is run:
                self._saved, self._problem = found, problem
                self.publish(self.view())

    def _state(self, key: str, progress: Progress, counts: Mapping[Delivery, int]) -> str:
        if progress.state in ("sending", "paused"):
            return progress.state
        if self._links.broadcasts().ledger.is_held(key):
            return "elsewhere"
        if not counts[Delivery.PENDING]:
            return "finished"
        tried = any(counts[one] for one in Delivery if one not in (Delivery.PENDING, Delivery.SKIPPED))
        return "stopped" if tried else "planned"

    def _can(self, state: str, counts: Mapping[Delivery, int]) -> dict[str, bool]:
        here = state != "elsewhere"
        return {
            "pause": state == "sending",
            "resume": here and state != "sending" and counts[Delivery.PENDING] > 0,
            "stop": state in ("sending", "paused"),
            "retry_failed": here and counts[_FAILED] > 0,
            "retry_unknown": here and counts[_UNKNOWN] > 0 and state != "sending",
            "save": not self._saving and state != "forgotten",
        }

    def _lines(self, key: str, counts: Mapping[Delivery, int]) -> View:
        total = sum(counts.values()) if self._only is None else counts[self._only]
        start = min(self._start, max(0, (total - 1) // SHOWN * SHOWN))
        frame = latest(self._links.broadcasts().ledger, key, self._only, start, SHOWN)
        rows = frame.to_dict("records")
        return {
            "only": "" if self._only is None else self._only.value,
            "start": start,
            "rows_total": total,
            "lines": [_line(start + place, row) for place, row in enumerate(rows)],
        }


def _count(delivery: Delivery, count: int) -> View:
    return {
        "delivery": delivery.value,
        "label": _words(f"b_delivery_{delivery.value}"),
        "count": count,
        "tone": TONES.get(delivery, "wait"),
    }


def _left(progress: Progress, state: str) -> str:
    if state not in ("sending", "paused") or not progress.pending:
        return ""
    return _words("b_left", count=progress.pending, time=lasting(progress.seconds_left))


def _line(place: int, row: Mapping[Any, Any]) -> View:
    delivery = Delivery(str(row["delivery"]))
    problem = text_of(row, "problem")
    return {
        "row": place,
        **recipient(row),
        "text": text_of(row, "text"),
        "delivery": _words(f"b_delivery_{delivery.value}"),
        "tone": TONES.get(delivery, "wait"),
        "when": moment(row["attempted_at"]),
        "why": said(problem) if problem else "",
    }
