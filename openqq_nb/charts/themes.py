"""How pictures look: fonts that have Chinese characters, colours that all eyes tell apart on light and dark ground."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from openqq_nb.charts.texts import SIZE

TITLE_SIZE = 16

Spec = dict[str, Any]
"""A picture, or a part of one, in the words of Vega-Lite."""

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)

FONTS = (
    "system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'Hiragino Sans GB', 'Microsoft YaHei', "
    "'Noto Sans CJK SC', 'Source Han Sans SC', 'WenQuanYi Micro Hei', sans-serif"
)


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of one theme.

    Attributes:
        ground: what everything stands on.
        ink: titles and labels.
        muted: subtitles and titles of axes; still 4.5 to 1 on the ground.
        faint: grids and lines of axes.
        main: the colour of what is shown.
        other: its counterpart: what leaves, who is silent.
        nothing: a day or hour without messages.
        ramp: from little to much.
        kinds: for what is told apart by colour; the last is for all others.
    """

    ground: str
    ink: str
    muted: str
    faint: str
    main: str
    other: str
    nothing: str
    ramp: Sequence[str]
    kinds: Sequence[str]


# On light and on dark ground. The kinds are Okabe and Ito's colours, which people of every colour vision tell apart, a
# little lighter on dark.
_TABLE: Mapping[str, Sequence[Any]] = {
    "ground": ("#ffffff", "#16191d"),
    "ink": ("#1f2328", "#e8eaed"),
    "muted": ("#59636e", "#a9b1ba"),
    "faint": ("#dfe3e8", "#353b43"),
    "main": ("#0a69b5", "#58a9ec"),
    "other": ("#c2560a", "#f0944d"),
    "nothing": ("#eef1f4", "#23282e"),
    "ramp": (
        ("#d3e5f5", "#8fc1e8", "#4793cf", "#0a69b5", "#083a6b"),
        ("#15385a", "#1d5c94", "#3489d0", "#79bdf2", "#d6ecff"),
    ),
    "kinds": (
        ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#6a4c93", "#8a8d00", "#9aa3ad"),
        ("#3f9fe0", "#f0b534", "#27b58c", "#e091bd", "#8fd0f7", "#f07a2e", "#a58ad0", "#c3c63a", "#79828c"),
    ),
}
LIGHT, DARK = (Colours(**{name: both[at] for name, both in _TABLE.items()}) for at in range(2))
COLOURS: Mapping[Theme, Colours] = {"light": LIGHT, "dark": DARK}


def config(theme: Theme) -> Spec:
    """Give what Vega-Lite is to know of a theme; pictures name styles, so that one picture fits both."""
    colours = COLOURS[theme]
    return {
        # Each mark would get a label of its own for readers; the picture has one, which is to the point.
        "aria": False,
        "background": colours.ground,
        "font": FONTS,
        "view": {"stroke": None},
        "title": _title(colours),
        "axis": _axis(colours),
        # Names of months need more room between them than numbers above each other.
        "axisX": {"labelSeparation": 14},
        "legend": _legend(colours),
        "range": {"category": list(colours.kinds), "heatmap": list(colours.ramp), "ramp": list(colours.ramp)},
        "text": {"color": colours.ink, "fontSize": SIZE},
        "style": _styles(colours),
    }


def _title(colours: Colours) -> Spec:
    return {
        "anchor": "start",
        "color": colours.ink,
        "fontSize": TITLE_SIZE,
        "fontWeight": 600,
        "subtitleColor": colours.muted,
        "subtitleFontSize": SIZE,
        "subtitleLineHeight": 17,
        "subtitlePadding": 6,
        "offset": 14,
    }


def _axis(colours: Colours) -> Spec:
    return {
        "labelColor": colours.ink,
        "titleColor": colours.muted,
        "gridColor": colours.faint,
        "domainColor": colours.faint,
        "tickColor": colours.faint,
        "labelFontSize": SIZE,
        "titleFontSize": SIZE,
        "titleFontWeight": "normal",
        "titlePadding": 8,
        # Labels are cut before: the converter measures with fonts that may not be those of the page.
        "labelPadding": 5,
        "labelLimit": 0,
        "titleLimit": 0,
    }


def _legend(colours: Colours) -> Spec:
    return {
        "labelColor": colours.ink,
        "titleColor": colours.muted,
        "labelFontSize": SIZE,
        "titleFontSize": SIZE,
        "titleFontWeight": "normal",
        "labelLimit": 0,
        "titleLimit": 0,
    }


def _styles(colours: Colours) -> Spec:
    return {
        "main": {"color": colours.main},
        "other": {"color": colours.other},
        "none": {"color": colours.nothing},
        "line": {"color": colours.main},
        "link": {"color": colours.muted},
        "halo": {"stroke": colours.ground, "fill": colours.ground},
        "ink": {"color": colours.ink},
        "muted": {"color": colours.muted},
        "edge": {"stroke": colours.ground},
    }
