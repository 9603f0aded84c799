"""The `my` object and its faces."""

from openqq_nb.account.account import Account

__all__ = ["Account"]
