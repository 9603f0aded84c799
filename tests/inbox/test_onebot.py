"""What an end of OneBot brings: rows without ids, states that become no row, posts for other accounts, own messages."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb.errors import InboxWarning
from openqq_nb.models import Recipient
from openqq_nb.schema import MESSAGES
from openqq_nb.simulator import Simulator
from tests.inbox.desk import Desk, listening, receipt
from tests.recordings import posts

BODIES = {post.name: post.body for post in posts("onebot11")}
SELF = "1234567"
TEXT = "napcat.post.g_text.array"
OFFLINE = "account OFFLINE: log in again at the server"


def recorded(name: str, **changes: Any) -> bytes:
    """Give a recorded post, with some keys changed."""
    return json.dumps({**json.loads(BODIES[name]), **changes}).encode() if changes else BODIES[name]


@contextmanager
def onebot(journal: Path | None = None, **settings: Any) -> Iterator[Desk]:
    with listening("onebot11", journal, **settings) as desk:
        desk.account.me = {"sender": "小机", "sender_qq": SELF, "sender_id": None}
        yield desk


@pytest.mark.parametrize("name", [name for name in BODIES if ".g_" in name or ".p_" in name])
def test_a_recorded_message_is_one_row_without_ids_and_keeps_the_kind_it_came_with(name: str) -> None:
    with onebot() as desk:
        assert desk.post(BODIES[name]).status_code == 204
        row = desk.inbox.df.iloc[0]
    assert len(desk.inbox.df) == 1
    assert row[["sender_id", "receiver_id", "group_id", "discuss_id"]].isna().all()
    assert isinstance(json.loads(row["segments"]), list) and pd.isna(row["recalled_at"])
    assert "?" not in row["chat_key"]


def test_the_kind_of_a_message_comes_from_its_segments_and_not_from_its_text() -> None:
    with onebot() as desk:
        desk.post(recorded(TEXT, message=[{"type": "text", "data": {"text": "[图片]"}}]))
        desk.post(BODIES["napcat.post.g_image.array"])
        assert desk.inbox.df["kind"].tolist() == ["text", "image"]


def test_an_anonymous_writer_is_nobody_whom_the_roster_knows() -> None:
    with onebot() as desk:
        desk.post(BODIES["gocq.post.anonymous"])
        row = desk.inbox.df.iloc[0]
        assert not desk.account.refreshed.acquire(blocking=False)
    assert pd.isna(row["sender_qq"]) and row["sender"] and not row["own"]
    assert row["chat_key"].startswith("group:")


def test_messages_without_ids_are_not_kept_to_be_looked_up_later() -> None:
    with onebot() as desk:
        for name in (TEXT, "napcat.post.p_text.array", "napcat.post.p_temp.array"):
            desk.post(BODIES[name])
        numbers = desk.inbox._receiver._numbers
        assert not numbers._strange and not numbers._incomplete


def test_a_heartbeat_is_answered_and_becomes_no_row(tmp_path: Path) -> None:
    with onebot(tmp_path / "j.db") as desk:
        assert desk.inbox.stats.last_seen is None and "last seen" not in repr(desk.inbox.stats)
        for name in ("napcat.post.heartbeat", "napcat.post.lifecycle", "gocq.post.heartbeat"):
            response = desk.post(BODIES[name])
            assert (response.status_code, response.content) == (204, b"")
        stats = desk.inbox.stats
        assert desk.inbox.df.empty and desk.inbox.events.empty and not desk.inbox.journal.aside()
    assert (stats.online, stats.events, stats.malformed, stats.last_arrival) == (True, 0, 0, None)
    assert stats.last_seen is not None and "account online; last seen 2" in repr(stats)


def test_a_server_that_tells_no_states_says_nothing_of_the_account() -> None:
    with listening() as desk:
        desk.post({"type": "message", "msg_id": "1", "content": "hi", "sender_id": "1"})
        assert desk.inbox.stats.online is None and "online" not in repr(desk.inbox.stats).lower()


@pytest.mark.parametrize(
    "gone",
    [
        "napcat.post.bot_offline",
        recorded("napcat.post.heartbeat", status={"online": False, "good": False}),
    ],
    ids=["event", "heartbeat"],
)
def test_an_account_that_was_thrown_out_is_said_loudly_and_warned_of_once(gone: str | bytes) -> None:
    body = BODIES[gone] if isinstance(gone, str) else gone
    with onebot() as desk:
        for _ in range(2):
            assert desk.post(body).status_code == 204
        with pytest.warns(InboxWarning, match="logged the account out") as warned:
            shown = repr(desk.inbox)
        assert len(warned) == 1
        assert OFFLINE in shown and OFFLINE in desk.inbox.in_words and OFFLINE in repr(desk.inbox.stats)
        assert desk.inbox.stats.online is False
        desk.post(BODIES["napcat.post.heartbeat"])
        assert OFFLINE not in repr(desk.inbox) and desk.inbox.stats.online is True


@pytest.mark.filterwarnings("ignore:QQ has logged the account out")
def test_only_a_message_that_was_written_since_shows_that_the_account_is_back() -> None:
    with onebot() as desk:
        desk.post(BODIES["napcat.post.bot_offline"])
        desk.post(BODIES[TEXT])  # of 2025
        assert desk.inbox.stats.online is False
        desk.post(recorded(TEXT, message_id=5, time=32_503_680_000))
        assert desk.inbox.stats.online is True


@pytest.mark.filterwarnings("ignore:Posts for the account")
@pytest.mark.parametrize(
    "name", [TEXT, "napcat.post.group_recall", "napcat.post.heartbeat", "napcat.post.bot_offline"]
)
def test_a_post_for_another_account_is_refused_and_nothing_of_it_is_kept(name: str, tmp_path: Path) -> None:
    with onebot(tmp_path / "j.db") as desk:
        assert desk.post(recorded(name, self_id=7654321)).status_code == 403
        stats = desk.inbox.stats
        assert desk.inbox.df.empty and desk.inbox.events.empty and not desk.inbox.journal.aside()
    assert dict(stats.refused) == {"account": 1}
    assert (stats.malformed, stats.online, stats.last_seen) == (0, None, None)


def test_posts_for_another_account_are_told_once_with_both_numbers() -> None:
    with onebot() as desk:
        for message_id in range(3):
            desk.post(recorded(TEXT, self_id=7654321, message_id=message_id + 1))
        with pytest.warns(InboxWarning, match="(?s)account 7654321.*that of 1234567") as warned:
            repr(desk.inbox)
    assert len(warned) == 1


def test_posts_are_taken_as_long_as_the_own_number_is_not_known() -> None:
    with listening("onebot11") as desk:
        desk.account.me = {}
        assert desk.post(BODIES[TEXT]).status_code == 204
        assert len(desk.inbox.df) == 1


def test_an_own_message_that_is_posted_joins_the_row_of_the_send() -> None:
    own = recorded("gocq.post.private_sent", message="[CQ:face,id=66]")
    with onebot() as desk:
        desk.inbox.record_sent(Recipient("friend", qq="22334455"), "在的", receipt("-5"))
        assert desk.post(own).status_code == 204
        row = desk.inbox.df.iloc[0]
        assert len(desk.inbox.df) == 1 and desk.inbox.stats.doubles == 0
        assert desk.post(own).status_code == 204
        assert desk.inbox.stats.doubles == 1
    assert (row["msg_id"], row["delivery"], row["kind"]) == ("-5", "sent", "face")
    assert json.loads(row["segments"])[0]["type"] == "face"


def test_a_send_that_is_recorded_after_its_post_makes_no_second_row() -> None:
    with onebot() as desk:
        desk.post(BODIES["gocq.post.private_sent"])
        desk.inbox.record_sent(Recipient("friend", qq="22334455"), "在的", receipt("-5"))
        assert desk.inbox.df[["content", "msg_id", "own"]].values.tolist() == [["在的", "-5", True]]


def test_a_send_of_an_end_that_posts_no_own_messages_is_a_row_at_once() -> None:
    with onebot() as desk:
        desk.inbox.record_sent(Recipient("group", gnumber="552603"), "大家好", receipt("-77"))
        row = desk.inbox.df.iloc[0]
    assert (row["content"], row["msg_id"], row["chat_key"], row["sender_qq"]) == (
        "大家好", "-77", "group:552603", SELF,
    )  # fmt: skip


@pytest.mark.parametrize(
    "event", ["increase_approve", "decrease_kick", "decrease_kick_me", "decrease_disband"]
)
def test_an_event_that_changes_who_is_there_has_the_roster_fetched(event: str) -> None:
    with onebot() as desk:
        desk.post(BODIES[f"napcat.post.{event}"])
        assert desk.account.refreshed.acquire(timeout=10)
        assert len(desk.inbox.events) == 1


def test_many_such_events_have_it_fetched_once_a_minute() -> None:
    with onebot() as desk:
        desk.post(BODIES["napcat.post.increase_approve"])
        assert desk.account.refreshed.acquire(timeout=10)
        for user_id in range(5):
            desk.post(recorded("napcat.post.increase_approve", user_id=user_id + 1))
        assert not desk.account.refreshed.acquire(blocking=False)
        numbers = desk.inbox._receiver._numbers
        assert numbers._wanted and numbers._due_s > numbers._last_s + 50


def test_other_events_have_nothing_fetched() -> None:
    with onebot() as desk:
        for event in ("ban", "group_poke", "emoji_like", "friend_request"):
            desk.post(BODIES[f"napcat.post.{event}"])
        assert len(desk.inbox.events) == 4
        assert not desk.inbox._receiver._numbers._wanted


@pytest.mark.filterwarnings("ignore:QQ has logged the account out")
def test_every_recorded_post_is_taken_and_stored_as_it_came(tmp_path: Path) -> None:
    distinct = list(dict.fromkeys(body for body in BODIES.values() if body.startswith(b"{")))
    with onebot(tmp_path / "j.db") as desk:
        for body in distinct:
            assert desk.post(body).status_code in (204, 400)
        refused = desk.inbox.stats.malformed
        assert refused == len(desk.inbox.journal.aside())
        assert tuple(desk.inbox.df)[: len(MESSAGES.names)] == MESSAGES.names
        assert len(desk.inbox.df) + len(desk.inbox.events) > 30


def test_an_event_has_the_name_of_whom_it_is_about_as_the_roster_knows_it() -> None:
    with Simulator("onebot11", groups=1, friends=2, members=3) as simulator:
        my = oq.connect(simulator.url)
        friend, group = my.friends().iloc[0], my.groups().iloc[0]
        with my.listen(port=0, journal=False) as inbox:
            simulator.post_to(inbox.url)
            simulator.poke(friend["qq"])
            simulator.mute_all(group["gnumber"])
            simulator.wait_posted()
            events = inbox.events
        my.close()
    assert events["displayname"].tolist() == [friend["displayname"], group["displayname"]]
