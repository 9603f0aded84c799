"""The Openqq plugin API of Mojo-Webqq, releases 1.x and 2.x."""

from collections.abc import Mapping

from openqq_nb.protocols.base import DialectFactory
from openqq_nb.protocols.openqq.calls import openqq1, openqq2
from openqq_nb.protocols.openqq.hints import HINTS_2
from openqq_nb.protocols.openqq.probe import probe
from openqq_nb.protocols.openqq.telling import dialect_of

DIALECTS: Mapping[str, DialectFactory] = {"openqq1": openqq1, "openqq2": openqq2}

OVER_SOCKETS = False
"""Whether its calls can be asked over a WebSocket."""

HINTS = HINTS_2
"""What people are told before anybody knows the release."""

__all__ = ["DIALECTS", "HINTS", "OVER_SOCKETS", "dialect_of", "probe"]
