"""Which protocols there are: every folder beside this file that offers `DIALECTS`, `probe` and the rest."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType

import openqq_nb.protocols as folder
from openqq_nb.errors import InvalidInput
from openqq_nb.models import Flow
from openqq_nb.protocols.base import Dialect, DialectFactory
from openqq_nb.protocols.hints import Hints

Probe = Callable[[str | None], Flow[Dialect | None]]


@cache
def folders() -> tuple[str, ...]:
    """Name the folders that hold a protocol, in the order in which they are probed: OneBot first."""
    # Its probe and its posts can be told for certain; a server of Openqq may answer anything to what it does not know.
    return tuple(sorted(module.name for module in pkgutil.iter_modules(folder.__path__) if module.ispkg))


def dialects() -> dict[str, DialectFactory]:
    """Give every dialect of every folder by its name."""
    return {name: make for package in folders() for name, make in _load(package).DIALECTS.items()}


def probes(*, sockets: bool = False) -> Iterator[Probe]:
    """Give the probe of each folder.

    Args:
        sockets: whether only those are wanted that work over a WebSocket.
    """
    for package in folders():
        if _load(package).OVER_SOCKETS or not sockets:
            yield _load(package).probe


def hints_of(probe: Probe) -> Hints:
    """Give what people are told of servers of the folder that a probe belongs to."""
    hints: Hints = next(_load(package).HINTS for package in folders() if _load(package).probe is probe)
    return hints


def dialect_of(body: bytes) -> str | None:
    """Tell which dialect a post is in, by what only posts of that dialect have."""
    found = (_load(package).dialect_of(body) for package in folders())
    return next((name for name in found if name is not None), None)


def dialect(name: str, token: str | None) -> Dialect:
    """Make the dialect of a name.

    Raises:
        InvalidInput: there is none of that name.
    """
    known = dialects()
    if name not in known:
        raise InvalidInput(f"Unknown protocol {name!r}. Known are 'auto', {', '.join(map(repr, known))}.")
    return known[name](token)


def _load(package: str) -> ModuleType:
    return importlib.import_module(f"{folder.__name__}.{package}")
