"""The protocols side by side: what a simulator starts for each, and what it may ask of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.types import ASGIApp

from openqq_nb.simulator import login, web
from openqq_nb.simulator.dialects import Dialect
from openqq_nb.simulator.engine import Engine, Times
from openqq_nb.simulator.faults import Faults
from openqq_nb.simulator.messages import Arrival
from openqq_nb.simulator.onebot11.calls import CALLS
from openqq_nb.simulator.onebot11.engine import Engine as Onebot11
from openqq_nb.simulator.onebot11.settings import Settings
from openqq_nb.simulator.onebot11.store import Store
from openqq_nb.simulator.onebot11.web import REFUSAL
from openqq_nb.simulator.onebot11.web import Web as Onebot11Web
from openqq_nb.simulator.pages import refusal
from openqq_nb.simulator.records import History
from openqq_nb.simulator.roster_changes import List
from openqq_nb.simulator.world import World


class Server(Protocol):
    """What a simulator asks of the engine of a protocol. Everything is called in the server's loop."""

    world: World
    ended: str | None
    closed: bool
    on_end: Callable[[], None]
    faults: Faults
    pace_s: float

    @property
    def post_api(self) -> str | None:
        """Where what happens is posted to."""

    @property
    def nth_login(self) -> int:
        """How many logins came before this one."""

    def open(self) -> None:
        """Begin to work."""

    async def close(self) -> None:
        """Stop working."""

    def post_to(self, url: str | None) -> None:
        """Say where what happens is posted to."""

    async def log_in_again(self, keep_lists: bool | None = None) -> None:
        """Log in anew."""

    async def arrive_together(self, arrivals: list[Arrival]) -> list[dict[str, Any]]:
        """Take several messages from the provider at the same moment."""

    async def arrive_in_turn(self, arrivals: list[Arrival]) -> list[dict[str, Any]]:
        """Take talk that was made up, and wait until its posts are answered, though not for ever."""

    def notice(self, lists: tuple[List, ...] | None = None) -> None:
        """Load lists anew and tell what changed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run of a server is started with.

    Args:
        world: The truth.
        protocol: The dialect.
        history: Where to note what happens.
        times: How long things take.
        nth_login: How many logins came before.
        post_api: Where to post.
        token: What authenticates a call, if anything.
        token_name: The parameter that carries it.
        faults: What goes wrong.
        keep_lists: Whether the member lists are loaded from the start.
        settings: How an end of OneBot is set up.
        store: What was said there, also before this run.
    """

    world: World
    protocol: Dialect
    history: History
    times: Times
    nth_login: int
    post_api: str | None
    token: str | None
    token_name: str
    faults: Faults
    keep_lists: bool
    settings: Settings
    store: Store


@dataclass(frozen=True, slots=True)
class Started:
    """A server and what answers for it.

    Args:
        engine: The server.
        app: The ASGI application.
        refusal: The bytes of the answer to what is no HTTP.
        has_sockets: Whether WebSockets can be opened.
    """

    engine: Server
    app: ASGIApp
    refusal: bytes
    has_sockets: bool = False


def _openqq(protocol: login.Protocol) -> Callable[[Plan], Started]:
    def start(plan: Plan) -> Started:
        engine = Engine(
            plan.world, protocol, plan.history, plan.times, plan.nth_login, plan.faults, plan.keep_lists
        )
        return Started(engine, web.Web(engine, plan.token, plan.token_name), refusal(protocol))

    return start


def _onebot11(plan: Plan) -> Started:
    engine = Onebot11(plan.world, plan.history, plan.times, plan.faults, plan.settings, plan.store)
    return Started(engine, Onebot11Web(engine), REFUSAL, has_sockets=True)


START: dict[Dialect, Callable[[Plan], Started]] = {
    "openqq1": _openqq("openqq1"),
    "openqq2": _openqq("openqq2"),
    "onebot11": _onebot11,
}
CALL_NAMES: dict[Dialect, frozenset[str]] = {
    "openqq1": web.call_names("openqq1"),
    "openqq2": web.call_names("openqq2"),
    "onebot11": frozenset(CALLS),
}
