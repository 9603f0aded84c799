"""The protocols that a simulator speaks, by name."""

from typing import Literal, get_args

Dialect = Literal["openqq1", "openqq2", "onebot11"]
DIALECTS: tuple[Dialect, ...] = get_args(Dialect)
Format = Literal["array", "string"]
FORMATS: tuple[Format, ...] = get_args(Format)
EndName = Literal["napcat", "llbot", "lagrange"]
END_NAMES: tuple[EndName, ...] = get_args(EndName)


def check_choice(what: str, given: object, choices: tuple[str, ...]) -> None:
    """Refuse what is none of the choices.

    Raises:
        ValueError: With the choices.
    """
    if given not in choices:
        named = [repr(one) for one in choices]
        listed = f"{', '.join(named[:-1])} or {named[-1]}"
        raise ValueError(f"There is no {what} {given!r}. Choose {listed}.")
