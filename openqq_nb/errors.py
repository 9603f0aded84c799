"""The one tree of exceptions: every failure that this package raises on purpose is an `OpenqqError`.

A failure of the *server to do what was asked* (code other than 0) is no exception but a falsy `Receipt`.
"""

import re
import sys
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

MAY_HAVE_GONE_OUT = (
    "The message may have gone out, or may still go out; look before you send it again. "
    "Nothing is ever resent by itself, since that could make it arrive twice."
)
"""What an error says of a send whose outcome is not known; also a note on whatever interrupts one."""

_PACKAGE = __name__.partition(".")[0]
_SHOWN_CHOICES = 12
_SHOWN_BYTES = 80
# Names are other people's: line breaks, terminal commands and marks that turn the direction of a whole line.
_DISTURBING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


class OpenqqError(Exception):
    """The root of all errors of this package."""


class Unreachable(OpenqqError):
    """Nobody took the connection, so the request certainly had no effect."""


class NoAnswer(OpenqqError):
    """The connection stood, but no answer came: what was asked may or may not have happened.

    Attributes:
        how: `silent` (the time was over), `closed` (without a byte), or `broken off` (in the middle of the answer).
    """

    def __init__(self, text: str, how: Literal["silent", "closed", "broken off"] = "silent") -> None:
        """Keep how it was beside the text."""
        super().__init__(text)
        self.how = how


class Refused(OpenqqError):
    """The server wants a token, or another one."""


class NotOpenqq(OpenqqError):
    """Something answers at the address, but it speaks none of the known protocols."""


class NotUnderstood(OpenqqError):
    """The server answered with something that the API document does not provide for."""


class NotFound(OpenqqError, LookupError):
    """No friend, group or discuss goes by the given name or number."""


class Ambiguous(OpenqqError, LookupError):
    """Several friends, groups or discusses go by the given name."""


class NotSupported(OpenqqError):
    """This server, this engine or what is installed here cannot do what was asked; nothing was sent."""


class NotLoaded(OpenqqError):
    """What was asked for could not be loaded whole: the members of a group, or a roster within one login."""


class InvalidInput(OpenqqError, ValueError):
    """An argument cannot be meant as it stands; nothing was sent and nothing was changed."""


class TimedOut(OpenqqError, TimeoutError):
    """Waiting ended before enough messages came.

    Attributes:
        df: what came in the meantime, in the columns of `inbox.df`; a later wait returns it again.
    """

    def __init__(self, text: str, df: "pd.DataFrame | None" = None) -> None:
        """Keep what came so far beside the text."""
        super().__init__(text)
        self.df = df


class NestedWait(OpenqqError):
    """A call would wait for something that can go on only when the call has ended; nothing was done."""


class ListenerFailed(OpenqqError):
    """The listener could not be started."""


class JournalFailed(OpenqqError):
    """A journal cannot be opened, read or written."""


class NotLoadedWarning(UserWarning):
    """Something is missing from a frame: members that the server has not loaded, messages that could not be read."""


class HandlerWarning(UserWarning):
    """A handler of incoming messages failed; `inbox.handlers` has the details."""


class InboxWarning(UserWarning):
    """An inbox cannot store what comes, or what should come does not; `inbox.stats` has the details."""


class SkippedWarning(UserWarning):
    """A broadcast that is being sent leaves some recipients out; `plan.preview()` says why."""


class FollowingWarning(UserWarning):
    """Another program receives already, so an inbox follows what it writes and does not listen itself."""


def first_bytes(body: bytes) -> str:
    """Show the beginning of an answer in an error text, on one line."""
    shown = body[:_SHOWN_BYTES].decode("utf-8", "backslashreplace")
    return repr(shown) + (f" … ({len(body)} bytes)" if len(body) > _SHOWN_BYTES else "")


def listed(choices: Sequence[str]) -> str:
    """List choices in an error text, the first dozen of many."""
    shown = "\n  ".join(one_line(choice) for choice in choices[:_SHOWN_CHOICES])
    more = len(choices) - _SHOWN_CHOICES
    return f"\n  {shown}" + (f"\n  … and {more} more" if more > 0 else "")


def warn_outside(text: str, category: type[Warning]) -> None:
    """Warn at the line of the user, the first one outside this package."""
    depth, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE:
        depth, frame = depth + 1, frame.f_back
    warnings.warn(text, category, stacklevel=depth)


def may_have_gone_out(error: BaseException) -> bool:
    """Tell whether an error leaves it open if a message went out."""
    return isinstance(error, NoAnswer | NotUnderstood) or MAY_HAVE_GONE_OUT in getattr(error, "__notes__", ())


def one_line(text: str) -> str:
    """Show a name inside a line of ours, without what would break or turn that line."""
    return _DISTURBING.sub(" ", text).strip()
