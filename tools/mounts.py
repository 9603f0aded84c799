"""Disks of one's own for the tests of full and read-only ones, for dev.py: Linux lets root, or a namespace, mount."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

from tools.run import Problem

VARIABLE = "OPENQQ_NB_TEST_MOUNTS"
_WAYS = ("unshare --mount", "unshare --user --map-root-user --mount")


@dataclass(frozen=True, slots=True)
class Mounts:
    """The command before whatever is to mount (None: nothing can here), and what there is to say about it."""

    command: str | None
    note: str = ""


def works(way: str) -> bool:
    """Tell whether a command can mount a disk that nobody else sees."""
    script = "mount -t tmpfs -o size=64k none /mnt"
    return (
        subprocess.run([*way.split(), "sh", "-c", script], capture_output=True, check=False).returncode == 0
    )


def find_mounts() -> str | None:
    """Return what to start a program with that is to mount, if this machine lets us."""
    if VARIABLE in os.environ:
        return os.environ[VARIABLE]
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return None
    return next(filter(works, _WAYS), None)


def mounting() -> list[str]:
    """Return what to start a program with that is to mount.

    Raises:
        Problem: nothing can be mounted here.
    """
    found = find_mounts()
    if found is None:
        raise Problem(f"These tests mount disks of their own. {_ADVICE}")
    return found.split()


def ready_mounts(in_ci: bool) -> Mounts:
    """Find out whether disks can be mounted; in CI on Linux there is no doing without."""
    found = find_mounts()
    if found is None and in_ci and sys.platform == "linux":
        raise Problem(f"The tests that mount disks cannot run: {_ADVICE}")
    return Mounts(found, "" if found else _ADVICE)


_ADVICE = (
    "no disk can be mounted here: that takes Linux, and root or user namespaces (`unshare --user --map-root-user "
    "--mount`)."
)
