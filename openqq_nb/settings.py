"""Where things are kept when the user names no place, and what is remembered for each account.

All of it lies under one folder: the user's data folder, or `OPENQQ_NB_HOME`.
"""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import platformdirs

from openqq_nb.errors import InvalidInput

HOME_VARIABLE = "OPENQQ_NB_HOME"

_NAME = "openqq-nb"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Remembered:
    """What makes the address of a listener stay the same, so that the server's `post_api` stays right.

    Attributes:
        port: of the listener.
        secret: the last part of its path.
    """

    port: int
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AtPort:
    """Who listens at a port of this machine, or did so last.

    Attributes:
        account: its number.
        journal: the file that it fills.
        url: what the server posts to, with the secret.
        secret: the last part of its path.
    """

    account: str
    journal: Path
    url: str = field(repr=False)
    secret: str = field(repr=False)


def home() -> Path:
    """Give the folder under which everything is kept; it need not exist yet."""
    named = os.environ.get(HOME_VARIABLE)
    return Path(named).expanduser() if named else platformdirs.user_data_path(_NAME, appauthor=False)


def journal_path(account: str) -> Path:
    """Give the file of an account's journal; its folder is made.

    Args:
        account: identifies the account, its number for example.
    """
    return _folder("journals") / f"{file_name(account)}.db"


def kept_journals() -> list[Path]:
    """Give the files of all journals, in order of their names; nothing is made."""
    return sorted((home() / "journals").glob("*.db"))


def roster_path(account: str) -> Path:
    """Give the file of an account's kept rosters; its folder is made.

    Args:
        account: identifies the account, its number for example.
    """
    return _folder("rosters") / f"{file_name(account)}.db"


def broadcasts_path(account: str) -> Path:
    """Give the file of an account's broadcasts and exclusions; its folder is made.

    Args:
        account: identifies the account, its number for example.
    """
    return _folder("broadcasts") / f"{file_name(account)}.db"


def remembered(account: str) -> Remembered | None:
    """Give what is remembered for an account; None if nothing is.

    Raises:
        InvalidInput: the file of the account does not hold what this package writes.
    """
    path = _account_path(account)
    try:
        return _read(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(
            f"The settings of account {account!r} cannot be read. Found in {path}: {error}. "
            "Delete that file; the listener then gets a new address, which the server must be given."
        ) from error


def remember(account: str, what: Remembered) -> None:
    """Remember for an account; readable by this user only, and never half written.

    Args:
        account: identifies the account.
        what: replaces what was remembered.
    """
    _write(_account_path(account), asdict(what))


def remember_port(port: int, who: AtPort) -> None:
    """Remember who listens at a port of this machine; readable by this user only.

    Args:
        port: of the listener.
        who: replaces who was remembered.
    """
    _write(_folder("ports") / f"{port}.json", asdict(who) | {"journal": str(who.journal.absolute())})


def at_port(port: int) -> AtPort | None:
    """Tell who listened last at a port of this machine; None if nobody is known."""
    try:
        found = json.loads((_folder("ports") / f"{port}.json").read_text("utf-8"))
        account, journal, url, secret = (str(found[name]) for name in ("account", "journal", "url", "secret"))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return AtPort(account, Path(journal), url, secret)


def file_name(account: str) -> str:
    """Turn any text into a name that every file system takes; different texts give different names."""
    if _PLAIN.fullmatch(account) and account == account.casefold():
        return account
    digest = hashlib.sha256(account.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    kept = "".join(character if character.isascii() and character.isalnum() else "-" for character in account)
    # No plain name holds this sign, so none can equal a name made here.
    return f"{kept[:40].casefold()}={digest}"


def _write(path: Path, found: Mapping[str, object]) -> None:
    # Made with mode 0600, and in the same folder, so that it can take the old file's place in one step.
    number, name = tempfile.mkstemp(dir=path.parent, prefix=".settings-")
    with os.fdopen(number, "w", encoding="utf-8") as file:
        json.dump(found, file)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)


def _account_path(account: str) -> Path:
    return _folder("accounts") / f"{file_name(account)}.json"


def _folder(name: str) -> Path:
    folder = home() / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _read(text: str) -> Remembered:
    found = json.loads(text)
    port, secret = found["port"], found["secret"]
    if not isinstance(port, int) or not 0 < port <= _HIGHEST_PORT or not isinstance(secret, str):
        raise ValueError(f"port {port!r} or a secret that is no text")
    return Remembered(port, secret)
