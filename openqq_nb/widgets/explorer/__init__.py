"""The explorer: a widget to look through groups, friends and members."""

from openqq_nb.widgets.explorer.explorer import Explorer

__all__ = ["Explorer"]
