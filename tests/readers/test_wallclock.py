"""Times as clocks on walls show them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb.errors import InvalidInput
from openqq_nb.readers.wallclock import Zone, clock_s, day_s

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - what a clock shows has no zone
ZONES = ("Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
shown = st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1))  # noqa: DTZ001 - as above


@pytest.mark.parametrize(
    "written", ["2026-02-30", "2026-13-01", "0000-01-01", "1969-12-31", "2100-01-01", "", "x"]
)
def test_days_that_do_not_exist_are_before_all_times(written: str) -> None:
    assert day_s(written) + clock_s("23:59:59") < 0


@pytest.mark.parametrize("written", ["25:61:00", "24:00:00", "1:60:00", "1:00:60", "", "9:05", "下午"])
def test_times_that_do_not_exist_are_before_all_times(written: str) -> None:
    assert day_s("2099-12-31") + clock_s(written) < 0


@given(zone=st.sampled_from(ZONES), time=shown)
def test_instants_are_those_of_the_zone(zone: str, time: datetime) -> None:
    local = int((time - EPOCH) / timedelta(seconds=1))
    first, second = (
        int(time.replace(microsecond=0, tzinfo=ZoneInfo(zone), fold=fold).timestamp()) for fold in (0, 1)
    )

    assert Zone(zone).utc(local) == (first, second)
    assert Zone(zone).first_utc([local, local]) == [first, first]


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Asia", "\0"])
def test_a_zone_that_does_not_exist_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(InvalidInput, match="Asia/Shanghai"):
        Zone(name)
