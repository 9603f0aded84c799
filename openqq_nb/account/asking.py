"""What the calls of an account have in common: questions, and the one who asks them."""

from typing import TypeVar

from openqq_nb.client import Client
from openqq_nb.flows import Flows
from openqq_nb.models import Flow

T = TypeVar("T")


class Asking:
    """Asks the server and waits for the answer.

    Args:
        client: asks the server.
        flows: what to ask.
    """

    def __init__(self, client: Client, flows: Flows) -> None:
        self._client = client
        self._flows = flows

    def _run(self, flow: Flow[T]) -> T:
        return self._client.run(flow)
