"""A server's loop in its own thread, from start to end."""

import socket
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self

from anyio.from_thread import BlockingPortal, start_blocking_portal

from openqq_nb.simulator.connection import Listening
from openqq_nb.simulator.engine import Engine, Times
from openqq_nb.simulator.login import Protocol
from openqq_nb.simulator.records import History
from openqq_nb.simulator.web import Web, refusal
from openqq_nb.simulator.world import World

BACKLOG = 1024


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
    """

    world: World
    protocol: Protocol
    history: History
    times: Times
    nth_login: int
    post_api: str | None
    token: str | None
    token_name: str


class Running:
    """A server at work.

    Args:
        portal: The way into its loop.
        engine: The server.
        listening: Its connections.
        stack: Ends the thread.
    """

    def __init__(
        self, portal: BlockingPortal, engine: Engine, listening: Listening, stack: ExitStack
    ) -> None:
        self.portal = portal
        self.engine = engine
        self._listening = listening
        self._stack = stack

    @classmethod
    def start(cls, plan: Plan, listener: socket.socket) -> Self:
        """Start a thread with a server in it.

        Args:
            plan: What to start.
            listener: A listening socket.
        """
        with ExitStack() as stack:
            portal = stack.enter_context(start_blocking_portal("asyncio", name="openqq-nb simulator"))
            engine, listening = portal.call(_open, plan, listener)
            return cls(portal, engine, listening, stack.pop_all())

    def close(self) -> None:
        """End server and thread."""
        self.portal.call(self._listening.close)
        self.portal.call(self.engine.close)
        self._stack.close()


async def _open(plan: Plan, listener: socket.socket) -> tuple[Engine, Listening]:
    engine = Engine(plan.world, plan.protocol, plan.history, plan.times, plan.nth_login)
    engine.post_api = plan.post_api
    listening = Listening(Web(engine, plan.token, plan.token_name), refusal(plan.protocol))
    engine.on_end = listening.close
    await listening.open(listener)
    engine.open()
    return engine, listening
