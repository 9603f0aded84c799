"""Starting other programs, for dev.py."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[1]


class Problem(Exception):
    """What the person at the keyboard has to know: what happened, what was found, what to do next."""


def say(text: str) -> None:
    """Print at once, so that it stands before what a started program prints."""
    print(text, flush=True)


def child_environment(system: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for programs that we start."""
    # Before 3.13, Python on Windows reads the .pth file of an editable install in the system's own
    # encoding, and does not find a checkout under a path with, say, Chinese characters.
    return {**environ, "PYTHONUTF8": "1"} if system == "win32" else dict(environ)


@contextmanager
def terminated_with_us(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """Pass a request to end on to the child, so that no server outlives us."""

    def pass_on(_signal: int, _frame: FrameType | None) -> None:
        child.terminate()

    before = signal.signal(signal.SIGTERM, pass_on)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def patiently(wait: Callable[[], int]) -> tuple[int, bool]:
    """Wait through Ctrl-C, which the child got as well; return its exit code and whether that happened."""
    interrupted = False
    while True:
        try:
            return wait(), interrupted
        except KeyboardInterrupt:
            interrupted = True


def shell_code(code: int) -> int:
    """Return an exit code as a shell says it: 128 + n for a program that was ended by signal n."""
    return code if code >= 0 else 128 - code


def run(
    command: Sequence[str | Path],
    cwd: Path | None = ROOT,
    environ: Mapping[str, str] | None = None,
    owns_ctrl_c: bool = False,
) -> int:
    """Run a program to its end.

    Args:
        command: The program and its arguments.
        cwd: The folder to run it in; None is the one that the person is in.
        environ: Variables to set on top of our own.
        owns_ctrl_c: The program makes sense of Ctrl-C itself, as JupyterLab, which asks back.

    Returns:
        Its exit code, as a shell says it.

    Raises:
        Problem: It could not be started.
        KeyboardInterrupt: The program was interrupted, so that nothing more should be started.
    """
    variables = child_environment(sys.platform, {**os.environ, **(environ or {})})
    try:
        child = subprocess.Popen([str(part) for part in command], cwd=cwd, env=variables)
    except OSError as error:
        raise Problem(
            f"{command[0]} could not be started: {error}. "
            "If it is in .venv, remove that folder and try again; else install what is missing."
        ) from error
    with child, terminated_with_us(child):
        code, interrupted = patiently(child.wait)
    if interrupted and not owns_ctrl_c:
        raise KeyboardInterrupt
    return shell_code(code)


def output(command: Sequence[str | Path]) -> str | None:
    """Return what a program prints, or None where it does not exist, fails or does not come to an end."""
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace").strip()
