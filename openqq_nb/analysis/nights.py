"""Who writes at night."""

import re
from typing import Any

import narwhals as nw

from openqq_nb.analysis import clock
from openqq_nb.analysis.frames import AT, PERSON, AnyFrame, alone, finished, grouped, identity, messages
from openqq_nb.analysis.persons import dated_name, name_of, shown
from openqq_nb.analysis.results import NIGHT_OWLS
from openqq_nb.errors import InvalidInput

_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
_DAY_MINUTES = 24 * 60
_MINUTE_US = 60_000_000


def night_owls(
    log: Any,  # noqa: ANN401 - a frame of any engine, and the same back
    since: str = "00:00",
    until: str = "05:00",
    roster: Any = None,  # noqa: ANN401 - a roster, or a frame of any engine
) -> Any:  # noqa: ANN401 - as it came
    """Count what each person wrote at night.

    The clock is that of China, wherever people are. A night may pass midnight: from `23:00` until `05:00`.

    Args:
        log: a log, an inbox, or a frame of messages of pandas, polars, DuckDB, Dask or PySpark.
        since: when the night begins, such as `23:30`.
        until: when it is over; a message of that minute is no longer in it.
        roster: a roster, or a frame of friends or members (`qq`, `displayname`): people are shown by what they are
            called there.

    Returns:
        A frame of the same engine, one row for each person who wrote at night, the most messages first: `qq`,
        `displayname` (`str`), `messages` (`Int64`, in the night), `share` (`float64`, of the person's own messages,
        0 to 1), `latest` (`str`, the clock time that lies furthest in the night, such as `04:59`).

    Raises:
        InvalidInput: a time is not written as `23:30`, the night has no length, or it is no frame
            of messages, or no roster.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb.analysis import night_owls
        >>> times = pd.to_datetime(["2026-11-16 02:30", "2026-11-16 04:01", "2026-11-17 08:00"])
        >>> night_owls(pd.DataFrame({"msg_time": times, "sender": "小灰"}))[["messages", "latest"]].values.tolist()
        [[2, '04:01']]
    """
    begin, length = _night(since, until)
    into = (_minute() + (_DAY_MINUTES - begin)) % _DAY_MINUTES
    told = grouped(
        messages(log, (PERSON,))
        .with_columns(into=into)
        .with_columns(
            at_night=nw.when(nw.col("into") < length).then(nw.lit(1)).otherwise(nw.lit(0)),
            deep=nw.when(nw.col("into") < length).then(nw.col("into")),
        ),
        ["sender_qq", "sender"],
        written=nw.len(),
        messages=nw.col("at_night").sum(),
        deep=nw.col("deep").max(),
        last=nw.col(AT).max(),
    )
    latest = (nw.col("deep").cast(nw.Int64) + begin) % _DAY_MINUTES
    owls = alone(told, _owls).with_columns(
        share=nw.col("messages") / nw.col("written"), latest=_clock(latest), displayname=name_of("dated")
    )
    return finished(shown(owls, roster), NIGHT_OWLS, ["-messages", "-share", "qq", "displayname"])


def _night(since: str, until: str) -> tuple[int, int]:
    begin, end = (_minutes(name, value) for name, value in (("since", since), ("until", until)))
    length = end - begin if end > begin else end + _DAY_MINUTES - begin
    if begin == end or not length:
        raise InvalidInput(
            f"A night has a beginning and an end.\nFound {since!r} until {until!r}, which has no length.\n"
            "For the whole day write since='00:00', until='24:00'."
        )
    return begin % _DAY_MINUTES, length


def _minutes(name: str, value: object) -> int:
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    minutes = int(found[1]) * 60 + int(found[2]) if found else _DAY_MINUTES + 1
    if minutes > _DAY_MINUTES:
        raise InvalidInput(
            f"`{name}` is a clock time.\nFound {value!r}.\nWrite hours and minutes: {name}='23:30'."
        )
    return minutes


def _minute() -> nw.Expr:
    return clock.hour() * 60 + nw.col(AT) // _MINUTE_US % 60


def _owls(told: AnyFrame) -> AnyFrame:
    """Put the names of a person together."""
    return grouped(
        told.with_columns(identity().alias(PERSON), dated_name("last").alias("dated")),
        [PERSON],
        qq=nw.col("sender_qq").max(),
        dated=nw.col("dated").max(),
        written=nw.col("written").sum(),
        messages=nw.col("messages").sum(),
        deep=nw.col("deep").max(),
    ).filter(nw.col("messages") > 0)


def _clock(minutes: nw.Expr) -> nw.Expr:
    return nw.concat_str(_two_digits(minutes // 60), nw.lit(":"), _two_digits(minutes % 60))


def _two_digits(number: nw.Expr) -> nw.Expr:
    return number.cast(nw.Int64).cast(nw.String).str.zfill(2)
