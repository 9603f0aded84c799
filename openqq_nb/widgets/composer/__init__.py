"""The composer: a widget that writes to one."""

from openqq_nb.widgets.composer.composer import Composer

__all__ = ["Composer"]
