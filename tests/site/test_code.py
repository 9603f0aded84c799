"""The code of the pages runs as printed, page by page, and is the same in both languages."""

import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import openqq_nb as oq
from openqq_nb.cli import commands
from openqq_nb.simulator import Simulator
from tests.site.pages import CHINESE, ENGLISH, Piece, names, pieces, server

pytestmark = pytest.mark.slow

WITH_CODE = [name for name in names(ENGLISH) if any(piece.language == "python" for piece in pieces(name))]
ELSEWHERE = {
    "http://127.0.0.1:5000": "{url}",
    "http://127.0.0.1:3000": "{url}",
    "ws://127.0.0.1:3001": "{ws_url}",
    'host="0.0.0.0", port=8010': "port=0",
    "s3://logs/perl": "in-a-bucket",
}
"""What cannot be typed in a test: a port that may be taken, an address that is open to other machines, a bucket."""
STARTED: Mapping[str, Mapping[str, Any]] = {"onebot11": {"token": "the token", "groups": 2}}
"""How the server of such a page is set up; of each chat a page of history is asked for, one a second."""


@pytest.mark.filterwarnings("ignore::openqq_nb.errors.NotLoadedWarning")
@pytest.mark.parametrize("name", WITH_CODE)
def test_the_code_of_a_page_runs_as_printed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with world_of(name) as (scope, url):
        for piece in pieces(name):
            if piece.language in ("python", "hidden"):
                exec(compile(here(piece.code, url), name, "exec"), scope)


@contextmanager
def world_of(name: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Give what a page starts with: nothing, or the server that it is about; in the end all is closed."""
    scope: dict[str, Any] = {}
    protocol = server(name)
    url = ""
    if protocol is not None:
        scope["simulator"] = Simulator(protocol, **STARTED.get(protocol, {})).start()
        url = scope["simulator"].url
    try:
        yield scope, url
    finally:
        close(scope)


def close(scope: Mapping[str, Any]) -> None:
    for kind, end in ((oq.Inbox, "stop"), (oq.Account, "close"), (Simulator, "stop")):
        for value in scope.values():
            if isinstance(value, kind):
                getattr(value, end)()


def here(code: str, url: str) -> str:
    for printed, instead in ELSEWHERE.items():
        code = code.replace(printed, instead.format(url=url, ws_url=url.replace("http", "ws", 1)))
    return code


@pytest.mark.parametrize("name", names(ENGLISH))
def test_both_languages_have_the_same_code(name: str) -> None:
    assert comparable(pieces(name, CHINESE)) == comparable(pieces(name, ENGLISH))


def comparable(found: list[Piece]) -> list[tuple[str, str]]:
    return [(piece.language, piece.without_comments) for piece in found]


def printed_commands() -> list[str]:
    blocks = [piece for name in names(ENGLISH) for piece in pieces(name) if piece.language == "console"]
    return sorted({line for block in blocks for line in block.code.splitlines()})


OURS = [line for line in printed_commands() if line.startswith("openqq-nb ")]


@pytest.mark.parametrize("line", OURS)
def test_a_command_of_a_page_is_taken_as_printed(line: str) -> None:
    _, name, *arguments = shlex.split(line, comments=True)
    context = commands.commands[name].make_context(name, arguments)
    assert context.command is commands.commands[name]


def test_every_command_of_a_page_is_ours_or_installs_us() -> None:
    assert set(printed_commands()) - set(OURS) == {'pip install "openqq-nb[all]"'}


def test_every_command_of_ours_is_on_the_page_about_them() -> None:
    lines = [line for piece in pieces("guide/command-line.md") for line in piece.code.splitlines()]
    assert {line.split()[1] for line in lines} == set(commands.commands)


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_the_page_about_the_commands_names_every_option(name: str) -> None:
    page = (ENGLISH / "guide/command-line.md").read_text("utf-8")
    section = page.partition(f"## openqq-nb {name} ")[2].partition("\n## ")[0]
    options = [one.opts[0] for one in commands.commands[name].params if one.param_type_name == "option"]
    assert [option for option in options if f"`{option}`" not in section] == []
