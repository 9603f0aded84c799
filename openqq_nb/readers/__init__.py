"""Readers of message logs: one module a format, from bytes to columns; nothing is dropped in silence."""

from openqq_nb.readers.recognising import is_archive, is_journal, reader_of
from openqq_nb.readers.sources import Found, found, look

__all__ = ["Found", "found", "is_archive", "is_journal", "look", "reader_of"]
