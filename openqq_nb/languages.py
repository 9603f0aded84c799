"""The language in which widgets, charts and summaries speak: English or Chinese."""

import locale
import os
from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

from openqq_nb.errors import InvalidInput

Language = Literal["en", "zh"]

Table: TypeAlias = Mapping[str, tuple[str, str]]
"""Each word in English and in Chinese, under a key; a name in braces stands for a value."""

_LANGUAGES: tuple[Language, ...] = get_args(Language)
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")

_chosen: list[Language] = []


def language(name: str | None = None) -> Language:
    """Choose the language of widgets, charts and summaries, or tell which one it is.

    What is on the screen stays as it is; what is made from now on speaks the language.

    Args:
        name: `en` or `zh`, also written as `zh-CN` or `en_US`; without it nothing changes.

    Returns:
        The language from now on. As long as none was chosen it is that of the system.

    Raises:
        InvalidInput: there is no such language.

    Example:
        >>> import openqq_nb as oq
        >>> before = oq.language()
        >>> oq.language("zh")
        'zh'
        >>> oq.language(before) == before
        True
    """
    if name is not None:
        _chosen[:] = [_named(name)]
    return _chosen[0] if _chosen else of_system(os.environ, locale.getlocale()[0])


def of_system(environ: Mapping[str, str], setting: str | None) -> Language:
    """Find the language of a system.

    Args:
        environ: the environment; the first variable of a language that is set decides.
        setting: what the locale is called otherwise, `zh_CN` or, on Windows, `Chinese (Simplified)_China`.
    """
    named = next((environ[name] for name in _VARIABLES if environ.get(name)), setting or "")
    return "zh" if named.casefold().startswith(("zh", "chinese")) else "en"


def _named(name: object) -> Language:
    written = name.replace("_", "-").casefold().partition("-")[0] if isinstance(name, str) else None
    for one in _LANGUAGES:
        if written == one:
            return one
    raise InvalidInput(f"There is no language {name!r}. Write 'en' for English or 'zh' for Chinese.")


class Words:
    """The words of one subject, in the language that is chosen when they are asked for.

    Args:
        tables: their words; all keys must differ.
    """

    def __init__(self, *tables: Table) -> None:
        self._table: dict[str, tuple[str, str]] = {
            key: pair for table in tables for key, pair in table.items()
        }

    def __call__(self, key: str, **values: object) -> str:
        """Say something; values take the places of the names in braces, whatever is written in them."""
        return self._table[key][language() == "zh"].format_map(values)

    def all(self) -> dict[str, str]:
        """Give all words in the chosen language, with the braces in them, for a page that fills them in."""
        return {key: pair[language() == "zh"] for key, pair in self._table.items()}
