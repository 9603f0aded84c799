"""Who joined and left, as the events of a server tell it."""

from collections.abc import Collection
from typing import Any, cast

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa

from openqq_nb.analysis import clock
from openqq_nb.analysis.clock import DAY_US, Every
from openqq_nb.analysis.engines import AnyFrame, as_microseconds, collected
from openqq_nb.analysis.opening import opened, texts, times

JOINED = ("new_group_member", "group_increase")
LEFT = ("lose_group_member", "group_decrease")
# A 2.x server makes up strangers who wrote and whom it cannot find, and takes them away at its next reload.
_STRANGER = "昵称未知"
_PERSON = ["gnumber", "qq"]
_TEXTS = ("event", *_PERSON, "displayname")
_TYPES = {"period": pa.int64(), "people": pa.int64(), "newcomers": pa.int64(), "leavers": pa.int64(),
          "stay_days": pa.float64()}  # fmt: skip


def movements(events: object, every: Every, groups: Collection[str] = ()) -> pa.Table:
    """Count who joined and left in each period.

    What was told before is not counted once more: who left and is told to leave again, and who is told to join twice.

    Args:
        events: a frame such as `inbox.events`, or what has one.
        groups: numbers of groups; events of others do not count, and if there are none, all do.
        every: `day`, `week`, `month`, `quarter` or `year`.

    Returns:
        `period` (its number, as `clock.period` counts), `people` (0), `newcomers`, `leavers`, `stay_days`.

    Raises:
        InvalidInput: it is no frame of events.
    """
    told = collected(clock.with_period(_events(events), every, "period"))
    if groups:
        told = told[told["gnumber"].isin(groups) | told["gnumber"].isna()]
    changes = _changes(told)
    joined, left = changes[~changes["left"]], changes[changes["left"]]
    counted = pd.DataFrame(
        {
            "newcomers": joined.groupby("period").size(),
            "leavers": left.groupby("period").size(),
            "stay_days": left.groupby("period")["stay_days"].median(),
        }
    )
    counted = counted.rename_axis("period").reset_index().assign(people=0)
    counts = counted.fillna({"newcomers": 0, "leavers": 0})
    return pa.table(
        {name: pa.array(counts[name], kind, from_pandas=True, safe=False) for name, kind in _TYPES.items()}
    )


def _events(events: object) -> AnyFrame:
    held = getattr(type(events), "events", None)
    native = cast(Any, events).events if isinstance(held, property) else events
    frame = opened(native, ("received_at", *_TEXTS), "events", ["received_at", "event"])
    frame = times(frame, ["received_at"], "events").filter(~nw.col("received_at").is_null())
    told = texts(as_microseconds(frame, clock.AT, "received_at"), _TEXTS, "events")
    told = told.with_columns(nw.when(nw.col(name) != "").then(nw.col(name)).alias(name) for name in _PERSON)
    made_up = nw.col("qq").is_null() & (nw.col("displayname").fill_null("") == _STRANGER)
    return told.filter(nw.col("event").is_in((*JOINED, *LEFT)), ~made_up).select(clock.AT, *_TEXTS)


def _changes(told: pd.DataFrame) -> pd.DataFrame:
    """Leave out what was told before, and tell for how many days those who left had been there, if both was told."""
    ordered = told.assign(left=told["event"].isin(LEFT)).sort_values(clock.AT, kind="stable")
    known = ordered[ordered["qq"].notna()].fillna({"gnumber": ""})
    before = known.groupby(_PERSON)["left"].shift()
    changes = known[before.isna() | (before != known["left"])]
    came = changes.groupby(_PERSON)[clock.AT].shift()
    stays = ((changes[clock.AT] - came) / DAY_US).where(changes["left"])
    return pd.concat(
        [changes.assign(stay_days=stays), ordered[ordered["qq"].isna()].assign(stay_days=np.nan)]
    )
