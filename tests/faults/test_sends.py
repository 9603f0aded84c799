"""Faults of sends: what the receipt says, what the row of the inbox says, and what has arrived."""

import re
from contextlib import nullcontext
from dataclasses import dataclass

import pytest

import openqq_nb as oq
from openqq_nb.errors import MAY_HAVE_GONE_OUT
from tests.faults.stage import CALLS_BACK, IDLE_S, OPENQQ, POSTS_OWN, Dialect, cases, stage, until

pytestmark = pytest.mark.slow

TRIES: dict[Dialect, int] = {"openqq1": 5, "openqq2": 3, "onebot11": 1}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the person sees of a fault that spoils a send for good.

    Attributes:
        arrives: how often the message reaches the friend: never, once, or with each of the server's tries.
        code: of the receipt; `None` where no answer comes.
        delivery: what the receipt says.
        seconds: of the fault.
    """

    arrives: str
    code: int | None
    delivery: str = "unknown"
    seconds: float | None = None


SENDS = {
    "full_queue": Seen("once", None, seconds=2 * IDLE_S),
    "failing_sends": Seen("never", -4),
    "false_failures": Seen("each try", -4),
    "lost_sends": Seen("never", 200),
}
# An end of OneBot has a text of QQ or of its own time-out, and one code for all.
ONEBOT = {"failing_sends": Seen("never", 200, "failed"), "false_failures": Seen("each try", 200)}


def seen_of(name: str, dialect: Dialect) -> Seen:
    return ONEBOT.get(name, SENDS[name]) if dialect == "onebot11" else SENDS[name]


def times(seen: Seen, dialect: Dialect) -> int:
    return {"never": 0, "once": 1, "each try": TRIES[dialect]}[seen.arrives]


@pytest.mark.parametrize(("name", "dialect"), cases(SENDS))
def test_a_send_whose_outcome_is_open_is_unknown_and_left_alone(name: str, dialect: Dialect) -> None:
    seen = seen_of(name, dialect)
    with stage(dialect) as one:
        with one.simulator.fault(name, seconds=seen.seconds):
            if seen.code is None:
                with pytest.raises(oq.NoAnswer, match=MAY_HAVE_GONE_OUT):
                    one.my.send_friend("在吗？", qq=one.qq)
            else:
                receipt = one.my.send_friend("在吗？", qq=one.qq)
                assert not receipt and (receipt.code, receipt.delivery) == (seen.code, seen.delivery)
                assert seen.delivery in repr(receipt) and f"(code {seen.code}" in repr(receipt)
        one.settle()
        one.check_all_is_well()
        assert one.arrived.count("在吗？") == times(seen, dialect)
        settled = "sent" if seen.code is None and dialect in POSTS_OWN else seen.delivery
        assert one.rows("在吗？")["delivery"].tolist() == [settled]


@pytest.mark.parametrize(("name", "dialect"), cases(["full_queue"]))
def test_a_queue_that_is_short_is_waited_for(name: str, dialect: Dialect) -> None:
    with stage(dialect) as one:
        with one.simulator.fault(name, seconds=IDLE_S / 4) as fault:
            receipts = [one.my.send_friend(text, qq=one.qq) for text in ("一", "二")]
        assert [receipt.delivery for receipt in receipts] == ["sent", "sent"] and fault.hits == 2
        assert one.arrived == ["一", "二"]
        one.check_all_is_well()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (-1, "no usable answer; .* may have gone out"),
        (-2, "not understood; the message may have gone out"),
        (-3, "reported an error; the message may have gone out"),
        (-5, "refused, or the tries were used up"),
    ],
)
@pytest.mark.parametrize(("name", "dialect"), cases(["failing_sends"], OPENQQ))
def test_each_code_of_the_provider_is_told_in_words(
    name: str, dialect: Dialect, code: int, words: str
) -> None:
    with stage(dialect) as one:
        with one.simulator.fault(name, code=code):
            if (code, dialect) == (-2, "openqq2"):
                with pytest.raises(oq.NoAnswer, match=MAY_HAVE_GONE_OUT):
                    one.my.send_friend("在吗？", qq=one.qq)
            else:
                receipt = one.my.send_friend("在吗？", qq=one.qq)
                assert (bool(receipt), receipt.code, receipt.status) == (False, code, "发送失败")
                assert re.search(words, repr(receipt))
        one.check_all_is_well()
        assert one.rows("在吗？")["delivery"].tolist() == ["unknown"]


@pytest.mark.parametrize(("name", "dialect"), cases(["failing_sends", "false_failures"], OPENQQ))
def test_one_failing_try_is_made_good_by_the_server(name: str, dialect: Dialect) -> None:
    with stage(dialect) as one:
        with one.simulator.fault(name, times=1):
            assert one.my.send_friend("在吗？", qq=one.qq).delivery == "sent"
        assert one.arrived == ["在吗？"] * (2 if name == "false_failures" else 1)
        assert one.rows("在吗？")["delivery"].tolist() == ["sent"]
        one.check_all_is_well()


def test_what_qq_refuses_is_failed_and_its_number_is_told() -> None:
    with stage("onebot11") as one:
        with one.simulator.fault("failing_sends", code=299, times=1) as fault:
            receipt = one.my.send_friend("在吗？", qq=one.qq)
        assert not receipt and receipt.delivery == "failed" and "299" in repr(receipt)
        assert fault.hits == 1 and one.arrived == []
        one.check_all_is_well()
        assert one.rows("在吗？")["delivery"].tolist() == ["failed"]


@pytest.mark.parametrize(("name", "settled"), [("false_failures", "sent"), ("lost_sends", "unknown")])
def test_an_end_that_posts_own_messages_settles_what_it_gave_no_answer_to(name: str, settled: str) -> None:
    with stage("onebot11", report_own=True) as one:
        with one.simulator.fault(name):
            assert one.my.send_friend("在吗？", qq=one.qq).delivery == "unknown"
        one.settle()
        assert one.rows("在吗？")["delivery"].tolist() == [settled]
        one.check_all_is_well()


@pytest.mark.parametrize(
    ("name", "code", "settled"),
    [("full_queue", 0, "sent"), ("failing_sends", -4, "unknown"), ("false_failures", -4, "unknown")],
)
def test_a_send_that_is_not_waited_for_is_settled_by_the_post_of_it(
    name: str, code: int, settled: str
) -> None:
    with stage("openqq2") as one:
        with one.simulator.fault(name, seconds=SENDS[name].seconds):
            receipt = one.my.send_friend("在吗？", qq=one.qq, wait=False)
            assert receipt and receipt.delivery == "accepted"
            one.settle()
        assert one.rows("在吗？")[["delivery", "code"]].values.tolist() == [[settled, code]]
        one.check_all_is_well()


@pytest.mark.parametrize("dialect", ["openqq1", "openqq2"])
def test_after_five_errors_the_server_logs_in_anew_and_that_is_noticed(dialect: Dialect) -> None:
    with stage(dialect) as one:
        one.say("前")
        with one.simulator.fault("failing_sends", code=-3, times=5):
            for _ in range(2):
                one.my.send_friend("在吗？", qq=one.qq)
        one.check_all_is_well()
        one.say("后")
        rows = one.inbox.df.query("content in ['前', '后']")
        assert rows["sender_qq"].tolist() == [one.qq] * 2
        assert rows["sender_id"].nunique() == rows["login"].nunique() == 2


@pytest.mark.parametrize(("name", "dialect"), cases(SENDS))
def test_a_reply_that_the_server_cannot_send_costs_no_message(name: str, dialect: Dialect) -> None:
    with stage(dialect) as one:
        one.inbox.on_message(contains="签到")(lambda message: "收到")
        with one.simulator.fault(name, times=TRIES[dialect], seconds=SENDS[name].seconds):
            one.say("签到")
            one.settle()
            # Where a reply goes out by a call, there is a receipt, and whoever wrote the handler is told.
            told = (
                pytest.warns(oq.HandlerWarning, match="not taken") if dialect in CALLS_BACK else nullcontext()
            )
            with told:
                one.row_comes("收到")
                until(lambda: one.inbox.handlers[["replies", "errors"]].sum().sum() == 1)
        assert len(one.rows("签到")) == 1
        counts = [1, 0, 1] if dialect in CALLS_BACK else [1, 1, 0]
        assert one.inbox.handlers[["calls", "replies", "errors"]].values.tolist() == [counts]
        seen = seen_of(name, dialect)
        settled: dict[Dialect, str] = {
            "openqq1": "accepted",
            "openqq2": "unknown" if seen.code else "sent",
            "onebot11": seen.delivery,
        }
        assert one.rows("收到")["delivery"].tolist() == [settled[dialect]]
        one.check_all_is_well()
