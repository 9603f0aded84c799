"""What `my.listen()` was asked for."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from openqq_nb.errors import InvalidInput

Via = Literal["push", "poll"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `my.listen()` was asked for; see there."""

    port: int | None = None
    journal: str | Path | bool | None = None
    path: str | None = None
    secret: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    public_url: str | None = None
    via: Via = "push"

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            InvalidInput: an argument is of another kind, or says something that polling has no use for.
        """
        _check_port(self.port)
        _check_text("host", self.host)
        if self.via not in ("push", "poll"):
            raise InvalidInput(
                f"via must be 'push' (the server posts to this listener) or 'poll' (it is asked again and again); "
                f"found {self.via!r}."
            )
        address = [
            name
            for name, given, default in (
                ("port", self.port, None),
                ("path", self.path, None),
                ("secret", self.secret, None),
                ("host", self.host, "127.0.0.1"),
                ("public_url", self.public_url, None),
            )
            if given != default
        ]
        if self.via == "poll" and address:
            raise InvalidInput(
                f"With via='poll' nothing is listened at, so {', '.join(address)} would mean nothing. "
                "Leave it away, or listen with via='push'."
            )


def _check_port(port: object) -> None:
    if port is not None and (isinstance(port, bool) or not isinstance(port, int)):
        raise InvalidInput(f"port must be a whole number, or 0 for a free one; found {port!r}.")


def _check_text(name: str, given: object) -> None:
    if not isinstance(given, str) or not given:
        raise InvalidInput(f"{name} must be a text such as '127.0.0.1' or '0.0.0.0'; found {given!r}.")
