"""Message logs, read only: journals now, what other tools export later."""

from openqq_nb.logs.log import Log, open_log

__all__ = ["Log", "open_log"]
