"""A server and a listener for each test that wants one."""

from collections.abc import Iterator

import pytest

from openqq_nb.simulator import Simulator
from tests.simulator.asking import PROTOCOLS, SMALL
from tests.simulator.listener import Listener


@pytest.fixture(params=PROTOCOLS)
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, **SMALL) as simulator:
        yield simulator
        assert simulator.errors == []


@pytest.fixture
def second() -> Iterator[Simulator]:
    with Simulator("openqq2", **SMALL) as simulator:
        yield simulator
        assert simulator.errors == []


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as one:
        yield one
