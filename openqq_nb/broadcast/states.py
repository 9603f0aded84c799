"""What may become of one message: a closed set of states, and one table of what may follow what."""

from collections.abc import Mapping
from dataclasses import dataclass

from openqq_nb.models import Delivery

FOLLOWS: Mapping[Delivery, frozenset[Delivery]] = {
    # Claimed just before the request leaves; or found to be nothing to send after all.
    Delivery.PENDING: frozenset({Delivery.UNKNOWN, Delivery.SKIPPED}),
    # Settled by what came of it, if anything did; or to be sent again, by an explicit word.
    Delivery.UNKNOWN: frozenset(
        {
            Delivery.SENT,
            Delivery.ACCEPTED,
            Delivery.FAILED,
            Delivery.SKIPPED,
            Delivery.UNKNOWN,
            Delivery.PENDING,
        }
    ),
    # Settled by the server's post of it.
    Delivery.ACCEPTED: frozenset({Delivery.SENT, Delivery.FAILED, Delivery.UNKNOWN}),
    # To be sent again.
    Delivery.FAILED: frozenset({Delivery.PENDING}),
    # What was wrong with it was mended.
    Delivery.SKIPPED: frozenset({Delivery.PENDING}),
    Delivery.SENT: frozenset(),
}
"""What may follow each state; what is not here cannot be written."""

REACHED = (Delivery.SENT, Delivery.ACCEPTED, Delivery.UNKNOWN)
"""States of a message that arrived, or may have."""

FAILURES = (Delivery.FAILED, Delivery.UNKNOWN)
"""States that count as failures while a broadcast is sent."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one message.

    Attributes:
        seq: which one.
        to: its new state.
        claims: whether a request is about to leave.
        code: the server's number.
        status: the server's words.
        info: the server's reason.
        msg_id: the number that the server gave it.
        problem: why it was not sent, or why its outcome is not known, in words.
    """

    seq: int
    to: Delivery
    claims: bool = False
    code: int | None = None
    status: str | None = None
    info: str | None = None
    msg_id: str | None = None
    problem: str | None = None


def before(change: Change) -> tuple[Delivery, ...]:
    """Give the states in which a change finds a message; a claim finds it pending, whatever else may become unknown."""
    if change.claims:
        return (Delivery.PENDING,)
    found = [state for state, following in FOLLOWS.items() if change.to in following]
    return tuple(state for state in found if state != Delivery.PENDING or change.to != Delivery.UNKNOWN)
