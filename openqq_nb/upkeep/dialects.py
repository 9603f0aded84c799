"""Reads stored bodies again, whatever dialect they are in."""

from collections.abc import Mapping

from openqq_nb.models import Arrival
from openqq_nb.protocols import registry
from openqq_nb.protocols.base import Dialect

_ANY = "openqq1"
"""What is taken for a dialect that no post shows a sign of: its posts have none."""


class Decoder:
    """Decodes bodies.

    Args:
        protocol: the dialect that all of them are in; None to tell it from each.

    Raises:
        InvalidInput: there is no such dialect.
    """

    def __init__(self, protocol: str | None = None) -> None:
        self._protocol = protocol
        self._dialects: Mapping[str, Dialect] = {
            name: registry.dialect(name, None) for name in ([protocol] if protocol else registry.dialects())
        }

    def suits(self, body: bytes) -> bool:
        """Tell whether a body looks like one of the dialect that all are said to be in."""
        return self._protocol in (None, dialect_of(body))

    def arrival(self, body: bytes) -> Arrival:
        """Read a body.

        Raises:
            NotUnderstood: it is no post of the dialect.
        """
        return self._dialects[self._protocol or dialect_of(body)].arrival(body)


def dialect_of(body: bytes) -> str:
    """Tell which dialect a body is in."""
    return registry.dialect_of(body) or _ANY
