"""Labels: harmless to a line, and cut by how wide they are."""

import unicodedata
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb.charts.texts import clean, cut, lines, wide

ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=300)


@given(ANY)
def test_any_text_becomes_one_line_that_xml_can_hold(text: str) -> None:
    label = clean(text)
    element = ElementTree.Element("text")
    element.text = label
    assert ElementTree.fromstring(ElementTree.tostring(element)).text == (label or None)  # noqa: S314 - our own
    assert len(label.splitlines()) <= 1
    assert not {unicodedata.category(sign) for sign in label} & {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"}


@given(ANY, st.integers(20, 400))
def test_a_cut_label_fits(text: str, most: int) -> None:
    assert wide(cut(text, most)) <= most


@given(ANY)
def test_cleaning_a_clean_label_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("PERL学习交流", "PERL学习交流"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("一\n二\r\n三", "一 二 三"),
        ("零\x00铃\x07", "零 铃"),
        ("\ud83d半", "\ufffd半"),
        ("👩\u200d👩", "👩\u200d👩"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        (" \u3000\u2800\u3164", ""),
        (None, ""),
        (12345, ""),
    ],
)
def test_a_label_shows_what_can_be_seen(text: object, label: str) -> None:
    assert clean(text) == label


def test_of_a_stack_of_accents_two_are_kept() -> None:
    assert clean("z" + "\u0316" * 60) == "z\u0316\u0316"


def test_what_is_cut_ends_with_dots_and_never_inside_a_joined_emoji() -> None:
    assert cut("学习交流委员会", 60) == "学习交…"
    assert not cut("👩\u200d👩\u200d👧\u200d👦" * 9, 100).endswith("\u200d…")


@given(st.text("ab 人,.群", max_size=200), st.integers(60, 300))
def test_lines_lose_no_word_and_fit(text: str, most: int) -> None:
    broken = lines(text, most)
    assert "".join("".join(broken).split()) == "".join(text.split())
