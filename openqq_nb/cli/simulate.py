"""`openqq-nb simulate`: a simulated server on its own."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from openqq_nb.cli.common import SEED, SIMULATED_END, SIMULATED_PROTOCOL, interrupted
from openqq_nb.errors import ListenerFailed
from openqq_nb.simulator import Simulator
from openqq_nb.simulator.dialects import FORMATS

_FAULT_ARGUMENTS: dict[str, Callable[[str], object]] = {
    "calls": lambda names: names.split("+"),
    "times": int,
    "seconds": float,
    "code": int,
}


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=5000,
    show_default=True,
    help="The port to listen at; 0 picks a free one.",
)
@click.option("--post-api", metavar="URL", help="Where to post messages and events: the address of an inbox.")
@click.option(
    "--pace", type=click.FloatRange(min=0), default=3.0, show_default=True, help="Seconds between two sends."
)
@click.option(
    "--talk",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Messages that people write each minute.",
)
@click.option(
    "--friends",
    type=click.IntRange(min=1),
    default=40,
    show_default=True,
    help="How many friends the account has.",
)
@click.option(
    "--groups", type=click.IntRange(min=1), default=12, show_default=True, help="How many groups it is in."
)
@click.option(
    "--members",
    type=click.IntRange(min=1),
    default=30,
    show_default=True,
    help="How many members a group has on average.",
)
@click.option(
    "--token",
    help="Switch authentication on: what the parameter `token` must be, with onebot11 the bearer's token.",
)
@click.option(
    "--secret",
    help="With onebot11: what posts are signed with, and the token of a WebSocket that is opened to --post-api.",
)
@click.option("--report-own", is_flag=True, help="With onebot11: post the account's own messages as well.")
@click.option(
    "--message-format",
    type=click.Choice(FORMATS),
    default="array",
    show_default=True,
    help="With onebot11: a message as an array of segments, or as a string of CQ code.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME[:KEY=VALUE,...]",
    help="What goes wrong, such as slow:seconds=5,calls=send_message+get_group_info or drop_after:times=1; "
    "may be given several times. A wrong name lists all.",
)
@SIMULATED_PROTOCOL
@SIMULATED_END
@SEED
def simulate(talk: int, faults: tuple[str, ...], **settings: object) -> None:
    """Run a simulated server on its own until Ctrl-C."""
    simulator = Simulator(**settings)  # type: ignore[arg-type]  # the options above, of these types
    for fault in faults:
        _let_go_wrong(simulator, fault)
    with interrupted() as stop, _started(simulator):
        how = _how_to_connect(simulator, has_token=settings["token"] is not None)
        click.echo(f"{simulator!r}\n{how} Ctrl-C stops it.")
        for _ in _every(60 / talk if talk else math.inf, stop):
            simulator.chatter(1)


def _how_to_connect(simulator: Simulator, *, has_token: bool) -> str:
    token = ", token='…'" if has_token else ""
    addresses = [simulator.url, *([simulator.ws_url] if simulator.protocol == "onebot11" else [])]
    return f"Connect with {' or '.join(f'oq.connect({address!r}{token})' for address in addresses)}."


def _let_go_wrong(simulator: Simulator, fault: str) -> None:
    """Switch on a fault as it was written on the command line."""
    name, _, rest = fault.partition(":")
    try:
        simulator.fault(name, **dict(_argument(pair) for pair in rest.split(",") if pair))  # type: ignore[arg-type]
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--fault") from error


def _argument(pair: str) -> tuple[str, object]:
    key, _, value = pair.partition("=")
    read = _FAULT_ARGUMENTS.get(key)
    if read is None:
        raise ValueError(f"There is no {key!r} of a fault. Choose of: {', '.join(_FAULT_ARGUMENTS)}.")
    try:
        return key, read(value)
    except ValueError as error:
        raise ValueError(f"{key}={value!r} is no number. Write {key}=3.") from error


@contextmanager
def _started(simulator: Simulator) -> Iterator[None]:
    try:
        simulator.start()
    except OSError as error:
        raise ListenerFailed(
            f"The simulated server cannot listen there: {error}. Another program may use the port; "
            "give another one with --port, or --port 0 for a free one."
        ) from error
    try:
        yield
    finally:
        simulator.stop()


def _every(gap_s: float, stop: threading.Event) -> Iterator[None]:
    """Yield at each gap until stopped; looks up twice a second, since Windows delivers Ctrl-C to no longer wait."""
    due = time.monotonic() + gap_s
    while not stop.wait(min(0.5, max(0.0, due - time.monotonic()))):
        if time.monotonic() >= due:
            due += gap_s
            yield
