"""What an account has heard since a moment, also while no inbox runs: from the journals that were filled for it."""

from pathlib import Path

import pandas as pd

from openqq_nb import settings
from openqq_nb.columns import ZONE
from openqq_nb.listening.holding import is_held
from openqq_nb.logs import open_log

# The clock of a server may be wrong by hours; what was received is compared exactly afterwards.
_APART = pd.Timedelta(days=1)


def heard(account: str, since_s: float) -> pd.DataFrame | None:
    """Read what was received for an account since a moment.

    Args:
        account: its number.
        since_s: the moment, in UTC seconds.

    Returns:
        The columns of `log.df`, in order of arrival. `None` where nobody can have listened: there is no journal, or
        nothing came into it since, and nobody fills it now.

    Raises:
        JournalFailed: a journal cannot be read.
    """
    paths = _journals_of(account)
    if not paths:
        return None
    since = pd.Timestamp(since_s, unit="s", tz="UTC").tz_convert(ZONE)
    near = open_log(*paths).read(since=since - _APART)
    found = near[near["received_at"] >= since].sort_values("received_at", kind="stable", ignore_index=True)
    return found if len(found) or any(map(is_held, paths)) else None


def _journals_of(account: str) -> list[Path]:
    """Give the account's own journal, and the one that was named where it last listened; those that are there."""
    name = settings.file_name(account)
    found = [path for path in settings.kept_journals() if path.stem == name]
    remembered = settings.remembered(account)
    there = None if remembered is None else settings.at_port(remembered.port)
    if there is not None and there.account == account and there.journal not in found:
        found.append(there.journal)
    return [path for path in found if path.exists()]
