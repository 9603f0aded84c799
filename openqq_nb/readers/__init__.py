"""Readers of message logs: one module a format, from bytes to columns; nothing is dropped in silence."""
