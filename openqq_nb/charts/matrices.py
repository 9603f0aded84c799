"""Groups that share people: a square for each two."""

from typing import Any

from openqq_nb.charts.bars import percent
from openqq_nb.charts.given import About
from openqq_nb.charts.parts import distinct, numbered, picture_of, rows
from openqq_nb.charts.picture import Picture
from openqq_nb.charts.texts import apart
from openqq_nb.charts.themes import Spec
from openqq_nb.charts.wording import say
from openqq_nb.columns import Frame

_GROUPS = 16
_SIDE = 26
_LONG = 1_000
# On what is brighter black stands out more, else white; either has 4.5 to 1.
_BRIGHT = 0.179


def similar_groups(members: Any) -> Picture:  # noqa: ANN401 - what `analysis.similar_groups` takes
    """Draw which groups share people: a square for each two, the stronger its colour the more alike.

    Args:
        members: members, as `my.members()`; or what `analysis.similar_groups` gave.

    Returns:
        A `Picture`; show it as the last line of a cell, or `save` it.

    Raises:
        InvalidInput: it is neither members nor an answer.
        NotSupported: what draws is not installed.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb import charts
        >>> members = pd.DataFrame({"gnumber": ["1001", "1002"], "gname": ["灰群", "饭友"], "qq": "10001"})
        >>> "饭友" in charts.similar_groups(members).svg()
        True
    """
    return picture_of("similar_groups", draw_similar_groups, members)


def draw_similar_groups(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.similar_groups`."""
    pairs = found.sort_values(["jaccard", "shared"], ascending=False, kind="stable")
    names = _names(pairs)
    keys = list(names)[:_GROUPS]
    first = pairs.iloc[0]
    one, two = (apart(names[str(first[one])]) for one in ("gnumber", "other_gnumber"))
    summary = say("similar_told", one=one, two=two, share=percent(float(first["jaccard"])))
    lines = [say("similar_shown")]
    if len(keys) < len(names):
        lines.append(say("similar_rest", shown=len(keys), all=len(names)))
    return Picture(
        say("similar_groups"),
        [*about.told(), *lines],
        summary,
        _matrix(pairs, keys, names),
        _SIDE * len(keys) + 100.0,
    )


def _names(pairs: Frame) -> dict[str, str]:
    """Name the groups, in the order in which they are most alike to another."""
    names: dict[str, object] = {}
    columns = pairs[["gnumber", "displayname", "other_gnumber", "other_displayname"]].astype("object")
    for number, one, other_number, other in columns.itertuples(index=False):
        names.setdefault(str(number), one)
        names.setdefault(str(other_number), other)
    return dict(zip(names, distinct(names.values(), names), strict=True))


def _matrix(pairs: Frame, keys: list[str], names: dict[str, str]) -> Spec:
    labels = numbered([f"{names[key]} {at + 1}" for at, key in enumerate(keys)])
    at = {key: place for place, key in enumerate(keys)}
    squares: list[dict[str, Any]] = [
        {
            "label": labels[at[down]],
            "across": at[across] + 1,
            "shared": int(shared),
            "alike": float(alike) * 100,
        }
        for one, two, shared, alike in zip(
            pairs["gnumber"], pairs["other_gnumber"], pairs["shared"], pairs["jaccard"], strict=True
        )
        if one in at and two in at
        for down, across in ((one, two), (two, one))
    ]
    columns: Spec = {"title": None, "orient": "top", "labelAngle": 0, "ticks": False, "domain": False}
    across: Spec = {"field": "across", "type": "ordinal", "axis": columns}
    across["scale"] = {"domain": list(range(1, len(keys) + 1))}
    down = rows(labels)
    down["scale"] = {"domain": labels}
    colour: Spec = {"field": "alike", "type": "quantitative"}
    most = max(one["alike"] for one in squares)
    colour["scale"] = {"domain": [0, most], "nice": False}
    colour["legend"] = {"title": say("percent_alike"), "format": ".2~r", "gradientThickness": 12}
    colour["legend"] |= {"values": [0, most / 2, most], "gradientLength": max(40, len(keys) * _SIDE - 26)}
    return {
        "width": {"step": _SIDE},
        "height": {"step": _SIDE},
        "data": {"values": squares},
        "encoding": {"x": across, "y": down},
        "layer": [
            {
                "mark": {"type": "rect", "style": "edge", "strokeWidth": 2, "cornerRadius": 4},
                "encoding": {"color": colour},
            },
            _counts(),
        ],
    }


def _counts() -> Spec:
    """Write the counts, of 1,000 and more as 1.2k, black or white: which of the two stands out more."""
    bright = f"luminance(scale('color', datum.alike)) > {_BRIGHT}"
    return {
        "mark": {
            "type": "text",
            "fontSize": 10,
            "color": {"expr": f"{bright} ? '#000000' : '#ffffff'"},
            "text": {"expr": f"format(datum.shared, datum.shared < {_LONG} ? 'd' : '.2~s')"},
        }
    }
