"""The language of widgets, charts and summaries."""

from collections.abc import Iterator

import pytest

import openqq_nb as oq
from openqq_nb.languages import Words, of_system


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = oq.language()
    yield
    oq.language(before)


@pytest.mark.parametrize("name", ["zh", "ZH", "zh-CN", "zh_TW"])
def test_chinese_is_chosen_however_it_is_written(name: str) -> None:
    assert oq.language(name) == "zh"
    assert oq.language() == "zh"
    assert oq.language("en-US") == "en"


@pytest.mark.parametrize("name", ["", "fr", "english", 1, "-zh"])
def test_another_language_is_refused_and_changes_nothing(name: object) -> None:
    oq.language("zh")
    with pytest.raises(oq.InvalidInput, match="Write 'en' for English or 'zh' for Chinese"):
        oq.language(name)  # type: ignore[arg-type]
    assert oq.language() == "zh"


@pytest.mark.parametrize(
    ("environ", "setting", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, None, "zh"),
        ({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, None, "en"),
        ({"LC_ALL": "", "LANG": "zh_TW"}, None, "zh"),
        ({}, "Chinese (Simplified)_China", "zh"),
        ({}, "zh_CN", "zh"),
        ({}, "de_DE", "en"),
        ({}, None, "en"),
    ],
)
def test_without_a_choice_it_is_that_of_the_system(
    environ: dict[str, str], setting: str | None, language: str
) -> None:
    assert of_system(environ, setting) == language


def test_what_is_put_into_a_sentence_is_never_taken_for_one() -> None:
    words = Words({"hello": ("Hello {name}", "{name}，你好")})
    hostile = "{name.__class__} {0} {"
    oq.language("en")
    assert words("hello", name=hostile) == f"Hello {hostile}"
    oq.language("zh")
    assert words("hello", name=hostile) == f"{hostile}，你好"
    assert words.all() == {"hello": "{name}，你好"}
