"""The account of the built-in simulator."""

from typing import Literal, NamedTuple

from openqq_nb.account import Account
from openqq_nb.client import Client
from openqq_nb.protocols import registry
from openqq_nb.simulator import Simulator


class DemoSettings(NamedTuple):
    """What a demo was asked for; see `demo`."""

    protocol: Literal["openqq1", "openqq2"]
    seed: int
    pace: float
    groups: int
    friends: int
    members: int


class DemoAccount(Account):
    """An account behind the simulator of this process.

    Attributes:
        simulator: the other side: `say(who, text, group=…)` lets somebody write, `received` is what came to them.
    """

    def __init__(self, settings: DemoSettings) -> None:
        self.simulator = Simulator(**settings._asdict()).start()
        dialect = registry.dialect(settings.protocol, None)
        super().__init__(Client(self.simulator.url), dialect, self.simulator.post_to)

    @property
    def running(self) -> bool:
        """Whether the simulator still answers."""
        return self.simulator.running

    def close(self) -> None:
        """Stop listening, let go of the connections and stop the simulator."""
        super().close()
        self.simulator.stop()
