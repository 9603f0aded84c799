"""The sources of the site: pages, their code, and their twins in the other language."""

import re
from dataclasses import dataclass
from pathlib import Path

from openqq_nb.simulator.dialects import DIALECTS, Dialect

ROOT = Path(__file__).parents[2]
ENGLISH = ROOT / "docs"
CHINESE = ROOT / "docs" / "zh"

_PIECE = re.compile(
    r"^```(?P<language>\w+)\n(?P<code>.*?)^```$|^<!-- run\n(?P<hidden>.*?)^-->$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Piece:
    """A block of code; `hidden` is what only the test runs, to play the part of somebody else."""

    language: str
    code: str

    @property
    def without_comments(self) -> str:
        lines = (re.sub(r"(^|\s+)#.*", "", line).rstrip() for line in self.code.splitlines())
        return "\n".join(line for line in lines if line)


def names(folder: Path) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*.md"))
    return sorted(name for name in found if folder == CHINESE or not name.startswith("zh/"))


def text(name: str, folder: Path = ENGLISH) -> str:
    return (folder / name).read_text("utf-8")


def pieces(name: str, folder: Path = ENGLISH) -> list[Piece]:
    return [
        Piece("hidden", one["hidden"]) if one["hidden"] is not None else Piece(one["language"], one["code"])
        for one in _PIECE.finditer(text(name, folder))
    ]


def server(name: str) -> Dialect | None:
    """Tell which real server the code of a page expects, if it expects one."""
    found = re.search(r"^<!-- server: (\w+) -->$", text(name), re.MULTILINE)
    return None if found is None else next(one for one in DIALECTS if one == found[1])
