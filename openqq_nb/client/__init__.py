"""Asks one server, whichever way its address says: over HTTP, or over a WebSocket."""

from openqq_nb.client.addresses import checked_url
from openqq_nb.client.client import MAX_BODY_BYTES, TIMEOUT_S, Client

__all__ = ["MAX_BODY_BYTES", "TIMEOUT_S", "Client", "checked_url"]
