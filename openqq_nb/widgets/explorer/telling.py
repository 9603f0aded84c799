"""What a page is told of an explorer, as values that JSON knows."""

from datetime import date

import numpy as np

from openqq_nb.widgets.explorer import overlap as overlaps
from openqq_nb.widgets.explorer.cells import LONGEST
from openqq_nb.widgets.explorer.contents import Contents
from openqq_nb.widgets.explorer.facets import UNKNOWN
from openqq_nb.widgets.explorer.places import EVERYBODY, FRIENDS
from openqq_nb.widgets.explorer.sheet import Filters, Sheet
from openqq_nb.widgets.explorer.spans import Span
from openqq_nb.widgets.explorer.words import said, title, words
from openqq_nb.widgets.parts import View

CHARTED = ("role", "province", "activity", "category", "state")
_BARS = 8
_COMPARED = 12

_HIDDEN = -1


def places(contents: Contents) -> list[View]:
    """Describe the list of places: for each its kind, name, number, and how many people it has; unloaded have none."""
    return [
        {
            "kind": place.kind,
            "name": place.name[:LONGEST],
            "number": place.number,
            "total": total if place.loaded else None,
        }
        for place, total in zip(contents.places, _totals(contents), strict=True)
    ]


def hits(contents: Contents, query: str, chosen: list[int]) -> list[int]:
    """Count for each place the people who are looked for; -1 is a place that is not to be shown.

    That is one without such people, whose own name is not looked for, and that is not chosen.
    """
    size = len(contents.places)
    counts = np.sum([sheet.hits(size) for sheet in contents.sheets.values()], axis=0)
    counts[EVERYBODY] = contents.sheets["members"].found()
    narrowed = query.strip() or any(sheet.filters for sheet in contents.sheets.values())
    if narrowed:
        named = contents.finder.places(query) if query.strip() else np.zeros(size, np.bool_)
        named[[EVERYBODY, FRIENDS, *chosen]] = True
        counts = np.where((counts > 0) | named, counts, _HIDDEN)
    return [int(count) for count in counts]


def filters(sheet: Sheet) -> View:
    """Describe the filters: the choices of each facet with their counts, and the days."""
    return {
        "facets": [
            {
                "name": name,
                "title": title(name),
                "value": sheet.filters.values.get(name),
                "choices": [[value, _said(name, value), count] for value, count in counts.items()],
            }
            for name, counts in sheet.choices().items()
        ],
        "days": [
            {"which": which, "end": end, "value": _day(sheet.filters, which, end)}
            for which, end in (
                ("joined", "since"),
                ("joined", "until"),
                ("spoke", "since"),
                ("spoke", "before"),
            )
            if which in sheet.times
        ],
    }


def charts(sheet: Sheet) -> list[View]:
    """Describe the charts of the rows that are shown: the most frequent values, and how many rows have others."""
    return [
        _chart(name, counts, sheet.filters.values.get(name))
        for name, counts in sheet.counts().items()
        if name in CHARTED
    ]


def overlap(sheet: Sheet, contents: Contents) -> View | None:
    """Describe what the chosen places have in common; `None` for fewer than two."""
    if len(sheet.chosen) < 2:  # noqa: PLR2004 - what is shared is shared by two
        return None
    lines = sheet.chosen[:_COMPARED]
    everywhere = overlaps.in_all(sheet.who, sheet.where, sheet.chosen)
    return {
        "names": [contents.places[line].name[:LONGEST] for line in lines],
        "counts": overlaps.shared(sheet.who, sheet.where, lines).tolist(),
        "left_off": len(sheet.chosen) - len(lines),
        "in_all": len(np.unique(sheet.who[everywhere])),
        "shared": sheet.filters.shared,
    }


def _totals(contents: Contents) -> list[int]:
    size = len(contents.places)
    totals = np.sum([sheet.totals(size) for sheet in contents.sheets.values()], axis=0)
    totals[EVERYBODY] = len(contents.roster.members)
    return [int(total) for total in totals]


def _chart(name: str, counts: dict[str, int], chosen: str | None) -> View:
    there = {value: count for value, count in counts.items() if count or value == chosen}
    most = sorted(there, key=lambda value: -there[value])[:_BARS]
    shown = [value for value in there if value in most]
    rest = [value for value in there if value not in most]
    return {
        "name": name,
        "title": title(name),
        "bars": [
            {"value": value, "text": _said(name, value), "count": there[value], "on": value == chosen}
            for value in shown
        ],
        "others": {"kinds": len(rest), "count": sum(there[value] for value in rest)} if rest else None,
    }


def _said(name: str, value: str) -> str:
    return said(name).get(value, value)[:LONGEST] if value != UNKNOWN else words("unknown")


def _day(filters: Filters, which: str, end: str) -> str:
    one: date | None = getattr(filters.spans.get(which, Span()), end)
    return "" if one is None else one.isoformat()
