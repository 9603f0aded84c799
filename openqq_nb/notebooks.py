"""The notebooks that come along, and the working copies that people write into."""

import shutil
from pathlib import Path

from openqq_nb.errors import OpenqqError
from openqq_nb.settings import home

_HERE = Path(__file__).parent


def shipped() -> Path:
    """Find the notebooks that came with the package: inside a wheel, beside the package in a checkout.

    Raises:
        OpenqqError: this installation has none.
    """
    for folder in (_HERE / "notebooks", _HERE.parent / "notebooks"):
        if any(folder.glob("*.ipynb")):
            return folder
    raise OpenqqError(
        "This installation has no notebooks, neither in the package nor beside it. Install openqq-nb again."
    )


def working_copies(folder: Path | None = None) -> Path:
    """Copy the notebooks to where they may be changed; a copy that is there already is left as it is.

    Args:
        folder: where to; without it a folder in the user's data folder.

    Returns:
        The folder with the copies.
    """
    target = folder or home() / "notebooks"
    target.mkdir(parents=True, exist_ok=True)
    for notebook in sorted(shipped().glob("*.ipynb")):
        if not (target / notebook.name).exists():
            shutil.copyfile(notebook, target / notebook.name)
    return target
