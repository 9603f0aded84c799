"""The pictures of the page about pictures: drawn of the simulated group, in both themes and languages.

`OPENQQ_NB_TEST_PICTURES=<folder> python dev.py test tests/site/test_charts.py` draws them anew, as
`activity-light-en.png`; those of one language stand beside its page, without the language.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
import vl_convert

import openqq_nb as oq
from openqq_nb.charts import Picture
from openqq_nb.charts.themes import THEMES
from tests.lab.pictures import Pictures
from tests.site.pages import CHINESE, ENGLISH, text

NAMES = ("activity", "calendar", "replies")
FOLDERS = {"en": ENGLISH, "zh": CHINESE}
PNG = b"\x89PNG"
DOTS_PER_PIXEL = 1.25
"""As `save` draws it they would be as large as all other pages together."""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    my = oq.demo()
    past = my.simulator.past("PERL学习交流", messages=3000)
    yield oq.open_log(past.write(tmp_path_factory.mktemp("past") / "perl.json"))
    my.close()


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> Iterator[Literal["en", "zh"]]:
    before = oq.language()
    oq.language(request.param)
    yield request.param
    oq.language(before)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_each_picture_of_the_page_is_drawn(log: Any, name: str, language: str, tmp_path: Path) -> None:
    picture: Picture = getattr(oq.charts, name)(log)
    for theme in THEMES:
        path = Pictures.of(tmp_path).folder / f"{name}-{theme}-{language}.png"
        path.write_bytes(
            vl_convert.vegalite_to_png(picture.spec(theme), scale=DOTS_PER_PIXEL, allowed_base_urls=[])
        )
        assert path.read_bytes().startswith(PNG)


@pytest.mark.parametrize("language", FOLDERS)
@pytest.mark.parametrize("name", [f"{name}-{theme}.png" for name in NAMES for theme in THEMES])
def test_the_page_about_pictures_has_its_pictures(name: str, language: str) -> None:
    folder = FOLDERS[language]
    assert (folder / "guide" / name).read_bytes().startswith(PNG)
    assert f"({name}#only-" in text("guide/pictures.md", folder)
