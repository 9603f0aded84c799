"""The one grammar of filters: for handlers and waits of an inbox, and for what a log reads."""

from openqq_nb.filtering.clauses import Clause, one_of
from openqq_nb.filtering.conditions import Condition, Test
from openqq_nb.filtering.filters import Filter, Special, compiled

__all__ = ["Clause", "Condition", "Filter", "Special", "Test", "compiled", "one_of"]
