"""The command line: `openqq-nb demo`, `simulate`, `collect`, `journal` and `doctor`."""

from openqq_nb.cli.demo import FIRST_NOTEBOOK, open_lab
from openqq_nb.cli.start import commands, main

__all__ = ["FIRST_NOTEBOOK", "commands", "main", "open_lab"]
