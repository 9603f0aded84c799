"""A headless Chromium, and the guards around what its pages do."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route, WebSocket, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
_PATIENCE_MS = 20_000


def find_browser() -> str:
    """Return the path of a Chromium: OPENQQ_NB_TEST_BROWSER, or one in the usual places."""
    named = os.environ.get("OPENQQ_NB_TEST_BROWSER")
    found = [named] if named else [*map(shutil.which, _NAMES), *filter(os.path.exists, _PLACES)]
    for path in found:
        if path and Path(path).is_file():
            return path
    raise FileNotFoundError(
        f"The browser tests need a Chromium. Found none under {named or ', '.join(_NAMES)}. "
        "Install one (Debian: apt install chromium fonts-noto-cjk fonts-noto-color-emoji), "
        "or set OPENQQ_NB_TEST_BROWSER to the path of one."
    )


@contextlib.contextmanager
def launched_browser(*arguments: str) -> Iterator[Browser]:
    """Run a Chromium with a fresh profile, with some arguments of its command line more."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), headless=True, args=[*_ARGUMENTS, *arguments]
        )
        try:
            yield browser
        finally:
            browser.close()


class Guard:
    """Notes what no page of ours may do: ask a foreign address, or open a dialog.

    A dialog means that text from QQ was taken for markup and ran.
    """

    def __init__(self, context: BrowserContext, home: str) -> None:
        self._home = home
        self.foreign: list[str] = []
        self.dialogs: list[str] = []
        context.route("**/*", self._judge)
        context.on("page", self._watch)

    def check(self) -> None:
        """Fail if something was noted."""
        assert not self.foreign, f"asked foreign addresses: {self.foreign}"
        assert not self.dialogs, f"opened dialogs: {self.dialogs}"

    def _judge(self, route: Route) -> None:
        if route.request.url.startswith((self._home, "data:", "blob:")):
            route.continue_()
            return
        self.foreign.append(route.request.url)
        route.abort()

    def _watch(self, page: Page) -> None:
        page.on("dialog", self._dismiss)
        page.on("websocket", self._judge_socket)

    def _dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _judge_socket(self, socket: WebSocket) -> None:
        # Routes do not see websockets.
        if not socket.url.startswith(self._home.replace("http", "ws", 1)):
            self.foreign.append(socket.url)


@contextlib.contextmanager
def guarded_context(browser: Browser, home: str) -> Iterator[BrowserContext]:
    """Open a context for one test; at its end, fail if a page did what none may do."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    context.set_default_timeout(_PATIENCE_MS)
    guard = Guard(context, home)
    try:
        yield context
    finally:
        context.close()
    guard.check()
