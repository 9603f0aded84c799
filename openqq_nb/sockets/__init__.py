"""The forward WebSocket of a OneBot 11 end: calls and events over one connection, on a thread of its own."""

from openqq_nb.sockets.frames import as_json
from openqq_nb.sockets.opening import authorization
from openqq_nb.sockets.stream import Stream

__all__ = ["Stream", "as_json", "authorization"]
