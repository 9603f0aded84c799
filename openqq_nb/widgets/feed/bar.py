"""How the inbox of a feed is doing, and what went wrong, in words."""

from collections.abc import Iterator, Mapping

from openqq_nb.languages import Words
from openqq_nb.widgets.feed.source import Source, Standing
from openqq_nb.widgets.feed.words import BAR
from openqq_nb.widgets.parts import Action, Part, View

_words = Words(BAR)

_LIVE = ("listening", "polling", "streaming", "following")


class Bar(Part):
    """One line that says what the inbox does, and one for each thing that went wrong.

    Args:
        source: tells how the inbox is doing.
    """

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        self._events = -1
        self._login_code = False
        self._told: View = {}

    @property
    def actions(self) -> Mapping[str, Action]:
        """Nothing: it only shows."""
        return {}

    def view(self) -> View:
        """Give the whole state: `live`, `state` in words, and `troubles`, each a `title` with a `detail`."""
        with self.lock:
            self.look()
            return self._told

    def look(self) -> bool:
        """Tell the pages if something is different now; gives whether it is."""
        with self.lock:
            standing = self._source.standing()
            now = {
                "live": standing.doing in _LIVE,
                "state": _words(f"bar_{standing.doing}", where=standing.where),
                "troubles": [*self._code(), *_troubles(standing)],
            }
            different = now != self._told
            if different:
                # Kept only once it is told: a person may stop this at any place.
                self.publish(now)
                self._told = now
            return different

    def _code(self) -> list[View]:
        """Say that a login code waits; events are looked through only when one has come."""
        count = len(self._source.events)
        if count != self._events:
            self._login_code = self._source.login_code()
            self._events = count
        return [_trouble("login_code")] if self._login_code else []


def _troubles(standing: Standing) -> Iterator[View]:
    for name, count, last in standing.failures:
        yield _trouble("handler_failed" if count else "handler_held", last, name=name, count=count)
    for key in ("held_back", "waiting", "malformed"):
        count = getattr(standing, key)
        if count:
            yield _trouble(key, count=count)
    if standing.refused:
        reasons = [
            _words("refused_count", reason=_reason(reason), count=count)
            for reason, count in standing.refused.items()
        ]
        yield _trouble("refused", "; ".join(reasons), count=sum(standing.refused.values()))
    if standing.errors:
        yield _trouble("errors", "\n".join(standing.errors))


def _reason(reason: str) -> str:
    key = f"refused_{reason}"
    return _words(key) if key in BAR else reason


def _trouble(key: str, detail: str = "", **values: object) -> View:
    return {"title": _words(f"bar_{key}", **values), "detail": detail}
