"""Files that are whole or not there: written beside their place, and moved into it."""

import os
from errno import EACCES
from pathlib import Path
from secrets import token_hex

from openqq_nb.errors import InvalidInput


def write(path: str | os.PathLike[str], body: bytes, what: str) -> Path:
    """Write a file in one step; one that is there is replaced, or left as it was.

    Args:
        path: where to write, perhaps a link, which stays one; its folder must be there.
        body: what is to be in it.
        what: what is written, for an error: `picture` or `report`.

    Returns:
        The path that was written.

    Raises:
        InvalidInput: it cannot be written.
    """
    target = Path(path).expanduser()
    try:
        _replace(target.resolve(), body)
    except (OSError, RuntimeError, ValueError) as error:
        raise InvalidInput(
            f"The {what} could not be written; what was there before is unchanged.\nFound for {target}: "
            f"{getattr(error, 'strerror', None) or error}.\nChoose another folder or name."
        ) from error
    return target


def _replace(target: Path, body: bytes) -> None:
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(EACCES, "it is write-protected")
    beside = target.with_name(f".openqq-nb-{token_hex(6)}")
    try:
        beside.write_bytes(body)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
