"""What is put into a draft besides text: mentions, pictures, faces and a quote, where the server can send them."""

import base64
import binascii
import re
from collections.abc import Mapping

import pandas as pd

from openqq_nb import segments
from openqq_nb.errors import InvalidInput
from openqq_nb.languages import Words
from openqq_nb.segments import Parts
from openqq_nb.widgets.composer import faces
from openqq_nb.widgets.composer.addressee import Addressee, number_words, shortened
from openqq_nb.widgets.composer.draft import Draft
from openqq_nb.widgets.composer.pieces import Piece, PieceKind
from openqq_nb.widgets.composer.shelf import Shelf
from openqq_nb.widgets.composer.words import EXTRAS
from openqq_nb.widgets.parts import Action, Part, View, whole
from openqq_nb.widgets.problems import described
from openqq_nb.widgets.workers import Worker

SHOWN = 50
MOST_BYTES = 4 * 1024 * 1024
"""What a page can hand over at once; larger pictures go out by `oq.image`."""
ACCEPTED = "image/png,image/jpeg,image/gif,image/webp,image/bmp"

_LABEL_SIGNS = 40
_THUMB = re.compile(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=]{1,60000}")
_NAMES = ("displayname", "card", "nick")
_NOBODY = Shelf(pd.DataFrame({name: [] for name in (*_NAMES, "qq")}, dtype="str"), _NAMES, ("qq",))

_words = Words(EXTRAS, faces.WORDS)


class Extras(Part):
    """Makes pieces and puts them into a draft.

    Args:
        draft: takes them.
    """

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft
        self._to: Addressee | None = None
        self._text = ""
        self._people: Shelf | None = None
        self._version = 0
        self._loading = False
        self._problem: View | None = None

    @property
    def actions(self) -> Mapping[str, Action]:
        """What a page may ask for."""
        return {
            "people": self.people,
            "find": self.find,
            "mention": self.mention,
            "everyone": self.everyone,
            "face": self.face,
            "picture": self.picture,
            "quote": self.quote,
        }

    def view(self) -> View:
        """Give the whole state.

        Returns:
            `on`, whether the server can send more than text to the addressee; `group`, the name of the group whose
            members can be mentioned, or `None`; `rows`, the members found, as `Chooser.view` has them, with `text`,
            `kind`, `place` and `version`, which say what they are found by; `count`, a sentence; `loading`; `faces`,
            each with `number` and `name`; `accept` and `most_bytes`, what pictures can be; `problem` as `described`
            has it, or `None`.
        """
        to = self._to
        return {
            "on": to is not None and to.composes,
            "group": shortened(to.name) if to is not None and to.members is not None else None,
            **self._found(self._text),
            "kind": "mention",
            "place": "",
            "version": self._version,
            "to": None,
            "loading": self._loading,
            "faces": [{"number": number, "name": faces.name(number)} for number in faces.NUMBERS],
            "accept": ACCEPTED,
            "most_bytes": MOST_BYTES,
            "problem": self._problem,
        }

    def address(self, to: Addressee | None) -> None:
        """Say whom the draft goes to."""
        with self.lock:
            self._to, self._people, self._text, self._problem = to, None, "", None
            self._version += 1
            self._loading = False
            self.publish(self.view())

    def people(self) -> None:
        """Have the members of the group at hand, on a thread; where they are already, nothing is done."""
        with self.lock:
            to = self._to
            if to is None or to.members is None or self._people is not None or self._loading:
                return
            self._loading, self._problem = True, None
            version = self._version
            Worker().start(lambda: self._load(to, version))
            self.publish(self.view())

    def find(self, text: str, view: str | None = None) -> None:
        """Look for members by a text; raises `InvalidInput` for what is none."""
        if not isinstance(text, str):
            raise InvalidInput(
                f"What is looked for must be a str, not {type(text).__name__}; nothing was changed."
            )
        with self.lock:
            self._text = whole(text)
            self.publish(self.view() | {"by": view})

    def mention(self, row: int, version: int) -> None:
        """Mention a member that was shown.

        Args:
            row: its number among them.
            version: the version with which it was shown; with an older one nothing happens.

        Raises:
            InvalidInput: there is no such row; nothing is changed.
        """
        with self.lock:
            people = self._people
            if version != self._version or people is None:
                self.publish(self.view())
                return
            if type(row) is not int or not 0 <= row < len(people):
                raise InvalidInput(f"There is no member {row!r} among {len(people)}; nothing was changed.")
            entry = people.entry(people.row(row))
            label = f"@{shortened(entry.name, _LABEL_SIGNS)} ({entry.number})"
            self._put("mention", segments.at(entry.number), label)

    def everyone(self, sure: bool) -> None:
        """Mention everybody in the group, once somebody has said that this is meant.

        Raises:
            InvalidInput: it was not said, or it goes to no group; nothing is changed.
        """
        with self.lock:
            if sure is not True or self._to is None or self._to.members is None:
                raise InvalidInput("Everybody is mentioned in a group only, and only if it was confirmed.")
            self._put("mention", segments.at("all"), segments.at("all").text)

    def face(self, number: int) -> None:
        """Add a face that is offered; raises `InvalidInput` for any other."""
        with self.lock:
            if type(number) is not int or number not in faces.NUMBERS:
                raise InvalidInput(
                    f"There is no face {number!r} here; nothing was changed. Choose one that is shown."
                )
            self._put("face", segments.face(number), f"[{faces.name(number)}]")

    def picture(self, name: object, data: object, thumb: object) -> None:
        """Add a picture.

        Args:
            name: what the file is called.
            data: the file in Base64.
            thumb: a small picture of it, made by the page; any other text counts as none.

        Raises:
            InvalidInput: it is no picture, or too large; nothing is changed.
        """
        called = shortened(str(name), _LABEL_SIGNS)
        found = segments.picture(_bytes(called, data), f"The file {called!r}")
        small = thumb if isinstance(thumb, str) and _THUMB.fullmatch(thumb) else ""
        with self.lock:
            self._put("picture", found, called, small)

    def quote(self, msg_id: object) -> None:
        """Quote a message, in place of one that is quoted already; raises `InvalidInput` without its number."""
        if not isinstance(msg_id, str) or not msg_id.strip():
            raise InvalidInput(_words("extras_quote_empty"))
        wanted = msg_id.strip()
        with self.lock:
            label = _words("extras_quoted", msg_id=shortened(wanted, _LABEL_SIGNS))
            self._put("reply", segments.reply_to(wanted), label)

    def _put(self, kind: PieceKind, parts: Parts, label: str, thumb: str = "") -> None:
        if self._to is None or not self._to.composes:
            raise InvalidInput(_words("extras_off"))
        self._draft.put(Piece(kind, parts, label, thumb))
        self._text, self._problem = "", None
        self.publish(self.view() | {"added": kind})

    def _load(self, to: Addressee, version: int) -> None:
        assert to.members is not None  # noqa: S101 - `people` looked
        try:
            frame = to.members()
            shelf = Shelf(frame[frame["qq"].notna()], _NAMES, ("qq",))
        except Exception as error:  # noqa: BLE001 - shown where the person looks, who clicked
            self._loaded(version, None, described(error))
        else:
            self._loaded(version, shelf, None)

    def _loaded(self, version: int, people: Shelf | None, problem: View | None) -> None:
        with self.lock:
            if version != self._version:
                return  # it goes to somebody else by now
            self._loading, self._people, self._problem = False, people, problem
            self._version += 1
            self.publish(self.view())

    def _found(self, text: str) -> View:
        shelf = self._people or _NOBODY
        found = shelf.find(text)
        few = found[:SHOWN]
        rows = [
            {
                "row": int(row),
                "name": shortened(entry.name),
                "more": [shortened(name) for name in entry.more],
                "number": number_words("session", entry.number),
                "place": "",
            }
            for row, entry in zip(few, shelf.entries(few), strict=True)
        ]
        return {"rows": rows, "text": text, "count": self._count(found.size)}

    def _count(self, total: int) -> str:
        if self._people is None:
            return ""
        if total > SHOWN:
            return _words("extras_found_first", total=total, shown=SHOWN)
        return _words("extras_found", total=total)


def _bytes(called: str, data: object) -> bytes:
    # Four signs stand for three bytes.
    if isinstance(data, str) and len(data) > 4 * (MOST_BYTES // 3 + 2):
        raise InvalidInput(_words("extras_large", name=called, most=MOST_BYTES // 1024**2))
    try:
        if isinstance(data, str):
            return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(_words("extras_unreadable", name=called)) from error
    raise InvalidInput(_words("extras_unreadable", name=called))
