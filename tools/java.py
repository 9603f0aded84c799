"""Java for the tests of PySpark, for dev.py: found where people have one, or installed."""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.browser import apt_install, can_apt
from tools.run import Problem, output

OLDEST = 17
# Debian 12 has the first, Ubuntu and later ones of Debian one of the others.
PACKAGES = ("openjdk-17-jre-headless", "openjdk-21-jre-headless", "default-jre-headless")


@dataclass(frozen=True, slots=True)
class Java:
    """The Java for the tests (None: there is none), and what there is to say about it."""

    path: str | None
    note: str = ""


def java_program(environ: Mapping[str, str], system: str = sys.platform) -> str | None:
    """Return the Java that PySpark would start: of JAVA_HOME, else the one on the PATH."""
    home = environ.get("JAVA_HOME")
    if home:
        return str(Path(home) / "bin" / ("java.exe" if system == "win32" else "java"))
    return shutil.which("java")


def version(said: str | None) -> int:
    """Return the main version out of what `java --version` prints; 0 where that is nothing of the kind."""
    found = re.search(r"^\w+ (\d+)", said or "")
    return int(found[1]) if found else 0


def find_java() -> str | None:
    """Return the path of a Java that is new enough, if this machine has one."""
    path = java_program(os.environ)
    # Java 8 does not know the option; macOS has a `java` that only says where to get one.
    return path if path and version(output([path, "--version"])) >= OLDEST else None


def install_java() -> str | None:
    """Install Java where the system lets us, and return its path."""
    if not can_apt():
        return None
    return next((find_java() for package in PACKAGES if apt_install(package) and find_java()), None)


def ready_java(in_ci: bool) -> Java:
    """Find a Java, or install one; in CI there is no doing without."""
    return java_or_advice(find_java() or install_java(), in_ci)


def java_or_advice(path: str | None, in_ci: bool) -> Java:
    """Return the Java at a path; where there is none, what to do.

    Raises:
        Problem: there is none, and this is CI.
    """
    if path:
        return Java(path)
    advice = (
        f"no Java {OLDEST} or later was found, and none could be installed. Install one "
        f"(Debian: {PACKAGES[0]}), or set JAVA_HOME to its folder, and try again."
    )
    if in_ci:
        raise Problem(f"The tests with PySpark cannot run: {advice}")
    return Java(None, advice)
