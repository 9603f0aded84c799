"""The Openqq plugin API of Mojo-Webqq, releases 1.x and 2.x."""

from collections.abc import Mapping

from openqq_nb.protocols.base import DialectFactory
from openqq_nb.protocols.openqq.calls import openqq1, openqq2
from openqq_nb.protocols.openqq.probe import probe

DIALECTS: Mapping[str, DialectFactory] = {"openqq1": openqq1, "openqq2": openqq2}

__all__ = ["DIALECTS", "probe"]
