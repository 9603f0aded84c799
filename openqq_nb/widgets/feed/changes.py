"""What has to be told to a page that has one state of things, so that it has another."""

from collections.abc import Mapping
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


def changes(there: Mapping[K, V], wanted: Mapping[K, V]) -> tuple[dict[K, V], list[K]]:
    """Compare what a page has with what it is to have.

    Returns:
        What is new or different, and the keys of what is to go.
    """
    put = {key: value for key, value in wanted.items() if key not in there or there[key] != value}
    return put, [key for key in there if key not in wanted]
