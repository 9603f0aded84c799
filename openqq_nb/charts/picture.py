"""A picture: shown offline in a notebook as it is, light or dark with the page, and saved to files."""

import html
import json
import math
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from openqq_nb.charts.files import write
from openqq_nb.charts.libraries import library
from openqq_nb.charts.texts import lines, simple, widest
from openqq_nb.charts.themes import THEMES, TITLE_SIZE, Spec, Theme, config
from openqq_nb.charts.wording import say
from openqq_nb.errors import InvalidInput
from openqq_nb.languages import language

if TYPE_CHECKING:
    import altair

WIDTH = 640
"""How wide pictures are, in pixels."""
_PADDING = 14
_ROOM = 560
_NARROWEST = 360

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_VERSION = "6.1"
_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_FOR_READERS = re.compile(r' (?:role|aria-roledescription|aria-hidden|class)="[^"]*"')
_NAME = re.compile(r'(?<= id=")[^"]+(?=")|(?<=url\(#)[^)]+(?=\))')
# No text has it.
_OWN = "\0"
_DOTS_PER_PIXEL = 2

STYLE = (
    ".oq-picture svg{display:block;max-width:100%;height:auto}"
    ".oq-picture .oq-dark{display:none}"
    "@media(prefers-color-scheme:dark){"
    "body:not([data-jp-theme-light],[data-vscode-theme-kind]) .oq-picture .oq-dark{display:block}"
    "body:not([data-jp-theme-light],[data-vscode-theme-kind]) .oq-picture .oq-light{display:none}}"
    'body:is([data-jp-theme-light="false"],[data-vscode-theme-kind$="dark"],'
    '[data-vscode-theme-kind="vscode-high-contrast"]) .oq-picture .oq-dark{display:block}'
    'body:is([data-jp-theme-light="false"],[data-vscode-theme-kind$="dark"],'
    '[data-vscode-theme-kind="vscode-high-contrast"]) .oq-picture .oq-light{display:none}'
    "@media print{body .oq-picture.oq-picture .oq-light{display:block!important}"
    "body .oq-picture.oq-picture .oq-dark{display:none!important}}"
)
"""Which of the two renderings is seen: the notebook's theme decides, else the system's; paper is light."""

_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body><main>{picture}</main></body>
</html>
"""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Picture:
    """One picture; the last line of a cell shows it.

    Attributes:
        title: what it shows.
        subtitle: of which time and how many messages, and what is not in the picture.
        summary: what there is to see in it, for those who cannot.
        body: the picture in the words of Vega-Lite, without title and theme.
        room: how wide it is at least, whatever fonts there are, in pixels; titles have so much room.
    """

    title: str
    subtitle: Sequence[str]
    summary: str
    body: Spec
    room: float = _ROOM

    @property
    def chart(self) -> "altair.TopLevelMixin":
        """The picture as a chart of Altair, for those who want to change it: any of Chart, LayerChart, VConcatChart.

        Raises:
            NotSupported: Altair is not installed.
        """
        made = library("altair").Chart.from_dict(self.spec())
        return cast("altair.TopLevelMixin", made)

    def spec(self, theme: Theme = "light", *, titled: bool = True) -> Spec:
        """Give the picture in the words of Vega-Lite.

        Args:
            theme: `light` or `dark`.
            titled: whether it has title and subtitle.
        """
        bare: Spec = {"$schema": _SCHEMA, **self.body, "config": config(_known(theme))}
        if not titled:
            return bare | {"padding": _PADDING}
        heading = self._heading()
        # The converter measures with its own fonts; those of a page may be wider.
        longest = max(widest(heading["text"], TITLE_SIZE), widest(heading["subtitle"]))
        right = _PADDING + max(0, math.ceil(longest - self.room))
        padding = dict.fromkeys(("left", "top", "bottom"), _PADDING) | {"right": right}
        return bare | {"title": heading, "padding": padding}

    def svg(self, theme: Theme = "light", *, titled: bool = True) -> str:
        """Draw the picture as an SVG element, which holds no script and asks for nothing.

        Args:
            theme: `light` or `dark`.
            titled: whether title and subtitle are drawn too, and told to those who cannot see them with the summary;
                else only the title is told.

        Raises:
            NotSupported: what draws is not installed.
        """
        drawn: str = library("vl_convert").vegalite_to_svg(
            self.spec(theme, titled=titled), vl_version=_VERSION, allowed_base_urls=[]
        )
        return _tidied(drawn, self._described() if titled else self.title)

    def html(self) -> str:
        """Draw the picture as a piece of a page that is light or dark as the page is."""
        return f'<div class="oq-picture"><style>{STYLE}</style>{self.both()}</div>'

    def both(self, *, titled: bool = True) -> str:
        """Draw the picture twice; a page with `STYLE` shows one of them.

        Args:
            titled: whether title and subtitle are drawn too; a page may write them itself.
        """
        return "".join(f'<div class="oq-{theme}">{self.svg(theme, titled=titled)}</div>' for theme in THEMES)

    def save(self, path: str | os.PathLike[str], theme: Theme = "light") -> Path:
        """Write the picture to a file; one that is there is replaced, in one step and only when the new one is whole.

        The end of the name says the kind: `.svg` and `.png`; `.html`, a page that follows the theme of the system and
        has no script; `.json`, for programs that read Vega-Lite. Chinese in a `.png` needs a font that has it on
        this computer, such as Noto Sans CJK, and joined emoji stand in it as their parts, flags as their letters; the
        others take the fonts of whoever looks.

        Args:
            path: where to write; its folder must be there.
            theme: `light` or `dark`; `.html` has both.

        Returns:
            The path that was written.

        Raises:
            InvalidInput: the kind is not known, or the file cannot be written.
            NotSupported: what draws is not installed.
        """
        return write(path, self._file(Path(path), theme), "picture")

    def _file(self, target: Path, theme: Theme) -> bytes:
        kind = target.suffix.lower()
        if kind == ".svg":
            return self.svg(theme).encode()
        if kind == ".png":
            drawn = simple(self.svg(theme))
            png: bytes = library("vl_convert").svg_to_png(drawn, scale=_DOTS_PER_PIXEL)
            return png
        if kind == ".html":
            page = _PAGE.format(language=language(), title=html.escape(self.title), picture=self.html())
            return page.encode()
        if kind == ".json":
            return json.dumps(self.spec(theme), ensure_ascii=False, indent=1).encode()
        raise InvalidInput(
            f"The end of the file's name tells what to write, and {target.name!r} ends in none of the known ones.\n"
            "Choose one of .svg, .png, .html, .json."
        )

    def _heading(self) -> Spec:
        most = max(self.room, _NARROWEST)
        told = [line for part in self.subtitle for line in lines(part, most)]
        return {"text": lines(self.title, most, TITLE_SIZE), "subtitle": told}

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {"text/html": self.html(), "text/plain": repr(self)}

    def _described(self) -> str:
        told = say("between").join(dict.fromkeys([*self.subtitle, self.summary]))
        return say("listed", name=self.title, value=told)

    def __repr__(self) -> str:
        return f"<{self._described()}>"


def _known(theme: str) -> Theme:
    for one in THEMES:
        if theme == one:
            return one
    raise InvalidInput(f"A picture is light or dark.\nFound the theme {theme!r}.\nWrite 'light' or 'dark'.")


def _tidied(svg: str, label: str) -> str:
    """Give a drawing one label for readers instead of many, and names that no other drawing on the page has."""
    numbers: dict[str, int] = {}

    def tag(found: re.Match[str]) -> str:
        plain = _FOR_READERS.sub("", found[0])
        return _NAME.sub(lambda name: f"{_OWN}{numbers.setdefault(name[0], len(numbers))}", plain)

    # Vega counts its names on and on; counted anew, the same picture is the same text.
    named = _TAG.sub(tag, svg)
    own = blake2b(named.encode(), digest_size=6).hexdigest()
    begun = f'<svg role="img" aria-label="{html.escape(label)}"'
    return named.replace(_OWN, f"oq-{own}-").replace("<svg", begun, 1)
