"""When people write: by weekday and hour."""

from typing import Any

import narwhals as nw

from openqq_nb.analysis import clock
from openqq_nb.analysis.frames import finished, grouped, messages
from openqq_nb.analysis.results import ACTIVITY


def activity(log: Any) -> Any:  # noqa: ANN401 - a frame of any engine, and the same back
    """Count the messages of each hour of the week."""
    frame = messages(log, ()).select(weekday=clock.weekday(), hour=clock.hour())
    return finished(grouped(frame, ["weekday", "hour"], messages=nw.len()), ACTIVITY, ["weekday", "hour"])
