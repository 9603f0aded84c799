"""The virtual environment of a checkout, for dev.py: made, repaired, and left alone when it is complete."""

import hashlib
import importlib.util
import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from tools.run import ROOT, Problem, output, run, say

VENV = ROOT / ".venv"
STAMP = VENV / "openqq-nb.json"
KERNEL6 = VENV / "ipykernel6"
KERNEL6_VERSION = "6.29.5"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
REINSTALL_WHEN_CHANGED = ("pyproject.toml", "constraints.txt", "dev.py", "tools/environment.py")


def venv_program(venv: Path, name: str, system: str = sys.platform) -> Path:
    """Return the path of a program inside a virtual environment."""
    return venv / "Scripts" / f"{name}.exe" if system == "win32" else venv / "bin" / name


def fingerprint(root: Path, python: str) -> dict[str, str]:
    """Return what must be unchanged for an installed environment to be good still."""
    digest = hashlib.sha256()
    for name in REINSTALL_WHEN_CHANGED:
        digest.update((root / name).read_bytes())
    return {"root": str(root), "python": python, "inputs": digest.hexdigest()}


def read_stamp(stamp: Path) -> dict[str, str]:
    """Return the fingerprint of the last complete installation, or nothing."""
    try:
        content = json.loads(stamp.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def venv_settings(venv: Path) -> dict[str, str]:
    """Return the lines of pyvenv.cfg, in which Python notes with what and where it made the environment."""
    try:
        lines = (venv / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}


def made_for(venv: Path) -> Path | None:
    """Return the folder that the environment was made in, which is another one after a move or a copy."""
    found = re.search(r" -m venv (?:--\S+ )*(.+)$", venv_settings(venv).get("command", ""))
    return Path(found[1]).resolve() if found else None


def why_unusable(venv: Path, python: str, system: str = sys.platform) -> str | None:
    """Return why the environment must be made anew, or None when it can be kept."""
    if not venv.exists():
        return "there is none yet"
    if not venv_program(venv, "python", system).exists():
        return "its Python is gone"
    version = ".".join(venv_settings(venv).get("version", "?").split(".")[:2])
    if version != python:
        return f"it is of Python {version}, and this is {python}"
    place = made_for(venv)
    if place is not None and place != venv.resolve():
        return f"it was made for {place}"
    stamped = read_stamp(venv / STAMP.name).get("root")
    return f"it was made for {stamped}" if stamped and Path(stamped) != venv.parent else None


def missing_modules(find: Callable[[str], object] = importlib.util.find_spec) -> str | None:
    """Return what to install where this Python cannot make environments, as Debian's without python3-venv."""
    missing = [name for name in ("venv", "ensurepip") if find(name) is None]
    if not missing:
        return None
    return (
        f"This Python ({sys.executable}) cannot make a virtual environment: "
        f"it has no {' and no '.join(missing)}. "
        f"On Debian and Ubuntu: sudo apt install python{PYTHON}-venv (or python3-venv). "
        "Elsewhere, take the Python of python.org, conda or your system's package manager. Then try again."
    )


def create() -> None:
    """Make the environment, in place of any that is there."""
    complaint = missing_modules()
    if complaint:
        raise Problem(complaint)
    # Inside an environment, sys.executable may be the very file that is about to be replaced.
    base: str = getattr(sys, "_base_executable", sys.executable)
    if run([base, "-m", "venv", "--clear", VENV]) != 0:
        raise Problem(
            f"{VENV} could not be made; Python's own words are above. Close programs that run from it "
            "(a JupyterLab, an editor), or remove the folder, and try again."
        )


def install(what: str, *arguments: str | Path) -> None:
    """Install with pip and its own configuration, which alone decides from where."""
    pip: list[str | Path] = [venv_program(VENV, "python"), "-m", "pip", "install"]
    if run([*pip, "--quiet", "--disable-pip-version-check", *arguments]) != 0:
        raise Problem(
            f"pip could not install {what}; its own words are above. Look at the network and at pip's "
            "settings (`python -m pip config list`), then try again: it goes on where it stopped."
        )


def ready() -> None:
    """Make the environment, or repair it, unless it is complete already."""
    unusable = why_unusable(VENV, PYTHON)
    wanted = fingerprint(ROOT, PYTHON)
    if unusable is None and read_stamp(STAMP) == wanted:
        return
    STAMP.unlink(missing_ok=True)
    if unusable is None and output([venv_program(VENV, "python"), "-m", "pip", "--version"]) is None:
        unusable = "its pip does not run"
    if unusable is not None:
        say(f"Making {VENV} ({unusable}).")
        create()
    say("Installing openqq_nb and what it needs. The first time takes a minute or two.")
    install("openqq_nb and what it needs", "-e", ".[all,test]", "-c", "constraints.txt")
    STAMP.write_text(json.dumps(wanted), encoding="utf-8")


def ready_kernel6() -> None:
    """Put the older supported kernel into a folder of its own; PYTHONPATH puts it before the newer one."""
    stamp = KERNEL6 / "complete.txt"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == KERNEL6_VERSION:
        return
    shutil.rmtree(KERNEL6, ignore_errors=True)
    kernel = f"ipykernel=={KERNEL6_VERSION}"
    install(kernel, "--no-deps", "--target", KERNEL6, kernel)
    stamp.write_text(KERNEL6_VERSION, encoding="utf-8")
