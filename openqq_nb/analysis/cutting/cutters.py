"""Who cuts Chinese text into words: rjieba where it is installed, else jieba."""

import logging
import warnings
from collections.abc import Callable
from functools import cache

from openqq_nb.errors import NotSupported

Cutter = Callable[[str], list[str]]
"""Cuts a text into words and everything between them; joined they are the text."""


def cutter() -> Cutter:
    """Take the cutter that is installed; rjieba is some ten times as fast as jieba.

    Raises:
        NotSupported: neither is.
    """
    return chosen(_rjieba, _jieba)


def chosen(*cutters: Callable[[], Cutter]) -> Cutter:
    """Take the first cutter that is installed.

    Args:
        cutters: give a cutter, or raise an ImportError.

    Raises:
        NotSupported: none is.
    """
    for one in cutters:
        try:
            return one()
        except ImportError:
            continue
    raise NotSupported(
        "Text cannot be cut into words: neither rjieba nor jieba is installed.\n"
        'Install one of them: pip install "openqq-nb[words]"'
    )


def _rjieba() -> Cutter:
    import rjieba  # noqa: PLC0415 - optional, and its dictionary is read when it is loaded

    cut: Cutter = rjieba.cut
    return cut


@cache
def _jieba() -> Cutter:
    # Its patterns are written in a way that Python warns of, and it imports a package that warns of itself.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba  # noqa: PLC0415 - optional, and slow to load
    jieba.setLogLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()
    # Its own way to get ready leaves a file in the folder for temporary files, where others could put one for it.
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    cut: Cutter = tokenizer.lcut
    return cut
