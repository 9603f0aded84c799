"""Every public name is in the reference, in both languages, with what a person needs to use it."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

import openqq_nb as oq
from openqq_nb import simulator
from openqq_nb.account.aio import AsyncAccount
from openqq_nb.broadcast.aio import AsyncRun
from openqq_nb.broadcast.exclusions import Exclusions
from openqq_nb.broadcast.plan import Plan
from openqq_nb.broadcast.progress import Progress
from openqq_nb.broadcast.run import Run
from openqq_nb.charts import Picture
from openqq_nb.demo_account import DemoAccount
from openqq_nb.inbox.aio import AsyncInbox
from openqq_nb.inbox.login_code import LoginCode
from openqq_nb.inbox.message import Message
from openqq_nb.inbox.setup import Setup
from openqq_nb.inbox.stats import Stats
from openqq_nb.segments import Parts
from openqq_nb.simulator import Fault, Simulator
from openqq_nb.widgets.broadcaster import Broadcaster
from openqq_nb.widgets.composer import Composer
from openqq_nb.widgets.explorer import Explorer
from openqq_nb.widgets.feed import Feed
from tools.site import read

MET = (
    AsyncAccount, AsyncInbox, AsyncRun, Broadcaster, Composer, DemoAccount, Exclusions, Explorer, Feed, LoginCode,
    Message, Parts, Plan, Progress, Run, Setup, Stats,
)  # fmt: skip
"""Classes that nobody types, but everybody gets objects of."""

CLASSES: dict[str, type] = {
    **{f"openqq_nb.{name}": getattr(oq, name) for name in oq.__all__ if name[0].isupper()},
    **{f"{kind.__module__}.{kind.__qualname__}": kind for kind in MET},
    "openqq_nb.charts.Picture": Picture,
}
NOT_TYPED = {
    oq.Inbox: {
        "abandoned",
        "address",
        "begin_login",
        "finish",
        "hears",
        "in_words",
        "journal",
        "presence",
        "record",
        "record_sent",
        "records",
        "running",
        "start",
        "state",
        "ticks",
        "way",
    },
    AsyncInbox: {"hears"},
    Run: {"join", "renew", "start"},
    Exclusions: {"has", "rows"},
    oq.Log: {"of", "scan"},
    Picture: {"body", "both", "room"},
    oq.Roster: {"doubts", "knows", "number"},
    DemoAccount: set(dir(oq.Account)) - {"close"},  # told once
    Fault: {"finish", "strike"},
    Simulator: {"protocol", "world"},  # `truth`
}
"""What one part of the package needs of another, and no Tab shows or no person needs."""


def own(kind: type) -> list[str]:
    """List the public methods and attributes that our own code gives a class."""
    bases = [base for base in kind.__mro__ if base.__module__.startswith("openqq_nb")]
    found = {name for base in bases for name in (*vars(base), *inspect.get_annotations(base))}
    return sorted(name for name in found - NOT_TYPED.get(kind, set()) if not name.startswith("_"))


def members() -> Iterator[str]:
    for path, kind in CLASSES.items():
        if not issubclass(kind, BaseException):
            yield from (f"{path}.{name}" for name in own(kind))


def of_modules() -> Iterator[str]:
    for word in ("analysis", "charts"):
        yield from (f"openqq_nb.{word}.{name}" for name in getattr(oq, word).__all__)


def of_simulator() -> Iterator[str]:
    yield from (f"openqq_nb.simulator.{name}" for name in simulator.__all__)
    for kind in (Simulator, Fault):
        yield from (f"openqq_nb.simulator.{kind.__name__}.{name}" for name in own(kind))


ATTRIBUTES = (
    "openqq_nb.Account.aio",
    "openqq_nb.broadcast.run.Run.aio",
    "openqq_nb.Inbox.aio",
    "openqq_nb.demo_account.DemoAccount.simulator",
)
NAMES = sorted(
    {
        *(f"openqq_nb.{name}" for name in oq.__all__),
        *CLASSES,
        *members(),
        *of_modules(),
        *of_simulator(),
        *ATTRIBUTES,
    }
)


@pytest.mark.slow
@pytest.mark.parametrize("language", [".", "zh"])
def test_every_public_name_has_a_place_in_the_reference(site: Path, language: str) -> None:
    anchors = {
        anchor for page in (site / language / "reference").glob("*.html") for anchor in read(page).anchors
    }
    assert [name for name in NAMES if name not in anchors] == []
