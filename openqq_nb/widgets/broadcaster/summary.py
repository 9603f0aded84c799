"""A draft in some sentences: how many get it, who does not, how long it takes."""

import pandas as pd

from openqq_nb.broadcast.states import REACHED
from openqq_nb.columns import ZONE
from openqq_nb.languages import Words
from openqq_nb.widgets.broadcaster.saying import kinds, lasting
from openqq_nb.widgets.broadcaster.words import PREVIEW, WHOM
from openqq_nb.widgets.broadcaster.working import Worked

_REACHED = [state.value for state in REACHED]

_words = Words(PREVIEW, WHOM)


def summary(worked: Worked) -> list[str]:
    """Say how many messages go out and how long that takes, and who gets none."""
    rehearsal = worked.rehearsal
    if rehearsal is None:
        return []
    frame = rehearsal.frame
    due = frame[frame["delivery"] == "pending"]
    left_out = int((frame["delivery"] == "skipped").sum())
    there = int(frame["delivery"].isin(_REACHED).sum())
    before = int(((frame["delivery"] == "pending").to_numpy() & ~rehearsal.asked).sum())
    return [
        _words("b_sends", count=len(due), kinds=kinds(due)) if len(due) else _words("b_sends_none"),
        *([_words("b_leaves_out", count=left_out)] if left_out else []),
        *([_words("b_there_already", count=there)] if there else []),
        *([_words("b_from_before", count=before)] if before else []),
        *([words] if (words := takes(worked)) else []),
    ]


def takes(worked: Worked) -> str:
    """Say how long it takes; nothing where no message goes out."""
    if worked.frame is None or not worked.count:
        return ""
    last = worked.frame["expected_at"].max().tz_convert(ZONE)
    seconds = max(0.0, (last - pd.Timestamp.now(ZONE)).total_seconds())
    return _words("b_takes", time=lasting(seconds), until=f"{last:%Y-%m-%d %H:%M}")
