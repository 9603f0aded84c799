import gzip
import lzma
import os
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import zstandard

from openqq_nb.errors import InvalidInput, OpenqqError
from openqq_nb.journal import Journal
from openqq_nb.readers.base import HEAD_BYTES, Options, Source
from openqq_nb.readers.files import inside, of_file
from openqq_nb.readers.guarding import unpacked
from openqq_nb.readers.recognising import reader_of
from openqq_nb.readers.sources import look
from tests.readers.sources import EXAMPLES, cells, expected, found, messages, of_bytes, problems, read

CHATLAB = EXAMPLES / "chatlab" / "group.json"
NAMES = [
    "formats/chatlab/group.json",
    "formats/chatlab/group.jsonl",
    "formats/gocqhttp/msg.db",
    "formats/onebot/events.jsonl",
    "formats/onebot/history-page1-newest.json",
    "formats/onebot/history-page2-older.json",
    "formats/pcqq/all-chats.txt",
    "formats/pcqq/group-12h-ampm.txt",
    "formats/pcqq/group-12h-zh.txt",
    "formats/pcqq/group-gbk.txt",
    "formats/pcqq/group-utf8bom.txt",
    "formats/pcqq/group.mht",
    "formats/qce/chunked/manifest.json",
    "formats/qce/v4-parsed.json",
    "formats/qce/v4.json",
    "formats/qce/v5.json",
    "formats/qce/v6-private.json",
    "formats/qce/v6.json",
    "formats/qce/v6.txt",
]


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return path


def all_examples(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(EXAMPLES.rglob("*")):
            if one.is_file():
                archive.write(one, one.relative_to(EXAMPLES).as_posix())
    return path


def why(path: Path) -> list[str]:
    return [one.why for one in look(path).skipped]


def test_file_is_one_source(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(CHATLAB.read_bytes())
    assert [(one.name, one.size_bytes, one.path) for one in found(path)] == [("x", path.stat().st_size, path)]


def test_file_that_is_no_log_is_an_error_that_says_what_it_begins_with(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("?")
    with pytest.raises(InvalidInput, match=r"(?s)x is no log.*begins with '\?'.*ChatLab"):
        look(tmp_path / "x")


def test_each_log_comes_with_its_reader(tmp_path: Path) -> None:
    for path in (EXAMPLES, all_examples(tmp_path / "logs.zip"), CHATLAB):
        logs = look(path).logs
        assert [reader for _, reader in logs] == [reader_of(source) for source, _ in logs]


def test_folder_gives_all_that_is_recognised_and_tells_the_rest() -> None:
    assert sorted(one.name for one in found(EXAMPLES)) == NAMES
    skipped = {name for one in look(EXAMPLES).skipped for name in one.body.split(", ")}
    assert skipped == {path.name for path in EXAMPLES.rglob("*.csv") if "chunked" not in path.parts}


def test_zip_gives_the_same_as_the_folder(tmp_path: Path) -> None:
    archive = all_examples(tmp_path / "logs.zip")
    sources = found(archive)
    assert [one.name for one in sources] == [name.replace("formats/", "logs.zip/", 1) for name in NAMES]
    assert len(look(archive).skipped) == len(look(EXAMPLES).skipped)
    folder = {one.name.partition("/")[2]: one for one in found(EXAMPLES)}
    for source in sources:
        same = read(folder[source.name.partition("/")[2]])
        assert messages(read(source)) == messages(same)
        assert problems(read(source)) == problems(same)


def test_zip_in_a_folder_is_looked_into(tmp_path: Path) -> None:
    zipped(
        tmp_path / "a.zip",
        **{"x/g.json": CHATLAB.read_bytes(), "b.zip": zipped(tmp_path / "b", y=b"").read_bytes()},
    )
    (tmp_path / "b").unlink()
    assert [one.name for one in found(tmp_path)] == [f"{tmp_path.name}/a.zip/x/g.json"]
    assert why(tmp_path) == [
        f"b.zip was passed over in {tmp_path.name}/a.zip: it is a zip inside of a zip; unpack the outer one"
    ]


def test_manifest_stands_for_its_folder_and_for_no_other(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "qce" / "chunked", tmp_path / "one")
    shutil.copy(CHATLAB, tmp_path / "group.json")
    (tmp_path / "manifest.json").write_text("{}")
    assert [one.name for one in found(tmp_path)] == [
        f"{tmp_path.name}/group.json",
        f"{tmp_path.name}/one/manifest.json",
    ]
    assert [one.name for one in found(tmp_path / "one")] == ["one/manifest.json"]


def test_chunks_of_a_zip_are_read_through_their_manifest(tmp_path: Path) -> None:
    (source,) = (
        one for one in found(all_examples(tmp_path / "logs.zip")) if one.name.endswith("manifest.json")
    )
    assert cells(messages(read(source))) == expected("qce/chunked/expected.csv")


@pytest.mark.parametrize(
    "relative",
    [
        "../x.json",
        "/etc/passwd",
        "chunks/../../x.json",
        "..\\x.json",
        "C:/x.json",
        "c:x",
        "",
        ".",
        "a\0b",
        "x" * 5_000,
        "\ud800",
        "none",
    ],
)
def test_nothing_outside_of_the_folder_stands_beside_a_source(relative: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "x.json").write_text("{}")
    (tmp_path / "in" / "a.json").write_bytes(CHATLAB.read_bytes())
    (tmp_path / "in" / "link.json").symlink_to(tmp_path / "x.json")
    archive = zipped(tmp_path / "l.zip", **{"in/a.json": CHATLAB.read_bytes(), "x.json": b"{}"})
    for source in (of_file(tmp_path / "in" / "a.json"), *found(archive)):
        assert source.beside(relative) is None
        assert source.beside("link.json") is None


@pytest.mark.parametrize("name", ["in/b.json", "in\\b.json", "./in//b.json"])
def test_file_below_stands_beside_a_source_in_either_spelling(name: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "a.json").write_bytes(CHATLAB.read_bytes())
    (tmp_path / "in" / "b.json").write_bytes(b"{}")
    archive = zipped(tmp_path / "l.zip", **{"a.json": CHATLAB.read_bytes(), "in/b.json": b"{}"})
    for source in (of_file(tmp_path / "a.json"), *found(archive)):
        beside = source.beside(name)
        assert beside is not None
        assert beside.head() == b"{}"


def test_names_in_gbk_are_read_in_a_zip_without_their_mark(tmp_path: Path) -> None:
    for name, encoding in (("饭友/聊天记录.json", "gb18030"), ("饭友/聊天记录.json", "utf-8")):
        archive = zipped(
            tmp_path / f"{encoding}.zip", **{name.encode(encoding).decode("cp437"): CHATLAB.read_bytes()}
        )
        body = bytearray(archive.read_bytes())
        raw, written = name.encode(encoding), name.encode(encoding).decode("cp437").encode()
        body = bytearray(bytes(body).replace(written, raw))
        archive.write_bytes(without_flag(bytes(body), len(written), len(raw)))
        assert [one.name for one in found(archive)] == [f"{encoding}.zip/{name}"]
        assert len(messages(read(found(archive)[0]))) == 31


def without_flag(body: bytes, was: int, now: int) -> bytes:
    """Write a zip with one member as if its name had never been in UTF-8."""
    local, central, end = body.index(b"PK\3\4"), body.index(b"PK\1\2"), body.index(b"PK\5\6")
    changed = bytearray(body)
    for flags, length in ((local + 6, local + 26), (central + 8, central + 28)):
        changed[flags : flags + 2] = b"\0\0"
        changed[length : length + 2] = now.to_bytes(2, "little")
    changed[end + 16 : end + 20] = central.to_bytes(4, "little")
    changed[end + 12 : end + 16] = (end - central).to_bytes(4, "little")
    assert was > now
    return bytes(changed)


def test_encrypted_member_is_told(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "l.zip", **{"a.json": CHATLAB.read_bytes(), "b.json": CHATLAB.read_bytes()})
    body = bytearray(archive.read_bytes())
    body[body.rindex(b"PK\1\2") + 8] |= 1
    archive.write_bytes(body)
    assert [one.name for one in found(archive)] == ["l.zip/a.json"]
    assert "it is encrypted" in why(archive)[0]


def test_member_with_a_path_that_leads_out_is_told(tmp_path: Path) -> None:
    archive = zipped(
        tmp_path / "l.zip", **{"a.json": CHATLAB.read_bytes(), "../b.json": CHATLAB.read_bytes()}
    )
    assert [one.name for one in found(archive)] == ["l.zip/a.json"]
    assert "leads out of the zip" in why(archive)[0]


def test_members_of_one_path_are_told_but_the_last(tmp_path: Path) -> None:
    archive = zipped(
        tmp_path / "l.zip",
        **{"a/g.json": b"{}", "a\\g.json": b"{}", "x.json": b"{}", "a//g.json": CHATLAB.read_bytes()},
    )
    assert [one.name for one in found(archive)] == ["l.zip/a/g.json"]
    told = {name for one in look(archive).skipped if "same path" in one.why for name in one.body.split(", ")}
    assert told == {"a/g.json", "a\\g.json"}


def test_encrypted_chunk_beside_a_member_is_an_error_that_says_so(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "l.zip", **{"a.json": CHATLAB.read_bytes(), "b.json": b"{}"})
    body = bytearray(archive.read_bytes())
    body[body.rindex(b"PK\1\2") + 8] |= 1
    archive.write_bytes(body)
    beside = found(archive)[0].beside("b.json")
    assert beside is not None
    with pytest.raises(OSError, match=r"b\.json cannot be read: it is encrypted"):
        beside.open()


def test_member_that_is_not_where_its_directory_says_is_told(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "l.zip", **{"a.json": CHATLAB.read_bytes(), "b.json": CHATLAB.read_bytes()})
    body = bytearray(archive.read_bytes())
    at = body.rindex(b"PK\1\2") + 42
    body[at : at + 4] = bytes(4)
    archive.write_bytes(body)
    assert [one.name for one in found(archive)] == ["l.zip/a.json"]
    assert "another member stands where" in why(archive)[0]


def test_opening_a_member_does_not_read_the_others_names(tmp_path: Path) -> None:
    archive = zipped(
        tmp_path / "l.zip", **{"a.json": CHATLAB.read_bytes(), **{f"{n}.x": b"" for n in range(5_000)}}
    )
    (source,) = found(archive)
    body = bytearray(archive.read_bytes())
    body[body.index(b"PK\1\2") :] = b""
    archive.write_bytes(body)
    assert source.head() == CHATLAB.read_bytes()[:HEAD_BYTES]


def test_bomb_is_told_and_not_unpacked(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "l.zip", **{"a.json": CHATLAB.read_bytes(), "b.json": b" " * 1_000})
    body = bytearray(archive.read_bytes())
    at = body.rindex(b"PK\1\2") + 24
    body[at : at + 4] = (0xFFFF_FFF0).to_bytes(4, "little")
    archive.write_bytes(body)
    assert [one.name for one in found(archive)] == ["l.zip/a.json"]
    assert "as no log does" in why(archive)[0]


@pytest.mark.slow
def test_line_of_a_bomb_does_not_fill_the_memory(tmp_path: Path) -> None:
    first = b'{"post_type":"meta_event","self_id":1}\n'
    with (
        zipfile.ZipFile(tmp_path / "l.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("x.jsonl", "w") as member,
    ):
        member.write(first + b'{"post_type":"message","x":"')
        for _ in range(400):
            member.write(b"x" * (1 << 20))
    before = psutil.Process().memory_info().rss
    (source,) = found(tmp_path / "l.zip")
    parts = read(source)
    assert [one.why for one in problems(parts)] == ["The line is longer than any post"]
    assert psutil.Process().memory_info().rss - before < 200 << 20


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, zstandard.compress])
def test_file_that_is_packed_on_its_own_is_read(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    (tmp_path / "group.json.packed").write_bytes(pack(CHATLAB.read_bytes()))
    for path in (tmp_path / "group.json.packed", tmp_path):
        assert cells(messages(read(found(path)[0]))) == expected("chatlab/group.expected.csv")


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, zstandard.compress])
def test_progress_in_a_packed_file_ends_with_its_size(pack: Callable[[bytes], bytes]) -> None:
    lines = (EXAMPLES / "chatlab" / "group.jsonl").read_bytes()
    packed = pack(lines + os.urandom(300_000).hex().encode() + b"\n" + lines.partition(b"\n")[2] * 2_000)
    source = unpacked(of_bytes(packed), packed[:HEAD_BYTES])
    reached = [source.reached(one.bytes_read) for one in reader_of(source).parts(source, Options())]
    assert len(reached) > 2
    assert reached == sorted(reached)
    assert reached[0] > 0 and reached[-1] == len(packed)


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_packed_file_that_is_cut_off_is_an_error_that_names_it(
    pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    (tmp_path / "g.json").write_bytes(pack(CHATLAB.read_bytes())[:-200])
    with pytest.raises((OSError, OpenqqError), match=r"g\.json"):
        read(found(tmp_path / "g.json")[0])


def test_packed_database_is_read_and_no_copy_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "t"))
    archive = zipped(
        tmp_path / "l.zip", **{"data/sqlite3/msg.db": (EXAMPLES / "gocqhttp" / "msg.db").read_bytes()}
    )
    (source,) = found(archive)
    assert cells(messages(read(source))) == expected("gocqhttp/msg.expected.csv")
    assert list((tmp_path / "t").iterdir()) == []


def test_database_of_old_versions_of_go_cqhttp_is_told(tmp_path: Path) -> None:
    old = tmp_path / "data" / "leveldb-v3"
    old.mkdir(parents=True)
    for name in ("CURRENT", "MANIFEST-000001", "000003.log"):
        (old / name).write_text("x")
    for path in (tmp_path, tmp_path / "data", old):
        with pytest.raises(InvalidInput, match="LevelDB"):
            look(path)
    shutil.copy(CHATLAB, tmp_path / "g.json")
    assert [one.name for one in found(tmp_path)] == [f"{tmp_path.name}/g.json"]
    assert [("LevelDB" in one, "leveldb-v3" in one) for one in why(tmp_path)] == [(True, True)]


def test_journals_in_a_folder_are_told_and_keep_their_locks(tmp_path: Path) -> None:
    shutil.copy(CHATLAB, tmp_path / "g.json")
    with Journal.open(tmp_path / "j.db"):
        before = locks(tmp_path / "j.db")
        assert [one.name for one in found(tmp_path)] == [f"{tmp_path.name}/g.json"]
        assert locks(tmp_path / "j.db") == before
        assert any("a journal is opened by its own path" in one for one in why(tmp_path))


def locks(path: Path) -> list[str]:
    """Give the locks on a file and those beside it, where the system tells."""
    table = Path("/proc/locks")
    inodes = [one.stat().st_ino for one in path.parent.glob(path.name + "*")]
    written = table.read_text().splitlines() if table.exists() else []
    return sorted(line.partition(":")[2] for line in written if any(f":{inode} " in line for inode in inodes))


def test_links_pipes_and_hidden_files_do_not_stop_the_search(tmp_path: Path) -> None:
    shutil.copy(CHATLAB, tmp_path / "g.json")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    os.mkfifo(tmp_path / "pipe")
    done: list[list[Source]] = []
    thread = threading.Thread(target=lambda: done.append(found(tmp_path)), daemon=True)
    thread.start()
    thread.join(20)
    assert [one.name for one in done[0]] == [f"{tmp_path.name}/g.json"]
    assert len(why(tmp_path)) == 2


def test_many_files_of_one_folder_are_told_together(tmp_path: Path) -> None:
    shutil.copy(CHATLAB, tmp_path / "g.json")
    (tmp_path / "images").mkdir()
    for number in range(40):
        (tmp_path / "images" / f"{number:02}.jpg").write_bytes(b"\xff\xd8\xff")
    (skipped,) = look(tmp_path).skipped
    assert skipped.why == (
        f"40 files were passed over in {tmp_path.name}/images (00.jpg, 01.jpg, 02.jpg …), "
        "each because it is in no format that is known"
    )
    assert skipped.body.endswith("11.jpg … and 28 more")


@pytest.mark.parametrize("body", [b"", b"PK\5\6" + bytes(18), b"PK\3\4", b"PK\3\4" + b"x" * 5_000])
def test_folder_or_zip_without_a_log_is_an_error_that_says_what_is_there(body: bytes, tmp_path: Path) -> None:
    (tmp_path / "l.zip").write_bytes(body)
    with pytest.raises(InvalidInput) as refused:
        look(tmp_path)
    assert "Found:" in str(refused.value)
    assert "ChatLab" in str(refused.value)


def test_path_where_nothing_is_is_an_error() -> None:
    with pytest.raises(InvalidInput, match="no file and no folder"):
        look(Path("nowhere") / "x.json")


def test_source_is_opened_as_often_as_it_is_wanted(tmp_path: Path) -> None:
    packed = zipped(tmp_path / "l.zip", **{"a.json": CHATLAB.read_bytes()})
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(CHATLAB.read_bytes()))
    for path in (CHATLAB, packed, tmp_path / "a.json.gz"):
        (source,) = found(path)
        with source.open() as first, source.open() as second:
            assert first.read(10) == second.read(10)
            assert first.tell() == 10
            assert isinstance(first.read(), bytes)
            assert first.tell() == CHATLAB.stat().st_size
        assert source.head() == CHATLAB.read_bytes()[:HEAD_BYTES]


def test_parts_of_a_path_are_taken_apart_in_either_spelling() -> None:
    assert inside("a/b\\c") == ("a", "b", "c")
    assert inside("a/") is None
    assert inside("C:x") is None
    assert inside("\\\\server\\x") is None
