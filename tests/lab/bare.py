"""Views of one widget in a page without Jupyter, where a test decides when the kernel hears what."""

import json
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import Any

from playwright.sync_api import Locator, Page

from openqq_nb.widgets.face import Face

PATIENCE_MS = 20_000
_EXPORT = "export default widget("
_HTML = """<!doctype html><meta charset="utf-8"><style>{css}</style>{places}<script type="module">
{script}
const listeners = new Set();
const model = {{
  on: (name, listener) => {{ if (name === "msg:custom") listeners.add(listener); }},
  off: (name, listener) => listeners.delete(listener),
  send: (message) => window.toKernel(JSON.stringify(message)),
}};
for (const el of document.querySelectorAll(".view")) shown.render({{ model, el }});
for (;;) {{
  for (const message of JSON.parse(await window.fromKernel())) for (const one of [...listeners]) one(message);
  await new Promise((go_on) => setTimeout(go_on, 10));
}}
</script>"""


class BareViews:
    """A widget that is shown several times in one page.

    Args:
        page: an empty page.
        face: the widget.
        count: how often it is shown.

    Attributes:
        slow: actions that the kernel does not hear before `hear` is called.
    """

    def __init__(self, page: Page, face: Face, count: int = 1) -> None:
        self._page = page
        self._face = face
        self._said: SimpleQueue[Any] = SimpleQueue()
        self._unheard: list[Any] = []
        self.slow: Sequence[str] = ()
        face.send = lambda message, buffers=None: self.tell(message)
        page.expose_function("toKernel", self._take)
        page.expose_function("fromKernel", self._give)
        places = "".join(f'<div class="view" id="view-{at}"></div>' for at in range(count))
        script = str(face._esm).replace(_EXPORT, "const shown = widget(")
        page.set_content(_HTML.format(css=face._css, places=places, script=script))

    def view(self, at: int = 0) -> Locator:
        """Give one of the places where the widget is shown."""
        return self._page.locator(f"#view-{at}")

    def hear(self) -> None:
        """Let the kernel hear what it has not heard."""
        while self._unheard:
            self._face._heard(self._face, self._unheard.pop(0), [])

    def tell(self, message: Any) -> None:
        """Say something to the page, as the kernel does."""
        self._said.put(message)

    def wait_until_asked(self, action: str) -> None:
        """Wait until the page has asked for an action that is slow."""
        for _ in range(PATIENCE_MS // 10):
            if any(message.get("do") == action for message in self._unheard):
                return
            self._page.wait_for_timeout(10)
        raise AssertionError(f"nobody asked for {action}")

    def _take(self, text: str) -> None:
        self._unheard.append(json.loads(text))
        if self._unheard[-1].get("do") not in self.slow:
            self.hear()

    def _give(self) -> str:
        messages = []
        try:
            while True:
                messages.append(self._said.get_nowait())
        except Empty:
            return json.dumps(messages)
