"""Who joined and left, as servers tell it."""

import pandas as pd
import pyarrow as pa
import pytest

from openqq_nb import analysis
from openqq_nb.errors import InvalidInput
from tests.analysis.engines import IN_PROCESS, rows

EVENTS = pa.Table.from_pandas(
    pd.DataFrame(
        [
            ("2026-01-05 10:00", "new_group_member", "1", "7", "甲"),
            ("2026-02-04 10:00", "lose_group_member", "1", "7", "甲"),
            ("2026-01-06 10:00", "group_increase", "1", "8", "乙"),
            ("2026-02-26 10:00", "group_decrease", "2", "8", "乙"),
            ("2026-02-27 10:00", "lose_group_member", "1", None, "昵称未知"),
            ("2026-02-28 10:00", "lose_group_member", "1", None, "丙"),
            ("2026-02-28 10:00", "lose_friend", None, "7", "甲"),
        ],
        columns=["received_at", "event", "gnumber", "qq", "displayname"],
    ).assign(received_at=lambda frame: pd.to_datetime(frame["received_at"]).dt.tz_localize("Asia/Shanghai")),
    preserve_index=False,
)
LOG = pa.table(
    {
        "msg_time": pd.to_datetime(["2026-01-31 20:00"]).tz_localize("Asia/Shanghai"),
        "sender": ["甲"],
        "sender_qq": ["7"],
    }
)


@pytest.mark.parametrize("of_log", IN_PROCESS)
@pytest.mark.parametrize("of_events", IN_PROCESS)
def test_events_tell_who_came_and_went_and_the_log_who_spoke(of_log: str, of_events: str) -> None:
    found = rows(analysis.turnover(IN_PROCESS[of_log](LOG), events=IN_PROCESS[of_events](EVENTS)))
    # Who was not seen joining that group has no days, a made-up stranger is nobody, a lost friend left no group.
    assert [row[1:] for row in found] == [(1.0, 2.0, 0.0, None), (0.0, 0.0, 3.0, 30.0)]


@pytest.mark.parametrize(
    ("every", "starts"),
    [("day", "2026-01-31"), ("week", "2026-01-26"), ("month", "2026-01-01"), ("quarter", "2026-01-01"),
     ("year", "2026-01-01")],
)  # fmt: skip
@pytest.mark.parametrize("engine", IN_PROCESS)
def test_a_period_begins_at_midnight_in_china(engine: str, every: str, starts: str) -> None:
    found = rows(analysis.turnover(IN_PROCESS[engine](LOG), every=every))  # type: ignore[arg-type]
    assert found[0][0] == pd.Timestamp(starts, tz="Asia/Shanghai").value // 1000


def test_no_events_are_no_coming_and_going() -> None:
    found = rows(analysis.turnover(LOG.to_pandas(), events=EVENTS.slice(0, 0).to_pandas()))
    assert [row[1:] for row in found] == [(1.0, 0.0, 0.0, None)]


def test_a_frame_that_holds_no_events_is_refused() -> None:
    with pytest.raises(InvalidInput, match="received_at"):
        analysis.turnover(LOG.to_pandas(), events=LOG.to_pandas())


def happened(*events: tuple[str, str, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(events, columns=["received_at", "event", "gnumber"]).assign(qq="1")
    return frame.assign(received_at=pd.to_datetime(frame["received_at"]).dt.tz_localize("Asia/Shanghai"))


def test_what_was_told_before_is_not_counted_again() -> None:
    events = happened(
        ("2026-01-01", "group_increase", "5"), ("2026-01-02", "new_group_member", "5"),
        ("2026-01-11", "group_decrease", "5"), ("2026-01-21", "group_decrease", "5"),
        ("2026-02-01", "lose_group_member", "5"), ("2026-02-03", "group_increase", "5"),
        ("2026-02-05", "group_decrease", "5"),
    )  # fmt: skip
    found = rows(analysis.turnover(LOG.to_pandas(), events=events))
    assert [row[2:] for row in found] == [(1.0, 1.0, 10.0), (1.0, 1.0, 2.0)]


@pytest.mark.parametrize("engine", IN_PROCESS)
def test_events_of_groups_that_the_log_is_not_of_are_not_counted(engine: str) -> None:
    events = happened(
        ("2026-01-01", "group_increase", "5"), ("2026-01-02", "group_increase", "6"),
        ("2026-01-03", "group_increase", None),
    )  # fmt: skip
    of_group = LOG.append_column("gnumber", pa.array(["5"]))
    assert rows(analysis.turnover(IN_PROCESS[engine](of_group), events=events))[0][2] == 2.0
    assert rows(analysis.turnover(IN_PROCESS[engine](LOG), events=events))[0][2] == 3.0


@pytest.mark.parametrize("engine", IN_PROCESS)
def test_leavers_are_missing_where_nobody_can_be_known_to_have_left(engine: str) -> None:
    times = pd.to_datetime(["2026-01-05", "2026-02-05", "2026-04-25", "2026-05-05"]).tz_localize(
        "Asia/Shanghai"
    )
    log = pa.table({"msg_time": times, "sender": ["甲", "乙", "丙", "丙"]})
    found = rows(analysis.turnover(IN_PROCESS[engine](log), gone_after="60D"))
    assert [row[3:] for row in found] == [(1.0, 0.0), (1.0, 0.0), (None, None), (None, None)]
