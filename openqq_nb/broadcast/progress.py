"""How far a broadcast is."""

from dataclasses import dataclass
from typing import Literal

from openqq_nb.broadcast.card import lasts
from openqq_nb.errors import one_line
from openqq_nb.models import Delivery

State = Literal["sending", "paused", "stopped", "finished"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a broadcast is, at one moment.

    Attributes:
        state: `sending`, `paused`, `stopped` or `finished`.
        total: how many recipients it has.
        pending: how many are still to be sent.
        accepted: how many the server has queued.
        sent: how many were sent.
        failed: how many certainly were not.
        skipped: how many were left out.
        unknown: of how many it is not known, the one that is under way included.
        seconds_left: how long the rest takes, if nothing holds it up.
        problem: what went wrong last, in words; None if nothing did.
    """

    state: State
    total: int
    pending: int
    accepted: int
    sent: int
    failed: int
    skipped: int
    unknown: int
    seconds_left: float
    problem: str | None = None

    def __repr__(self) -> str:
        """Say it in a line."""
        counts = [
            f"{getattr(self, one)} {one}" for one in Delivery if one != "pending" and getattr(self, one)
        ]
        left = f", {self.pending} left, {lasts(self.seconds_left)}" if self.pending else ""
        problem = f"; last problem: {one_line(self.problem)}" if self.problem else ""
        return f"<{self.state}: {', '.join(counts) or 'nothing yet'} of {self.total}{left}{problem}>"
