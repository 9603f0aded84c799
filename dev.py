"""Set up, try, test and check openqq_nb with nothing but Python: see `python dev.py`."""

import io
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

if sys.version_info < (3, 11):  # noqa: UP036  an older Python comes this far and deserves a sentence
    version = ".".join(map(str, sys.version_info[:2]))
    sys.exit(
        f"openqq_nb needs Python 3.11 or later. This is Python {version} ({sys.executable}). "
        "Run dev.py with a newer one, for example: python3.11 dev.py"
    )

from tools.browser import VARIABLE as BROWSER_VARIABLE
from tools.browser import Browser, ready_browser
from tools.environment import KERNEL6, VENV, ready, ready_kernel6, venv_program
from tools.java import Java, ready_java
from tools.mounts import VARIABLE as MOUNTS_VARIABLE
from tools.mounts import Mounts, ready_mounts
from tools.office import VARIABLE as OFFICE_VARIABLE
from tools.office import Office, ready_office
from tools.run import ROOT, Problem, run, say
from tools.site import docs as build_docs

HELP = """\
python dev.py COMMAND [arguments]

  setup              make .venv and install openqq_nb with all that it needs; the others do this first
  demo [--no-lab]    a short tour in the terminal, then JupyterLab on the first notebook; no QQ account needed
  test [arguments]   everything: unit tests, kernels, Spark, browser, office, mounts, notebooks; or what pytest is given
  check              lint and the fast tests, in under a minute
  lint               ruff and mypy
  bench [arguments]  measure speed and memory
  lab [arguments]    JupyterLab on notebooks/
  docs [--serve]     the documentation site in both languages, built into site/; shown until Ctrl-C

Works from any folder; paths given to pytest start at the repository's folder."""
"""What is printed when no known command is given."""

# Each is a program of the machine that its tests wait for; one process each starts it once.
PROGRAMS = ("spark", "office", "mounts")
UNMARKED = " and ".join(f"not {mark}" for mark in ("browser", "kernel", *PROGRAMS))
FAST = f"not slow and {UNMARKED}"
# Many tests wait for sockets and threads most of their time. Each process would take a second to load nbval.
AT_ONCE = ("-n", "4", "--dist", "worksteal", "-p", "no:nbval")
BY_PROGRAM = ("-n", str(len(PROGRAMS)), "--dist", "loadgroup", "-p", "no:nbval")
# Each process starts servers, kernels and a browser of its own.
TWO_AT_ONCE = ("-n", "2", "--dist", "worksteal", "-p", "no:nbval")
NO_TESTS = 5  # pytest's exit code for "no test was found"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one part of `dev.py test`."""

    part: str
    verdict: str
    seconds: float = 0.0
    note: str = ""


def pytest(*arguments: str, environ: Mapping[str, str] | None = None) -> int:
    """Run pytest in the environment."""
    return run([venv_program(VENV, "python"), "-m", "pytest", *arguments], environ=environ)


def files_with(marks: Sequence[str]) -> list[str]:
    """Find the files of tests that have one of these marks: to look for tests in all others takes long."""
    found = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(one) for one in found if any(f"mark.{mark}" in one.read_text("utf-8") for mark in marks)]


def timed(part: str, work: Callable[[], int], note: str = "") -> Outcome:
    """Run one part of the tests and note how it ended."""
    say(f"\n--- {part} ---")
    start = time.monotonic()
    code = work()
    if code == NO_TESTS:
        note = "no test was found"
    return Outcome(part, "failed" if code else "passed", time.monotonic() - start, note)


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return what ran and what did not, as people read it."""
    width = max(len(outcome.part) for outcome in outcomes)
    lines = [
        f"  {outcome.part:<{width}}  {outcome.verdict:<8} {outcome.seconds:7.1f} s  {outcome.note}".rstrip()
        for outcome in outcomes
    ]
    failed = [outcome.part for outcome in outcomes if outcome.verdict == "failed"]
    end = f"Failed: {', '.join(failed)}." if failed else "Nothing failed."
    total_s = sum(outcome.seconds for outcome in outcomes)
    return "\n".join(["", "What ran, and what did not:", *lines, f"{end} {total_s:.1f} s in all."])


def test_everything(
    browser: Browser, office: Office, mounts: Mounts, java: Java, environ: Mapping[str, str]
) -> list[Outcome]:
    """Run each part of the tests, also after one that failed."""

    def marked(*marks: str, options: Sequence[str]) -> Callable[[], int]:
        return lambda: pytest("-m", " or ".join(marks), *options, *files_with(marks), environ=environ)

    outcomes = [
        timed("tests", lambda: pytest("-m", UNMARKED, *AT_ONCE, environ=environ)),
        timed("kernels", marked("kernel", options=TWO_AT_ONCE)),
    ]
    there = {"spark": java.path, "office": office.path, "mounts": mounts.command}
    notes = {"spark": java.note, "office": office.note, "mounts": mounts.note}
    known = [part for part in PROGRAMS if there[part]]
    outcomes += [
        Outcome(part, "failed", note="no test was found") for part in known if not files_with([part])
    ]
    if known:
        outcomes.append(timed(", ".join(known), marked(*known, options=BY_PROGRAM)))
    outcomes += [Outcome(part, "not run", note=notes[part]) for part in PROGRAMS if not there[part]]
    if browser.path:
        outcomes.append(timed("browser", marked("browser", options=TWO_AT_ONCE), browser.note))
    else:
        outcomes.append(Outcome("browser", "not run", note=browser.note))
    # The cells of a notebook run in their order, in the Python that runs pytest, whatever its file says.
    nbval = [
        "--nbval-lax",
        "--nbval-current-env",
        "--nbval-cell-timeout=60",
        "-p",
        "no:randomly",
        "notebooks/",
    ]
    return [*outcomes, timed("notebooks", lambda: pytest(*nbval, environ=environ))]


def test(arguments: list[str]) -> int:
    """Test everything; with arguments, run pytest with these."""
    ready()
    start = time.monotonic()
    in_ci = os.environ.get("CI", "").lower() == "true"
    browser, office, mounts = ready_browser(in_ci), ready_office(in_ci), ready_mounts(in_ci)
    java = ready_java(in_ci)
    ready_kernel6()
    environ = {"OPENQQ_NB_TEST_IPYKERNEL6": str(KERNEL6)}
    if browser.path:
        environ[BROWSER_VARIABLE] = browser.path
    if office.path:
        environ[OFFICE_VARIABLE] = office.path
    if mounts.command:
        environ[MOUNTS_VARIABLE] = mounts.command
    if arguments:
        return pytest(*arguments, environ=environ)
    prepared = Outcome("preparation", "done", time.monotonic() - start)
    outcomes = [prepared, *test_everything(browser, office, mounts, java, environ)]
    say(summary(outcomes))
    return int(any(outcome.verdict == "failed" for outcome in outcomes))


def setup(_arguments: list[str]) -> int:
    """Only install."""
    ready()
    say(f"Ready: {venv_program(VENV, 'python')}")
    return 0


def demo(arguments: list[str]) -> int:
    """Run the tour and the first notebook, from the folder that the person is in."""
    ready()
    return run([venv_program(VENV, "openqq-nb"), "demo", *arguments], cwd=None, owns_ctrl_c=True)


def lint(_arguments: list[str]) -> int:
    """Look at form and types; each tool speaks, also after one that complained."""
    ready()
    python = venv_program(VENV, "python")
    tools = [["ruff", "format", "--check", "."], ["ruff", "check", "."], ["mypy"]]
    return max(run([python, "-m", *tool]) for tool in tools)


def check(arguments: list[str]) -> int:
    """Look at form and types and run the fast tests."""
    return max(lint([]), pytest("-m", FAST, *AT_ONCE, *arguments))


def bench(arguments: list[str]) -> int:
    """Measure."""
    ready()
    return run([venv_program(VENV, "python"), ROOT / "benchmarks" / "run.py", *arguments])


def lab(arguments: list[str]) -> int:
    """Open JupyterLab on the notebooks."""
    ready()
    root = f"--ServerApp.root_dir={ROOT / 'notebooks'}"
    return run([venv_program(VENV, "python"), "-m", "jupyterlab", root, *arguments], owns_ctrl_c=True)


def docs(arguments: list[str]) -> int:
    """Build the documentation site and check its links."""
    ready()
    return build_docs(arguments)


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "setup": setup,
    "demo": demo,
    "test": test,
    "check": check,
    "lint": lint,
    "bench": bench,
    "lab": lab,
    "docs": docs,
}


def main(arguments: Sequence[str]) -> int:
    """Do what the first argument says and return the exit code."""
    name, rest = (arguments[0], list(arguments[1:])) if arguments else ("help", [])
    if name not in COMMANDS:
        asked = name in ("help", "-h", "--help")
        print(HELP if asked else f"dev.py knows no command {name!r}.\n\n{HELP}")
        return 0 if asked else 2
    try:
        return COMMANDS[name](rest)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A console of another encoding cannot show every path; a "?" is better than a traceback.
            stream.reconfigure(errors="replace")
    sys.exit(main(sys.argv[1:]))
