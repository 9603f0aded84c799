"""Message logs, read only: journals, what other tools export, and archives."""

from openqq_nb.logs.log import Log
from openqq_nb.logs.opening import open_log

__all__ = ["Log", "open_log"]
