"""The envelope of an answer, as each end writes it, and why a call fails."""

import secrets
import string
from typing import Any

from openqq_nb.simulator.onebot11.ends import End, Failure

Json = dict[str, Any]
_ALPHABET = string.digits + string.ascii_lowercase
_NO_ECHO = object()


class RefusedError(Exception):
    """A call fails.

    Args:
        text: Why, in the words of the end.
        number: QQ's own number for it, which Lagrange gives.
        kind: What kind of failure it is.
    """

    def __init__(self, text: str, number: int | None = None, kind: Failure = "business") -> None:
        super().__init__(text)
        self.text = text
        self.number = number
        self.kind: Failure = kind


class Envelopes:
    """Writes the answers of one end.

    Args:
        end: Which.
        is_socket: Whether they go over a WebSocket.
    """

    def __init__(self, end: End, is_socket: bool) -> None:
        self._end = end
        self._is_socket = is_socket

    def done(self, data: object, params: Json, text: str = "") -> Json:
        """A call that succeeded."""
        return self._envelope("ok", 0, data, text, "", self._echo(params))

    def refused(self, error: RefusedError, params: Json | None = None) -> Json | None:
        """A call that failed; `None` if the end says nothing about such a one.

        Args:
            error: Why.
            params: Of the call, as far as they could be read.
        """
        codes = self._end.retcodes_ws if self._is_socket else self._end.retcodes
        code = codes.get(error.kind)
        if code is None:
            return None
        if error.number is not None and not self._end.has_texts:
            code = error.number
        # NapCat checks parameters before it looks for an echo.
        has_none = params is None or (error.kind == "parameter" and not self._is_socket)
        echo = None if has_none else self._echo(params or {})
        return self._envelope("failed", code, None, error.text, error.text, echo)

    def _echo(self, params: Json) -> object:
        if "echo" in params:
            return params["echo"]
        if self._end.name == "napcat" and not self._is_socket:
            return "".join(secrets.choice(_ALPHABET) for _ in range(11))
        return _NO_ECHO if self._end.name == "llbot" else None

    def _envelope(self, status: str, code: int, data: object, text: str, wording: str, echo: object) -> Json:
        thing: Json = {"status": status, "retcode": code, "data": data}
        if self._end.has_texts:
            thing |= {"message": text, "wording": wording}
        if echo is not _NO_ECHO and not (self._end.name == "llbot" and echo is None):
            thing["echo"] = echo
        if self._end.name == "napcat":
            thing["stream"] = "normal-action"
        return thing
