"""Faults that last: what is done when one begins, and what is done when it ends."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from openqq_nb.simulator.engine import Engine
from openqq_nb.simulator.faults import Fault
from openqq_nb.simulator.onebot11.engine import Engine as Onebot11

if TYPE_CHECKING:
    from openqq_nb.simulator.running import Running

Do = Callable[["Running"], Awaitable[None]]


def _openqq(running: "Running") -> Engine:
    """Give the engine that has a login; those faults are of Openqq only."""
    assert isinstance(running.engine, Engine)  # noqa: S101 - `FaultKind.dialects` says so
    return running.engine


def _onebot11(running: "Running") -> Onebot11:
    assert isinstance(running.engine, Onebot11)  # noqa: S101 - as above
    return running.engine


async def _go_down(running: "Running") -> None:
    await running.refuse()


async def _come_up(running: "Running") -> None:
    await running.accept()


async def _stop(running: "Running") -> None:
    await running.refuse()
    await running.engine.close()


async def _start(running: "Running") -> None:
    await running.start_anew()


async def _scan(running: "Running") -> None:
    _openqq(running).running.clear()
    _openqq(running).spawn(_openqq(running).log_in_again(code_waits=True))


async def _unload(running: "Running") -> None:
    _openqq(running).login.unload_all()


async def _give_no_members(running: "Running") -> None:
    _openqq(running).login.gives_members = False
    _openqq(running).login.unload_all()


async def _load(running: "Running") -> None:
    faults = running.engine.faults
    _openqq(running).login.gives_members = not faults.has("no_members")
    if not faults.has("no_members") and not faults.has("unloaded"):
        running.engine.notice()


async def _take_extended(running: "Running") -> None:
    running.own_extended = running.engine.world.extended
    _set_extended(running, False)


async def _own_extended(running: "Running") -> None:
    _set_extended(running, running.own_extended)


def _set_extended(running: "Running", extended: bool) -> None:
    running.engine.world.extended = extended
    _openqq(running).login.forget_extended()


async def _same_names(running: "Running") -> None:
    groups = list(running.engine.world.groups)
    running.own_names = {group.number: group.name for group in groups}
    _call_groups(running, dict.fromkeys(running.own_names, groups[0].name if groups else ""))


async def _own_names(running: "Running") -> None:
    shared = next(iter(running.own_names.values()), "")
    # Who was given another name meanwhile keeps it.
    still = {group.number for group in running.engine.world.groups if group.name == shared}
    _call_groups(running, {number: name for number, name in running.own_names.items() if number in still})


def _call_groups(running: "Running", names: dict[int, str]) -> None:
    for number in names:
        running.engine.world.change_group(number, lambda group: replace(group, name=names[group.number]))
    running.engine.notice(("groups",))


async def _take_away(running: "Running") -> None:
    _openqq(running).events.take_away()


async def _throw_out(running: "Running") -> None:
    _onebot11(running).set_online(False)


async def _let_in(running: "Running") -> None:
    _onebot11(running).set_online(True)


async def _cut(running: "Running") -> None:
    _onebot11(running).links.cut()


async def _nothing(_running: "Running") -> None:
    """It works by lasting."""


BEGIN: dict[str, Do] = {
    "down": _go_down,
    "restart": _stop,
    "scan_code": _scan,
    "unloaded": _unload,
    "no_members": _give_no_members,
    "no_extended": _take_extended,
    "same_names": _same_names,
    "other_poller": _take_away,
    "offline": _throw_out,
    "no_sockets": _cut,
    "frozen_sockets": _nothing,
}
END: dict[str, Do] = {
    "down": _come_up,
    "restart": _start,
    "unloaded": _load,
    "no_members": _load,
    "no_extended": _own_extended,
    "same_names": _own_names,
    "offline": _let_in,
}
CHANGES_WORLD = frozenset(("no_extended", "same_names"))
# What was loaded since the first of these began goes with the next one.
EACH_TIME = frozenset(("unloaded",))


class Lasting:
    """The faults of a running server that last and have begun. Everything in here runs in the server's loop.

    Several of one name are like one: what it does is done with the first, and undone with the last.

    Args:
        running: The server.
    """

    def __init__(self, running: "Running") -> None:
        self._running = running
        self._begun: list[Fault] = []
        self._turn = asyncio.Lock()

    async def begin(self, fault: Fault) -> None:
        """Let one begin, unless it has ended meanwhile."""
        async with self._turn:
            await self._end(BEGIN)
            if not fault.strike(None):
                return
            is_first = all(one.name != fault.name for one in self._begun)
            self._begun.append(fault)
            if is_first or fault.name in EACH_TIME:
                await BEGIN[fault.name](self._running)

    async def end(self, names: Collection[str] = BEGIN.keys()) -> None:
        """Undo what those have done that are over.

        Args:
            names: Which to look at.
        """
        async with self._turn:
            await self._end(names)

    async def _end(self, names: Collection[str]) -> None:
        over = [one for one in self._begun if one.over.done() and one.name in names]
        self._begun = [one for one in self._begun if one not in over]
        left = {one.name for one in self._begun}
        for name in dict.fromkeys(one.name for one in over):
            if name in END and name not in left:
                await END[name](self._running)
