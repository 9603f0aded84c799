"""The broadcaster: a widget that sends one message to many."""

from openqq_nb.widgets.broadcaster.broadcaster import Broadcaster

__all__ = ["Broadcaster"]
