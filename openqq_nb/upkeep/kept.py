"""The journals that are kept on this machine, as a frame."""

from pathlib import Path

import pandas as pd

from openqq_nb import settings
from openqq_nb.errors import JournalFailed
from openqq_nb.listening.holding import is_held
from openqq_nb.models import Cell
from openqq_nb.schema import JOURNALS
from openqq_nb.upkeep.info import info, size_on_disk


def journals() -> pd.DataFrame:
    """List the journals that `my.listen()` and `openqq-nb collect` keep in your data folder.

    Returns:
        `schema.JOURNALS`; one row a journal, by account. `path` is what `oq.open_log` takes. Of one that cannot be
        read, `problem` says why.

    Example:
        >>> import openqq_nb as oq
        >>> oq.journals()[["account", "messages", "held"]].dtypes.astype(str).tolist()
        ['str', 'Int64', 'boolean']
    """
    return JOURNALS.frame(JOURNALS.table([_row(path) for path in settings.kept_journals()]))


def _row(path: Path) -> dict[str, Cell]:
    known: dict[str, Cell] = {
        "account": None if "=" in path.stem else path.stem,  # a name that was made, see `settings.file_name`
        "size_bytes": size_on_disk(path),
        "held": is_held(path),
        "path": str(path),
    }
    try:
        found = info(path)
    except JournalFailed as error:
        return {**known, "problem": str(error)}
    return known | {
        "account": found.accounts[0] if len(found.accounts) == 1 else known["account"],
        "messages": found.messages,
        "events": found.events,
        "first": found.first.timestamp() if found.first else None,
        "last": found.last.timestamp() if found.last else None,
    }
