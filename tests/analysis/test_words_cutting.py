import tempfile
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import rjieba
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.analysis.collocations import Level, Run, levels
from openqq_nb.analysis.cutting import cutters
from openqq_nb.analysis.cutting.counting import by_owner, counted, totals
from openqq_nb.analysis.cutting.cutters import chosen
from openqq_nb.analysis.cutting.emoji import EMOJI, OF_SEVERAL
from openqq_nb.analysis.cutting.stopwords import built_in
from openqq_nb.analysis.cutting.texts import cleaned
from openqq_nb.analysis.cutting.tokens import cut, joined
from openqq_nb.errors import NotSupported, OpenqqError

PARTS_OF_EMOJI = "😂❤☀👍👨👩🏻🏿🇨🇳🀄\ufe0f\u200d\U000e0067\U000e007f好a1 "
LINES = st.text(st.characters(codec="utf-8"), max_size=12).map(lambda text: "".join(text.splitlines()))
EMOJI_LINES = st.text(PARTS_OF_EMOJI, max_size=12)


def lower(text: str) -> str:
    """Small letters of the newest Unicode, which this Python may not know."""
    return str(pc.utf8_lower(pa.scalar(text)).as_py())


@settings(deadline=None, max_examples=200)
@given(st.lists(LINES | EMOJI_LINES | st.sampled_from(["周末爬山吗", "我们加班", "Perl 5.36"]), max_size=8))
def test_texts_are_cut_together_as_each_would_be_alone(texts: list[str]) -> None:
    tokens = cut(pa.array(texts, pa.large_string()))
    alone = [
        [lower(piece.replace("\ufe0f", ""))] if place % 2 else [lower(word) for word in rjieba.cut(piece)]
        for text in texts
        for place, piece in enumerate(EMOJI.split(text))
    ]
    assert [tokens.words[int(word)].as_py() for word in tokens.word] == [
        word for words in alone for word in words
    ]


@settings(deadline=None)
@given(st.lists(LINES, max_size=8))
def test_each_token_knows_its_text(texts: list[str]) -> None:
    tokens = cut(pa.array(texts, pa.large_string()))
    parts = [""] * len(texts)
    for word, text in zip(tokens.word, tokens.text, strict=True):
        parts[int(text)] += tokens.words[int(word)].as_py()
    lowered = ["".join(lower(part) for part in rjieba.cut(text)) for text in texts]
    assert [part.replace("\ufe0f", "") for part in parts] == [one.replace("\ufe0f", "") for one in lowered]


@pytest.mark.parametrize("cutter", [rjieba.cut, cutters._jieba()], ids=["rjieba", "jieba"])
@given(text=EMOJI_LINES)
def test_emoji_of_one_character_need_not_be_shown_to_a_cutter(cutter: cutters.Cutter, text: str) -> None:
    found = [
        word
        for place, piece in enumerate(OF_SEVERAL.split(text))
        for word in ([piece] if place % 2 else cutter(piece))
    ]
    assert [word for word in found if EMOJI.fullmatch(word)] == EMOJI.findall(text)


def test_each_of_a_choice_of_emoji_is_one() -> None:
    choice = "😂🙏🐶🤔👍❤☀✌⚡⛄✅❌⭐⏰▶◽🀄🃏🈵🚀🟰🟢🥳🫠🪿"
    assert [char for char in choice if not EMOJI.fullmatch(char)] == []


def test_letters_and_digits_are_no_emoji() -> None:
    assert [char for char in map(chr, range(0x3FFFF)) if char.isalnum() and EMOJI.match(char)] == []


@given(st.text(st.characters(codec="utf-8")))
def test_cleaned_text_is_one_line(text: str) -> None:
    (line,) = cleaned(pa.array([text])).to_pylist()
    assert len(line.splitlines()) <= 1
    assert "\n" not in line


def test_jieba_stands_in_without_a_word_a_warning_or_a_file(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = chosen(_missing, cutters._jieba.__wrapped__)("我们周末去爬山")
    assert found == ["我们", "周末", "去", "爬山"]
    assert capfd.readouterr() == ("", "")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []


def _missing() -> cutters.Cutter:
    raise ImportError("rjieba")


def test_without_a_cutter_the_error_says_what_to_install() -> None:
    with pytest.raises(NotSupported, match=r'pip install "openqq-nb\[words\]"') as caught:
        chosen(_missing, _missing)
    assert isinstance(caught.value, OpenqqError)


def test_stop_words_are_small_letters_and_none_is_listed_twice() -> None:
    text = Path(cutters.__file__).with_name("stopwords.txt").read_text("utf-8")
    listed = [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]
    assert {word for word in listed if word != word.lower()} == set()
    assert [word for word, often in Counter(listed).items() if often > 1] == []
    assert built_in() == set(listed)


def test_a_blank_stands_only_between_two_latin_words() -> None:
    assert joined(["hello", "world", "爬山", "perl", "5"]) == "hello world爬山perl 5"


TEXTS = st.lists(st.lists(st.sampled_from("abc"), max_size=5), min_size=1, max_size=6)


@settings(deadline=None)
@given(TEXTS, st.data())
def test_counts_by_owner_add_up_to_the_totals(texts: list[list[str]], data: st.DataObject) -> None:
    said = data.draw(st.lists(st.tuples(st.integers(0, len(texts) - 1), st.integers(0, 2)), max_size=20))
    tokens = cut(pa.array([" ".join(words) for words in texts], pa.large_string()))
    text, owner = (np.array([pair[place] for pair in said], np.int64) for place in (0, 1))
    found = counted(tokens, tokens.matching("[abc]"))
    inside, often = totals(found, text, len(tokens.words))
    each = by_owner(found, text, owner)
    names = tokens.words.to_pylist()
    for number, name in enumerate(names):
        if name != " ":
            assert inside[number] == sum(name in texts[one] for one, _ in said)
            assert often[number] == sum(texts[one].count(name) for one, _ in said)
            assert each.loc[each["word"] == number, "count"].sum() == often[number]
    plain = Counter((whose, word) for one, whose in said for word in texts[one])
    assert {
        (row.owner, names[row.word]): row.count_
        for row in each.rename(columns={"count": "count_"}).itertuples()
    } == plain


WORDS = st.lists(st.integers(0, 3), max_size=30)


@settings(deadline=None, max_examples=200)
@given(WORDS, st.data())
def test_sequences_are_counted_as_a_loop_counts_them(words: list[int], data: st.DataObject) -> None:
    stretch = data.draw(st.lists(st.integers(0, 1), min_size=len(words), max_size=len(words)).map(np.cumsum))
    often = data.draw(st.lists(st.integers(1, 3), min_size=len(words) + 1, max_size=len(words) + 1))
    weight = [often[int(place)] for place in stretch]
    where = np.array(stretch, np.int64)
    run = Run(np.array(words, np.int64), where, where, np.array(weight, np.int64))
    for level in levels(run, np.zeros(4, bool), 4):
        plain: Counter[tuple[int, ...]] = Counter()
        for start in range(len(words) - level.length + 1):
            if stretch[start] == stretch[start + level.length - 1]:
                plain[tuple(words[start : start + level.length])] += weight[start]
        assert named(level, words) == {words: count for words, count in plain.items() if count >= 2}


def named(level: Level, words: list[int]) -> dict[tuple[int, ...], float]:
    starts = zip(level.first, level.count, strict=True)
    return {tuple(words[first : first + level.length]): count for first, count in starts}


def test_words_that_are_never_apart_have_the_score_one_and_strewn_words_have_none() -> None:
    pairs = np.repeat(np.arange(200), 2)
    together = Run(np.array([0, 1, 2, 3] * 50), pairs[:200], pairs[:200], np.ones(200, np.int64))
    (level,) = levels(together, np.zeros(4, bool), 2)
    assert level.score == pytest.approx([1.0, 1.0])
    strewn = Run(np.array([0, 0, 0, 1, 1, 0, 1, 1] * 50), pairs, pairs, np.ones(400, np.int64))
    (level,) = levels(strewn, np.zeros(2, bool), 2)
    assert (level.score < 0).all()
