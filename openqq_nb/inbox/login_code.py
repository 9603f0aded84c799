"""The code that a server wants to have scanned before it logs in, as a picture in the notebook."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

# What a browser shows, by how it begins.
_KINDS: Mapping[bytes, str] = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
}


@dataclass(frozen=True, slots=True, repr=False)
class LoginCode:
    """A login code that waits to be scanned; a cell that ends in one shows the picture.

    Attributes:
        picture: the bytes of the picture.
        received_at: when it came; a code is good for about two minutes.
    """

    picture: bytes = field(repr=False)
    received_at: pd.Timestamp

    def __repr__(self) -> str:
        """Say what to do with it; whoever scans the picture logs in, so it is never written out."""
        return f"<LoginCode of {self.received_at:%H:%M:%S}: scan the picture with QQ on the phone of the account>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """Show the picture, where a front end asks for it."""
        kind = next((kind for begin, kind in _KINDS.items() if self.picture.startswith(begin)), None)
        text = {"text/plain": repr(self)}
        return text if kind is None else {**text, kind: base64.b64encode(self.picture).decode()}


def waiting(events: pd.DataFrame) -> LoginCode | None:
    """Find the code that waits to be scanned: the last one, unless a login came after it.

    Args:
        events: the columns of `schema.EVENTS`, in order of arrival.
    """
    told = events[events["event"].isin(["input_qrcode", "login", "stop"])]
    if told.empty or told["event"].iloc[-1] != "input_qrcode":
        return None
    last = told.iloc[-1]
    picture = _picture(last["params"])
    return None if picture is None else LoginCode(picture, last["received_at"])


def _picture(params: object) -> bytes | None:
    """Take the picture out of the parameters of an event: the path on the server's machine, then the picture."""
    try:
        found = json.loads(str(params))[1]
        return base64.b64decode("".join(found.split()), validate=True)
    except (ValueError, LookupError, TypeError, AttributeError, binascii.Error):
        return None  # a server that says nothing of a picture: there is none to show
