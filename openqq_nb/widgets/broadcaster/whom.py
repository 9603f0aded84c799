"""Choosing who gets a broadcast: from the roster, from the explorer, from a list, from the cell."""

from collections.abc import Mapping
from functools import partial

import numpy as np
import numpy.typing as npt

from openqq_nb.errors import InvalidInput
from openqq_nb.languages import Words
from openqq_nb.roster import Roster
from openqq_nb.widgets.broadcaster.draft import Draft, Source
from openqq_nb.widgets.broadcaster.links import Links
from openqq_nb.widgets.broadcaster.picking import ANYWHERE, KINDS, Kind, Picking
from openqq_nb.widgets.broadcaster.uploads import File, Uploads
from openqq_nb.widgets.broadcaster.words import WHOM
from openqq_nb.widgets.composer.addressee import number_words, shortened
from openqq_nb.widgets.parts import Action, Part, View, whole
from openqq_nb.widgets.problems import described
from openqq_nb.widgets.workers import Worker

SHOWN = 50
MOST_PLACES = 1000

_words = Words(WHOM)


class Whom(Part):
    """The recipients of a draft, from wherever they come.

    Args:
        links: the ways to the account.
        roster: who is there.
        draft: what is prepared.

    Attributes:
        picking: who there is to choose from.
    """

    def __init__(self, links: Links, roster: Roster, draft: Draft) -> None:
        super().__init__()
        self._links = links
        self._draft = draft
        self._kind: Kind = "friend"
        self._place = ANYWHERE
        self._text = ""
        self._version = 0
        self._loading = False
        self._problem: View | None = None
        self._uploads = Uploads(draft)
        self._counted: tuple[int, int] | None = None
        self._take(Picking(roster))
        links.handing.takes(self.take_rows)

    @property
    def actions(self) -> Mapping[str, Action]:
        """What a page may ask for."""
        return {
            "look": self.look,
            "place": self.place,
            "find": self.find,
            "add": self.add,
            "add_all": self.add_all,
            "remove": self.remove,
            "clear": self.clear,
            "reload": self.reload,
            "take_selection": self.take_selection,
            "upload": self.upload,
            "bad": self.bad,
            "read_as": self.read_as,
        }

    def view(self) -> View:
        """Give the whole state.

        Returns:
            `version`, of the roster; `kinds`, each with `kind`, `label` and `off`; `kind`; `places`, each with `place`
            and `label`; `place`; `text`, what is looked for; `rows`, the first ones found; `count`, a sentence; `all`,
            what the button says that adds all of them; `notes`; `loading`; `loaded`; `problem`; `sources`; `total`, a
            sentence; `upload`; `explorer`.
        """
        found = self.picking.find(self._kind, self._place, self._text)
        return {
            "version": self._version,
            "kinds": [self._told_kind(kind) for kind in KINDS],
            "kind": self._kind,
            "places": self._places(),
            "place": self._place,
            "text": self._text,
            "rows": self._rows(found[:SHOWN]),
            **self._counts(found),
            "notes": self._notes(),
            "loading": self._loading,
            "loaded": _words("b_loaded", time=f"{self.picking.roster.fetched_at:%H:%M:%S}"),
            "problem": self._problem,
            "sources": [self._told(one) for one in self._draft.sources],
            "total": self._total(),
            "upload": self._uploads.view(),
            "explorer": {"label": _words("b_take_selection"), "off": self._no_explorer()},
        }

    def close(self) -> None:
        """Take nothing from an explorer any more."""
        super().close()
        self._links.handing.end(self.take_rows)

    def tell(self) -> None:
        """Show what is new; the caller holds the lock."""
        self._counted = None
        self.publish(self.view())

    def count(self, counted: tuple[int, int] | None) -> None:
        """Take note of how many recipients there are and how many rows name one once more; `None` while not known."""
        if counted != self._counted:
            self._counted = counted
            self.publish(self.view())

    def look(self, kind: Kind) -> None:
        """Look among a kind: `friend`, `group`, `member` or `discuss`.

        Raises:
            InvalidInput: there is no such kind; nothing is changed.
        """
        _check_kind(kind)
        with self.lock:
            self._kind, self._place = kind, ANYWHERE
            self._warm()
            self.publish(self.view())

    def place(self, place: str) -> None:
        """Look only among a category of friends or the members of a group; empty for everywhere."""
        with self.lock:
            self._place = place if place in _keys(self.picking, self._kind) else ANYWHERE
            self.publish(self.view())

    def find(self, text: str, view: str | None = None) -> None:
        """Look for a text.

        Args:
            text: words that are parts of names or numbers.
            view: the page where it was typed, which has it already.

        Raises:
            InvalidInput: it is no text; nothing is changed.
        """
        if not isinstance(text, str):
            raise InvalidInput(f"What is looked for must be a str, not {text!r}; nothing was changed.")
        with self.lock:
            self._text = whole(text)
            self.publish(self.view() | {"by": view})

    def add(self, kind: Kind, row: int, version: int) -> None:
        """Add a row that was shown to the recipients.

        Args:
            kind: of which kind it is.
            row: its number among them.
            version: the version with which it was shown; with an older one nothing happens.

        Raises:
            InvalidInput: there is no such row; nothing is changed.
        """
        _check_kind(kind)
        with self.lock:
            if version == self._version:
                count = len(self.picking.shelves[kind])
                if type(row) is not int or not 0 <= row < count:
                    raise InvalidInput(f"There is no row {row!r} among {count}; nobody was added.")
                label = _words("b_source_picked", kind=_words(f"b_source_{kind}"))
                self._draft.pick(label, self.picking.rows(kind, np.array([row])))
            self.tell()

    def add_all(self, kind: Kind, version: int) -> None:
        """Add all that are found at this moment; with an older version of the roster, or another kind, nothing."""
        _check_kind(kind)
        with self.lock:
            found = self.picking.find(self._kind, self._place, self._text)
            if version == self._version and kind == self._kind and found.size:
                self._draft.add(self._label(), self.picking.rows(kind, found))
            self.tell()

    def take_rows(self, to: object, label: str = "") -> None:
        """Add rows, as `my.broadcast(to=)` takes them.

        Args:
            to: who they are.
            label: where they come from.

        Raises:
            InvalidInput: they name nobody; nobody was added.
        """
        with self.lock:
            self._draft.add(label or _words("b_source_explorer"), to)
            self.tell()

    def take_selection(self) -> None:
        """Add what is selected in the explorer that was opened last.

        Raises:
            InvalidInput: no explorer is open, or nothing is selected in it; nobody was added.
        """
        give = self._links.handing.give
        if give is None:
            raise InvalidInput(_words("b_no_explorer"))
        rows = give()
        if not len(rows):
            raise InvalidInput(_words("b_nothing_selected"))
        self.take_rows(rows)

    def remove(self, source: int) -> None:
        """Remove a source with all its rows; one that is gone already does no harm."""
        with self.lock:
            found = self._draft.source(source)
            if found is not None:
                self._draft.remove(found)
            self.tell()

    def clear(self) -> None:
        """Remove all sources; the text stays."""
        with self.lock:
            self._draft.remove(*self._draft.sources)
            self.tell()

    def reload(self) -> None:
        """Ask the server anew who is there, on a thread; who was chosen stays so."""
        with self.lock:
            if not self._loading:
                self._loading, self._problem = True, None
                Worker().start(self._load)
            self.publish(self.view())

    def take(self, roster: Roster) -> None:
        """Choose among those of a newer roster from now on."""
        picking = Picking(roster)
        with self.lock:
            self._take(picking)
            self._draft.changed()
            self.tell()

    def upload(self, name: str, data: str) -> None:
        """Read a list that was uploaded, on a thread, and add the rows of it that can be used.

        Args:
            name: of the file.
            data: its bytes, as base64.
        """
        with self.lock:
            if self._uploads.begin():
                Worker(whole=True).start(partial(self._read, str(name), data))
            self.publish(self.view())

    def bad(self, source: int, start: int) -> None:
        """Show other ones of the lines of a list that could not be used."""
        with self.lock:
            found = self._draft.source(source)
            if found is not None:
                self._uploads.turn(found, start)
            self.publish(self.view())

    def read_as(self, source: int, numbers: str) -> None:
        """Say what the numbers of a list without a heading are; it is read anew on a thread.

        Raises:
            InvalidInput: `numbers` is neither `qq` nor `gnumber`; nothing is changed.
        """
        if numbers not in ("qq", "gnumber"):
            raise InvalidInput(f"Numbers are of people (qq) or groups (gnumber), not {numbers!r}.")
        with self.lock:
            found = self._draft.source(source)
            file = None if found is None else self._uploads.begin_anew(found, numbers)
            if file is not None:
                Worker(whole=True).start(partial(self._read_anew, file, numbers, found))
            self.publish(self.view())

    def _take(self, picking: Picking) -> None:
        self.picking = picking
        self._version += 1
        if self._place != ANYWHERE and self._place not in _keys(picking, self._kind):
            self._place = ANYWHERE
        self._warm()

    def _warm(self) -> None:
        Worker(whole=True).start(self.picking.shelves[self._kind].prepare)

    def _load(self) -> None:
        try:
            picking, problem = Picking(self._links.load()), None
            picking.find(self._kind, ANYWHERE, "")
        except Exception as error:  # noqa: BLE001 - shown where the person looks, who clicked
            picking, problem = None, described(error)
        with self.lock:
            self._loading, self._problem = False, problem
            if picking is not None:
                self._take(picking)
                self._draft.changed()
            self.tell()

    def _read(self, name: str, data: str) -> None:
        read = self._uploads.read(name, data)
        with self.lock:
            self._uploads.put(read)
            self.tell()

    def _read_anew(self, file: File, numbers: str, old: Source | None) -> None:
        read = self._uploads.read_as(file, numbers)
        with self.lock:
            self._uploads.put(read, old)
            self.tell()

    def _label(self) -> str:
        kind = _words(f"b_source_{self._kind}")
        if self._text.strip():
            return _words("b_source_found", kind=kind, text=shortened(self._text.strip()))
        place = next((one for one in self.picking.places(self._kind) if one.key == self._place), None)
        return _words("b_source_in", kind=kind, place=shortened(place.name)) if place else kind

    def _told_kind(self, kind: Kind) -> View:
        reaches = {"friend": "friend", "group": "group", "discuss": "discuss"}.get(kind)
        off = reaches is not None and reaches not in self._links.reaches
        return {
            "kind": kind,
            "label": _words(f"b_kind_{kind}", count=len(self.picking.shelves[kind])),
            "off": _words("b_kind_off") if off else "",
        }

    def _places(self) -> list[View]:
        places = self.picking.places(self._kind)
        if not places:
            return []
        told = [(one.key, shortened(one.name), one.count) for one in places[:MOST_PLACES]]
        return [
            {"place": ANYWHERE, "label": _words("b_place_all")},
            *(
                {"place": key, "label": _words("b_place", name=name, count=count)}
                for key, name, count in told
            ),
        ]

    def _rows(self, positions: npt.NDArray[np.int64]) -> list[View]:
        shelf = self.picking.shelves[self._kind]
        entries = shelf.entries(positions)
        chosen = self._draft.has(self._kind, shelf.frame.iloc[positions])
        kind = "friend" if self._kind == "member" else self._kind
        return [
            {
                "row": int(position),
                "name": shortened(entry.name),
                "more": [shortened(name) for name in entry.more],
                "number": number_words(kind, entry.number),
                "place": shortened(entry.place),
                "chosen": bool(is_chosen),
            }
            for position, entry, is_chosen in zip(positions, entries, chosen, strict=True)
        ]

    def _counts(self, found: npt.NDArray[np.int64]) -> View:
        if not len(self.picking.shelves[self._kind]):
            return {"count": _words("b_found_empty"), "all": ""}
        if not found.size:
            return {"count": _words("b_found_none"), "all": ""}
        key = "b_found_first" if found.size > SHOWN else "b_found"
        return {
            "count": _words(key, total=found.size, shown=SHOWN),
            "all": _words("b_add_all", count=found.size),
        }

    def _notes(self) -> list[str]:
        missing = self.picking.not_loaded if self._kind == "member" else 0
        return [_words("b_not_loaded", count=missing)] if missing else []

    def _told(self, source: Source) -> View:
        out = int((~source.kept).sum())
        taken = [_words("b_source_removed", count=out)] if out else []
        return {
            "source": source.number,
            "label": source.label,
            "count": int(source.kept.sum()),
            "notes": [*source.notes, *taken],
            "numbers": source.numbers,
            "bad": self._uploads.bad_lines(source),
        }

    def _total(self) -> str:
        rows = sum(int(one.kept.sum()) for one in self._draft.sources)
        if not rows:
            return _words("b_total_none")
        if self._counted is None:
            return _words("b_total_rows", rows=rows)
        count, doubles = self._counted
        return _words("b_total_doubles" if doubles else "b_total", count=count, doubles=doubles)

    def _no_explorer(self) -> str:
        return "" if self._links.handing.give is not None else _words("b_no_explorer")


def _check_kind(kind: object) -> None:
    if kind not in KINDS:
        raise InvalidInput(f"There is no kind {kind!r} to choose from. Choose one of {', '.join(KINDS)}.")


def _keys(picking: Picking, kind: Kind) -> set[str]:
    return {one.key for one in picking.places(kind)}
