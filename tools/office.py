"""LibreOffice for the tests of export, for dev.py: found where people have one, or installed."""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.browser import apt_install, can_apt
from tools.run import Problem

# Calc without a desktop; of the suite's packages the smallest that converts a sheet.
CALC = "libreoffice-calc-nogui"
VARIABLE = "OPENQQ_NB_TEST_OFFICE"


@dataclass(frozen=True, slots=True)
class Office:
    """The LibreOffice for the tests (None: there is none), and what there is to say about it."""

    path: str | None
    note: str = ""


def office_places(system: str, environ: Mapping[str, str], home: Path) -> list[str]:
    """Return where LibreOffice usually is: names to look up on the PATH, or whole paths."""
    if system == "win32":
        folders = [environ.get(name) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)")]
        # soffice.exe returns before its work is done; soffice.com waits.
        return [str(Path(folder) / "LibreOffice/program/soffice.com") for folder in folders if folder]
    if system == "darwin":
        folders = [str(Path("/Applications")), str(home / "Applications")]
        return [f"{folder}/LibreOffice.app/Contents/MacOS/soffice" for folder in folders]
    return ["soffice", "libreoffice"]


def usual_office() -> str | None:
    """Return the first LibreOffice in the usual places."""
    names = office_places(sys.platform, os.environ, Path.home())
    return next(filter(None, map(shutil.which, names)), None)


def find_office() -> str | None:
    """Return the path of a LibreOffice for the tests, if this machine has one."""
    return os.environ.get(VARIABLE) or usual_office()


def install_office() -> str | None:
    """Install LibreOffice where the system lets us, and return its path."""
    return usual_office() if can_apt() and apt_install(CALC) else None


def ready_office(in_ci: bool) -> Office:
    """Find a LibreOffice, or install one; in CI there is no doing without."""
    path = find_office() or install_office()
    if path:
        return Office(path)
    advice = (
        f"no LibreOffice was found, and none could be installed. Install it (Debian: {CALC}), or set "
        f"{VARIABLE} to the path of soffice, and try again."
    )
    if in_ci:
        raise Problem(f"The tests with LibreOffice cannot run: {advice}")
    return Office(None, advice)
