"""Filters of an inbox: those whom `group=` and `sender=` mean are found in the account's roster."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

from openqq_nb import filtering
from openqq_nb.filtering import Condition, Filter
from openqq_nb.inbox.links import Links, Meant
from openqq_nb.models import Row

__all__ = ["Filter", "compiled"]

Login = Callable[[], str]
Resolve = Callable[[Any], Collection[Meant]]

_PERMANENT = frozenset({"gnumber", "sender_qq"})


class Bearers:
    """Those whom `group=` or `sender=` means: by permanent numbers always, by an id within its login.

    Args:
        value: a name, a number or a row, or a list of these.
        resolve: finds whom one of them means, and raises when it is not exactly one.
        known: finds the same in memory, and nothing when it is not exactly one.
        login: tells the present login, the only one whose ids both of them find.
    """

    def __init__(self, value: object, resolve: Resolve, known: Resolve, login: Login) -> None:
        # A frame or a row is one thing to resolve; only plain lists are taken apart.
        self._names = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
        self._known = known
        self._login = login
        before = login()
        pairs = frozenset(pair for name in self._names for pair in resolve(name))
        self._permanent = frozenset(pair for pair in pairs if pair[0] in _PERMANENT)
        # While the server was asked, it may have logged in anew.
        self._ids = {before: pairs - self._permanent} if login() == before else {}

    @property
    def meant(self) -> list[Meant]:
        """Columns and numbers that were meant when the filter was written."""
        return sorted(self._permanent.union(*self._ids.values()))

    def mean(self, row: Row) -> bool:
        """Tell whether a message is of one of them."""
        # Column by column, because the id of one may be the number of another.
        return _has(row, self._permanent) or _has(row, self._ids_of(row.get("login")))

    def _ids_of(self, login: object) -> frozenset[Meant]:
        """Give their ids in a login; those of a login that is over can no longer be learnt."""
        present = self._login()
        if present not in self._ids and login == present:
            pairs = frozenset(pair for name in self._names for pair in self._known(name))
            found = frozenset(pair for pair in pairs if pair[0] not in _PERMANENT)
            if found and self._login() == present:
                self._ids[present] = found
        return self._ids.get(str(login), frozenset())


def _has(row: Row, pairs: frozenset[Meant]) -> bool:
    return any(row.get(column) == number for column, number in pairs)


def compiled(filters: Mapping[str, object], links: Links, login: Login) -> Filter:
    """Compile filters for messages that come and came.

    Args:
        filters: as `filtering.compiled` takes them.
        links: resolves `group` and `sender`.
        login: tells the present login, in which ids that they are resolved to mean something.

    Raises:
        InvalidInput: a column that does not exist, or a value that it cannot have.
        NotFound, Ambiguous: `group` or `sender` does not name exactly one.
    """
    group = partial(_of, ("gnumber", "group_id"), links.resolve_group, links.known_group, login)
    sender = partial(_of, ("sender_qq", "sender_id"), links.resolve_sender, links.known_sender, login)
    return filtering.compiled(filters, {"group": group, "sender": sender})


def _of(columns: tuple[str, ...], resolve: Resolve, known: Resolve, login: Login, value: object) -> Condition:
    bearers = Bearers(value, resolve, known, login)
    return Condition((*columns, "login"), bearers.mean, None, (columns, bearers.meant))
