"""Choosing who is written to: by kind, by typing, or by a row."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from openqq_nb.errors import InvalidInput, NotSupported
from openqq_nb.languages import Words
from openqq_nb.models import Recipient, RecipientType
from openqq_nb.recipients import RowLike, by_row, one_row
from openqq_nb.roster import Roster
from openqq_nb.widgets.composer.addressee import Addressee, kind_word, number_words, place_words, shortened
from openqq_nb.widgets.composer.directory import KINDS, Directory, is_permanent
from openqq_nb.widgets.composer.meant import kind_meant
from openqq_nb.widgets.composer.shelf import Entry
from openqq_nb.widgets.composer.words import CHOOSER
from openqq_nb.widgets.links import Links
from openqq_nb.widgets.parts import Action, Part, View, whole
from openqq_nb.widgets.problems import described
from openqq_nb.widgets.workers import Worker

SHOWN = 50

_words = Words(CHOOSER)


class Chooser(Part):
    """Finds a recipient among those of a roster.

    Args:
        links: the ways to the account.
        roster: who is there.
        chosen: told of each choice, and of `None` when it is taken back.

    Attributes:
        directory: everybody there is to choose from.
    """

    def __init__(self, links: Links, roster: Roster, chosen: Callable[[Addressee | None], None]) -> None:
        super().__init__()
        self._links = links
        self._chosen = chosen
        self._kind: RecipientType = "friend"
        self._text = ""
        self._to: Addressee | None = None
        self._version = 0
        self._loading = False
        self._problem: View | None = None
        self._take(self._made(roster))

    @property
    def actions(self) -> Mapping[str, Action]:
        """What a page may ask for."""
        return {
            "look": self.look,
            "find": self.find,
            "choose": self.choose,
            "change": self.change,
            "reload": self.reload,
        }

    @property
    def to(self) -> Addressee | None:
        """Who is chosen."""
        return self._to

    @property
    def version(self) -> int:
        """Which roster it is, for `choose`; it goes up with each one that is loaded."""
        return self._version

    def view(self) -> View:
        """Give the whole state.

        Returns:
            `version`; `kinds`, each with `kind`, `label` and `off`, which says why it cannot be chosen; `kind` and
            `text`, what is looked for; `rows`, the first ones found, each with `row`, `name`, `more`, `number` and
            `place`; `count`, a sentence; `notes`; `to`, who is chosen, as `Addressee.view` has it, or `None`;
            `loading`; `loaded`, a sentence; `problem` as `described` has it, or `None`.
        """
        return self._told(self._found(self.directory, self._kind, self._text))

    def look(self, kind: RecipientType) -> None:
        """Look among the recipients of a kind; raises `NotSupported` for one that the server cannot send to."""
        self._check(kind)
        with self.lock:
            found = self._found(self.directory, kind, self._text)
            self._kind = kind
            self._warm()
            self.publish(self._told(found))

    def find(self, text: str, view: str | None = None) -> None:
        """Look for a text.

        Args:
            text: words that are parts of names or numbers.
            view: the page where it was typed, which has it already.

        Raises:
            InvalidInput: it is no text; nothing is changed.
        """
        if not isinstance(text, str):
            raise InvalidInput(
                f"What is looked for must be a str, not {type(text).__name__}; nothing was changed."
            )
        with self.lock:
            found = self._found(self.directory, self._kind, whole(text))
            self._text = whole(text)
            self.publish(self._told(found) | {"by": view})

    def choose(self, kind: RecipientType, row: int, version: int) -> None:
        """Choose a row that was shown.

        Args:
            kind: of which kind it is.
            row: its number among them.
            version: the version with which it was shown; with an older one nothing happens.

        Raises:
            InvalidInput: there is no such row; nothing is changed.
            NotSupported: the server cannot send to that kind of recipient.
        """
        with self.lock:
            if version == self._version:
                self._check(kind)
                shelf = self.directory.shelves[kind]
                _check_row(row, len(shelf))
                self._settle(kind, shelf.row(row))
            self.publish(self.view())

    def choose_row(self, to: RowLike) -> None:
        """Choose a row of any frame, as `my.send_friend(to=)` and the others take it.

        Raises:
            InvalidInput: it is not exactly one row, or names nobody one can write to.
            NotSupported: the server cannot send to that kind of recipient.
        """
        row = one_row(to)
        with self.lock:
            kind = kind_meant(row, self.directory.is_friend)
            self._check(kind)
            self._settle(kind, self._known(by_row(kind, row), row))
            self.publish(self.view())

    def choose_again(self, recipient: Recipient, name: str) -> None:
        """Choose one who was written to.

        Args:
            recipient: whom a message went to, by permanent numbers, or one who stands in the roster.
            name: what it was called then.
        """
        with self.lock:
            found = self.directory.locate(recipient)
            row = self.directory.row(found) if found else _row_of(recipient, name)
            self._settle(recipient.recipient_type, row)
            self.publish(self.view())

    def change(self) -> None:
        """Take the choice back."""
        with self.lock:
            self._to = None
            self._chosen(None)
            self.publish(self.view())

    def take(self, roster: Roster) -> None:
        """Choose among those of a newer roster from now on; the choice stays.

        Args:
            roster: who is there.
        """
        directory = self._made(roster)
        with self.lock:
            self._take(directory)
            self.publish(self.view())

    def reload(self) -> None:
        """Ask the server anew who is there, on a thread; the choice stays."""
        with self.lock:
            if not self._loading:
                self._loading, self._problem = True, None
                # One for each: the last one may not have ended yet when what it brought is on the page.
                Worker().start(self._load)
            self.publish(self.view())

    def _load(self) -> None:
        try:
            directory = self._made(self._links.load())
        except Exception as error:  # noqa: BLE001 - shown where the person looks, who clicked
            self._loaded(None, described(error))
        else:
            self._loaded(directory, None)

    def _loaded(self, directory: Directory | None, problem: View | None) -> None:
        with self.lock:
            self._loading, self._problem = False, problem
            if directory is not None:
                self._take(directory)
            self.publish(self.view())

    def _made(self, roster: Roster) -> Directory:
        """Make a roster ready to choose from; one that cannot be shown fails here, before anything is changed."""
        directory = Directory(roster)
        self._found(directory, self._kind, self._text)
        return directory

    def _take(self, directory: Directory) -> None:
        self.directory = directory
        self._version += 1
        self._warm()

    def _warm(self) -> None:
        Worker().start(self.directory.shelves[self._kind].prepare)

    def _settle(self, kind: RecipientType, row: Mapping[str, Any]) -> None:
        entry = self.directory.shelves[kind].entry(row)
        send = partial(self._links.send, kind, row)
        again = _words("chooser_again", change=_words("chooser_change"), reload=_words("chooser_reload"))
        members = partial(self._members, row) if kind == "group" and self._links.composes else None
        self._to = Addressee(
            kind, entry.name, entry.number, self._links.outgoing, send, entry.place, again, self._links.composes,
            members,
        )  # fmt: skip
        self._kind, self._text = kind, ""
        self._chosen(self._to)

    def _members(self, row: Mapping[str, Any]) -> pd.DataFrame:
        """Give the members of a group, as far as they are in the roster, else by asking."""
        members = self.directory.roster.members
        there = members[members["gnumber"] == row.get("gnumber")]
        return there if len(there) else self._links.members(row)

    def _known(self, recipient: Recipient, row: Mapping[str, Any]) -> Mapping[str, Any]:
        """Take the row of the roster for one that has numbers only; an id without a name may be an old one."""
        named = self.directory.shelves[recipient.recipient_type].is_named(row)
        found = self.directory.locate(recipient) if is_permanent(recipient) and not named else None
        return self.directory.row(found) if found else row

    def _check(self, kind: RecipientType) -> None:
        if kind not in KINDS:
            raise InvalidInput(f"There is no kind of recipient {kind!r}. Choose one of {', '.join(KINDS)}.")
        if kind not in self._links.reaches:
            raise NotSupported(self._off(kind))

    def _off(self, kind: RecipientType) -> str:
        return "" if kind in self._links.reaches else _words("chooser_cannot", kind=kind_word(kind))

    def _told(self, found: View) -> View:
        return {
            **found,
            "version": self._version,
            "to": self._to.view() if self._to else None,
            "loading": self._loading,
            "problem": self._problem,
        }

    def _found(self, directory: Directory, kind: RecipientType, text: str) -> View:
        shelf = directory.shelves[kind]
        found = shelf.find(text)
        shown = found[:SHOWN]
        return {
            "kinds": [self._told_kind(one, len(directory.shelves[one])) for one in KINDS],
            "kind": kind,
            "text": text,
            "rows": [_row(kind, int(row), one) for row, one in zip(shown, shelf.entries(shown), strict=True)],
            "count": _count(found.size, len(shelf)),
            "notes": _notes(kind, directory.not_loaded),
            "loaded": _words("chooser_loaded", time=f"{directory.roster.fetched_at:%H:%M:%S}"),
        }

    def _told_kind(self, kind: RecipientType, count: int) -> View:
        label = _words("chooser_counted", kind=kind_word(kind), count=count)
        return {"kind": kind, "label": label, "off": self._off(kind)}


def _check_row(row: object, count: int) -> None:
    if type(row) is not int or not 0 <= row < count:
        raise InvalidInput(
            f"There is no row {row!r} among {count}; nothing was chosen. Choose one that is shown."
        )


def _row(kind: RecipientType, row: int, entry: Entry) -> View:
    return {
        "row": row,
        "name": shortened(entry.name),
        "more": [shortened(name) for name in entry.more],
        "number": number_words(kind, entry.number),
        "place": place_words(entry.place),
    }


def _notes(kind: RecipientType, missing: int) -> list[str]:
    if kind != "session":
        return []
    return [_words("chooser_blocked"), *([_words("chooser_not_loaded", count=missing)] if missing else [])]


def _count(total: int, there: int) -> str:
    if not there:
        return _words("chooser_empty")
    if total > SHOWN:
        return _words("chooser_found_first", total=total, shown=SHOWN)
    return _words("chooser_found", total=total) if total else _words("chooser_none")


def _row_of(recipient: Recipient, name: str) -> Mapping[str, Any]:
    return {
        "displayname": name,
        **{key: value for key in ("qq", "gnumber") if (value := getattr(recipient, key)) is not None},
    }
