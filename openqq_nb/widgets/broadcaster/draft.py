"""A broadcast that is being prepared: to whom, what, how fast, under which name. Nothing of it is kept anywhere."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.broadcast.audience import Audience, named
from openqq_nb.broadcast.pace import Pace
from openqq_nb.broadcast.template import parsed
from openqq_nb.errors import InvalidInput
from openqq_nb.widgets.broadcaster.lists import Bad

_NUMBERS: Mapping[str, tuple[str, ...]] = {"group": ("gnumber", "gid"), "discuss": ("did",)}
_OF_PEOPLE = ("qq", "id")


@dataclass(eq=False)
class Source:
    """Where some of the recipients come from.

    Attributes:
        number: by which a page names it; never used again.
        label: what people read.
        audience: the rows.
        kept: which of them were not taken out by hand.
        notes: what is to be told of it, in sentences.
        numbers: of a list without heading what its numbers are, `qq` or `gnumber`; `None` for everything else.
        bad: lines of a list that could not be used.
    """

    number: int
    label: str
    audience: Audience
    notes: tuple[str, ...] = ()
    numbers: str | None = None
    bad: tuple[Bad, ...] = ()
    kept: npt.NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))

    def __post_init__(self) -> None:
        """Keep all rows at first."""
        self.kept = np.ones(self.audience.rows.num_rows, np.bool_)

    @property
    def chosen(self) -> Audience:
        """The rows that were not taken out."""
        if self.kept.all():
            return self.audience
        return Audience(
            self.audience.rows.filter(pa.array(self.kept)),
            self.audience.fields[self.kept].reset_index(drop=True),
        )


class Draft:
    """What was chosen and written so far; the parts of a widget change it, and are told of each change.

    Attributes:
        sources: where the recipients come from, in order.
        text: the text with fields.
        pace: how fast it goes; `None` while the numbers that were typed are none.
        key: the name that was typed; empty to have one proposed.
        edition: goes up with each change.
    """

    def __init__(self) -> None:
        self.sources: list[Source] = []
        self.text = ""
        self.pace: Pace | None = Pace()
        self.key = ""
        self.edition = 1
        self._last = 0
        self._watch: Callable[[], None] = lambda: None

    def watch(self, watch: Callable[[], None]) -> None:
        """Call something after each change."""
        self._watch = watch

    def changed(self) -> None:
        """Take note of a change."""
        self.edition += 1
        self._watch()

    def add(
        self,
        label: str,
        to: object,
        notes: Sequence[str] = (),
        numbers: str | None = None,
        bad: Sequence[Bad] = (),
    ) -> Source:
        """Add recipients.

        Args:
            label: where they come from.
            to: rows, as `my.broadcast` takes them.
            notes: what is to be told of them.
            numbers: of a list without heading what its numbers are.
            bad: lines of a list that could not be used.

        Raises:
            InvalidInput: `to` names nobody; nobody was added.
        """
        audience = named(to)
        self._last += 1
        source = Source(self._last, label, audience, (*notes,), numbers, (*bad,))
        self.sources.append(source)
        self.changed()
        return source

    def replace(self, old: Source, new: Source) -> None:
        """Put a source that was added into the place of an older one."""
        self.sources.remove(new)
        self.sources[self.sources.index(old)] = new
        self.changed()

    def remove(self, *sources: Source) -> None:
        """Remove sources with all their rows."""
        self.sources[:] = [one for one in self.sources if one not in sources]
        self.changed()

    def pick(self, label: str, row: pd.DataFrame) -> None:
        """Add one recipient to those of the same label that were picked before."""
        before = next((one for one in self.sources if one.label == label), None)
        if before is None:
            self.add(label, row)
            return
        more = named(row)
        kept = np.append(before.kept, np.ones(more.rows.num_rows, np.bool_))
        before.audience = joined([before.audience, more])
        before.kept = kept
        self.changed()

    def has(self, kind: str, rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Tell which rows of a kind stand among the recipients: by the permanent number, or by the id of this login."""
        found = np.zeros(len(rows), np.bool_)
        for one in self.sources:
            for name in _NUMBERS.get(kind, _OF_PEOPLE):
                shown = pa.array(rows[name], pa.string(), from_pandas=True)
                chosen = one.audience.rows[name].filter(pa.array(one.kept))
                found |= pc.is_in(shown, chosen, skip_nulls=True).to_numpy(zero_copy_only=False)
        return found

    def source(self, number: int) -> Source | None:
        """Give a source by its number."""
        return next((one for one in self.sources if one.number == number), None)

    @property
    def audience(self) -> Audience | None:
        """All who were chosen and not taken out; `None` where that is nobody."""
        chosen = [one.chosen for one in self.sources if one.kept.any()]
        return joined(chosen) if chosen else None

    @property
    def removed(self) -> int:
        """How many rows were taken out by hand."""
        return sum(int((~one.kept).sum()) for one in self.sources)

    @property
    def columns(self) -> list[str]:
        """What a template may name."""
        names = [str(name) for one in self.sources for name in one.audience.fields.columns]
        return [*dict.fromkeys(["displayname", *names])]

    def wrong(self) -> InvalidInput | None:
        """Tell what is wrong with the text, if there is any."""
        if not self.text.strip():
            return None
        try:
            template = parsed(self.text)
            if self.sources:
                template.check(self.columns)
        except InvalidInput as error:
            return error
        return None

    def clear(self) -> None:
        """Begin anew; the pace stays."""
        self.sources.clear()
        self.text = self.key = ""
        self.changed()


def joined(audiences: Sequence[Audience]) -> Audience:
    """Make one audience of several."""
    if len(audiences) == 1:
        return audiences[0]
    rows = pa.concat_tables([one.rows for one in audiences]).combine_chunks()
    return Audience(rows, pd.concat([one.fields for one in audiences], ignore_index=True))
