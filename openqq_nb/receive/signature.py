"""Tells whether what comes proves to know the secret: posts by a signature, WebSockets by a token. No I/O, no state.

Source: OneBot 11, communication by HTTP POST (`X-Signature`) and by reverse WebSocket (`Authorization`).
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

SIGNATURE_HEADER = b"x-signature"
TOKEN_HEADER = b"authorization"

_DIGEST = "sha1"
_SCHEMES = frozenset({b"bearer", b"token"})


@dataclass(frozen=True, slots=True)
class Seal:
    """What those that know the secret of a listener can prove it with.

    Attributes:
        secret: the key of signatures, and the token of WebSockets; empty for none.
        demanded: whether a proof must be there; else the path, which has the secret too, is enough.
    """

    secret: str = field(default="", repr=False)
    demanded: bool = False

    def fault(self, signatures: Sequence[bytes], body: bytes) -> str | None:
        """Judge the signatures of a whole post, in a time that says nothing about how near they came.

        Args:
            signatures: each value of `X-Signature`; more than one are none that could be relied on.
            body: its raw bytes.

        Returns:
            `unsigned` or `signature`, for which it is to be refused; None when it is to be taken.
        """
        if not signatures:
            return "unsigned" if self.secret and self.demanded else None
        if not self.secret:
            return None
        given = signatures[0].strip().lower()
        fits = hmac.compare_digest(given, signature(self.secret, body))
        return None if fits and len(signatures) == 1 else "signature"

    def token_fault(self, authorizations: Sequence[bytes]) -> str | None:
        """Judge what wants to go on as a WebSocket, in a time that says nothing about how near it came.

        Args:
            authorizations: each value of `Authorization`. Some ends write the scheme where they have no token, which
                counts as nothing written.

        Returns:
            `token`, for which it is to be refused; None when it is to be let in.
        """
        given = [value.strip() for value in authorizations if value.strip().lower() not in _SCHEMES]
        if not any(given):
            return "token" if self.secret and self.demanded else None
        if not self.secret:
            return None
        scheme, _, token = given[0].partition(b" ")
        fits = hmac.compare_digest(token.strip(), self.secret.encode())
        return None if fits and scheme.lower() in _SCHEMES and len(given) == 1 else "token"

    def is_idle(self, proofs: Sequence[bytes]) -> bool:
        """Tell whether a proof came that nothing can be compared with."""
        return not self.secret and any(proof.strip().lower() not in _SCHEMES | {b""} for proof in proofs)


def signature(secret: str, body: bytes) -> bytes:
    """Sign a body as ends do: the value of `X-Signature`."""
    return f"{_DIGEST}={hmac.digest(secret.encode(), body, _DIGEST).hex()}".encode()
