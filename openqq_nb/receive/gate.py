"""Decides who may bring something to one address, and tells the user what an end has to be set to. No socket."""

from collections.abc import Callable, Sequence

from openqq_nb.receive import intake
from openqq_nb.receive.address import Address
from openqq_nb.receive.intake import Head, Refusal
from openqq_nb.receive.signature import TOKEN_HEADER, Seal

_SHOWN = "inbox.setup() shows what to enter."
_EXPLAINED = {
    "signature": (
        "A post was refused, because it is signed with another key. Found: a signature that is not made with the "
        "secret of this listener. In the end's settings the field token (accessToken, secret) of the HTTP client "
        "that posts here must hold the last part of the address and nothing else, or be empty where no secret= was "
        f"given to listen(). {_SHOWN}"
    ),
    "unsigned": (
        "A post was refused, because it is not signed, and secret= was given to listen(). Found: an end without a "
        "key. In the end's settings the field token (accessToken, secret) of the HTTP client that posts here must "
        f"hold the same secret. {_SHOWN}"
    ),
    "token": (
        "A WebSocket was refused, because it came with another token, or with none though secret= was given to "
        "listen(). In the end's settings the field token (accessToken) of the WebSocket client that connects here "
        f"must hold the last part of the address and nothing else. {_SHOWN}"
    ),
}
_IDLE = (
    "An end signs what it brings, but this listener has no secret to compare that with, so it is taken from anybody. "
    "Found: secret=''. Leave secret= out of listen(), and put the address of inbox.setup() into the end's settings."
)


class Gate:
    """Decides about heads and bodies for one listener.

    Args:
        address: gives where is listened.
        signs: whether the ends sign what they post and may connect by WebSocket.
        tell: told what a person has to know, each thing once.
        count: told of each refusal, by its reason.
    """

    def __init__(
        self,
        address: Callable[[], Address],
        signs: bool,
        tell: Callable[[str], None],
        count: Callable[[str], None],
    ) -> None:
        self._address = address
        self._seal = Seal(address().secret, address().signed) if signs else None
        self._tell = tell
        self._count = count
        self._told: set[str] = set()

    def screen(self, head: Head) -> Refusal | None:
        """Judge the head of a request."""
        refusal = intake.screen(head, self._address(), self._seal)
        if refusal is None and self._seal is not None:
            self._heed(self._seal, [value.encode("latin-1") for value in head.values(TOKEN_HEADER)])
        return refusal

    def verify(self, body: bytes, signatures: Sequence[bytes]) -> Refusal | None:
        """Judge a whole post by its signatures; only some ends sign."""
        if self._seal is None:
            return None
        self._heed(self._seal, signatures)
        return intake.verify(body, signatures, self._seal)

    def refused(self, refusal: Refusal) -> None:
        """Count a refusal, and say what to do where a setting of the end is the cause."""
        self._count(refusal.reason)
        if refusal.reason in _EXPLAINED:
            self._tell_once(_EXPLAINED[refusal.reason])

    def _heed(self, seal: Seal, proofs: Sequence[bytes]) -> None:
        if seal.is_idle(proofs):
            self._tell_once(_IDLE)

    def _tell_once(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._tell(text)
