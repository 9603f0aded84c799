"""OneBot 11, which NapCat, LLBot, SnowLuma, Lagrange.OneBot, go-cqhttp and bridges such as onebots speak."""

from collections.abc import Mapping

from openqq_nb.protocols.base import DialectFactory
from openqq_nb.protocols.onebot11.calls import Onebot11
from openqq_nb.protocols.onebot11.hints import HINTS
from openqq_nb.protocols.onebot11.probe import probe
from openqq_nb.protocols.onebot11.telling import dialect_of

DIALECTS: Mapping[str, DialectFactory] = {"onebot11": Onebot11}

OVER_SOCKETS = True
"""Whether its calls can be asked over a WebSocket."""

__all__ = ["DIALECTS", "HINTS", "OVER_SOCKETS", "dialect_of", "probe"]
