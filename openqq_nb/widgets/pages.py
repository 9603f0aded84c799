"""The scripts and styles of the pages: files that are joined, without a build step and without a foreign address."""

from functools import cache
from pathlib import Path

_PAGES = Path(__file__).with_name("page")


@cache
def script(*names: str) -> str:
    """Join the scripts that a widget consists of, in order; the last one exports it."""
    return "\n".join(_read(f"{name}.js") for name in ("common", *names))


@cache
def style(*names: str) -> str:
    """Join the styles that a widget consists of, in order."""
    return "\n".join(_read(f"{name}.css") for name in ("common", *names))


def _read(name: str) -> str:
    return (_PAGES / name).read_text("utf-8")
