"""A picture in a notebook and in a file."""

import json
import re
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb import charts
from openqq_nb.charts.picture import Picture
from openqq_nb.charts.themes import DARK, LIGHT, THEMES, Colours, Theme
from tests.charts.answers import Life, answers, hostile, latin
from tests.charts.drawing import DRAWN, SVG, picture, tree

ACTIVITY = pd.DataFrame({"weekday": [1, 5], "hour": [9, 21], "messages": [4, 30]})


class Reader(HTMLParser):
    """Tags and names of attributes of a piece of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.names: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.names += [name for name, _ in attrs]


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 counts it."""

    def bright(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((bright(one), bright(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture
def shown() -> Picture:
    return charts.activity(ACTIVITY)


def test_a_notebook_gets_both_renderings_and_a_text(shown: Picture) -> None:
    bundle = shown._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/html"].count("<svg") == 2
    assert LIGHT.ground in bundle["text/html"]
    assert DARK.ground in bundle["text/html"]
    assert (
        bundle["text/plain"]
        == repr(shown)
        == "<When people write: 34 messages; Busiest: Fri 21:00, 30 messages.>"
    )


def test_a_notebook_gets_no_script_and_no_address(shown: Picture) -> None:
    hostile_one = picture("ranking", answers(Life(hostile))["ranking"])
    for html in (shown.html(), hostile_one.html()):
        reader = Reader(html)
        assert set(reader.tags) <= {"div", "style", *(tag.lower() for tag in DRAWN)}
        assert not [
            name for name in reader.names if name.startswith("on") or name in ("src", "href", "xlink:href")
        ]


def test_two_pictures_on_a_page_share_no_name(shown: Picture) -> None:
    other = charts.activity(ACTIVITY.assign(messages=[5, 9]))
    names = [re.findall(r' id="([^"]+)"', one) for one in (shown.svg(), shown.svg("dark"), other.svg())]
    # Vega counts on within one process only, so its own names would meet those of the kernel before.
    assert all(name.startswith("oq-") for one in names for name in one)
    assert all(names)
    assert len(set().union(*map(set, names))) == sum(map(len, names))
    for one in (shown.svg(), other.svg()):
        assert set(re.findall(r"url\(#([^)]+)\)", one)) <= set(re.findall(r' id="([^"]+)"', one))


def test_the_same_picture_is_the_same_text_each_time(shown: Picture) -> None:
    assert shown.svg() == shown.svg()


def test_a_picture_has_one_label_for_those_who_cannot_see_it(shown: Picture) -> None:
    root = tree(shown.svg())
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == "When people write: 34 messages; Busiest: Fri 21:00, 30 messages."
    assert not [one for one in root.iter() if one is not root and "role" in one.attrib]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_colours_of_texts_and_marks_stand_out(theme: Colours) -> None:
    assert min(contrast(one, theme.ground) for one in (theme.ink, theme.muted)) >= 4.5
    assert min(contrast(one, theme.ground) for one in (theme.main, theme.other)) >= 3
    assert contrast(theme.ramp[0], theme.ramp[-1]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_counts_stand_out_on_squares_of_any_colour(theme: Theme) -> None:
    pairs = list(combinations("ABCDEFGHIJKLMNOP", 2))
    alike = [at / len(pairs) for at in range(1, len(pairs) + 1)]
    found = pd.DataFrame(pairs, columns=["gnumber", "other_gnumber"])
    found[["displayname", "other_displayname"]] = found
    found = found.assign(shared=77, jaccard=alike, overlap=0.5)
    drawn = tree(charts.similar_groups(found).svg(theme))
    squares = [re.findall("[0-9]+", one.get("fill", "")) for one in drawn.iter(f"{SVG}path")]
    colours = ["#" + "".join(f"{int(part):02x}" for part in one) for one in squares if len(one) == 3]
    counts = [one.get("fill", "") for one in drawn.iter(f"{SVG}text") if one.text == "77"]
    assert len(counts) == 2 * len(pairs)
    assert min(contrast(*both) for both in zip(colours, counts, strict=True)) >= 4.5


def test_it_is_saved_as_svg_png_page_and_json(shown: Picture, tmp_path: Path) -> None:
    paths = [shown.save(tmp_path / f"one{end}") for end in (".svg", ".png", ".html", ".json")]
    svg, png, page, spec = (path.read_bytes() for path in paths)
    assert tree(svg.decode()).tag.endswith("svg")
    assert png.startswith(b"\x89PNG")
    assert page.decode().count("<svg") == 2
    assert b"default-src 'none'" in page
    assert json.loads(spec)["title"]["text"] == ["When people write"]


def test_a_png_has_emoji_in_simple_parts_and_the_others_have_them_whole(tmp_path: Path) -> None:
    ranks = answers(Life(latin))["ranking"].head(4).assign(qq="")
    # The last one is so long that all have the same room.
    joined = ["👨‍👩‍👧‍👦 🏳️‍🌈 ❤️‍🔥", "1️⃣ 🇨🇳", "👍🏿", "the longest name of them"]
    simple = ["👨👩👧👦 🏳🌈 ❤🔥", "1 CN", "👍", "the longest name of them"]
    whole, apart = (charts.ranking(ranks.assign(displayname=names)) for names in (joined, simple))
    assert whole.save(tmp_path / "whole.png").read_bytes() == apart.save(tmp_path / "apart.png").read_bytes()
    for kind in (".svg", ".html", ".json"):
        assert set(joined[2]) <= set(whole.save(tmp_path / f"whole{kind}").read_text("utf-8"))


def test_a_file_may_be_dark(shown: Picture, tmp_path: Path) -> None:
    assert DARK.ground in shown.save(tmp_path / "one.svg", theme="dark").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "found"), [("one.pdf", r"\.svg, \.png, \.html, \.json"), ("no/one.svg", "No such")]
)
def test_what_cannot_be_saved_says_so(shown: Picture, tmp_path: Path, name: str, found: str) -> None:
    with pytest.raises(oq.InvalidInput, match=found):
        shown.save(tmp_path / name)


def test_there_are_two_themes(shown: Picture) -> None:
    with pytest.raises(oq.InvalidInput, match="Write 'light' or 'dark'"):
        shown.svg("grey")  # type: ignore[arg-type]


def test_what_was_changed_in_altair_is_drawn() -> None:
    chart = picture("ranking", answers(Life(latin))["ranking"]).chart
    assert chart.to_dict()["config"]["background"] == LIGHT.ground


def test_a_file_is_replaced_in_one_step_and_a_link_stays_one(shown: Picture, tmp_path: Path) -> None:
    held, link = tmp_path / "held.svg", tmp_path / "link.svg"
    held.write_text("before", "utf-8")
    other_name = tmp_path / "other.svg"
    other_name.hardlink_to(held)
    link.symlink_to(held)
    assert shown.save(link) == link
    assert link.is_symlink()
    assert held.read_text("utf-8").startswith("<svg")
    assert other_name.read_text("utf-8") == "before", "the file itself was written to"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["held.svg", "link.svg", "other.svg"]


def test_names_from_right_to_left_do_not_turn_the_summary() -> None:
    found = answers(Life(latin))["ranking"].head(2).assign(displayname=["שלום", "Ada"])
    assert charts.ranking(found).summary.startswith("\u2068שלום\u2069: 4,321")
    assert "\u2068" not in charts.ranking(found.tail(1)).summary


def test_what_is_no_theme_is_told_in_three_parts(shown: Picture) -> None:
    with pytest.raises(oq.InvalidInput, match=r"light or dark\.\nFound the theme 'grey'\.\nWrite"):
        shown.svg("grey")  # type: ignore[arg-type]
