"""Parameters of a request, read as each dialect reads them."""

from urllib.parse import unquote_to_bytes

from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from openqq_nb.simulator.login import Protocol

Value = str | list[str]


class Params:
    """The parameters of one call.

    Args:
        pairs: All of them, those of the body first, as the framework joins them.
        protocol: The dialect: in 1.x the last of several of a name counts, in 2.x they become a list.
    """

    def __init__(self, pairs: list[tuple[str, str]], protocol: Protocol) -> None:
        self.pairs = pairs
        self._joins = protocol == "openqq2"
        self._all: dict[str, list[str]] = {}
        for name, value in pairs:
            self._all.setdefault(name, []).append(value)

    def get(self, name: str) -> Value | None:
        """Give a parameter; `None` if it is absent."""
        values = self._all.get(name)
        if values is None:
            return None
        return values if self._joins and len(values) > 1 else values[-1]

    def last(self) -> dict[str, str]:
        """Give every parameter, of several the last, as the searches of 2.x read them."""
        return {name: values[-1] for name, values in self._all.items()}

    def chosen(self, *names: str) -> dict[str, Value]:
        """Give those of the named parameters that are there, renamed to what stands after a colon in the name."""
        found: dict[str, Value] = {}
        for name in names:
            key, _, field = name.partition(":")
            value = self.get(key)
            if value is not None:
                found[field or key] = value
        return found

    @property
    def has_repeated(self) -> bool:
        """Tell whether any name occurs more than once."""
        return len(self._all) < len(self.pairs)


async def read_params(request: Request, protocol: Protocol) -> Params:
    """Read query and body; a JSON body, or one without a type, is not looked at."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    pairs: list[tuple[str, str]] = []
    if kind == "application/x-www-form-urlencoded":
        pairs = _decode_pairs(await request.body(), protocol)
    elif kind == "multipart/form-data":
        pairs = await _multipart(request)
    return Params(pairs + _decode_pairs(request.scope["query_string"], protocol), protocol)


async def _multipart(request: Request) -> list[tuple[str, str]]:
    try:
        form: FormData = await request.form()
    except MultiPartException:
        return []
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


def _decode_pairs(data: bytes, protocol: Protocol) -> list[tuple[str, str]]:
    pairs = [pair.partition(b"=") for pair in data.split(b"&") if pair]
    return [(_decode(name, protocol), _decode(value, protocol)) for name, _, value in pairs]


def _decode(data: bytes, protocol: Protocol) -> str:
    plain = unquote_to_bytes(data.replace(b"+", b" "))
    try:
        return plain.decode()
    except UnicodeDecodeError:
        # 1.x takes the bytes for Latin-1; 2.x passes broken characters on.
        return plain.decode("latin-1") if protocol == "openqq1" else plain.decode(errors="replace")
