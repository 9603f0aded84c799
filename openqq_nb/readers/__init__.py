"""Readers of message logs: one module a format, from bytes to columns; nothing is dropped in silence."""

from openqq_nb.readers.recognising import is_journal, reader_of
from openqq_nb.readers.sources import Found, look

__all__ = ["Found", "is_journal", "look", "reader_of"]
