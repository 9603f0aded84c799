"""Looks after journals: what is in them, whether they are sound, joining them, and removing people from them."""

from openqq_nb.upkeep.kept import journals

__all__ = ["journals"]
