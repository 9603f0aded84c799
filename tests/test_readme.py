"""Every command and every Python block of the README runs as printed; the Chinese one is its twin."""

import re
from pathlib import Path
from typing import Any

import pytest

from openqq_nb.simulator import Simulator

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
# Which test runs a command of the README, because running it here would take minutes or never end.
RUN_BY = {
    "python dev.py demo": "tests/browser/test_demo.py",
    "python dev.py test": ".ci/run",
    'pip install "openqq-nb[all]"': "tests/test_packaging.py",
}


def blocks(readme: str, language: str) -> list[str]:
    text = (ROOT / readme).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("readme", READMES)
def test_every_command_is_run_by_a_test(readme: str) -> None:
    commands = [line for block in blocks(readme, "console") for line in block.splitlines()]
    assert set(commands) == set(RUN_BY)


@pytest.mark.parametrize(("command", "place"), RUN_BY.items())
def test_the_test_of_a_command_is_there(command: str, place: str) -> None:
    text = (ROOT / place).read_text("utf-8")
    arguments = command.split()[2:]
    assert all(argument.strip('"').removeprefix("openqq-nb") in text for argument in arguments)


@pytest.mark.filterwarnings("ignore::openqq_nb.errors.NotLoadedWarning")
@pytest.mark.parametrize("readme", READMES)
def test_every_python_block_runs_as_printed(
    readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    try:
        for block in blocks(readme, "python"):
            run_block(block, names)
    finally:
        names["inbox"].stop()
        names["my"].close()
        names["demo"].close()
    assert len(names["log"]) == 5


def run_block(block: str, names: dict[str, Any]) -> None:
    if "oq.connect(" in block.split("#", maxsplit=1)[0]:
        names["demo"] = names["my"]
        run_with_server(block, names)
    else:
        exec(compile(block, "README", "exec"), names)


def run_with_server(block: str, names: dict[str, Any]) -> None:
    """Run a block that expects a server at port 5000; where that is taken, at another port."""
    try:
        simulator = Simulator("openqq2", port=5000).start()
    except OSError:
        simulator = Simulator("openqq2").start()
        block = block.replace("http://127.0.0.1:5000", simulator.url)
    with simulator:
        exec(compile(block, "README", "exec"), names)
        assert names["inbox"].url in repr(names["inbox"].setup())


def test_both_readmes_have_the_same_code() -> None:
    english, chinese = (
        [
            re.sub(r"\s*#.*", "", line).rstrip()
            for block in blocks(name, "python")
            for line in block.splitlines()
        ]
        for name in READMES
    )
    assert english == chinese


def test_both_readmes_have_the_same_sections() -> None:
    english, chinese = (
        re.findall(r"^#+ ", (ROOT / name).read_text("utf-8"), re.MULTILINE) for name in READMES
    )
    assert english == chinese


def test_ci_runs_the_readmes_test_command() -> None:
    assert "dev.py test" in (ROOT / ".ci/run").read_text("utf-8")
