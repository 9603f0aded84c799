"""A headless Chromium, and the guards around what its pages do."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route, WebSocket, sync_playwright

from tools.browser import find_browser, no_browser

WIDE = 1280
NARROW = 480
HEIGHT = 900
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


def required_browser() -> str:
    """Return the path of a browser for the tests."""
    path = find_browser()
    if path is None:
        raise FileNotFoundError(f"The browser tests cannot run: {no_browser()}")
    return path


@contextlib.contextmanager
def launched_browser(*arguments: str) -> Iterator[Browser]:
    """Run a Chromium with a fresh profile, with some arguments of its command line more."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=required_browser(), headless=True, args=[*_ARGUMENTS, *arguments]
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

    def is_quiet(self) -> bool:
        """Tell whether nothing was noted."""
        return not self.foreign and not self.dialogs

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


@dataclass(frozen=True, slots=True)
class Window:
    """A window of a browser that shares nothing with others, and the guard of its pages."""

    context: BrowserContext
    guard: Guard

    @classmethod
    def opened(cls, browser: Browser, home: str, locale: str = "zh-CN", width: int = WIDE) -> "Window":
        """Open a window.

        Args:
            browser: the browser.
            home: the only address that its pages may ask.
            locale: the language of the person, as `zh-CN` or `en-US`.
            width: of the window, in CSS pixels.
        """
        context = browser.new_context(viewport={"width": width, "height": HEIGHT}, locale=locale)
        context.set_default_timeout(_PATIENCE_MS)
        return cls(context, Guard(context, home))


@contextlib.contextmanager
def guarded_context(
    browser: Browser, home: str, locale: str = "zh-CN", width: int = WIDE
) -> Iterator[BrowserContext]:
    """Open a window for one test, as `Window.opened`; at its end, fail if a page did what none may do."""
    window = Window.opened(browser, home, locale, width)
    try:
        yield window.context
    finally:
        window.context.close()
    window.guard.check()
