"""The command line: `openqq-nb demo`, `openqq-nb simulate` and `openqq-nb doctor`."""

import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Literal

import click

from openqq_nb.consulting import consult
from openqq_nb.demo_account import demo as start_demo
from openqq_nb.errors import ListenerFailed, OpenqqError
from openqq_nb.notebooks import working_copies
from openqq_nb.simulator import Simulator
from openqq_nb.tour import tour

FIRST_NOTEBOOK = "01-quickstart.ipynb"
_FAULT_ARGUMENTS: dict[str, Callable[[str], object]] = {
    "calls": lambda names: names.split("+"),
    "times": int,
    "seconds": float,
    "code": int,
}

_protocol = click.option(
    "--protocol",
    type=click.Choice(["openqq1", "openqq2"]),
    default="openqq1",
    show_default=True,
    help="The dialect that the simulated server speaks.",
)
_seed = click.option("--seed", default=0, show_default=True, help="The same seed gives the same people.")


def main() -> None:
    """Run the command line; an error of ours is one line and exit code 1."""
    _write_anything()
    try:
        commands(prog_name="openqq-nb")
    except OpenqqError as error:
        click.echo(f"openqq-nb: {error}", err=True)
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="openqq-nb")
def commands() -> None:
    """QQ in Jupyter: see who is there, write, listen and analyse."""


@commands.command(context_settings={"ignore_unknown_options": True})
@click.option("--no-lab", is_flag=True, help="Stop after the tour in the terminal.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to put the notebooks that you work in; by default your data folder.",
)
@_protocol
@_seed
@click.argument("lab_options", nargs=-1, type=click.UNPROCESSED)
def demo(
    no_lab: bool,
    folder: Path | None,
    protocol: Literal["openqq1", "openqq2"],
    seed: int,
    lab_options: tuple[str, ...],
) -> None:
    """Show a short tour on the built-in simulator, then open JupyterLab on the first notebook.

    LAB_OPTIONS go to JupyterLab, for instance --no-browser.
    """
    my = start_demo(protocol, seed)
    tour(my, click.echo)
    my.close()
    if not no_lab:
        open_lab(working_copies(folder), FIRST_NOTEBOOK, lab_options)


@commands.command()
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
@click.option("--token", help="Switch authentication on: what the parameter `token` must be.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME[:KEY=VALUE,...]",
    help="What goes wrong, such as slow:seconds=5,calls=send_message+get_group_info or drop_after:times=1; "
    "may be given several times. A wrong name lists all.",
)
@_protocol
@_seed
def simulate(talk: int, faults: tuple[str, ...], **settings: object) -> None:
    """Run a simulated server on its own until Ctrl-C."""
    simulator = Simulator(**settings)  # type: ignore[arg-type]  # the options above, of these types
    for fault in faults:
        _let_go_wrong(simulator, fault)
    with _interrupted() as stop, _started(simulator):
        click.echo(f"{simulator!r}\nConnect with oq.connect({simulator.url!r}). Ctrl-C stops it.")
        for _ in _every(60 / talk if talk else math.inf, stop):
            simulator.chatter(1)


@commands.command()
@click.argument("url", required=False, envvar="OPENQQ_NB_URL")
@click.option("--token", envvar="OPENQQ_NB_TOKEN", help="What the server's owner asks for.")
@click.option("--protocol", default="auto", show_default=True, help="The dialect that you connect with.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    help="Seconds to wait for an answer.",
)
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Listen for so long, while somebody writes to the account; as my.listen() does, this keeps messages in the "
    "journal of the account and remembers the port.",
)
def doctor(url: str | None, token: str | None, protocol: str, timeout: float, wait: float) -> None:
    """Say what is wrong with a set-up: server, login, numbers, lists, listener, this machine.

    URL is the server's address, by default OPENQQ_NB_URL. Nothing is sent, and without --wait nothing is changed. What
    is printed has no name and no secret in it. The exit code is 1 when something is wrong.
    """
    if not url:
        raise click.UsageError(
            "Give the address of the server, as in: openqq-nb doctor http://127.0.0.1:5000"
        )
    report = consult(url, token or None, protocol, timeout, wait, click.echo)
    click.echo(repr(report))
    sys.exit(0 if report else 1)


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


def open_lab(folder: Path, notebook: str, options: tuple[str, ...] = ()) -> None:
    """Open JupyterLab on a notebook, in this process, and return when it ends.

    Raises:
        OpenqqError: JupyterLab is not installed.
    """
    try:
        from jupyterlab.labapp import LabApp  # noqa: PLC0415 - an extra, and large
    except ImportError as error:
        raise OpenqqError(
            'JupyterLab is not installed. Install it with: pip install "openqq-nb[lab]"'
        ) from error
    # Jupyter refuses to start as root, which is who one is in most containers.
    as_root = ["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    click.echo(f"Opening {folder / notebook} in JupyterLab. Ctrl-C stops it.")
    LabApp.launch_instance([f"--ServerApp.root_dir={folder}", *as_root, *options, str(folder / notebook)])


@contextmanager
def _interrupted() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C and SIGTERM set."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, lambda *_: stop.set())
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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


def _write_anything() -> None:
    """Let emoji in names never end the program on a terminal that cannot show them."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
