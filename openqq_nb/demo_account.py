"""How one gets a `my` without a server: the account of the simulator in this process."""

from typing import NamedTuple

from openqq_nb.account import Account
from openqq_nb.client import Client
from openqq_nb.protocols import registry
from openqq_nb.simulator import Simulator
from openqq_nb.simulator.dialects import Dialect, EndName


class DemoSettings(NamedTuple):
    """What a demo was asked for; see `demo`."""

    protocol: Dialect
    seed: int
    pace: float
    groups: int
    friends: int
    members: int
    end: EndName | None


class DemoAccount(Account):
    """An account behind the simulator of this process.

    Attributes:
        simulator: the other side: `say(who, text, group=…)` lets somebody write, `received` is what came to them.
    """

    def __init__(self, settings: DemoSettings) -> None:
        self.simulator = Simulator(**settings._asdict()).start()
        dialect = registry.dialect(settings.protocol, None)
        super().__init__(Client(self.simulator.url), dialect, self.simulator.post_to)

    def close(self) -> None:
        """Stop listening, let go of the connections and stop the simulator."""
        super().close()
        self.simulator.stop()


_demos: dict[DemoSettings, DemoAccount] = {}


def demo(
    protocol: Dialect = "openqq1",
    seed: int = 0,
    pace: float = 0,
    groups: int = 12,
    friends: int = 40,
    members: int = 30,
    end: EndName | None = None,
) -> DemoAccount:
    """Start the simulator in this process and connect to it; nothing leaves this machine.

    Args:
        protocol: the dialect it speaks.
        seed: the same seed gives the same people.
        pace: seconds between two sends; a real server takes 3.
        groups: how many groups the account is in.
        friends: how many friends it has.
        members: how many members a group has on average.
        end: with `onebot11`, the program whose manners it has: `napcat` (if not given), `llbot` or `lagrange`.

    Returns:
        The account; `my.simulator` plays the other side. The same call again gives the running demo back.

    Example:
        >>> import openqq_nb as oq
        >>> oq.demo() is oq.demo()
        True
    """
    settings = DemoSettings(protocol, seed, pace, groups, friends, members, end)
    running = _demos.get(settings)
    if running is None or not running.simulator.running:
        running = _demos[settings] = DemoAccount(settings)
    return running
