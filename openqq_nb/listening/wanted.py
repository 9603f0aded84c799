"""What `my.listen()` was asked for."""

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal

from openqq_nb.errors import InvalidInput
from openqq_nb.receive.address import MASK

Via = Literal["push", "poll"]

_ADDRESS = ("port", "path", "secret", "host", "public_url")


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
        if self.via == "poll" and self.address:
            raise InvalidInput(
                f"Where the server is polled nothing listens, so {', '.join(self.address)} would mean nothing. "
                "Leave it away, or do not poll."
            )

    @property
    def address(self) -> tuple[str, ...]:
        """The names of what was given of an address."""
        nothing = Wanted()
        return tuple(name for name in _ADDRESS if getattr(self, name) != getattr(nothing, name))

    def unlike(self, other: "Wanted") -> str:
        """Say in words what differs from other settings, without their secrets."""
        pairs = ((one.name, getattr(self, one.name), getattr(other, one.name)) for one in fields(self))
        return "; ".join(_change(name, now, before) for name, now, before in pairs if now != before)


def _change(name: str, now: object, before: object) -> str:
    if name == "secret" and now is not None:
        return "another secret"
    return f"{name} {_in_words(name, now)}, not {_in_words(name, before)}"


def _in_words(name: str, given: object) -> str:
    if given is None:
        return "left out"
    return MASK if name == "secret" else repr(given)


def _check_port(port: object) -> None:
    if port is not None and (isinstance(port, bool) or not isinstance(port, int)):
        raise InvalidInput(f"port must be a whole number, or 0 for a free one; found {port!r}.")


def _check_text(name: str, given: object) -> None:
    if not isinstance(given, str) or not given:
        raise InvalidInput(f"{name} must be a text such as '127.0.0.1' or '0.0.0.0'; found {given!r}.")
