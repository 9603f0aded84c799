"""What is wrong with a set-up: looks at server, account, listener and machine, and names causes."""

from openqq_nb.doctor.examine import examine
from openqq_nb.doctor.hearing import Heard
from openqq_nb.doctor.listener import not_started
from openqq_nb.doctor.report import Finding, Report
from openqq_nb.doctor.surroundings import this_machine

__all__ = ["Finding", "Heard", "Report", "examine", "not_started", "this_machine"]
