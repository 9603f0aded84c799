"""Forgetting: what is of a person or a group is gone, from the tables and from every byte; the rest is as it was."""

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.bodies import unpacked
from openqq_nb.errors import Ambiguous, InvalidInput, JournalFailed, NotFound
from openqq_nb.journal import Journal
from openqq_nb.listening.holding import Hold
from openqq_nb.upkeep.checking import check
from openqq_nb.upkeep.forgetting import Forgotten, forget, group, look, person
from openqq_nb.upkeep.redecoding import redecode
from tests.inbox.desk import group_message, message
from tests.upkeep.filled import bytes_of, changed, contents, posted, rows

WHO = "9900000555"
SECRET = "暗号gardenia"
OTHER: dict[str, Any] = {"sender": "柠檬", "sender_id": "31", "sender_qq": 9900000666}
THEM: dict[str, Any] = {"sender": "蓝莓", "sender_id": "55", "sender_qq": int(WHO)}
TO_THEM: dict[str, Any] = {
    "sender": "小机", "sender_id": "9900000100", "sender_qq": 9900000100,
    "receiver": "蓝莓", "receiver_id": "55", "receiver_qq": int(WHO), "msg_class": "send",
}  # fmt: skip


def remembered(path: Path) -> bytes:
    """All that anybody could find: the bytes of the files, and the bodies that are compressed in them."""
    with closing(sqlite3.connect(path)) as connection:
        bodies = connection.execute(
            "SELECT body, content FROM arrivals LEFT JOIN dictionaries ON number = dictionary"
        ).fetchall()
        aside = connection.execute("SELECT body FROM aside").fetchall()
    found = [unpacked(*one) for one in bodies] + [zlib.decompress(one) for (one,) in aside]
    return b"\n".join([bytes_of(path), *found])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return posted(
        tmp_path / "j.db",
        "openqq1",
        [
            message("留下来", **OTHER),
            message(f"{SECRET} one", **THEM, heat=SECRET),
            group_message(f"{SECRET} two", **THEM),
            group_message("也留下", **OTHER),
            message(f"{SECRET} three", **TO_THEM),
            f'{{"event":"new","about":{WHO}}}'.encode(),
            f"no JSON, but {WHO}".encode(),
            b"no JSON",
        ],
    )


def test_a_person_is_gone_from_the_tables_and_from_every_byte(path: Path) -> None:
    assert all(word in remembered(path) for word in (WHO.encode(), SECRET.encode(), "蓝莓".encode()))
    done = forget(path, person(path, qq=WHO))
    assert [text for (text,) in rows(path, "SELECT content FROM messages")] == ["留下来", "也留下"]
    assert [len(part) for part in (done.found.messages, done.found.events, done.found.aside)] == [3, 1, 1]
    for word in (WHO.encode(), SECRET.encode(), b"gardenia", "蓝莓".encode()):
        assert word not in remembered(path), word


def test_bytes_that_an_earlier_change_left_behind_go_as_well(tmp_path: Path) -> None:
    path = posted(tmp_path / "j.db", "openqq1", [message("好", **OTHER), message("x", **THEM)])
    changed(path, "UPDATE messages SET info = replace(hex(zeroblob(40)), '00', '暗号gardenia') WHERE seq = 1")
    changed(path, "PRAGMA secure_delete = OFF", "UPDATE messages SET info = NULL WHERE seq = 1")
    assert SECRET.encode() in bytes_of(path)
    forget(path, person(path, qq=WHO))
    assert SECRET.encode() not in bytes_of(path)


def test_what_is_of_others_stays_as_it_was_and_the_journal_is_sound(path: Path) -> None:
    before = contents(path)
    gone = set(look(path, person(path, qq=WHO)).messages + look(path, person(path, qq=WHO)).events)
    forget(path, person(path, qq=WHO))
    after = contents(path)
    for table in ("arrivals", "messages", "events"):
        assert after[table] == [row for row in before[table] if row[0] not in gone], table
    assert check(path)


def test_no_number_is_used_again(path: Path) -> None:
    (last,) = rows(path, "SELECT max(seq) FROM arrivals")
    forget(path, person(path, qq=WHO))
    with Journal.open(path) as journal:
        posted(path, "openqq1", [message("后来", **OTHER)])
        assert journal.messages().column("content").to_pylist() == ["留下来", "也留下"]
    assert rows(path, "SELECT max(seq) FROM arrivals")[0][0] == last[0] + 1


def test_messages_that_lack_the_number_are_found_by_the_ids_of_their_login(path: Path) -> None:
    changed(path, "UPDATE messages SET sender_qq = NULL WHERE seq = 3")
    assert look(path, person(path, qq=WHO)).messages == [2, 3, 5]
    changed(path, "UPDATE messages SET login = 'another' WHERE seq = 3")
    found = look(path, person(path, qq=WHO))
    assert found.messages == [2, 5] and found.mentions == [3], "the number still stands in its body"


def test_messages_of_others_that_mention_the_number_go_only_when_told(tmp_path: Path) -> None:
    path = posted(
        tmp_path / "j.db",
        "openqq1",
        [message("x", **THEM), message(f"加 {WHO} 吧", **OTHER), message(f"1{WHO}", **OTHER)],
    )
    done = forget(path, person(path, qq=WHO))
    assert done.found.mentions == [2] and "1 message of others that mention it" in str(done)
    assert len(rows(path, "SELECT * FROM messages")) == 2
    forget(path, person(path, qq=WHO), mentions=True)
    assert rows(path, "SELECT content FROM messages") == [(f"1{WHO}",)], "a longer number is another one"


def test_a_person_is_found_by_name(path: Path) -> None:
    subject = person(path, name="蓝莓")
    assert (subject.number, subject.name) == (WHO, "蓝莓")
    assert look(path, subject).messages == [2, 3, 5]
    with pytest.raises(NotFound, match="Nobody of the name '无名'"):
        person(path, name="无名")


def test_a_name_of_several_people_is_refused_with_their_numbers(tmp_path: Path) -> None:
    path = posted(
        tmp_path / "j.db", "openqq1", [message("x", **THEM), message("y", **{**OTHER, "sender": "蓝莓"})]
    )
    with pytest.raises(Ambiguous, match=f"(?s)number {WHO}.*number 9900000666"):
        person(path, name="蓝莓")


def test_a_person_without_a_number_is_forgotten_by_name(tmp_path: Path) -> None:
    nobody = {key: cell for key, cell in message(SECRET, **THEM).items() if key != "sender_qq"}
    path = posted(tmp_path / "j.db", "openqq1", [nobody, message("好", **OTHER)])
    forget(path, person(path, name="蓝莓"))
    assert rows(path, "SELECT content FROM messages") == [("好",)]
    assert SECRET.encode() not in remembered(path) and "蓝莓".encode() not in remembered(path)


def test_a_group_is_forgotten_with_all_that_was_said_in_it(path: Path) -> None:
    place = {"gnumber": 9910000777, "group": "羽毛球", "group_id": "44"}
    posted(
        path,
        "openqq1",
        [group_message("打球", **{**OTHER, **place}), group_message("好", **{**THEM, **place})],
    )
    forget(path, group(path, "9910000777"))
    assert rows(path, "SELECT count(*) FROM messages") == [(5,)]
    assert b"9910000777" not in remembered(path) and "羽毛球".encode() not in remembered(path)


def test_the_account_itself_cannot_be_forgotten(path: Path) -> None:
    with pytest.raises(InvalidInput, match="the account itself"):
        person(path, qq="9900000100")


@pytest.mark.parametrize("number", ["", "12 OR 1=1", "-5", "１２"])
def test_what_is_no_number_is_refused(path: Path, number: str) -> None:
    with pytest.raises(InvalidInput, match="is no number"):
        person(path, qq=number)
    with pytest.raises(InvalidInput, match="is no number"):
        group(path, number)


def test_somebody_unknown_leaves_everything_as_it_is(path: Path) -> None:
    before = contents(path)
    assert not look(path, person(path, qq="123456"))
    forget(path, person(path, qq="123456"))
    assert contents(path) == before


def test_a_journal_that_somebody_fills_is_left_alone(path: Path) -> None:
    before = contents(path)
    hold = Hold.taken(path)
    assert hold is not None
    with pytest.raises(JournalFailed, match="is filled by another program"):
        forget(path, person(path, qq=WHO))
    hold.let_go()
    assert contents(path) == before


@contextmanager
def read_by_another(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM messages")
        yield


def test_while_another_program_reads_it_says_that_bytes_are_left_and_ends_the_work_later(path: Path) -> None:
    subject = person(path, qq=WHO)
    with read_by_another(path), pytest.raises(JournalFailed, match=r"(?s)bytes of it are still.*try again"):
        forget(path, subject)
    assert len(rows(path, "SELECT * FROM messages")) == 2
    assert not forget(path, subject).found
    assert WHO.encode() not in remembered(path) and SECRET.encode() not in remembered(path)


def test_copies_that_still_hold_the_person_are_named(path: Path) -> None:
    changed(path, "UPDATE messages SET content = 'x' WHERE seq = 1")
    backup = redecode(path).backup
    done: Forgotten = forget(path, person(path, qq=WHO))
    assert done.backups == (backup,) and str(backup) in str(done)


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=4, max_size=30)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(texts, st.booleans(), st.booleans()), min_size=1, max_size=8))
def test_no_text_of_a_forgotten_person_is_left_whatever_it_was(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[str, bool, bool]]
) -> None:
    marked = [(f"{SECRET}{text}", theirs, in_group) for text, theirs, in_group in said]
    path = posted(
        tmp_path_factory.mktemp("forget") / "j.db",
        "openqq1",
        [
            (group_message if in_group else message)(text if theirs else "留", **(THEM if theirs else OTHER))
            for text, theirs, in_group in marked
        ],
    )
    forget(path, person(path, qq=WHO))
    assert len(rows(path, "SELECT * FROM messages")) == sum(not theirs for _, theirs, _ in said)
    assert SECRET.encode() not in remembered(path) and WHO.encode() not in remembered(path)
