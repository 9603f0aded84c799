"""Messages that were taken back: flagged, whichever comes first, and never removed."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from openqq_nb.inbox import recalls
from openqq_nb.inbox.frames import Frames, Line
from openqq_nb.inbox.recalls import Recalls
from openqq_nb.inbox.shelf import Shelf
from openqq_nb.journal import Journal
from openqq_nb.models import Arrival, Recalled, Recipient
from tests.inbox.desk import Desk, receipt
from tests.inbox.test_onebot import BODIES, SELF, onebot, recorded
from tests.journal.making import event, message

TEXT, TAKEN_BACK = "napcat.post.g_text.array", "napcat.post.group_recall"
PRIVATE, TAKEN_BACK_BY_FRIEND = "napcat.post.p_text.array", "napcat.post.friend_recall"
AT = pd.Timestamp(1763953200, unit="s", tz="Asia/Shanghai")
PAIRS = [(TEXT, TAKEN_BACK), (PRIVATE, TAKEN_BACK_BY_FRIEND)]


def flags(desk: Desk) -> list[Any]:
    """When each message was taken back, as the frame shows it; None where it was not."""
    return [None if pd.isna(one) else one for one in desk.inbox.df["recalled_at"]]


def stored_flags(path: Path) -> list[float | None]:
    with closing(sqlite3.connect(path)) as connection:
        return [one for (one,) in connection.execute("SELECT recalled_at FROM messages ORDER BY seq")]


@pytest.mark.parametrize(("said", "taken_back"), PAIRS)
def test_a_message_that_is_taken_back_is_flagged_and_stays(
    said: str, taken_back: str, tmp_path: Path
) -> None:
    with onebot(tmp_path / "j.db") as desk:
        desk.post(BODIES[said])
        before = desk.inbox.df["content"].tolist()
        assert desk.post(BODIES[taken_back]).status_code == 204
        assert flags(desk) == [AT] and desk.inbox.df["content"].tolist() == before
        assert desk.inbox.events["event"].tolist() == [taken_back.removeprefix("napcat.post.")]
    assert stored_flags(tmp_path / "j.db") == [AT.timestamp()]


@pytest.mark.parametrize(("said", "taken_back"), PAIRS)
def test_a_recall_that_comes_before_its_message_flags_it(said: str, taken_back: str, tmp_path: Path) -> None:
    with onebot(tmp_path / "j.db") as desk:
        desk.post(BODIES[taken_back])
        desk.post(BODIES[said])
        assert flags(desk) == [AT]
    assert stored_flags(tmp_path / "j.db") == [AT.timestamp()]


@pytest.mark.parametrize(("said", "taken_back"), PAIRS)
def test_a_message_of_before_a_restart_is_flagged_in_frame_and_journal(
    said: str, taken_back: str, tmp_path: Path
) -> None:
    with onebot(tmp_path / "j.db") as desk:
        desk.post(BODIES["napcat.post.g_image.array"])
        desk.post(BODIES[said])
    with onebot(tmp_path / "j.db") as desk:
        desk.post(BODIES[taken_back])
        assert flags(desk) == [None, AT]
    assert stored_flags(tmp_path / "j.db") == [None, AT.timestamp()]


def test_the_same_number_in_another_chat_is_another_message() -> None:
    with onebot() as desk:
        desk.post(recorded(TEXT, group_id=4))
        desk.post(recorded(PRIVATE, message_id=387693160))
        desk.post(BODIES[TAKEN_BACK])
        assert flags(desk) == [None, None]
        desk.post(BODIES[TEXT])
        assert flags(desk) == [None, None, AT]


def test_a_number_below_zero_is_taken_back_too() -> None:
    with onebot() as desk:
        desk.post(BODIES["llbot.post.g_text.array"])
        posted = json.loads(BODIES["llbot.post.g_text.array"])
        desk.post(recorded(TAKEN_BACK, group_id=posted["group_id"], message_id=posted["message_id"]))
        assert flags(desk) == [AT]


def test_a_message_of_the_account_itself_is_flagged() -> None:
    with onebot() as desk:
        desk.inbox.record_sent(Recipient("group", gnumber="552603"), "大家好", receipt("387693160"))
        desk.post(recorded(TAKEN_BACK, user_id=int(SELF)))
        assert flags(desk) == [AT]


def test_a_second_notice_of_the_same_recall_changes_nothing() -> None:
    with onebot() as desk:
        desk.post(BODIES[TEXT])
        for _ in range(2):
            desk.post(BODIES[TAKEN_BACK])
        assert flags(desk) == [AT] and len(desk.inbox.events) == 1


def test_a_follower_sees_what_the_other_program_was_told(tmp_path: Path) -> None:
    with onebot(tmp_path / "j.db") as desk, onebot(tmp_path / "j.db") as other:
        desk.post(BODIES[TEXT])
        desk.post(BODIES[TAKEN_BACK])
        other.post(BODIES[PRIVATE])  # it looks into the journal with each message
        assert flags(other) == [AT, None]


def test_a_recall_finds_its_message_where_another_program_stores_it_later(tmp_path: Path) -> None:
    with onebot(tmp_path / "j.db") as desk, onebot(tmp_path / "j.db") as other:
        desk.post(BODIES[TAKEN_BACK])
        other.post(BODIES[TEXT])
        desk.post(BODIES[PRIVATE])
        assert flags(desk) == [AT, None]
    assert stored_flags(tmp_path / "j.db") == [AT.timestamp(), None]


class Stage:
    """A shelf with a clock, and turns that bring arrivals."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.frames = Frames(journal := Journal.open(None))
        self.shelf = Shelf(journal, self.frames, lambda _, __: None)
        self.recalls = Recalls(self.shelf, lambda: self.now_s)

    def bring(self, *arrivals: Arrival) -> None:
        def work(_: object) -> None:
            put = self.shelf.put([Line.of(one) for one in arrivals])
            self.recalls.arrived([line for line in put if line is not None])

        self.shelf.turn(work)

    def flagged(self) -> int:
        return int(self.frames.messages.frame()["recalled_at"].notna().sum())


def recall(number: int, msg_id: str | None = None) -> Arrival:
    one = event(f"recall {number}", event="group_recall")
    recalled = Recalled("552603", None, msg_id or str(number), None)
    return Arrival("event", one.row, one.fingerprint, one.raw, recalls=recalled)


def test_message_and_recall_of_one_turn_find_each_other_in_either_order() -> None:
    stage = Stage()
    stage.bring(message("1", msg_id="1"), recall(1), recall(2), message("2", msg_id="2"))
    assert stage.flagged() == 2


def test_without_a_time_the_recall_counts_from_when_it_was_told() -> None:
    stage = Stage()
    stage.bring(message("1", msg_id="1"), recall(1))
    found = stage.frames.messages.frame()["recalled_at"].iloc[0]
    assert found == pd.Timestamp(1448010800.5, unit="s", tz="Asia/Shanghai")


def test_a_recall_waits_ten_minutes_for_its_message() -> None:
    stage = Stage()
    stage.bring(recall(1), recall(2))
    stage.now_s = 599.0
    stage.bring(message("1", msg_id="1"))
    assert stage.flagged() == 1
    stage.now_s = 601.0
    stage.bring(message("other", msg_id="x"))
    stage.bring(message("2", msg_id="2"))
    assert stage.flagged() == 1


def test_of_many_recalls_the_last_ones_wait() -> None:
    stage = Stage()
    stage.bring(*(recall(number) for number in range(recalls.KEPT + 1)))
    stage.bring(message("first", msg_id="0"), message("last", msg_id=str(recalls.KEPT)))
    assert stage.flagged() == 1


def test_a_recall_that_could_not_look_into_the_journal_does_so_later() -> None:
    stage = Stage()
    stage.bring(message("1", msg_id="1"))
    # Outside of a turn the journal is not to be asked, as while it fails.
    stage.recalls.arrived([Line.of(recall(1))])
    assert stage.flagged() == 0
    stage.bring(message("other", msg_id="x"))
    assert stage.flagged() == 1
