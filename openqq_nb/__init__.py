"""QQ in Jupyter: see who is there, write, listen and analyse, with pandas.

Start with `my = oq.demo()`, or with `my = oq.connect("http://127.0.0.1:5000")`.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openqq_nb import analysis as analysis
    from openqq_nb import charts as charts
    from openqq_nb.account import Account as Account
    from openqq_nb.broadcast.pace import Pace as Pace
    from openqq_nb.connecting import connect as connect
    from openqq_nb.demo_account import demo as demo
    from openqq_nb.doctor import Report as Report
    from openqq_nb.errors import Ambiguous as Ambiguous
    from openqq_nb.errors import FollowingWarning as FollowingWarning
    from openqq_nb.errors import HandlerWarning as HandlerWarning
    from openqq_nb.errors import InboxWarning as InboxWarning
    from openqq_nb.errors import InvalidInput as InvalidInput
    from openqq_nb.errors import JournalFailed as JournalFailed
    from openqq_nb.errors import ListenerFailed as ListenerFailed
    from openqq_nb.errors import NestedWait as NestedWait
    from openqq_nb.errors import NoAnswer as NoAnswer
    from openqq_nb.errors import NotFound as NotFound
    from openqq_nb.errors import NotLoaded as NotLoaded
    from openqq_nb.errors import NotLoadedWarning as NotLoadedWarning
    from openqq_nb.errors import NotOpenqq as NotOpenqq
    from openqq_nb.errors import NotSupported as NotSupported
    from openqq_nb.errors import NotUnderstood as NotUnderstood
    from openqq_nb.errors import OpenqqError as OpenqqError
    from openqq_nb.errors import Refused as Refused
    from openqq_nb.errors import SkippedWarning as SkippedWarning
    from openqq_nb.errors import TimedOut as TimedOut
    from openqq_nb.errors import Unreachable as Unreachable
    from openqq_nb.exporting import export as export
    from openqq_nb.inbox import Inbox as Inbox
    from openqq_nb.kernel.running import run as run
    from openqq_nb.languages import language as language
    from openqq_nb.logs import Log as Log
    from openqq_nb.logs import open_log as open_log
    from openqq_nb.models import Outcome as Outcome
    from openqq_nb.models import Receipt as Receipt
    from openqq_nb.models import Reply as Reply
    from openqq_nb.people import with_people as with_people
    from openqq_nb.pseudonyms import pseudonymise as pseudonymise
    from openqq_nb.roster import Roster as Roster
    from openqq_nb.segments import at as at
    from openqq_nb.segments import face as face
    from openqq_nb.segments import image as image
    from openqq_nb.segments import reply_to as reply_to
    from openqq_nb.upkeep import journals as journals

_ERRORS = (
    "Ambiguous", "FollowingWarning", "HandlerWarning", "InboxWarning", "InvalidInput", "JournalFailed",
    "ListenerFailed", "NestedWait", "NoAnswer", "NotFound", "NotLoaded", "NotLoadedWarning", "NotOpenqq",
    "NotSupported", "NotUnderstood", "OpenqqError", "Refused", "SkippedWarning", "TimedOut", "Unreachable",
)  # fmt: skip
# Loaded when first used, so that `import openqq_nb` starts no server and reads no widget.
_HOMES = {
    "Account": "account",
    "Inbox": "inbox",
    "Log": "logs",
    "Outcome": "models",
    "Pace": "broadcast.pace",
    "Receipt": "models",
    "Reply": "models",
    "Report": "doctor",
    "Roster": "roster",
    "at": "segments",
    "connect": "connecting",
    "demo": "demo_account",
    "export": "exporting",
    "face": "segments",
    "image": "segments",
    "journals": "upkeep",
    "language": "languages",
    "open_log": "logs",
    "pseudonymise": "pseudonyms",
    "reply_to": "segments",
    "run": "kernel.running",
    "with_people": "people",
} | dict.fromkeys(_ERRORS, "errors")

_MODULES = ("analysis", "charts")

__all__ = sorted((*_HOMES, *_MODULES))  # noqa: PLE0605 - the names above, each once


def __getattr__(name: str) -> object:
    """Load a public name from its module."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - costs more than the rest of this file

        return version("openqq-nb")
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it offers {', '.join(__all__)}")
    found: object = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Show what is meant to be typed."""
    return __all__
