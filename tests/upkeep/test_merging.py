"""Merging journals: nothing lost, nothing twice, in order of arrival, and nothing written to where it comes from."""

import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.errors import InvalidInput, JournalFailed
from openqq_nb.journal import Journal
from openqq_nb.logs import open_log
from openqq_nb.models import Arrival
from openqq_nb.records import Aside
from openqq_nb.upkeep import stored
from openqq_nb.upkeep.checking import check
from openqq_nb.upkeep.merging import arrivals, merge
from tests.inbox.desk import listening, own2
from tests.inbox.desk import message as body
from tests.journal.making import event, message
from tests.upkeep.filled import changed, contents, posted, recorded, rows, written

FORMATS = Path(__file__).parents[1] / "journal" / "formats"


def fingerprints(path: Path) -> list[str]:
    return [one for (one,) in rows(path, "SELECT fingerprint FROM arrivals ORDER BY seq")]


def test_a_new_journal_has_the_arrivals_of_all_in_order_of_arrival(tmp_path: Path) -> None:
    first = written(
        tmp_path / "a.db", message("1", received_at=1e9 + 1), message("4", received_at=1e9 + 4), event("0")
    )
    changed(first, "UPDATE events SET received_at = 1000000000.0")
    second = written(tmp_path / "b.db", message("2", received_at=1e9 + 2), event("3", received_at=1e9 + 3))
    merged = merge(tmp_path / "new.db", [first, second])
    assert fingerprints(tmp_path / "new.db") == ["0", "1", "2", "3", "4"]
    assert (merged.messages, merged.events, merged.doubles) == (3, 2, 0)


def test_what_is_there_stays_in_front_and_is_not_added_again(tmp_path: Path) -> None:
    into = written(tmp_path / "into.db", message("late", received_at=2e9), message("both", received_at=2e9))
    source = written(tmp_path / "b.db", message("both", received_at=1e9), message("early", received_at=1e9))
    merged = merge(into, [source])
    assert fingerprints(into) == ["late", "both", "early"]
    assert (merged.messages, merged.doubles) == (1, 1)
    assert merge(into, [source]).messages == 0


def test_of_one_that_several_have_the_first_that_came_is_taken(tmp_path: Path) -> None:
    late = written(tmp_path / "a.db", message("x", received_at=1e9 + 9, sender="late"))
    early = written(tmp_path / "b.db", message("x", received_at=1e9, sender="early"))
    merged = merge(tmp_path / "new.db", [late, early])
    assert rows(tmp_path / "new.db", "SELECT sender FROM messages") == [("early",)]
    assert merged.doubles == 1


@pytest.mark.parametrize("protocol", ["openqq1", "openqq2"])
def test_rows_bodies_unknown_keys_and_asides_come_over_as_they_are(tmp_path: Path, protocol: str) -> None:
    source = recorded(tmp_path / "a.db", protocol)
    with Journal.open(source) as journal:
        journal.append([message("heat", {"heat": "3"}, received_at=2e9)])
        journal.set_aside(b"not json", "This is no JSON.")
    merge(tmp_path / "new.db", [source])
    with Journal.open(source) as one, Journal.open(tmp_path / "new.db") as other:
        assert other.messages().equals(one.messages()) and other.events().equals(one.events())
        assert other.aside() == one.aside()
        for number in range(1, len(fingerprints(source)) + 1):
            assert other.body(number) == one.body(number)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_journal_of_an_earlier_format_is_merged_and_stays_as_it_is(number: int, tmp_path: Path) -> None:
    source = Path(shutil.copy(FORMATS / f"journal-{number}.db", tmp_path))
    before = source.read_bytes()
    merged = merge(tmp_path / "new.db", [source])
    assert (merged.messages, merged.events, merged.aside) == (3, 1, 1)
    assert source.read_bytes() == before
    assert {one.name for one in tmp_path.iterdir()} == {source.name, "new.db"}
    with Journal.open(source) as one, Journal.open(tmp_path / "new.db") as other:
        assert sorted(other.body(n) for n in range(1, 5)) == sorted(one.body(n) for n in range(1, 5))
        assert other.messages().column("heat").to_pylist() == [None, "3", None]


def test_a_message_that_is_there_is_flagged_where_another_journal_knows_of_its_recall(tmp_path: Path) -> None:
    into = written(tmp_path / "a.db", message("1"), message("2"))
    source = written(tmp_path / "b.db", message("1", recalled_at=1448010900.0), message("3"))
    assert merge(into, [source]).doubles == 1
    assert rows(into, "SELECT recalled_at FROM messages ORDER BY seq") == [(1448010900.0,), (None,), (None,)]


def test_nothing_is_written_to_where_it_comes_from(tmp_path: Path) -> None:
    source = written(tmp_path / "a.db", message("1"), event("2"))
    before = source.read_bytes()
    merge(tmp_path / "new.db", [source])
    assert source.read_bytes() == before and not (tmp_path / "a.db-wal").exists()


def test_a_journal_is_not_merged_into_itself(tmp_path: Path) -> None:
    path = written(tmp_path / "a.db", message("1"))
    (tmp_path / "link.db").symlink_to(path)
    with pytest.raises(InvalidInput, match="into itself"):
        merge(path, [tmp_path / "link.db"])


def test_a_source_that_is_not_there_leaves_no_new_journal(tmp_path: Path) -> None:
    with pytest.raises(JournalFailed, match="There is no journal"):
        merge(tmp_path / "new.db", [tmp_path / "gone.db"])
    assert not (tmp_path / "new.db").exists()


def test_a_message_whose_body_is_damaged_is_added_and_told(tmp_path: Path) -> None:
    source = written(tmp_path / "a.db", message("1"), message("2"))
    changed(source, "UPDATE arrivals SET body = x'00ff' WHERE seq = 2")
    merged = merge(tmp_path / "new.db", [source])
    assert merged.messages == 2 and merged.sources[0].bodiless == [2]
    assert f"{source}, 1 number added without the body, which is damaged: 2." in str(merged)


BROKEN = {
    "a row without an arrival": ("DELETE FROM arrivals WHERE seq = 2", "added without the body"),
    "an arrival without a row": ("DELETE FROM messages WHERE seq = 2", "read anew from the body"),
    "a row in both tables": ("INSERT INTO events (seq) VALUES (2)", None),
    "a body that is a text": ("UPDATE arrivals SET body = 'x' WHERE seq = 2", "added without the body"),
    "a cell of another type": ("UPDATE messages SET own = 'perhaps' WHERE seq = 2", "made of some cells: 2"),
    "a text that is no UTF-8": (
        "UPDATE messages SET sender = CAST(x'ff41' AS TEXT) WHERE seq = 2",
        None,
    ),
    "bytes in place of a text": (
        "UPDATE messages SET sender = x'ff41' WHERE seq = 2",
        "made of some cells: 2",
    ),
    "extra that is no JSON": ("UPDATE messages SET extra = '{' WHERE seq = 2", "made of some cells: 2"),
    "a time that is a text": ("UPDATE messages SET received_at = 'x' WHERE seq = 2", "made of some cells: 2"),
    "dictionaries that are gone": ("DELETE FROM dictionaries", "3 numbers added without the body"),
}


@pytest.mark.parametrize("harm", BROKEN)
def test_all_that_can_be_read_of_a_journal_that_another_program_changed_is_merged(
    tmp_path: Path, harm: str
) -> None:
    statement, said = BROKEN[harm]
    source = posted(tmp_path / "a.db", "openqq1", [body(text) for text in ("一", "二", "三")])
    changed(source, "PRAGMA foreign_keys = OFF", statement)
    into = tmp_path / "new.db"
    merged = merge(into, [source])
    texts = [text for (text,) in rows(into, "SELECT content FROM messages ORDER BY seq")]
    assert sorted(texts) == ["一", "三", "二"]
    assert (said or f"{into}: 3 messages") in str(merged)
    assert merge(into, [source]).messages == 0
    assert rows(source, "SELECT count(*) FROM dictionaries") == [(harm != "dictionaries that are gone",)]
    assert len(open_log(into).df) == 3


PAGE = 4096


def test_around_any_bad_page_all_that_a_log_can_read_and_more_is_merged(tmp_path: Path) -> None:
    whole = posted(
        tmp_path / "whole.db", "openqq1", [body(f"第 {n} 条" + "x" * 200, id=str(n)) for n in range(120)]
    )
    count = len(whole.read_bytes()) // PAGE
    (names,) = [{one for (one,) in rows(whole, "SELECT content FROM messages")}]
    lost = 0
    for page in range(1, count):  # without the first one it is no file of SQLite
        harmed = bytearray(whole.read_bytes())
        harmed[page * PAGE : (page + 1) * PAGE] = b"\x5a" * PAGE
        source, into = tmp_path / f"{page}.db", tmp_path / f"{page}-new.db"
        source.write_bytes(harmed)
        read = readable(source)
        merged = merge(into, [source])
        found = {text for (text,) in rows(into, "SELECT content FROM messages")}
        assert read <= found <= names and check(into), page
        assert merged.messages == len(found) and arrivals([source]) >= len(found)
        lost += len(names - found)
    assert lost < len(names)


def readable(path: Path) -> set[str]:
    try:
        return set(open_log(path).df["content"])
    except JournalFailed:
        return set()


def test_a_journal_of_which_nothing_can_be_read_leaves_no_new_one(tmp_path: Path) -> None:
    source = written(tmp_path / "a.db", *(message(str(n)) for n in range(50)))
    harmed = bytearray(source.read_bytes())
    harmed[PAGE:] = b"\x5a" * (len(harmed) - PAGE)
    source.write_bytes(harmed)
    with pytest.raises(JournalFailed, match=r"(?s)Nothing can be read.*a\.db.*copy from before"):
        merge(tmp_path / "new.db", [source])
    assert {one.name for one in tmp_path.iterdir()} == {"a.db"}


def test_posts_set_aside_never_push_out_those_that_are_there(tmp_path: Path) -> None:
    into, source = tmp_path / "into.db", tmp_path / "a.db"
    with Journal.open(into) as journal, journal.turn() as turn:
        turn.set_aside([stored_aside(n) for n in range(998)])
    with Journal.open(source) as journal, journal.turn() as turn:
        turn.set_aside([stored_aside(n) for n in (-3, -2, -1, 5)])
    merged = merge(into, [source])
    assert (merged.aside, merged.left) == (2, 1)
    found = [when for (when,) in rows(into, "SELECT received_at FROM aside")]
    assert sorted(found) == [float(n) for n in range(-2, 998)]


def stored_aside(number: int) -> Aside:
    return Aside(float(number), "no JSON", b"?")


def test_what_is_merged_while_a_notebook_listens_comes_into_its_frame_once(tmp_path: Path) -> None:
    source = written(tmp_path / "a.db", *(message(str(n), content=f"old {n}") for n in range(50)))
    path = tmp_path / "j.db"
    with listening(journal=path) as desk:
        working = threading.Thread(target=merge, args=(path, [source]))
        working.start()
        for n in range(20):
            assert desk.post(body(f"new {n}")).status_code == 204
        working.join()
        assert desk.post(body("last")).status_code == 204
        shown = desk.contents()
    assert sorted(shown) == sorted(
        [*(f"old {n}" for n in range(50)), *(f"new {n}" for n in range(20)), "last"]
    )
    assert [text for (text,) in rows(path, "SELECT content FROM messages ORDER BY seq")] == shown


def test_an_old_send_that_is_merged_takes_no_post_of_a_new_one(tmp_path: Path) -> None:
    old = Arrival(
        "message",
        {
            "type": "message", "msg_class": "send", "content": "hi", "delivery": "accepted", "own": True,
            "receiver_qq": "9900000101", "received_at": 1e9, "chat_key": "friend:9900000101",
        },
        "old",
    )  # fmt: skip
    source = written(tmp_path / "a.db", old)
    path = tmp_path / "j.db"
    with listening("openqq2", path) as desk:
        merge(path, [source])
        assert desk.post(own2("hi")).status_code == 204
    assert rows(path, "SELECT delivery FROM messages ORDER BY seq") == [("accepted",), ("sent",)]


lots = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 5), st.booleans()), max_size=25, unique_by=lambda one: one[0]
)


@settings(max_examples=25, deadline=None)
@given(st.lists(lots, min_size=1, max_size=3), lots)
def test_merging_gives_each_fingerprint_of_any_journal_once(
    tmp_path_factory: pytest.TempPathFactory,
    sources: list[list[tuple[int, int, bool]]],
    there: list[tuple[int, int, bool]],
) -> None:
    folder = tmp_path_factory.mktemp("merge")

    def made(name: str, found: list[tuple[int, int, bool]]) -> Path:
        return written(
            folder / name,
            *(
                (message if is_message else event)(str(n), received_at=1e9 + at)
                for n, at, is_message in found
            ),
        )

    paths = [made(f"{place}.db", found) for place, found in enumerate(sources)]
    into = made("into.db", there)
    before = contents(into)["arrivals"]
    merged = merge(into, paths)
    found = fingerprints(into)
    assert len(set(found)) == len(found)
    assert set(found) == {str(n) for lot in (*sources, there) for n, _, _ in lot}
    assert contents(into)["arrivals"][: len(before)] == before
    times = [
        when
        for seq, when in rows(
            into, "SELECT seq, received_at FROM messages UNION SELECT seq, received_at FROM events"
        )
        if seq > len(before)
    ]
    assert times == sorted(times)
    assert merged.messages + merged.events + merged.doubles == sum(map(len, sources)) == arrivals(paths)


def test_the_progress_adds_up_to_all_arrivals(tmp_path: Path) -> None:
    source = written(tmp_path / "a.db", *(message(str(n)) for n in range(stored.BATCH_ROWS + 5)))
    told: list[int] = []
    merge(tmp_path / "new.db", [source], told.append)
    assert told == [stored.BATCH_ROWS, 5]
