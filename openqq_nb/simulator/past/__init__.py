"""The past of a simulated group: years of talk whose truth is known, written as a real tool exports it."""

from openqq_nb.simulator.past.records import Piece, Quote, Said
from openqq_nb.simulator.past.remembering import Past, Remembering
from openqq_nb.simulator.past.truth import Answer, Chain, Conversation, NewWord, Participant, Renamed, Truth

__all__ = [
    "Answer",
    "Chain",
    "Conversation",
    "NewWord",
    "Participant",
    "Past",
    "Piece",
    "Quote",
    "Remembering",
    "Renamed",
    "Said",
    "Truth",
]
