"""An inbox on a disk of its own, which is full or read-only: `python -m tests.inbox.on_a_mount SCENE FOLDER`.

To be run where mounting is allowed and nobody else sees it. Whatever is wrong ends it with an error.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import openqq_nb as oq
from openqq_nb.journal import Journal
from tests.inbox.desk import Desk, message
from tests.inbox.test_disk import kept, told, watched

_DISK_BYTES = 1 << 20
_TEXT = "长" * 300


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)  # noqa: S607 - wherever the system has it


def full(folder: Path) -> None:
    """Another program fills the disk and later makes room again."""
    mount("-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "none", str(folder))
    ballast, path = folder / "ballast", folder / "j.db"
    with watched(path) as (desk, journal):
        assert desk.post(message("before")).status_code == 204
        fill(ballast)
        taken, refused = until_refused(desk)
        (why,) = told(desk)
        assert "Free some space" in why and desk.inbox.stats.waiting == len(refused)
        assert desk.contents() == ["before", *taken, *refused]
        assert kept(path) == ["before", *taken]
        ballast.unlink()
        journal.await_storing()
        assert desk.post(message("after")).status_code == 204
        assert kept(path) == desk.contents() == ["before", *taken, *refused, "after"]
    assert kept(path)[-1] == "after"


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096):
                continue
        except OSError:
            return


def until_refused(desk: Desk) -> tuple[list[str], list[str]]:
    """Post until two posts were not stored; gives the texts of those that were, and of those that were not."""
    taken, refused = list[str](), list[str]()
    while len(refused) < 2 and len(taken) < 10_000:
        text = f"{len(taken)}.{len(refused)} {_TEXT}"
        status = desk.post(message(text)).status_code
        assert status in (204, 503)
        (taken if status == 204 else refused).append(text)
    return taken, refused


def read_only(folder: Path) -> None:
    """The disk of the journal goes, one that cannot be written comes in its place, and goes again."""
    home, copy = folder / "home", folder / "copy"
    home.mkdir()
    path = home / "j.db"
    with watched(path) as (desk, journal):
        desk.post(message("before"))
        shutil.copytree(home, copy)
        mount("--bind", "-o", "ro", str(copy), str(home))
        statuses = [desk.post(message(text)).status_code for text in ("one", "two")]
        assert statuses == [503, 503]
        assert re.search("(?s)(readonly|unable to open|Read-only).*(writable|opened)", told(desk)[-1])
        assert desk.inbox.stats.waiting == 2
        subprocess.run(["umount", str(home)], check=True)  # noqa: S607
        journal.await_storing()
        assert desk.post(message("after")).status_code == 204
        assert told(desk) == [] and kept(path) == desk.contents() == ["before", "one", "two", "after"]


def read_only_from_the_start(folder: Path) -> None:
    """A journal that cannot be written is not listened on, and is left as it is."""
    home = folder / "home"
    home.mkdir()
    path = home / "j.db"
    with watched(path) as (desk, _):
        desk.post(message("before"))
    before = path.read_bytes()
    mount("--bind", str(home), str(home))
    mount("-o", "remount,bind,ro", str(home))
    with pytest.raises(oq.JournalFailed, match=r"(?s)could not be .*writable|opened"):
        Journal.open(path)
    assert path.read_bytes() == before and [one.name for one in home.iterdir()] == ["j.db"]
    assert oq.open_log(path).df["content"].tolist() == ["before"]


SCENES: Mapping[str, Callable[[Path], None]] = {
    "full": full,
    "read_only": read_only,
    "read_only_from_the_start": read_only_from_the_start,
}

if __name__ == "__main__":
    SCENES[sys.argv[1]](Path(sys.argv[2]))
