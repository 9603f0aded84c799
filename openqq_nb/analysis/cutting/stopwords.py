"""Words that say little: function words of Chinese and English."""

from collections.abc import Iterable
from functools import cache
from importlib import resources

from openqq_nb.errors import InvalidInput


@cache
def built_in() -> frozenset[str]:
    """Give the words of the list that comes with the package, in small letters."""
    lines = resources.files(__package__).joinpath("stopwords.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def stopping(more: Iterable[str] | None) -> frozenset[str]:
    """Give the words that are left out.

    Args:
        more: of the user, beside the built-in ones.

    Raises:
        InvalidInput: they are no words.
    """
    if more is None:
        return built_in()
    given: object = more
    listed = [given] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    wrong = [word for word in listed if not isinstance(word, str)]
    if wrong:
        raise InvalidInput(
            f"Words to leave out are texts.\nFound {wrong[0]!r}.\n"
            "Write them as a list: `stop_words=['群里', '哈哈']`."
        )
    return built_in() | {str(word).lower() for word in listed}
