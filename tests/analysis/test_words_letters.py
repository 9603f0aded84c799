import re

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.analysis.cutting.letters import letters_of
from openqq_nb.analysis.cutting.texts import cleaned
from openqq_nb.analysis.cutting.tokens import cut

TEXTS = st.lists(st.text("哈绝子零，😂 ax", max_size=10), max_size=5)
WORDS = st.lists(st.text("哈绝子零", min_size=1, max_size=4) | st.sampled_from(["a", "x", "ax"]), max_size=4)


@settings(deadline=None, max_examples=200)
@given(TEXTS, WORDS)
def test_phrases_are_counted_as_python_counts_them_in_texts(texts: list[str], words: list[str]) -> None:
    letters = letters_of(cut(pa.array([*texts, " ".join(words)], pa.large_string())))
    those = [word for word in dict.fromkeys(words) if all(one in letters.number for one in whole(word))]
    found = letters.counted([letters.spelled([word]) for word in those])
    for place, text in enumerate(texts):
        each = slice(found.starts[place], found.starts[place + 1])
        counted = dict(zip(found.word[each].tolist(), found.times[each].tolist(), strict=True))
        plain = [len(re.findall(pattern(word), text)) for word in those]
        assert counted == {nth: often for nth, often in enumerate(plain) if often}


def test_a_phrase_that_overlaps_itself_is_counted_once_there() -> None:
    letters = letters_of(cut(pa.array(["哈哈哈", "哈哈哈哈，哈哈"])))
    assert letters.counted([letters.spelled(["哈哈"])]).times.tolist() == [1, 3]


def pattern(word: str) -> str:
    return rf"(?<![!-~]){word}(?![!-~])" if word.isascii() else word


def whole(word: str) -> list[str]:
    return [word] if word.isascii() else list(word)


def widened(word: str, *texts: str) -> str:
    letters = letters_of(cut(cleaned(pa.array(texts))))
    return letters.written(letters.widened(letters.spelled([word]), np.ones(len(texts), np.int64)))


def test_a_word_is_widened_to_what_three_of_four_messages_have_beside_it() -> None:
    assert widened("绝区", "绝区零", "玩绝区零吗", "求带绝区零", "绝区") == "绝区零"
    assert widened("绝区", "绝区零", "玩绝区零吗", "绝区") == "绝区"


def test_a_word_is_not_widened_across_signs_and_blanks() -> None:
    assert widened("火锅", "周末，火锅 好吃", "周末，火锅 好吃") == "火锅"


def test_a_latin_word_is_widened_by_whole_words() -> None:
    assert widened("open", "用open  source吗", "玩open source。") == "open source"


def test_words_of_one_long_text_are_widened_to_the_same_beginning_and_of_a_very_long_one_to_nothing() -> None:
    text = "今天" + "子丑寅卯辰巳午未申酉戌亥" * 3 + "火锅"
    assert widened("火锅", text) == widened("今天", text) == text[:20]
    assert widened("今天", text + "！") == text[:20]
    assert widened("火锅", text + "吗") == widened("今天", text + "吗") == ""
