"""All broadcasts of one account: planned, opened again, sent, listed."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random

import pandas as pd
import pyarrow as pa

from openqq_nb import schema
from openqq_nb.broadcast.audience import Audience, To, named
from openqq_nb.broadcast.clock import Clock
from openqq_nb.broadcast.exclusions import Exclusions
from openqq_nb.broadcast.ledger import Ledger, Planning
from openqq_nb.broadcast.links import Links
from openqq_nb.broadcast.pace import Pace
from openqq_nb.broadcast.plan import Plan
from openqq_nb.broadcast.planning import Draft, Snapshot, drafted, enter, known_by
from openqq_nb.broadcast.rehearsal import Rehearsal, rehearsed
from openqq_nb.broadcast.rows import Kept
from openqq_nb.broadcast.run import Run
from openqq_nb.broadcast.template import Template, parsed
from openqq_nb.broadcast.worker import Worker
from openqq_nb.errors import InvalidInput, JournalFailed

_LONGEST_KEY = 200
CLOCK = Clock()


class _NotMeant(Exception):
    """Ends a transaction of which nothing is to be kept."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for, as far as it can be checked without asking anybody.

    Attributes:
        key: name of the broadcast.
        template: the text; None takes that of the broadcast.
        audience: those who were named; None only opens it.
        pace: how fast; None leaves it.
        unless: keys of other broadcasts; whoever was reached by one of them is left out.
    """

    key: str
    template: Template | None
    audience: Audience | None
    pace: Pace | None
    unless: tuple[str, ...]

    @classmethod
    def of(cls, template: object, to: To | None, key: object, pace: object, unless: object) -> "Order":
        """Check what was asked for.

        Raises:
            InvalidInput: it cannot be meant; nothing was planned.
        """
        read = None if template is None else parsed(template)
        audience = None if to is None else named(to)
        if read is not None and audience is not None:
            read.check(_columns(audience))
        if pace is not None and not isinstance(pace, Pace):
            raise InvalidInput(f"pace must be an oq.Pace(…), not {pace!r}; nothing was planned.")
        keys = _checked_keys(unless)
        if keys and audience is None:
            raise InvalidInput(
                "unless= leaves out some of those whom to= names; nothing was planned. Name them with to=, or leave "
                "unless= away."
            )
        return cls(_checked_key(key), read, audience, pace, keys)


class Broadcasts:
    """The broadcasts of one account.

    Args:
        ledger: where they are kept.
        links: the ways to the account.
        clock: tells the time, and waits.
        random: draws the waits.

    Attributes:
        ledger: where they are kept.
        closed: whether the ledger was closed.
        exclusions: who is never written to.
    """

    def __init__(
        self,
        ledger: Ledger,
        links: Links,
        clock: Clock = CLOCK,
        random: Random | None = None,
    ) -> None:
        self.ledger = ledger
        self.closed = False
        self._links = links
        self._clock = clock
        self._random = random or Random()  # noqa: S311 - nothing secret hangs on it
        # A cell and a widget may ask for the same run at the same time.
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}
        self.exclusions = Exclusions(lambda: ledger)

    def open(self, order: Order) -> Plan:
        """Give a broadcast that was planned before.

        Raises:
            NotFound: there is none of that key; the error lists those that there are.
            InvalidInput: it has another text.
        """
        kept = self.ledger.the(order.key)
        self._same(kept, order)
        if order.pace is not None:
            with self.ledger.planning() as planning:
                planning.change_pace(order.key, order.pace)
            self._renew(order.key)
        return self._plan(order.key)

    def plan(self, order: Order, now: Snapshot) -> Plan:
        """Plan a broadcast, or add recipients to one.

        Args:
            order: what was asked for, with an audience.
            now: who is there.

        Raises:
            InvalidInput: the key is that of another text, or a field names no column.
            NotFound: a key of `unless` names no broadcast.
        """
        template, draft = self._drafted(order, now)
        with self.ledger.planning() as planning:
            self._enter(planning, order, template, draft, now)
        self._renew(order.key)
        return self._plan(order.key, draft.doubles)

    def rehearse(self, order: Order, now: Snapshot) -> Rehearsal:
        """Tell what `plan` would make of an order; nothing of it is kept.

        Args:
            order: what was asked for, with an audience.
            now: who is there.

        Raises:
            InvalidInput: the key is that of another text, or a field names no column.
            NotFound: a key of `unless` names no broadcast.
        """
        template, draft = self._drafted(order, now)
        planned = rehearsed(
            self.ledger, order.key, lambda planning: self._enter(planning, order, template, draft, now)
        )
        return Rehearsal.of(planned, draft, self.ledger.attempts(self._clock.now()), self._clock.now())

    def known_by(self, audience: Audience, now: Snapshot) -> pa.Array:
        """Tell by what each row of an audience is known, as `Rehearsal.identity` has it."""
        return known_by(audience, now, self._links.reaches)

    def df(self) -> pd.DataFrame:
        """List them all; `schema.BROADCASTS`, the oldest first."""
        rows = [{**row, "sending": self.ledger.is_held(row["key"])} for row in self.ledger.summary()]
        return schema.BROADCASTS.frame(schema.BROADCASTS.table(rows))

    def start(self, key: str) -> Run:
        """Begin to send a broadcast, or give the run that does.

        Raises:
            InvalidInput: another program sends it at this moment.
        """
        run = self.run(key)
        run.start()
        return run

    def run(self, key: str) -> Run:
        """Give the run of a broadcast; one that was not started in this process stands still.

        Raises:
            NotFound: there is none of that key; the error lists those that there are.
        """
        with self._lock:
            if key not in self._runs:
                self._runs[key] = self._run(self.ledger.the(key).key)
            return self._runs[key]

    def stop(self, patience_s: float) -> None:
        """Stop all that is being sent.

        Args:
            patience_s: how long to wait for messages that are under way, in seconds.
        """
        with self._lock:
            runs = [*self._runs.values()]
        for run in runs:
            run.stop()
        for run in runs:
            run.join(patience_s)

    def close(self) -> None:
        """Close the file."""
        self.closed = True
        self.ledger.close()

    def _run(self, key: str) -> Run:
        worker = Worker(self.ledger, key, self._links, self.exclusions, self._clock, self._random)
        return Run(self.ledger, key, self._links, worker, self._clock.now)

    def plan_if(self, order: Order, now: Snapshot, meant: Callable[[pa.Table], bool]) -> Plan | None:
        """Plan as `plan` does, but only if all rows of the broadcast are as they are meant to be.

        Args:
            order: what was asked for, with an audience.
            now: who is there.
            meant: tells it of the rows, which have the columns `ROWS`.

        Returns:
            The plan; `None`, and nothing was kept, if they are others.

        Raises:
            InvalidInput: the key is that of another text, or a field names no column.
            NotFound: a key of `unless` names no broadcast.
        """
        template, draft = self._drafted(order, now)
        try:
            with self.ledger.planning() as planning:
                self._enter(planning, order, template, draft, now)
                if not meant(planning.rows(order.key)):
                    raise _NotMeant
        except _NotMeant:
            return None
        self._renew(order.key)
        return self._plan(order.key, draft.doubles)

    def _renew(self, key: str) -> None:
        """Let a run know of what was planned."""
        with self._lock:
            run = self._runs.get(key)
        if run is not None:
            with suppress(JournalFailed):  # it is planned; the run takes it up when it can read again
                run.renew()

    def _plan(self, key: str, doubles: int = 0) -> Plan:
        return Plan(self.ledger, key, self.start, self._clock.now, doubles)

    def _drafted(self, order: Order, now: Snapshot) -> tuple[Template, Draft]:
        assert order.audience is not None  # noqa: S101 - else `open` is meant
        template = self._template(order, order.audience)
        unless = {key: self.ledger.rows(self.ledger.the(key).key) for key in order.unless}
        draft = drafted(template, order.audience, now, self._links, self.exclusions.rows(), unless)
        return template, draft

    def _enter(
        self, planning: Planning, order: Order, template: Template, draft: Draft, now: Snapshot
    ) -> None:
        self._begin(planning, order, template)
        enter(planning, order.key, draft, now, self._clock.now())

    def _template(self, order: Order, audience: Audience) -> Template:
        kept = self.ledger.kept(order.key)
        if kept is not None:
            self._same(kept, order)
        if order.template is not None:
            return order.template
        if kept is None:
            raise InvalidInput(
                f"There is no broadcast {order.key!r} yet, and no text was given; nothing was planned. Write "
                f"my.broadcast('{{displayname}}，…', to=…, key={order.key!r})."
            )
        template = parsed(kept.template)
        template.check(_columns(audience))
        return template

    def _same(self, kept: Kept, order: Order) -> None:
        if order.template is not None and order.template.text != kept.template:
            raise InvalidInput(
                f"The broadcast {order.key!r} has another text; nothing was planned.\n"
                f"It was planned with: {kept.template!r}\nGiven was:           {order.template.text!r}\n"
                "Use another key for another text, or leave the text away to go on with the first one. If nothing of "
                f"it was sent yet, my.broadcast(key={order.key!r}).forget() frees the key."
            )

    def _begin(self, planning: Planning, order: Order, template: Template) -> None:
        kept = planning.kept(order.key)
        if kept is None:
            planning.begin(order.key, template.text, order.pace or Pace(), self._clock.now())
            return
        self._same(kept, order)
        if order.pace is not None:
            planning.change_pace(order.key, order.pace)


def _columns(audience: Audience) -> list[str]:
    return [*dict.fromkeys(["displayname", *map(str, audience.fields.columns)])]


def _checked_key(key: object) -> str:
    if not isinstance(key, str) or not key.strip() or len(key) > _LONGEST_KEY or not key.isprintable():
        raise InvalidInput(
            f"key={key!r} cannot name a broadcast; nothing was planned. A key is a text that you choose, for instance "
            "key='dinner-2026-11': nobody gets two messages under one key, whatever happens."
        )
    return key


def _checked_keys(unless: object) -> tuple[str, ...]:
    if unless is None:
        return ()
    keys = [unless] if isinstance(unless, str) else unless
    if not isinstance(keys, Sequence) or not all(isinstance(key, str) for key in keys):
        raise InvalidInput(
            f"unless={unless!r} is neither a key of a broadcast nor a list of keys; nothing was planned."
        )
    return tuple(_checked_key(key) for key in keys)
