"""How the reference reads our docstrings: what griffe has no section for."""

import re
from typing import Any

from griffe import Extension, Object

_EXAMPLE = re.compile(r"^( *)Example:$", re.MULTILINE)


class Docstrings(Extension):
    """Turns the section `Example:` into `Examples:`, the word that griffe knows."""

    def on_object(self, *, obj: Object, **_: Any) -> None:  # noqa: ANN401 - griffe passes what it likes
        """Change the docstring of one object."""
        if obj.docstring is not None:
            obj.docstring.value = _EXAMPLE.sub(r"\1Examples:", obj.docstring.value)
