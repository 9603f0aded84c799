"""From one day to another."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from openqq_nb.columns import ZONE, Series
from openqq_nb.errors import InvalidInput
from openqq_nb.widgets.explorer.rows import Mask


@dataclass(frozen=True, slots=True)
class Span:
    """Some days.

    Attributes:
        since: the first day.
        until: the last day.
        before: the day after the last one.
    """

    since: date | None = None
    until: date | None = None
    before: date | None = None

    def __bool__(self) -> bool:
        return any(one is not None for one in (self.since, self.until, self.before))

    def having(self, times: Series) -> Mask:
        """Mark the times in these days, by the clock of Shanghai; a missing time is in none."""
        mask: Mask = times.notna().to_numpy(np.bool_, copy=True)
        if self.since is not None:
            mask &= (times >= _midnight(self.since)).to_numpy(np.bool_)
        if self.until is not None:
            mask &= (times < _midnight(self.until) + pd.Timedelta(days=1)).to_numpy(np.bool_)
        if self.before is not None:
            mask &= (times < _midnight(self.before)).to_numpy(np.bool_)
        return mask


def day(text: str) -> date | None:
    """Read a day as a page writes it, `2026-11-17`; an empty text is none.

    Raises:
        InvalidInput: it is no day.
    """
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is no day. Write it as 2026-11-17. Nothing was filtered.") from error


def _midnight(one: date) -> pd.Timestamp:
    return pd.Timestamp(one.isoformat(), tz=ZONE)
