"""A simulated API server over an invented world: an independent witness that imports nothing of the rest."""

from openqq_nb.simulator.faults import FAULTS, Fault, FaultKind
from openqq_nb.simulator.lookup import NotExactlyOneError
from openqq_nb.simulator.messages import Arrival
from openqq_nb.simulator.past import (
    Answer,
    Chain,
    Conversation,
    NewWord,
    Participant,
    Past,
    Piece,
    Quote,
    Renamed,
    Said,
    Truth,
)
from openqq_nb.simulator.records import Decided, Kicked, Muted, Posted, Received
from openqq_nb.simulator.server import NotRunningError, Saying, Simulator
from openqq_nb.simulator.talk import Line, conversation
from openqq_nb.simulator.things import Account, Discuss, Friend, Group, Membership, Person
from openqq_nb.simulator.world import World

__all__ = [
    "FAULTS",
    "Account",
    "Answer",
    "Arrival",
    "Chain",
    "Conversation",
    "Decided",
    "Discuss",
    "Fault",
    "FaultKind",
    "Friend",
    "Group",
    "Kicked",
    "Line",
    "Membership",
    "Muted",
    "NewWord",
    "NotExactlyOneError",
    "NotRunningError",
    "Participant",
    "Past",
    "Person",
    "Piece",
    "Posted",
    "Quote",
    "Received",
    "Renamed",
    "Said",
    "Saying",
    "Simulator",
    "Truth",
    "World",
    "conversation",
]
