"""What a person does in an explorer: looks around, narrows down, compares, loads anew."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pandas as pd

from openqq_nb.columns import Series
from openqq_nb.errors import InvalidInput
from openqq_nb.roster import Roster
from openqq_nb.widgets.explorer import overlap, telling
from openqq_nb.widgets.explorer.contents import Contents, SheetName
from openqq_nb.widgets.explorer.places import EVERYBODY, FIRST_GROUP, FRIENDS
from openqq_nb.widgets.explorer.sheet import Filters, Sheet
from openqq_nb.widgets.explorer.spans import Span, day
from openqq_nb.widgets.explorer.table import Table
from openqq_nb.widgets.parts import Action, Part, View
from openqq_nb.widgets.problems import described
from openqq_nb.widgets.workers import Worker

_ALL_OF: Mapping[SheetName, int] = {"members": EVERYBODY, "friends": FRIENDS}


class Browsing(Part):
    """The list of places, the search, the filters, the charts and the comparison; the people stand in a table.

    Args:
        load: asks the server who is there.
        roster: who is shown first.

    Attributes:
        table: shows the people; a part of its own.
    """

    def __init__(self, load: Callable[[], Roster], roster: Roster) -> None:
        super().__init__()
        self._load = load
        self._contents = Contents(roster)
        self._edition = 1
        self._query = ""
        self._name: SheetName = "members"
        self._worker = Worker()
        self._problem: View | None = None
        self._watch: Callable[[], None] = lambda: None
        self._closed = False
        self.table = Table(self.sheet.rows, self._picked)

    @property
    def actions(self) -> Mapping[str, Action]:
        """Looking around, narrowing down, comparing, loading anew."""
        return {
            "search": self.search,
            "choose": self.choose,
            "value": self.value,
            "day": self.day,
            "share": self.share,
            "clear": self.clear,
            "reload": self.reload,
        }

    @property
    def sheet(self) -> Sheet:
        """The people whom the table shows some of."""
        return self._contents.sheets[self._name]

    @property
    def lines(self) -> list[int]:
        """The chosen lines of the list of places, at least one."""
        return self.sheet.chosen or [_ALL_OF[self._name]]

    @property
    def roster(self) -> Roster:
        """Who is shown."""
        return self._contents.roster

    def watch(self, watch: Callable[[], None]) -> None:
        """Call something whenever another row is selected, or another place chosen."""
        self._watch = watch

    def addressee(self) -> Series | None:
        """Give the one row that is meant: the selected one; if none is, the row of the one chosen group or discuss."""
        if self.table.rows.picked == 1:
            return self.table.rows.selection.iloc[0]
        if self.table.rows.picked or len(self.sheet.chosen) != 1:
            return None
        at = self.sheet.chosen[0] - FIRST_GROUP
        groups = self.roster.groups
        return groups.iloc[at] if at < len(groups) else self.roster.discusses.iloc[at - len(groups)]

    def overlap(self) -> pd.DataFrame:
        """Count the people whom the chosen groups have in common."""
        lines = self.sheet.chosen
        names = pd.Index(
            [self._contents.places[line].name for line in lines], name="displayname", dtype="str"
        )
        counts = overlap.shared(self.sheet.who, self.sheet.where, lines)
        return pd.DataFrame(counts, index=names, columns=names.copy(), dtype="Int64")

    def view(self) -> View:
        """Give the list of places, and all that changes in it and around it."""
        return {"places": telling.places(self._contents), "edition": self._edition, **self._state()}

    def close(self) -> None:
        """Show nothing any more, and build no index to search in."""
        super().close()
        self._closed = True
        self._contents.finder.close()

    def search(self, text: str) -> View:
        """Show only whom and what has a text in its names or numbers, everywhere at once.

        Raises:
            InvalidInput: the explorer was closed.
        """
        _look_for(text, self._contents)
        self._query = text
        return self._changed()

    def choose(self, line: int, edition: int, add: bool = False) -> View | None:
        """Show the people of a place.

        Args:
            line: of the list of places.
            edition: which list is meant; of an older one nothing is chosen.
            add: besides those that are chosen, if they are of its kind; if it is chosen, it is not any more.
        """
        if edition != self._edition or not 0 <= line < len(self._contents.places):
            return None
        name = self._contents.sheet_of(line)
        chosen = self.sheet.chosen if add and name == self._name else []
        lines = sorted({line} ^ set(chosen)) if line >= FIRST_GROUP else []
        if not lines and line >= FIRST_GROUP:
            name = "members"
        self._turn_to(name, lines)
        return self._state()

    def value(self, facet: str, value: str | None) -> View:
        """Show only people who have a value, as a role or a province; `None` is any.

        Raises:
            InvalidInput: the value is no text.
        """
        if value is not None and not isinstance(value, str):
            raise InvalidInput(f"{value!r} is no text, so nobody can have it. Nothing was filtered.")
        return self._filter(self.sheet.filters.valued(facet, value))

    def day(self, which: str, end: str, text: str) -> View:
        """Show only people of whom something happened from a day on, or until it.

        Args:
            which: `joined` or `spoke`.
            end: `since`, that day and later; `until`, that day and earlier; `before`, earlier than that day.
            text: the day as `2026-11-17`; empty for any.

        Raises:
            InvalidInput: the text is no day.
        """
        spans = self.sheet.filters.spans
        span = replace(spans.get(which, Span()), **{end: day(text)})
        return self._filter(replace(self.sheet.filters, spans={**spans, which: span}))

    def share(self, on: bool) -> View | None:
        """Show only people who are in all of the chosen places; there must be two or more."""
        if len(self.sheet.chosen) < 2:  # noqa: PLR2004 - what is shared is shared by two
            return None
        return self._filter(replace(self.sheet.filters, shared=on))

    def clear(self) -> View:
        """Search and filter no more; the places stay chosen, and the rows selected."""
        _look_for("", self._contents)
        self._query = ""
        for sheet in self._contents.sheets.values():
            sheet.filter(Filters())
        return self._changed()

    def reload(self) -> View | None:
        """Ask the server again, on a thread of its own; what is chosen and selected stays so, where it is there."""
        if not self._worker.start(self._loaded):
            return None
        self._problem = None
        return self._state()

    def _picked(self) -> None:
        self._watch()

    def _loaded(self) -> None:
        try:
            roster = self._load()
            # Nobody looks at a closed one: nothing is built for it.
            if not self._closed:
                self._take(Contents(roster))
        except Exception as error:  # noqa: BLE001 - shown where the person looks, who clicked
            with self.lock:
                self._problem = described(error)
                self.publish(self._state(loading=False))

    def _take(self, contents: Contents) -> None:
        with self.lock:
            older = self._contents
            try:
                if not self._closed:
                    self._go_on_in(contents)
            finally:
                unused = older if self._contents is contents else contents
                unused.finder.close()

    def _go_on_in(self, contents: Contents) -> None:
        contents.take_over(self._contents)
        _look_for(self._query, contents)
        self._contents = contents
        self._edition += 1
        if self._name == "discuss_members" and not self.sheet.chosen:
            self._name = "members"
        self.table.show(self.sheet.rows)
        self.publish(self.view() | {"loading": False})
        self._watch()

    def _turn_to(self, name: SheetName, lines: list[int]) -> None:
        other = name != self._name
        self._name = name
        self.sheet.choose(lines)
        if other:
            self.table.show(self.sheet.rows)
        else:
            self.table.refresh()
        self._watch()

    def _filter(self, filters: Filters) -> View:
        self.sheet.filter(filters)
        return self._changed()

    def _changed(self) -> View:
        self.table.refresh()
        return self._state()

    def _state(self, loading: bool | None = None) -> View:
        return {
            "query": self._query,
            "chosen": self.lines,
            "hits": telling.hits(self._contents, self._query, self.lines),
            "narrowed": bool(self._query.strip() or self.sheet.filters),
            "as_of": f"{self._contents.roster.fetched_at:%Y-%m-%d %H:%M}",
            "loading": self._worker.busy if loading is None else loading,
            "problem": self._problem,
            **telling.filters(self.sheet),
            "charts": telling.charts(self.sheet),
            "overlap": telling.overlap(self.sheet, self._contents),
        }


def _look_for(text: str, contents: Contents) -> None:
    """Narrow all sheets down to a text, or, where that fails, none."""
    found = [(sheet.rows, sheet.rows.having(text)) for sheet in contents.sheets.values()]
    for rows, mask in found:
        rows.narrow(mask)
