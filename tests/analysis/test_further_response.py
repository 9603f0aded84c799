from datetime import timedelta
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from openqq_nb.analysis import response
from openqq_nb.analysis.results import RESPONSE
from openqq_nb.columns import to_pandas
from openqq_nb.errors import InvalidInput
from openqq_nb.schema import REPORT
from tests.analysis.further import BEGIN, ENGINES, Rows, log, rows

pytestmark = pytest.mark.filterwarnings("ignore:Dask support is moving:FutureWarning")

SENT = BEGIN + timedelta(seconds=30, microseconds=500_000)


def report(recipients: Rows) -> pd.DataFrame:
    filled = [
        {"delivery": "sent", "displayname": "某", "attempted_at": SENT.timestamp(), **one}
        for one in recipients
    ]
    return REPORT.frame(REPORT.table(filled))


def said(after_s: float, **message: Any) -> dict[str, Any]:
    filled = {"type": "message", "own": "false", "content": "好", **message}
    return {"msg_time": (SENT + timedelta(seconds=after_s)).replace(microsecond=0), **filled}


FRIEND = {"recipient_type": "friend", "qq": "1"}
GROUP = {"recipient_type": "group", "gnumber": "9"}


def answers(recipients: Rows, messages: Rows, **asked: Any) -> Rows:
    return rows(response(report(recipients), to_pandas(log(messages)), **asked))


def test_the_first_message_of_a_friend_after_the_broadcast_is_the_answer() -> None:
    messages = [
        said(-60, sender_qq="1", content="早"),
        said(90, sender_qq="1", content="来！"),
        said(95, sender_qq="1"),
    ]
    (found,) = answers([FRIEND], messages)
    assert (found["answered"], found["content"], found["latency_s"]) == (True, "来！", 89.5)


def test_an_answer_in_the_second_of_the_sending_counts_and_took_no_time() -> None:
    (found,) = answers([FRIEND], [said(0.2, sender_qq="1")])
    assert (found["answered"], found["latency_s"]) == (True, 0.0)


def test_what_comes_too_late_is_no_answer() -> None:
    messages = [said(3601, sender_qq="1")]
    assert [answers([FRIEND], messages, within=time)[0]["answered"] for time in ("1h", "2h")] == [False, True]


def test_what_the_account_wrote_itself_is_no_answer() -> None:
    messages = [said(5, sender_qq="1", own="true"), said(6, type="group_message", gnumber="9", own="True")]
    assert [one["answered"] for one in answers([FRIEND, GROUP], messages)] == [False, False]


def test_a_friend_who_writes_in_a_group_answers_for_the_group_alone() -> None:
    messages = [said(5, type="group_message", sender_qq="1", gnumber="9")]
    assert [one["answered"] for one in answers([FRIEND, GROUP], messages)] == [False, True]


def test_a_temporary_message_is_the_answer_of_a_member() -> None:
    session = {"recipient_type": "session", "qq": "1", "gnumber": "9"}
    assert answers([session], [said(5, type="sess_message", sender_qq="1")])[0]["answered"] is True


def test_with_a_mention_asked_for_other_messages_of_a_group_are_no_answers() -> None:
    place = {"type": "group_message", "gnumber": "9"}
    messages = [
        said(5, content="吃了吗", **place),
        said(9, content="@小灰 来", **place),
        said(11, sender_qq="1"),
    ]
    found = answers([GROUP, FRIEND], messages, mention="小灰")
    assert [one["content"] for one in found] == ["@小灰 来", "好"]


def test_the_rate_counts_those_alone_whom_the_broadcast_reached() -> None:
    recipients = [
        {**FRIEND, "qq": str(number), "delivery": delivery}
        for number, delivery in enumerate(
            ["sent", "accepted", "unknown", "sent", "failed", "skipped", "pending"]
        )
    ]
    frame = response(report(recipients), to_pandas(log([said(5, sender_qq="1"), said(5, sender_qq="5")])))
    assert frame["answered"].mean() == 0.25
    assert frame["answered"].isna().tolist() == [False] * 4 + [True] * 3


def test_a_recipient_without_a_number_has_no_answer() -> None:
    assert (
        answers([{"recipient_type": "friend"}, {"recipient_type": "group"}], [said(5)])[0]["answered"]
        is False
    )


def test_rows_stay_in_the_order_of_the_report() -> None:
    later = {**FRIEND, "qq": "2", "attempted_at": SENT.timestamp() + 60}
    assert [one["qq"] for one in answers([later, FRIEND], [])] == ["2", "1"]


@pytest.mark.parametrize("engine", ENGINES)
def test_messages_of_every_engine_are_answers_alike(engine: str) -> None:
    messages = [
        said(place * 7, sender_qq=str(place % 5), own=["false", "true"][place % 3 == 0])
        for place in range(60)
    ]
    recipients = [{**FRIEND, "qq": str(number)} for number in range(7)] + [GROUP]
    found = rows(response(report(recipients), ENGINES[engine](log(messages))))
    assert found == answers(recipients, messages)
    assert sum(row["answered"] for row in found) == 5


def test_an_empty_report_gives_no_rows_of_the_declared_dtypes() -> None:
    for recipients in ([], [FRIEND], [{**FRIEND, "attempted_at": None, "delivery": "pending"}]):
        found = response(report(recipients), to_pandas(log([])))
        assert len(found) == len(recipients)
        assert found.dtypes.to_dict() == {column.name: column.dtype for column in RESPONSE.columns}


def test_a_frame_that_is_no_report_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"Give `run.report\(\)`"):
        response(pd.DataFrame({"qq": ["1"]}), to_pandas(log([])))
    with pytest.raises(InvalidInput, match="Found NoneType"):
        response(None, to_pandas(log([])))


def test_the_broadcast_itself_is_no_answer_where_the_log_does_not_tell_who_wrote_it() -> None:
    place = {"type": "group_message", "gnumber": "9", "own": None}
    messages = [
        said(1, content="来吗？", **place),
        said(5, content="来！", **place),
        said(90, content="来吗？", **place),
    ]
    (found,) = answers([{**GROUP, "text": "来吗？"}], messages)
    assert found["content"] == "来！"
    (late,) = answers([{**GROUP, "text": "来吗？"}], messages[::2])
    assert late["latency_s"] == 89.5


FLAGS: list[tuple[Any, str]] = [
    ([True, True, None], "来！"), ([1, 1, None], "来！"), ([1.0, 1.0, None], "来！"), (["TRUE", "True", ""], "来！"),
    (["1.0", "1.000000", ""], "来！"), ([None, False, True], "也来"), (["", "false", "true"], "也来"),
    ([None, 0.0, 1.0], "也来"), ([None, None, None], "也来"), ([False, None, None], "来吗？"),
    ([0.0, None, 0.0], "来吗？"),
]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("own", "answer"), FLAGS)
def test_flags_of_any_type_tell_what_the_account_wrote(engine: str, own: list[Any], answer: str) -> None:
    place = {"type": "group_message", "gnumber": "9"}
    messages = [said(1, content="来吗？", **place), said(2, content="也来", **place)]
    told = log([*messages, said(90, content="来！", **place)])
    kept = told.set_column(told.column_names.index("own"), "own", pa.array(own))
    (found,) = rows(response(report([{**GROUP, "text": "来吗？"}]), ENGINES[engine](kept)))
    assert found["content"] == answer


@pytest.mark.parametrize("own", ["t", "yes", "2", "0.5"])
def test_what_is_no_flag_is_refused(own: str) -> None:
    with pytest.raises(InvalidInput, match=rf"(?s)`own` tells.*Found:\n  '{own}'\n.*map\("):
        answers([GROUP], [said(5, type="group_message", gnumber="9", own=own)])


@pytest.mark.parametrize("content", ["@小灰灰 在", "@小灰，在", "小灰 在"])
def test_the_name_of_another_that_begins_alike_is_no_mention(content: str) -> None:
    place = {"type": "group_message", "gnumber": "9"}
    assert answers([GROUP], [said(5, content=content, **place)], mention="小灰")[0]["answered"] is False


def test_a_mention_ends_at_any_blank_or_with_the_message_and_may_be_a_number() -> None:
    place = {"type": "group_message", "gnumber": "9"}
    for content, mention in (("@小 灰\u2005在", "小\u3000灰"), ("在 @999", 999), ("@999\x0b在", "@999")):
        assert answers([GROUP], [said(5, content=content, **place)], mention=mention)[0]["answered"] is True
    for wrong in ("", "@", True, 1.5):
        with pytest.raises(InvalidInput, match="`mention` is the name or number"):
            answers([GROUP], [], mention=wrong)


def test_a_report_of_any_engine_and_clock_and_numbers_is_read() -> None:
    messages = [said(90, sender_qq="1")]
    expected = answers([FRIEND], messages)
    given = report([FRIEND])
    plain = given.assign(qq=1)
    naive = given.assign(attempted_at=given["attempted_at"].dt.tz_localize(None))
    fine = given.assign(attempted_at=given["attempted_at"].dt.tz_convert("Europe/Berlin").dt.as_unit("ns"))
    relation = duckdb.connect().from_arrow(pa.Table.from_pandas(given, preserve_index=False))
    noted = pd.concat([given, pd.DataFrame([[1, 2]], columns=["note", "note"])], axis=1)
    for one in (plain, naive, fine, noted, relation, pl.from_pandas(given).lazy()):
        assert rows(response(one, to_pandas(log(messages)))) == expected
    with pytest.raises(InvalidInput, match="`qq` more than once"):
        response(pd.concat([given, given[["qq"]]], axis=1), to_pandas(log(messages)))
