"""A browser for the tests, for dev.py: found where people have one, or installed."""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.environment import VENV, venv_program
from tools.run import Problem, output, run, say

CHROMIUM_AND_FONTS = ("chromium", "fonts-noto-cjk", "fonts-noto-color-emoji")
VARIABLE = "OPENQQ_NB_TEST_BROWSER"


@dataclass(frozen=True, slots=True)
class Browser:
    """The browser for the tests (None: there is none), and what there is to say about it."""

    path: str | None
    note: str = ""


def browser_places(system: str, environ: Mapping[str, str], home: Path) -> list[str]:
    """Return where Chromium and its relatives usually are: names to look up on the PATH, or whole paths."""
    if system == "win32":
        folders = [environ.get(name) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
        programs = [
            "Chromium/Application/chrome.exe",
            "Google/Chrome/Application/chrome.exe",
            "Microsoft/Edge/Application/msedge.exe",
        ]
        return [str(Path(folder) / program) for program in programs for folder in folders if folder]
    if system == "darwin":
        folders = [str(Path("/Applications")), str(home / "Applications")]
        names = ["Chromium", "Google Chrome", "Microsoft Edge"]
        return [f"{folder}/{name}.app/Contents/MacOS/{name}" for name in names for folder in folders]
    return [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "microsoft-edge",
        "microsoft-edge-stable",
    ]


def runs(browser: str, system: str = sys.platform) -> bool:
    """Tell whether a browser is there and is one: Ubuntu has a `chromium` that only asks for a snap."""
    if not Path(browser).exists():
        return False
    # On Windows and macOS a browser is what it says, and `--version` opens a window on Windows.
    return system != "linux" or output([browser, "--version"]) is not None


def playwright_browser() -> str | None:
    """Return where Playwright would keep its own Chromium."""
    ask = "import playwright.sync_api as p\nwith p.sync_playwright() as w: print(w.chromium.executable_path)"
    return output([venv_program(VENV, "python"), "-c", ask])


def usual_browser(system: str = sys.platform) -> str | None:
    """Return the first browser in the usual places."""
    names = browser_places(system, os.environ, Path.home())
    paths = filter(None, map(shutil.which, names))
    return next((path for path in paths if runs(path, system)), None)


def own_browser() -> str | None:
    """Return Playwright's own Chromium, if it is installed."""
    path = playwright_browser()
    return path if path and runs(path) else None


def named_browser() -> str | None:
    """Return the browser that the person has named, whatever else there is.

    Raises:
        Problem: it is none.
    """
    named = os.environ.get(VARIABLE)
    path = shutil.which(named) if named else None
    if named and not (path and runs(path)):
        raise Problem(
            f"{VARIABLE} is {named!r}, and no browser runs under that name. "
            "Set it to the path of a Chromium, Chrome or Edge, or unset it to have one looked for."
        )
    return path


def find_browser() -> str | None:
    """Return the path of a browser for the tests, if this machine has one.

    Raises:
        Problem: what is named in the variable is none.
    """
    return named_browser() or usual_browser() or own_browser()


def can_apt() -> bool:
    """Tell whether this is Debian or a relative and we may install its packages."""
    return sys.platform == "linux" and shutil.which("apt-get") is not None and os.geteuid() == 0


def apt_install(*packages: str) -> bool:
    """Install packages of the system."""
    say(f"Installing {', '.join(packages)} with apt-get.")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    if run(["apt-get", "update", "-qq"], environ=quiet) != 0:
        return False
    return run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], environ=quiet) == 0


def install_browser() -> str | None:
    """Install a browser in the way that this system has, and return its path."""
    if can_apt() and apt_install(*CHROMIUM_AND_FONTS) and usual_browser():
        return usual_browser()
    run([venv_program(VENV, "python"), "-m", "playwright", "install", "chromium"])
    return own_browser()


def no_browser(system: str = sys.platform) -> str:
    """Return what to do where there is no browser, and none could be installed."""
    debian = f"Debian and Ubuntu: sudo apt install {' '.join(CHROMIUM_AND_FONTS)}; "
    own = f"{venv_program(VENV, 'python', system)} -m playwright install chromium"
    return (
        "no Chromium, Chrome or Edge was found that runs. Install one of them "
        f"({debian if system == 'linux' else ''}Playwright's own: {own}), "
        f"or set {VARIABLE} to the path of one, and try again."
    )


def ready_browser(in_ci: bool) -> Browser:
    """Find a browser, or install one; in CI there is no doing without."""
    return browser_or_advice(find_browser() or install_browser(), in_ci)


def browser_or_advice(path: str | None, in_ci: bool) -> Browser:
    """Return the browser at a path; where there is none, what to do.

    Raises:
        Problem: there is none, and this is CI.
    """
    if path:
        return Browser(path, ready_fonts(in_ci))
    if in_ci:
        raise Problem(f"The browser tests cannot run: {no_browser()}")
    return Browser(None, no_browser())


def ready_fonts(in_ci: bool) -> str:
    """See to a Chinese font on Linux; return what there is to say about it."""
    if sys.platform != "linux" or output(["fc-list", ":lang=zh"]):
        return ""
    if in_ci and can_apt() and apt_install(*CHROMIUM_AND_FONTS[1:]):
        return ""
    return "no Chinese font was found (Debian: fonts-noto-cjk), so pictures of pages show boxes"
