"""A server of each end, for each test that wants one."""

from collections.abc import Iterator

import pytest

from openqq_nb.simulator import Simulator
from tests.simulator.onebot11.asking import ENDS, simulated


@pytest.fixture(params=ENDS)
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with simulated(request.param) as simulator:
        yield simulator
        assert simulator.errors == []


@pytest.fixture
def napcat() -> Iterator[Simulator]:
    with simulated("napcat") as simulator:
        yield simulator
        assert simulator.errors == []
