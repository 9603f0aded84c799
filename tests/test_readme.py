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
    living, receiving, *others = blocks(readme, "python")
    with Simulator("onebot11", groups=3, friends=4, members=5, token="the token") as napcat:
        run(living, names, napcat)
        run(receiving, names, napcat)
        assert len(names["members"]) and names["inbox"].url in repr(names["inbox"].setup())
        close(names)
    analysing, *demo = others
    Simulator(groups=1, friends=2, members=20).past("PERL学习交流", messages=500).write("group.json")
    run(analysing, names)
    assert Path("shared.html").read_text("utf-8").startswith("<!doctype html>")
    run_with_the_demo(demo, names)
    assert len(names["log"]) == 5


def run_with_the_demo(others: list[str], names: dict[str, Any]) -> None:
    """Run the blocks of the demo, and the last one, which is for a server of 2.x."""
    *demo, server = others
    try:
        for block in demo:
            run(block, names)
    finally:
        close(names)
    with Simulator("openqq2") as simulator:
        run(server, names, simulator)
        assert names["inbox"].url in repr(names["inbox"].setup())
        close(names)


def run(block: str, names: dict[str, Any], simulator: Simulator | None = None) -> None:
    """Run a block; the address of a server in it becomes that of a simulated one, at a port that is free."""
    if simulator is not None:
        block = re.sub(r"http://127\.0\.0\.1:[0-9]+", simulator.url, block)
    exec(compile(block, "README", "exec"), names)


def close(names: dict[str, Any]) -> None:
    names["inbox"].stop()
    names["my"].close()


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
