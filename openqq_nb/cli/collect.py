"""`openqq-nb collect`: receives messages into a journal while no notebook runs."""

from functools import partial

import click

from openqq_nb import collect as collecting
from openqq_nb.cli.common import TIMEOUT, TOKEN, URL, check_url, interrupted
from openqq_nb.listening import Wanted
from openqq_nb.listening.collecting import check


@click.command()
@URL
@TOKEN
@click.option("--protocol", default="auto", show_default=True, help="The dialect that the server speaks.")
@TIMEOUT
@click.option(
    "--journal",
    type=click.Path(dir_okay=False),
    help="The file to fill; by default the journal of the account, which my.listen() fills as well.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="The port; by default the remembered one. 0 picks a free one.",
)
@click.option(
    "--secret",
    envvar="OPENQQ_NB_SECRET",
    help="The last part of the path; by default the remembered one.",
)
@click.option("--public-url", help="How the server reaches this machine, where that differs.")
@click.option("--poll", is_flag=True, help="Ask a 2.x server that cannot reach this machine again and again.")
@click.option(
    "--handlers",
    metavar="MODULE:FUNCTION",
    help="A function that is called with the collector and registers handlers: @collector.on_message.",
)
@click.option(
    "--setup",
    "only_setup",
    is_flag=True,
    help="Say what to put into the server's configuration, remember its port and secret, and end.",
)
def collect(  # noqa: PLR0913, PLR0917 - the options above
    url: str | None,
    token: str | None,
    protocol: str,
    timeout: float,
    journal: str | None,
    host: str,
    port: int | None,
    secret: str | None,
    public_url: str | None,
    poll: bool,
    handlers: str | None,
    only_setup: bool,
) -> None:
    """Receive messages into a journal without a notebook, until Ctrl-C.

    URL is the server's address, by default OPENQQ_NB_URL. While it runs, my.listen() follows what it receives.

    Port and secret are remembered for the account: those that --setup showed last, else those of the first address that
    was listened at. Others that are given without --setup hold for this once.
    """
    server = check_url(url, "collect")
    wanted = Wanted(port, journal, None, secret, host, public_url, "poll" if poll else "push")
    check(wanted)
    register = collecting.loaded(handlers) if handlers else None
    if only_setup:
        click.echo(collecting.setup(server, token or None, protocol, timeout, wanted))
        return
    make = partial(collecting.collector_of, server, token or None, protocol, timeout, wanted)
    with interrupted() as stop:
        collecting.collect(make, register, click.echo, stop)
