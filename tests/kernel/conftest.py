"""One kernel for each release and technique, kept for the session: starting one takes a second."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.kernel.kernels import Kernel

PREPARED = """
import asyncio, threading, ipywidgets
from openqq_nb.errors import NestedWait
from openqq_nb.kernel.running import run
from openqq_nb.kernel.waiting import aio_wait_for, keep_widgets_alive, wait_for

async def until_set(event):
    async with asyncio.timeout(60):
        while not event.is_set():
            await asyncio.sleep(0.005)
    return True
"""

WIDGETS = """
keep_widgets_alive()
clicks, event = [], threading.Event()
button, field = ipywidgets.Button(), ipywidgets.Text()

def clicked(_):
    clicks.append(len(clicks))
    print("clicked", len(clicks))
    event.set()

def edited(change):
    if change["new"].endswith("!"):
        event.set()

button.on_click(clicked)
field.observe(edited, "value")
"""

WAITS = {
    "wait": "wait_for({event}, 60)",
    "await": "await aio_wait_for({event}, 60)",
    "run": "run(until_set({event}))",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A kernel and the technique with which its cells wait."""

    major: int
    technique: str
    kernel: Kernel

    def wait(self, event: str) -> str:
        """Return the expression that waits for an event."""
        return WAITS[self.technique].format(event=event)


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[int, str], Kernel]]:
    kernels = _Started(tmp_path_factory)
    yield kernels
    logs = {key: kernel.close() for key, kernel in kernels.items()}
    assert not [(key, log) for key, log in logs.items() if "Traceback" in log or "ERROR" in log]


@pytest.fixture(
    params=[(major, technique) for major in (6, 7) for technique in WAITS],
    ids=lambda param: f"ipykernel{param[0]}-{param[1]}",
)
def setting(request: pytest.FixtureRequest, started: dict[tuple[int, str], Kernel]) -> Setting:
    major, technique = request.param
    return Setting(major, technique, started[major, technique])


@dataclass(frozen=True, slots=True)
class Page:
    """A kernel with a button and a text field."""

    major: int
    kernel: Kernel
    button: str
    field: str

    def click(self) -> str:
        """Click the button, see it handled with a busy and an idle, and return the id of the message."""
        click = self.kernel.click(self.button)
        self.kernel.sees_idle(click)
        assert self.kernel.states_of(click) == ["busy", "idle"]
        assert self.kernel.text_of(click).startswith("clicked")
        return click


@pytest.fixture(params=[6, 7], ids=lambda major: f"ipykernel{major}")
def page(request: pytest.FixtureRequest, started: dict[tuple[int, str], Kernel]) -> Page:
    return prepared_page(request.param, started[request.param, "await"])


def prepared_page(major: int, kernel: Kernel) -> Page:
    """Make new widgets in a kernel, and forget what it has said."""
    kernel.run(WIDGETS)
    kernel.published.clear()
    return Page(major, kernel, kernel.value("button.model_id"), kernel.value("field.model_id"))


class _Started(dict[tuple[int, str], Kernel]):
    def __init__(self, folders: pytest.TempPathFactory) -> None:
        super().__init__()
        self._folders = folders

    def __missing__(self, key: tuple[int, str]) -> Kernel:
        self[key] = Kernel(key[0], self._folders.mktemp("kernel"))
        self[key].run(PREPARED)
        return self[key]
