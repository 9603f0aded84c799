"""Times as a clock on a wall shows them, in a zone that the file does not state."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from openqq_nb.errors import InvalidInput

NEVER = -(1 << 60)
"""What stands for a time that does not exist; every sum with it is before all times."""

_CACHED = 200_000
_FIRST_YEAR, _LAST_YEAR = 1970, 2099
_DAY_S = 86_400
_EPOCH = datetime.fromtimestamp(0, UTC).replace(tzinfo=None)
_NOON_H = 12
_TIME = re.compile(
    r"(?P<before>上午|下午|[AP]M)? ?(?P<h>[0-9]{1,2}):(?P<m>[0-9]{2}):(?P<s>[0-9]{2}) ?(?P<after>上午|下午|[AP]M)?",
    re.IGNORECASE,
)


@lru_cache(_CACHED)
def day_s(written: str) -> int:
    """Read `2019-3-2` as seconds from 1970 to the beginning of that day; `NEVER` if there is no such day."""
    year, _, rest = written.partition("-")
    month, _, day = rest.partition("-")
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return NEVER
    return (found.toordinal() - 719_163) * _DAY_S if _FIRST_YEAR <= found.year <= _LAST_YEAR else NEVER


@cache  # there are but so many times of day
def clock_s(written: str) -> int:
    """Read a time of day as seconds after midnight; `NEVER` if there is no such time.

    Args:
        written: of 24 hours, or of 12 with `AM`, `PM`, `上午` or `下午` on either side.

    Example:
        >>> clock_s("9:05:07"), clock_s("12:00:03 AM"), clock_s("下午 8:06:00")
        (32707, 3, 72360)
    """
    match = _TIME.fullmatch(written)
    if match is None:
        return NEVER
    hour, minute, second = int(match["h"]), int(match["m"]), int(match["s"])
    half = (match["before"] or match["after"] or "").upper()
    if half and 1 <= hour <= _NOON_H:
        hour = hour % _NOON_H + (_NOON_H if half in ("PM", "下午") else 0)
    try:
        time(hour, minute, second)
    except ValueError:
        return NEVER
    return hour * 3_600 + minute * 60 + second


class Zone:
    """What the clocks of a zone are ahead of UTC; times that are skipped or shown twice do not fail."""

    def __init__(self, name: str) -> None:
        """Look the zone up.

        Raises:
            InvalidInput: there is none of this name.
        """
        try:
            self._zone = ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise InvalidInput(
                f"There is no time zone {name!r}. Give one of the IANA names, such as 'Asia/Shanghai'."
            ) from error
        self._of_days: dict[int, int | None] = {}

    def utc(self, local_s: int) -> tuple[int, int]:
        """Tell the instants at which a clock shows this, the first one twice where there is but one."""
        ahead = self._all_day(local_s // _DAY_S)
        if ahead is not None:
            return local_s - ahead, local_s - ahead
        return local_s - self._ahead(local_s, 0), local_s - self._ahead(local_s, 1)

    def first_utc(self, local_s: Sequence[int]) -> list[int]:
        """Tell the first instant at which a clock shows each of these."""
        ahead = {self._all_day(day) for day in {one // _DAY_S for one in local_s}}
        if len(ahead) == 1 and (constant := ahead.pop()) is not None:
            return [one - constant for one in local_s]
        return [self.utc(one)[0] for one in local_s]

    def _all_day(self, day: int) -> int | None:
        """Tell what the clocks are ahead on a day; nothing if they are set on it."""
        if day not in self._of_days:
            start, end = day * _DAY_S, (day + 1) * _DAY_S
            ahead = {self._ahead(at, fold) for at in (start, end) for fold in (0, 1)}
            self._of_days[day] = ahead.pop() if len(ahead) == 1 else None
        return self._of_days[day]

    def _ahead(self, local_s: int, fold: int) -> int:
        offset = (_EPOCH + timedelta(seconds=local_s)).replace(tzinfo=self._zone, fold=fold).utcoffset()
        return int(offset.total_seconds()) if offset is not None else 0
