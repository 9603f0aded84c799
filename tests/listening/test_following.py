"""`oq.open_log(path).follow()`: a live inbox over a journal that another program fills; it cannot answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

import openqq_nb as oq
from openqq_nb.errors import HandlerWarning, InvalidInput
from openqq_nb.simulator import Simulator
from tests.inbox.desk import PATIENCE_S, Desk, listening, message
from tests.listening.site import collecting, say, serving, until


@pytest.fixture
def server() -> Iterator[Simulator]:
    with serving() as server:
        yield server


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "j.db"


@pytest.fixture
def desk(path: Path) -> Iterator[Desk]:
    with listening(journal=path) as desk:
        desk.post(message("before"))
        yield desk


@pytest.mark.slow
def test_what_a_collector_receives_is_shown_waited_for_and_handled(server: Simulator, path: Path) -> None:
    with collecting(server, path) as (child, _):
        say(server, "before")
        with oq.open_log(path).follow() as live:
            seen: list[str] = []
            live.on_message(lambda new: seen.append(new.content))
            say(server, "one")
            say(server, "two")
            assert live.wait(2, timeout=PATIENCE_S)["content"].tolist() == ["one", "two"]
            assert live.df["content"].tolist() == ["before", "one", "two"]
            assert child.end()[0] == 0
            frame = live.df
        assert seen == ["one", "two"] and not live.running
        assert_frame_equal(live.df, frame)


def test_filters_and_names_work_over_what_the_journal_holds(desk: Desk, path: Path) -> None:
    with oq.open_log(path).follow() as live:
        desk.post(message("签到", sender="小灰", sender_qq=9900000102, sender_id="2"))
        desk.post(message("end"))
        assert live.wait(1, timeout=PATIENCE_S, contains="end")["content"].tolist() == ["end"]
        assert live.wait(1, timeout=PATIENCE_S, sender="小灰")["content"].tolist() == ["签到"]
        with pytest.raises(oq.NotFound):
            live.wait(1, timeout=0, sender="谁也不是")


def test_a_reply_is_a_clear_error_and_nothing_goes_out(desk: Desk, path: Path) -> None:
    with oq.open_log(path).follow() as live:

        @live.on_message
        def polite(new: object) -> str:
            return "你好"

        desk.post(message("one"))
        live.wait(1, timeout=PATIENCE_S)
        with pytest.warns(HandlerWarning, match="over a log has no account that could answer"):
            until(lambda: live.handlers["errors"].tolist() == [1])
        assert live.handlers["replies"].tolist() == [0]
        assert desk.account.sent == []
        assert live.df["content"].tolist() == ["before", "one"]


def test_it_has_no_address_and_says_whom_it_follows(desk: Desk, path: Path) -> None:
    with oq.open_log(path).follow() as live:
        with pytest.raises(oq.NotSupported, match=r"following whoever fills j\.db"):
            live.setup()
        assert "following" in repr(live) and live.running
    assert "stopped" in repr(live)


def test_it_does_not_keep_others_from_filling_the_journal(desk: Desk, path: Path) -> None:
    with oq.open_log(path).follow() as live, listening(journal=path) as other:
        other.post(message("other"))
        desk.post(message("first"))
        assert live.wait(2, timeout=PATIENCE_S)["content"].tolist() == ["other", "first"]


def test_several_files_cannot_be_followed(desk: Desk, path: Path, tmp_path: Path) -> None:
    with listening(journal=tmp_path / "k.db"):
        pass
    with pytest.raises(InvalidInput, match="Only one journal can be followed"):
        oq.open_log(path, tmp_path / "k.db").follow()
