"""`openqq-nb journal`: looks after journals."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from openqq_nb import settings
from openqq_nb.errors import InvalidInput, JournalFailed
from openqq_nb.upkeep import checking, forgetting, merging, redecoding, writing_out
from openqq_nb.upkeep.info import info as look_at
from openqq_nb.upkeep.stored import Told

_FILE = click.Path(dir_okay=False, path_type=Path)
_PATH = click.argument("path", type=_FILE)


@click.group()
def journal() -> None:
    """Look after journals: what is in them, whether they are sound, and removing people from them."""


@journal.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=_FILE)
def info(paths: tuple[Path, ...]) -> None:
    """Say what is in journals, and who fills them.

    Without PATH it tells of all journals that are kept on this machine.
    """
    found = paths or settings.kept_journals()
    if not found:
        click.echo(f"No journals are kept in {settings.home()}.")
    sys.exit(0 if _all_said(found, look_at) else 1)


@journal.command()
@_PATH
@click.argument("file", type=_FILE)
@click.option("--events", is_flag=True, help="Write the events in place of the messages.")
@click.option("--since", metavar="TIME", help="Only messages of that time or later, such as 2026-11-17.")
@click.option("--until", metavar="TIME", help="Only messages before that time.")
@click.option("--columns", metavar="NAME,...", help="Only these columns, in this order.")
def export(
    path: Path, file: Path, events: bool, since: str | None, until: str | None, columns: str | None
) -> None:
    """Write the messages of the journal PATH to FILE, which ends in .xlsx, .csv, .parquet or .jsonl."""
    if not events:
        names = [name.strip() for name in columns.split(",")] if columns else None
        count, what = writing_out.export_messages(path, file, names, since, until), "message"
    elif since or until or columns:
        raise click.UsageError(
            "--since, --until and --columns choose messages; with --events all are written."
        )
    else:
        count, what = writing_out.export_events(path, file), "event"
    click.echo(f"{count:,} {what}{'' if count == 1 else 's'} written to {file}.")


@journal.command()
@click.argument("into", type=_FILE)
@click.argument("sources", metavar="FROM...", nargs=-1, required=True, type=_FILE)
def merge(into: Path, sources: tuple[Path, ...]) -> None:
    """Add to the journal INTO what the journals FROM have and it has not.

    INTO is made if it is not there, and may be filled at the same time. Nothing is written to FROM.
    """
    with _progress("Merging", merging.arrivals(sources)) as told:
        merged = merging.merge(into, sources, told)
    click.echo(str(merged))


@journal.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=_FILE)
def check(paths: tuple[Path, ...]) -> None:
    """Find out whether journals are sound, and say what to do if not.

    Nothing is changed. The exit code is 1 when something is wrong.
    """
    sys.exit(0 if _all_said(paths, _checked) else 1)


@journal.command()
@_PATH
@click.option(
    "--protocol",
    metavar="NAME",
    help="The dialect that all bodies are in, openqq1 or openqq2; by default it is told from each body.",
)
@click.option(
    "--dry-run/--apply",
    "dry_run",
    default=True,
    help="Say only what would change (this is so unless told otherwise), or change it, after a copy was made.",
)
def redecode(path: Path, protocol: str | None, dry_run: bool) -> None:
    """Read the bodies in a journal again, as this version reads them.

    The columns that come from a body are brought to what it says. Numbers that were learnt later, times of arrival,
    logins and the outcome of sends stay.
    """
    work = redecoding.preview if dry_run else redecoding.redecode
    with _progress("Reading", merging.arrivals([path])) as told:
        result = work(path, protocol, told)
    click.echo(str(result))
    if dry_run and result.rows:
        click.echo("Nothing was changed. With --apply it is, after a copy was made beside the journal.")


@journal.command()
@_PATH
@click.option("--qq", metavar="N", help="The number of a person.")
@click.option("--gnumber", metavar="N", help="The number of a group.")
@click.option("--name", metavar="NAME", help="The name of a person, as messages have it.")
@click.option("--mentions", is_flag=True, help="Remove messages of others that mention the person, too.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(
    path: Path, qq: str | None, gnumber: str | None, name: str | None, mentions: bool, yes: bool
) -> None:
    """Remove a person or a group from a journal, and every trace from its file.

    Messages from and to a person go, events about it, and posts set aside that mention it. Kept rosters are other
    files, and stay.
    """
    subject = _subject(path, qq, gnumber, name)
    total = merging.arrivals([path])
    with _progress("Looking", total) as told:
        found = forgetting.look(path, subject, told)
    click.echo(f"{path} has {found}.")
    if not yes:
        click.confirm("Remove it? It cannot be had again", abort=True)
    with _progress("Removing", total) as told:
        forgotten = forgetting.forget(path, subject, mentions=mentions, told=told)
    click.echo(str(forgotten))
    click.echo("Rosters that my.roster() kept are other files, and were left as they are.")


def _subject(path: Path, qq: str | None, gnumber: str | None, name: str | None) -> forgetting.Subject:
    if sum(one is not None for one in (qq, gnumber, name)) != 1:
        raise click.UsageError("Say whom to forget by exactly one of --qq, --gnumber and --name.")
    return forgetting.person(path, qq=qq, name=name) if gnumber is None else forgetting.group(path, gnumber)


def _checked(path: Path) -> checking.Checked:
    with _progress("Checking", merging.arrivals([path])) as told:
        return checking.check(path, told)


def _all_said(paths: Sequence[Path], look: Callable[[Path], object]) -> bool:
    """Say something of each; one that cannot be read keeps no other from being looked at."""
    well = True
    for path in paths:
        try:
            found = look(path)
        except (JournalFailed, InvalidInput) as error:
            click.echo(f"openqq-nb: {error}", err=True)
            well = False
        else:
            click.echo(str(found))
            well = well and (not isinstance(found, checking.Checked) or bool(found))
    return well


@contextmanager
def _progress(label: str, length: int) -> Iterator[Told]:
    """Show how far it is, where somebody looks."""
    with click.progressbar(
        length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        yield bar.update
