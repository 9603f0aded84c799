"""A server's loop in its own thread, from start to end, with the faults that last."""

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import replace
from typing import Self, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

from openqq_nb.simulator.connection import Listening
from openqq_nb.simulator.faults import Fault
from openqq_nb.simulator.lasting import BEGIN, CHANGES_WORLD, Lasting
from openqq_nb.simulator.protocols import START, Plan, Server
from openqq_nb.simulator.roster_changes import List

BACKLOG = 1024
T = TypeVar("T")


class Running:
    """A server at work.

    Args:
        plan: What it was started with.
        portal: The way into its loop.
        engine: The server.
        listening: Its connections.
        stack: Ends the thread.

    Attributes:
        own_names: What the groups are called while a fault calls them otherwise; the first gives its name to all.
        own_extended: Whether the world has extended information while a fault says it has none.
    """

    def __init__(
        self, plan: Plan, portal: BlockingPortal, engine: Server, listening: Listening, stack: ExitStack
    ) -> None:
        self.portal = portal
        self.engine = engine
        self._plan = plan
        self._listening = listening
        self._stack = stack
        self._held: socket.socket | None = None
        self._timers: list[Future[None]] = []
        self._lasting = Lasting(self)
        self.own_names: dict[int, str] = {}
        self.own_extended = plan.world.extended

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
            running = cls(plan, portal, engine, listening, stack.pop_all())
        for fault in plan.faults.active:
            running.begin(fault)
        return running

    def close(self) -> None:
        """End faults, server and thread; the world is as it was without faults."""
        for timer in self._timers:
            timer.cancel()
        for fault in self._plan.faults.active:
            fault.finish()
        self.portal.call(self._lasting.end, CHANGES_WORLD)
        self.portal.call(self._listening.close)
        self.portal.call(self.engine.close)
        if self._held:
            self._held.close()
        self._stack.close()

    def change(self, change: Callable[[], T], lists: tuple[List, ...]) -> T:
        """Change the world, and let the server see it.

        Args:
            change: What to do.
            lists: What the server loads anew.
        """

        async def do() -> T:
            done = change()
            self.engine.notice(lists)
            return done

        return self.portal.call(do)

    # Faults that last

    def begin(self, fault: Fault) -> None:
        """Let a fault begin, and end when its time is over."""
        if fault.name in BEGIN:
            self.portal.call(self._lasting.begin, fault)
        if fault.seconds is not None and (fault.name in BEGIN or fault.name == "busy"):
            self._timers.append(self.portal.start_task_soon(self._end_later, fault, fault.seconds))

    def end(self, fault: Fault) -> None:
        """Undo what a fault that has ended did."""
        if fault.name in BEGIN:
            self.portal.call(self._lasting.end)

    async def _end_later(self, fault: Fault, seconds: float) -> None:
        await asyncio.sleep(seconds)
        fault.finish()
        await self._lasting.end()

    async def refuse(self) -> None:
        """Cut all connections and let nobody listen; the port stays ours."""
        host, port = self._listening.address
        self._listening.close()
        # Whoever asks after this finds no socket open any more.
        await asyncio.sleep(0)
        self._held = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        # As asyncio does it for a server: on Windows this would let others share the port.
        if hasattr(socket, "AF_UNIX"):
            self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind((host, port))

    async def accept(self) -> None:
        """Listen again."""
        held, self._held = self._held, None
        if held:
            held.listen(BACKLOG)
            await self._listening.open(held)

    async def start_anew(self) -> None:
        """Listen again with a new server, which has logged in and loaded no member lists."""
        held, self._held, old = self._held, None, self.engine
        if held:
            held.listen(BACKLOG)
            times = replace(self._plan.times, pace_s=old.pace_s)
            plan = replace(
                self._plan,
                nth_login=old.nth_login + 1,
                post_api=old.post_api,
                times=times,
                keep_lists=False,
            )
            self.engine, self._listening = await _open(plan, held)


async def _open(plan: Plan, listener: socket.socket) -> tuple[Server, Listening]:
    started = START[plan.protocol](plan)
    engine = started.engine
    listening = Listening(started.app, started.refusal, started.has_sockets)
    engine.on_end = listening.close
    await listening.open(listener)
    engine.post_to(plan.post_api)
    engine.open()
    return engine, listening
