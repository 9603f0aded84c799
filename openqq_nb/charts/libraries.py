"""The libraries that draw, which are large and not everybody's: loaded when a picture needs them."""

import importlib
from typing import Any

from openqq_nb.errors import NotSupported


def library(name: str) -> Any:  # noqa: ANN401 - a module
    """Load a library.

    Args:
        name: what is imported, as `vl_convert`.

    Raises:
        NotSupported: it is not installed; the error tells how to install it.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise NotSupported(
            f"Pictures cannot be drawn here. Found: {error}. "
            "Install what they need: pip install 'openqq-nb[charts]'."
        ) from error
