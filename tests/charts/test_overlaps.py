"""Pictures in a browser, with its fonts: no text lies upon another one or leaves the picture."""

import pytest
from playwright.sync_api import Browser

import openqq_nb as oq
from openqq_nb.languages import Language
from tests.charts.answers import DAYS, NAMINGS, PEOPLE, Life, answers
from tests.charts.drawing import QUESTIONS, picture
from tests.charts.texts import faults
from tests.lab.browser import guarded_context
from tests.lab.pictures import Pictures

pytestmark = pytest.mark.browser

BLANK = "about:blank"
_SHEET = (
    '<!doctype html><meta charset="utf-8"><body style="margin:0" data-jp-theme-light="{light}">{pictures}'
)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("naming", NAMINGS)
def test_texts_have_room_whatever_people_are_called(
    browser: Browser, naming: str, language: Language
) -> None:
    oq.language(language)
    found = answers(Life(NAMINGS[naming]))
    assert _faults(browser, [picture(question, found[question]).svg() for question in QUESTIONS]) == []


@pytest.mark.parametrize(("people", "days"), [(1, 1), (2, 3), (5, 20), (PEOPLE, 3 * DAYS)])
def test_texts_have_room_for_few_and_for_many(browser: Browser, people: int, days: int) -> None:
    found = answers(Life(NAMINGS["long"], people, days))
    svgs = [picture(question, found[question]).svg() for question in QUESTIONS]
    assert _faults(browser, [*svgs, *(picture(one, found[one].head(1)).svg() for one in QUESTIONS)]) == []


def test_a_text_upon_another_one_is_found(browser: Browser) -> None:
    texts = '<text x="5" y="20">one</text><text x="20" y="22">two</text><text x="190" y="20">three</text>'
    found = _faults(
        browser, [f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40">{texts}</svg>']
    )
    assert found == ["overlap: two | one", "leaves the picture: three"]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("light", [True, False], ids=["light", "dark"])
def test_pictures_for_people_to_look_at(
    browser: Browser, pictures: Pictures, language: Language, light: bool
) -> None:
    oq.language(language)
    found = answers(Life(NAMINGS["chinese" if light else "latin"]))
    shown = "".join(picture(question, found[question]).html() for question in QUESTIONS)
    with guarded_context(browser, BLANK) as context:
        page = context.new_page()
        page.set_content(_SHEET.format(light=str(light).lower(), pictures=shown))
        for question, place in zip(QUESTIONS, page.locator(".oq-picture").all(), strict=True):
            name = f"chart-{question}-{'light' if light else 'dark'}-{language}"
            pictures.take(name, place.locator("svg").filter(visible=True))


def _faults(browser: Browser, svgs: list[str]) -> list[str]:
    with guarded_context(browser, BLANK) as context:
        page = context.new_page()
        page.set_content(_SHEET.format(light="true", pictures="".join(f"<div>{svg}</div>" for svg in svgs)))
        return faults(page, "svg")
