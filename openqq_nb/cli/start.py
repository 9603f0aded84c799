"""Where `openqq-nb` starts: the group of all commands, and what becomes of an error."""

import sys
from io import TextIOWrapper

import click

from openqq_nb.cli.collect import collect
from openqq_nb.cli.demo import demo
from openqq_nb.cli.doctor import doctor
from openqq_nb.cli.journal import journal
from openqq_nb.cli.simulate import simulate
from openqq_nb.errors import OpenqqError


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


for _command in (demo, simulate, doctor, collect, journal):
    commands.add_command(_command)


def _write_anything() -> None:
    """Let emoji in names never end the program on a terminal that cannot show them."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
