"""`openqq-nb doctor`: what is wrong with a set-up."""

import sys

import click

from openqq_nb.cli.common import TIMEOUT, TOKEN, URL, check_url
from openqq_nb.consulting import consult


@click.command()
@URL
@TOKEN
@click.option("--protocol", default="auto", show_default=True, help="The dialect that you connect with.")
@TIMEOUT
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
    report = consult(check_url(url, "doctor"), token or None, protocol, timeout, wait, click.echo)
    click.echo(repr(report))
    sys.exit(0 if report else 1)
