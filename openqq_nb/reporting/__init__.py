"""A report on a log: one page that holds everything it shows, asks for nothing and runs nothing."""

from openqq_nb.reporting.report import write_report

__all__ = ["write_report"]
