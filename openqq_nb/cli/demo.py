"""`openqq-nb demo`: a tour in the terminal, then JupyterLab on the first notebook."""

import os
from pathlib import Path

import click

from openqq_nb.cli.common import SEED, SIMULATED_END, SIMULATED_PROTOCOL
from openqq_nb.demo_account import demo as start_demo
from openqq_nb.errors import OpenqqError
from openqq_nb.notebooks import working_copies
from openqq_nb.simulator.dialects import Dialect, EndName
from openqq_nb.tour import tour

FIRST_NOTEBOOK = "01-quickstart.ipynb"


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--no-lab", is_flag=True, help="Stop after the tour in the terminal.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to put the notebooks that you work in; by default your data folder.",
)
@SIMULATED_PROTOCOL
@SIMULATED_END
@SEED
@click.argument("lab_options", nargs=-1, type=click.UNPROCESSED)
def demo(
    no_lab: bool,
    folder: Path | None,
    protocol: Dialect,
    end: EndName | None,
    seed: int,
    lab_options: tuple[str, ...],
) -> None:
    """Show a short tour on the built-in simulator, then open JupyterLab on the first notebook.

    LAB_OPTIONS go to JupyterLab, for instance --no-browser.
    """
    my = start_demo(protocol, seed, end=end)
    tour(my, click.echo)
    my.close()
    if not no_lab:
        open_lab(working_copies(folder), FIRST_NOTEBOOK, lab_options)


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
