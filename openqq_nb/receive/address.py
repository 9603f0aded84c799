"""Where the listener is reached, and what follows from that: which paths, hosts and origins are its own."""

import hmac
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from openqq_nb.errors import InvalidInput
from openqq_nb.loopback import is_loopback

MASK = "…"
_PATH = re.compile(r"[A-Za-z0-9._~/-]*")
_SECRET = re.compile(r"[A-Za-z0-9._~-]*")


@dataclass(frozen=True, slots=True)
class Address:
    """Where servers post to.

    Attributes:
        host: the address that the socket is bound to.
        port: the port of the socket; 0 picks a free one.
        path: the first part of the path, without the secret.
        secret: the last part of the path, which only the server should know; empty for none.
        public_url: what servers elsewhere use instead of `http://host:port`, a proxy's address for example.
        signed: whether what comes must prove to know the secret beside naming it in the path, where ends can do so.
    """

    host: str = "127.0.0.1"
    port: int = 0
    path: str = "openqq"
    secret: str = field(default="", repr=False)
    public_url: str | None = None
    signed: bool = False

    @property
    def url(self) -> str:
        """The whole address, with the secret: what a server is to be configured with."""
        return self._base + self._path(self.secret)

    @property
    def masked(self) -> str:
        """The address as it may be shown and saved."""
        return self._base + self._path(MASK if self.secret else "")

    @property
    def _base(self) -> str:
        return (self.public_url or f"http://{bracketed(self.host)}:{self.port}").rstrip("/")

    def _path(self, secret: str) -> str:
        return "/" + "/".join(part for part in (self.path.strip("/"), secret) if part)

    def owns_path(self, path: str) -> bool:
        """Tell whether a request's path is ours, in a time that says nothing about how near it came."""
        own = self._path(self.secret)
        # A proxy may hand the path on with the prefix of the public address or without it.
        prefixed = urlsplit(self.public_url or "").path.rstrip("/") + own
        given = _encoded(path)
        return bool(
            hmac.compare_digest(given, _encoded(own)) | hmac.compare_digest(given, _encoded(prefixed))
        )

    def owns_host(self, host: str) -> bool:
        """Tell whether a `Host` header names us: a page that rebinds its own name to us does not."""
        name = host_name(host)
        if name is None:
            return False
        named = {self.host.casefold(), (urlsplit(self.public_url or "").hostname or "").casefold()} - {""}
        return name in named or is_loopback(name)

    def owns_origin(self, origin: str) -> bool:
        """Tell whether an `Origin` header is the address itself; a page of any other place is foreign."""
        local = f"http://{bracketed(self.host)}:{self.port}"
        public = urlsplit(self.public_url or local)
        return origin.casefold() in {local, f"{public.scheme}://{public.netloc}".casefold()}


def checked(address: Address) -> Address:
    """Refuse an address that would let others in.

    Raises:
        InvalidInput: the host is not a loopback address and there is no secret, or the public URL is none.
    """
    _check_path("path", address.path, _PATH)
    _check_path("secret", address.secret, _SECRET)
    if not address.secret and not is_loopback(address.host):
        raise InvalidInput(
            f"Listening on {address.host!r} without a secret would let anyone on the network post messages. "
            "Found: no secret. Give secret=..., or leave it out to have one made."
        )
    if not _is_http(address.public_url or "http://localhost"):
        raise InvalidInput(
            f"public_url must begin with http:// or https:// and name a host; found {address.public_url!r}. "
            "Give the address under which the server reaches this listener."
        )
    return address


def _check_path(name: str, given: object, allowed: "re.Pattern[str]") -> None:
    if not isinstance(given, str) or not allowed.fullmatch(given):
        raise InvalidInput(
            f"{name} must be a text that can stand in an address: letters, digits and . _ ~ - ; found "
            f"{'another one' if name == 'secret' else repr(given)}. Nothing listens yet."
        )


def _is_http(url: object) -> bool:
    try:
        parts = urlsplit(url) if isinstance(url, str) and url.isascii() and " " not in url else None
        return (
            parts is not None
            and parts.scheme in ("http", "https")
            and bool(parts.hostname and parts.port != 0)
        )
    except ValueError:
        return False


def host_name(host: str) -> str | None:
    """Take the name out of a `Host` header, without port and brackets; None where there is none."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    # Whatever else stands in the header would be read as user, path or query.
    if not parts.hostname or "@" in host or parts.path or parts.query or parts.fragment:
        return None
    return parts.hostname.casefold()


def bracketed(host: str) -> str:
    """Write a host as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
