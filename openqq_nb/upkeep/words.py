"""Words for what is said of journals."""

from collections.abc import Sequence

_SHOWN = 5
_PLURALS = {"body": "bodies"}


def counted(number: int, what: str) -> str:
    """Say how many there are of something, such as `1 message` and `1,000 messages`.

    Args:
        number: how many.
        what: the word for one of them, with what stands before it.
    """
    if number == 1:
        return f"1 {what}"
    before, space, word = what.rpartition(" ")
    return f"{number:,} {before}{space}{_PLURALS.get(word, f'{word}s')}"


def first_few(numbers: Sequence[int]) -> str:
    """List numbers of arrivals, the first of many."""
    return ", ".join(map(str, numbers[:_SHOWN])) + (" …" if len(numbers) > _SHOWN else "")
