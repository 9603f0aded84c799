"""Keeps others from filling a journal while it is changed as a whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openqq_nb.database import open_readonly
from openqq_nb.errors import JournalFailed
from openqq_nb.listening.holding import Hold


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a journal that is there.

    Raises:
        JournalFailed: there is no such journal, or somebody fills it.
    """
    with open_readonly(path):
        pass
    hold = Hold.taken(path)
    if hold is None:
        raise JournalFailed(
            f"{path} is filled by another program at this moment, and was left as it is.\n"
            "That program keeps rows in memory, and would go on with them as they were.\n"
            "Stop it first: inbox.stop() in the notebook, or Ctrl-C where `openqq-nb collect` runs. "
            "`openqq-nb journal info` says who it is."
        )
    try:
        yield
    finally:
        hold.let_go()
