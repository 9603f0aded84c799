"""Faults that last: what is done when one begins, and what is done when it ends."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from openqq_nb.simulator.faults import Fault

if TYPE_CHECKING:
    from openqq_nb.simulator.running import Running

Do = Callable[["Running", Fault], Awaitable[None]]


async def _go_down(running: "Running", _: Fault) -> None:
    await running.refuse()


async def _come_up(running: "Running", _: Fault) -> None:
    await running.accept()


async def _stop(running: "Running", _: Fault) -> None:
    await running.refuse()
    await running.engine.close()


async def _start(running: "Running", _: Fault) -> None:
    await running.start_anew()


async def _scan(running: "Running", fault: Fault) -> None:
    running.engine.running.clear()
    running.engine.spawn(running.engine.log_in_again(fault=fault))


async def _unload(running: "Running", _: Fault) -> None:
    running.engine.login.unload_all()


async def _give_no_members(running: "Running", _: Fault) -> None:
    running.engine.login.gives_members = False
    running.engine.login.unload_all()


async def _load(running: "Running", _: Fault) -> None:
    running.engine.login.gives_members = True
    running.engine.notice()


async def _switch_extended(running: "Running", fault: Fault) -> None:
    running.engine.world.extended = fault.over.done()
    running.engine.login.forget_extended()


async def _same_names(running: "Running", _: Fault) -> None:
    groups = list(running.engine.world.groups)
    running.own_names = {group.number: group.name for group in groups}
    _call_groups(running, dict.fromkeys(running.own_names, groups[0].name if groups else ""))


async def _own_names(running: "Running", _: Fault) -> None:
    _call_groups(running, running.own_names)


def _call_groups(running: "Running", names: dict[int, str]) -> None:
    for number in names:
        running.engine.world.change_group(number, lambda group: replace(group, name=names[group.number]))
    running.engine.notice(("groups",))


async def _take_away(running: "Running", _: Fault) -> None:
    running.engine.events.take_away()


BEGIN: dict[str, Do] = {
    "down": _go_down,
    "restart": _stop,
    "scan_code": _scan,
    "unloaded": _unload,
    "no_members": _give_no_members,
    "no_extended": _switch_extended,
    "same_names": _same_names,
    "other_poller": _take_away,
}
END: dict[str, Do] = {
    "down": _come_up,
    "restart": _start,
    "unloaded": _load,
    "no_members": _load,
    "no_extended": _switch_extended,
    "same_names": _own_names,
}
CHANGES_WORLD = frozenset(("no_extended", "same_names"))
