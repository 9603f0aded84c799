"""From the settings of `my.listen()` to a running inbox, and of `openqq-nb collect` to a running collector."""

from openqq_nb.listening.listening import Listening, PostTo
from openqq_nb.listening.wanted import Via, Wanted

__all__ = ["Listening", "PostTo", "Via", "Wanted"]
