"""Texts cut into words, as numbers that stand for words."""

import os
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.analysis.cutting.cutters import Cutter, cutter
from openqq_nb.analysis.cutting.emoji import EMOJI, OF_SEVERAL, plain

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_BETWEEN = "\n"
_BATCH_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Tokens:
    """All that texts are made of, in order: words, blanks and signs.

    Attributes:
        words: what there is, each once; Latin letters are small, emoji without what asks for a picture.
        word: the place in `words` of each token.
        text: the place of its text; it never goes down.
        texts: how many texts there are.
    """

    words: pa.Array
    word: Numbers
    text: Numbers
    texts: int

    def matching(self, pattern: str) -> Flags:
        """Mark the words in which a regular expression (of RE2) finds something."""
        found: Flags = pc.match_substring_regex(self.words, pattern).to_numpy(zero_copy_only=False)
        return found

    def among(self, words: Collection[str]) -> Flags:
        """Mark the words that are in a list."""
        found: Flags = pc.is_in(self.words, pa.array(sorted(words), pa.large_string())).to_numpy(
            zero_copy_only=False
        )
        return found

    def stretches(self) -> tuple[Numbers, Numbers]:
        """Tell which tokens are words, and which of them stand together.

        Returns:
            Where the words are among the tokens, and of each a number that changes at a sign, an emoji, the end of a
            text, and at a blank that is not between two Latin words.
        """
        solid = np.flatnonzero(~self.matching(r"^\s+$")[self.word])
        word, blank = self.word[solid], np.diff(solid, prepend=-1) > 1
        ends, begins = self.matching(r"[!-~]$")[word], self.matching(r"^[!-~]")[word]
        latin = np.append(False, ends[:-1] & begins[1:])[: len(word)]
        new_text = np.diff(self.text[solid], prepend=-1) != 0
        lettered = self.matching(r"[\p{L}\p{N}]")[word]
        stretch = np.cumsum(new_text | ~lettered | (blank & ~latin))
        return solid[lettered], stretch[lettered]

    def emoji(self) -> Flags:
        """Mark the emoji."""
        signs = np.flatnonzero(~self.matching(r"[\p{L}\p{N}\s]"))
        marked = np.zeros(len(self.words), bool)
        named = self.words.take(pa.array(signs)).to_pylist()
        marked[signs] = [EMOJI.fullmatch(sign) is not None for sign in named]
        return marked


def cut(texts: pa.Array) -> Tokens:
    """Cut texts into words, on all processors.

    Args:
        texts: of type string, without line breaks and missing values.

    Raises:
        NotSupported: nothing is installed that cuts Chinese text.
    """
    with_what = cutter()
    # rjieba works while other threads run; of jieba, one thread runs at a time.
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1), "openqq-nb-words") as threads:
        parts = list(threads.map(lambda batch: _encoded(batch, with_what), _batches(texts)))
    whole = pa.chunked_array(parts, pa.dictionary(pa.int32(), pa.large_string())).combine_chunks()
    found = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
    return _numbered(found, len(texts))


def _batches(texts: pa.Array) -> Iterator[str]:
    """Join texts to long ones: a cutter never joins what stands on two lines."""
    ends = np.cumsum(pc.binary_length(texts).to_numpy(zero_copy_only=False).astype(np.int64) + 1)
    start = 0
    while start < len(texts):
        before = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + _BATCH_BYTES, "right")))
        yield _BETWEEN.join([*texts.slice(start, stop - start).to_pylist(), ""])
        start = stop


def _encoded(batch: str, with_what: Cutter) -> pa.DictionaryArray:
    pieces: list[str] = []
    for place, piece in enumerate(OF_SEVERAL.split(batch)):
        if place % 2:
            pieces.append(plain(piece))
        elif piece:
            pieces += with_what(piece)
    return pa.array(pieces, pa.large_string()).dictionary_encode()


def _numbered(found: pa.DictionaryArray, texts: int) -> Tokens:
    as_they_came = found.indices.to_numpy(zero_copy_only=False)
    lowered = pc.utf8_lower(found.dictionary).dictionary_encode()
    numbers = lowered.indices.to_numpy(zero_copy_only=False)
    word = numbers[as_they_came] if len(numbers) else as_they_came
    between = pc.index(lowered.dictionary, pa.scalar(_BETWEEN, pa.large_string())).as_py()
    ends = word == between
    text = np.cumsum(ends, dtype=np.int32)
    return Tokens(lowered.dictionary, word[~ends], text[~ends], texts)


def joined(words: Sequence[str]) -> str:
    """Write words one after the other, with a blank between two that are not Chinese."""
    text = ""
    for word in words:
        text += f" {word}" if text and text[-1].isascii() and word[:1].isascii() else word
    return text
