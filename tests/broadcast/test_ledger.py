"""The ledger: what is planned, claimed and settled, in one file that several programs share."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from openqq_nb.broadcast.exclusions import Exclusions
from openqq_nb.broadcast.ledger import Ledger
from openqq_nb.broadcast.pace import Pace
from openqq_nb.broadcast.pacing import DAY_S, Attempt
from openqq_nb.broadcast.rows import PLANNED
from openqq_nb.broadcast.states import FOLLOWS, Change
from openqq_nb.errors import InvalidInput, JournalFailed
from openqq_nb.models import Delivery
from tests.broadcast.people import ROSTER, groups, members

NOW = 1_763_700_000.0
PENDING, UNKNOWN, SENT, FAILED = Delivery.PENDING, Delivery.UNKNOWN, Delivery.SENT, Delivery.FAILED


def planned(*numbers: int, **more: Any) -> pa.Table:
    rows = [
        dict.fromkeys(PLANNED)
        | {
            "identity": f"qq:{number}", "recipient_type": "friend", "qq": str(number), "displayname": f"人{number}",
            "text": f"你好 {number}", "login": "L", "by_id": 0, "delivery": "pending",
        }
        | more
        for number in numbers
    ]  # fmt: skip
    types = dict.fromkeys(PLANNED, pa.string()) | {"by_id": pa.int64()}
    return pa.table({name: pa.array([row[name] for row in rows], types[name]) for name in PLANNED})


@pytest.fixture(params=["file", "memory"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db" if request.param == "file" else None)
    yield opened
    opened.close()


def begin(ledger: Ledger, *numbers: int, key: str = "k", **more: Any) -> list[int]:
    with ledger.planning() as planning:
        if planning.kept(key) is None:
            planning.begin(key, "你好 {qq}", Pace(), NOW)
        planning.add(key, planned(*numbers, **more))
    seqs: list[int] = ledger.rows(key)["seq"].to_pylist()
    return seqs


def states(ledger: Ledger, key: str = "k") -> list[str]:
    found: list[str] = ledger.rows(key)["delivery"].to_pylist()
    return found


def claim(seq: int) -> Change:
    return Change(seq, UNKNOWN, claims=True)


def test_what_is_planned_is_there_as_it_was_and_once(ledger: Ledger) -> None:
    begin(ledger, 1, 2)
    begin(ledger, 2, 3, text="anders")
    kept = ledger.kept("k")
    assert kept is not None and (kept.template, kept.pace, kept.made_at_s) == ("你好 {qq}", Pace(), NOW)
    assert ledger.rows("k")["text"].to_pylist() == ["你好 1", "你好 2", "anders"]
    assert next((one.text, one.row["qq"], one.login) for one in ledger.due("k")) == ("你好 1", "1", "L")
    assert ledger.kept("other") is None and ledger.keys() == ["k"] and ledger.rows("other").num_rows == 0


@pytest.mark.parametrize(
    "steps",
    [[(1, 2)], [(1, 1, 2)], [(), (1, 2)], [(1, 2), (2, 3)]],
    ids=["once", "doubles", "nobody", "twice"],
)
def test_what_was_just_planned_is_read_as_it_is_in_the_file(
    steps: list[tuple[int, ...]], tmp_path: Path
) -> None:
    one = Ledger(tmp_path / "ledger.db")
    begin(one, 7, key="before")
    with one.planning() as planning:
        planning.begin("k", "你好 {qq}", Pace(), NOW)
        for numbers in steps:
            planning.add("k", planned(*numbers, did="9"))
        inside = planning.rows("k")
    other = Ledger(tmp_path / "ledger.db")
    assert one.rows("k").equals(other.rows("k")) and inside.equals(other.rows("k"))
    assert one.rows("k")["identity"].to_pylist() == [
        f"qq:{n}" for n in sorted({n for step in steps for n in step})
    ]
    one.close()
    other.close()


def test_what_was_just_planned_is_read_again_when_it_has_changed(ledger: Ledger) -> None:
    one, _ = begin(ledger, 1, 2)
    ledger.write([claim(one)], NOW)
    assert states(ledger) == ["unknown", "pending"]
    with ledger.planning() as planning:
        planning.begin("k2", "{qq}", Pace(), NOW)
        planning.add("k2", planned(1, delivery="skipped", problem="?"))
        seq = pa.array(planning.rows("k2")["seq"].to_pylist())
        planning.mend("k2", planned(1).append_column("seq", seq), NOW)
    assert states(ledger, "k2") == ["pending"]


def test_a_plan_that_failed_leaves_nothing_behind(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), ledger.planning() as planning:
        planning.begin("k", "{qq}", Pace(), NOW)
        planning.add("k", planned(1))
        raise ZeroDivisionError
    assert ledger.rows("k").num_rows == 0 and ledger.keys() == []


def test_a_claim_is_unknown_and_what_came_of_it_replaces_that(ledger: Ledger) -> None:
    one, _ = begin(ledger, 1, 2)
    ledger.write([claim(one)], NOW + 1)
    assert states(ledger) == ["unknown", "pending"]
    ledger.write([Change(one, SENT, code=0, status="发送成功", msg_id="10")], NOW + 2)
    row = ledger.rows("k").to_pylist()[0]
    assert {name: row[name] for name in ("delivery", "code", "msg_id", "tries", "attempted_at", "settled_at")} == {
        "delivery": "sent", "code": 0, "msg_id": "10", "tries": 1, "attempted_at": NOW + 1, "settled_at": NOW + 2,
    }  # fmt: skip
    assert [(at, state) for at, state, _ in ledger.history(one)] == [(NOW + 1, UNKNOWN), (NOW + 2, SENT)]
    assert ledger.counts("k")[SENT] == 1 and ledger.counts("k")[PENDING] == 1


@pytest.mark.parametrize(("state", "to"), [*product(Delivery, Delivery)])
def test_only_what_may_follow_can_be_written(state: Delivery, to: Delivery, tmp_path: Path) -> None:
    ledger = Ledger(None)
    (seq,) = begin(ledger, 1, delivery=state.value)
    claims = state is PENDING and to is UNKNOWN
    if to in FOLLOWS[state]:
        ledger.write([Change(seq, to, claims=claims)], NOW)
        assert states(ledger) == [to.value]
    elif state in (SENT, to):
        ledger.write([Change(seq, to)], NOW)
        assert states(ledger) == [state.value] and ledger.history(seq) == []
    else:
        with pytest.raises(JournalFailed, match="another state"):
            ledger.write([Change(seq, to, claims=claims)], NOW)
        assert states(ledger) == [state.value]
    ledger.close()


def test_a_message_cannot_be_claimed_twice(ledger: Ledger) -> None:
    (seq,) = begin(ledger, 1)
    ledger.write([claim(seq)], NOW)
    with pytest.raises(JournalFailed, match="another state"):
        ledger.write([claim(seq)], NOW)


def test_changes_are_written_all_or_none(ledger: Ledger) -> None:
    one, two = begin(ledger, 1, 2)
    with pytest.raises(JournalFailed):
        ledger.write([claim(one), Change(two, SENT)], NOW)
    assert states(ledger) == ["pending", "pending"] and ledger.history(one) == []


def test_another_program_sees_a_claim_at_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    one, other = Ledger(path), Ledger(path)
    (seq,) = begin(one, 1)
    one.write([claim(seq)], NOW)
    assert states(other) == ["unknown"]
    one.close()
    other.close()


def test_only_one_has_the_right_to_send_and_only_of_one_key(ledger: Ledger) -> None:
    hold = ledger.hold("k")
    assert hold is not None and ledger.hold("k", patience_s=0) is None and ledger.is_held("k")
    other = ledger.hold("ein/anderer: schlüssel 🐱", patience_s=0)
    assert other is not None
    other.let_go()
    hold.let_go()
    hold.let_go()
    assert not ledger.is_held("k")


HOLDER = """
import sys
from pathlib import Path
from openqq_nb.broadcast.ledger import Ledger
hold = Ledger(Path(sys.argv[1])).hold("k")
print("held" if hold else "not", flush=True)
sys.stdin.read()
"""


def test_the_right_to_send_ends_with_the_program_that_has_it(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = Ledger(path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None and child.stdout.readline() == "held\n"
        assert ledger.hold("k", patience_s=0) is None
        child.kill()
        child.wait(30)
    hold = ledger.hold("k")
    assert hold is not None
    hold.let_go()
    ledger.close()


def test_attempts_of_all_keys_are_the_history_of_the_pace(ledger: Ledger) -> None:
    (one,), (two,) = begin(ledger, 1), begin(ledger, 2, key="other", recipient_type="group")
    ledger.write([claim(one)], NOW)
    ledger.write([Change(one, SENT)], NOW + 2)
    ledger.write([claim(two)], NOW + 3)
    assert ledger.attempts(NOW + 3, "other") == [Attempt(NOW + 2, False), Attempt(NOW + 3, True)]
    assert ledger.attempts(NOW + 2 * DAY_S) == ledger.attempts(NOW + 3, "other")


def test_an_attempt_is_over_when_its_outcome_came_and_counts_as_now_before(ledger: Ledger) -> None:
    (seq,) = begin(ledger, 1)
    ledger.write([claim(seq)], NOW)
    assert ledger.attempts(NOW + 5) == [Attempt(NOW + 5, False, flies=True)]
    assert ledger.attempts(NOW + 5, "k") == ledger.attempts(NOW + 61) == [Attempt(NOW, False)]
    ledger.write([Change(seq, Delivery.ACCEPTED)], NOW + 10)
    ledger.write([Change(seq, SENT)], NOW + 3000)
    assert ledger.attempts(NOW + 3000) == [Attempt(NOW + 10, False)]


def test_a_claim_notices_others_also_after_the_clock_was_set_back(ledger: Ledger) -> None:
    one, two, three = begin(ledger, 1, 2, 3)
    assert ledger.claim(claim(one), [], NOW, 0) and ledger.claims() == 1
    assert ledger.claim(claim(two), [Change(one, SENT)], NOW - 3600, 1)
    assert not ledger.claim(claim(three), [Change(two, SENT)], NOW - 3599, 1)
    assert states(ledger) == ["sent", "unknown", "pending"] and ledger.claims() == 2
    assert ledger.claim(claim(three), [Change(two, SENT)], NOW - 3598, 2)


def test_a_broadcast_of_which_nothing_was_sent_can_be_forgotten(ledger: Ledger) -> None:
    one, _ = begin(ledger, 1, 2)
    ledger.forget("never there")
    begin(ledger, 5, key="other")
    ledger.forget("other")
    assert ledger.keys() == ["k"]
    ledger.write([claim(one)], NOW)
    with pytest.raises(InvalidInput, match="1 of its messages"):
        ledger.forget("k")


def test_the_summary_counts_each_state_of_each_key(ledger: Ledger) -> None:
    one, *_ = begin(ledger, 1, 2, 3)
    ledger.write([claim(one)], NOW)
    begin(ledger, key="empty")
    first, second = ledger.summary()
    assert (first["recipients"], first["pending"], first["unknown"], first["attempted_at"]) == (3, 2, 1, NOW)
    assert (second["key"], second["recipients"], second["pending"], second["attempted_at"]) == (
        "empty",
        0,
        0,
        None,
    )


def test_exclusions_stay_until_they_are_removed(ledger: Ledger) -> None:
    exclusions = Exclusions(lambda: ledger)
    exclusions.add(ROSTER.friends.head(1), why="verzogen")
    exclusions.add([{"qq": 11}, ROSTER.groups.head(1)])
    assert exclusions.df[["recipient_type", "qq", "gnumber", "displayname", "why"]].fillna(
        "-"
    ).values.tolist() == [
        ["friend", "11", "-", "老王", "verzogen"],
        ["group", "-", "55", "饭友", ""],
    ]
    assert "老王, 饭友" in repr(exclusions)
    exclusions.remove(exclusions.df)
    assert len(exclusions) == 0 and "nobody" in repr(exclusions)


@pytest.mark.parametrize(
    "to",
    [
        ROSTER.friends,
        members({"id": "914", "gnumber": "55"}),
        groups({"gid": "9"}),
        {"qq": "abc"},
        {"did": "977"},
    ],
)
def test_who_has_no_permanent_number_cannot_be_excluded(to: Any) -> None:
    ledger = Ledger(None)
    exclusions = Exclusions(lambda: ledger)
    with pytest.raises(InvalidInput, match="nobody was excluded"):
        exclusions.add(to)
    assert len(exclusions) == 0
    ledger.close()
