"""For every test, doctest and notebook: nothing of the user's is touched, and nothing is left running."""

import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from dev import PROGRAMS

PATIENCE_S = 2.0
HOME = pytest.StashKey[tempfile.TemporaryDirectory[str]]()


def pytest_configure(config: pytest.Config) -> None:
    # For what no fixture reaches: the kernels of notebooks.
    config.stash[HOME] = tempfile.TemporaryDirectory(prefix="openqq_nb-")
    os.environ["OPENQQ_NB_HOME"] = config.stash[HOME].name
    for name in ("OPENQQ_NB_URL", "OPENQQ_NB_TOKEN"):
        os.environ.pop(name, None)


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[HOME].cleanup()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Where processes share the tests, all that need one program go to one of them.
    for item in items:
        for program in PROGRAMS:
            if item.get_closest_marker(program):
                item.add_marker(pytest.mark.xdist_group(program))


def threads_that_must_end() -> set[threading.Thread]:
    return {
        thread
        for thread in threading.enumerate()
        if not thread.daemon or thread.name.replace("_", "-").startswith("openqq-nb")
    }


def listening_ports() -> set[int]:
    connections = psutil.Process().net_connections("tcp")
    return {one.laddr.port for one in connections if one.status == psutil.CONN_LISTEN and one.laddr}


@pytest.fixture(autouse=True)
def nothing_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    threads, ports = threads_that_must_end(), listening_ports()
    yield
    if isinstance(request.node, pytest.DoctestItem):
        return  # an example shows what people type, and they leave a demo running
    for thread in threads_that_must_end() - threads:
        thread.join(PATIENCE_S)
    left = [thread.name for thread in threads_that_must_end() - threads]
    left += [f"a socket listening on port {port}" for port in listening_ports() - ports]
    if left:
        pytest.fail(f"The test left running: {', '.join(left)}. Stop it in the test or in its fixture.")


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENQQ_NB_HOME", str(tmp_path / "home"))
    for name in ("OPENQQ_NB_URL", "OPENQQ_NB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
