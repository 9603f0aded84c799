"""The whole public interface is typed for those who use it, and the types are those of what comes back."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import openqq_nb as oq
from openqq_nb.demo_account import DemoAccount
from tests.typing import interface

pytestmark = pytest.mark.slow

FILE = Path(interface.__file__)


@pytest.fixture(params=["openqq1", "openqq2"])
def my(request: pytest.FixtureRequest) -> Iterator[DemoAccount]:
    demo = oq.demo(request.param, groups=3, friends=5, members=4)
    yield demo
    demo.close()


def test_everything_can_be_used_as_it_is_typed(my: DemoAccount, tmp_path: Path) -> None:
    interface.use(my, tmp_path)
    interface.connects()


def test_a_living_account_can_be_used_as_it_is_typed() -> None:
    interface.living()


def names_used() -> set[str]:
    return {
        node.attr for node in ast.walk(ast.parse(FILE.read_text("utf-8"))) if isinstance(node, ast.Attribute)
    }


def test_no_public_name_is_left_out(my: DemoAccount) -> None:
    with my.listen(journal=False) as inbox:
        shown = [oq, my, my.aio, inbox, inbox.aio, my.roster(), my.doctor(), my.simulator]
    plan = my.broadcast("hi", to=my.friends(), key="shown", pace=oq.Pace.instant())
    run = plan.send()
    shown += [oq.Log, oq.Receipt, oq.Outcome, oq.Pace, plan, run, run.aio, run.wait(30), my.exclusions]
    public = {name for one in shown for name in dir(one) if not name.startswith("_")}
    assert public - names_used() == set()


def test_a_strict_type_checker_agrees(tmp_path: Path) -> None:
    # Apart from the repository, as the file of somebody who has installed the package.
    copy = tmp_path / "interface.py"
    copy.write_bytes(FILE.read_bytes())
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--config-file=",
            "--cache-dir",
            str(tmp_path / "cache"),
            str(copy),
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stdout + done.stderr
