"""The JSON of all groups, kept per group until something in it changes: a large world is costly to write."""

from collections.abc import Callable

from openqq_nb.simulator.login import Login
from openqq_nb.simulator.openqq2 import Thing
from openqq_nb.simulator.perl import dumps
from openqq_nb.simulator.things import Group


class GroupTexts:
    """Keeps the JSON of groups of one login."""

    def __init__(self, login: Login) -> None:
        self._login = login
        self._texts: dict[int, tuple[int, bytes]] = {}
        self._all: tuple[int, bytes] = (-1, b"")

    @property
    def version(self) -> int:
        """A number that changes with anything that shows in the JSON."""
        return self._login.version.total()

    def all(self, write: Callable[[Group], Thing]) -> bytes:
        """Give the list of all groups."""
        version = self.version
        if self._all[0] != version:
            texts = [self._text(group, write) for group in self._login.groups.values()]
            self._all = (version, b"[" + b",".join(texts) + b"]")
        return self._all[1]

    def _text(self, group: Group, write: Callable[[Group], Thing]) -> bytes:
        version = self._login.version[group.number]
        kept = self._texts.get(group.number)
        if kept is None or kept[0] != version:
            kept = (version, dumps(write(group)).encode(errors="replace"))
            self._texts[group.number] = kept
        return kept[1]
