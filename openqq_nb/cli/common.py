"""What several commands share: options, and how a command that runs on is told to stop."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from openqq_nb.simulator.dialects import DIALECTS, END_NAMES

SIMULATED_PROTOCOL = click.option(
    "--protocol",
    type=click.Choice(DIALECTS),
    default="openqq1",
    show_default=True,
    help="The dialect that the simulated server speaks.",
)
SIMULATED_END = click.option(
    "--end",
    type=click.Choice(END_NAMES),
    help="With onebot11: the program whose manners it has; NapCat if not given.",
)
SEED = click.option("--seed", default=0, show_default=True, help="The same seed gives the same people.")
URL = click.argument("url", required=False, envvar="OPENQQ_NB_URL")
TOKEN = click.option("--token", envvar="OPENQQ_NB_TOKEN", help="What the server's owner asks for.")
TIMEOUT = click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    help="Seconds to wait for an answer.",
)


def check_url(url: str | None, command: str) -> str:
    """Give the address of the server.

    Raises:
        click.UsageError: none was given.
    """
    if not url:
        raise click.UsageError(
            f"Give the address of the server, as in: openqq-nb {command} http://127.0.0.1:5000"
        )
    return url


@contextmanager
def interrupted() -> Iterator[threading.Event]:
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
