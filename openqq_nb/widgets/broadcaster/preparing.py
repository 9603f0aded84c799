"""The parts of a broadcaster, joined to one another."""

from collections.abc import Mapping

from openqq_nb.broadcast.run import Run
from openqq_nb.errors import InvalidInput
from openqq_nb.languages import Words
from openqq_nb.roster import Roster
from openqq_nb.widgets.broadcaster.confirm import Confirm
from openqq_nb.widgets.broadcaster.draft import Draft
from openqq_nb.widgets.broadcaster.kept import Kept
from openqq_nb.widgets.broadcaster.links import Links
from openqq_nb.widgets.broadcaster.preview import Preview
from openqq_nb.widgets.broadcaster.tempo import Tempo
from openqq_nb.widgets.broadcaster.watch import Watch
from openqq_nb.widgets.broadcaster.what import What
from openqq_nb.widgets.broadcaster.whom import Whom
from openqq_nb.widgets.broadcaster.words import WHOM
from openqq_nb.widgets.parts import Part

_words = Words(WHOM)


class Preparing:
    """What a widget needs in which a broadcast is prepared, sent and watched.

    All that a person chooses and writes stands in one draft. A part that changes it says so there; then the preview
    works out what it would be, and the others show what follows from that.

    Args:
        links: the ways to the account.
        roster: who is there.
        to: who is chosen from the start, as `my.broadcast(to=)` takes it.
        template: the text to begin with.
        key: name of the broadcast; one that is there already is shown, if neither `to` nor `template` is given.

    Attributes:
        draft: what is prepared.
        whom, what, preview, tempo, confirm, watch, kept: the parts.

    Raises:
        InvalidInput: `to` names nobody, or `template` or `key` is no text.
    """

    def __init__(
        self,
        links: Links,
        roster: Roster,
        to: object = None,
        template: str | None = None,
        key: str | None = None,
    ) -> None:
        self._links = links
        self.draft = Draft()
        self.whom = Whom(links, roster, self.draft)
        self.preview = Preview(links, self.draft, lambda: self.whom.picking.roster, self._tell)
        self.what = What(self.draft, links.outgoing, lambda: self.preview.last)
        self.tempo = Tempo(self.draft, links.is_demo, lambda: self.preview.worked)
        self.confirm = Confirm(links, self.draft, self.preview, self.whom.take, self._sent)
        self.kept = Kept(links, self._opened)
        self.watch = Watch(links, self.kept.reload)
        self._begin(to, template, key)
        self.draft.watch(self._changed)

    @property
    def parts(self) -> Mapping[str, Part]:
        """The parts under the names that the page has for them."""
        return {
            "whom": self.whom,
            "text": self.what,
            "preview": self.preview,
            "pace": self.tempo,
            "confirm": self.confirm,
            "watch": self.watch,
            "kept": self.kept,
        }

    def take(self, to: object) -> None:
        """Add recipients that were given in a cell; raises `InvalidInput` if they are nobody."""
        self.whom.take_rows(to, _words("b_source_to"))

    def _begin(self, to: object, template: object, key: object) -> None:
        for what, given in (("template", template), ("key", key)):
            if given is not None and not isinstance(given, str):
                raise InvalidInput(f"{what} must be a str, not {given!r}; no widget was made.")
        if to is not None:
            self.draft.add(_words("b_source_to"), to)
        if to is None and template is None and key is not None:
            broadcasts = self._links.broadcasts()
            if broadcasts.ledger.kept(str(key)) is not None:
                self.watch.open(broadcasts.run(str(key)))
                return
        self.draft.text, self.draft.key = str(template or ""), str(key or "")

    def _changed(self) -> None:
        """Show what follows from a change of the draft; the part that changed it shows itself."""
        self.preview.begin()
        self.what.sync()
        self.confirm.tell()

    def _tell(self) -> None:
        """Show what follows from a draft that was worked out."""
        worked = self.preview.worked
        rehearsal = worked.rehearsal if worked else None
        self.whom.count((int(rehearsal.asked.sum()), rehearsal.doubles) if rehearsal else None)
        self.what.tell()
        self.preview.tell()
        self.tempo.tell()
        self.confirm.tell()

    def _opened(self, run: Run) -> None:
        self.watch.open(run)
        self.kept.reload()

    def _sent(self, run: Run) -> None:
        """Show what began, in place of the draft that it was."""
        self._opened(run)
        self.draft.clear()
        self.whom.tell()
        self.tempo.tell()
