"""The earlier broadcasts of the account, to open one."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from openqq_nb.broadcast.run import Run
from openqq_nb.errors import one_line
from openqq_nb.languages import Words
from openqq_nb.models import Delivery
from openqq_nb.recipients import is_missing
from openqq_nb.widgets.broadcaster.links import Links
from openqq_nb.widgets.broadcaster.saying import joined
from openqq_nb.widgets.broadcaster.sending_words import KEPT, WATCH
from openqq_nb.widgets.composer.addressee import shortened
from openqq_nb.widgets.parts import Action, Part, Publish, View, whole
from openqq_nb.widgets.problems import described
from openqq_nb.widgets.workers import Worker

SHOWN = 50

_words = Words(KEPT, WATCH)


class Kept(Part):
    """The list of all broadcasts, newest first.

    Args:
        links: the ways to the account.
        opened: told which one is to be shown.
    """

    def __init__(self, links: Links, opened: Callable[[Run], None]) -> None:
        super().__init__()
        self._links = links
        self._opened = opened
        self._rows: list[dict[Any, Any]] = []
        self._loading = False
        self._again = False
        self._problem: View | None = None

    @property
    def actions(self) -> Mapping[str, Action]:
        """What a page may ask for."""
        return {"open": self.open, "reload": self.reload}

    def view(self) -> View:
        """Give the whole state.

        Returns:
            `loading`; `problem`; `broadcasts`, newest first, each with `key`, `text`, `made`, `words` and `sending`;
            `more`, a sentence where there are more.
        """
        rows = self._rows[::-1]
        more = len(rows) - SHOWN
        return {
            "loading": self._loading,
            "problem": self._problem,
            "broadcasts": [_told(row) for row in rows[:SHOWN]],
            "more": _words("b_kept_more", count=more) if more > 0 else "",
        }

    def attach(self, publish: Publish, lock: AbstractContextManager[Any]) -> None:
        """Take the way to the pages, and look what there is."""
        super().attach(publish, lock)
        self.reload()

    def open(self, key: str) -> None:
        """Show a broadcast; nothing is sent.

        Raises:
            NotFound: there is none of that key; the error lists those that there are.
        """
        run = self._links.broadcasts().run(key)
        with self.lock:
            self._opened(run)

    def reload(self) -> None:
        """Look what there is, on a thread."""
        with self.lock:
            if self._loading:
                self._again = True
            else:
                self._loading = True
                Worker(whole=True).start(self._load)
            self.publish(self.view())

    def _load(self) -> None:
        rows, problem = self._rows, None
        while True:
            try:
                rows, problem = self._links.broadcasts().df().to_dict("records"), None
            except Exception as error:  # noqa: BLE001 - shown where the person looks
                problem = described(error)
            with self.lock:
                if not self._again:
                    self._rows, self._problem, self._loading = rows, problem, False
                    self.publish(self.view())
                    return
                self._again = False


def _told(row: Mapping[Any, Any]) -> View:
    counts = [
        _words("b_count", label=_words(f"b_delivery_{one.value}"), count=int(row[one.value]))
        for one in Delivery
        if not is_missing(row[one.value]) and int(row[one.value])
    ]
    return {
        "key": whole(str(row["key"])),
        "text": whole(shortened(one_line(str(row["template"])))),
        "made": f"{row['made_at']:%Y-%m-%d %H:%M}",
        "words": joined(counts),
        "sending": bool(row["sending"]),
    }
