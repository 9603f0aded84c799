"""How the reference reads our docstrings: what griffe has no section for, and what is of no use to a reader."""

import re
from typing import Any

from griffe import Class, Extension, Object

NOT_MADE_BY_PEOPLE = {"Account", "AsyncAccount", "AsyncInbox", "DemoAccount", "Inbox", "Log", "Report"}
"""Classes whose objects come from a call, so that nobody needs their own arguments."""

_ARGUMENTS = re.compile(r"^Args:\n(?:    .*\n?)+\n?", re.MULTILINE)
_EXAMPLE = re.compile(r"^Example:$", re.MULTILINE)
_SOURCE = re.compile(r"^Source:\n((?:    .*\n?)+)", re.MULTILINE)
# The first colon of what is returned, outside of code.
_TOLD_BEFORE_A_COLON = re.compile(
    r"^(Returns:\n    [^:`\n]*(?:(?:`[^`]*`|\n    )[^:`\n]*)*):(?=\s)", re.MULTILINE
)


class Docstrings(Extension):
    """Changes docstrings before they are read.

    Args:
        source: What stands before the source of a fact.
    """

    def __init__(self, source: str = "Source:") -> None:
        self._source = source

    def on_object(self, *, obj: Object, **_: Any) -> None:  # noqa: ANN401 - griffe passes what it likes
        """Change the docstring of one object."""
        if obj.docstring is not None:
            # `Examples` is the word that griffe knows; of a source it would make a box.
            text = _EXAMPLE.sub("Examples:", obj.docstring.value)
            # griffe takes what stands before the colon for a type.
            text = _TOLD_BEFORE_A_COLON.sub(r"\1&#58;", text)
            obj.docstring.value = _SOURCE.sub(self._told_source, text)

    def on_class(self, *, cls: Class, **_: Any) -> None:  # noqa: ANN401 - griffe passes what it likes
        """Change the docstring of a class: the arguments of a dataclass are what its objects have."""
        if cls.docstring is None:
            return
        if cls.name in NOT_MADE_BY_PEOPLE:
            cls.docstring.value = _ARGUMENTS.sub("", cls.docstring.value)
        elif "dataclass" in cls.labels:
            cls.docstring.value = cls.docstring.value.replace("\nArgs:\n", "\nAttributes:\n")

    def _told_source(self, found: re.Match[str]) -> str:
        return f"**{self._source}** {' '.join(found[1].split())}\n"
