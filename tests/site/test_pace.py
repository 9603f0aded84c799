"""The pages about broadcasts name the defaults as they are, and how long they take."""

import re
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

import openqq_nb as oq
from openqq_nb.broadcast.pacing import DAY_S, expected_s
from tests.site.pages import CHINESE, ENGLISH, text

BOTH = pytest.mark.parametrize("folder", [ENGLISH, CHINESE], ids=["en", "zh"])
NOON_S = 1_700_020_800.0


def rows(name: str, folder: Path, section: str) -> list[list[str]]:
    """Give the cells of the tables of a section."""
    page = text(name, folder).partition(f"{{ #{section} }}")[2].partition("\n## ")[0]
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@BOTH
def test_the_guide_has_every_part_of_the_pace_with_its_default(folder: Path) -> None:
    told: dict[str, str] = {}
    for names, values, _ in rows("guide/broadcast.md", folder, "pace")[1:]:
        told |= zip(re.findall(r"`(\w+)=`", names), re.findall(r"`([^`]+)`", values), strict=True)
    assert told == {name: str(value).replace("'", '"') for name, value in asdict(oq.Pace()).items()}


@BOTH
def test_the_page_on_restrictions_speaks_of_every_part_of_the_pace(folder: Path) -> None:
    told = rows("guide/restricted.md", folder, "defaults")
    numbers = {row[0]: [*map(int, re.findall(r"\d+", row[1]))] for row in told}
    pace = oq.Pace()
    night = [int(part) for clock in pace.quiet or () for part in clock.split(":")]
    assert numbers["`between`"] == [*pace.between]
    assert set(next(found for name, found in numbers.items() if "`rest_every`" in name)) == {
        pace.rest_every,
        pace.rest,
    }
    assert pace.max_groups in numbers["`max_groups`"]
    assert numbers["`quiet`"] == night
    assert numbers["`max_failures`"] == [pace.max_failures]


def lasting_s(*, groups: bool) -> float:
    times = expected_s(oq.Pace(), [], np.full(100, groups), NOON_S)
    return float(times[-1] - times[0])


def test_a_hundred_friends_and_a_hundred_groups_take_as_long_as_the_page_says() -> None:
    assert "a hundred friends take about twenty minutes, and a hundred groups four days" in text(
        "guide/restricted.md"
    )
    assert 15 * 60 < lasting_s(groups=False) < 25 * 60
    assert round(lasting_s(groups=True) / DAY_S) == 4
