"""Which protocols there are: every folder beside this file that offers `DIALECTS` and `probe`."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType

import openqq_nb.protocols as folder
from openqq_nb.errors import InvalidInput
from openqq_nb.models import Flow
from openqq_nb.protocols.base import Dialect, DialectFactory

Probe = Callable[[str | None], Flow[Dialect | None]]


@cache
def folders() -> tuple[str, ...]:
    """Name the folders that hold a protocol, in the order in which they are probed."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(folder.__path__) if module.ispkg))


def dialects() -> dict[str, DialectFactory]:
    """Give every dialect of every folder by its name."""
    return {name: make for package in folders() for name, make in _load(package).DIALECTS.items()}


def probes() -> Iterator[Probe]:
    """Give the probe of each folder."""
    for package in folders():
        yield _load(package).probe


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
